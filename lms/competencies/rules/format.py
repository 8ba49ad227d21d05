"""The framework file as people write it: schema, checks, and the values read from a stored body."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.competencies.rules.framework import Anchor, Capability, Domain, Framework, Part, Rule
from lms.competencies.rules.professions import Profession, ProfessionNeed
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


class RefresherFile(Strict):
    """What is enough to renew a sign-off: so many pieces, by those of these forms that the capability itself takes."""

    at_least: Annotated[int, Field(ge=1)]
    forms: Annotated[list[FormKind], Field(min_length=1)]


class ProfessionsFile(Strict):
    """So many assessors must be of these professions, or of any but these."""

    at_least: Annotated[int, Field(ge=1)] = 1
    of: list[Profession] = []
    other_than: list[Profession] = []


class Defaults(Strict):
    """What every capability of a group needs unless it says otherwise."""

    assessors: Annotated[int, Field(ge=1)]
    settings: Annotated[int, Field(ge=1)]
    real_patients: Count
    observed: Count
    least_grade: IdentityGrade
    review_months: Months
    award_level: Level
    refresher: RefresherFile | None = None


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
    professions: list[ProfessionsFile] = []
    latest: Count = 0
    refresher: RefresherFile | None = None


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


def check_framework(path: Path, root: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Check a framework file; the body is empty if it cannot be read."""
    try:
        document = load(path, FrameworkFile, root)
    except ContentError as error:
        return {}, list(error.problems)
    return document.body, [*_name(document, path), *framework_problems(document)]


def framework_problems(document: Document[FrameworkFile]) -> list[Problem]:
    """Everything wrong with a framework whose fields are right, wherever it was read from."""
    texts = texts_in(document.body, ("title", "summary", "scale", "domains", "maps", "sources"))
    found = [*_scale(document), *_sources(document), *_capabilities(document)]
    return [*found, *banned_in(document, texts)]


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


def _domain(file: FrameworkFile, domain: DomainFile) -> Domain:
    return Domain(domain.code, domain.title, tuple(_capability(file, domain, each) for each in domain.capabilities))


def _capability(file: FrameworkFile, domain: DomainFile, each: CapabilityFile) -> Capability:
    defaults = _defaults(file, each)
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
        professions=tuple(
            ProfessionNeed(need.at_least, tuple(need.of or need.other_than), other_than=bool(need.other_than))
            for need in each.professions
        ),
        latest=each.latest,
        refresher=_refresher(each, each.refresher or defaults.refresher),
    )


def _refresher(each: CapabilityFile, file: RefresherFile | None) -> Part | None:
    """The short way to renew: no easier seen, and no more simulated, than the capability itself allows."""
    if file is None:
        return None
    parts = [part for part in each.evidence if not part.informs_only and set(part.forms) & set(file.forms)]
    kinds = tuple(kind for part in parts for kind in part.forms if kind in file.forms)
    if not kinds:
        return None
    return Part(
        at_least=file.at_least,
        kinds=kinds,
        simulated_at_most=min(file.at_least, *(part.simulated_at_most for part in parts)),
        seen_as=tuple(each.observed_as),
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
    yield from _limits(document, loc, each)
    if all(part.informs_only for part in each.evidence):
        yield document.problem((*loc, "evidence"), "At least one part must be needed, not only inform.")


def _limits(document: Document[FrameworkFile], loc: tuple[str | int, ...], each: CapabilityFile) -> Iterator[Problem]:
    for position, need in enumerate(each.professions):
        place = (*loc, "professions", position)
        if bool(need.of) == bool(need.other_than):
            yield document.problem(place, "Say either which professions, or which not.")
        if Profession.OTHER in (*need.of, *need.other_than):
            yield document.problem(place, "Name professions; “other” is none.")
        if need.at_least > (each.assessors or _defaults(document.model, each).assessors):
            yield document.problem((*place, "at_least"), "This is more than the assessors the rule asks for.")
    if each.latest > sum(part.at_least for part in each.evidence if not part.informs_only):
        yield document.problem((*loc, "latest"), "This is more than the pieces the rule asks for.")
    if each.refresher is not None and _refresher(each, each.refresher) is None:
        yield document.problem((*loc, "refresher", "forms"), "None of these forms counts for this capability.")


def _defaults(file: FrameworkFile, each: CapabilityFile) -> Defaults:
    return file.critical if each.critical else file.other
