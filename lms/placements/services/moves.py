"""What follows when slots are changed: who sees whom, what the checks say now, who moves up and who is told.

However many slots are changed, they are loaded once; what is written depends on who is concerned.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from lms.audit.services import record
from lms.core.clock import to_london
from lms.core.db import db
from lms.core.words import day, number_of
from lms.identity.queries import list_seeing
from lms.notifications.services import tell
from lms.placements.models import BookingDecision, Slot
from lms.placements.queries.holdups import Pair, check_slots
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.rules import bookings as rules
from lms.placements.rules.bookings import BookingFact, Checks
from lms.placements.rules.moves import Change
from lms.placements.rules.slots import BookingVerdict
from lms.placements.services.moving_up import fill_places
from lms.placements.services.places import (
    COMING,
    OWN_BOOKINGS,
    TO_DECIDE,
    HeldSlots,
    deciding_address,
    names_of,
    slot_address,
)
from lms.placements.services.sight import end_sight, renew_sight
from lms.policy import Permission, Viewer

MANAGE = Permission.SLOT_MANAGE
Kept = list[tuple[SlotRow, Change, BookingFact]]  # Who is booked in a slot that was changed, by its time.


def follow_changes(actor: Viewer, held: HeldSlots) -> None:
    """After slots were changed: those booked keep their places and are held against the checks again, and are told.

    Their supervisors see them, the ones before no longer, and new places are filled. The slots are held as they were.
    """
    db.session.flush()
    rows = {row.fact.id: row for row in load_slots(Slot.id.in_(list(held.rows)))}
    changes = {key: Change(held.rows[key].fact, row.fact) for key, row in rows.items()}
    kept = [(rows[key], changes[key], each) for key in rows for each in rules.booked(held.bookings[key])]
    _renew_sight(actor, kept)
    checks = _check_again(kept)
    _keep_places(actor, kept, checks)
    fill_places(*(rows[key] for key, change in changes.items() if change.may_free_places))
    warned = [each for each in kept if (each[2].trainee_id, each[0].fact.id) in _held_up(checks)]
    _tell_trainees(rows, changes, held.bookings, warned)
    _tell_approvers(warned)
    _tell_supervisors(actor, rows, changes)


def _renew_sight(actor: Viewer, kept: Kept) -> None:
    """Let each supervisor see those booked with them from now on, and the one before no longer: once for each pair."""
    concerned = [(change, each.trainee_id) for _, change, each in kept if change.has_other_sight]
    now_by = _pairs((trainee, change.after.supervisor_id) for change, trainee in concerned)
    for trainee, supervisor in _pairs((trainee, change.before.supervisor_id) for change, trainee in concerned):
        if (trainee, supervisor) not in now_by:
            end_sight(actor, trainee_id=trainee, supervisor_id=supervisor, cause="The slot was changed")
    for trainee, supervisor in now_by:
        renew_sight(actor, trainee_id=trainee, supervisor_id=supervisor, cause="The slot was changed")


def _pairs(found: Iterable[tuple[UUID, UUID | None]]) -> list[Pair]:
    return sorted({(trainee, supervisor) for trainee, supervisor in found if supervisor is not None})


def _check_again(kept: Kept) -> dict[Pair, Checks]:
    """What the checks say about those booked in slots that take place at another time, without the place itself."""
    moved = [(row, each) for row, change, each in kept if change.is_moved]
    without: dict[UUID, list[UUID]] = {}
    for row, each in moved:
        without.setdefault(row.fact.id, []).append(each.id)
    slots = {row.fact.id: row.fact for row, _ in moved}
    pairs = {(each.trainee_id, row.fact.id) for row, each in moved}
    return check_slots({trainee for trainee, _ in pairs}, list(slots.values()), without=without, pairs=pairs)


def _held_up(checks: Mapping[Pair, Checks]) -> set[Pair]:
    return {pair for pair, said in checks.items() if said.holds_up}


def _keep_places(actor: Viewer, kept: Kept, checks: Mapping[Pair, Checks]) -> None:
    """Record that each booked place goes on at another time or with another supervisor, and what was seen.

    Nobody overrides a warning by moving a slot: the decision says what the checks warn of, and gives no reason.
    """
    made: dict[UUID, list[BookingDecision]] = {}
    for row, change, each in kept:
        if change.matters_to_booked:
            decision = BookingDecision(
                booking_id=each.id,
                verdict=BookingVerdict.BOOKED,
                by_id=actor.id,
                role=actor.role_for(MANAGE),
                seen=change.seen(checks.get((each.trainee_id, row.fact.id))),
            )
            made.setdefault(each.trainee_id, []).append(decision)
    for trainee_id, decisions in made.items():
        db.session.add_all(decisions)
        record(actor, "booking.moved", *decisions, about=trainee_id, under=MANAGE)


def _tell_trainees(
    rows: Mapping[UUID, SlotRow],
    changes: Mapping[UUID, Change],
    bookings: Mapping[UUID, Sequence[BookingFact]],
    warned: Kept,
) -> None:
    """Tell each trainee once of the first of their slots that is at another time, and whether the checks now warn."""
    warns: dict[UUID, SlotRow] = {}
    for row, _, each in warned:
        warns.setdefault(each.trainee_id, row)
    told: dict[UUID, SlotRow] = {}
    for key, row in rows.items():
        if changes[key].is_moved:
            for each in bookings[key]:
                if each.status.is_open:
                    told.setdefault(each.trainee_id, row)
    for trainee_id, first in told.items():
        row = warns.get(trainee_id, first)
        text = f"Your placement at {row.site_name} is at another time: {_when(row)}"
        if trainee_id in warns:
            tell(trainee_id, f"{text}. The checks now warn", slot_address(row))
        else:
            tell(trainee_id, text, OWN_BOOKINGS)


def _tell_approvers(warned: Kept) -> None:
    """Tell whoever decides about the trainees that places were moved and the checks now warn: once to each."""
    names = names_of({each.trainee_id for *_, each in warned})
    seeing = {trainee_id: list_seeing(trainee_id, Permission.BOOKING_DECIDE) for trainee_id in sorted(names)}
    told: dict[UUID, list[tuple[SlotRow, BookingFact]]] = {}
    for row, _, each in warned:
        for approver in sorted(seeing[each.trainee_id]):
            told.setdefault(approver, []).append((row, each))
    for approver, places in told.items():
        row, each = places[0]
        if len(places) == 1:
            text = f"The placement of {names[each.trainee_id]} was moved and the checks now warn: {_where(row)}"
            tell(approver, text, deciding_address(row))
        else:
            text = f"{len(places)} booked places were moved and the checks now warn, from {_where(row)} on"
            tell(approver, text, TO_DECIDE)


def _tell_supervisors(actor: Viewer, rows: Mapping[UUID, SlotRow], changes: Mapping[UUID, Change]) -> None:
    """Tell whoever supervises from now on that slots were changed, and whoever did before: once to each."""
    for person_id in {row.fact.supervisor_id for row in rows.values() if row.fact.supervisor_id} - {actor.id}:
        theirs = [row for row in rows.values() if row.fact.supervisor_id == person_id]
        if any(changes[row.fact.id].matters_to_booked for row in theirs):
            what = number_of(len(theirs), "slot you supervise was", "slots you supervise were")
            tell(person_id, f"{what} changed at {theirs[0].site_name}, from {day(theirs[0].fact.on)} on", COMING)
    left: dict[UUID, list[SlotRow]] = {}
    for key, row in rows.items():
        before = changes[key].before.supervisor_id
        if before is not None and before not in (row.fact.supervisor_id, actor.id):
            left.setdefault(before, []).append(row)
    for person_id, theirs in left.items():
        what = number_of(len(theirs), "slot is", "slots are")
        text = f"{what} no longer yours to supervise at {theirs[0].site_name}, from {day(theirs[0].fact.on)} on"
        tell(person_id, text, COMING)


def _when(row: SlotRow) -> str:
    starts, ends = to_london(row.fact.span.started_at), to_london(row.fact.span.ended_at)
    return f"on {day(row.fact.on)}, {starts:%H:%M} to {ends:%H:%M}"


def _where(row: SlotRow) -> str:
    return f"{row.site_name}, {day(row.fact.on)}"
