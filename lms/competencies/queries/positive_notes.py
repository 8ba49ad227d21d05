"""Reading positive notes: the trainee their own, the consultant nurse those of the trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms.competencies.models import PositiveNote
from lms.competencies.queries.facts import find_titles
from lms.competencies.rules import named
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.queries import get_trainee, visible_trainees
from lms.policy import Permission, Role, Viewer


@dataclass(frozen=True, slots=True)
class PositiveNoteRow:
    """One positive note; no text where it was redacted."""

    by_name: str
    role: Role
    noted_on: date
    capability: str
    text_id: UUID
    text: str | None


def list_positive_notes(viewer: Viewer, trainee_id: UUID) -> tuple[Person, Sequence[PositiveNoteRow]]:
    """The trainee and the positive notes about them, newest first."""
    trainee = get_trainee(viewer, trainee_id, Permission.POSITIVE_NOTE_READ)
    rows = db.session.execute(
        select(PositiveNote, Person.name)
        .join(Person, Person.id == PositiveNote.by_id)
        .where(PositiveNote.trainee_id == trainee.id)
        .options(joinedload(PositiveNote.text))
        .order_by(PositiveNote.recorded_at.desc(), PositiveNote.id.desc())
    ).all()
    titles = find_titles() if rows else {}
    return trainee, [
        PositiveNoteRow(
            name,
            note.role,
            note.noted_on,
            named([note.capability_code], titles) if note.capability_code else "",
            note.text_id,
            note.text.text,
        )
        for note, name in rows
    ]


def count_own_positive_notes(viewer: Viewer) -> int:
    """How many positive notes there are about the viewer."""
    own = visible_trainees(viewer, Permission.POSITIVE_NOTE_READ)
    counted = select(func.count(PositiveNote.id)).where(
        PositiveNote.trainee_id == viewer.id, PositiveNote.trainee_id.in_(own)
    )
    return db.session.scalar(counted) or 0
