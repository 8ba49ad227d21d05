"""Counting days and months on the calendar."""

import calendar
from datetime import date, timedelta
from functools import lru_cache


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
