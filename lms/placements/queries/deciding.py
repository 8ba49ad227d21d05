"""What an approver sees of bookings: what waits for a decision, and one slot with everybody who asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import list_trainees, people_by_id, visible_trainees
from lms.placements.models import Booking, BookingDecision, BookingSwap, BookingSwapStep, Site, Slot, SlotCancellation
from lms.placements.queries.ahead import load_gaps
from lms.placements.queries.bookings import DECIDED, bookings_of_slots, load_bookings
from lms.placements.queries.holdups import check_slots
from lms.placements.queries.offers import DecisionLine, list_decisions
from lms.placements.queries.slots import SlotRow, is_given, latest_decision, load_slots, places_taken
from lms.placements.queries.swaps import load_replaced
from lms.placements.queries.wishes import NOTHING_BESIDE, Beside, load_beside
from lms.placements.rules import bookings as rules
from lms.placements.rules.ahead import Gift, gift_of
from lms.placements.rules.bookings import BookingFact, BookingStatus, Checks
from lms.placements.rules.slots import BookingVerdict, SignUp, SwapStepKind
from lms.policy import Permission, Viewer

DECIDE = Permission.BOOKING_DECIDE
MOST_SHOWN = 40
"""How many slots one list shows. A proposal, to be confirmed by the service."""


@dataclass(frozen=True, slots=True)
class SlotToDecide:
    """A slot in which trainees the viewer decides about wait: how many asked and wait, places free, since when."""

    row: SlotRow
    asked: int
    waiting: int
    free: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SlotsToGive:
    """The next slots that are given and have places free, by time; `more` says that others follow."""

    rows: tuple[SlotRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class BookedAhead:
    """The next slots somebody is booked in, each with the names, by time; `more` says that others follow."""

    rows: tuple[tuple[SlotRow, list[str]], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who asked for a slot, waits for it or is booked: what holds them up and what it would give them.

    `beside` are the other wishes of the same asking; a note of None was redacted or is in question, if it has an id.
    """

    fact: BookingFact
    name: str
    place: int | None
    note_id: UUID | None
    note: str | None
    checks: Checks
    gift: Gift | None
    beside: Beside


@dataclass(frozen=True, slots=True)
class DecidedBooking:
    """A booking somebody decided about, ended ones too, with the decisions on it in order.

    `replaces` is the slot whose place it took the place of in a swap.
    """

    fact: BookingFact
    name: str
    replaces: SlotRow | None
    decisions: tuple[DecisionLine, ...]


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One slot with those the viewer decides about, by where they stand; `hidden` counts the others' open bookings.

    `history` are the decisions on their bookings, so that whoever may decide reads why others did.
    """

    row: SlotRow
    free: int
    asked: tuple[Candidate, ...]
    waiting: tuple[Candidate, ...]
    given: tuple[Candidate, ...]
    booked: tuple[Candidate, ...]
    hidden: int
    could_be_given: tuple[Person, ...]
    history: tuple[DecidedBooking, ...]


def count_to_decide(viewer: Viewer) -> int:
    """How many bookings and swaps wait for a decision the viewer may make. One statement.

    A booking on the waiting list waits for one while a place is free: the checks held it up.
    """
    asked = (
        select(func.count())
        .select_from(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
        .where(*_waits(viewer))
    )
    agreed = _agreed_swaps(visible_trainees(viewer, DECIDE)).where(
        BookingSwap.asked_by_id != viewer.id, BookingSwap.asked_of_id != viewer.id, ~_has_begun().exists()
    )
    return db.session.scalar(select(asked.scalar_subquery() + agreed.scalar_subquery())) or 0


def list_to_decide(viewer: Viewer) -> list[SlotToDecide]:
    """The slots in which somebody waits for the viewer, whoever has waited longest first.

    That is who asked, and who is on the waiting list of a slot with a place free: the checks held them up.
    """
    seen = visible_trainees(viewer, DECIDE)
    ahead = select(Slot.id).where(Slot.starts_at > now())
    mine = load_bookings(Booking.trainee_id.in_(seen), Booking.trainee_id != viewer.id, Booking.slot_id.in_(ahead))
    wanted = [each for each in mine if each.status in (BookingStatus.ASKED, BookingStatus.WAITING_LIST)]
    rows = [row for row in load_slots(Slot.id.in_({each.slot_id for each in wanted})) if not row.fact.is_cancelled]
    beside = bookings_of_slots([row.fact.id for row in rows])
    found = [
        _to_decide(row, [each for each in wanted if each.slot_id == row.fact.id], beside[row.fact.id]) for row in rows
    ]
    return sorted((each for each in found if each.asked or each.free), key=lambda each: each.since)


def list_to_give() -> SlotsToGive:
    """The next slots ahead that are given and have places free. One statement."""
    rows = load_slots(
        Slot.starts_at > now(),
        Slot.sign_up == SignUp.ASSIGNED,
        Slot.capacity > places_taken(),
        SlotCancellation.id.is_(None),
        Site.closed_at.is_(None),
        limit=MOST_SHOWN + 1,
    )
    return SlotsToGive(tuple(rows[:MOST_SHOWN]), len(rows) > MOST_SHOWN)


def list_booked_ahead(viewer: Viewer) -> BookedAhead:
    """The next slots in which trainees the viewer decides about are booked, with their names. Three statements."""
    seen = visible_trainees(viewer, DECIDE)
    theirs = (
        select(Booking.slot_id)
        .join(BookingDecision, latest_decision())
        .where(Booking.trainee_id.in_(seen), BookingDecision.verdict == BookingVerdict.BOOKED)
    )
    rows = load_slots(Slot.starts_at > now(), SlotCancellation.id.is_(None), Slot.id.in_(theirs), limit=MOST_SHOWN + 1)
    shown = rows[:MOST_SHOWN]
    held = rules.booked(
        load_bookings(Booking.trainee_id.in_(seen), Booking.slot_id.in_({row.fact.id for row in shown}))
    )
    people = people_by_id(each.trainee_id for each in held)
    names = {
        row.fact.id: [people[each.trainee_id].name for each in held if each.slot_id == row.fact.id] for row in shown
    }
    return BookedAhead(tuple((row, sorted(names[row.fact.id])) for row in shown), len(rows) > MOST_SHOWN)


def get_slot_to_decide(viewer: Viewer, slot_id: UUID) -> DecisionPage:
    """One slot with everybody the viewer decides about who asked, waits or is booked; NotFound if there is none."""
    row = next(iter(load_slots(Slot.id == slot_id)), None)
    if row is None:
        raise NotFound
    trainees = [each for each in list_trainees(viewer, DECIDE) if each.id != viewer.id]
    beside = bookings_of_slots([slot_id])[slot_id]
    names = {person.id: person.name for person in trainees}
    theirs = [each for each in beside if each.trainee_id in names]
    mine = [each for each in theirs if each.status.is_open]
    ids = [each.id for each in theirs]
    decisions, replaced = list_decisions(ids), load_replaced(ids)
    candidates = _candidates(row, mine, beside)
    return DecisionPage(
        row=row,
        free=rules.places_free(row.fact, beside),
        asked=tuple(candidates[each.id] for each in rules.asked_in_order(mine)),
        waiting=tuple(candidates[each.id] for each in rules.waiting_list(mine)),
        given=tuple(candidates[each.id] for each in rules.given(mine)),
        booked=tuple(candidates[each.id] for each in rules.booked(mine)),
        hidden=sum(each.status.is_open for each in beside) - len(mine),
        could_be_given=tuple(
            person
            for person in trainees
            if rules.open_booking_of(person.id, beside) is None and person.id != row.fact.supervisor_id
        ),
        history=tuple(
            DecidedBooking(each, names[each.trainee_id], replaced.get(each.id), tuple(decisions[each.id]))
            for each in theirs
            if each.id in decisions
        ),
    )


def get_booking_to_decide(viewer: Viewer, booking_id: UUID) -> tuple[BookingFact, SlotRow, str]:
    """One booking of somebody the viewer decides about, its slot and the name; else NotFound."""
    seen = visible_trainees(viewer, DECIDE)
    found = next(iter(load_bookings(Booking.id == booking_id, Booking.trainee_id.in_(seen))), None)
    if found is None or found.trainee_id == viewer.id:
        raise NotFound
    (row,) = load_slots(Slot.id == found.slot_id)
    return found, row, people_by_id([found.trainee_id])[found.trainee_id].name


def _to_decide(row: SlotRow, mine: Sequence[BookingFact], beside: Sequence[BookingFact]) -> SlotToDecide:
    asked = [each for each in mine if each.status is BookingStatus.ASKED]
    return SlotToDecide(
        row=row,
        asked=len(asked),
        waiting=len(mine) - len(asked),
        free=rules.places_free(row.fact, beside),
        since=min(each.recorded_at for each in asked or mine),
    )


def _candidates(row: SlotRow, mine: Sequence[BookingFact], beside: Sequence[BookingFact]) -> dict[UUID, Candidate]:
    trainees = [each.trainee_id for each in mine]
    people, gaps, beside_them = people_by_id(trainees), load_gaps(trainees), load_beside(mine)
    checks = check_slots(trainees, [row.fact], without={row.fact.id: [each.id for each in mine]})
    texts = (
        select(Booking.id, TextBody.id, TextBody.text)
        .join(TextBody, TextBody.id == Booking.note_id)
        .where(Booking.id.in_([each.id for each in mine]))
    )
    notes = {booking_id: (text_id, text) for booking_id, text_id, text in db.session.execute(texts)}
    return {
        each.id: Candidate(
            fact=each,
            name=people[each.trainee_id].name,
            place=rules.place_of(each.id, beside),
            note_id=notes.get(each.id, (None, None))[0],
            note=notes.get(each.id, (None, None))[1],
            checks=checks[each.trainee_id, row.fact.id],
            gift=gift_of(gaps[each.trainee_id], row.fact.setting, row.fact.span.minutes),
            beside=beside_them.get(each.id, NOTHING_BESIDE),
        )
        for each in mine
    }


def _waits(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a booking has no decision, or waits beside a free place, and that the viewer may decide."""
    listed = (
        select(BookingDecision.id)
        .where(latest_decision(), BookingDecision.verdict == BookingVerdict.WAITING_LIST, ~is_given())
        .correlate(Booking)
        .exists()
    )
    return (
        Booking.trainee_id.in_(visible_trainees(viewer, DECIDE)),
        Booking.trainee_id != viewer.id,
        Slot.starts_at > now(),
        SlotCancellation.id.is_(None),
        or_(~DECIDED, and_(listed, Slot.capacity > places_taken())),
    )


def _has_begun() -> Select[UUID]:
    """The booking of a swap whose slot has begun, if there is one."""
    return (
        select(Booking.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Booking.id.in_([BookingSwap.offered_id, BookingSwap.wanted_id]), Slot.starts_at <= now())
        .correlate(BookingSwap)
    )


@lru_cache(maxsize=100)  # Every page counts them.
def _agreed_swaps(seen: Select[UUID]) -> Select[int]:
    """The statement that counts swaps both agreed to whose bookings stand."""
    other = aliased(BookingSwapStep)
    ended = select(other.id).where(other.swap_id == BookingSwap.id, other.step != SwapStepKind.AGREED)
    gone = select(BookingDecision.id).where(
        BookingDecision.booking_id.in_([BookingSwap.offered_id, BookingSwap.wanted_id]),
        BookingDecision.verdict.in_([BookingVerdict.CANCELLED, BookingVerdict.SWAPPED]),
    )
    return (
        select(func.count())
        .select_from(BookingSwap)
        .join(BookingSwapStep, BookingSwapStep.swap_id == BookingSwap.id)
        .where(
            BookingSwap.asked_by_id.in_(seen),
            BookingSwap.asked_of_id.in_(seen),
            ~ended.correlate(BookingSwap).exists(),
            ~gone.correlate(BookingSwap).exists(),
        )
    )
