"""Asking for slots, approving, declining and cancelling: one transaction each, with its ledger entries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.audit.models import TextBody
from lms.audit.services import keep_text, record
from lms.core import words
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee, visible_trainees
from lms.notifications.services import send_mail, tell
from lms.placements.models import Booking, BookingDecision
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.holdups import check_slots, enrolled_on, load_enrolments_of
from lms.placements.queries.slots import SlotRow
from lms.placements.rules import bookings as rules
from lms.placements.rules.bookings import BookingFact, BookingStatus, Checks, Others
from lms.placements.rules.slots import BookingVerdict, SignUp
from lms.placements.rules.wishes import check_wishes
from lms.placements.services.clearing import give_uncleared, tell_clearers
from lms.placements.services.moving_up import fill_places
from lms.placements.services.places import (
    TO_DECIDE,
    HeldSlots,
    booking_decision,
    deciding_address,
    give_up_place,
    hold_slots,
    names_of,
    slot_address,
    take_place,
    tell_deciders,
    where_and_when,
)
from lms.policy import Permission, Viewer

ASK, DECIDE = Permission.BOOKING_ASK, Permission.BOOKING_DECIDE


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trainee is told when they ask: where the booking stands, the place on the waiting list, and in words."""

    booking_id: UUID
    status: BookingStatus
    place: int | None
    words: str


def ask_for_slot(actor: Viewer, slot_id: UUID, *, note: str = "", no_identifiers: bool = False) -> Asked:
    """Ask for a slot: first come, first served it is booked at once where a place is free and nothing holds it up.

    Raises NotFound for a slot trainees do not see, RuleViolation if it cannot be asked for or the note may identify a
    patient.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction():
        held = hold_slots([slot_id], [actor.id])
        row = _shown(held, slot_id)
        _check_may_ask(actor, row, held.bookings[slot_id])
        may_book = row.fact.sign_up is SignUp.FIRST_COME and rules.places_free(row.fact, held.bookings[slot_id])
        checks = check_slots([actor.id], [row.fact])[actor.id, slot_id] if may_book else Checks()
        booking = _new_booking(actor, row, actor.id, under=ASK, note=keep_text(note) if note else None)
        verdict = rules.answer_to(row.fact, held.bookings[slot_id], checks)
        if verdict is not None:
            decision = booking_decision(actor, booking.id, verdict, under=ASK, checks=checks)
            event = "booking.booked" if verdict is BookingVerdict.BOOKED else "booking.listed"
            record(actor, event, decision, about=actor.id, under=ASK)
        else:
            tell_deciders([actor.id], f"{actor.name} asks for a place: {where_and_when(row)}", deciding_address(row))
        if verdict is BookingVerdict.BOOKED:
            take_place(actor, row, actor.id, name=actor.name)
        else:
            tell_clearers([booking], held.rows, name=actor.name)
        db.session.flush()
        return _answer(row, booking.id, checks)


def ask_by_wishes(
    actor: Viewer, *, ranks: Mapping[UUID, int], note: str = "", no_identifiers: bool = False
) -> list[Booking]:
    """Ask for several slots that an approver decides about, ranked: 1 is the one the trainee wants most.

    Raises NotFound for a slot trainees do not see; RuleViolation for ranks out of order, or as ask_for_slot does.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    check_wishes(list(ranks.values()))
    with transaction():
        held = hold_slots(ranks.keys(), [actor.id])
        kept = keep_text(note) if note else None
        made = []
        for slot_id, rank in sorted(ranks.items(), key=lambda pair: pair[1]):
            row = _shown(held, slot_id)
            if row.fact.sign_up is not SignUp.ON_REQUEST:
                raise RuleViolation(f"{where_and_when(row)} is not asked for by wishes", "wishes")
            _check_may_ask(actor, row, held.bookings[slot_id])
            made.append(_new_booking(actor, row, actor.id, under=ASK, note=kept, rank=rank))
        tell_deciders([actor.id], f"{actor.name} asks for {words.number_of(len(made), 'slot')} by wishes", TO_DECIDE)
        tell_clearers(made, held.rows, name=actor.name)
    return made


def give_slot(
    actor: Viewer, slot_id: UUID, *, trainee_id: UUID, reason: str = "", no_identifiers: bool = False
) -> Booking:
    """Book a slot for a trainee who did not ask for it; whom something blocks has it given, and is booked once cleared.

    Raises NotFound for a trainee the actor does not see; RuleViolation if they cannot be in it, the site is closed, or
    the checks warn and no reason is given.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction():
        trainee = get_trainee(actor, trainee_id, DECIDE)
        by = acting_towards(actor, trainee_id, DECIDE)
        held = hold_slots([slot_id], [trainee_id])
        row = held.row(slot_id)
        _check_site_open(row)
        is_enrolled = enrolled_on(load_enrolments_of([trainee_id]).get(trainee_id), row.fact)
        rules.check_give(
            row.fact, held.bookings[slot_id], trainee_id, is_enrolled=is_enrolled, actor_id=actor.id, now=now()
        )
        checks = check_slots([trainee_id], [row.fact])[trainee_id, slot_id]
        rules.check_warnings(checks, reason, name=trainee.name)
        booking = _new_booking(by, row, trainee_id, under=DECIDE)
        why = keep_text(reason) if checks.warnings else None
        if checks.blocks:
            give_uncleared(by, row, booking, checks, reason=why, name=trainee.name)
        else:
            _book(by, row, booking.id, trainee_id, checks, reason=why, name=trainee.name)
    return booking


def approve_bookings(
    actor: Viewer,
    slot_id: UUID,
    *,
    bookings: Collection[UUID],
    others: Others = Others.KEEP,
    reason: str = "",
    no_identifiers: bool = False,
) -> list[BookingDecision]:
    """Book those chosen of the people who asked for a slot or wait for it; the others may go on the waiting list.

    Raises NotFound for a trainee the actor does not see; RuleViolation if somebody cannot be booked, the site is
    closed, there are not enough places, or the checks warn and no reason is given.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    if not bookings and others is Others.KEEP:
        raise RuleViolation("Select at least one trainee", "bookings")
    with transaction():
        held = hold_slots([slot_id])
        row, ours = held.row(slot_id), held.bookings[slot_id]
        wanted = [held.booking(each) for each in bookings]
        _check_visible(actor, [each.trainee_id for each in wanted])
        _check_site_open(row)
        rules.check_approve(row.fact, ours, wanted, actor_id=actor.id, now=now())
        checks = check_slots([each.trainee_id for each in wanted], [row.fact])
        names = names_of([each.trainee_id for each in wanted])
        for each in wanted:
            rules.check_overrides(checks[each.trainee_id, slot_id], reason, name=names[each.trainee_id])
        why = keep_text(reason) if any(seen.warnings for seen in checks.values()) else None
        made = []
        for each in wanted:
            seen, by = checks[each.trainee_id, slot_id], acting_towards(actor, each.trainee_id, DECIDE)
            made.append(_book(by, row, each.id, each.trainee_id, seen, reason=why, name=names[each.trainee_id]))
        if others is Others.WAITING_LIST:
            left = [each for each in rules.asked_in_order(ours) if each not in wanted]
            made.extend(_put_on_list(actor, row, left))
    return made


def decline_booking(actor: Viewer, booking_id: UUID, *, reason: str, no_identifiers: bool = False) -> BookingDecision:
    """Say no to a trainee who asked for a slot or waits for it, and why.

    Raises NotFound for a trainee the actor does not see, RuleViolation without a reason or if it no longer waits.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction():
        held, booking, row = _hold_booking(booking_id)
        _check_visible(actor, [booking.trainee_id])
        rules.check_decline(booking, reason, actor_id=actor.id)
        by = acting_towards(actor, booking.trainee_id, DECIDE)
        decision = booking_decision(by, booking_id, BookingVerdict.DECLINED, under=DECIDE, reason=keep_text(reason))
        record(by, "booking.declined", decision, about=booking.trainee_id, under=DECIDE)
        tell(booking.trainee_id, f"{actor.name} declined: {where_and_when(row)}", slot_address(row))
    return decision


def cancel_booking(actor: Viewer, booking_id: UUID, *, reason: str, no_identifiers: bool = False) -> BookingDecision:
    """Cancel a booking: the trainee their own, an approver somebody else's. What was logged with it stays.

    Everybody concerned is told, and whoever waits for the place moves up. Raises NotFound for somebody the actor does
    not see, RuleViolation without a reason or if it is not open any more.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction():
        held, booking, row = _hold_booking(booking_id)
        is_own = booking.trainee_id == actor.id
        if not is_own:
            _check_visible(actor, [booking.trainee_id])
        under = ASK if is_own else DECIDE
        by = actor if is_own else acting_towards(actor, booking.trainee_id, DECIDE)
        rules.check_cancel(row.fact, booking, reason, by_trainee=is_own, now=now())
        decision = _cancel(by, row, booking, under=under, reason=keep_text(reason))
        if booking.status.holds_place:
            fill_places(row)
    return decision


def cancel_bookings_of(actor: Viewer, held: HeldSlots, slot_id: UUID, *, reason: TextBody) -> list[BookingDecision]:
    """Cancel every open booking of a slot that does not take place, and tell everybody concerned.

    Called by whoever cancels the slot, in the same transaction and with the slot held.
    """
    row, made = held.row(slot_id), []
    for each in held.bookings[slot_id]:
        if each.status.is_open:
            made.append(_cancel(actor, row, each, under=Permission.SLOT_MANAGE, reason=reason))
            send_mail(each.trainee_id, "slot-cancelled", url=slot_address(row))
    return made


def _cancel(by: Viewer, row: SlotRow, booking: BookingFact, *, under: Permission, reason: TextBody) -> BookingDecision:
    trainee_id = booking.trainee_id
    decision = booking_decision(by, booking.id, BookingVerdict.CANCELLED, under=under, reason=reason)
    record(by, "booking.cancelled", decision, about=trainee_id, under=under)
    if by.id != trainee_id:
        tell(trainee_id, f"{by.name} cancelled your booking: {where_and_when(row)}", slot_address(row))
    if booking.status is BookingStatus.BOOKED:
        late = rules.is_late(row.fact, booking, now())
        what = "cancelled less than 48 hours before" if late else "cancelled"
        give_up_place(by, row, trainee_id, name=names_of([trainee_id])[trainee_id], what=what)
    return decision


def _book(
    by: Viewer, row: SlotRow, booking_id: UUID, trainee_id: UUID, checks: Checks, *, reason: TextBody | None, name: str
) -> BookingDecision:
    decision = booking_decision(
        by,
        booking_id,
        BookingVerdict.BOOKED,
        under=DECIDE,
        checks=checks,
        reason=reason if checks.warnings else None,
    )
    record(by, "booking.booked", decision, about=trainee_id, under=DECIDE)
    take_place(by, row, trainee_id, name=name)
    tell(trainee_id, f"{by.name} booked you: {where_and_when(row)}", slot_address(row))
    return decision


def _put_on_list(actor: Viewer, row: SlotRow, bookings: Sequence[BookingFact]) -> list[BookingDecision]:
    """Put those the actor may decide about on the waiting list."""
    seen = set(db.session.scalars(visible_trainees(actor, DECIDE)))
    made = []
    for each in bookings:
        if each.trainee_id in seen and each.trainee_id != actor.id:
            by = acting_towards(actor, each.trainee_id, DECIDE)
            decision = booking_decision(by, each.id, BookingVerdict.WAITING_LIST, under=DECIDE)
            record(by, "booking.listed", decision, about=each.trainee_id, under=DECIDE)
            tell(each.trainee_id, f"You are on the waiting list: {where_and_when(row)}", slot_address(row))
            made.append(decision)
    return made


def _new_booking(
    by: Viewer,
    row: SlotRow,
    trainee_id: UUID,
    *,
    under: Permission,
    note: TextBody | None = None,
    rank: int | None = None,
) -> Booking:
    booking = Booking(
        slot_id=row.fact.id,
        trainee_id=trainee_id,
        by_id=by.id,
        role=by.role_for(under),
        rank=rank,
        note=note,
    )
    db.session.add(booking)
    record(by, "booking.asked", booking, about=trainee_id, under=under)
    return booking


def _answer(row: SlotRow, booking_id: UUID, checks: Checks) -> Asked:
    ours = bookings_of_slots([row.fact.id])[row.fact.id]
    status = next(each.status for each in ours if each.id == booking_id)
    place = rules.place_of(booking_id, ours)
    return Asked(booking_id, status, place, rules.answer_words(row.fact, status, place, checks))


def _shown(held: HeldSlots, slot_id: UUID) -> SlotRow:
    """A slot that trainees may see; else NotFound."""
    row = held.row(slot_id)
    if row.fact.sign_up is SignUp.ASSIGNED:
        raise NotFound
    return row


def _check_may_ask(actor: Viewer, row: SlotRow, bookings: Sequence[BookingFact]) -> None:
    _check_site_open(row)
    is_enrolled = enrolled_on(load_enrolments_of([actor.id]).get(actor.id), row.fact)
    rules.check_ask(row.fact, bookings, actor.id, is_enrolled=is_enrolled, now=now())


def _check_site_open(row: SlotRow) -> None:
    if row.site_closed:
        raise RuleViolation(f"{row.site_name} is closed")


def _check_visible(actor: Viewer, trainees: Sequence[UUID]) -> None:
    """Raise NotFound for a trainee about whose bookings the actor does not decide."""
    seen = set(db.session.scalars(visible_trainees(actor, DECIDE)))
    if not set(trainees) <= seen:
        raise NotFound


def _hold_booking(booking_id: UUID) -> tuple[HeldSlots, BookingFact, SlotRow]:
    """Lock the slot of a booking and read both again."""
    found = db.session.execute(
        select(Booking.slot_id, Booking.trainee_id).where(Booking.id == booking_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    held = hold_slots([found.slot_id], [found.trainee_id])
    return held, held.booking(booking_id), held.row(found.slot_id)
