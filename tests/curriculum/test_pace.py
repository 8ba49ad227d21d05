from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.curriculum.rules.pace import (
    FULL,
    Pause,
    Share,
    due_on,
    expected_minutes,
    expected_percent,
    is_paused,
    share_on,
    worked,
)

START = date(2026, 9, 7)
DAY = timedelta(days=1)


def steady(percent):
    return [Share(date.min, percent)]


days = st.dates(min_value=START - 60 * DAY, max_value=START + 500 * DAY)
closed_pauses = st.lists(
    st.builds(lambda begin, length: Pause(begin, begin + length * DAY), days, st.integers(0, 200)), max_size=4
)
shares = st.lists(st.builds(Share, days, st.integers(10, FULL)), max_size=4, unique_by=lambda share: share.from_on)
offsets = st.integers(0, 400)


@pytest.mark.parametrize(
    ("offset", "percent", "pauses", "expected"),
    [
        pytest.param(0, 100, [], START, id="due at once is due on the first day"),
        pytest.param(28, 100, [], date(2026, 10, 5), id="full time runs with the calendar"),
        pytest.param(28, 50, [], date(2026, 11, 2), id="half time takes twice as long"),
        pytest.param(30, 60, [], START + 50 * DAY, id="three days a week stretch 30 days to 50"),
        pytest.param(1, 60, [], START + 2 * DAY, id="part of a day is rounded in the trainee's favour"),
        pytest.param(
            28, 100, [Pause(START + 7 * DAY, START + 21 * DAY)], START + 42 * DAY, id="two weeks away move it two weeks"
        ),
        pytest.param(
            28, 100, [Pause(START + 28 * DAY, START + 35 * DAY)], START + 35 * DAY, id="never due on a day away"
        ),
        pytest.param(28, 100, [Pause(START + 29 * DAY, None)], START + 28 * DAY, id="a later pause changes nothing"),
        pytest.param(28, 100, [Pause(START + 7 * DAY, None)], None, id="an open pause stops the deadline"),
        pytest.param(0, 100, [Pause(START, START + 3 * DAY)], START + 3 * DAY, id="away at the start"),
        pytest.param(
            28,
            100,
            [Pause(START + 7 * DAY, START + 14 * DAY), Pause(START + 10 * DAY, START + 17 * DAY)],
            START + 38 * DAY,
            id="overlapping pauses count once",
        ),
    ],
)
def test_a_due_date_is_stretched_by_the_share_and_stopped_by_pauses(offset, percent, pauses, expected):
    assert due_on(START, offset, steady(percent), pauses) == expected


def test_nothing_is_due_after_the_last_day_there_is():
    assert due_on(date.max - 5 * DAY, 5, steady(100), []) == date.max
    assert due_on(date.max - 5 * DAY, 6, steady(100), []) is None
    assert due_on(date.max - 5 * DAY, 5, steady(10), []) is None


def test_a_change_of_share_counts_from_its_day():
    changing = [Share(START, 100), Share(START + 10 * DAY, 50)]
    assert due_on(START, 20, changing, []) == START + 30 * DAY


@pytest.mark.parametrize(
    ("on", "expected"),
    [(START - DAY, False), (START, True), (START + 6 * DAY, True), (START + 7 * DAY, False)],
)
def test_a_pause_covers_its_first_day_and_not_the_first_day_back(on, expected):
    assert is_paused(on, [Pause(START, START + 7 * DAY)]) is expected


def test_a_pause_without_an_end_covers_every_later_day():
    assert is_paused(START + 1000 * DAY, [Pause(START, None)])


@pytest.mark.parametrize(
    ("on", "expected"), [(START - DAY, 100), (START, 60), (START + 99 * DAY, 60), (START + 100 * DAY, 80)]
)
def test_the_share_of_a_day_is_the_last_one_begun(on, expected):
    assert share_on(on, [Share(START + 100 * DAY, 80), Share(START, 60)]) == expected


@pytest.mark.parametrize(
    ("after", "percent", "expected"),
    [(0, 100, 0), (50, 100, 50), (50, 60, 30), (100, 100, 100), (400, 100, 100), (-5, 100, 0)],
)
def test_expected_progress_follows_an_even_pace(after, percent, expected):
    assert expected_percent(START, START + 100 * DAY, START + after * DAY, steady(percent), []) == expected


@given(offsets, offsets, shares, closed_pauses)
def test_more_work_is_never_due_earlier(one, other, some_shares, pauses):
    earlier, later = sorted((one, other))
    assert due_on(START, earlier, some_shares, pauses) <= due_on(START, later, some_shares, pauses)


@given(offsets, shares, closed_pauses, days, st.integers(0, 200))
def test_a_further_pause_never_brings_a_due_date_forward(offset, some_shares, pauses, begin, length):
    before = due_on(START, offset, some_shares, pauses)
    after = due_on(START, offset, some_shares, [*pauses, Pause(begin, begin + length * DAY)])
    assert after >= before


@given(offsets, st.integers(10, FULL), st.integers(10, FULL), closed_pauses)
def test_a_smaller_share_never_brings_a_due_date_forward(offset, one, other, pauses):
    small, large = sorted((one, other))
    assert due_on(START, offset, steady(small), pauses) >= due_on(START, offset, steady(large), pauses)


@given(offsets, shares, closed_pauses)
def test_nothing_is_due_on_a_day_away_and_the_work_is_done_by_then(offset, some_shares, pauses):
    due = due_on(START, offset, some_shares, pauses)
    assert not is_paused(due, pauses)
    assert worked(START, due, some_shares, pauses) >= offset * FULL


@given(offsets, shares, closed_pauses)
def test_a_due_date_is_the_first_day_that_will_do(offset, some_shares, pauses):
    day = START
    while is_paused(day, pauses) or worked(START, day, some_shares, pauses) < offset * FULL:
        day += DAY
    assert due_on(START, offset, some_shares, pauses) == day


@given(st.integers(0, 30000), shares, closed_pauses, days, days)
def test_expected_hours_only_grow(needed, some_shares, pauses, one, other):
    earlier, later = sorted((one, other))
    span = (START, START + 365 * DAY)
    assert expected_minutes(needed, *span, earlier, some_shares, pauses) <= expected_minutes(
        needed, *span, later, some_shares, pauses
    )


@given(st.integers(0, 30000), shares, closed_pauses)
def test_the_hours_to_complete_are_never_reduced(needed, some_shares, pauses):
    done_by = due_on(START, 365, some_shares, pauses)
    assert expected_minutes(needed, START, START + 365 * DAY, done_by, some_shares, pauses) == needed
