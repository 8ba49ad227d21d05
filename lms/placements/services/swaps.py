"""Swapping two bookings: offered by one trainee, agreed by the other, approved by an approver."""

from uuid import UUID

from lms.audit.models import TextBody
from lms.audit.services import keep_text, record
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards
from lms.notifications.services import tell
from lms.placements.models import Booking, BookingSwap, BookingSwapStep
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.holdups import check_slots
from lms.placements.queries.swaps import SwapRow, get_own_swap, get_swap_to_decide, list_swappable
from lms.placements.rules import swaps as rules
from lms.placements.rules.bookings import BookingFact, Checks, check_overrides
from lms.placements.rules.slots import BookingVerdict, SwapStepKind
from lms.placements.rules.swaps import SwapSide
from lms.placements.services.places import (
    HeldSlots,
    booking_decision,
    give_up_place,
    hold_slots,
    slot_address,
    take_place,
    tell_deciders,
    where_and_when,
)
from lms.policy import Permission, Viewer

ASK, DECIDE = Permission.BOOKING_ASK, Permission.BOOKING_DECIDE


def offer_swap(actor: Viewer, booking_id: UUID, *, wanted_id: UUID) -> BookingSwap:
    """Offer one of the actor's bookings for one of somebody else of their cohort.

    Raises NotFound for a booking that is not the actor's or one they cannot ask for, RuleViolation if they cannot be
    swapped.
    """
    with transaction():
        mine = next(iter(load_bookings(Booking.id == booking_id, Booking.trainee_id == actor.id)), None)
        if mine is None or all(each.booking_id != wanted_id for each in list_swappable(actor)):
            raise NotFound
        (theirs,) = load_bookings(Booking.id == wanted_id)
        held = hold_slots({mine.slot_id, theirs.slot_id}, [actor.id, theirs.trainee_id])
        rules.check_swap(_side(held, booking_id), _side(held, wanted_id), now=now())
        swap = BookingSwap(
            offered_id=booking_id, wanted_id=wanted_id, asked_by_id=actor.id, asked_of_id=theirs.trainee_id
        )
        db.session.add(swap)
        for trainee_id in (actor.id, theirs.trainee_id):
            record(actor, "booking.swap-offered", swap, about=trainee_id, under=ASK)
        text = f"Somebody in your cohort offers you a swap for {where_and_when(held.row(theirs.slot_id))}"
        tell(theirs.trainee_id, text, f"/placements/swaps/{swap.id}")
    return swap


def answer_swap(actor: Viewer, swap_id: UUID, *, agree: bool) -> BookingSwapStep:
    """Agree to a swap or refuse it; once both agree it waits for an approver.

    Raises NotFound for somebody else's swap, RuleViolation if it is not the actor's to answer or no longer stands.
    """
    with transaction():
        held, swap = _hold_own(actor, swap_id)
        rules.check_answer(swap.status, actor_id=actor.id, asked_of_id=swap.asked_of_id)
        if agree:
            rules.check_swap(_side(held, swap.offered.id), _side(held, swap.wanted.id), now=now())
        step = _step(actor, swap, SwapStepKind.AGREED if agree else SwapStepKind.REFUSED, under=ASK)
        said = "Your swap is agreed: an approver decides" if agree else "Your offer to swap was not taken up"
        tell(swap.asked_by_id, said, f"/placements/swaps/{swap_id}")
        if agree:
            text = f"{swap.asked_by_name} and {swap.asked_of_name} agreed to swap places"
            tell_deciders([swap.asked_by_id, swap.asked_of_id], text, f"/bookings/swaps/{swap_id}")
    return step


def take_back_swap(actor: Viewer, swap_id: UUID) -> BookingSwapStep:
    """Take back an offer to swap that is not decided.

    Raises NotFound for somebody else's swap, RuleViolation if it is not the actor's or is decided.
    """
    with transaction():
        _, swap = _hold_own(actor, swap_id)
        rules.check_take_back(swap.status, actor_id=actor.id, asked_by_id=swap.asked_by_id)
        step = _step(actor, swap, SwapStepKind.TAKEN_BACK, under=ASK)
        tell(swap.asked_of_id, "An offer to swap with you was taken back", f"/placements/swaps/{swap_id}")
    return step


def approve_swap(actor: Viewer, swap_id: UUID, *, reason: str = "", no_identifiers: bool = False) -> list[Booking]:
    """Let two trainees change places: each has a new booking in the other's slot, and the old ones end as swapped.

    Raises NotFound unless the actor decides about both; RuleViolation if it no longer stands, something blocks one of
    them, or the checks warn and no reason is given.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction():
        held, swap = _hold_to_decide(actor, swap_id)
        rules.check_decide_swap(swap.status, [swap.asked_by_id, swap.asked_of_id], actor_id=actor.id)
        rules.check_swap(_side(held, swap.offered.id), _side(held, swap.wanted.id), now=now())
        _step(acting_towards(actor, swap.asked_by_id, DECIDE), swap, SwapStepKind.APPROVED, under=DECIDE)
        one, two = _check_place(held, swap.offered, swap.wanted), _check_place(held, swap.wanted, swap.offered)
        check_overrides(one, reason, name=swap.asked_by_name)
        check_overrides(two, reason, name=swap.asked_of_name)
        why = keep_text(reason) if one.warnings or two.warnings else None
        made = [
            _change_place(actor, held, swap.offered, swap.wanted, one, name=swap.asked_by_name, reason=why),
            _change_place(actor, held, swap.wanted, swap.offered, two, name=swap.asked_of_name, reason=why),
        ]
        for old, name in ((swap.offered, swap.asked_by_name), (swap.wanted, swap.asked_of_name)):
            give_up_place(actor, held.row(old.slot_id), old.trainee_id, name=name, what="swapped")
    return made


def decline_swap(actor: Viewer, swap_id: UUID, *, reason: str, no_identifiers: bool = False) -> BookingSwapStep:
    """Say no to a swap both trainees agreed to, and why.

    Raises NotFound unless the actor decides about both, RuleViolation without a reason or if it no longer stands.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    rules.check_swap_reason(reason)
    with transaction():
        _, swap = _hold_to_decide(actor, swap_id)
        rules.check_decide_swap(swap.status, [swap.asked_by_id, swap.asked_of_id], actor_id=actor.id)
        by = acting_towards(actor, swap.asked_by_id, DECIDE)
        step = _step(by, swap, SwapStepKind.DECLINED, under=DECIDE, reason=reason)
        for person in (swap.asked_by_id, swap.asked_of_id):
            tell(person, f"{actor.name} declined your swap", f"/placements/swaps/{swap_id}")
    return step


def _check_place(held: HeldSlots, old: BookingFact, other: BookingFact) -> Checks:
    """What the checks say of a trainee in the slot of the other, without the booking they give up."""
    slot = held.row(other.slot_id).fact
    return check_slots([old.trainee_id], [slot], without={slot.id: [old.id]})[old.trainee_id, slot.id]


def _change_place(
    actor: Viewer,
    held: HeldSlots,
    old: BookingFact,
    other: BookingFact,
    checks: Checks,
    *,
    name: str,
    reason: TextBody | None,
) -> Booking:
    """End one booking as swapped and book its trainee into the slot of the other."""
    trainee_id, row = old.trainee_id, held.row(other.slot_id)
    by = acting_towards(actor, trainee_id, DECIDE)
    end = booking_decision(by, old.id, BookingVerdict.SWAPPED, under=DECIDE)
    record(by, "booking.swapped", end, about=trainee_id, under=DECIDE)
    booking = Booking(
        slot_id=row.fact.id, trainee_id=trainee_id, by_id=by.id, role=by.role_for(DECIDE), replaces_id=old.id
    )
    db.session.add(booking)
    why = reason if checks.warnings else None
    decision = booking_decision(by, booking.id, BookingVerdict.BOOKED, under=DECIDE, checks=checks, reason=why)
    record(by, "booking.booked", booking, decision, about=trainee_id, under=DECIDE)
    take_place(by, row, trainee_id, name=name)
    tell(trainee_id, f"Your swap is approved: {where_and_when(row)}", slot_address(row))
    return booking


def _step(by: Viewer, swap: SwapRow, kind: SwapStepKind, *, under: Permission, reason: str = "") -> BookingSwapStep:
    step = BookingSwapStep(
        swap_id=swap.id,
        step=kind,
        by_id=by.id,
        role=by.role_for(under),
        reason=keep_text(reason) if reason else None,
    )
    db.session.add(step)
    for trainee_id in (swap.asked_by_id, swap.asked_of_id):
        record(by, f"booking.swap-{kind.value}", step, about=trainee_id, under=under)
    return step


def _side(held: HeldSlots, booking_id: UUID) -> SwapSide:
    booking = held.booking(booking_id)
    return SwapSide(booking, held.row(booking.slot_id).fact, held.bookings[booking.slot_id])


def _hold_own(actor: Viewer, swap_id: UUID) -> tuple[HeldSlots, SwapRow]:
    """Lock both slots of a swap the actor takes part in, then read it again."""
    swap = get_own_swap(actor, swap_id)
    return _hold(swap), get_own_swap(actor, swap_id)


def _hold_to_decide(actor: Viewer, swap_id: UUID) -> tuple[HeldSlots, SwapRow]:
    """Lock both slots of a swap the actor decides about, then read it again."""
    swap = get_swap_to_decide(actor, swap_id)
    return _hold(swap), get_swap_to_decide(actor, swap_id)


def _hold(swap: SwapRow) -> HeldSlots:
    return hold_slots({swap.offered.slot_id, swap.wanted.slot_id}, [swap.asked_by_id, swap.asked_of_id])
