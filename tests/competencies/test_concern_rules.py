from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules import (
    CIRCLES,
    ClockNews,
    ConcernActionFact,
    ConcernActionOutcome,
    ConcernStepFact,
    Hands,
    Party,
    Rung,
    clock_news,
    may_advise,
)
from lms.competencies.rules.concern_parties import told_of_decision, told_of_step, told_when_raised
from lms.competencies.rules.concern_process import (
    check_action,
    check_actions_ended,
    check_ask_opinion,
    check_decider,
    check_entry,
    check_give_opinion,
    check_replies_read,
    check_reply,
    check_share,
)
from lms.core.errors import RuleViolation
from tests.factories.concerns import DEPUTY, NURSE, OTHER, RAISED, RAISER, TRAINEE, fact, moment

T, N, R, U = Party.TRAINEE, Party.TRUST, Party.RAISER, Party.UNIVERSITY
DAYS = st.integers(0, 120).map(lambda days: RAISED + timedelta(days=days))
STEPS = st.lists(st.tuples(st.sampled_from([*Rung, None]), DAYS), max_size=6, unique_by=lambda step: step[1])
CONCERNS = st.builds(lambda first, steps: fact(first, *steps), st.sampled_from(Rung), STEPS)


# --- Properties of the ladder ---


@given(CONCERNS, DAYS, st.integers(0, 200))
def test_a_closed_concern_stays_closed_on_the_day_it_was_closed(concern, on, later):
    closed = concern.closed_on(on)
    if closed is not None:
        assert closed <= on
        assert concern.closed_on(on + timedelta(days=later)) == closed
        assert not concern.is_open(on + timedelta(days=later))
        assert not concern.blocks(on + timedelta(days=later))


@given(CONCERNS, DAYS, STEPS)
def test_the_rung_on_a_day_never_depends_on_later_steps(concern, on, more):
    later = tuple(ConcernStepFact(rung, day, moment(day)) for rung, day in more if day > on)
    grown = replace(concern, steps=(*(step for step in concern.steps if step.decided_on <= on), *later))
    for judge in ("rung", "since", "review_by", "closed_on", "is_open", "blocks", "university_sees"):
        assert getattr(grown, judge)(on) == getattr(concern, judge)(on)


@given(CONCERNS, DAYS)
def test_the_order_in_which_steps_were_loaded_changes_nothing(concern, on):
    turned = replace(concern, steps=tuple(reversed(concern.steps)))
    assert (turned.rung(on), turned.closed_on(on)) == (concern.rung(on), concern.closed_on(on))


@given(CONCERNS, DAYS)
def test_only_an_open_plan_or_review_blocks(concern, on):
    assert concern.blocks(on) == (concern.is_open(on) and concern.rung(on) in (Rung.ACTION_PLAN, Rung.FORMAL_REVIEW))


@given(CONCERNS)
def test_only_a_heads_up_closes_itself(concern):
    last = RAISED + timedelta(days=400)
    if concern.closed_on(last) is not None and not any(step.rung is None for step in concern.steps):
        assert concern.rung(last) is Rung.HEADS_UP


def test_what_is_decided_after_a_heads_up_closed_itself_opens_it_no_more():
    concern = fact(Rung.HEADS_UP, (Rung.ACTION_PLAN, RAISED + timedelta(days=15)))
    assert concern.closed_on(RAISED + timedelta(days=30)) == RAISED + timedelta(days=15)
    assert concern.rung(RAISED + timedelta(days=30)) is Rung.HEADS_UP


# --- Who is told, who may read ---


@pytest.mark.parametrize(
    ("rung", "told"),
    [
        (Rung.HEADS_UP, {T, N}),
        (Rung.RECORDED, {T, N}),
        (Rung.ACTION_PLAN, {T, N, U}),
        (Rung.FORMAL_REVIEW, {T, N, U}),
    ],
)
def test_who_is_told_when_a_concern_is_raised(rung, told):
    assert told_when_raised(rung) == told


MOVES = {
    (Rung.HEADS_UP, None): {T, N},
    (Rung.HEADS_UP, Rung.RECORDED): {T, N, R},
    (Rung.HEADS_UP, Rung.ACTION_PLAN): {T, N, R, U},
    (Rung.HEADS_UP, Rung.FORMAL_REVIEW): {T, N, R, U},
    (Rung.RECORDED, None): {T, N, R},
    (Rung.RECORDED, Rung.HEADS_UP): {T, N, R},
    (Rung.RECORDED, Rung.ACTION_PLAN): {T, N, R, U},
    (Rung.RECORDED, Rung.FORMAL_REVIEW): {T, N, R, U},
    **{
        (rung, to): {T, N, R, U}
        for rung in (Rung.ACTION_PLAN, Rung.FORMAL_REVIEW)
        for to in (None, *Rung)
        if to is not rung
    },
}


@pytest.mark.parametrize(("move", "told"), MOVES.items())
def test_who_is_told_of_a_step(move, told):
    before, to = move
    assert told_of_step(before=before, to=to, is_shared=False) == told
    assert told_of_step(before=before, to=to, is_shared=True) == told | {U}


@pytest.mark.parametrize("rung", Rung)
def test_the_trainee_and_the_trust_are_told_of_everything_and_read_everything(rung):
    circle = CIRCLES[rung]
    assert {T, N} <= set(circle.at_once) & set(circle.decisions) & set(circle.readers)
    assert told_of_decision(rung, is_shared=False) == set(circle.decisions)


@pytest.mark.parametrize("rung", Rung)
def test_who_is_told_may_read_and_the_university_reads_where_the_table_says_so(rung):
    circle = CIRCLES[rung]
    assert set(circle.at_once) | set(circle.decisions) <= set(circle.readers)
    assert (U in circle.readers) is fact(rung).university_sees(RAISED)


def test_the_university_reads_what_was_shared_from_that_day_on():
    shared = fact(Rung.RECORDED, shared_on=RAISED + timedelta(days=3))
    assert not shared.university_sees(RAISED + timedelta(days=2))
    assert shared.university_sees(RAISED + timedelta(days=3))


# --- Clocks ---


@pytest.mark.parametrize(
    ("concern", "days", "news"),
    [
        pytest.param(fact(Rung.HEADS_UP), 10, None, id="heads-up with 4 days left"),
        pytest.param(fact(Rung.HEADS_UP), 11, ClockNews.SOON, id="heads-up with 3 days left"),
        pytest.param(fact(Rung.HEADS_UP), 14, ClockNews.SOON, id="heads-up on its last day"),
        pytest.param(fact(Rung.HEADS_UP), 15, ClockNews.CLOSED_ITSELF, id="heads-up closed itself"),
        pytest.param(fact(Rung.HEADS_UP), 22, ClockNews.CLOSED_ITSELF, id="a week after it closed"),
        pytest.param(fact(Rung.HEADS_UP), 23, None, id="news no more"),
        pytest.param(fact(Rung.HEADS_UP, (None, RAISED + timedelta(days=14))), 15, None, id="heads-up closed by hand"),
        pytest.param(fact(Rung.RECORDED), 11, ClockNews.SOON, id="recorded concern, 3 days left"),
        pytest.param(fact(Rung.RECORDED), 15, ClockNews.OUT, id="recorded concern overdue"),
        pytest.param(fact(Rung.RECORDED), 300, ClockNews.OUT, id="long overdue"),
        pytest.param(fact(Rung.RECORDED, (None, RAISED)), 15, None, id="closed"),
        pytest.param(fact(Rung.ACTION_PLAN), 38, None, id="plan with 4 days left"),
        pytest.param(fact(Rung.ACTION_PLAN), 43, ClockNews.OUT, id="plan overdue"),
        pytest.param(fact(Rung.FORMAL_REVIEW), 25, ClockNews.SOON, id="review with 3 days left"),
        pytest.param(fact(Rung.FORMAL_REVIEW), 29, ClockNews.OUT, id="review overdue"),
    ],
)
def test_what_there_is_to_say_about_a_clock(concern, days, news):
    assert clock_news(concern, RAISED + timedelta(days=days)) is news


# --- Replies and decisions ---


def refused(work, match=None):
    with pytest.raises(RuleViolation, match=match) as problem:
        work()
    return problem.value.field


def test_a_reply_belongs_to_the_trainee_and_has_words():
    check_reply(fact(Rung.HEADS_UP, (None, RAISED)), actor_id=TRAINEE, text="I see it so.")
    refused(lambda: check_reply(fact(Rung.HEADS_UP), actor_id=OTHER, text="I see it so."), "belongs to the trainee")
    assert refused(lambda: check_reply(fact(Rung.HEADS_UP), actor_id=TRAINEE, text=" "), "Say how") == "text"


@pytest.mark.parametrize(
    ("newest", "seen", "may"),
    [
        pytest.param(None, None, True, id="no reply"),
        pytest.param(UUID(int=2), UUID(int=2), True, id="the newest in view"),
        pytest.param(UUID(int=2), UUID(int=1), False, id="an older one in view"),
        pytest.param(UUID(int=2), None, False, id="none in view"),
    ],
)
def test_whoever_decides_has_had_the_newest_reply_in_view(newest, seen, may):
    if may:
        check_replies_read(newest_id=newest, seen_id=seen)
    else:
        refused(lambda: check_replies_read(newest_id=newest, seen_id=seen), "has replied")


def test_who_gave_a_second_opinion_decides_no_more_and_nobody_about_themselves():
    check_decider(fact(Rung.RECORDED), Hands(deciders=frozenset({NURSE})), actor_id=NURSE)
    refused(lambda: check_decider(fact(Rung.RECORDED), Hands(), actor_id=TRAINEE), "themselves")
    given = Hands(advisers=frozenset({DEPUTY}))
    refused(lambda: check_decider(fact(Rung.RECORDED), given, actor_id=DEPUTY), "second opinion")


@pytest.mark.parametrize(
    ("to", "outcome", "may"),
    [
        (None, None, False),
        (Rung.HEADS_UP, None, False),
        (Rung.RECORDED, None, False),
        (Rung.FORMAL_REVIEW, None, True),
        (None, ConcernActionOutcome.NOT_MET, True),
        (Rung.RECORDED, ConcernActionOutcome.DROPPED, True),
    ],
)
def test_a_plan_is_left_once_somebody_decided_about_each_action(to, outcome, may):
    actions = [
        ConcernActionFact(UUID(int=1), RAISED, ConcernActionOutcome.MET),
        ConcernActionFact(UUID(int=2), RAISED, outcome),
    ]
    if may:
        check_actions_ended(actions, to=to)
    else:
        refused(lambda: check_actions_ended(actions, to=to), "1 action is still open")


# --- Second opinion ---


@pytest.mark.parametrize(
    ("person", "may"),
    [(TRAINEE, False), (RAISER, False), (NURSE, False), (DEPUTY, True), (OTHER, True)],
)
def test_a_second_opinion_comes_from_somebody_not_involved(person, may):
    hands = Hands(deciders=frozenset({NURSE}))
    concern = fact(Rung.RECORDED)
    assert may_advise(concern, hands, person) is may
    ask = {"actor_id": person, "is_waiting": True, "text": "I would decide the same."}
    if may:
        check_give_opinion(concern, hands, **ask)
    else:
        refused(lambda: check_give_opinion(concern, hands, **ask), "neither raised")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"is_waiting": False}, "No second opinion"),
        ({"text": " "}, "what you think"),
    ],
)
def test_a_second_opinion_answers_a_question_with_words(changes, match):
    given = {"actor_id": OTHER, "is_waiting": True, "text": "Yes.", **changes}
    refused(lambda: check_give_opinion(fact(Rung.RECORDED), Hands(), **given), match)


@pytest.mark.parametrize(
    ("concern", "changes", "match"),
    [
        (fact(Rung.RECORDED), {"actor_id": OTHER}, "Only the trainee"),
        (fact(Rung.RECORDED), {"is_waiting": True}, "already"),
        (fact(Rung.RECORDED), {"text": ""}, "look at"),
        (fact(Rung.RECORDED, (None, RAISED)), {}, "closed"),
    ],
)
def test_a_second_opinion_is_asked_for_once_at_a_time_while_the_concern_is_open(concern, changes, match):
    asked = {"actor_id": TRAINEE, "is_waiting": False, "text": "Is this fair?", "on": RAISED, **changes}
    refused(lambda: check_ask_opinion(concern, **asked), match)


# --- Sharing, actions ---


@pytest.mark.parametrize(
    ("concern", "reason", "match"),
    [
        (fact(Rung.ACTION_PLAN), "Needed", "already"),
        (fact(Rung.RECORDED, shared_on=RAISED), "Needed", "already"),
        (fact(Rung.RECORDED, (None, RAISED)), "Needed", "closed"),
        (fact(Rung.RECORDED), " ", "Say why"),
    ],
)
def test_a_concern_is_shared_once_while_it_is_open_with_a_reason(concern, reason, match):
    check_share(fact(Rung.HEADS_UP), reason="Needed", on=RAISED)
    refused(lambda: check_share(concern, reason=reason, on=RAISED), match)


@pytest.mark.parametrize(
    ("concern", "changes", "field"),
    [
        pytest.param(fact(Rung.RECORDED), {}, None, id="no plan"),
        pytest.param(fact(Rung.ACTION_PLAN, (None, RAISED)), {}, None, id="closed plan"),
        pytest.param(fact(Rung.ACTION_PLAN), {"what": " "}, "what", id="nothing to do"),
        pytest.param(fact(Rung.ACTION_PLAN), {"judged": ""}, "judged", id="nobody can tell"),
        pytest.param(fact(Rung.FORMAL_REVIEW), {"due_on": RAISED - timedelta(days=1)}, "due_on", id="in the past"),
    ],
)
def test_an_action_says_what_by_when_and_how_it_is_judged(concern, changes, field):
    usual = {"what": "Four handovers.", "judged": "All complete.", "due_on": RAISED, "on": RAISED}
    check_action(fact(Rung.ACTION_PLAN), **usual)
    assert refused(lambda: check_action(concern, **{**usual, **changes})) == field


@pytest.mark.parametrize(
    ("concern", "action", "text", "match"),
    [
        (fact(Rung.ACTION_PLAN, (None, RAISED)), ConcernActionFact(OTHER, RAISED, None), "Done.", "closed"),
        (fact(Rung.ACTION_PLAN), None, "Done.", "Select an action"),
        (fact(Rung.ACTION_PLAN), ConcernActionFact(OTHER, RAISED, ConcernActionOutcome.MET), "Done.", "already"),
        (fact(Rung.ACTION_PLAN), ConcernActionFact(OTHER, RAISED, None), " ", "what happened"),
    ],
)
def test_progress_is_written_about_an_open_action_of_an_open_concern(concern, action, text, match):
    refused(lambda: check_entry(concern, action, text=text, on=RAISED), match)


def test_an_action_is_overdue_after_its_day_until_it_is_decided():
    action = ConcernActionFact(OTHER, date(2026, 11, 20), None)
    assert not action.is_overdue(date(2026, 11, 20))
    assert action.is_overdue(date(2026, 11, 21))
    assert not replace(action, outcome=ConcernActionOutcome.NOT_MET).is_overdue(date(2026, 11, 21))
