"""Reading the versions of the framework, what changed between them, and the mappings from one to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from lms.competencies.models import Assessment, FrameworkMapping, FrameworkMappingReview, SignOff
from lms.competencies.queries.facts import find_framework
from lms.competencies.rules import Capability, Framework
from lms.competencies.rules.differences import Difference, difference
from lms.competencies.rules.format import framework_from
from lms.competencies.rules.mappings import Fate, fate_of, to_map
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentPublication, ContentVersion
from lms.curriculum.queries import content_versions_by_id, get_content_version, made_from
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of the framework: when it was published, and how much was recorded under it."""

    id: UUID
    framework: Framework
    stored_at: datetime
    published: tuple[datetime, ...]
    is_current: bool
    assessments: int
    sign_offs: int

    @property
    def since(self) -> datetime:
        """When the version was there first, by which versions follow one another."""
        return min((self.stored_at, *self.published))


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One mapping as a page shows it: who proposed what, and who reviewed it."""

    row: FrameworkMapping
    review: FrameworkMappingReview | None
    proposed_by: str
    reviewed_by: str
    older: Framework
    newer: Framework

    @property
    def state(self) -> str:
        """Whether the mapping is used."""
        if self.review is None:
            return "Waits for review"
        return "Approved" if self.review.approved else "Not approved"

    @property
    def lines(self) -> Sequence[tuple[Capability, Fate, Sequence[Capability]]]:
        """Each capability of the older version with what became of it."""
        old, new, lines = self.older.capabilities, self.newer.capabilities, self.row.lines
        return [
            (old[code], fate_of(code, lines, self.older, self.newer), [new[each] for each in targets])
            for code, targets in sorted(lines.items())
        ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side, the mappings between them, and what a mapping has to decide."""

    older: VersionRow
    newer: VersionRow
    difference: Difference
    to_map: Sequence[Capability]
    mappings: Sequence[MappingRow]

    @property
    def approved(self) -> MappingRow | None:
        """The mapping that is used: the one approved last."""
        reviewed = {each.review.recorded_at: each for each in self.mappings if each.review and each.review.approved}
        return reviewed[max(reviewed)] if reviewed else None

    @property
    def waiting(self) -> MappingRow | None:
        """The mapping that waits for its review."""
        return next((each for each in self.mappings if each.review is None), None)


def list_versions(viewer: Viewer) -> list[VersionRow]:
    """Every version of the framework there ever was, the newest first; counts of records only for who reviews."""
    versions = db.session.scalars(select(ContentVersion).where(ContentVersion.content_kind == ContentKind.FRAMEWORK))
    published: dict[UUID, list[datetime]] = {}
    for version_id, at in db.session.execute(
        select(ContentPublication.content_version_id, ContentPublication.recorded_at)
        .where(ContentPublication.content_kind == ContentKind.FRAMEWORK)
        .order_by(ContentPublication.recorded_at, ContentPublication.id)
    ):
        published.setdefault(version_id, []).append(at)
    current = find_framework()
    counts = viewer.may(Permission.FRAMEWORK_REVIEW)
    assessments = _counts(Assessment) if counts else {}
    sign_offs = _counts(SignOff) if counts else {}
    rows = [
        VersionRow(
            id=each.id,
            framework=made_from(each, framework_from),
            stored_at=each.published_at,
            published=tuple(published.get(each.id, ())),
            is_current=current is not None and current.id == each.id,
            assessments=assessments.get(each.id, 0),
            sign_offs=sign_offs.get(each.id, 0),
        )
        for each in versions
    ]
    return sorted(rows, key=_order, reverse=True)


def _order(row: VersionRow) -> tuple[datetime, UUID]:
    return row.since, row.id


def _counts(model: type[Assessment] | type[SignOff]) -> Mapping[UUID, int]:
    rows = db.session.execute(select(model.framework_version_id, func.count()).group_by(model.framework_version_id))
    return {row[0]: row[1] for row in rows}


def get_comparison(viewer: Viewer, older_id: UUID, newer_id: UUID) -> Comparison:
    """Two versions of the framework, whichever is named first. Raises NotFound unless both are versions of one."""
    rows = {row.id: row for row in list_versions(viewer)}
    if older_id not in rows or newer_id not in rows or older_id == newer_id:
        raise NotFound
    older, newer = sorted((rows[older_id], rows[newer_id]), key=_order)
    if older.framework.slug != newer.framework.slug:
        raise NotFound
    return Comparison(
        older=older,
        newer=newer,
        difference=difference(older.framework, newer.framework),
        to_map=to_map(older.framework, newer.framework),
        mappings=_mapping_rows(
            FrameworkMapping.older_version_id == older.id, FrameworkMapping.newer_version_id == newer.id
        ),
    )


def get_mapping(viewer: Viewer, mapping_id: UUID) -> MappingRow:
    """One mapping with its review; for those who review."""
    found = _mapping_rows(FrameworkMapping.id == mapping_id) if viewer.may(Permission.FRAMEWORK_REVIEW) else []
    if not found:
        raise NotFound
    return found[0]


def list_mappings_waiting(viewer: Viewer) -> list[MappingRow]:
    """The mappings that wait for a second person and that the viewer did not propose; oldest first."""
    if not viewer.may(Permission.FRAMEWORK_REVIEW):
        return []
    rows = _mapping_rows(FrameworkMappingReview.id.is_(None), FrameworkMapping.proposed_by_id != viewer.id)
    return rows[::-1]


def _mapping_rows(*conditions: object) -> list[MappingRow]:
    """The mappings that fulfil the conditions, the latest first."""
    proposer, reviewer = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(FrameworkMapping, FrameworkMappingReview, proposer.name, reviewer.name)
        .join(proposer, proposer.id == FrameworkMapping.proposed_by_id)
        .outerjoin(FrameworkMappingReview, FrameworkMappingReview.mapping_id == FrameworkMapping.id)
        .outerjoin(reviewer, reviewer.id == FrameworkMappingReview.reviewed_by_id)
        .where(*conditions)  # type: ignore[arg-type]
        .options(joinedload(FrameworkMapping.reason), joinedload(FrameworkMappingReview.reason))
        .order_by(FrameworkMapping.recorded_at.desc(), FrameworkMapping.id.desc())
    ).all()
    versions = content_versions_by_id({key for row, *_ in rows for key in (row.older_version_id, row.newer_version_id)})
    made = {key: made_from(each, framework_from) for key, each in versions.items()}
    return [
        MappingRow(row, review, proposed_by, reviewed_by or "", made[row.older_version_id], made[row.newer_version_id])
        for row, review, proposed_by, reviewed_by in rows
    ]


def get_framework_body(version_id: UUID) -> ContentVersion:
    """One version of the framework as its content file says it. Raises NotFound for a version of anything else."""
    version = get_content_version(version_id)
    if version.content_kind is not ContentKind.FRAMEWORK:
        raise NotFound
    return version
