import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.days import london_day
from lms.placements.rules.averages import windows_around
from lms.placements.rules.duties import Duty, DutyKind, KnownRota, WorkingTime, is_night_work, night_minutes, reach
from lms.placements.rules.findings import Answer, RestRule
from lms.placements.rules.rest import check_rest
from tests.minutes import CHANGES, ZERO, Minutes, day_of, forward, midnight, moment, roster, span, truth

FINE, WARNING, NOT_KNOWN = Answer.FINE, Answer.WARNING, Answer.NOT_KNOWN
ALWAYS = (KnownRota(date(2019, 1, 1), date(2037, 12, 31)),)


def made(duties, known=ALWAYS, kinds=(DutyKind.MAIN_ROTA,)):
    return WorkingTime(
        tuple(Duty(span(*duty), kinds[index % len(kinds)], UUID(int=index)) for index, duty in enumerate(duties)), known
    )


def test_all_32_clock_changes_of_16_years_are_looked_at_by_shifts_and_rests_across_them():
    assert [f"{moment(change):%Y-%m-%d}" for change in CHANGES[12:16]] == [
        "2026-03-29",
        "2026-10-25",
        "2027-03-28",
        "2027-10-31",
    ]
    assert len(set(CHANGES)) == 32
    crossed, broken = Counter(), Counter()
    for change in CHANGES:
        for seed in (change, change + 1):
            duties, proposed = roster(change, seed)
            crossed["shift" if proposed[0] < change else "rest"] += 1
            broken.update(truth(change, duties, proposed).items())
    assert min(crossed.values()) >= 8
    for rule in {rule for rule, _ in broken}:
        assert min(broken[rule, True], broken[rule, False]) >= 4, rule


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{moment(change):%d-%b-%Y}")
@given(seed=st.integers(0, 2**32))
@settings(max_examples=6)
def test_every_rule_says_what_counting_minutes_says(change, seed):
    duties, proposed = roster(change, seed)
    result = check_rest(span(*proposed), made(duties), break_minutes=30)
    broken = truth(change, duties, proposed)
    assert {rule: result.of(rule).answer is WARNING for rule in broken} == broken
    assert not result.not_known
    assert result.is_fine is (not any(broken.values()))
    assert result.of(RestRule.OVERLAP).answer is FINE
    counted = Minutes(change, [*duties, proposed])
    for window in windows_around(span(*proposed), made(duties))[::30]:
        first = (window.from_on - ZERO.date()).days
        assert window.worked == timedelta(minutes=counted.part(midnight(first), midnight(first + 119)).count(1))
    for duty in [proposed, *duties[::10]]:
        assert night_minutes(span(*duty)) == counted.night(*duty)


@given(change=st.sampled_from(CHANGES), seed=st.integers(0, 2**32))
@settings(max_examples=80)
def test_what_is_not_known_is_never_called_fine_and_what_is_a_warning_stays_one(change, seed):
    duties, proposed = roster(change, seed)
    dice = random.Random(seed + 1)
    here = date(2019, 1, 1) + timedelta(days=day_of(change))
    edges = sorted(dice.sample(range(-150, 150), 3) + dice.sample(range(-4, 5), 1))
    known = tuple(
        KnownRota(here + timedelta(days=first), here + timedelta(days=last)) for first, last in pairwise(edges)
    )[:: dice.choice([1, 2])]
    kinds = (DutyKind.MAIN_ROTA, DutyKind.MAIN_ROTA, DutyKind.PLACEMENT)
    everything = made(duties, kinds=kinds)
    seen = WorkingTime(
        tuple(
            duty
            for duty in everything.duties
            if duty.kind is DutyKind.PLACEMENT
            or any(each.from_on <= london_day(duty.span.started_at) <= each.until_on for each in known)
        ),
        known,
    )
    full, partly = check_rest(span(*proposed), everything), check_rest(span(*proposed), seen)
    ends_with_it = windows_around(span(*proposed), everything)[0]
    over = {
        RestRule.WEEK_AVERAGE: ends_with_it.is_over_week,
        RestRule.NIGHT_AVERAGE: ends_with_it.is_over_night,
    }
    for finding in partly.findings:
        really = full.of(finding.rule).answer
        if finding.answer is FINE:
            assert not over[finding.rule] if finding.rule in over else really is FINE
        if finding.answer is WARNING:
            assert really is WARNING
        if really is NOT_KNOWN:
            assert finding.answer is NOT_KNOWN


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_overlaps_are_those_that_share_a_minute(seed):
    dice = random.Random(seed)
    begins = [CHANGES[dice.randrange(32)] + 15 * number for number in dice.sample(range(-100, 100), 4)]
    spans = [(start, start + 15 * dice.randrange(1, 60)) for start in begins]
    proposed, *others = spans
    shared = any(set(range(*proposed)) & set(range(*other)) for other in others)
    assert (check_rest(span(*proposed), made(others)).of(RestRule.OVERLAP).answer is WARNING) is shared


# The worked figures of the fact sheet, and the sentences.


def london(text):
    """The minute of a London clock reading, such as 2026-03-28 19:00."""
    local = datetime.fromisoformat(text).replace(tzinfo=UTC)
    number = (local.date() - ZERO.date()).days
    minute = int((local - ZERO).total_seconds()) // 60
    return minute - (forward(number) if local.hour >= 3 else forward(number - 1))


def shift(begins, ends):
    return span(london(begins), london(ends))


def rota(*pairs, kind=DutyKind.MAIN_ROTA, known=ALWAYS):
    return WorkingTime(tuple(Duty(shift(*pair), kind) for pair in pairs), known)


@pytest.mark.parametrize(
    ("night", "hours", "night_hours"),
    [
        pytest.param(("2026-03-28 19:00", "2026-03-29 07:00"), 11, 6, id="the clocks go forward"),
        pytest.param(("2026-10-24 19:00", "2026-10-25 07:00"), 13, 8, id="the clocks go back"),
        pytest.param(("2027-03-27 19:00", "2027-03-28 07:00"), 11, 6, id="forward a year later"),
        pytest.param(("2027-10-30 19:00", "2027-10-31 07:00"), 13, 8, id="back a year later"),
        pytest.param(("2026-06-01 19:00", "2026-06-02 07:00"), 12, 7, id="an ordinary night"),
    ],
)
def test_a_night_lasts_what_elapsed(night, hours, night_hours):
    assert shift(*night).minutes == hours * 60
    assert night_minutes(shift(*night)) == night_hours * 60


@pytest.mark.parametrize(
    ("worked", "proposed", "answer", "sentence"),
    [
        pytest.param(
            ("2026-03-28 07:00", "2026-03-28 19:00"),
            ("2026-03-29 06:00", "2026-03-29 14:00"),
            WARNING,
            "10 h between 19:00 on 28 March 2026 and 06:00 on 29 March 2026, as the clocks went forward: the rule asks"
            " for 11 h. Compensated by at least 12 h of rest from 14:00 on 29 March 2026.",
            id="11 hours on the clock are 10",
        ),
        pytest.param(
            ("2026-10-24 07:30", "2026-10-24 19:30"),
            ("2026-10-25 06:00", "2026-10-25 14:00"),
            FINE,
            "At least 11 h without work come before.",
            id="10 and a half on the clock are 11 and a half",
        ),
        pytest.param(
            ("2026-06-01 07:00", "2026-06-01 19:00"),
            ("2026-06-02 06:00", "2026-06-02 14:00"),
            FINE,
            "At least 11 h without work come before.",
            id="11 hours are enough",
        ),
        pytest.param(
            ("2026-06-01 07:00", "2026-06-01 19:00"),
            ("2026-06-02 05:59", "2026-06-02 14:00"),
            WARNING,
            "10 h 59 min between 19:00 on 1 June 2026 and 05:59 on 2 June 2026: the rule asks for 11 h. Compensated by"
            " at least 11 h 1 min of rest from 14:00 on 2 June 2026.",
            id="a minute less is not",
        ),
        pytest.param(
            ("2026-06-01 07:00", "2026-06-01 15:00"),
            ("2026-06-01 15:00", "2026-06-01 19:00"),
            WARNING,
            "No rest at 15:00 on 1 June 2026: the rule asks for 11 h. Compensated by at least 22 h of rest from 19:00"
            " on 1 June 2026.",
            id="one after the other",
        ),
    ],
)
def test_the_rest_before_a_shift(worked, proposed, answer, sentence):
    found = check_rest(shift(*proposed), rota(worked)).of(RestRule.REST_BEFORE)
    assert (found.answer, found.sentence) == (answer, sentence)


def test_the_rest_after_a_shift_says_whether_it_is_made_good():
    proposed = shift("2026-06-01 07:00", "2026-06-01 21:00")
    next_day = ("2026-06-02 06:00", "2026-06-02 18:00")

    def said(*more, known=ALWAYS):
        return check_rest(proposed, rota(next_day, *more, known=known)).of(RestRule.REST_AFTER).sentence

    begins = "9 h between 21:00 on 1 June 2026 and 06:00 on 2 June 2026: the rule asks for 11 h. "
    assert said(("2026-06-03 07:00", "2026-06-03 19:00")) == (
        begins + "Compensated by 13 h of rest from 18:00 on 2 June 2026."
    )
    assert said(("2026-06-03 06:59", "2026-06-03 19:00")) == begins + "2 h of compensatory rest is owed."
    two_days = (KnownRota(date(2026, 5, 25), date(2026, 6, 2)),)
    assert said(known=two_days) == (
        begins + "2 h of compensatory rest is owed. Whether it follows from 18:00 on 2 June 2026 is not known:"
        " the main rota is not known then."
    )


def test_a_shift_of_14_hours_leaves_too_little_of_its_24():
    found = check_rest(shift("2026-06-01 07:00", "2026-06-01 21:00"), rota()).of(RestRule.DAILY_REST)
    assert found.answer is WARNING
    assert found.sentence == (
        "In the 24 h from 07:00 on 1 June 2026 the longest rest is 10 h: the rule asks for 11 h. Compensated by at"
        " least 12 h of rest from 21:00 on 1 June 2026."
    )


def test_two_duties_in_a_day_can_keep_the_rest_of_each_24_hours():
    result = check_rest(shift("2026-06-01 13:00", "2026-06-01 17:00"), rota(("2026-06-01 08:00", "2026-06-01 12:00")))
    assert result.of(RestRule.REST_BEFORE).answer is WARNING
    assert result.of(RestRule.DAILY_REST).answer is FINE


def test_an_overlap_names_what_it_overlaps():
    found = check_rest(
        shift("2026-10-25 01:00", "2026-10-25 09:00"), rota(("2026-10-24 19:00", "2026-10-25 07:00"))
    ).of(RestRule.OVERLAP)
    assert found.answer is WARNING
    assert found.sentence == (
        "This overlaps a main rota shift from 19:00 on 24 October 2026 to 07:00 on 25 October 2026."
    )


def test_the_hour_that_comes_twice_is_named():
    change = london("2026-10-25 00:00") + 120
    found = check_rest(span(change + 30, change + 300), made([(change - 600, change - 15)]))
    assert found.of(RestRule.REST_BEFORE).sentence.startswith(
        "45 min between 01:45 on 25 October 2026 and 01:30 on 25 October 2026 (after the clocks went back),"
        " as the clocks went back: the rule asks for 11 h."
    )


@pytest.mark.parametrize(
    ("proposed", "answer"),
    [
        pytest.param(("2026-06-01 18:00", "2026-06-01 22:00"), WARNING, id="the evening of the day"),
        pytest.param(("2026-06-01 19:00", "2026-06-02 07:00"), WARNING, id="the night after it"),
        pytest.param(("2026-05-31 19:00", "2026-06-01 07:00"), WARNING, id="the night before it"),
        pytest.param(("2026-05-31 12:00", "2026-06-01 00:00"), FINE, id="until midnight before it"),
        pytest.param(("2026-06-02 00:00", "2026-06-02 07:00"), FINE, id="from midnight after it"),
    ],
)
def test_a_taught_day_is_named(proposed, answer):
    taught = rota(("2026-06-01 09:00", "2026-06-01 17:00"), kind=DutyKind.TAUGHT_DAY, known=())
    found = check_rest(shift(*proposed), taught).of(RestRule.TAUGHT_DAY)
    assert found.answer is answer
    assert (found.sentence == "1 June 2026 is a taught day.") is (answer is WARNING)


def days(first, count, begins="07:00", ends="19:00"):
    found = []
    for number in range(count):
        day = date.fromisoformat(first) + timedelta(days=number)
        until = day if ends > begins else day + timedelta(days=1)
        found.append((f"{day} {begins}", f"{until} {ends}"))
    return found


@pytest.mark.parametrize(
    ("worked", "answer"),
    [
        pytest.param(days("2026-06-01", 5), FINE, id="a day off on Sunday"),
        pytest.param(days("2026-06-01", 5) + days("2026-06-07", 1), WARNING, id="every day of three weeks"),
        pytest.param(
            days("2026-06-01", 5, "07:00", "19:00") + days("2026-06-07", 1, "19:00", "23:00"), FINE, id="24 h"
        ),
    ],
)
def test_a_week_has_a_day_off(worked, answer):
    around = days("2026-05-25", 7) + days("2026-06-08", 7)
    found = check_rest(shift("2026-06-06 07:00", "2026-06-06 19:00"), rota(*worked, *around)).of(RestRule.WEEKLY_REST)
    assert found.answer is answer


def test_two_days_off_in_two_weeks_are_enough():
    proposed = shift("2026-06-06 07:00", "2026-06-06 19:00")
    week = [day for day in days("2026-06-01", 7) if "06-06" not in day[0]]
    five = days("2026-06-08", 5)
    assert check_rest(proposed, rota(*week, *five)).of(RestRule.WEEKLY_REST).answer is FINE
    six = days("2026-06-08", 6)
    before = days("2026-05-25", 7)
    found = check_rest(proposed, rota(*before, *week, *six)).of(RestRule.WEEKLY_REST)
    assert found.sentence == (
        "In the week from 1 June 2026 to 7 June 2026 the longest time off is 12 h: the rule asks for 24 h, or 48 h in"
        " two weeks. Compensatory rest may stand in for it."
    )


def weeks_of(day_starts, count, begins, ends):
    """The same shifts each week, back from the week of Monday 1 June 2026."""
    return [
        pair
        for week in range(count)
        for offset in day_starts
        for pair in days(str(date(2026, 6, 1) - timedelta(days=7 * week) + timedelta(days=offset)), 1, begins, ends)
    ]


def test_48_hours_a_week_over_17_weeks_are_allowed_and_a_minute_more_is_not():
    worked = weeks_of(range(4), 17, "07:00", "19:00")[:-1]
    kept = weeks_of(range(4), 17, "07:00", "19:00")[-1]
    latest = ("2026-06-07 07:00", "2026-06-07 19:00")
    assert kept not in worked
    found = check_rest(shift(*latest), rota(*worked)).of(RestRule.WEEK_AVERAGE)
    assert (found.answer, found.sentence) == (
        FINE,
        "48 h a week on average in the 17 weeks from 9 February 2026 to 7 June 2026: the rule allows 48 h.",
    )
    longer = ("2026-06-07 07:00", "2026-06-07 19:01")
    found = check_rest(shift(*longer), rota(*worked)).of(RestRule.WEEK_AVERAGE)
    assert (found.answer, found.sentence) == (
        WARNING,
        "48 h 1 min a week on average in the 17 weeks from 9 February 2026 to 7 June 2026: the rule allows 48 h, unless"
        " opted out in writing.",
    )


def test_night_work_is_averaged_over_17_weeks_without_a_day_off_each_week():
    worked = weeks_of(range(4), 17, "19:00", "07:00")
    found = check_rest(shift("2026-06-06 20:00", "2026-06-06 23:00"), rota(*worked)).of(RestRule.NIGHT_AVERAGE)
    assert (found.answer, found.sentence) == (
        WARNING,
        "8 h 2 min in 24 h on average, with night work, in the 17 weeks from 8 February 2026 to 6 June 2026, one day"
        " off each week left out: the rule allows 8 h.",
    )
    by_day = weeks_of(range(5), 17, "07:00", "19:00")
    found = check_rest(shift("2026-06-07 07:00", "2026-06-07 19:00"), rota(*by_day)).of(RestRule.NIGHT_AVERAGE)
    assert (found.answer, found.sentence) == (
        FINE,
        "No night work in the 17 weeks from 9 February 2026 to 7 June 2026.",
    )


def test_a_later_time_that_is_known_to_be_too_much_is_a_warning_now():
    later = [
        pair
        for week in range(1, 17)
        for pair in days(str(date(2026, 6, 1) + timedelta(days=7 * week)), 5, "07:00", "17:00")
    ]
    proposed = shift("2026-06-06 01:00", "2026-06-06 17:00")
    found = check_rest(proposed, rota(*later)).of(RestRule.WEEK_AVERAGE)
    assert found.answer is FINE
    assert "to 6 June 2026" in found.sentence
    more = days("2026-06-13", 1, "07:00", "08:01")
    found = check_rest(proposed, rota(*later, *more)).of(RestRule.WEEK_AVERAGE)
    assert found.answer is WARNING
    assert "from 30 May 2026 to 25 September 2026" in found.sentence


def test_only_17_weeks_with_night_work_are_held_against_its_average():
    night = ("2026-02-08 19:00", "2026-02-09 07:00")  # In the 17 weeks up to the shift, and in no later ones.
    later = [pair for week in range(1, 17) for pair in days(str(date(2026, 6, 1) + timedelta(7 * week)), 5)]
    result = check_rest(shift("2026-06-06 07:00", "2026-06-06 19:00"), rota(night, *later))
    assert result.of(RestRule.WEEK_AVERAGE).answer is WARNING
    assert result.of(RestRule.NIGHT_AVERAGE).answer is FINE


@pytest.mark.parametrize(
    ("first", "last", "covered"),
    [(1, 20, True), (4, 11, True), (1, 21, False), (25, 26, True), (20, 25, False), (0, 5, False)],
)
def test_days_are_covered_by_stretches_that_meet_also_where_one_lies_inside_another(first, last, covered):
    stretches = [(1, 10), (2, 5), (11, 20), (25, 30)]
    here = date(2026, 6, 1)
    known = tuple(KnownRota(here + timedelta(begins), here + timedelta(ends)) for begins, ends in stretches)
    assert WorkingTime(known=known).covers(here + timedelta(first), here + timedelta(last)) is covered


@pytest.mark.parametrize(
    ("length", "planned", "answer"),
    [
        pytest.param(360, None, FINE, id="6 hours need none"),
        pytest.param(361, None, NOT_KNOWN, id="none planned yet"),
        pytest.param(361, 19, WARNING, id="too short"),
        pytest.param(361, 20, FINE, id="long enough"),
    ],
)
def test_a_break_is_due_in_more_than_6_hours(length, planned, answer):
    begins = london("2026-06-01 07:00")
    assert check_rest(span(begins, begins + length), rota(), break_minutes=planned).of(RestRule.BREAK).answer is answer


def test_without_a_main_rota_nothing_that_rests_on_it_is_fine():
    result = check_rest(shift("2026-06-01 07:00", "2026-06-01 12:00"), WorkingTime())
    assert [finding.rule for finding in result.findings] == list(RestRule)
    fine = {finding.rule for finding in result.findings if finding.answer is FINE}
    assert fine == {RestRule.TAUGHT_DAY, RestRule.BREAK}
    unknown = "There is no main rota here."
    assert not result.is_fine
    assert {finding.sentence.partition(" What")[0] for finding in result.not_known} == {unknown}


def test_a_rota_that_begins_on_the_day_itself_does_not_know_the_night_before():
    proposed = shift("2026-06-02 12:00", "2026-06-02 16:00")

    def before(first):
        known = (KnownRota(first, date(2026, 6, 30)),)
        return check_rest(proposed, rota(known=known)).of(RestRule.REST_BEFORE)

    assert before(date(2026, 6, 1)).answer is FINE
    assert before(date(2026, 6, 2)).answer is NOT_KNOWN
    assert before(date(2026, 6, 2)).sentence == (
        "The main rota is not known on every day from 1 June 2026 to 2 June 2026."
    )


def test_what_is_known_of_an_average_is_said_all_the_same():
    known = (KnownRota(date(2026, 5, 1), date(2026, 6, 30)),)
    found = check_rest(shift("2026-06-02 07:00", "2026-06-02 19:00"), rota(known=known)).of(RestRule.WEEK_AVERAGE)
    assert found.answer is NOT_KNOWN
    assert found.sentence == (
        "The main rota is not known on every day from 3 February 2026 to 2 June 2026."
        " What is known makes 43 min a week."
    )


def test_a_break_that_is_agreed_on_the_day_leaves_a_shift_fine():
    result = check_rest(shift("2026-06-02 07:00", "2026-06-02 19:00"), rota())
    assert result.of(RestRule.BREAK).answer is NOT_KNOWN
    assert not result.not_known
    assert result.is_fine


def test_a_shift_that_is_given_away_in_a_swap_is_left_out():
    working = rota(("2026-06-01 07:00", "2026-06-01 19:00"))
    given = replace(working.duties[0], id=UUID(int=7))
    working = replace(working, duties=(given,))
    proposed = shift("2026-06-01 12:00", "2026-06-01 20:00")
    assert check_rest(proposed, working).of(RestRule.OVERLAP).answer is WARNING
    assert check_rest(proposed, working.without({UUID(int=7)})).of(RestRule.OVERLAP).answer is FINE


def test_what_is_loaded_reaches_as_far_as_the_rules_look():
    proposed = shift("2026-06-01 07:00", "2026-06-01 19:00")
    wanted = reach(proposed)
    windows = windows_around(proposed, WorkingTime())
    assert london_day(wanted.started_at) < min(window.from_on for window in windows) - timedelta(days=1)
    assert london_day(wanted.ended_at) > max(window.until_on for window in windows)


def test_three_hours_of_night_make_night_work():
    assert is_night_work(shift("2026-06-01 18:00", "2026-06-02 02:00"))
    assert not is_night_work(shift("2026-06-01 18:00", "2026-06-02 01:59"))
    assert is_night_work(shift("2026-06-02 03:00", "2026-06-02 11:00"))
