"""Shift times: from what the London clock showed to moments, and the checks on a shift's length and place in time."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from lms.core import words
from lms.core.days import LONDON, london_day
from lms.core.errors import RuleViolation

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_SHIFT = timedelta(hours=16)
"""What can be logged as one shift: it says nothing about rest. A proposal, to be confirmed by the service."""
OLDEST_SHIFT = timedelta(days=5 * 366)


class Repeated(enum.StrEnum):
    """Which of two equal clock times is meant, in the hour that the clocks going back repeat."""

    FIRST = "first"
    SECOND = "second"

    @property
    def label(self) -> str:
        """The choice in words."""
        return {"first": "The first time, before the clocks went back", "second": "The second time, after it"}[self]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time between two UTC moments."""

    started_at: datetime
    ended_at: datetime

    @property
    def minutes(self) -> int:
        """Elapsed whole minutes, whatever the clocks on the wall did."""
        return int((self.ended_at - self.started_at).total_seconds()) // 60

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two share any time; one may begin when the other ends."""
        return self.started_at < other.ended_at and other.started_at < self.ended_at


@dataclass(frozen=True, slots=True)
class TakenSpan:
    """A shift that already holds its time."""

    shift_id: UUID
    span: Span


def resolve_span(
    on: date,
    starts: time,
    ends: time,
    *,
    starts_repeated: Repeated | None = None,
    ends_repeated: Repeated | None = None,
) -> Span:
    """The moments of a shift that began on a London day, from the two times the clock showed.

    An end that is not later than the start belongs to the next day. A time the clocks skipped is refused; a time
    they showed twice is refused until it is said which one is meant.

    Raises RuleViolation on `worked_on` for a year that cannot be meant, else on `starts`, `ends`, `starts_repeated` or
    `ends_repeated`.
    """
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise RuleViolation("Check the year", "worked_on")
    started_at = _moment(on, starts, starts_repeated, "starts")
    ended_at = _same_day_end(on, starts, ends, ends_repeated, started_at)
    if ended_at is None:
        ended_at = _moment(on + timedelta(days=1), ends, ends_repeated, "ends")
    return Span(started_at, ended_at)


def clock_readings(day: date, at: time) -> tuple[datetime, ...]:
    """The UTC moments at which a London clock shows this time on this day: none, one or two."""
    readings = {datetime.combine(day, at.replace(fold=fold), tzinfo=LONDON).astimezone(UTC) for fold in (0, 1)}
    wanted = datetime.combine(day, at.replace(fold=0))
    return tuple(
        sorted(moment for moment in readings if moment.astimezone(LONDON).replace(tzinfo=None, fold=0) == wanted)
    )


def _same_day_end(
    on: date, starts: time, ends: time, repeated: Repeated | None, started_at: datetime
) -> datetime | None:
    """The end on the day of the start; None when it belongs to the next day."""
    if ends > starts:
        return _moment(on, ends, repeated, "ends")
    readings = clock_readings(on, ends)
    if len(readings) == 2 and readings[1] > started_at:
        return readings[1]  # The clock went back during the shift.
    return None


def _moment(day: date, at: time, repeated: Repeated | None, field: str) -> datetime:
    readings = clock_readings(day, at)
    if not readings:
        raise RuleViolation(
            f"The clocks go forward on {words.day(day)}: there is no {at:%H:%M}. Enter what the clock shows.",
            field,
        )
    if len(readings) == 2 and repeated is None:
        raise RuleViolation(
            f"The clocks go back on {words.day(day)}: {at:%H:%M} comes twice. Say which one you mean.",
            f"{field}_repeated",
        )
    return readings[-1] if repeated is Repeated.SECOND else readings[0]


def check_span(span: Span, *, now: datetime) -> None:
    """Refuse a shift that cannot have happened when it is said to have.

    Raises RuleViolation on `worked_on` or `ends`.
    """
    if span.ended_at <= span.started_at:
        raise RuleViolation("The shift must end after it starts", "ends")
    if span.ended_at - span.started_at > LONGEST_SHIFT:
        raise RuleViolation(
            f"This shift would last {words.duration(span.minutes)}. The longest that can be logged is 16 hours.", "ends"
        )
    if span.ended_at > now:
        raise RuleViolation("Log the shift once it has ended: this end is in the future", "worked_on")
    if span.started_at < now - OLDEST_SHIFT:
        raise RuleViolation("Check the year: this date is more than five years ago", "worked_on")


def check_breaks(span: Span, break_minutes: int) -> None:
    """Refuse breaks that cannot be. Raises RuleViolation on `break_minutes`."""
    if break_minutes < 0:
        raise RuleViolation("Breaks cannot be less than 0 minutes", "break_minutes")
    if 0 < span.minutes <= break_minutes:
        raise RuleViolation("Breaks must be shorter than the shift", "break_minutes")


def check_no_overlap(span: Span, taken: Iterable[TakenSpan]) -> None:
    """Refuse a shift that shares time with another one of the same trainee.

    Raises RuleViolation on `starts`.
    """
    for other in taken:
        if span.overlaps(other.span):
            began, ended = other.span.started_at.astimezone(LONDON), other.span.ended_at.astimezone(LONDON)
            raise RuleViolation(
                f"This overlaps a shift you logged from {began:%H:%M} on {words.day(began.date())} to {ended:%H:%M}"
                f" on {words.day(ended.date())}",
                "starts",
            )


def attended_minutes(span: Span, *, break_minutes: int, pulled_minutes: int = 0, breaks_taken_off: bool = False) -> int:
    """Attended time that counts: what elapsed without the time on operational duty.

    Breaks are taken off only where a requirement asks for it.
    """
    return span.minutes - pulled_minutes - (break_minutes if breaks_taken_off else 0)


def started_on(span: Span) -> date:
    """The London day the shift belongs to: the day it began."""
    return london_day(span.started_at)


SEEN_BEFORE, SEEN_AFTER = timedelta(days=14), timedelta(days=28)
"""How long before and after a shift its supervisor sees the trainee. Proposals, to be confirmed by the service."""


def supervision_window(day: date, today: date) -> tuple[date, date]:
    """From when until when the supervisor of a shift sees the trainee.

    A shift logged late is counted from the day it was logged, so that there is time to decide on it.
    """
    return day - SEEN_BEFORE, max(day, today) + SEEN_AFTER


def clock_change_note(span: Span) -> str:
    """One sentence when the clocks changed during the shift, so that its length does not surprise; else nothing."""
    moved = clocks_move(span)
    return f"The clocks went {moved} during this shift: it lasted {words.duration(span.minutes)}." if moved else ""


def clocks_move(span: Span) -> str:
    """Which way the London clock moves between the two moments: forward, back, or nothing."""
    before, after = (moment.astimezone(LONDON).utcoffset() for moment in (span.started_at, span.ended_at))
    if before == after:
        return ""
    return "forward" if (after or timedelta()) > (before or timedelta()) else "back"


def length_words(span: Span) -> str:
    """How long a shift lasted, in one sentence that says so when the clocks changed during it."""
    return clock_change_note(span) or f"This shift lasted {words.duration(span.minutes)}."
