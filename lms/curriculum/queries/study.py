"""Reading programmes, modules and readings as a person studies them, with their own progress."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentVersion, ReadingProgress
from lms.curriculum.queries.content import (
    content_versions_by_id,
    current_titles,
    find_content,
    get_content,
    list_content,
)
from lms.curriculum.queries.enrolments import find_own_enrolment
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.curriculum.rules.reading import NOT_STARTED, Progress, next_slug, read_count
from lms.curriculum.rules.versions import ContentKind, Name
from lms.policy import Role, Viewer


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading in a list, with the viewer's progress."""

    slug: str
    title: str
    minutes: int | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class Titled:
    """A case or an assignment in a list."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module with what belongs to it and the viewer's progress."""

    slug: str
    body: dict[str, Any]
    readings: tuple[ReadingRow, ...]
    cases: tuple[Titled, ...]
    assignments: tuple[Titled, ...]

    @property
    def progress(self) -> str:
        """How many of the readings are read, in words."""
        return read_count([reading.progress for reading in self.readings])

    @property
    def next_reading(self) -> ReadingRow | None:
        """The first reading that is not read yet."""
        return next((reading for reading in self.readings if not reading.progress.is_finished), None)


@dataclass(frozen=True, slots=True)
class ProgrammeStudy:
    """A programme with its modules; `enrolment` is set for a trainee's own programme."""

    slug: str
    body: dict[str, Any]
    modules: tuple[ModuleRow, ...]
    enrolment: EnrolmentFact | None


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """A reading as it is shown: its current version, its module, the viewer's progress and what comes next."""

    version: ContentVersion
    module: Titled | None
    next_reading: Titled | None
    progress: Progress


def list_programmes(viewer: Viewer) -> list[ProgrammeStudy]:
    """A trainee's own programme as their cohort began with it; everybody else sees every current programme."""
    enrolment = find_own_enrolment(viewer) if viewer.acting is Role.TRAINEE else None
    if enrolment is not None:
        versions = list(content_versions_by_id([enrolment.programme_version_id]).values())
    else:
        versions = list_content(ContentKind.PROGRAMME)
    wanted = {slug for version in versions for slug in version.body["modules"]}
    modules = {row.slug: row for row in _modules(viewer, list_content(ContentKind.MODULE, wanted))}
    return [
        ProgrammeStudy(
            slug=version.slug,
            body=version.body,
            modules=tuple(modules[slug] for slug in version.body["modules"] if slug in modules),
            enrolment=enrolment,
        )
        for version in versions
    ]


def get_module(viewer: Viewer, slug: str) -> ModuleRow:
    """One module with the length of each reading. Raises NotFound if it is not taught now."""
    version = get_content(ContentKind.MODULE, slug)
    readings = {row.slug: row.body["minutes"] for row in list_content(ContentKind.READING, version.body["readings"])}
    return _modules(viewer, [version], readings)[0]


def get_reading(viewer: Viewer, slug: str) -> ReadingPage:
    """One reading with its place in its module. Raises NotFound if it is not taught now."""
    version = get_content(ContentKind.READING, slug)
    module = find_content(ContentKind.MODULE, version.body["module"])
    following = next_slug(module.body["readings"], slug) if module else None
    after = find_content(ContentKind.READING, following or "")
    return ReadingPage(
        version=version,
        module=Titled(module.slug, module.title) if module else None,
        next_reading=Titled(after.slug, after.title) if after else None,
        progress=_progress(viewer.id, [slug], {slug: version.id}).get(slug, NOT_STARTED),
    )


def get_programme(viewer: Viewer, slug: str) -> tuple[ContentVersion, list[ContentVersion]]:
    """A current programme and its modules in order. Raises NotFound if it is not taught now."""
    version = get_content(ContentKind.PROGRAMME, slug)
    modules = {module.slug: module for module in list_content(ContentKind.MODULE, version.body["modules"])}
    return version, [modules[slug] for slug in version.body["modules"] if slug in modules]


def get_reading_version(slug: str, version_id: UUID) -> ContentVersion:
    """The version of a reading somebody had in front of them. Raises NotFound if it is another reading's."""
    version = db.session.get(ContentVersion, version_id)
    if version is None or version.content_kind is not ContentKind.READING or version.slug != slug:
        raise NotFound
    return version


def _modules(
    viewer: Viewer, versions: Sequence[ContentVersion], minutes: dict[str, int] | None = None
) -> list[ModuleRow]:
    titles = current_titles(ContentKind.READING, ContentKind.CASE, ContentKind.ASSIGNMENT)
    progress = _progress(viewer.id, [slug for version in versions for slug in version.body["readings"]], {})
    return [
        ModuleRow(
            slug=version.slug,
            body=version.body,
            readings=tuple(
                ReadingRow(one.slug, one.title, (minutes or {}).get(one.slug), progress.get(one.slug, NOT_STARTED))
                for one in _titled(titles, ContentKind.READING, version.body["readings"])
            ),
            cases=_titled(titles, ContentKind.CASE, version.body["cases"]),
            assignments=_titled(
                titles, ContentKind.ASSIGNMENT, [component["slug"] for component in version.body["assignments"]]
            ),
        )
        for version in versions
    ]


def _titled(titles: dict[Name, str], kind: ContentKind, slugs: Sequence[str]) -> tuple[Titled, ...]:
    return tuple(Titled(slug, titles[kind, slug]) for slug in slugs if (kind, slug) in titles)


def _progress(person_id: UUID, slugs: Collection[str], current: dict[str, UUID]) -> dict[str, Progress]:
    rows = db.session.scalars(
        select(ReadingProgress).where(ReadingProgress.person_id == person_id, ReadingProgress.slug.in_(slugs))
    )
    return {
        row.slug: Progress(
            section=row.section,
            is_finished=row.finished_at is not None,
            has_changed=row.slug in current and row.content_version_id != current[row.slug],
        )
        for row in rows
    }
