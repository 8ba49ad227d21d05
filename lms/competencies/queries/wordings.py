"""Loading what is needed to read records under another version of the framework than the one they were made with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.competencies.models import FrameworkMapping, FrameworkMappingReview
from lms.competencies.queries.facts import frameworks_by_id
from lms.competencies.rules import Assessment, SignOffFact
from lms.competencies.rules.wordings import NOTHING_KNOWN, MappingFact, Records, Wordings, foreign_versions, read_under
from lms.core.db import db


def load_wordings(
    assessments: Iterable[Assessment],
    sign_offs: Iterable[SignOffFact],
    targets: Iterable[UUID],
    *,
    known_at: datetime,
) -> Wordings:
    """What is needed to read these records under the target versions; nothing where all were made with the same one.

    At most two statements.
    """
    versions = foreign_versions(assessments, sign_offs, targets)
    if not versions:
        return NOTHING_KNOWN
    mappings = load_mappings(known_at=known_at)
    versions |= {key for each in mappings for key in (each.older_id, each.newer_id)}
    return Wordings(frameworks_by_id(versions), mappings)


def load_mappings(*, known_at: datetime) -> tuple[MappingFact, ...]:
    """The mappings that were approved by a moment. One statement."""
    rows = db.session.execute(
        select(
            FrameworkMapping.older_version_id,
            FrameworkMapping.newer_version_id,
            FrameworkMapping.lines,
            FrameworkMappingReview.recorded_at,
        )
        .join(FrameworkMappingReview, FrameworkMappingReview.mapping_id == FrameworkMapping.id)
        .where(FrameworkMappingReview.approved, FrameworkMappingReview.recorded_at <= known_at)
        .order_by(FrameworkMappingReview.recorded_at, FrameworkMappingReview.id)
    )
    return tuple(
        MappingFact(older_id, newer_id, {code: tuple(codes) for code, codes in lines.items()}, approved_at)
        for older_id, newer_id, lines, approved_at in rows
    )


def read_records(
    version_id: UUID,
    assessments: Sequence[Assessment],
    sign_offs: Sequence[SignOffFact],
    *,
    known_at: datetime,
) -> Records:
    """One trainee's records as the version they are held to reads them."""
    wordings = load_wordings(assessments, sign_offs, [version_id], known_at=known_at)
    return read_under(version_id, assessments, sign_offs, wordings)
