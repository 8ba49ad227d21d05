from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.days import LONDON
from lms.core.errors import RuleViolation
from lms.placements.rules.planning import SiteFact, changed, changes_between, digest_of, plan_slots, terms_of
from lms.placements.rules.series import LONGEST_SERIES, Pattern, Repeats, series_days
from lms.placements.rules.shown import shown_from
from lms.placements.rules.slots import SignUp, SlotFact, SlotState, closes_days_of, state_of, window_of
from lms.placements.rules.times import Repeated, Span
from tests.factories.slots import terms

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
SUPERVISOR, OTHER = UUID(int=1), UUID(int=2)
SITE = SiteFact("Riverside", is_closed=False, supervisors={SUPERVISOR: "Sam Okoro"})
MONDAY = date(2026, 3, 2)
NIGHTS = terms(starts=time(19), ends=time(7))


def plan(pattern, wanted=NIGHTS, site=SITE, now=NOW):
    return plan_slots(pattern, wanted, site=site, now=now)


def slot(on=date(2026, 3, 10), **changes):
    wanted = terms(supervisor_id=SUPERVISOR)
    usual = SlotFact(
        id=UUID(int=9),
        site_id=UUID(int=8),
        setting="crisis-team",
        span=wanted.span_on(on),
        capacity=2,
        supervisor_id=SUPERVISOR,
        sign_up=SignUp.FIRST_COME,
        opens_at=None,
        closes_at=None,
        is_cancelled=False,
    )
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param(Pattern(MONDAY), [MONDAY], id="once"),
        pytest.param(
            Pattern(MONDAY, Repeats.WEEKLY, date(2026, 3, 16)),
            [MONDAY, date(2026, 3, 9), date(2026, 3, 16)],
            id="without weekdays it is that of the first day, and the last day belongs to it",
        ),
        pytest.param(
            Pattern(date(2026, 3, 5), Repeats.WEEKLY, date(2026, 3, 10), frozenset({1, 4, 5})),
            [date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 10)],
            id="weekdays before the first day begin a week later",
        ),
        pytest.param(
            Pattern(date(2026, 3, 6), Repeats.FORTNIGHTLY, date(2026, 3, 22), frozenset({0, 4})),
            [date(2026, 3, 6), date(2026, 3, 16), date(2026, 3, 20)],
            id="the second week is the same one for every weekday",
        ),
    ],
)
def test_a_series_falls_on_its_weekdays(pattern, expected):
    assert series_days(pattern) == expected


@given(
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    st.integers(0, 300),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from([Repeats.WEEKLY, Repeats.FORTNIGHTLY]),
)
def test_a_series_is_every_day_that_a_count_of_days_finds(first, length, weekdays, repeats):
    last = first + timedelta(days=length)
    weeks = 1 if repeats is Repeats.WEEKLY else 2
    monday = first.toordinal() - first.weekday()
    counted = [
        day
        for day in (first + timedelta(days=number) for number in range(length + 1))
        if day.weekday() in weekdays and (day.toordinal() - monday) // 7 % weeks == 0
    ]
    pattern = Pattern(first, repeats, last, weekdays)
    if counted:
        assert series_days(pattern) == counted
    else:
        with pytest.raises(RuleViolation):
            series_days(pattern)


def test_a_series_has_at_most_500_slots():
    everyday = frozenset(range(7))
    last = MONDAY + timedelta(days=LONGEST_SERIES - 1)
    assert len(series_days(Pattern(MONDAY, Repeats.WEEKLY, last, everyday))) == LONGEST_SERIES
    with pytest.raises(RuleViolation, match="more than 500 slots") as refusal:
        series_days(Pattern(MONDAY, Repeats.WEEKLY, last + timedelta(days=1), everyday))
    assert refusal.value.field == "last_on"
    with pytest.raises(RuleViolation):
        series_days(Pattern(MONDAY, Repeats.WEEKLY, date(2100, 12, 31), everyday))


def test_nights_over_both_clock_changes_say_how_long_they_last():
    spring = plan(Pattern(date(2026, 3, 21), Repeats.WEEKLY, date(2026, 4, 4)))
    assert [each.span.minutes // 60 for each in spring] == [12, 11, 12]
    assert [each.clock_change for each in spring] == ["", "The clocks go forward in this slot: it lasts 11 h.", ""]
    autumn = plan(Pattern(date(2026, 10, 24)))
    assert autumn[0].clock_change == "The clocks go back in this slot: it lasts 13 h."
    assert {each.span.started_at.astimezone(LONDON).time() for each in (*spring, *autumn)} == {time(19)}


def test_a_time_the_clocks_skip_or_repeat_in_a_series_is_asked_about():
    with pytest.raises(RuleViolation, match="there is no 01:30") as refusal:
        plan(Pattern(date(2026, 3, 21), Repeats.WEEKLY, date(2026, 4, 4)), terms(starts=time(19), ends=time(1, 30)))
    assert refusal.value.field == "ends"
    repeated = Pattern(date(2026, 10, 17), Repeats.WEEKLY, date(2026, 10, 31))
    with pytest.raises(RuleViolation, match="01:30 comes twice") as refusal:
        plan(repeated, terms(starts=time(19), ends=time(1, 30)))
    assert refusal.value.field == "ends_repeated"
    wanted = terms(starts=time(19), ends=time(1, 30), ends_repeated=Repeated.SECOND)
    assert [each.span.minutes for each in plan(repeated, wanted)] == [390, 450, 390]


@pytest.mark.parametrize(
    ("pattern", "changes", "field", "message"),
    [
        (Pattern(MONDAY), {"ends": time(12)}, "ends", "longest shift"),
        (Pattern(NOW.date()), {"starts": time(9), "ends": time(16)}, "first_on", "in the future"),
        (Pattern(MONDAY), {"capacity": 0}, "capacity", "from 1 to 20"),
        (Pattern(MONDAY), {"capacity": 21}, "capacity", "from 1 to 20"),
        (Pattern(MONDAY), {"supervisor_id": OTHER}, "supervisor_id", "supervises at Riverside"),
        (Pattern(MONDAY), {"opens_on": date(2026, 3, 3)}, "opens_on", "opens? after it closes"),
        (Pattern(MONDAY), {"opens_on": date(2026, 3, 1), "closes_days": 2}, "opens_on", "opens? after it closes"),
        (Pattern(MONDAY, Repeats.WEEKLY), {}, "last_on", "Enter the last date"),
        (Pattern(MONDAY, Repeats.WEEKLY, date(2026, 3, 1)), {}, "last_on", "on or after the first"),
        (Pattern(MONDAY, Repeats.WEEKLY, date(2026, 3, 3), frozenset({4})), {}, "weekdays", "None of these weekdays"),
    ],
)
def test_a_slot_nobody_could_work_is_refused(pattern, changes, field, message):
    with pytest.raises(RuleViolation, match=message) as refusal:
        plan(pattern, replace(NIGHTS, **changes))
    assert refusal.value.field == field


def test_a_closed_site_offers_nothing():
    with pytest.raises(RuleViolation, match="Riverside is closed"):
        plan(Pattern(MONDAY), site=replace(SITE, is_closed=True))


def test_a_window_is_of_whole_london_days():
    opens, closes = window_of(date(2026, 3, 30), opens_on=date(2026, 3, 1), closes_days=1)
    assert opens == datetime(2026, 3, 1, 0, tzinfo=UTC)
    assert closes == datetime(2026, 3, 29, 23, tzinfo=UTC)  # Summer time has begun.
    for days in (1, 2, 30, 90):
        on = date(2026, 3, 30)
        window = window_of(on, opens_on=None, closes_days=days)
        assert closes_days_of(slot(on, closes_at=window[1])) == days
    assert closes_days_of(slot()) is None


BEFORE, AFTER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fact", "taken", "now", "state", "is_open"),
    [
        (slot(), 0, AFTER, SlotState.OPEN, True),
        (slot(), 1, AFTER, SlotState.OPEN, True),
        (slot(), 2, AFTER, SlotState.FULL, True),
        (slot(opens_at=AFTER), 0, BEFORE, SlotState.NOT_YET_OPEN, False),
        (slot(opens_at=AFTER), 0, AFTER, SlotState.OPEN, True),
        (slot(closes_at=AFTER), 0, BEFORE, SlotState.OPEN, True),
        (slot(closes_at=AFTER), 0, AFTER, SlotState.CLOSED, False),
        (slot(sign_up=SignUp.ASSIGNED), 0, AFTER, SlotState.GIVEN, False),
        (slot(is_cancelled=True), 0, AFTER, SlotState.CANCELLED, False),
        (slot(), 0, slot().span.started_at, SlotState.PAST, False),
    ],
)
def test_where_a_slot_stands(fact, taken, now, state, is_open):
    assert state_of(fact, taken, now) is state
    assert fact.is_open(now) is is_open


def test_terms_are_read_back_as_they_were_given():
    given_terms = terms(
        starts=time(19),
        ends=time(1, 30),
        ends_repeated=Repeated.SECOND,
        capacity=3,
        supervisor_id=SUPERVISOR,
        opens_on=date(2026, 9, 1),
        closes_days=3,
    )
    on = date(2026, 10, 24)
    opens, closes = given_terms.window_on(on)
    made = slot(on, span=given_terms.span_on(on), capacity=3, opens_at=opens, closes_at=closes)
    assert terms_of(made) == given_terms


def test_only_what_is_different_is_changed_in_the_later_slots():
    this, other = slot(), slot(date(2026, 3, 17), capacity=5, supervisor_id=OTHER)
    changes = changes_between(terms_of(this), replace(terms_of(this), starts=time(9), capacity=2))
    assert set(changes) == {"starts", "ends", "starts_repeated", "ends_repeated"}
    later = changed(other, changes)
    assert (later.starts, later.ends, later.capacity, later.supervisor_id) == (time(9), time(16), 5, OTHER)


def test_what_was_shown_is_what_is_made():
    nights = plan(Pattern(date(2026, 3, 21), Repeats.WEEKLY, date(2026, 4, 4)))
    assert digest_of(nights) == digest_of(plan(Pattern(date(2026, 3, 21), Repeats.WEEKLY, date(2026, 4, 10))))
    assert digest_of(nights) != digest_of(nights[:-1])
    span = Span(nights[0].span.started_at, nights[0].span.ended_at + timedelta(minutes=1))
    assert digest_of(nights) != digest_of([replace(nights[0], span=span), *nights[1:]])


@pytest.mark.parametrize(
    ("args", "first", "end"),
    [
        ({}, date(2026, 2, 1), date(2026, 3, 1)),
        ({"view": "week"}, date(2026, 2, 16), date(2026, 2, 23)),
        ({"from": "2024-02-29"}, date(2024, 2, 1), date(2024, 3, 1)),
        ({"from": "2026-12-31", "view": "month"}, date(2026, 12, 1), date(2027, 1, 1)),
        ({"from": "rubbish", "site": "rubbish", "status": "rubbish"}, date(2026, 2, 1), date(2026, 3, 1)),
        ({"from": "9999-12-31"}, date(2100, 12, 1), date(2101, 1, 1)),
    ],
)
def test_the_address_says_which_slots_are_shown(args, first, end):
    shown = shown_from(args, date(2026, 2, 18))
    assert (shown.first, shown.end, shown.is_filtered) == (first, end, False)


def test_filters_stay_in_the_address():
    site = str(UUID(int=7))
    shown = shown_from({"site": site, "setting": "crisis-team", "status": "open", "view": "week"}, MONDAY)
    assert shown.is_filtered
    assert shown.address(on=shown.end) == {
        "from": "2026-03-09",
        "view": "week",
        "site": site,
        "setting": "crisis-team",
        "status": "open",
    }
    assert shown_from(shown.address(), MONDAY) == shown
