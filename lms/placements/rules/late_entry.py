"""Until when a shift can be logged, and what lets it be logged later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.errors import RuleViolation
from lms.core.words import day
from lms.curriculum.rules.pace import Pause, Share, due_on
from lms.placements.rules.times import Span, started_on

LOG_WITHIN_DAYS = 14
"""How long after its end a shift can be logged, in full time. A proposal, to be confirmed by the service."""
OPEN_AT_MOST = timedelta(days=28)
"""How far ahead an unlocked day may stay open. A proposal, to be confirmed by the service."""

OPEN_USUALLY = 7
"""Days for which unlocked days stay open unless another day is chosen. A proposal, to be confirmed by the service."""


class DayLocked(RuleViolation):
    """A shift is entered too late; `day` is the day that could be unlocked."""

    def __init__(self, message: str, day: date) -> None:
        super().__init__(message, "worked_on")
        self.day = day


@dataclass(frozen=True, slots=True)
class Unlocked:
    """Shifts that began on these days can be logged until a day, although it is late."""

    from_on: date
    until_on: date
    open_until: date


def last_day_to_log(ended_on: date, shares: Sequence[Share] = (), pauses: Sequence[Pause] = ()) -> date | None:
    """The last day on which a shift that ended on this day can be logged.

    The clock stands still in a recorded pause and while an entry for the same time lay with its supervisor, and runs
    slower part-time; None while a pause without an end stops it. A correction where the shift stays is never locked:
    what is wrong is put right whenever it is found, the first entry was made in time and stays readable, and the
    supervisor decides again. One that moves the shift to another day is as late as a new entry for that day.
    """
    return due_on(ended_on, LOG_WITHIN_DAYS, shares, pauses)


def moves_away(first: Span, after: Span) -> bool:
    """Say whether a correction puts a shift on another day, with none of the time it had when it was first entered.

    Step by step, each keeping some time of the one before, a shift could else come to any day.
    """
    return started_on(first) != started_on(after) and not first.overlaps(after)


def check_not_locked(worked_on: date, last_day: date | None, unlocked: Iterable[Unlocked], *, today: date) -> None:
    """Refuse a shift that is entered too late, unless its day is unlocked.

    Raises DayLocked.
    """
    if last_day is None or today <= last_day:
        return
    if any(each.from_on <= worked_on <= each.until_on and today <= each.open_until for each in unlocked):
        return
    raise DayLocked(
        f"This shift could be logged until {day(last_day)}. Its day is locked now. You can ask for it to be unlocked on"
        " the page “Why a day is locked”.",
        worked_on,
    )


def check_ask(worked_on: date, *, today: date) -> None:
    """Refuse to ask for a day that is not over. Raises RuleViolation on `worked_on`."""
    if worked_on > today:
        raise RuleViolation("Enter a day that is past", "worked_on")


def check_unlock(from_on: date, until_on: date, open_until: date, reason: str, *, today: date) -> None:
    """Refuse to unlock days that are out of order or not over, for too long, or without a reason.

    Raises RuleViolation on `from_on`, `until_on`, `open_until` or `reason`.
    """
    if until_on < from_on:
        raise RuleViolation("The last day must not be before the first", "until_on")
    if until_on > today:
        raise RuleViolation("Only days that are past can be unlocked", "until_on")
    if open_until < today:
        raise RuleViolation("The days must stay open until today or later", "open_until")
    if open_until > today + OPEN_AT_MOST:
        raise RuleViolation(f"Days stay open for at most {OPEN_AT_MOST.days} days", "open_until")
    if not reason.strip():
        raise RuleViolation("Say why the days are unlocked", "reason")
