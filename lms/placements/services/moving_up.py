"""Giving places to those who wait for them, free or given to them: called inside a transaction, with the slots held."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from lms.audit.services import record
from lms.core.clock import now
from lms.core.db import db
from lms.core.words import number_of
from lms.identity.queries import list_seeing
from lms.notifications.services import tell
from lms.placements.models import BookingDecision
from lms.placements.queries.bookings import bookings_of_slots, reason_given
from lms.placements.queries.holdups import Pair, check_slots
from lms.placements.queries.slots import SlotRow
from lms.placements.rules import bookings as rules
from lms.placements.rules.bookings import BookingFact, Checks
from lms.placements.rules.clearing import seen_when_cleared
from lms.placements.rules.slots import BookingVerdict
from lms.placements.services.places import (
    TO_DECIDE,
    booking_decision,
    deciding_address,
    names_of,
    slot_address,
    take_place,
    tell_deciders,
    where_and_when,
)
from lms.policy import Permission


def fill_places(*rows: SlotRow, cleared: Collection[Pair] = ()) -> list[BookingDecision]:
    """Book whoever was given a place and is cleared, and give each free place to the first whom nothing holds up.

    Approvers are told of those who wait on. The slots are locked and everybody who waits there is held. Nobody moves up
    once the slot has begun, or at a closed site; `cleared` are those whom nothing blocks any more, as they are told.
    However many slots, what the checks say is loaded once; again only for somebody who moved up meanwhile.
    """
    db.session.flush()
    bookings = bookings_of_slots([row.fact.id for row in rows if row.fact.is_ahead(now())])
    given = {slot_id: rules.given(ours) for slot_id, ours in bookings.items()}
    lines = {row.fact.id: _line(row, bookings.get(row.fact.id, ())) for row in rows}
    wanted = [row for row in rows if given.get(row.fact.id) or lines[row.fact.id]]
    pairs = {(each.trainee_id, key) for key in (row.fact.id for row in wanted) for each in (*given[key], *lines[key])}
    trainees = {trainee_id for trainee_id, _ in pairs}
    checks = check_slots(trainees, [row.fact for row in wanted], pairs=pairs)
    names = names_of(trainees)
    made: list[BookingDecision] = []
    moved: set[UUID] = set()
    held_up: list[tuple[SlotRow, list[BookingFact]]] = []
    for row in sorted(wanted, key=lambda each: (each.fact.span.started_at, each.fact.id)):
        for each in given[row.fact.id]:
            said = _checks(row, each, checks, moved)
            if not said.blocks:
                moved.add(each.trainee_id)
                made.append(_confirm(row, each, said, name=names[each.trainee_id]))
        line = [(each, _checks(row, each, checks, moved)) for each in lines[row.fact.id]]
        for _ in range(rules.places_free(row.fact, bookings[row.fact.id])):
            found = rules.first_to_move_up(line)
            if found is None:
                break
            line.remove(found)
            moved.add(found[0].trainee_id)
            is_cleared = (found[0].trainee_id, row.fact.id) in cleared
            made.append(_move_up(row, *found, name=names[found[0].trainee_id], is_cleared=is_cleared))
        else:
            continue
        if line:
            held_up.append((row, [each for each, _ in line]))
    _tell_approvers(held_up)
    return made


def _line(row: SlotRow, bookings: Sequence[BookingFact]) -> list[BookingFact]:
    """Who may move up in a slot now; nobody where no place is free or its site is closed."""
    if row.site_closed or not rules.places_free(row.fact, bookings):
        return []
    return rules.waiting_list(bookings)


def _checks(row: SlotRow, booking: BookingFact, checks: Mapping[Pair, Checks], moved: set[UUID]) -> Checks:
    """What the checks say about somebody who waits: once more where another place was theirs just now."""
    pair = (booking.trainee_id, row.fact.id)
    if booking.trainee_id not in moved:
        return checks[pair]
    db.session.flush()
    return check_slots([booking.trainee_id], [row.fact])[pair]


def _confirm(row: SlotRow, booking: BookingFact, checks: Checks, *, name: str) -> BookingDecision:
    """Book somebody in the place they were given, with the reason that was given then despite warnings.

    What the checks warn of by now is in the decision and said to the approvers: they have decided, and may cancel.
    """
    reason = reason_given(booking.id) if checks.warnings else None
    decision = booking_decision(
        None, booking.id, BookingVerdict.BOOKED, under=Permission.BOOKING_ASK, checks=checks, reason=reason
    )
    decision.seen, decision.overrides = seen_when_cleared(decision.seen), reason is not None
    record(None, "booking.cleared", decision, about=booking.trainee_id)
    take_place(None, row, booking.trainee_id, name=name)
    tell(booking.trainee_id, f"Everything is cleared and you are booked: {where_and_when(row)}", slot_address(row))
    if checks.warnings and reason is None:
        text = f"{name} is booked as everything is cleared, and the checks now warn: {where_and_when(row)}"
        tell_deciders([booking.trainee_id], text, deciding_address(row))
    return decision


def _move_up(row: SlotRow, booking: BookingFact, checks: Checks, *, name: str, is_cleared: bool) -> BookingDecision:
    decision = booking_decision(None, booking.id, BookingVerdict.BOOKED, under=Permission.BOOKING_ASK, checks=checks)
    if is_cleared:
        decision.seen = seen_when_cleared(decision.seen)
    record(None, "booking.cleared" if is_cleared else "booking.moved-up", decision, about=booking.trainee_id)
    take_place(None, row, booking.trainee_id, name=name)
    why = "Everything is cleared" if is_cleared else "A place became free"
    tell(booking.trainee_id, f"{why} and you are booked: {where_and_when(row)}", slot_address(row))
    return decision


def _tell_approvers(held_up: Sequence[tuple[SlotRow, list[BookingFact]]]) -> None:
    """Say that places are free and the checks hold up everybody who waits for them: once to each approver."""
    seeing = {
        trainee_id: list_seeing(trainee_id, Permission.BOOKING_DECIDE)
        for trainee_id in sorted({each.trainee_id for _, waiting in held_up for each in waiting})
    }
    told: dict[UUID, list[SlotRow]] = {}
    for row, waiting in held_up:
        for approver in sorted({each for booking in waiting for each in seeing[booking.trainee_id]}):
            told.setdefault(approver, []).append(row)
    for approver, rows in told.items():
        if len(rows) == 1:
            text = f"A place is free and the checks hold up who waits for it: {where_and_when(rows[0])}"
            tell(approver, text, deciding_address(rows[0]))
        else:
            slots = number_of(len(rows), "slot")
            text = f"Places are free in {slots} and the checks hold up who waits, from {where_and_when(rows[0])}"
            tell(approver, text, TO_DECIDE)
