from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import meetings
from lms.competencies.rules.agreeing import AgreementState
from lms.competencies.rules.meetings import (
    ActionStep,
    MeetingActionFact,
    MeetingActionOutcome,
    MeetingFact,
    MeetingKind,
    MeetingState,
    Worked,
    placement_of,
    plan,
)
from lms.core.errors import RuleViolation

SITE, OTHER_SITE, AMINA, SAM = (UUID(int=number) for number in range(1, 5))
FIRST = date(2026, 9, 1)
AT = datetime(2026, 9, 1, 9, tzinfo=UTC)
INITIAL, MIDPOINT, FINAL = MeetingKind


def day(number):
    return FIRST + timedelta(days=number)


def placement(*shifts, required=1000, on=None):
    worked = [Worked(day(number), minutes) for number, minutes in shifts or ((0, 100),)]
    return placement_of(
        worked, site_id=SITE, site="Riverside", setting="crisis-team", required_minutes=required, on=on or day(400)
    )


def held(kind, number, *, state=AgreementState.CONFIRMED, site=SITE, planned_end_on=None, key=9):
    return MeetingFact(
        id=UUID(int=key),
        trainee_id=AMINA,
        site_id=site,
        kind=kind,
        held_on=day(number),
        supervisor_id=SAM,
        recorded_by_id=AMINA,
        planned_end_on=planned_end_on,
        state=state,
        recorded_at=AT,
    )


def states(found):
    return tuple(each.state.value for each in found)


def test_a_placement_begins_with_the_first_shift_and_knows_when_half_and_all_were_reached():
    found = placement((0, 300), (5, 300), (9, 500))
    assert (found.first_on, found.last_on, found.half_on, found.complete_on) == (day(0), day(9), day(5), day(9))
    assert placement_of([], site_id=SITE, site="", setting="", required_minutes=1, on=day(0)) is None
    assert placement((3, 100), on=day(2)) is None


def test_where_no_hours_are_asked_half_is_never_reached():
    found = placement((0, 300), required=0)
    assert (found.half_on, found.complete_on) == (None, None)


@pytest.mark.parametrize(
    ("shifts", "recorded", "on", "wanted"),
    [
        pytest.param([(0, 1)], [], 0, ("due", "later", "later"), id="the first shift opens the initial meeting"),
        pytest.param([(0, 1)], [], 14, ("due", "later", "later"), id="for 14 days"),
        pytest.param([(0, 1)], [], 15, ("overdue", "later", "later"), id="then it is overdue"),
        pytest.param([(0, 1), (43, 1)], [], 43, ("not-held", "later", "later"), id="and later it was not held"),
        pytest.param([(0, 1)], [held(INITIAL, 3)], 20, ("held", "later", "later"), id="held"),
        pytest.param(
            [(0, 1)],
            [held(INITIAL, 3, state=AgreementState.WAITING)],
            20,
            ("waiting", "later", "later"),
            id="recorded and not yet confirmed",
        ),
        pytest.param(
            [(0, 1)],
            [held(INITIAL, 3, state=AgreementState.DECLINED)],
            10,
            ("due", "later", "later"),
            id="what was not agreed was not held",
        ),
        pytest.param(
            [(0, 1)], [held(INITIAL, 3, site=OTHER_SITE)], 10, ("due", "later", "later"), id="another site is another"
        ),
        pytest.param([(0, 400), (9, 100)], [held(INITIAL, 3)], 9, ("held", "due", "later"), id="half of the hours"),
        pytest.param(
            [(0, 400), (20, 600)], [held(INITIAL, 3)], 20, ("held", "due", "due"), id="all of the hours at once"
        ),
        pytest.param(
            [(0, 400), (14, 600)], [], 14, ("due", "not-asked", "due"), id="a short placement has no midpoint"
        ),
        pytest.param(
            [(0, 400), (20, 600)],
            [held(INITIAL, 3), held(FINAL, 22)],
            25,
            ("held", "not-held", "held"),
            id="after the final meeting nobody asks for the midpoint",
        ),
        pytest.param(
            [(0, 1), (70, 1)],
            [held(INITIAL, 3), held(FINAL, 60)],
            71,
            ("held", "later", "later"),
            id="a placement that goes on after its final meeting has another one to come",
        ),
        pytest.param(
            [(0, 1000), (70, 1)],
            [held(INITIAL, 3), held(FINAL, 60)],
            71,
            ("held", "not-asked", "held"),
            id="unless all the hours had been worked",
        ),
        pytest.param(
            [(0, 1)],
            [held(INITIAL, 3, planned_end_on=day(20))],
            20,
            ("held", "later", "due"),
            id="the planned last day opens the final meeting",
        ),
        pytest.param(
            [(0, 1)], [held(INITIAL, 3)], 55, ("held", "later", "later"), id="a placement may be quiet for a while"
        ),
        pytest.param([(0, 1)], [held(INITIAL, 3)], 56, ("held", "later", "due"), id="quiet for eight weeks it is over"),
    ],
)
def test_when_each_meeting_is_due(shifts, recorded, on, wanted):
    assert states(plan(placement(*shifts, on=day(on)), recorded, day(on))) == wanted


def test_a_meeting_after_the_day_is_not_known_to_the_day():
    assert states(plan(placement(on=day(5)), [held(INITIAL, 6)], day(5)))[0] == "due"


# --- Actions ---


def action(key=1, due=20, agreed=0, steps=()):
    return MeetingActionFact(
        id=UUID(int=key),
        trainee_id=AMINA,
        meeting_id=UUID(int=9),
        agreed_on=day(agreed),
        due_on=day(due),
        recorded_at=AT,
        steps=tuple(
            ActionStep(outcome, day(on), AT + timedelta(days=on, minutes=n)) for n, (outcome, on) in enumerate(steps)
        ),
    )


DONE, STILL_OPEN, DROPPED = MeetingActionOutcome


@pytest.mark.parametrize(
    ("steps", "on", "outcome"),
    [
        ([], 5, STILL_OPEN),
        ([(STILL_OPEN, 3)], 5, STILL_OPEN),
        ([(DONE, 3)], 5, DONE),
        ([(DONE, 6)], 5, STILL_OPEN),
        ([(STILL_OPEN, 2), (DROPPED, 3)], 5, DROPPED),
        ([(DONE, 2), (STILL_OPEN, 3)], 5, DONE),
    ],
)
def test_an_action_is_open_until_the_first_step_that_closes_it(steps, on, outcome):
    assert action(steps=steps).outcome(day(on)) is outcome


def test_an_open_action_is_late_after_its_day():
    late, soon, done = action(1, due=30), action(2, due=10), action(3, steps=[(DONE, 1)])
    assert (soon.is_late(day(15)), late.is_late(day(15)), done.is_late(day(40))) == (True, False, False)


steps = st.lists(st.tuples(st.sampled_from(MeetingActionOutcome), st.integers(0, 60)), max_size=5)


@given(steps, st.integers(0, 60), st.integers(0, 60))
def test_what_is_closed_stays_closed(some, first, later):
    first, later = sorted((first, later))
    found = action(steps=sorted(some, key=lambda step: step[1]))
    if not found.is_open(day(first)):
        assert found.outcome(day(later)) is found.outcome(day(first))


def test_dropping_needs_a_reason_and_nothing_is_decided_twice():
    meetings.check_action_step(action(), outcome=DONE, reason="", on=day(1))
    meetings.check_action_step(action(), outcome=DROPPED, reason="The course was cancelled", on=day(1))
    with pytest.raises(RuleViolation, match="no longer needed"):
        meetings.check_action_step(action(), outcome=DROPPED, reason=" ", on=day(1))
    with pytest.raises(RuleViolation, match="closed already"):
        meetings.check_action_step(action(steps=[(DONE, 1)]), outcome=DONE, reason="", on=day(2))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"placement": None}, "first shift"),
        ({"kind": MIDPOINT, "held_on": day(-1)}, "1 September 2026"),
        ({"planned_end_on": day(-1)}, "before the first shift"),
        ({"summary": " "}, "what you talked about"),
        ({"actions": ["a"] * 4}, "3 new actions"),
        ({"actions": ["a" * 301]}, "300 characters"),
    ],
)
def test_a_meeting_that_says_too_little_or_too_much_is_refused(changes, words):
    usual = {
        "kind": INITIAL,
        "placement": placement(),
        "held_on": day(1),
        "planned_end_on": None,
        "summary": "What to see here.",
        "actions": ["Read the local pathway"],
    }
    meetings.check_meeting(**usual)
    with pytest.raises(RuleViolation, match=words):
        meetings.check_meeting(**{**usual, **changes})


def test_states_that_ask_are_due_and_overdue():
    assert [each for each in MeetingState if each.is_asked] == [MeetingState.DUE, MeetingState.OVERDUE]
