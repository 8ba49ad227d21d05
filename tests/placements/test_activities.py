from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.curriculum.rules.pace import Pause, Share
from lms.placements.rules.activities import (
    PULLED,
    check_activities,
    fill_rest,
    main_activity,
    rest_words,
)
from lms.placements.rules.hours import HoursRequirement, ShiftFact, assess_hours
from lms.placements.rules.late_entry import Unlocked, check_not_locked, check_unlock, last_day_to_log, moves_away
from lms.placements.rules.planned import BookedTime, Comparison, check_booking
from lms.placements.rules.states import Activity, Doubt, Status
from lms.placements.rules.times import Span, length_words
from lms.placements.rules.waiting import WaitsOn, wait_of, waits_on
from lms.placements.rules.weeks import monday_of, totals_of

CONTACT, STANDBY, BREAK, DUTY = (
    Activity.PATIENT_CONTACT,
    Activity.STANDBY,
    Activity.BREAK,
    Activity.OPERATIONAL_DUTY,
)
BEGAN = datetime(2026, 11, 16, 7, tzinfo=UTC)
SOMEBODY = UUID(int=9)


def fact(activities, status=Status.APPROVED, setting="car", minutes=None, number=1, **changes):
    length = sum(activities.values()) if minutes is None else minutes
    return ShiftFact(
        UUID(int=number),
        setting,
        BEGAN,
        BEGAN + timedelta(minutes=length),
        activities.get(BREAK, 0),
        status,
        SOMEBODY,
        BEGAN + timedelta(days=1),
        activities=activities,
        **changes,
    )


@pytest.mark.parametrize(
    ("typed", "main", "expected"),
    [
        pytest.param({}, CONTACT, {CONTACT: 720}, id="nothing typed: all of it is the main activity"),
        pytest.param({BREAK: 45, STANDBY: 120}, CONTACT, {CONTACT: 555, STANDBY: 120, BREAK: 45}, id="the rest"),
        pytest.param({CONTACT: 720}, CONTACT, {CONTACT: 720}, id="the main one typed stays as typed"),
        pytest.param({CONTACT: 300}, CONTACT, {CONTACT: 300}, id="typed and too little is for the check to refuse"),
        pytest.param({DUTY: None, BREAK: 30}, STANDBY, {STANDBY: 690, BREAK: 30}, id="an empty field is nothing"),
        pytest.param({DUTY: 720}, CONTACT, {DUTY: 720}, id="pulled from end to end leaves nothing"),
        pytest.param({BREAK: 0}, DUTY, {DUTY: 720}, id="operational duty may be the main one"),
    ],
)
def test_the_main_activity_takes_what_the_others_leave(typed, main, expected):
    assert fill_rest(720, typed, main) == expected


def test_more_than_the_shift_lasted_is_refused_with_what_to_take_off():
    with pytest.raises(
        RuleViolation, match="come to 12 h 30 min and the shift lasted 12 h: take 30 min off"
    ) as refusal:
        fill_rest(720, {STANDBY: 750}, CONTACT)
    assert refusal.value.field == "main_activity"


@pytest.mark.parametrize(
    ("activities", "fits"), [({CONTACT: 719}, False), ({CONTACT: 721}, False), ({CONTACT: 720}, True)]
)
def test_the_minutes_are_exactly_the_attended_time(activities, fits):
    if fits:
        check_activities(activities, 720)
        return
    with pytest.raises(RuleViolation, match="1 min"):
        check_activities(activities, 720)


def test_an_activity_takes_no_less_than_nothing():
    with pytest.raises(RuleViolation, match="less than 0"):
        check_activities({CONTACT: 730, STANDBY: -10}, 720)


def test_what_is_left_is_said_in_words_while_typing():
    assert (
        rest_words(720, {BREAK: 30, CONTACT: None}, CONTACT) == "Patient contact: 11 h 30 min, the rest of the shift."
    )
    assert rest_words(720, {BREAK: 780}, CONTACT) == "The activities come to 1 h more than the shift lasted."
    night = Span(datetime(2026, 10, 24, 18, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC))
    assert length_words(night) == "The clocks went back during this shift: it lasted 13 h."
    assert length_words(Span(BEGAN, BEGAN + timedelta(hours=8))) == "This shift lasted 8 h."


def test_operational_duty_and_breaks_are_never_offered_as_the_main_activity():
    assert main_activity({DUTY: 600, BREAK: 200, STANDBY: 20}) is STANDBY
    assert main_activity({}) is CONTACT


MINUTES = st.dictionaries(st.sampled_from(Activity), st.integers(1, 300), max_size=7).filter(
    lambda spent: sum(spent.values()) > spent.get(BREAK, 0)
)
SHIFTS = st.lists(
    st.tuples(MINUTES, st.sampled_from([Status.APPROVED, Status.APPROVED, Status.SUBMITTED, Status.QUERIED])),
    max_size=5,
)


def requirement(breaks_taken_off):
    return HoursRequirement("car", "Car", ("car",), 600, breaks_taken_off=breaks_taken_off)


@given(shifts=SHIFTS, breaks_taken_off=st.booleans())
def test_each_attended_minute_counts_or_it_is_said_why_not(shifts, breaks_taken_off):
    facts = [fact(spent, status, number=number) for number, (spent, status) in enumerate(shifts)]
    result = assess_hours(requirement(breaks_taken_off), facts)
    not_counted = sum(item.minutes for item in result.not_counted)
    assert result.counted_minutes + not_counted == sum(each.minutes for each in facts)
    assert all(item.why and item.minutes > 0 for item in result.not_counted)


@given(spent=MINUTES, more=st.integers(1, 300), breaks_taken_off=st.booleans())
def test_more_operational_duty_never_raises_what_counts(spent, more, breaks_taken_off):
    asked = requirement(breaks_taken_off)
    before = assess_hours(asked, [fact(spent)]).counted_minutes
    longer = {**spent, DUTY: spent.get(DUTY, 0) + more}
    assert assess_hours(asked, [fact(longer)]).counted_minutes == before
    inside = {**spent, DUTY: spent.get(DUTY, 0) + more}
    assert assess_hours(asked, [fact(inside, minutes=sum(spent.values()) + more - 1)]).counted_minutes <= before


def test_a_shift_pulled_from_end_to_end_counts_nothing_and_shows_no_setting():
    asked = HoursRequirement("two", "Two", ("car", "room"), 60, distinct_settings=2)
    result = assess_hours(asked, [fact({DUTY: 720}), fact({CONTACT: 60}, setting="room", number=2)])
    assert (result.counted_minutes, result.settings_seen, result.missing_settings) == (60, ("room",), 1)
    assert [(item.minutes, item.why) for item in result.not_counted] == [(720, PULLED)]


def test_shifts_from_before_activities_count_as_they_did():
    old = fact({}, minutes=450, is_supernumerary=None)
    assert assess_hours(requirement(breaks_taken_off=False), [old]).counted_minutes == 450


def test_whether_a_shift_was_supernumerary_changes_nothing_and_the_rule_says_so():
    asked = requirement(breaks_taken_off=False)
    counted = {
        assess_hours(asked, [fact({CONTACT: 60}, is_supernumerary=said)]).counted_minutes
        for said in (True, False, None)
    }
    assert counted == {60}
    assert "Time pulled to operational duty does not count." in asked.rule
    assert "supernumerary is kept and does not change what counts" in asked.rule


def test_planned_and_actual_stand_side_by_side():
    assert Comparison(720, 750).words == "30 min longer than planned"
    assert Comparison(720, 600).words == "2 h shorter than planned"
    assert Comparison(720, 720).words == "As long as planned"


def plan(minutes):
    return BookedTime(SOMEBODY, SOMEBODY, "Here", "car", BEGAN, BEGAN + timedelta(minutes=minutes))


def test_a_week_is_summed_up_with_what_was_planned_of_it():
    totals = totals_of([(fact({CONTACT: 400, DUTY: 50}), plan(480)), (fact({CONTACT: 300}), None)])
    assert (totals.attended, totals.counts, totals.pulled) == (750, 700, 50)
    assert totals.comparison == Comparison(480, 450)
    assert totals_of([(fact({CONTACT: 300}), None)]).comparison is None
    assert monday_of(date(2026, 11, 22)) == monday_of(date(2026, 11, 16)) == date(2026, 11, 16)


@pytest.mark.parametrize(("planned", "logged"), [(None, False), (plan(60), True)])
def test_a_booking_that_does_not_hold_or_was_logged_is_refused(planned, logged):
    with pytest.raises(RuleViolation) as refusal:
        check_booking(planned, logged=logged)
    assert refusal.value.field == "booking_id"


ENDED = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("shares", "pauses", "last"),
    [
        pytest.param((), (), date(2026, 11, 15), id="two weeks in full time"),
        pytest.param((Share(date(2026, 1, 1), 50),), (), date(2026, 11, 29), id="twice as long at half time"),
        pytest.param((), (Pause(date(2026, 11, 3), date(2026, 11, 10)),), date(2026, 11, 22), id="a pause stops it"),
        pytest.param((), (Pause(date(2026, 11, 3)),), None, id="a pause without an end: never too late"),
    ],
)
def test_the_time_to_log_a_shift_is_counted_fairly(shares, pauses, last):
    assert last_day_to_log(ENDED, shares, pauses) == last


@pytest.mark.parametrize(
    ("hours", "moved"),
    [
        pytest.param(2, False, id="later, with some of its time"),
        pytest.param(10, False, id="later on the same day"),
        pytest.param(24, True, id="the next day"),
        pytest.param(-24, True, id="the day before"),
        pytest.param(-7.5, False, id="begins the evening before and has some of its time"),
        pytest.param(17, True, id="from the midnight after"),
        pytest.param(16.5, False, id="until the midnight after"),
    ],
)
def test_a_correction_moves_a_shift_away_that_gets_another_day_and_none_of_its_time(hours, moved):
    before = Span(BEGAN, BEGAN + timedelta(hours=8))
    after = Span(BEGAN + timedelta(hours=hours), BEGAN + timedelta(hours=hours + 8))
    assert moves_away(before, after) is moved


@pytest.mark.parametrize(
    ("today", "unlocked", "locked"),
    [
        pytest.param(date(2026, 11, 15), (), False, id="on the last day"),
        pytest.param(date(2026, 11, 16), (), True, id="a day late"),
        pytest.param(date(2026, 11, 16), (Unlocked(ENDED, ENDED, date(2026, 11, 16)),), False, id="unlocked"),
        pytest.param(date(2026, 11, 17), (Unlocked(ENDED, ENDED, date(2026, 11, 16)),), True, id="no longer open"),
        pytest.param(
            date(2026, 11, 16),
            (Unlocked(date(2026, 10, 1), date(2026, 10, 31), date(2026, 12, 1)),),
            True,
            id="another day is unlocked",
        ),
    ],
)
def test_a_late_shift_is_refused_unless_its_day_is_unlocked(today, unlocked, locked):
    if not locked:
        check_not_locked(ENDED, date(2026, 11, 15), unlocked, today=today)
        return
    with pytest.raises(RuleViolation, match="until 15 November 2026. Its day is locked now") as refusal:
        check_not_locked(ENDED, date(2026, 11, 15), unlocked, today=today)
    assert refusal.value.field == "worked_on"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until_on": date(2026, 10, 31)}, "until_on"),
        ({"until_on": date(2026, 11, 19)}, "until_on"),
        ({"open_until": date(2026, 11, 17)}, "open_until"),
        ({"open_until": date(2026, 12, 17)}, "open_until"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_days_are_unlocked_in_order_for_a_while_and_with_a_reason(changes, field):
    usual = {"from_on": ENDED, "until_on": ENDED, "open_until": date(2026, 11, 25), "reason": "A long outage"}
    check_unlock(*usual.values(), today=date(2026, 11, 18))
    with pytest.raises(RuleViolation) as refusal:
        check_unlock(*{**usual, **changes}.values(), today=date(2026, 11, 18))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("status", "doubt", "on", "words"),
    [
        (
            Status.SUBMITTED,
            None,
            WaitsOn.SUPERVISOR,
            ("", "Waiting on Jo Lee for 9 days: that is the supervisor’s time"),
        ),
        (
            Status.UNCONFIRMED,
            Doubt.SAID_OFFLINE,
            WaitsOn.SUPERVISOR,
            ("Whoever said yes confirms it", "Waiting on Jo Lee for 9 days: that is the supervisor’s time"),
        ),
        (
            Status.UNCONFIRMED,
            Doubt.NOT_CHECKED,
            WaitsOn.ADMINISTRATOR,
            ("Waiting since today: that is the service’s time", "Waiting for 9 days: that is the service’s time"),
        ),
        (Status.QUERIED, None, WaitsOn.TRAINEE, None),
        (Status.APPROVED, None, None, None),
        (Status.WITHDRAWN, None, None, None),
        (Status.CORRECTED, None, None, None),
        (Status.DRAFT, None, None, None),
    ],
)
def test_each_shift_waits_for_somebody_or_nobody_and_it_is_said_whose_time_that_is(status, doubt, on, words):
    shift = replace(fact({CONTACT: 60}, status), doubt=doubt)
    assert waits_on(shift) is on
    wait = wait_of(shift)
    assert (wait is not None) is (words is not None)
    for days, said in zip((0, 9), words or (), strict=bool(words)):
        sentence = wait.sentence("Jo Lee", wait.since + timedelta(days=days))
        assert said in sentence
        assert ("does not count against the trainee" in sentence) is ("time" in said)


def test_a_shift_waits_for_long_after_the_week_a_supervisor_has():
    wait = wait_of(fact({CONTACT: 60}, Status.SUBMITTED))
    assert not wait.is_long(wait.since + timedelta(days=7))
    assert wait.is_long(wait.since + timedelta(days=7, seconds=1))
    assert wait.words(wait.since + timedelta(hours=5)) == "since today"
    assert wait.words(wait.since + timedelta(days=9)) == "for 9 days"
