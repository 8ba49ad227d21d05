"""Loading bookings as facts. What a page shows of them is decided by who asks: see the other modules."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import db
from lms.placements.models import Booking, BookingDecision, Shift
from lms.placements.rules.bookings import BookingDecisionFact, BookingFact
from lms.placements.rules.slots import BookingVerdict

# The condition that somebody decided about a booking: one without a decision waits for an approver.
DECIDED = select(BookingDecision.id).where(BookingDecision.booking_id == Booking.id).correlate(Booking).exists()


def load_bookings(*conditions: ColumnElement[bool], known_at: datetime | None = None) -> list[BookingFact]:
    """The bookings of a condition with their decisions, as known at a moment, oldest first. One statement."""
    moment = known_at or now()
    rows = db.session.execute(
        select(Booking, BookingDecision.id, BookingDecision.verdict, BookingDecision.recorded_at)
        .outerjoin(
            BookingDecision,
            and_(BookingDecision.booking_id == Booking.id, BookingDecision.recorded_at <= moment),
        )
        .where(*conditions, Booking.recorded_at <= moment)
        .order_by(Booking.recorded_at, Booking.id, BookingDecision.recorded_at, BookingDecision.id)
    )
    found: dict[UUID, tuple[Booking, list[BookingDecisionFact]]] = {}
    for booking, decision_id, verdict, recorded_at in rows:
        decisions = found.setdefault(booking.id, (booking, []))[1]
        if decision_id is not None:
            decisions.append(BookingDecisionFact(decision_id, verdict, recorded_at))
    return [booking_fact(booking, decisions) for booking, decisions in found.values()]


def booking_fact(booking: Booking, decisions: Collection[BookingDecisionFact] = ()) -> BookingFact:
    """The booking as rules see it."""
    return BookingFact(
        id=booking.id,
        slot_id=booking.slot_id,
        trainee_id=booking.trainee_id,
        rank=booking.rank,
        recorded_at=booking.recorded_at,
        decisions=tuple(decisions),
        is_given=booking.by_id != booking.trainee_id,
    )


def bookings_of_slots(slot_ids: Collection[UUID]) -> dict[UUID, list[BookingFact]]:
    """All bookings of these slots, by slot: for counts and places, whoever they are of. One statement."""
    found: dict[UUID, list[BookingFact]] = {slot_id: [] for slot_id in slot_ids}
    if slot_ids:
        for each in load_bookings(Booking.slot_id.in_(slot_ids)):
            found[each.slot_id].append(each)
    return found


def reason_given(booking_id: UUID) -> TextBody | None:
    """The text that says why somebody was given a place despite warnings; None without one. One statement."""
    return db.session.scalar(
        select(TextBody)
        .join(BookingDecision, BookingDecision.reason_id == TextBody.id)
        .where(BookingDecision.booking_id == booking_id, BookingDecision.verdict == BookingVerdict.WAITING_LIST)
        .order_by(BookingDecision.recorded_at.desc(), BookingDecision.id.desc())
        .limit(1)
    )


def find_ended_booking(shift_id: UUID) -> BookingFact | None:
    """The booking a shift was logged with, if it is no longer open: what was logged with it stays. One statement."""
    of_shift = select(Shift.booking_id).where(Shift.id == shift_id)
    found = load_bookings(Booking.id.in_(of_shift))
    return next((each for each in found if not each.status.is_open), None)
