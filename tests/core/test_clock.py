from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core import clock

FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)


def test_the_clock_tells_utc() -> None:
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 7, 31, 23, 0, tzinfo=UTC), date(2026, 8, 1)),
        (datetime(2026, 7, 31, 22, 59, tzinfo=UTC), date(2026, 7, 31)),
    ],
)
def test_today_is_the_day_in_london(moment: datetime, day: date) -> None:
    with clock.pretend(moment):
        assert clock.today() == day
    assert clock.london_day(moment) == day


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25), (date(2026, 6, 1), 24)])
def test_a_day_is_as_long_as_london_makes_it(day: date, hours: int) -> None:
    length = clock.end_of_day(day) - clock.start_of_day(day) + timedelta(microseconds=1)
    assert length == timedelta(hours=hours)


def test_a_time_that_happens_twice_is_the_first_of_the_two() -> None:
    assert clock.from_london(BACK, time(1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_each_day_begins_where_the_one_before_ends(day: date) -> None:
    begins = clock.start_of_day(day)
    assert clock.end_of_day(day - timedelta(days=1)) + timedelta(microseconds=1) == begins
    assert clock.london_day(begins) == day
    assert clock.london_day(clock.end_of_day(day)) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_london_clock_shows_the_same_moment(moment: datetime) -> None:
    assert clock.to_london(moment) == moment


def test_another_moment_can_be_pretended_for_a_while_even_if_something_fails() -> None:
    before, other = clock.now(), datetime(2025, 4, 4, 9, tzinfo=UTC)
    with clock.pretend(other):
        assert clock.now() == other
        with clock.pretend(other + timedelta(days=1)):
            assert clock.today() == date(2025, 4, 5)
        assert clock.now() == other
    with pytest.raises(ZeroDivisionError), clock.pretend(other):
        _ = 1 / 0
    assert clock.now() == before
