"""Events of a calendar that repeat: the daily and weekly ones a rota is made of, each time counted against a limit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from icalendar.prop import vRecur

from lms.interop.rules.problems import Refused
from lms.interop.rules.rota import Days
from lms.interop.rules.rota_lines import Property, When
from lms.placements.rules.duties import DAY

MOST_STEPS = 200_000
"""How many days all repeating events of a file may be followed, so that no file keeps the service busy."""
READ = frozenset({"BYDAY", "COUNT", "FREQ", "INTERVAL", "UNTIL", "WKST"})
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(slots=True)
class Budget:
    """What is left of the steps one file may take."""

    left: int = MOST_STEPS

    def take(self, found: Property) -> None:
        """Take one step. Raises Refused when none is left."""
        self.left -= 1
        if self.left < 0:
            raise found.problem("The repeating events of this file go on for too long. Export a shorter time.")


@dataclass(frozen=True, slots=True)
class Repeats:
    """How an event repeats: every so many days, or on these weekdays every so many weeks."""

    found: Property
    days: tuple[int, ...]
    interval: int
    is_weekly: bool
    count: int | None
    until: When | None
    week_starts: int


def read_repeats(found: Property, start: When) -> Repeats:
    """How often an event repeats. Raises Refused for what no rota needs, and for what is no rule."""
    try:
        parts: Mapping[str, Any] = {str(key).upper(): value for key, value in vRecur.from_ical(found.value).items()}
        frequency = str(parts["FREQ"][0]).upper()
        interval = int(parts.get("INTERVAL", [1])[0])
        count = int(parts["COUNT"][0]) if "COUNT" in parts else None
        days = tuple(sorted({WEEKDAYS.index(str(day).upper()) for day in parts.get("BYDAY", ())}))
        week_starts = WEEKDAYS.index(str(parts.get("WKST", ["MO"])[0]).upper())
        until = _until(parts["UNTIL"][0], start) if "UNTIL" in parts else None
    except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise _unread(found) from error
    if frequency not in ("DAILY", "WEEKLY") or not set(parts) <= READ or interval < 1 or (count or 1) < 1:
        raise _unread(found)
    return Repeats(found, days, interval, frequency == "WEEKLY", count, until, week_starts)


def _unread(found: Property) -> Refused:
    return found.problem(
        "Only events that repeat daily or weekly are read. Export the shifts one by one, or write them in a table."
    )


def _until(value: date | datetime, start: When) -> When:
    if not isinstance(value, datetime):
        return When(datetime.combine(value, time.max), start.zone)
    if value.tzinfo is not None:
        value = value.astimezone(start.clock).replace(tzinfo=None)
    return When(value, start.zone)


def starts_of(start: When, repeats: Repeats, days: Days, budget: Budget) -> Iterator[datetime]:
    """What the clock shows when the event begins, each time, until it ends or the days asked for do.

    Raises Refused where nothing says when it ends.
    """
    if repeats.count is None and repeats.until is None and days.until_on is None:
        raise repeats.found.problem("This repeats without an end. Say until which day the rota is to be read.")
    first = start.local
    counted = 0
    for day in _days(first.date(), repeats):
        budget.take(repeats.found)
        local = datetime.combine(day, first.time())
        if repeats.until is not None and local > repeats.until.local:
            return
        if days.until_on is not None and day > days.until_on + DAY:  # In another zone the day may be another.
            return
        if not _falls_on(day, first.date(), repeats):
            continue
        counted += 1
        if repeats.count is not None and counted > repeats.count:
            return
        yield local


def _days(first: date, repeats: Repeats) -> Iterator[date]:
    """Days on which the event may fall, as far as the calendar goes: each step is taken from the budget."""
    step = DAY if repeats.is_weekly else repeats.interval * DAY
    day = first
    while True:
        yield day
        try:
            day += step
        except OverflowError:
            return


def _falls_on(day: date, first: date, repeats: Repeats) -> bool:
    if not repeats.is_weekly:
        return not repeats.days or day.weekday() in repeats.days
    week = (_week_of(day, repeats.week_starts) - _week_of(first, repeats.week_starts)) // (7 * DAY)
    wanted = repeats.days or (first.weekday(),)
    return week % repeats.interval == 0 and day.weekday() in wanted


def _week_of(day: date, starts: int) -> date:
    """The first day of the week of a day; ordinals keep it inside the calendar."""
    return date.fromordinal(max(1, day.toordinal() - (day.weekday() - starts) % 7))
