"""The requirement set as people write it: a YAML file, checked without a database."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lms.competencies.rules import Rung
from lms.core.content import Document, Review, Slug, Strict, Text, Title, load
from lms.core.errors import ContentError, Problem
from lms.core.wording import banned_in, texts_in
from lms.placements.rules.checks import CheckKind
from lms.placements.rules.states import Part, Presentation
from lms.readiness.rules.result import Supervision

KIND = "requirement-set"


class Capabilities(Strict):
    """Capabilities whose rule must be satisfied at a level, chosen in exactly one way.

    With `sign_off`, an assessor's decision must stand on top of the satisfied rule.
    """

    kind: Literal["capabilities"]
    level: Annotated[int, Field(ge=1, le=5)]
    codes: list[str] = []
    domains: list[str] = []
    critical_of: list[str] = []
    critical: bool = False
    others: bool = False
    sign_off: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "Capabilities":
        ways = (self.codes or self.domains, self.critical_of, self.critical, self.others)
        if sum(bool(way) for way in ways) != 1:
            raise ValueError(
                "Choose capabilities in one way: codes and domains, critical_of, critical, or others (all the rest)"
            )
        return self


class Hours(Strict):
    """Approved hours: in all settings, or together in the named ones, in at least so many of them."""

    kind: Literal["hours"]
    key: Slug
    title: Text
    hours: Annotated[float, Field(gt=0)]
    settings: list[str] = []
    at_least_settings: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _whole_minutes(self) -> "Hours":
        if self.hours * 60 != int(self.hours * 60):
            raise ValueError("Hours must come out as whole minutes")
        if self.at_least_settings is not None and self.at_least_settings > len(self.settings):
            raise ValueError("at_least_settings is more than the settings named")
        return self

    @property
    def minutes(self) -> int:
        """The hours in minutes."""
        return int(self.hours * 60)


class Encounters(Strict):
    """Contacts logged in the named settings, about the named presentations and in the named parts; no name means any.

    What came of a contact is no requirement and cannot become one.
    """

    kind: Literal["encounters"]
    key: Slug
    title: Text
    count: Annotated[int, Field(ge=1)]
    settings: list[str] = []
    presentations: list[Presentation] = []
    parts: list[Part] = []
    safety_plan_made: bool = False


class Modules(Strict):
    """Modules passed; a provisional pass supports only accompanied work."""

    kind: Literal["modules"]
    modules: Annotated[list[str], Field(min_length=1)]


class Cases(Strict):
    """So many different cases, each with a debriefed graded attempt without critical error, or discussed."""

    kind: Literal["cases"]
    key: Slug
    title: Text
    count: Annotated[int, Field(ge=1)]
    cases: list[str] = []

    @model_validator(mode="after")
    def _enough(self) -> "Cases":
        if self.cases and self.count > len(self.cases):
            raise ValueError("count is more than the cases named")
        return self


class Checks(Strict):
    """Checks of the employer, each in date."""

    kind: Literal["checks"]
    checks: Annotated[list[CheckKind], Field(min_length=1)]


class Concerns(Strict):
    """No open concern at or above a rung of the ladder."""

    kind: Literal["concerns"]
    none_from: Rung


class Absence(Strict):
    """No unbroken absence longer than so many months without a review after the return."""

    kind: Literal["absence"]
    over_months: Annotated[int, Field(ge=1, le=24)]


Requirement = Annotated[
    Capabilities | Hours | Encounters | Modules | Cases | Checks | Concerns | Absence, Field(discriminator="kind")
]


class Group(Strict):
    """Requirements that are one column of the board."""

    key: Slug
    title: Text
    requirements: Annotated[list[Requirement], Field(min_length=1)]


class RequirementSet(Strict):
    """Everything an authorisation in one setting needs, and the supervision it grants."""

    format: Literal[1]
    slug: Slug
    title: Title
    setting: Annotated[Slug, Field(max_length=40)]
    framework: Slug
    summary: Text
    supervision: Supervision
    valid_days: Annotated[int, Field(ge=1, le=1100)]
    take_off_breaks: bool = False
    review: Review
    groups: Annotated[list[Group], Field(min_length=1)]

    @property
    def requirements(self) -> Iterator[tuple[int, int, Requirement]]:
        """Every requirement with the position of its group and its own."""
        for at, group in enumerate(self.groups):
            for index, item in enumerate(group.requirements):
                yield at, index, item


def check_requirement_set(
    path: Path,
    root: Path,
    *,
    frameworks: Collection[str],
    capabilities: Collection[str],
    settings: Collection[str],
    modules: Collection[str],
    cases: Collection[str],
) -> tuple[dict[str, Any], list[Problem]]:
    """Check one file against its schema and against the codes that exist; the body is empty if it cannot be read."""
    try:
        document = load(path, RequirementSet, root)
    except ContentError as error:
        return {}, list(error.problems)
    problems = list(_unknown(document, capabilities, settings, modules, cases))
    problems.extend(_repeated(document))
    problems.extend(banned_in(document, texts_in(document.body, ("title", "summary", "groups"))))
    if document.model.framework not in frameworks:
        problems.append(document.problem(("framework",), f"There is no framework {document.model.framework}."))
    if document.model.slug != path.stem:
        problems.append(document.problem(("slug",), f"This must be the name of the file: {path.stem}."))
    return document.body, problems


def _unknown(
    document: Document[RequirementSet],
    capabilities: Collection[str],
    settings: Collection[str],
    modules: Collection[str],
    cases: Collection[str],
) -> Iterator[Problem]:
    domains = {code.partition(".")[0] for code in capabilities}
    known: dict[str, tuple[str, Collection[str]]] = {
        "codes": ("capability", capabilities),
        "domains": ("domain", domains),
        "critical_of": ("domain", domains),
        "settings": ("setting", settings),
        "modules": ("module", modules),
        "cases": ("case", cases),
    }
    for at, index, item in document.model.requirements:
        for field, (noun, names) in known.items():
            for position, name in enumerate(getattr(item, field, ())):
                if name not in names:
                    loc = ("groups", at, "requirements", index, field, position)
                    yield document.problem(loc, f"There is no {noun} {name}.")


def _repeated(document: Document[RequirementSet]) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, group in enumerate(document.model.groups):
        if group.key in seen:
            yield document.problem(("groups", at, "key"), f"The key {group.key} stands here twice.")
        seen.add(group.key)
    seen = set()
    for at, index, item in document.model.requirements:
        key = getattr(item, "key", "")
        if key and key in seen:
            loc = ("groups", at, "requirements", index, "key")
            yield document.problem(loc, f"The key {key} stands here twice.")
        seen.add(key)
