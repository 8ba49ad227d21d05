"""Where a request stands, and what may happen to it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import (
    RequestState,
    Step,
    StepKind,
    check_cancel,
    check_pass_on,
    check_remind,
    check_reset,
    check_self_levels,
    holder_of,
    remind_from,
    state_of,
)
from lms.core.errors import RuleViolation

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRAINEE, ANA, BEN, CAI = (UUID(int=number) for number in range(1, 5))
DAY = timedelta(days=1)


def step(kind, days=1.0, by=ANA, to=None):
    return Step(kind, ASKED + days * DAY, by, to)


def passed(to, days=1.0, by=ANA):
    return step(StepKind.PASSED_ON, days, by, to)


@pytest.mark.parametrize(
    ("steps", "days", "state"),
    [
        pytest.param([], 0, "asked", id="just asked"),
        pytest.param([], 14, "asked", id="the fourteenth day"),
        pytest.param([], 14.1, "expired", id="after fourteen days"),
        pytest.param([step(StepKind.OPENED)], 2, "opened", id="opened"),
        pytest.param([step(StepKind.OPENED)], 15, "expired", id="opened and left"),
        pytest.param([step(StepKind.OPENED), passed(BEN, 2)], 3, "passed-on", id="opened, then passed on"),
        pytest.param([passed(BEN, 2), step(StepKind.OPENED, 3, BEN)], 4, "opened", id="passed on, then opened"),
        pytest.param([passed(BEN, 13)], 20, "passed-on", id="passing on begins the time anew"),
        pytest.param([step(StepKind.RESET, 20, TRAINEE)], 30, "asked", id="given more time"),
        pytest.param([step(StepKind.RESET, 20, TRAINEE)], 34.1, "expired", id="more time runs out too"),
        pytest.param([step(StepKind.DECLINED)], 2, "declined", id="declined"),
        pytest.param([step(StepKind.DECLINED)], 40, "declined", id="declined stays declined"),
        pytest.param([step(StepKind.CANCELLED)], 2, "cancelled", id="cancelled"),
        pytest.param([step(StepKind.REMINDED, 5, TRAINEE)], 14.1, "expired", id="a reminder gives no more time"),
    ],
)
def test_the_state_follows_from_what_happened(steps, days, state):
    found = state_of(steps, asked_at=ASKED, is_completed=False, now=ASKED + days * DAY)
    assert found.value == state


@pytest.mark.parametrize(("is_replied", "state"), [(False, "completed"), (True, "replied")])
def test_an_answer_ends_the_waiting_whatever_happened_before(is_replied, state):
    steps = [step(StepKind.OPENED), passed(BEN, 2)]
    found = state_of(steps, asked_at=ASKED, is_completed=True, is_replied=is_replied, now=ASKED + 99 * DAY)
    assert (found.value, found.is_answered, found.is_waiting) == (state, True, False)


def test_the_last_person_it_was_passed_to_answers():
    assert holder_of([], ANA) == ANA
    assert holder_of([], None) is None
    assert holder_of([passed(BEN), passed(CAI, 2, BEN)], ANA) == CAI


@pytest.mark.parametrize(
    ("to", "words"),
    [(TRAINEE, "Nobody assesses themselves"), (BEN, "You have this request"), (ANA, "has had the request before")],
)
def test_a_request_is_not_passed_to_the_trainee_oneself_or_back(to, words):
    with pytest.raises(RuleViolation, match=words):
        check_pass_on(
            state=RequestState.PASSED_ON,
            steps=[passed(BEN)],
            asked_of=ANA,
            trainee_id=TRAINEE,
            by_id=BEN,
            to_id=to,
        )


def test_a_request_is_passed_on_only_while_it_waits():
    facts = {"steps": [], "asked_of": ANA, "trainee_id": TRAINEE, "by_id": ANA, "to_id": BEN}
    check_pass_on(state=RequestState.OPENED, **facts)
    for state in RequestState:
        if not state.is_waiting:
            with pytest.raises(RuleViolation, match="no longer waits"):
                check_pass_on(state=state, **facts)


def test_an_expired_request_gets_more_time_once():
    check_reset(RequestState.EXPIRED, [step(StepKind.OPENED)])
    with pytest.raises(RuleViolation, match="given more time once"):
        check_reset(RequestState.EXPIRED, [step(StepKind.RESET)])
    for state in RequestState:
        if state is not RequestState.EXPIRED:
            with pytest.raises(RuleViolation, match="Only a request that has expired"):
                check_reset(state, [])


def test_one_may_remind_after_two_days_and_three_times():
    steps = []
    for days in (2, 4, 6):
        with pytest.raises(RuleViolation, match="You can remind the assessor from"):
            check_remind(RequestState.ASKED, steps, ASKED, ASKED + (days - 0.1) * DAY, holder=ANA)
        check_remind(RequestState.ASKED, steps, ASKED, ASKED + days * DAY, holder=ANA)
        steps.append(step(StepKind.REMINDED, days, TRAINEE))
    assert remind_from(steps, ASKED) is None
    with pytest.raises(RuleViolation, match="reminded 3 times"):
        check_remind(RequestState.ASKED, steps, ASKED, ASKED + 12 * DAY, holder=ANA)
    with pytest.raises(RuleViolation, match="nobody by name"):
        check_remind(RequestState.ASKED, [], ASKED, ASKED + 3 * DAY, holder=None)


def test_a_request_is_cancelled_by_who_asked_and_only_until_it_is_opened():
    check_cancel(actor_id=TRAINEE, trainee_id=TRAINEE, state=RequestState.ASKED)
    check_cancel(actor_id=TRAINEE, trainee_id=TRAINEE, state=RequestState.PASSED_ON)
    with pytest.raises(RuleViolation, match="Only the person who asked"):
        check_cancel(actor_id=ANA, trainee_id=TRAINEE, state=RequestState.ASKED)
    with pytest.raises(RuleViolation, match="has opened this request"):
        check_cancel(actor_id=TRAINEE, trainee_id=TRAINEE, state=RequestState.OPENED)


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ({"D3.1": 3}, "Say how you rate yourself"),
        ({"D3.1": 3, "D4.1": 6}, "Select a level from 1 to 5"),
        ({"D3.1": 3, "D4.1": 2, "D5.4": 2}, "not among the capabilities"),
    ],
)
def test_a_trainee_rates_exactly_what_they_ask_about(levels, words):
    check_self_levels(["D3.1", "D4.1"], {"D3.1": None, "D4.1": 5})
    with pytest.raises(RuleViolation, match=words):
        check_self_levels(["D3.1", "D4.1"], levels)


histories = st.lists(
    st.builds(
        step,
        st.sampled_from([StepKind.OPENED, StepKind.REMINDED, StepKind.RESET]),
        st.floats(0, 40),
    )
    | st.builds(passed, st.sampled_from([BEN, CAI]), st.floats(0, 40)),
    max_size=8,
).map(lambda steps: sorted(steps, key=lambda each: each.recorded_at))


@given(histories, st.floats(0, 80))
def test_a_request_that_waits_has_time_left_and_one_that_expired_has_none(steps, days):
    at = ASKED + days * DAY
    seen = [each for each in steps if each.recorded_at <= at]
    state = state_of(seen, asked_at=ASKED, is_completed=False, now=at)
    starts = [ASKED, *(s.recorded_at for s in seen if s.kind in (StepKind.PASSED_ON, StepKind.RESET))]
    assert state.is_waiting == (at - max(starts) <= 14 * DAY)


@given(histories)
def test_a_reminder_never_changes_who_answers_or_until_when(steps):
    without = [each for each in steps if each.kind is not StepKind.REMINDED]
    at = ASKED + 41 * DAY
    assert holder_of(steps, ANA) == holder_of(without, ANA)
    assert state_of(steps, asked_at=ASKED, is_completed=False, now=at) is state_of(
        without, asked_at=ASKED, is_completed=False, now=at
    )
