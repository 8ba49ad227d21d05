"""Who comes to a supervisor: the places booked in their slots, soon and lately."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import end_of_day, now, start_of_day, today
from lms.identity.models import Person
from lms.identity.queries import people_by_id, visible_trainees
from lms.placements.models import Booking, Slot
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.rules.bookings import booked
from lms.placements.rules.times import SEEN_AFTER, SEEN_BEFORE
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class ComingRow:
    """One trainee booked in a slot of the viewer."""

    row: SlotRow
    trainee_id: UUID
    trainee_name: str
    is_over: bool


def list_coming(viewer: Viewer) -> list[ComingRow]:
    """The trainees booked with the viewer whom they see by it now, those that come first."""
    moment = now()
    first, last = start_of_day(today() - SEEN_AFTER), end_of_day(today() + SEEN_BEFORE)
    near = (Slot.supervisor_id == viewer.id, Slot.starts_at <= last, Slot.ends_at >= first)
    rows = {row.fact.id: row for row in load_slots(*near) if not row.fact.is_cancelled}
    seen = select(Person.id).where(Person.id.in_(visible_trainees(viewer, Permission.HOURS_APPROVE)))
    held = booked(load_bookings(Booking.slot_id.in_(rows), Booking.trainee_id.in_(seen)))
    people = people_by_id(each.trainee_id for each in held)
    found = [
        ComingRow(row, each.trainee_id, people[each.trainee_id].name, row.fact.span.ended_at <= moment)
        for each in held
        for row in [rows[each.slot_id]]
    ]
    return sorted(
        found,
        key=lambda each: (
            each.is_over,
            abs(each.row.fact.span.started_at - moment),
            each.trainee_name,
        ),
    )
