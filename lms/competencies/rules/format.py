"""The framework and form files as people write them: schema, checks, and the values read from a stored body."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.competencies.rules.framework import Anchor, Capability, Domain, Framework, Part, Rule
from lms.competencies.rules.words import LEVELS, FormKind, SeenAs
from lms.core.content import Document, Review, Slug, Strict, Text, Title, from_body, load
from lms.core.errors import ContentError, Problem
from lms.core.wording import banned_in, texts_in
from lms.signing.rules import IdentityGrade

Code = Annotated[str, Field(pattern=r"^D[1-9]\.[1-9]$")]
Level = Annotated[int, Field(ge=1, le=5)]
Count = Annotated[int, Field(ge=0)]
Months = Annotated[int, Field(ge=1, le=60)]
Pillar = Literal["clinical", "leadership", "education", "research"]


class AnchorFile(Strict):
    """One level of the entrustment scale."""

    level: Level
    title: Text
    text: Text


class Defaults(Strict):
    """What every capability of a group needs unless it says otherwise."""

    assessors: Annotated[int, Field(ge=1)]
    settings: Annotated[int, Field(ge=1)]
    real_patients: Count
    observed: Count
    least_grade: IdentityGrade
    review_months: Months
    award_level: Level


class PartFile(Strict):
    """So many pieces of evidence of these kinds of form."""

    at_least: Annotated[int, Field(ge=1)]
    forms: Annotated[list[FormKind], Field(min_length=1)]
    simulated_at_most: Count = 0
    seen_as: list[SeenAs] = []
    informs_only: bool = False


class CapabilityFile(Strict):
    """One capability with its indicator, its maps and its rule."""

    code: Code
    title: Title
    indicator: Text
    pillars: Annotated[list[Pillar], Field(min_length=1)]
    maps: Annotated[list[Text], Field(min_length=1)]
    critical: bool = False
    evidence: Annotated[list[PartFile], Field(min_length=1)]
    assessors: Annotated[int, Field(ge=1)] | None = None
    settings: Annotated[int, Field(ge=1)] | None = None
    real_patients: Count | None = None
    observed: Count | None = None
    observed_as: Annotated[list[SeenAs], Field(min_length=1)] = [SeenAs.LIVE]
    least_grade: IdentityGrade | None = None
    review_months: Months | None = None
    window_months: Months | None = None


class DomainFile(Strict):
    """A group of capabilities."""

    code: Annotated[str, Field(pattern=r"^D[1-9]$")]
    title: Text
    review_months: Months | None = None
    capabilities: Annotated[list[CapabilityFile], Field(min_length=1)]


class MapFile(Strict):
    """An outside framework or law the capabilities point at."""

    title: Text
    source: Text


class FrameworkFile(Strict):
    """A competency framework."""

    format: Literal[1]
    slug: Slug
    title: Title
    summary: Text
    review: Review
    sources: dict[str, Text]
    source: Text
    maps: dict[str, MapFile]
    scale: Annotated[list[AnchorFile], Field(min_length=5, max_length=5)]
    scale_source: Text
    critical: Defaults
    other: Defaults
    domains: Annotated[list[DomainFile], Field(min_length=1)]


class ChoiceFile(Strict):
    """One answer that can be chosen."""

    value: Annotated[Slug, Field(max_length=40)]
    text: Text


class FieldFile(Strict):
    """One question of a form."""

    key: Literal["complexity", "minutes", "what_seen", "went_well", "next_time"]
    kind: Literal["choice", "number", "text"]
    label: Text
    hint: str = ""
    required: bool = False
    about_care: bool = False
    most: Annotated[int, Field(ge=1)] | None = None
    choices: list[ChoiceFile] = []


class FormFile(Strict):
    """A workplace form: who completes it, what it rates, what it asks."""

    format: Literal[1]
    slug: FormKind
    title: Title
    summary: Text
    review: Review
    sources: dict[str, Text]
    source: Text
    completed_by: Annotated[list[Text], Field(min_length=1)]
    rates_at_most: Annotated[int, Field(ge=1, le=5)]
    fields: Annotated[list[FieldFile], Field(min_length=1)]

    def field(self, key: str) -> FieldFile | None:
        """The question with this key, if the form asks it."""
        return next((each for each in self.fields if each.key == key), None)


def check_framework(path: Path, root: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Check a framework file; the body is empty if it cannot be read."""
    try:
        document = load(path, FrameworkFile, root)
    except ContentError as error:
        return {}, list(error.problems)
    problems = [*_name(document, path), *_scale(document), *_sources(document), *_capabilities(document)]
    problems += banned_in(
        document, texts_in(document.body, ("title", "summary", "scale", "domains", "maps", "sources"))
    )
    return document.body, problems


def check_form(path: Path, root: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Check a form file; the body is empty if it cannot be read."""
    try:
        document = load(path, FormFile, root)
    except ContentError as error:
        return {}, list(error.problems)
    problems = list(_name(document, path))
    problems += banned_in(document, texts_in(document.body, ("title", "summary", "completed_by", "fields", "sources")))
    form = document.model
    if form.source not in form.sources:
        problems.append(document.problem(("source",), f"There is no source {form.source} in this file."))
    seen: set[str] = set()
    for at, field in enumerate(form.fields):
        if field.key in seen:
            problems.append(document.problem(("fields", at, "key"), f"The key {field.key} stands here twice."))
        seen.add(field.key)
        if (field.kind == "choice") != bool(field.choices):
            problems.append(document.problem(("fields", at, "choices"), "A choice needs choices, other fields none."))
    for key in ("went_well", "next_time"):
        if key not in seen:
            problems.append(document.problem(("fields",), f"A workplace form asks for {key}."))
    return document.body, problems


def capability_codes(body: Mapping[str, Any]) -> frozenset[str]:
    """The codes a framework's body declares; empty for an empty body."""
    return frozenset(each["code"] for domain in body.get("domains", ()) for each in domain["capabilities"])


def framework_from(body: Mapping[str, Any]) -> Framework:
    """Read a framework from the body of its content version."""
    file = from_body(body, FrameworkFile)
    return Framework(
        slug=file.slug,
        title=file.title,
        status=file.review.status,
        domains=tuple(_domain(file, each) for each in file.domains),
        scale=tuple(Anchor(each.level, each.title, each.text) for each in file.scale),
        award_critical=file.critical.award_level,
        award_other=file.other.award_level,
    )


def form_from(body: Mapping[str, Any]) -> FormFile:
    """Read a form from the body of its content version."""
    return from_body(body, FormFile)


def _domain(file: FrameworkFile, domain: DomainFile) -> Domain:
    return Domain(domain.code, domain.title, tuple(_capability(file, domain, each) for each in domain.capabilities))


def _capability(file: FrameworkFile, domain: DomainFile, each: CapabilityFile) -> Capability:
    defaults = file.critical if each.critical else file.other
    review_months = each.review_months or domain.review_months or defaults.review_months
    return Capability(
        code=each.code,
        title=each.title,
        indicator=each.indicator,
        domain=domain.code,
        pillars=tuple(each.pillars),
        maps=tuple(each.maps),
        is_critical=each.critical,
        review_months=review_months,
        rule=_rule(each, defaults, each.window_months or review_months),
    )


def _rule(each: CapabilityFile, defaults: Defaults, window_months: int) -> Rule:
    return Rule(
        code=each.code,
        parts=tuple(
            Part(
                at_least=part.at_least,
                kinds=tuple(part.forms),
                simulated_at_most=part.simulated_at_most,
                seen_as=tuple(part.seen_as),
                is_advisory=part.informs_only,
            )
            for part in each.evidence
        ),
        assessors=each.assessors or defaults.assessors,
        settings=each.settings or defaults.settings,
        real_patients=defaults.real_patients if each.real_patients is None else each.real_patients,
        observed=defaults.observed if each.observed is None else each.observed,
        observed_as=tuple(each.observed_as),
        window_months=window_months,
        least_grade=each.least_grade or defaults.least_grade,
    )


def _name(document: Document[Any], path: Path) -> Iterator[Problem]:
    if document.model.slug != path.stem:
        yield document.problem(("slug",), f"This must be the name of the file: {path.stem}.")


def _scale(document: Document[FrameworkFile]) -> Iterator[Problem]:
    if [anchor.level for anchor in document.model.scale] != list(LEVELS):
        yield document.problem(("scale",), "The scale has the levels 1 to 5, in this order.")


def _sources(document: Document[FrameworkFile]) -> Iterator[Problem]:
    file = document.model
    named: list[tuple[tuple[str, ...], str]] = [(("source",), file.source), (("scale_source",), file.scale_source)]
    named.extend((("maps", key, "source"), each.source) for key, each in file.maps.items())
    for loc, source in named:
        if source not in file.sources:
            yield document.problem(loc, f"There is no source {source} in this file.")


def _capabilities(document: Document[FrameworkFile]) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, domain in enumerate(document.model.domains):
        for index, each in enumerate(domain.capabilities):
            loc = ("domains", at, "capabilities", index)
            if each.code in seen:
                yield document.problem((*loc, "code"), f"The code {each.code} stands here twice.")
            seen.add(each.code)
            if each.code.partition(".")[0] != domain.code:
                yield document.problem((*loc, "code"), f"A capability of {domain.code} has a code that begins with it.")
            for position, name in enumerate(each.maps):
                if name not in document.model.maps:
                    yield document.problem((*loc, "maps", position), f"There is no map {name} in this file.")
            yield from _evidence(document, loc, each)


def _evidence(document: Document[FrameworkFile], loc: tuple[str | int, ...], each: CapabilityFile) -> Iterator[Problem]:
    kinds: set[FormKind] = set()
    for position, part in enumerate(each.evidence):
        place = (*loc, "evidence", position)
        for kind in part.forms:
            if kind in kinds:
                yield document.problem((*place, "forms"), f"The form {kind.value} stands in two parts of this rule.")
            kinds.add(kind)
            if not kind.is_rated and not part.informs_only:
                yield document.problem((*place, "forms"), "Patient or carer feedback informs and never blocks.")
        if part.simulated_at_most > part.at_least:
            yield document.problem((*place, "simulated_at_most"), "This is more than the part asks for.")
    if all(part.informs_only for part in each.evidence):
        yield document.problem((*loc, "evidence"), "At least one part must be needed, not only inform.")
