"""Counting days on the calendar."""

from datetime import date, timedelta


def add_working_days(on: date, days: int) -> date:
    """The date so many working days later: Monday to Friday; bank holidays are not taken off."""
    while days:
        on += timedelta(days=1)
        days -= on.weekday() < 5
    return on
