"""Reading swaps of bookings: those of a trainee, and those that wait for an approver."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from lms.audit.models import TextBody
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import Enrolment, EnrolmentEnd
from lms.identity.queries import people_by_id, visible_trainees
from lms.placements.models import Booking, BookingDecision, BookingSwap, BookingSwapStep, Slot
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.rules.bookings import BookingFact, BookingStatus
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.swaps import SwapStatus, SwapStepFact, swap_status
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class SwapRow:
    """A swap as pages show it: whose booking of which slot is offered for whose of which, and where it stands.

    `reason` is why it was declined; one of None was redacted or is in question, if it has an id.
    """

    id: UUID
    asked_by_id: UUID
    asked_of_id: UUID
    asked_by_name: str
    asked_of_name: str
    offered: BookingFact
    wanted: BookingFact
    offered_slot: SlotRow
    wanted_slot: SlotRow
    status: SwapStatus
    recorded_at: datetime
    reason_id: UUID | None
    reason: str | None

    @property
    def slots(self) -> tuple[SlotRow, SlotRow]:
        """Both slots, the offered one first."""
        return self.offered_slot, self.wanted_slot


@dataclass(frozen=True, slots=True)
class Swappable:
    """A booking of somebody else that a trainee may ask for in a swap. It does not say whose it is."""

    booking_id: UUID
    slot: SlotRow


def list_swaps(viewer: Viewer) -> list[SwapRow]:
    """The swaps the viewer offered or was asked for, newest first; those over for long are left out."""
    rows = _rows(or_(BookingSwap.asked_by_id == viewer.id, BookingSwap.asked_of_id == viewer.id))
    moment = now()
    return [row for row in rows if any(slot.fact.span.ended_at > moment for slot in row.slots)]


def get_own_swap(viewer: Viewer, swap_id: UUID) -> SwapRow:
    """One swap the viewer takes part in; else NotFound."""
    mine = or_(BookingSwap.asked_by_id == viewer.id, BookingSwap.asked_of_id == viewer.id)
    return _one(BookingSwap.id == swap_id, mine)


def list_swaps_to_decide(viewer: Viewer) -> list[SwapRow]:
    """The swaps both trainees agreed to that the viewer decides about, oldest first."""
    return [row for row in _rows(*_decides(viewer)) if row.status is SwapStatus.AGREED][::-1]


def get_swap_to_decide(viewer: Viewer, swap_id: UUID) -> SwapRow:
    """One swap between two trainees about whose bookings the viewer decides; else NotFound."""
    return _one(BookingSwap.id == swap_id, *_decides(viewer))


def list_swappable(viewer: Viewer) -> list[Swappable]:
    """The booked places ahead of others of the viewer's cohort, without names and without slots the viewer is in."""
    cohort = _enrolled_now(Enrolment.cohort_id).where(Enrolment.trainee_id == viewer.id)
    beside = _enrolled_now(Enrolment.trainee_id).where(
        Enrolment.cohort_id.in_(cohort), Enrolment.trainee_id != viewer.id
    )
    decided = select(BookingDecision.booking_id).where(BookingDecision.verdict == BookingVerdict.BOOKED)
    ahead = select(Slot.id).where(Slot.starts_at > now())
    theirs = load_bookings(Booking.trainee_id.in_(beside), Booking.id.in_(decided), Booking.slot_id.in_(ahead))
    mine = {each.slot_id for each in load_bookings(Booking.trainee_id == viewer.id) if each.status.is_open}
    standing = [each for each in theirs if each.status is BookingStatus.BOOKED and each.slot_id not in mine]
    slots = {row.fact.id: row for row in load_slots(Slot.id.in_({each.slot_id for each in standing}))}
    found = [Swappable(each.id, slots[each.slot_id]) for each in standing]
    fit = [each for each in found if not each.slot.fact.is_cancelled and each.slot.fact.supervisor_id != viewer.id]
    return sorted(fit, key=lambda each: (each.slot.fact.span.started_at, each.booking_id))


def load_replaced(booking_ids: Collection[UUID]) -> dict[UUID, SlotRow]:
    """The slots whose places these bookings took the place of in a swap, by booking. Two statements."""
    before = aliased(Booking)
    rows = db.session.execute(
        select(Booking.id, before.slot_id)
        .join(before, before.id == Booking.replaces_id)
        .where(Booking.id.in_(booking_ids))
    )
    taken: dict[UUID, UUID] = dict(rows.all())
    slots = {row.fact.id: row for row in load_slots(Slot.id.in_(set(taken.values())))} if taken else {}
    return {booking_id: slots[slot_id] for booking_id, slot_id in taken.items()}


def _enrolled_now(column: InstrumentedAttribute[UUID]) -> Select[UUID]:
    """A column of the enrolments that have not ended."""
    return (
        select(column)
        .outerjoin(EnrolmentEnd, EnrolmentEnd.enrolment_id == Enrolment.id)
        .where(or_(EnrolmentEnd.id.is_(None), EnrolmentEnd.ended_on >= today()))
    )


def _decides(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    seen = visible_trainees(viewer, Permission.BOOKING_DECIDE)
    return (
        BookingSwap.asked_by_id.in_(seen),
        BookingSwap.asked_of_id.in_(seen),
        BookingSwap.asked_by_id != viewer.id,
        BookingSwap.asked_of_id != viewer.id,
    )


def _one(*conditions: ColumnElement[bool]) -> SwapRow:
    rows = _rows(*conditions)
    if not rows:
        raise NotFound
    return rows[0]


def _rows(*conditions: ColumnElement[bool]) -> list[SwapRow]:
    """The swaps of a condition with everything that belongs to them, newest first. Five statements."""
    swaps = db.session.scalars(
        select(BookingSwap).where(*conditions).order_by(BookingSwap.recorded_at.desc(), BookingSwap.id.desc())
    ).all()
    if not swaps:
        return []
    bookings = {each.id: each for each in load_bookings(Booking.id.in_({*_both(swaps)}))}
    slots = {row.fact.id: row for row in load_slots(Slot.id.in_({each.slot_id for each in bookings.values()}))}
    people = people_by_id(person for swap in swaps for person in (swap.asked_by_id, swap.asked_of_id))
    steps, reasons = load_steps([swap.id for swap in swaps])
    moment = now()
    return [
        SwapRow(
            id=swap.id,
            asked_by_id=swap.asked_by_id,
            asked_of_id=swap.asked_of_id,
            asked_by_name=people[swap.asked_by_id].name,
            asked_of_name=people[swap.asked_of_id].name,
            offered=bookings[swap.offered_id],
            wanted=bookings[swap.wanted_id],
            offered_slot=slots[bookings[swap.offered_id].slot_id],
            wanted_slot=slots[bookings[swap.wanted_id].slot_id],
            status=swap_status(
                steps.get(swap.id, ()),
                bookings[swap.offered_id].status,
                bookings[swap.wanted_id].status,
                has_begun=any(slots[bookings[each].slot_id].fact.has_begun(moment) for each in _both([swap])),
            ),
            recorded_at=swap.recorded_at,
            reason_id=reasons[swap.id].id if swap.id in reasons else None,
            reason=reasons[swap.id].text if swap.id in reasons else None,
        )
        for swap in swaps
    ]


def _both(swaps: Iterable[BookingSwap]) -> Iterable[UUID]:
    return (booking_id for swap in swaps for booking_id in (swap.offered_id, swap.wanted_id))


def load_steps(swap_ids: Collection[UUID]) -> tuple[dict[UUID, list[SwapStepFact]], dict[UUID, TextBody]]:
    """The steps of these swaps in order, and the reasons of those that were declined. One statement."""
    rows = db.session.scalars(
        select(BookingSwapStep)
        .where(BookingSwapStep.swap_id.in_(swap_ids))
        .order_by(BookingSwapStep.recorded_at, BookingSwapStep.id)
        .options(joinedload(BookingSwapStep.reason))
    )
    found: dict[UUID, list[SwapStepFact]] = {}
    reasons: dict[UUID, TextBody] = {}
    for row in rows:
        found.setdefault(row.swap_id, []).append(SwapStepFact(row.id, row.step, row.recorded_at))
        if row.reason is not None:
            reasons[row.swap_id] = row.reason
    return found, reasons
