from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import agreeing, supervision
from lms.competencies.rules.agreeing import Agreement, AgreementState
from lms.competencies.rules.supervision import EXPECTED_WEEKS, NamedFact, Theme, Week, coordinating, weeks_without
from lms.core.errors import RuleViolation
from lms.curriculum.rules.pace import Pause

AMINA, SAM, ANA, CONNIE = (UUID(int=number) for number in range(1, 5))
MONDAY = date(2026, 9, 7)
ON = date(2026, 11, 18)  # A Wednesday, ten whole weeks later.
AT = datetime(2026, 9, 7, 9, tzinfo=UTC)


def weeks(*numbers):
    return tuple(Week(MONDAY + timedelta(weeks=number)) for number in numbers)


def in_week(number, day=2):
    return MONDAY + timedelta(weeks=number, days=day)


@pytest.mark.parametrize(
    ("held", "pauses", "without"),
    [
        pytest.param([], [], range(10), id="nothing was held"),
        pytest.param([in_week(3)], [], [0, 1, 2, 4, 5, 6, 7, 8, 9], id="one week has it"),
        pytest.param([in_week(3, 0), in_week(3, 6)], [], [0, 1, 2, 4, 5, 6, 7, 8, 9], id="Monday and Sunday are one"),
        pytest.param([], [Pause(in_week(2), in_week(4))], [0, 1, 5, 6, 7, 8, 9], id="a pause leaves weeks out"),
        pytest.param([], [Pause(in_week(6))], [0, 1, 2, 3, 4, 5], id="a pause without an end leaves the rest out"),
        pytest.param([], [Pause(in_week(2), in_week(2))], range(10), id="a withdrawn pause leaves nothing out"),
        pytest.param([ON], [], range(10), id="a week that is not over does not count yet"),
        pytest.param([ON + timedelta(days=1)], [], range(10), id="what lies ahead changes nothing"),
    ],
)
def test_the_weeks_without_confirmed_supervision(held, pauses, without):
    found = weeks_without(held, starts_on=MONDAY, on=ON, pauses=pauses)
    assert found.without == weeks(*without)


def test_a_training_that_ended_gains_no_more_weeks():
    found = weeks_without([], starts_on=MONDAY, on=ON, ended_on=in_week(3, 6))
    assert found.counted == weeks(0, 1, 2, 3)


@pytest.mark.parametrize(("last", "is_due"), [(5, True), (6, False), (9, False)])
def test_supervision_is_due_after_the_expected_number_of_weeks(last, is_due):
    found = weeks_without([in_week(last)], starts_on=MONDAY, on=ON)
    assert (found.now_without, found.is_due) == (9 - last, is_due)
    assert EXPECTED_WEEKS == 4


def test_nothing_is_due_while_training_is_paused():
    found = weeks_without([], starts_on=MONDAY, on=ON, pauses=[Pause(in_week(9), None)])
    assert found.now_without == 9
    assert not found.is_due


def test_stretches_say_from_when_to_when():
    found = weeks_without([in_week(4)], starts_on=MONDAY, on=ON)
    first, second = found.stretches
    assert first.words == "7 September 2026 to 4 October 2026: 4 weeks"
    assert (first.is_longer, second.is_longer) == (True, True)
    assert found.last_on == in_week(4)


days = st.dates(MONDAY, ON)
pauses = st.lists(st.tuples(days, days).map(sorted).map(lambda pair: Pause(*pair)), max_size=3)


@given(st.lists(days), pauses, days)
def test_one_more_confirmed_day_never_adds_a_week_without(held, away, more):
    before = set(weeks_without(held, starts_on=MONDAY, on=ON, pauses=away).without)
    after = set(weeks_without([*held, more], starts_on=MONDAY, on=ON, pauses=away).without)
    assert after <= before


@given(st.lists(days), pauses)
def test_every_counted_week_has_supervision_or_is_in_exactly_one_stretch(held, away):
    found = weeks_without(held, starts_on=MONDAY, on=ON, pauses=away)
    in_stretches = [week for stretch in found.stretches for week in stretch.weeks]
    assert tuple(in_stretches) == found.without
    assert set(found.counted) - set(found.without) == set(found.counted) & {Week.of(each) for each in held}


@given(st.lists(days, min_size=1), pauses, days)
def test_a_day_in_the_past_is_seen_as_it_was(held, away, on):
    known = [each for each in held if each <= on]
    assert weeks_without(held, starts_on=MONDAY, on=on, pauses=away) == weeks_without(
        known, starts_on=MONDAY, on=on, pauses=away
    )


def named(person, from_on, number=1, hour=9):
    return NamedFact(UUID(int=number), person, from_on, AT.replace(hour=hour))


@pytest.mark.parametrize(
    ("facts", "on", "person"),
    [
        pytest.param([], ON, None, id="nobody was named"),
        pytest.param([named(SAM, MONDAY)], MONDAY, SAM, id="from the first day on"),
        pytest.param([named(SAM, MONDAY)], MONDAY - timedelta(days=1), None, id="not before it"),
        pytest.param([named(ANA, in_week(2)), named(SAM, MONDAY)], ON, ANA, id="the latest first day speaks"),
        pytest.param([named(ANA, in_week(2)), named(SAM, MONDAY)], in_week(1), SAM, id="until then the one before"),
        pytest.param([named(SAM, MONDAY, 1, 9), named(ANA, MONDAY, 2, 10)], ON, ANA, id="of one day the later record"),
        pytest.param([named(SAM, MONDAY), named(None, in_week(2))], ON, None, id="nobody any more"),
    ],
)
def test_who_co_ordinates_on_a_day(facts, on, person):
    found = coordinating(facts, on)
    assert (found.person_id if found else None) == person


def check_named(**changes):
    usual = {
        "actor_id": CONNIE,
        "trainee_id": AMINA,
        "person_id": SAM,
        "from_on": ON,
        "before": None,
        "today": ON,
    }
    supervision.check_named(**{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"actor_id": AMINA}, "Somebody else names"),
        ({"person_id": AMINA}, "Nobody supervises themselves"),
        ({"person_id": CONNIE}, "Nobody names themselves"),
        ({"person_id": None}, "how it is already"),
        ({"before": named(SAM, MONDAY)}, "how it is already"),
        ({"from_on": ON + timedelta(days=1)}, "in the future"),
        ({"from_on": ON - timedelta(days=29)}, "more than 28 days ago"),
        ({"before": named(ANA, ON), "from_on": ON - timedelta(days=1)}, "before 18 November 2026"),
    ],
)
def test_a_naming_that_could_not_be_defended_is_refused(changes, words):
    check_named()
    with pytest.raises(RuleViolation, match=words):
        check_named(**changes)


@pytest.mark.parametrize(
    ("day", "words"),
    [(ON, None), (ON - timedelta(days=28), None), (ON + timedelta(days=1), "future"), (ON - timedelta(days=29), "28")],
)
def test_what_was_held_lies_in_the_last_28_days(day, words):
    if words is None:
        agreeing.check_held_on(day, today=ON)
    else:
        with pytest.raises(RuleViolation, match=words):
            agreeing.check_held_on(day, today=ON)


def test_the_other_of_the_two_answers():
    assert agreeing.waits_for(trainee_id=AMINA, supervisor_id=SAM, recorded_by_id=AMINA) == SAM
    assert agreeing.waits_for(trainee_id=AMINA, supervisor_id=SAM, recorded_by_id=SAM) == AMINA


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"actor_id": AMINA}, "The other person confirms"),
        ({"is_corrected": True}, "corrected since"),
        ({"state": AgreementState.CONFIRMED}, "answered already"),
        ({"state": AgreementState.DECLINED}, "not agreed"),
    ],
)
def test_an_answer_is_given_once_by_the_other(changes, words):
    usual = {"actor_id": SAM, "waits_for_id": SAM, "state": AgreementState.WAITING, "is_corrected": False}
    agreeing.check_answer(**usual)
    with pytest.raises(RuleViolation, match=words):
        agreeing.check_answer(**{**usual, **changes})


def test_an_answer_makes_the_state():
    assert agreeing.agreement_state(None) is AgreementState.WAITING
    assert [agreeing.agreement_state(each) for each in Agreement] == [
        AgreementState.CONFIRMED,
        AgreementState.DECLINED,
    ]


@pytest.mark.parametrize(
    ("trainee", "supervisor", "actor"), [(AMINA, AMINA, AMINA), (AMINA, SAM, ANA)], ids=["with oneself", "a third"]
)
def test_an_entry_is_made_by_one_of_two_people(trainee, supervisor, actor):
    with pytest.raises(RuleViolation):
        agreeing.check_two(actor_id=actor, trainee_id=trainee, supervisor_id=supervisor)


@pytest.mark.parametrize(
    "changes",
    [{"minutes": 0}, {"minutes": 481}, {"themes": ()}, {"action": "a" * 301}],
    ids=lambda each: next(iter(each)),
)
def test_an_entry_says_neither_too_little_nor_too_much(changes):
    usual = {"minutes": 45, "themes": (Theme.WELLBEING,), "action": ""}
    supervision.check_entry(**usual)
    with pytest.raises(RuleViolation):
        supervision.check_entry(**{**usual, **changes})
