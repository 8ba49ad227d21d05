from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms.core.content import parse
from lms.core.errors import ContentError, RuleViolation, check_all
from lms.placements.rules import format as settings_format
from lms.placements.rules.hours import (
    HoursRequirement,
    ShiftFact,
    assess_hours,
    counted_towards_total,
    outside_requirements,
    progress,
)
from lms.placements.rules.states import (
    DecisionFact,
    Status,
    Verdict,
    check_approval,
    check_names_another,
    check_query,
    check_reason,
    check_standing,
    status_of,
)
from lms.placements.rules.times import (
    Repeated,
    Span,
    TakenSpan,
    check_breaks,
    check_no_overlap,
    check_span,
    clock_change_note,
    clock_readings,
    resolve_span,
    started_on,
)

ROOT = Path(__file__).resolve().parents[2]
TRAINEE, SUPERVISOR = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def last_sunday(year, month):
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def utc_by_table(day, clock):
    """The moments a London clock shows this reading, from the rule of the last Sundays and nothing else."""
    local = datetime.combine(day, clock)
    begins = datetime.combine(last_sunday(day.year, 3), time(1))
    ends = datetime.combine(last_sunday(day.year, 10), time(1))
    summer, winter = local - timedelta(hours=1), local
    found = []
    if begins <= summer < ends:
        found.append(summer)
    if not begins <= winter < ends:
        found.append(winter)
    return tuple(moment.replace(tzinfo=UTC) for moment in found)


NEAR_CHANGES = st.builds(
    lambda year, month, offset: last_sunday(year, month) + timedelta(days=offset),
    st.integers(2020, 2035),
    st.sampled_from([3, 10]),
    st.integers(-2, 1),
)
DAYS = st.one_of(NEAR_CHANGES, st.dates(date(2020, 1, 1), date(2035, 12, 30)))
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))


@given(day=DAYS, clock=CLOCKS)
def test_a_london_clock_reads_as_an_independent_table_of_changes_says(day, clock):
    assert clock_readings(day, clock) == utc_by_table(day, clock)


@given(day=DAYS, starts=CLOCKS, ends=CLOCKS, first=st.sampled_from(Repeated), second=st.sampled_from(Repeated))
def test_a_shift_lasts_what_elapsed_whatever_the_clocks_did(day, starts, ends, first, second):
    begin = utc_by_table(day, starts)
    end_day = day if ends > starts else day + timedelta(days=1)
    finish = utc_by_table(end_day, ends)
    assume(begin and finish)
    started_at = begin[-1] if first is Repeated.SECOND else begin[0]
    ended_at = finish[-1] if second is Repeated.SECOND else finish[0]
    back_during = ends <= starts and len(utc_by_table(day, ends)) == 2 and utc_by_table(day, ends)[1] > started_at
    assume(not back_during)
    span = resolve_span(day, starts, ends, starts_repeated=first, ends_repeated=second)
    assert span == Span(started_at, ended_at)
    assert span.minutes * 60 == (ended_at - started_at).total_seconds()
    assert started_on(span) == day


@pytest.mark.parametrize("year", range(2020, 2036))
def test_a_night_lasts_11_hours_in_march_and_13_in_october(year):
    for month, hours in ((3, 11), (10, 13)):
        saturday = last_sunday(year, month) - timedelta(days=1)
        assert resolve_span(saturday, time(19), time(7)).minutes == hours * 60


@pytest.mark.parametrize(
    ("on", "starts", "ends", "minutes"),
    [
        pytest.param(date(2026, 3, 28), time(19), time(7), 660, id="night of the March change"),
        pytest.param(date(2026, 10, 24), time(19), time(7), 780, id="night of the October change"),
        pytest.param(date(2026, 6, 1), time(19), time(7), 720, id="an ordinary night"),
        pytest.param(date(2026, 6, 1), time(7, 30), time(15), 450, id="an ordinary day"),
        pytest.param(date(2026, 3, 29), time(0, 30), time(2, 30), 60, id="across the skipped hour"),
        pytest.param(date(2026, 12, 31), time(22), time(6), 480, id="across the year"),
    ],
)
def test_shifts_last_what_elapsed(on, starts, ends, minutes):
    assert resolve_span(on, starts, ends).minutes == minutes


def test_a_time_the_clocks_skipped_is_refused_with_a_sentence():
    with pytest.raises(RuleViolation, match="clocks go forward on 29 March 2026: there is no 01:30") as refusal:
        resolve_span(date(2026, 3, 28), time(19), time(1, 30))
    assert refusal.value.field == "ends"
    with pytest.raises(RuleViolation) as refusal:
        resolve_span(date(2026, 3, 29), time(1), time(9))
    assert refusal.value.field == "starts"


def test_a_time_shown_twice_is_asked_about_and_then_taken_as_answered():
    with pytest.raises(RuleViolation, match="01:30 comes twice") as refusal:
        resolve_span(date(2026, 10, 24), time(19), time(1, 30))
    assert refusal.value.field == "ends_repeated"
    first = resolve_span(date(2026, 10, 24), time(19), time(1, 30), ends_repeated=Repeated.FIRST)
    second = resolve_span(date(2026, 10, 24), time(19), time(1, 30), ends_repeated=Repeated.SECOND)
    assert (first.minutes, second.minutes) == (390, 450)
    late = resolve_span(date(2026, 10, 25), time(1, 15), time(9), starts_repeated=Repeated.SECOND)
    assert late.minutes == 465


def test_a_shift_inside_the_repeated_hour_ends_on_the_same_day():
    span = resolve_span(date(2026, 10, 25), time(1, 45), time(1, 15), starts_repeated=Repeated.FIRST)
    assert span.minutes == 30


@pytest.mark.parametrize(
    ("span", "break_minutes", "field"),
    [
        pytest.param(Span(at("2026-11-02T11:00"), at("2026-11-02T12:01")), 0, "worked_on", id="not over yet"),
        pytest.param(Span(at("2026-11-01T00:00"), at("2026-11-01T16:01")), 0, "ends", id="longer than 16 hours"),
        pytest.param(Span(at("2026-11-01T08:00"), at("2026-11-01T08:00")), 0, "ends", id="no length"),
        pytest.param(Span(at("2026-11-01T08:00"), at("2026-11-01T09:00")), 60, "break_minutes", id="all break"),
        pytest.param(Span(at("2026-11-01T08:00"), at("2026-11-01T09:00")), -1, "break_minutes", id="negative break"),
        pytest.param(Span(at("2016-11-01T08:00"), at("2016-11-01T09:00")), 0, "worked_on", id="wrong year"),
    ],
)
def test_a_shift_that_cannot_have_happened_is_refused(span, break_minutes, field):
    with pytest.raises(RuleViolation) as refusal:
        check_all(lambda: check_span(span, now=NOW), lambda: check_breaks(span, break_minutes))
    assert refusal.value.field == field


def test_sixteen_hours_that_just_ended_are_accepted():
    check_span(Span(NOW - timedelta(hours=16), NOW), now=NOW)


@pytest.mark.parametrize(
    ("started", "ended", "overlaps"),
    [
        ("2026-11-01T06:00", "2026-11-01T08:00", False),
        ("2026-11-01T06:00", "2026-11-01T08:01", True),
        ("2026-11-01T09:00", "2026-11-01T10:00", True),
        ("2026-11-01T15:59", "2026-11-01T18:00", True),
        ("2026-11-01T16:00", "2026-11-01T18:00", False),
        ("2026-11-01T01:00", "2026-11-01T17:00", True),
    ],
)
def test_no_two_shifts_of_one_trainee_share_time(started, ended, overlaps):
    taken = [TakenSpan(UUID(int=9), Span(at("2026-11-01T08:00"), at("2026-11-01T16:00")))]
    span = Span(at(started), at(ended))
    if not overlaps:
        check_no_overlap(span, taken)
        return
    with pytest.raises(RuleViolation, match="from 08:00 on 1 November 2026 to 16:00") as refusal:
        check_no_overlap(span, taken)
    assert refusal.value.field == "starts"


def test_a_changed_clock_is_explained():
    assert clock_change_note(resolve_span(date(2026, 3, 28), time(19), time(7))) == (
        "The clocks went forward during this shift: it lasted 11 h."
    )
    assert "back" in clock_change_note(resolve_span(date(2026, 10, 24), time(19), time(7)))
    assert clock_change_note(resolve_span(date(2026, 6, 1), time(19), time(7))) == ""


def decided(*verdicts):
    return [
        DecisionFact(verdict, NOW + timedelta(minutes=index), UUID(int=index)) for index, verdict in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ((), Status.SUBMITTED),
        ((Verdict.QUERIED,), Status.QUERIED),
        ((Verdict.QUERIED, Verdict.APPROVED), Status.APPROVED),
        ((Verdict.APPROVED, Verdict.QUERIED), Status.QUERIED),
        ((Verdict.QUERIED, Verdict.WITHDRAWN), Status.WITHDRAWN),
    ],
)
def test_the_status_follows_from_the_decisions_in_any_order(verdicts, status):
    assert status_of(reversed(decided(*verdicts))) is status


def test_a_correction_replaces_whatever_was_decided_and_nothing_sent_is_a_draft():
    assert status_of(decided(Verdict.APPROVED), corrected=True) is Status.CORRECTED
    assert status_of([], sent=False) is Status.DRAFT


def test_nobody_approves_their_own_shift():
    with pytest.raises(RuleViolation, match="own shift"):
        check_names_another(TRAINEE, TRAINEE)
    with pytest.raises(RuleViolation, match="own shift"):
        check_approval(Status.SUBMITTED, actor_id=TRAINEE, trainee_id=TRAINEE)
    with pytest.raises(RuleViolation, match="own shift"):
        check_query(Status.SUBMITTED, "Why?", actor_id=TRAINEE, trainee_id=TRAINEE)
    check_names_another(TRAINEE, SUPERVISOR)


@pytest.mark.parametrize("status", [Status.APPROVED, Status.WITHDRAWN, Status.CORRECTED])
def test_only_a_waiting_shift_is_approved(status):
    with pytest.raises(RuleViolation):
        check_approval(status, actor_id=SUPERVISOR, trainee_id=TRAINEE)


def test_a_query_says_what_to_check():
    check_query(Status.APPROVED, "Was it the Tuesday?", actor_id=SUPERVISOR, trainee_id=TRAINEE)
    with pytest.raises(RuleViolation) as refusal:
        check_query(Status.SUBMITTED, "  ", actor_id=SUPERVISOR, trainee_id=TRAINEE)
    assert refusal.value.field == "comment"
    with pytest.raises(RuleViolation):
        check_query(Status.WITHDRAWN, "Why?", actor_id=SUPERVISOR, trainee_id=TRAINEE)


def test_a_shift_that_no_longer_stands_is_not_changed_and_a_correction_says_why():
    check_standing(Status.QUERIED)
    for status in (Status.WITHDRAWN, Status.CORRECTED):
        with pytest.raises(RuleViolation):
            check_standing(status)
    check_reason("Wrong day")
    with pytest.raises(RuleViolation):
        check_reason(" ")


def shift(number, setting, minutes, status=Status.APPROVED, break_minutes=0):
    started = at("2026-05-01T08:00") + timedelta(days=number)
    return ShiftFact(
        id=UUID(int=number),
        setting=setting,
        started_at=started,
        ended_at=started + timedelta(minutes=minutes),
        break_minutes=break_minutes,
        status=status,
        supervisor_id=SUPERVISOR,
        recorded_at=started,
    )


CRISIS = HoursRequirement("crisis-team", "Crisis team", ("crisis-team",), 2700)
TWO_OF_FOUR = HoursRequirement("choose-two", "Choose two", ("a", "b", "c", "d"), 1350, distinct_settings=2)


def test_only_approved_hours_count_and_the_others_say_why_not():
    result = assess_hours(
        CRISIS,
        [
            shift(1, "crisis-team", 450),
            shift(2, "crisis-team", 450, Status.SUBMITTED),
            shift(3, "crisis-team", 450, Status.QUERIED),
            shift(4, "crisis-team", 450, Status.WITHDRAWN),
            shift(5, "control-room", 720),
        ],
    )
    assert result.counted_minutes == 450
    assert [item.shift.id.int for item in result.not_counted] == [2, 3, 4]
    assert all(item.why for item in result.not_counted)
    assert result.waiting_minutes == 900
    assert result.missing_minutes == 2250
    assert not result.met
    assert result.words == "7 h 30 min of 45 h"
    assert result.missing_words == "37 h 30 min"


def test_breaks_are_attended_time_unless_the_requirement_takes_them_off():
    strict = HoursRequirement("crisis-team", "Crisis team", ("crisis-team",), 450, breaks_taken_off=True)
    shifts = [shift(1, "crisis-team", 450, break_minutes=30)]
    assert assess_hours(CRISIS, shifts).counted_minutes == 450
    assert assess_hours(strict, shifts).counted_minutes == 420
    assert "taken off" in strict.rule


@pytest.mark.parametrize(
    ("shifts", "met", "missing"),
    [
        pytest.param([("a", 1350)], False, "1 more setting", id="hours in one setting only"),
        pytest.param([("a", 450), ("b", 450)], False, "7 h 30 min", id="two settings, too few hours"),
        pytest.param([("a", 450), ("a", 450), ("d", 450)], True, "", id="any two of four, hours together"),
        pytest.param([], False, "22 h 30 min and 2 more settings", id="nothing yet"),
    ],
)
def test_a_group_asks_hours_together_and_different_settings(shifts, met, missing):
    result = assess_hours(TWO_OF_FOUR, [shift(n, slug, minutes) for n, (slug, minutes) in enumerate(shifts)])
    assert result.met is met
    assert result.missing_words == missing


def test_surplus_in_one_setting_does_not_fill_another():
    results = progress([shift(1, "crisis-team", 900)] * 4 + [shift(2, "a", 450)], [CRISIS, TWO_OF_FOUR])
    assert counted_towards_total(results) == 2700 + 450


def test_shifts_in_settings_nobody_asks_for_are_named():
    other = shift(3, "solo-response-car", 600)
    assert outside_requirements([shift(1, "crisis-team", 60), other], [CRISIS, TWO_OF_FOUR]) == (other,)


def test_the_shipped_settings_ask_375_hours_in_all():
    document = settings_format.read_settings(ROOT / "content" / "settings.yaml", ROOT)
    placements = settings_format.placements_from(document.body)
    asked = {item.slug: item.required_minutes / 60 for item in placements.requirements()}
    assert asked["joint-response-car"] == 120
    assert asked["choose-two"] == 22.5
    assert placements.total().required_minutes == 375 * 60
    assert placements.title_of("control-room") == "999 control room"
    assert placements.title_of("closed-place") == "Closed place"
    assert [kind.value for kind in placements.before_any_placement] == [
        "registration",
        "criminal-record",
        "statutory-training",
        "occupational-health",
    ]


WRONG = """format: 1
slug: placements
title: Placements
review: {status: example, by: 2027-05-01}
settings:
  - {slug: a, title: A, group: nowhere, supervisor: Lead, must_log: []}
  - {slug: b, title: B, group: pair, required_minutes: 60, supervisor: Lead, must_log: []}
  - {slug: b, title: B again, supervisor: Lead, must_log: []}
groups:
  - {slug: pair, title: Pair, required_minutes: 900, distinct_settings: 2}
before_any_placement: [registration, registration]
"""


def test_wrong_settings_are_refused_with_their_lines():
    problems = list(settings_format.find_problems(parse(WRONG, settings_format.SettingsFile, "content/settings.yaml")))
    assert [(problem.line, problem.field) for problem in problems] == [
        (11, "before_any_placement.1"),
        (6, "settings.0.group"),
        (7, "settings.1.required_minutes"),
        (8, "settings.2.slug"),
        (10, "groups.0.distinct_settings"),
    ]
    with pytest.raises(ContentError):
        parse(WRONG.replace("[registration,", "[haircut,"), settings_format.SettingsFile, "x.yaml")
    with pytest.raises(ContentError):
        parse(WRONG.replace("slug: a,", "slug: a, colour: red,"), settings_format.SettingsFile, "x.yaml")


@pytest.mark.parametrize("on", [date(9999, 12, 31), date(1, 1, 1)])
def test_a_year_that_cannot_be_meant_is_refused_beside_the_day(on):
    with pytest.raises(RuleViolation, match="Check the year") as refusal:
        resolve_span(on, time(19), time(7))
    assert refusal.value.field == "worked_on"
