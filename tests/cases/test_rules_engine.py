import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cases.rules.engine import (
    Confidence,
    Draw,
    Step,
    advance,
    begin,
    check_written,
    draw,
    offered,
    replay,
)
from lms.cases.rules.format import ChooseOne, Grade, fill, link_citations
from lms.cases.rules.scoring import Outcome, score
from lms.core.errors import RuleViolation
from tests.factories.cases import small_case

CASE = small_case()
SURE = Confidence.CERTAIN
MARTIN, ALAN = Draw("martin", {}), Draw("alan", {})


def chose(scene, option, confidence=SURE):
    return Step(scene, option, confidence)


BEST = [chose("call", "send"), chose("home", "direct"), chose("agreed", "beside"), Step("writing")]
FIRM_BEST = [chose("call", "send"), chose("home", "direct"), chose("refusal", "plan"), Step("writing")]
WORST = [chose("call", "close"), chose("home", "label"), chose("refusal", "force"), Step("writing")]


def walk(case, drawn, chance, pick=None):
    """Play legal choices until the case ends; fails if it does not."""
    state = begin(case, drawn)
    for _ in range(200):
        if state.ended:
            return state
        decision = case.scenes[state.scene].decision
        step = Step(state.scene)
        if isinstance(decision, ChooseOne):
            options = offered(decision, state.scene, drawn)
            option = pick(options) if pick else chance.choice(options)
            step = chose(state.scene, option.key, chance.choice(list(Confidence)))
        state = advance(case, state, step)
    raise AssertionError("the case does not end")


def test_the_best_path_has_full_marks_for_every_patient():
    for drawn, steps in ((MARTIN, BEST), (ALAN, FIRM_BEST)):
        result = score(CASE, replay(CASE, drawn, steps))
        assert (result.points, result.points_available, result.outcome) == (6, 6, Outcome.SOUND)


def test_a_critical_error_caps_the_outcome_whatever_the_points():
    steps = [BEST[0], BEST[1], chose("agreed", "alone"), BEST[3]]
    result = score(CASE, replay(CASE, MARTIN, steps))
    assert (result.points, result.critical_steps, result.outcome) == (4, (2,), Outcome.NOT_YET)


def test_the_worst_path_is_not_yet_and_names_every_error():
    result = score(CASE, replay(CASE, MARTIN, WORST))
    assert (result.points, result.critical_steps, result.outcome) == (0, (0, 1, 2), Outcome.NOT_YET)
    assert result.overconfident_steps == (0, 1, 2)
    assert result.facts_missed == ("staggered", "sleep")


def test_two_paths_are_measured_on_the_same_criteria():
    one, other = score(CASE, replay(CASE, MARTIN, BEST)), score(CASE, replay(CASE, ALAN, WORST))
    assert [criterion.slot for criterion in one.criteria] == [criterion.slot for criterion in other.criteria]
    assert one.points_available == other.points_available


def test_what_was_not_met_counts_nothing():
    result = score(CASE, replay(CASE, MARTIN, BEST[:1]))
    assert [criterion.grade for criterion in result.criteria] == [Grade.OPTIMAL, None, None]


def test_confidence_is_held_against_correctness():
    steps = [
        chose("call", "send", Confidence.NOT_SURE),
        chose("home", "label"),
        chose("refusal", "plan"),
        Step("writing"),
    ]
    rows = {row.confidence: (row.chosen, row.sound) for row in score(CASE, replay(CASE, MARTIN, steps)).calibration}
    assert rows == {Confidence.NOT_SURE: (1, 1), Confidence.FAIRLY_SURE: (0, 0), Confidence.CERTAIN: (2, 1)}


@pytest.mark.parametrize(
    ("steps", "drawn", "expected"),
    [
        pytest.param(BEST[:2], MARTIN, "agreed", id="no condition holds: the last way"),
        pytest.param(BEST[:2], ALAN, "refusal", id="a flag of the variant"),
        pytest.param([chose("call", "send"), chose("home", "softly")], MARTIN, "agreed", id="a counter high enough"),
        pytest.param([chose("call", "wait"), chose("home", "softly")], MARTIN, "refusal", id="neither part holds"),
        pytest.param(
            [chose("call", "close"), chose("home", "softly")], MARTIN, "refusal", id="a flag stands against it"
        ),
    ],
)
def test_the_way_on_follows_the_state(steps, drawn, expected):
    assert replay(CASE, drawn, steps).scene == expected


def test_facts_are_known_once_and_in_the_order_they_were_found():
    state = replay(CASE, MARTIN, BEST)
    assert state.known == ("staggered", "sleep")
    assert state.clock == "20:30"
    assert state.visited == ("call", "home", "agreed", "writing", "goodbye")


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (chose("home", "direct"), "another scene"),
        (chose("call", "fly"), "Select what you do"),
        (Step("call", None, SURE), "Select what you do"),
        (Step("call", "send", None), "how sure"),
    ],
)
def test_an_illegal_step_is_refused(step, says):
    with pytest.raises(RuleViolation, match=says):
        advance(CASE, begin(CASE, MARTIN), step)


def test_nothing_follows_the_end():
    with pytest.raises(RuleViolation, match="ended"):
        replay(CASE, MARTIN, [*BEST, chose("goodbye", "send")])


def test_a_written_task_takes_no_option():
    with pytest.raises(RuleViolation, match="own words"):
        replay(CASE, MARTIN, [*BEST[:3], chose("writing", "send")])


@pytest.mark.parametrize(("text", "says"), [("Too short", "at least 3"), ("word " * 21, "20 words or fewer")])
def test_a_written_answer_keeps_to_its_length(text, says):
    with pytest.raises(RuleViolation, match=says):
        check_written(CASE.scenes["writing"].decision, text)


def test_a_draw_survives_its_storage():
    drawn = draw(CASE, 7)
    assert Draw.from_json(json.loads(json.dumps(drawn.to_json()))) == drawn


def test_playing_again_can_ask_for_another_patient():
    assert {draw(CASE, seed, unlike="martin").variant for seed in range(20)} == {"alan"}


def test_texts_name_the_patient_and_keep_unknown_braces():
    assert fill("{name} and {other}", CASE.variant("alan").placeholders) == "Alan Pryce and {other}"


def test_citations_lead_to_their_sources():
    text = link_citations("Ask [S44], not [this](#x) and not [S99].", {"S44": "Staying safe"})
    assert text == "Ask [\\[S44\\]](#source-S44), not [this](#x) and not [S99]."


@given(seed=st.integers(), luck=st.integers())
def test_any_legal_choices_end_with_a_score_in_bounds_and_replay_to_the_same_state(seed, luck):
    drawn = draw(CASE, seed)
    state = walk(CASE, drawn, random.Random(luck))
    result = score(CASE, state)
    assert 0 <= result.points <= result.points_available == 6
    assert len(result.facts_found) + len(result.facts_missed) == len(CASE.facts)
    assert replay(CASE, drawn, state.path) == state
    assert result.outcome is Outcome.NOT_YET or not result.critical_error


@given(seed=st.integers(), other=st.integers())
def test_shuffling_never_changes_the_score_of_the_same_choices(seed, other):
    one, two = draw(CASE, seed), draw(CASE, other)
    state = walk(CASE, one, random.Random(seed))
    again = replay(CASE, Draw(one.variant, two.order), state.path)
    assert score(CASE, again) == score(CASE, state)


@given(seed=st.integers())
def test_a_seed_always_draws_the_same_and_every_option_is_offered_once(seed):
    drawn = draw(CASE, seed)
    assert drawn == draw(CASE, seed)
    for scene, decision in CASE.decisions():
        assert sorted(option.key for option in offered(decision, scene, drawn)) == sorted(
            option.key for option in decision.options
        )
