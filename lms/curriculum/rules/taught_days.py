"""Taught and simulation days of a cohort: what a day is, and when one can be."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import day

EARLIEST, LATEST = time(6), time(22)
"""Between which times a taught day lies: no clock changes there. A proposal, to be confirmed by the service."""
TITLE_MAX = 120


@dataclass(frozen=True, slots=True)
class TaughtDayFact:
    """One taught day that takes place, as far as rules and lists need it."""

    id: UUID
    cohort_id: UUID
    module: str
    title: str
    starts_at: datetime
    ends_at: datetime


def check_taught_day(*, title: str, on: date, starts: time, ends: time, first: date, last: date) -> None:
    """Refuse a day that lies outside the cohort or at no time anybody teaches; `first` and `last` are of the cohort.

    Raises RuleViolation on `title`, `on`, `starts` or `ends`.
    """
    if not title.strip():
        raise RuleViolation("Enter what is taught", "title")
    if not first <= on <= last:
        raise RuleViolation(f"The cohort studies from {day(first)} to {day(last)}", "on")
    if not EARLIEST <= starts < LATEST:
        raise RuleViolation(f"Enter a start from {EARLIEST:%H:%M} to {LATEST:%H:%M}", "starts")
    if not starts < ends <= LATEST:
        raise RuleViolation(f"Enter an end after the start, until {LATEST:%H:%M} at most", "ends")


def check_takes_place(cancelled_at: datetime | None) -> None:
    """Refuse to change a day that is cancelled.

    Raises RuleViolation.
    """
    if cancelled_at is not None:
        raise RuleViolation("This day is cancelled already")
