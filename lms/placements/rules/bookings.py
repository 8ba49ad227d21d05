"""Where a booking stands, who may ask and be booked, and the order of a waiting list. Values in, values out."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lms.core import words
from lms.core.days import LONDON
from lms.core.errors import RuleViolation
from lms.placements.rules.slots import BookingVerdict, SignUp, SlotFact

LATE = timedelta(hours=48)
"""A cancellation this short before the beginning is called late. A proposal, to be confirmed by the service."""


class BookingStatus(enum.StrEnum):
    """Where a booking stands. Never stored: it follows from the decisions on it."""

    ASKED = "asked"
    WAITING_LIST = "waiting-list"
    GIVEN = "given"
    BOOKED = "booked"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    SWAPPED = "swapped"

    @property
    def label(self) -> str:
        """The status in words."""
        return _STATUS_WORDS[self]

    @property
    def is_open(self) -> bool:
        """Say whether something may still come of it."""
        return self.holds_place or self in (BookingStatus.ASKED, BookingStatus.WAITING_LIST)

    @property
    def waits(self) -> bool:
        """Say whether it may still become booked."""
        return self.is_open and self is not BookingStatus.BOOKED

    @property
    def holds_place(self) -> bool:
        """Say whether nobody else can have the place: it is booked, or given and waits for a clearance."""
        return self in (BookingStatus.BOOKED, BookingStatus.GIVEN)


_STATUS_WORDS = {
    BookingStatus.ASKED: "Asked for",
    BookingStatus.WAITING_LIST: "On the waiting list",
    BookingStatus.GIVEN: "Given, not cleared yet",
    BookingStatus.BOOKED: "Booked",
    BookingStatus.DECLINED: "Declined",
    BookingStatus.CANCELLED: "Cancelled",
    BookingStatus.SWAPPED: "Swapped",
}


UNDECIDED = (BookingStatus.ASKED, BookingStatus.WAITING_LIST)


@dataclass(frozen=True, slots=True)
class BookingDecisionFact:
    """One decision on a booking."""

    id: UUID
    verdict: BookingVerdict
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class BookingFact:
    """One booking with the decisions on it, the latest last; `is_given` says that an approver made it."""

    id: UUID
    slot_id: UUID
    trainee_id: UUID
    rank: int | None
    recorded_at: datetime
    decisions: tuple[BookingDecisionFact, ...] = ()
    is_given: bool = False

    @property
    def last(self) -> BookingDecisionFact | None:
        """The decision that speaks."""
        return max(self.decisions, key=lambda each: (each.recorded_at, each.id), default=None)

    @property
    def status(self) -> BookingStatus:
        """Where it stands. What an approver gave waits for nobody but those who clear, and keeps its place."""
        if self.last is None:
            return BookingStatus.ASKED
        if self.is_given and self.last.verdict is BookingVerdict.WAITING_LIST:
            return BookingStatus.GIVEN
        return BookingStatus(self.last.verdict.value)


@dataclass(frozen=True, slots=True)
class Said:
    """What one check says: its name, its title and a sentence."""

    kind: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What the checks say about one trainee in one slot.

    Blocks cannot be overridden; warnings advise, and need a reason; what is not known is said and holds up nothing.
    """

    blocks: tuple[Said, ...] = ()
    warnings: tuple[Said, ...] = ()
    not_known: tuple[Said, ...] = ()

    @property
    def holds_up(self) -> tuple[Said, ...]:
        """What keeps a booking from being made without a person deciding."""
        return (*self.blocks, *self.warnings)

    @property
    def is_only_blocked(self) -> bool:
        """Say whether nothing but what somebody can clear holds the booking up."""
        return bool(self.blocks) and not self.warnings

    @property
    def frozen(self) -> dict[str, Any]:
        """What was seen, as a decision keeps it."""
        return {
            name: [{"kind": said.kind, "title": said.title, "words": said.words} for said in group]
            for name, group in (
                ("blocks", self.blocks),
                ("warnings", self.warnings),
                ("not_known", self.not_known),
            )
        }


def booked(bookings: Iterable[BookingFact]) -> list[BookingFact]:
    """The bookings that are booked."""
    return [each for each in bookings if each.status is BookingStatus.BOOKED]


def given(bookings: Iterable[BookingFact]) -> list[BookingFact]:
    """The bookings that an approver gave and that wait for a clearance, the oldest first."""
    found = [each for each in bookings if each.status is BookingStatus.GIVEN]
    return sorted(found, key=lambda each: (each.recorded_at, each.id))


def places_free(slot: SlotFact, bookings: Iterable[BookingFact]) -> int:
    """How many places of the slot nobody holds."""
    return max(0, slot.capacity - sum(each.status.holds_place for each in bookings))


def waiting_list(bookings: Iterable[BookingFact]) -> list[BookingFact]:
    """Who waits for a place, in the order in which they were put on the list."""
    waits = [
        (last.recorded_at, last.id, each)
        for each in bookings
        if (last := each.last) is not None and each.status is BookingStatus.WAITING_LIST
    ]
    return [each for *_, each in sorted(waits, key=lambda row: row[:2])]


def place_of(booking_id: UUID, bookings: Iterable[BookingFact]) -> int | None:
    """The place of a booking on the waiting list, from 1; None if it is not on it."""
    ids = [each.id for each in waiting_list(bookings)]
    return ids.index(booking_id) + 1 if booking_id in ids else None


def asked_in_order(bookings: Iterable[BookingFact]) -> list[BookingFact]:
    """Who asked and has no answer, the dearest wishes first, then the oldest."""
    asked = [each for each in bookings if each.status is BookingStatus.ASKED]
    return sorted(asked, key=lambda each: (each.rank or 1, each.recorded_at, each.id))


def open_booking_of(trainee_id: UUID, bookings: Iterable[BookingFact]) -> BookingFact | None:
    """The booking of a trainee from which something may still come, if there is one."""
    return next((each for each in bookings if each.trainee_id == trainee_id and each.status.is_open), None)


def why_not_ask(
    slot: SlotFact, bookings: Iterable[BookingFact], trainee_id: UUID, *, is_enrolled: bool, now: datetime
) -> str:
    """Why a trainee cannot ask for a slot, in a sentence; empty where they can."""
    if slot.is_cancelled:
        return "This slot was cancelled."
    if slot.has_begun(now):
        return "This slot has begun."
    if slot.sign_up is SignUp.ASSIGNED:
        return "This slot is given by an approver and cannot be asked for."
    return _outside_window(slot, now) or why_not_work(slot, bookings, trainee_id, is_enrolled=is_enrolled)


def why_not_work(slot: SlotFact, bookings: Iterable[BookingFact], trainee_id: UUID, *, is_enrolled: bool) -> str:
    """Why a trainee cannot be in a slot, however they come to it; empty where they can."""
    if slot.supervisor_id == trainee_id:
        return "Nobody works in a slot that they supervise."
    if not is_enrolled:
        return "Only a trainee who is enrolled on the day of the slot can be booked."
    found = open_booking_of(trainee_id, bookings)
    if found is not None:
        return f"There is a booking of this slot already: {found.status.label.lower()}."
    return ""


def _outside_window(slot: SlotFact, now: datetime) -> str:
    if slot.opens_at is not None and now < slot.opens_at:
        opens = slot.opens_at.astimezone(LONDON)
        return f"This slot can be asked for from {opens:%H:%M} on {words.day(opens.date())}."
    if slot.closes_at is not None and now >= slot.closes_at:
        closed = slot.closes_at.astimezone(LONDON)
        return f"This slot could be asked for until {closed:%H:%M} on {words.day(closed.date())}."
    return ""


def check_ask(
    slot: SlotFact, bookings: Iterable[BookingFact], trainee_id: UUID, *, is_enrolled: bool, now: datetime
) -> None:
    """Refuse a request that cannot be made.

    Raises RuleViolation.
    """
    why = why_not_ask(slot, bookings, trainee_id, is_enrolled=is_enrolled, now=now)
    if why:
        raise RuleViolation(why)


def check_give(
    slot: SlotFact,
    bookings: Sequence[BookingFact],
    trainee_id: UUID,
    *,
    is_enrolled: bool,
    actor_id: UUID,
    now: datetime,
) -> None:
    """Refuse to give a slot that is over or full, to oneself, or to somebody who cannot be in it.

    Raises RuleViolation, on `trainee_id` where another trainee could have it.
    """
    check_not_over(slot, now=now)
    if actor_id == trainee_id:
        raise RuleViolation("Nobody decides about a booking of their own", "trainee_id")
    if not places_free(slot, bookings):
        raise RuleViolation("All places of this slot are taken")
    why = why_not_work(slot, bookings, trainee_id, is_enrolled=is_enrolled)
    if why:
        raise RuleViolation(why, "trainee_id")


def check_not_over(slot: SlotFact, *, now: datetime) -> None:
    """Refuse to book a slot that was cancelled or has begun.

    Raises RuleViolation.
    """
    if slot.is_cancelled:
        raise RuleViolation("This slot was cancelled")
    if slot.has_begun(now):
        raise RuleViolation("This slot has begun")


def check_approve(
    slot: SlotFact, bookings: Sequence[BookingFact], wanted: Sequence[BookingFact], *, actor_id: UUID, now: datetime
) -> None:
    """Refuse to book people who do not wait, oneself, or more people than there are places.

    Raises RuleViolation on `bookings`.
    """
    check_not_over(slot, now=now)
    for each in wanted:
        if each.trainee_id == actor_id:
            raise RuleViolation("Nobody decides about a booking of their own", "bookings")
        if each.status not in UNDECIDED:
            raise RuleViolation(f"This booking no longer waits. It is {each.status.label.lower()}.", "bookings")
    free = places_free(slot, bookings)
    if len(wanted) > free:
        left = words.number_of(free, "place is", "places are") if free else "no place is"
        raise RuleViolation(f"You chose {len(wanted)} and {left} free", "bookings")


def check_overrides(checks: Checks, reason: str, *, name: str) -> None:
    """Refuse to book somebody whom something blocks, or against warnings without a reason.

    Raises RuleViolation on `bookings` or `reason`.
    """
    if checks.blocks:
        raise RuleViolation(f"{name} cannot be booked yet. {checks.blocks[0].words}", "bookings")
    check_warnings(checks, reason, name=name)


def check_warnings(checks: Checks, reason: str, *, name: str) -> None:
    """Refuse to give somebody a place against warnings without a reason.

    Raises RuleViolation on `reason`.
    """
    if checks.warnings and not reason.strip():
        raise RuleViolation(f"Say why {name} is booked despite the warnings. {checks.warnings[0].words}", "reason")


def check_decline(booking: BookingFact, reason: str, *, actor_id: UUID) -> None:
    """Refuse to decline one's own booking, one that no longer waits, or without a reason.

    Raises RuleViolation, on `reason` where it is missing.
    """
    if booking.trainee_id == actor_id:
        raise RuleViolation("Nobody decides about a booking of their own")
    if booking.status not in UNDECIDED:
        raise RuleViolation(f"This booking cannot be declined. It is {booking.status.label.lower()}.")
    _check_reason(reason, "Say why you decline")


def check_cancel(slot: SlotFact, booking: BookingFact, reason: str, *, by_trainee: bool, now: datetime) -> None:
    """Refuse to cancel what is no longer open, without a reason, or by the trainee once the slot is over.

    Raises RuleViolation, on `reason` where it is missing.
    """
    if not booking.status.is_open:
        raise RuleViolation(f"This booking cannot be cancelled. It is {booking.status.label.lower()}.")
    if by_trainee and slot.span.ended_at <= now:
        raise RuleViolation("This slot is over. If you were not there, ask an approver to cancel the booking.")
    _check_reason(reason, "Say why the booking is cancelled")


def _check_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise RuleViolation(sentence, "reason")


def is_late(slot: SlotFact, booking: BookingFact, now: datetime) -> bool:
    """Say whether cancelling a booked place now is short before the beginning. It is said and never counted."""
    return booking.status is BookingStatus.BOOKED and slot.span.started_at - LATE < now


def first_to_move_up(waiting: Iterable[tuple[BookingFact, Checks]]) -> tuple[BookingFact, Checks] | None:
    """Who has the place that became free: the first on the waiting list whom nothing holds up."""
    return next(((each, checks) for each, checks in waiting if not checks.holds_up), None)


class Others(enum.StrEnum):
    """What happens to those who asked for a slot and were not chosen."""

    KEEP = "keep"
    WAITING_LIST = "waiting-list"

    @property
    def label(self) -> str:
        """The choice in words."""
        return {
            "keep": "They stay as they are and I decide later",
            "waiting-list": "Those who asked go on the waiting list and move up when a place becomes free",
        }[self]


def answer_to(slot: SlotFact, bookings: Iterable[BookingFact], checks: Checks) -> BookingVerdict | None:
    """What is said at once to a trainee who asks for a slot; None where an approver has to decide."""
    if slot.sign_up is not SignUp.FIRST_COME:
        return None
    if not places_free(slot, bookings):
        return BookingVerdict.WAITING_LIST
    return None if checks.holds_up else BookingVerdict.BOOKED


def answer_words(slot: SlotFact, status: BookingStatus, place: int | None, checks: Checks) -> str:
    """The answer to a trainee who asked for a slot, in words."""
    if status is BookingStatus.BOOKED:
        return "You are booked."
    if status is BookingStatus.WAITING_LIST:
        return f"All places are taken. You are number {place} on the waiting list."
    if slot.sign_up is SignUp.FIRST_COME and checks.is_only_blocked:
        return f"Asked for, not booked yet. {checks.blocks[0].words} {once_cleared(slot, checks)}"
    if slot.sign_up is SignUp.FIRST_COME and checks.holds_up:
        return f"Asked for, not booked yet: an approver decides. {checks.holds_up[0].words}"
    return "Asked for. An approver decides and you are told."


def once_cleared(slot: SlotFact, checks: Checks, status: BookingStatus | None = None) -> str:
    """What happens to a trainee once nothing blocks them any more, in a sentence to them; without a status if they ask.

    Only who was given a place is booked despite warnings: an approver gave it.
    """
    if status is BookingStatus.GIVEN:
        return "You are booked as soon as everything is cleared."
    if checks.warnings:
        return "Once everything is cleared an approver decides, because of the warnings."
    if slot.sign_up is SignUp.FIRST_COME or status is BookingStatus.WAITING_LIST:
        return "You are booked as soon as everything is cleared, if a place is free then."
    return "Once everything is cleared an approver can book you, and is told."
