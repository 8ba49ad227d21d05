"""What is booked for a trainee who is away, taught or leaves: the slots ahead, between days or from a moment on."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from lms.core.clock import now, start_of_day
from lms.curriculum.rules.pace import Pause
from lms.identity.queries import may_towards
from lms.placements.models import Booking, BookingDecision, Slot, SlotCancellation
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.slots import SlotRow, latest_decision, load_slots
from lms.placements.rules.bookings import booked
from lms.placements.rules.slots import BookingVerdict
from lms.policy import Permission, Viewer

Away = tuple[date, date | None]  # The first day away and the first day back, if that is known.


def list_booked_in(viewer: Viewer, trainee_id: UUID, pauses: Collection[Pause]) -> list[SlotRow]:
    """The slots ahead a trainee is booked in while paused, for the trainee and whoever records pauses or decides."""
    may_see = viewer.id == trainee_id or any(
        may_towards(viewer, trainee_id, each) for each in (Permission.ENROLMENT_MANAGE, Permission.BOOKING_DECIDE)
    )
    return list_booked_between(trainee_id, [(each.from_on, each.until_on) for each in pauses]) if may_see else []


def list_booked_between(trainee_id: UUID, away: Sequence[Away]) -> list[SlotRow]:
    """The slots ahead a trainee is booked in on days they are away, by time. One statement, none without such days."""
    ahead = [each for each in away if each[1] is None or start_of_day(each[1]) > now()]
    if not ahead:
        return []
    theirs = (
        select(Booking.slot_id)
        .join(BookingDecision, latest_decision())
        .where(Booking.trainee_id == trainee_id, BookingDecision.verdict == BookingVerdict.BOOKED)
    )
    while_away = [
        and_(
            Slot.starts_at >= start_of_day(from_on),
            *([Slot.starts_at < start_of_day(until_on)] if until_on else []),
        )
        for from_on, until_on in ahead
    ]
    return load_slots(Slot.id.in_(theirs), Slot.starts_at > now(), SlotCancellation.id.is_(None), or_(*while_away))


def list_booked_on(trainees: Collection[UUID], on: date) -> dict[UUID, list[SlotRow]]:
    """The slots ahead in which these trainees are booked on a day, by trainee. Two statements."""
    rows = load_slots(
        Slot.starts_at >= max(start_of_day(on), now()),
        Slot.starts_at < start_of_day(on + timedelta(days=1)),
        SlotCancellation.id.is_(None),
    )
    slots = {row.fact.id: row for row in rows}
    found: dict[UUID, list[SlotRow]] = {}
    for each in booked(load_bookings(Booking.trainee_id.in_(trainees), Booking.slot_id.in_(slots))):
        found.setdefault(each.trainee_id, []).append(slots[each.slot_id])
    return found


def list_open_slots_of(trainee_id: UUID, from_at: datetime) -> set[UUID]:
    """The slots that begin from a moment on of which a trainee has an open booking, by id. One statement."""
    ahead = select(Slot.id).where(Slot.starts_at >= from_at)
    found = load_bookings(Booking.trainee_id == trainee_id, Booking.slot_id.in_(ahead))
    return {each.slot_id for each in found if each.status.is_open}
