"""What becomes of booked places when a trainee leaves, and what is said of them when they are paused or taught."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from lms.audit.models import TextBody
from lms.audit.services import keep_text, record
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.words import day, number_of
from lms.identity.queries import roles_of
from lms.notifications.services import tell
from lms.placements.models import BookingDecision
from lms.placements.queries.pauses import list_booked_between, list_booked_on, list_open_slots_of
from lms.placements.queries.slots import SlotRow
from lms.placements.rules.bookings import BookingFact, BookingStatus
from lms.placements.rules.slots import BookingVerdict
from lms.placements.services.moving_up import fill_places
from lms.placements.services.places import (
    OWN_BOOKINGS,
    TO_DECIDE,
    HeldSlots,
    booking_decision,
    deciding_address,
    give_up_place,
    hold_slots,
    names_of,
    tell_deciders,
    where_and_when,
)
from lms.policy import Permission, Role, Viewer


def end_bookings(
    actor: Viewer, person_id: UUID, *, from_at: datetime, reason: str, under: Permission
) -> list[BookingDecision]:
    """Cancel every open booking of somebody who leaves of slots that begin from a moment on, and tell everybody.

    What was logged stays. The places go to whoever waits for them.
    """
    if Role.TRAINEE not in roles_of(person_id):
        return []
    with transaction():
        held = _hold_ahead(person_id, max(from_at, now()))
        ours = [(held.row(each.slot_id), each) for slot in held.bookings.values() for each in slot]
        ended = [(row, each) for row, each in ours if each.trainee_id == person_id and each.status.is_open]
        if not ended:
            return []
        name, why = names_of([person_id])[person_id], keep_text(reason)
        made = [_cancel(actor, row, each, under=under, reason=why, name=name) for row, each in ended]
        fill_places(*(row for row, each in ended if each.status.holds_place))
        what = number_of(len(made), "booking")
        tell(person_id, f"{what} of yours cancelled. {reason}", OWN_BOOKINGS)
        tell_deciders([person_id], f"{what} of {name} cancelled. {reason}", TO_DECIDE)
    return made


def tell_of_pause(actor: Viewer, trainee_id: UUID, *, from_on: date, until_on: date | None) -> Sequence[SlotRow]:
    """Tell the trainee and whoever decides about their bookings what is booked in a pause: it cancels nothing."""
    rows = list_booked_between(trainee_id, [(from_on, until_on)])
    if not rows:
        return rows
    slots, name = number_of(len(rows), "slot"), names_of([trainee_id])[trainee_id]
    text = f"Your pause from {day(from_on)} on: you are booked in {slots} then, first at {where_and_when(rows[0])}"
    tell(trainee_id, text, OWN_BOOKINGS)
    text = f"{name} is paused from {day(from_on)} on and booked in {slots} then: {where_and_when(rows[0])}"
    tell_deciders([trainee_id], text, deciding_address(rows[0]))
    return rows


def tell_of_taught_day(trainees: Collection[UUID], on: date) -> None:
    """Tell whoever is booked on a day that becomes a taught one, and whoever decides about their bookings."""
    for trainee_id, rows in list_booked_on(trainees, on).items():
        name, where = names_of([trainee_id])[trainee_id], where_and_when(rows[0])
        tell(trainee_id, f"You are booked on the new taught day: {where}", OWN_BOOKINGS)
        text = f"{name} is booked on a day that is now a taught day: {where}"
        tell_deciders([trainee_id], text, deciding_address(rows[0]))


def _hold_ahead(person_id: UUID, from_at: datetime) -> HeldSlots:
    """Lock the slots somebody has an open booking of, and their chain: after that nobody books one for them."""
    held = hold_slots(list_open_slots_of(person_id, from_at), [person_id])
    ahead = list_open_slots_of(person_id, from_at)
    return held if ahead <= held.rows.keys() else hold_slots(ahead, [person_id])


def _cancel(
    actor: Viewer, row: SlotRow, booking: BookingFact, *, under: Permission, reason: TextBody, name: str
) -> BookingDecision:
    decision = booking_decision(actor, booking.id, BookingVerdict.CANCELLED, under=under, reason=reason)
    record(actor, "booking.cancelled", decision, about=booking.trainee_id, under=under)
    if booking.status is BookingStatus.BOOKED:
        give_up_place(actor, row, booking.trainee_id, name=name, what="cancelled")
    return decision
