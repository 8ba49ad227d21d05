"""The calendar: which London day a moment falls on, and counting days and months. It reads no clock."""

import calendar
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    """The London day a moment falls on."""
    return moment.astimezone(LONDON).date()


def add_working_days(on: date, days: int) -> date:
    """The date so many working days later: Monday to Friday; bank holidays are not taken off."""
    while days:
        on += timedelta(days=1)
        days -= on.weekday() < 5
    return on


@lru_cache(maxsize=1 << 13)
def add_months(on: date, months: int) -> date:
    """The same day so many months later (or earlier), or the last day of a shorter month."""
    index = on.year * 12 + on.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))
