"""Shifts summed up week by week, for whoever approves them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.planned import BookedTime, Comparison


@dataclass(frozen=True, slots=True)
class Totals:
    """What shifts come to together: attended, what of it counts, what was pulled, and planned against actual.

    The comparison is of those alone that were planned here, and none where none was.
    """

    attended: int
    counts: int
    pulled: int
    comparison: Comparison | None


def monday_of(day: date) -> date:
    """The Monday of the week a day lies in."""
    return day - timedelta(days=day.weekday())


def totals_of(shifts: Iterable[tuple[ShiftFact, BookedTime | None]]) -> Totals:
    """Sum up shifts, each with what was planned."""
    known = list(shifts)
    planned = [(plan.span.minutes, fact.minutes) for fact, plan in known if plan is not None]
    return Totals(
        attended=sum(fact.minutes for fact, _ in known),
        counts=sum(fact.countable_minutes() for fact, _ in known),
        pulled=sum(fact.pulled_minutes for fact, _ in known),
        comparison=Comparison(*(sum(column) for column in zip(*planned, strict=True))) if planned else None,
    )
