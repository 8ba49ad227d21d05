"""Reading until when a shift can be logged: unlocked days, pauses, working share, and time that lay with others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core.days import london_day
from lms.core.db import db
from lms.curriculum.queries import last_enrolment
from lms.curriculum.rules.pace import Pause
from lms.identity.models import Person
from lms.identity.queries import list_seeing, people_by_id
from lms.placements.models import LateEntryUnlock, Shift, ShiftDecision
from lms.placements.rules.late_entry import Unlocked, last_day_to_log
from lms.placements.rules.states import Verdict
from lms.placements.rules.times import Span
from lms.policy import Permission


@dataclass(frozen=True, slots=True)
class UnlockRow:
    """Days that were unlocked, by whom and why; a reason of None was redacted."""

    unlocked: Unlocked
    by_name: str
    recorded_at: datetime
    reason_id: UUID
    reason: str | None


def list_unlocked(trainee_id: UUID) -> list[UnlockRow]:
    """The days that were unlocked for a trainee, the latest first. The caller has decided who may see them."""
    rows = db.session.scalars(
        select(LateEntryUnlock)
        .where(LateEntryUnlock.trainee_id == trainee_id)
        .order_by(LateEntryUnlock.recorded_at.desc(), LateEntryUnlock.id.desc())
        .options(joinedload(LateEntryUnlock.by), joinedload(LateEntryUnlock.reason))
    )
    return [
        UnlockRow(
            Unlocked(row.from_on, row.until_on, row.open_until),
            row.by.name,
            row.recorded_at,
            row.reason_id,
            row.reason.text,
        )
        for row in rows
    ]


def list_who_unlock(trainee_id: UUID) -> list[Person]:
    """Who can unlock days for this trainee, by name; never they themselves."""
    people = people_by_id(set(list_seeing(trainee_id, Permission.HOURS_UNLOCK)) - {trainee_id})
    return sorted(people.values(), key=lambda person: (person.name.lower(), person.id))


def find_last_day_to_log(trainee_id: UUID, span: Span) -> date | None:
    """The last day on which the trainee can log a shift of this time; None while a pause stops the clock."""
    enrolment = last_enrolment(trainee_id)
    shares, pauses = (enrolment.shares, enrolment.pauses) if enrolment else ((), ())
    return last_day_to_log(london_day(span.ended_at), shares, [*pauses, *_lay_with_others(trainee_id, span)])


def _lay_with_others(trainee_id: UUID, span: Span) -> Sequence[Pause]:
    """The days on which an entry for some of this time lay with its supervisor, before the trainee withdrew it."""
    rows = db.session.execute(
        select(Shift.recorded_at, ShiftDecision.recorded_at)
        .join(ShiftDecision, ShiftDecision.shift_id == Shift.id)
        .where(
            Shift.trainee_id == trainee_id,
            Shift.started_at < span.ended_at,
            Shift.ended_at > span.started_at,
            ShiftDecision.verdict == Verdict.WITHDRAWN,
        )
    )
    return [Pause(london_day(sent), london_day(withdrawn) + timedelta(days=1)) for sent, withdrawn in rows]
