"""What is still to be planned for trainees: their gaps of hours, with what is booked ahead taken off."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.identity.models import Person
from lms.placements.models import Booking, Slot
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.loaders import load_practice
from lms.placements.queries.settings import get_placements
from lms.placements.queries.slots import load_slots
from lms.placements.rules.ahead import Gap, TimeAhead, find_gaps
from lms.placements.rules.hours import ShiftFact, progress


def load_gaps(trainees: Collection[UUID]) -> dict[UUID, tuple[Gap, ...]]:
    """What each of these trainees still has to plan, by requirement. A constant number of statements."""
    if not trainees:
        return {}
    shifts, _ = load_practice(select(Person.id).where(Person.id.in_(trainees)), known_at=now())
    return gaps_of(trainees, shifts)


def gaps_of(trainees: Collection[UUID], shifts: Mapping[UUID, Sequence[ShiftFact]]) -> dict[UUID, tuple[Gap, ...]]:
    """The same from their shifts. What is booked or given is taken off as well."""
    ahead = select(Slot.id).where(Slot.ends_at > now())
    bookings = load_bookings(Booking.trainee_id.in_(trainees), Booking.slot_id.in_(ahead))
    held = [each for each in bookings if each.status.holds_place]
    slots = {row.fact.id: row.fact for row in load_slots(Slot.id.in_({each.slot_id for each in held}))}
    asked = get_placements().requirements()
    planned: dict[UUID, list[TimeAhead]] = {}
    for each in held:
        slot = slots[each.slot_id]
        if not slot.is_cancelled:
            planned.setdefault(each.trainee_id, []).append(TimeAhead(slot.setting, slot.span.minutes))
    return {
        trainee: find_gaps(progress(shifts.get(trainee, []), asked), planned.get(trainee, ())) for trainee in trainees
    }
