"""When the supervisor of shifts and bookings sees the trainee, and when that ends."""

from collections.abc import Iterable
from datetime import date, timedelta

from lms.core.words import day

Window = tuple[date, date]


def joined(windows: Iterable[Window]) -> list[Window]:
    """The same days as the fewest windows, in order."""
    found: list[Window] = []
    for first, last in sorted(windows):
        if found and first <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def open_windows(windows: Iterable[Window], today: date) -> list[Window]:
    """What of the windows is not over, joined."""
    return joined((max(first, today), last) for first, last in windows if last >= today)


def covers(windows: Iterable[Window], wanted: Window) -> bool:
    """Say whether the windows together hold every day of another one."""
    return any(first <= wanted[0] and wanted[1] <= last for first, last in joined(windows))


def booking_cause(on: date) -> str:
    """Why a supervisor sees somebody who is booked with them."""
    return f"Supervisor of the slot booked on {day(on)}"
