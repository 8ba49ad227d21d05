"""A series of slots: which London days it falls on."""

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.errors import RuleViolation
from lms.placements.rules.weeks import monday_of

LONGEST_SERIES = 500
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Repeats(enum.StrEnum):
    """How often a slot comes again."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"

    @property
    def label(self) -> str:
        """How often, in words."""
        return {"once": "Once", "weekly": "Every week", "fortnightly": "Every second week"}[self]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The days of a series: from one to another, on some weekdays (Monday is 0), every week or every second one.

    Without weekdays it is the weekday of the first day.
    """

    first_on: date
    repeats: Repeats = Repeats.ONCE
    last_on: date | None = None
    weekdays: frozenset[int] = frozenset()


def series_days(pattern: Pattern) -> list[date]:
    """The London days of a pattern in order.

    A week counts from Monday, so that the second week is the same one for every weekday.

    Raises RuleViolation on `last_on` or `weekdays` if there is no day, or there are more than 500.
    """
    if pattern.repeats is Repeats.ONCE:
        return [pattern.first_on]
    if pattern.last_on is None:
        raise RuleViolation("Enter the last date of the series", "last_on")
    if pattern.last_on < pattern.first_on:
        raise RuleViolation("The last date must be on or after the first", "last_on")
    found = _days_until(pattern, pattern.last_on)
    if not found:
        raise RuleViolation("None of these weekdays lies between the two dates", "weekdays")
    if len(found) > LONGEST_SERIES:
        raise RuleViolation(f"This would make more than {LONGEST_SERIES} slots. End the series earlier.", "last_on")
    return found


def _days_until(pattern: Pattern, last_on: date) -> list[date]:
    """The days of a series, and no more of them than are needed to see that they are too many."""
    weekdays = pattern.weekdays or {pattern.first_on.weekday()}
    weeks = timedelta(weeks=1 if pattern.repeats is Repeats.WEEKLY else 2)
    monday = monday_of(pattern.first_on)
    found: list[date] = []
    while monday <= last_on and len(found) <= LONGEST_SERIES:
        days = (monday + timedelta(days=weekday) for weekday in sorted(weekdays))
        found.extend(day for day in days if pattern.first_on <= day <= last_on)
        monday += weeks
    return found
