"""Reading requests for a debrief: the trainee's own, and those asked of the viewer. Nobody else reads them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import list_in_roles, list_seeing, people_by_id
from lms.placements.models import DebriefEnd, DebriefRequest
from lms.placements.rules.states import DebriefOutcome
from lms.policy import Permission, Role, Viewer


@dataclass(frozen=True, slots=True)
class DebriefRow:
    """One request for a debrief: who asked whom, when, and how it ended if it did."""

    id: UUID
    trainee_id: UUID
    trainee_name: str
    asked_of_id: UUID
    asked_of_name: str
    recorded_at: datetime
    outcome: DebriefOutcome | None


def list_own_debriefs(viewer: Viewer) -> list[DebriefRow]:
    """The debriefs the viewer has asked for and that are open, the oldest first."""
    return _rows(DebriefRequest.trainee_id == viewer.id, DebriefEnd.id.is_(None))


def list_debriefs_asked(viewer: Viewer) -> list[DebriefRow]:
    """The debriefs asked of the viewer that are open, the oldest first."""
    if not viewer.may(Permission.DEBRIEF_ANSWER):
        return []
    return _rows(DebriefRequest.asked_of_id == viewer.id, DebriefEnd.id.is_(None))


def count_debriefs_asked(viewer: Viewer) -> int:
    """How many debriefs are asked of the viewer and open."""
    statement = (
        select(func.count())
        .select_from(DebriefRequest)
        .outerjoin(DebriefEnd, DebriefEnd.request_id == DebriefRequest.id)
        .where(DebriefRequest.asked_of_id == viewer.id, DebriefEnd.id.is_(None))
    )
    return (db.session.scalar(statement) or 0) if viewer.may(Permission.DEBRIEF_ANSWER) else 0


def get_own_debrief(viewer: Viewer, request_id: UUID) -> DebriefRow:
    """One debrief the viewer has asked for; else NotFound."""
    return _one(_rows(DebriefRequest.id == request_id, DebriefRequest.trainee_id == viewer.id))


def get_debrief_asked(viewer: Viewer, request_id: UUID) -> DebriefRow:
    """One debrief that was asked of the viewer; else NotFound."""
    return _one(_rows(DebriefRequest.id == request_id, DebriefRequest.asked_of_id == viewer.id))


def list_who_debrief(trainee_id: UUID, supervisor_id: UUID | None) -> list[Person]:
    """Whom a trainee may ask: the supervisor of a shift while they see the trainee, and the consultant nurses."""
    seeing = {supervisor_id} & set(list_seeing(trainee_id, Permission.DEBRIEF_ANSWER))
    nurses = people_by_id(list_in_roles(trainee_id, frozenset({Role.CONSULTANT_NURSE})))
    supervisors = people_by_id(person_id for person_id in seeing if person_id is not None)
    others = sorted(
        (person for person in nurses.values() if person.id not in supervisors), key=lambda person: person.name.lower()
    )
    return [*supervisors.values(), *others]


def list_who_take_over(trainee_id: UUID, *, not_id: UUID) -> list[Person]:
    """The consultant nurses to whom a request can be passed on, by name."""
    return [person for person in list_who_debrief(trainee_id, None) if person.id not in (not_id, trainee_id)]


def _one(rows: list[DebriefRow]) -> DebriefRow:
    if not rows:
        raise NotFound
    return rows[0]


def _rows(*conditions: ColumnElement[bool]) -> list[DebriefRow]:
    trainee, asked = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(
            DebriefRequest.id,
            DebriefRequest.trainee_id,
            trainee.name,
            DebriefRequest.asked_of_id,
            asked.name,
            DebriefRequest.recorded_at,
            DebriefEnd.outcome,
        )
        .join(trainee, trainee.id == DebriefRequest.trainee_id)
        .join(asked, asked.id == DebriefRequest.asked_of_id)
        .outerjoin(DebriefEnd, DebriefEnd.request_id == DebriefRequest.id)
        .where(*conditions)
        .order_by(DebriefRequest.recorded_at, DebriefRequest.id)
    )
    return [DebriefRow(*row) for row in rows]
