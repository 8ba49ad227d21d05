"""What follows from clearances: places given before all is cleared, and what is set free once it is.

Called inside a transaction. What may be set free is held before anything is recorded that clears it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.audit.models import TextBody
from lms.audit.services import record
from lms.core import words
from lms.core.clock import now
from lms.core.db import db
from lms.notifications.services import tell
from lms.placements.models import Booking, Slot
from lms.placements.queries.bookings import booking_fact, bookings_of_slots
from lms.placements.queries.clearing import list_waiting_slots, load_blocked, load_clearers
from lms.placements.queries.holdups import Pair, check_slots
from lms.placements.queries.slots import SlotRow
from lms.placements.rules import bookings as rules
from lms.placements.rules.bookings import BookingFact, BookingStatus, Checks
from lms.placements.rules.clearance import Block
from lms.placements.rules.clearing import seen_when_cleared, seen_when_given
from lms.placements.rules.slots import BookingVerdict
from lms.placements.services.moving_up import fill_places
from lms.placements.services.places import (
    TO_DECIDE,
    HeldSlots,
    booking_decision,
    deciding_address,
    hold_slots,
    names_of,
    slot_address,
    take_place,
    tell_deciders,
    where_and_when,
)
from lms.policy import Permission, Viewer

ASK, DECIDE = Permission.BOOKING_ASK, Permission.BOOKING_DECIDE
CLEARANCES = "/clearances"


@dataclass(frozen=True, slots=True)
class HeldUp:
    """Slots that are held with who waits in them, and whom of these something blocked."""

    held: HeldSlots
    waiting: tuple[BookingFact, ...]
    blocked: frozenset[Pair]


def hold_waiting_of(trainee_id: UUID) -> HeldUp:
    """Lock the slots a trainee waits for, and their chain, before something of theirs is cleared."""
    of_theirs = Booking.trainee_id == trainee_id
    held = hold_slots(list_waiting_slots(of_theirs), [trainee_id])
    again = list_waiting_slots(of_theirs)  # Now that their chain is held, nobody asks for them.
    held = held if again <= held.rows.keys() else hold_slots(again, [trainee_id])
    return _held_up(held, [each for ours in held.bookings.values() for each in ours if each.trainee_id == trainee_id])


def hold_waiting_at(site_id: UUID) -> HeldUp:
    """Lock the slots of a site in which somebody waits, before the site stops asking for something."""
    at_site = select(Slot.id).where(Slot.site_id == site_id)
    held = hold_slots(list_waiting_slots(Booking.slot_id.in_(at_site)))
    return _held_up(held, [each for ours in held.bookings.values() for each in ours])


def follow_clearing(before: HeldUp) -> None:
    """Look again at everybody who waits: whom nothing blocks any more is booked, moves up, or their approvers are told.

    Booked is who was given a place; also who asked for one first come, first served, if it is free and the checks do
    not warn.
    """
    db.session.flush()
    still = load_blocked(before.waiting, before.held.rows).keys()
    free = [each for each in before.waiting if (each.trainee_id, each.slot_id) not in still]
    cleared = {(each.trainee_id, each.slot_id) for each in free} & before.blocked
    wanted = _by_time(before.held, (each for each in free if _is_set_free(each, cleared)))
    rows = {row.fact.id: row for row, each in wanted if each.status is not BookingStatus.ASKED}
    fill_places(*rows.values(), cleared=cleared)
    asked = [(row, each) for row, each in wanted if each.status is BookingStatus.ASKED]
    _tell_approvers([(row, each) for row, each in asked if not _answer(row, each)])


def give_uncleared(
    by: Viewer, row: SlotRow, booking: Booking, checks: Checks, *, reason: TextBody | None, name: str
) -> None:
    """Give a place to somebody whom something blocks: it is kept for them, and they are booked once all is cleared."""
    decision = booking_decision(by, booking.id, BookingVerdict.WAITING_LIST, under=DECIDE, reason=reason)
    decision.seen = seen_when_given(checks)
    record(by, "booking.given", decision, about=booking.trainee_id, under=DECIDE)
    missing = words.join_words([said.title for said in checks.blocks])
    text = f"{by.name} gave you a place: {where_and_when(row)}. You are booked once this is cleared: {missing}"
    tell(booking.trainee_id, text, slot_address(row))
    tell_clearers([booking], {row.fact.id: row}, name=name, is_given=True)


def tell_clearers(
    bookings: Sequence[Booking], rows: Mapping[UUID, SlotRow], *, name: str, is_given: bool = False
) -> None:
    """Tell whoever clears what blocks new bookings of a trainee: once to each, however many there are."""
    db.session.flush()
    blocked = load_blocked([booking_fact(each) for each in bookings], rows)
    found = [(rows[slot_id], block) for (_, slot_id), blocks in blocked.items() for block in blocks]
    if not found:
        return
    for person_id, theirs in load_clearers(bookings[0].trainee_id, found).items():
        tell(person_id, _lacks(name, theirs, is_given=is_given), _clearing_address(bookings[0].trainee_id, theirs))


def _lacks(name: str, theirs: Sequence[tuple[SlotRow, Block]], *, is_given: bool) -> str:
    slots = {row.fact.id: row for row, _ in theirs}
    first = where_and_when(min(slots.values(), key=lambda row: row.fact.span.started_at))
    where = first if len(slots) == 1 else f"{words.number_of(len(slots), 'slot')}, the first at {first}"
    missing = words.join_words(sorted({block.title for _, block in theirs}))
    return f"{name} {'was given' if is_given else 'asks for'} {where}. You clear what is missing: {missing}"


def _clearing_address(trainee_id: UUID, theirs: Sequence[tuple[SlotRow, Block]]) -> str:
    """Where the one thing that is missing is recorded; the list of all where several are."""
    asked = {block.requirement_id or block.check_kind for _, block in theirs}
    block = theirs[0][1]
    if len(asked) > 1:
        return CLEARANCES
    if block.requirement_id is None:
        return f"/people/{trainee_id}/checks"
    return f"/trainees/{trainee_id}/clearances/{block.requirement_id}"


def _held_up(held: HeldSlots, bookings: Iterable[BookingFact]) -> HeldUp:
    waiting = tuple(each for each in bookings if each.status.waits and held.row(each.slot_id).fact.is_ahead(now()))
    return HeldUp(held, waiting, frozenset(load_blocked(waiting, held.rows)))


def _is_set_free(booking: BookingFact, cleared: set[Pair]) -> bool:
    """Say whether something follows for a booking that nothing blocks: what was given waits for nothing else."""
    return booking.status is BookingStatus.GIVEN or (booking.trainee_id, booking.slot_id) in cleared


def _by_time(held: HeldSlots, bookings: Iterable[BookingFact]) -> list[tuple[SlotRow, BookingFact]]:
    found = [(held.row(each.slot_id), each) for each in bookings]
    return sorted(found, key=lambda pair: (pair[0].fact.span.started_at, pair[1].recorded_at, pair[1].id))


def _answer(row: SlotRow, booking: BookingFact) -> bool:
    """Answer somebody who asked, as if they asked now; False where an approver decides."""
    if row.site_closed:
        return False
    db.session.flush()
    checks = check_slots([booking.trainee_id], [row.fact])[booking.trainee_id, row.fact.id]
    verdict = rules.answer_to(row.fact, bookings_of_slots([row.fact.id])[row.fact.id], checks)
    if verdict is None:
        return False
    decision = booking_decision(None, booking.id, verdict, under=ASK, checks=checks)
    decision.seen = seen_when_cleared(decision.seen)
    record(None, "booking.cleared", decision, about=booking.trainee_id)
    if verdict is BookingVerdict.BOOKED:
        take_place(None, row, booking.trainee_id, name=names_of([booking.trainee_id])[booking.trainee_id])
        said = "Everything is cleared and you are booked"
    else:
        db.session.flush()
        place = rules.place_of(booking.id, bookings_of_slots([row.fact.id])[row.fact.id])
        said = f"Everything is cleared, all places are taken and you are number {place} on the waiting list"
    tell(booking.trainee_id, f"{said}: {where_and_when(row)}", slot_address(row))
    return True


def _tell_approvers(left: Sequence[tuple[SlotRow, BookingFact]]) -> None:
    """Say that nothing blocks a trainee any more who asked and about whom an approver decides: once of each trainee."""
    asked: dict[UUID, list[SlotRow]] = defaultdict(list)
    for row, each in left:
        asked[each.trainee_id].append(row)
    names = names_of(asked.keys())
    for trainee_id, rows in asked.items():
        where = where_and_when(rows[0])
        if len(rows) == 1:
            tell_deciders(
                [trainee_id], f"Nothing blocks {names[trainee_id]} any more: {where}", deciding_address(rows[0])
            )
        else:
            slots = words.number_of(len(rows), "slot")
            text = f"Nothing blocks {names[trainee_id]} any more in {slots}, the first at {where}"
            tell_deciders([trainee_id], text, TO_DECIDE)
