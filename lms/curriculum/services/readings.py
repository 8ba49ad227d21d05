"""Remembering how far somebody has read. Operational: no ledger."""

from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import transaction
from lms.curriculum import queries
from lms.curriculum.models import ReadingProgress
from lms.curriculum.rules.reading import split_sections
from lms.identity.models import Person
from lms.policy import Viewer


def mark_reading(
    actor: Viewer, slug: str, *, version_id: UUID, section: int = 0, finished: bool = False
) -> ReadingProgress:
    """Remember the furthest section seen and, once said, that the reading is read; nothing ever goes back.

    Raises NotFound if the version is not one of this reading.
    """
    with transaction() as session:
        session.get(Person, actor.id, with_for_update=True)  # Two tabs of one person wait for each other.
        version = queries.get_reading_version(slug, version_id)
        last = len(split_sections(version.body["text"])[1])
        row = session.scalar(
            select(ReadingProgress)
            .where(ReadingProgress.person_id == actor.id, ReadingProgress.slug == slug)
            .with_for_update()
        )
        if row is None:
            row = ReadingProgress(person_id=actor.id, slug=slug, content_version_id=version.id, section=0)
            session.add(row)
        row.section = max(row.section, last if finished else min(max(section, 0), last))
        row.seen_at = now()
        if finished:
            row.content_version_id = version.id
            row.finished_at = row.finished_at or row.seen_at
        elif row.finished_at is None:
            row.content_version_id = version.id
    return row
