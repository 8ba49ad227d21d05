"""The one clock. Moments are stored in UTC; days and times on screen are Europe/London."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from lms.core.days import LONDON, london_day

SOURCE: list[Callable[[], datetime]] = [lambda: datetime.now(UTC)]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return SOURCE[0]()


def today() -> date:
    """The present day in London."""
    return london_day(now())


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Let the clock stand at another moment: for the example service and tests."""
    real = SOURCE[0]
    SOURCE[0] = lambda: moment
    try:
        yield
    finally:
        SOURCE[0] = real


def to_london(moment: datetime) -> datetime:
    """The same moment on a London clock."""
    return moment.astimezone(LONDON)


def from_london(day: date, at: time) -> datetime:
    """The UTC moment of a London wall-clock time; the first of the two when the clock goes back."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first moment of a London day, in UTC."""
    return from_london(day, time.min)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a London day, in UTC."""
    return start_of_day(day + timedelta(days=1)) - timedelta(microseconds=1)
