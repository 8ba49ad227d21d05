"""Slots and bookings as values: how one signs up, what was decided, and what follows from it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from lms.core.days import LONDON, london_day
from lms.core.errors import RuleViolation
from lms.core.words import duration, number_of
from lms.placements.rules.times import LONGEST_SHIFT, Span, started_on

MOST_PLACES = 20
"""The most places one slot may have. A proposal, to be confirmed by the service."""


class SignUp(enum.StrEnum):
    """How trainees come to a slot: the first to book has it, an approver chooses, or it is given and not shown."""

    FIRST_COME = "first-come"
    ON_REQUEST = "on-request"
    ASSIGNED = "assigned"

    @property
    def label(self) -> str:
        """The way in words."""
        return _SIGN_UP_WORDS[self]


_SIGN_UP_WORDS = {
    SignUp.FIRST_COME: "Booked at once, first come, first served",
    SignUp.ON_REQUEST: "Asked for, and approved by an approver",
    SignUp.ASSIGNED: "Given by an approver, not shown to trainees",
}


class ClearedBy(enum.StrEnum):
    """Who clears a requirement of a site."""

    SITE = "site"
    TRUST = "trust"

    @property
    def label(self) -> str:
        """Who it is, in words."""
        return {"site": "A supervisor of the site", "trust": "The administrator of the trust"}[self]


class BookingVerdict(enum.StrEnum):
    """What was decided about a booking."""

    BOOKED = "booked"
    WAITING_LIST = "waiting-list"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    SWAPPED = "swapped"


class SwapStepKind(enum.StrEnum):
    """What happened to a swap."""

    AGREED = "agreed"
    REFUSED = "refused"
    APPROVED = "approved"
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True)
class SlotFact:
    """One slot as rules see it; `span` is elapsed time between two moments, whatever the clocks did."""

    id: UUID
    site_id: UUID
    setting: str
    span: Span
    capacity: int
    supervisor_id: UUID | None
    sign_up: SignUp
    opens_at: datetime | None
    closes_at: datetime | None
    is_cancelled: bool

    @property
    def on(self) -> date:
        """The London day the slot belongs to: the day it begins."""
        return started_on(self.span)

    @property
    def last_day_to_ask(self) -> date | None:
        """The last London day on which trainees may ask; None where they may until it begins."""
        return None if self.closes_at is None else london_day(self.closes_at - timedelta(minutes=1))

    def has_begun(self, now: datetime) -> bool:
        """Say whether the slot has begun: from then on it is not changed any more."""
        return self.span.started_at <= now

    def is_ahead(self, now: datetime) -> bool:
        """Say whether the slot takes place and has not begun."""
        return not self.is_cancelled and not self.has_begun(now)

    def is_open(self, now: datetime) -> bool:
        """Say whether trainees may ask for the slot now: it is shown, not cancelled, ahead, and in its window."""
        return (
            self.sign_up is not SignUp.ASSIGNED
            and self.is_ahead(now)
            and (self.opens_at is None or self.opens_at <= now)
            and (self.closes_at is None or now < self.closes_at)
        )


class SlotState(enum.StrEnum):
    """Where a slot stands for those who keep it."""

    OPEN = "open"
    FULL = "full"
    NOT_YET_OPEN = "not-yet-open"
    CLOSED = "closed"
    GIVEN = "given"
    PAST = "past"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in words."""
        return _STATE_WORDS[self]


_STATE_WORDS = {
    SlotState.OPEN: "Open",
    SlotState.FULL: "Full",
    SlotState.NOT_YET_OPEN: "Not open yet",
    SlotState.CLOSED: "Closed for asking",
    SlotState.GIVEN: "Given by an approver",
    SlotState.PAST: "Past",
    SlotState.CANCELLED: "Cancelled",
}


def state_of(slot: SlotFact, taken: int, now: datetime) -> SlotState:
    """Where a slot stands, with so many of its places taken."""
    if slot.is_cancelled:
        return SlotState.CANCELLED
    if slot.has_begun(now):
        return SlotState.PAST
    if taken >= slot.capacity:
        return SlotState.FULL
    if slot.sign_up is SignUp.ASSIGNED:
        return SlotState.GIVEN
    if slot.opens_at is not None and now < slot.opens_at:
        return SlotState.NOT_YET_OPEN
    return SlotState.OPEN if slot.is_open(now) else SlotState.CLOSED


def window_of(day: date, *, opens_on: date | None, closes_days: int | None) -> tuple[datetime | None, datetime | None]:
    """From when until when trainees may ask for a slot that begins on a day.

    They may from the beginning of `opens_on` until the end of the day that lies `closes_days` before the slot.

    Raises RuleViolation on `opens_on` if they never could.
    """
    opens = None if opens_on is None else _midnight(opens_on)
    closes = None if closes_days is None else _midnight(day - timedelta(days=closes_days - 1))
    if opens is not None and (opens_on is not None and opens_on > day or (closes is not None and closes <= opens)):
        raise RuleViolation("Trainees could never ask for it: it would open after it closes", "opens_on")
    return opens, closes


def closes_days_of(slot: SlotFact) -> int | None:
    """How many days before the slot is the last one on which trainees may ask, as `window_of` takes it."""
    last = slot.last_day_to_ask
    return None if last is None else (slot.on - last).days


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=LONDON).astimezone(UTC)


def check_slot(
    span: Span, *, capacity: int, supervisor_id: UUID | None, named: Mapping[UUID, str], site: str, now: datetime
) -> None:
    """Refuse a slot nobody could work in; `named` are those who may supervise at the site.

    Raises RuleViolation on `ends`, `first_on`, `capacity` or `supervisor_id`.
    """
    if span.ended_at - span.started_at > LONGEST_SHIFT:
        raise RuleViolation(
            f"This slot would last {duration(span.minutes)}. The longest shift that can be logged is 16 hours.", "ends"
        )
    if span.started_at <= now:
        raise RuleViolation("A slot must begin in the future", "first_on")
    if not 1 <= capacity <= MOST_PLACES:
        raise RuleViolation(f"Enter places from 1 to {MOST_PLACES}", "capacity")
    if supervisor_id is not None and supervisor_id not in named:
        raise RuleViolation(f"Choose somebody who supervises at {site}", "supervisor_id")


def check_changeable(slot: SlotFact, now: datetime) -> None:
    """Refuse to change or cancel a slot that is cancelled or has begun.

    Raises RuleViolation.
    """
    if slot.is_cancelled:
        raise RuleViolation("This slot is cancelled already")
    if slot.has_begun(now):
        raise RuleViolation("This slot has begun. What was worked in it is logged as a shift.")


def check_places(capacity: int, taken: int) -> None:
    """Refuse fewer places than are booked.

    Raises RuleViolation on `capacity`.
    """
    if capacity < taken:
        raise RuleViolation(
            f"{number_of(taken, 'place is', 'places are')} booked. Cancel a booking before you take places away.",
            "capacity",
        )
