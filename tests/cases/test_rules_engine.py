import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cases.rules.answers import Step, any_step, best_steps, judge
from lms.cases.rules.decisions import SCORED, Grade
from lms.cases.rules.engine import Draw, Mode, advance, begin, check_written, draw, hear, names, replay, shown_in_order
from lms.cases.rules.format import fill, link_citations
from lms.cases.rules.graph import best_paths
from lms.cases.rules.run import Run
from lms.cases.rules.scoring import Outcome, score
from lms.core.confidence import Confidence
from lms.core.errors import RuleViolation
from tests.factories.cases import every_kind, small_case

CASE = small_case()
EVERY = every_kind()
DEAN = Draw("dean")
SURE = Confidence.CERTAIN
MARTIN, ALAN = Draw("martin", {}), Draw("alan", {})


def chose(scene, option, confidence=SURE):
    return Step(scene, option, confidence)


BEST = [chose("call", "send"), chose("home", "direct"), chose("agreed", "beside"), Step("writing")]
FIRM_BEST = [chose("call", "send"), chose("home", "direct"), chose("refusal", "plan"), Step("writing")]
WORST = [chose("call", "close"), chose("home", "label"), chose("refusal", "force"), Step("writing")]


def walk(case, drawn, chance):
    """Play legal choices until the case ends; fails if it does not."""
    state = begin(case, drawn)
    for _ in range(200):
        if state.ended:
            return state
        scene = case.scenes[state.scene]
        if scene.decision.hint and state.scene not in state.hinted and chance.random() < 0.2:
            state = advance(case, state, Step(state.scene, hint=True))
        state = advance(case, state, any_step(state.scene, scene, chance))
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
        (Step("call", hint=True, option="send"), "no further hint"),
        (Step("home", hint=True), "another scene"),
    ],
)
def test_an_illegal_step_is_refused(step, says):
    with pytest.raises(RuleViolation, match=says):
        advance(CASE, begin(CASE, MARTIN), step)


def test_nothing_follows_the_end():
    with pytest.raises(RuleViolation, match="ended"):
        replay(CASE, MARTIN, [*BEST, chose("goodbye", "send")])


def test_a_written_task_takes_no_option():
    with pytest.raises(RuleViolation, match="nothing to select"):
        replay(CASE, MARTIN, [*BEST[:3], chose("writing", "send")])


@pytest.mark.parametrize(("text", "says"), [("Too short", "at least 3"), ("word " * 21, "20 words or fewer")])
def test_a_written_answer_keeps_to_its_length(text, says):
    with pytest.raises(RuleViolation, match=says):
        check_written(CASE.scenes["writing"].decision, text)


def test_a_draw_survives_its_storage():
    drawn = draw(CASE, 7)
    assert Draw.from_json(json.loads(json.dumps(drawn.to_json()))) == drawn


def test_a_stored_attempt_may_lack_what_its_case_does_not_use():
    drawn = Draw.from_json({"variant": "martin", "order": {"call": ["close", "wait", "send"]}})
    assert (drawn.details, names(CASE, drawn)["name"]) == ({}, "Martin Hale")
    assert [option.key for option in shown_in_order(CASE.scenes["call"].decision.options, "call", drawn)][:2] == [
        "close",
        "wait",
    ]
    stored = [("call", {"option": "send"}), ("home", {"option": "direct"}), ("agreed", {"option": "beside"})]
    steps = [Step.stored(scene, choice, SURE) for scene, choice in stored]
    assert replay(CASE, drawn, [*steps, Step.stored("writing", {}, None)]) == replay(CASE, drawn, BEST)


def test_playing_again_can_ask_for_another_patient():
    assert {draw(CASE, seed, unlike="martin").variant for seed in range(20)} == {"alan"}


def test_texts_name_the_patient_and_keep_unknown_braces():
    assert fill("{name} and {other}", CASE.variant("alan").placeholders) == "Alan Pryce and {other}"


def test_citations_lead_to_their_sources():
    text = link_citations("Ask [S44], not [this](#x) and not [S99].", {"S44": "Staying safe"})
    assert text == "Ask [\\[S44\\]](#source-S44), not [this](#x) and not [S99]."


def chapters(text):
    case = CASE.model_copy(update={"debrief": text})
    return Run(case, MARTIN, begin(case, MARTIN)).chapters


def test_the_teaching_points_are_told_in_chapters_with_names_and_citations_filled_in():
    text = "Calm is no sign.\n\n## Asking {name}\n\nAsk [S44].\n\n### In short\n\nAsk.\n\n## And you\n\nRest.\n"
    assert chapters(text) == (
        ("", "Calm is no sign."),
        ("Asking Martin Hale", "Ask [\\[S44\\]](#source-S44).\n\n### In short\n\nAsk."),
        ("And you", "Rest."),
    )


def test_only_text_before_the_first_heading_makes_a_chapter_without_one():
    assert chapters("## First\n\nOne.\n") == (("First", "One."),)
    assert chapters("One.\n") == (("", "One."),)
    assert chapters("## First\n## Second\nTwo ## signs.\n") == (("First", ""), ("Second", "Two ## signs."))


@pytest.mark.parametrize(("text", "mode"), [("graded", Mode.GRADED), ("GRADED", None), ("", None), (None, None)])
def test_a_mode_is_found_by_its_name_alone(text, mode):
    assert Mode.named(text, None) is mode
    assert Mode.named(text, Mode.PRACTICE) is (mode or Mode.PRACTICE)


CASES = pytest.mark.parametrize("case", [CASE, EVERY], ids=["choices and a text", "every kind"])


@CASES
@given(seed=st.integers(), luck=st.integers())
def test_any_legal_choices_end_with_a_score_in_bounds_and_replay_to_the_same_state(case, seed, luck):
    drawn = draw(case, seed)
    state = walk(case, drawn, random.Random(luck))
    result = score(case, state)
    assert 0 <= result.points <= result.points_available == 2 * len(case.slots())
    assert len(result.facts_found) + len(result.facts_missed) == len(case.facts)
    assert 0 <= result.process_met <= len(case.process)
    assert replay(case, drawn, state.path) == state
    assert result.outcome is Outcome.NOT_YET or not result.critical_error
    assert not (result.is_full and result.critical_error)


@CASES
@given(seed=st.integers(), other=st.integers())
def test_shuffling_and_another_patient_never_change_the_score_of_the_same_choices(case, seed, other):
    one, two = draw(case, seed), draw(case, other)
    state = walk(case, one, random.Random(seed))
    again = replay(case, Draw(one.variant, two.order, two.details), state.path)
    assert score(case, again) == score(case, state)


@CASES
@given(seed=st.integers(), luck=st.integers())
def test_a_step_survives_its_storage(case, seed, luck):
    for step in walk(case, draw(case, seed), random.Random(luck)).path:
        stored = json.loads(json.dumps(step.choice))
        assert Step.stored(step.scene, stored, step.confidence) == step


@CASES
@given(seed=st.integers())
def test_a_seed_always_draws_the_same_and_everything_is_shown_once(case, seed):
    drawn = draw(case, seed)
    assert drawn == draw(case, seed)
    assert Draw.from_json(json.loads(json.dumps(drawn.to_json()))) == drawn
    for scene, decision in case.decisions():
        for place, choices in shown(scene, decision):
            assert sorted(one.key for one in shown_in_order(choices, place, drawn)) == sorted(c.key for c in choices)


def shown(scene, decision):
    if hasattr(decision, "parts"):
        return [(f"{scene}/{part.key}", part.options) for part in decision.parts]
    return [(scene, getattr(decision, "options", getattr(decision, "items", ())))]


BEST_OF_EVERY = best_paths(EVERY)[0][0].steps


def changed(at, **answer):
    """The best path through every kind of decision, with another answer at one place."""
    steps = list(BEST_OF_EVERY)
    steps[at] = Step(steps[at].scene, confidence=SURE, **answer)
    return steps


def test_the_best_path_through_every_kind_has_full_marks():
    result = score(EVERY, replay(EVERY, DEAN, BEST_OF_EVERY))
    assert result.is_full
    assert (result.points, result.facts_missed, result.process_met) == (12, (), 2)


NEWS2 = {"respirations": 0, "spo2": 0, "air": 2, "systolic": 0, "pulse": 0, "consciousness": 3, "temperature": 0}
AUDIT_C = {"often": 4, "units": 4, "heavy": 3}
IN_ORDER = ("airway", "ventilate", "naloxone", "glucose")


@pytest.mark.parametrize(
    ("scene", "answer", "grade"),
    [
        ("room", {"picks": IN_ORDER}, Grade.OPTIMAL),
        ("room", {"picks": ("airway", "ventilate", "glucose", "naloxone")}, Grade.ACCEPTABLE),
        ("room", {"picks": ("ventilate", "airway", "glucose", "naloxone")}, Grade.SUBOPTIMAL),
        ("room", {"picks": ("naloxone", "airway", "ventilate", "glucose")}, Grade.CRITICAL),
        ("chart", {"scores": NEWS2}, Grade.OPTIMAL),
        ("chart", {"scores": {**NEWS2, "pulse": 1}}, Grade.ACCEPTABLE),
        ("chart", {"scores": {**NEWS2, "pulse": 2}}, Grade.SUBOPTIMAL),
        ("chart", {"scores": {**NEWS2, "consciousness": 0}}, Grade.CRITICAL),
        ("screen", {"picks": ("sugar", "head")}, Grade.OPTIMAL),
        ("screen", {"picks": ("head", "sugar", "fever")}, Grade.OPTIMAL),
        ("screen", {"picks": ("sugar",)}, Grade.ACCEPTABLE),
        ("screen", {"picks": ("sugar", "head", "drink")}, Grade.ACCEPTABLE),
        ("screen", {"picks": ("sugar", "drink")}, Grade.SUBOPTIMAL),
        ("screen", {"picks": ("fever",)}, Grade.SUBOPTIMAL),
        ("screen", {"picks": ("sugar", "head", "leave")}, Grade.CRITICAL),
        ("drinking", {"scores": AUDIT_C}, Grade.OPTIMAL),
        ("drinking", {"scores": {**AUDIT_C, "heavy": 2}}, Grade.ACCEPTABLE),
        ("drinking", {"scores": {**AUDIT_C, "units": 3, "heavy": 2}}, Grade.SUBOPTIMAL),
        ("drinking", {"scores": {"often": 1, "units": 1, "heavy": 1}}, Grade.SUBOPTIMAL),
        ("phone", {"picks": ("breathing", "bed")}, Grade.OPTIMAL),
        ("phone", {"picks": ("breathing", "chair")}, Grade.ACCEPTABLE),
        ("phone", {"picks": ("breathing", "none")}, Grade.ACCEPTABLE),
        ("phone", {"picks": ("asleep", "chair")}, Grade.SUBOPTIMAL),
        ("phone", {"picks": ("fine", "bed")}, Grade.CRITICAL),
    ],
)
def test_each_kind_of_answer_is_judged_as_a_whole(scene, answer, grade):
    assert judge(EVERY.scenes[scene], Step(scene, confidence=SURE, **answer)).grade is grade


def test_a_chart_that_says_nothing_of_rows_is_acceptable_anywhere_in_the_band():
    scene = EVERY.scenes["drinking"]
    before = scene.model_copy(update={"decision": scene.decision.model_copy(update={"acceptable_rows": None})})
    wrong = Step("drinking", confidence=SURE, scores={"often": 3, "units": 1, "heavy": 2})
    assert (judge(before, wrong).grade, judge(scene, wrong).grade) == (Grade.ACCEPTABLE, Grade.SUBOPTIMAL)


@pytest.mark.parametrize(
    ("scene", "answer", "says"),
    [
        ("room", {}, "own place"),
        ("room", {"picks": IN_ORDER[:3]}, "own place"),
        ("room", {"picks": (*IN_ORDER[:3], "airway")}, "own place"),
        ("chart", {}, "respirations"),
        ("chart", {"scores": {**NEWS2, "air": 1}}, "air or oxygen"),
        ("chart", {"scores": {**NEWS2, "glucose": 0}}, "once"),
        ("screen", {}, "at least one"),
        ("screen", {"picks": ("sugar", "sugar")}, "at least one"),
        ("screen", {"picks": ("sugar", "moon")}, "at least one"),
        ("phone", {"picks": ("breathing",)}, "request"),
        ("phone", {"picks": ("breathing", "asleep", "bed")}, "situation"),
        ("phone", {"picks": ("breathing", "bed", "moon")}, "each part"),
    ],
)
def test_an_answer_the_decision_does_not_allow_is_refused(scene, answer, says):
    with pytest.raises(RuleViolation, match=says):
        judge(EVERY.scenes[scene], Step(scene, confidence=SURE, **answer))


def test_an_answer_needs_a_word_of_confidence():
    with pytest.raises(RuleViolation, match="how sure"):
        judge(EVERY.scenes["room"], Step("room", picks=IN_ORDER))


def test_a_mistake_leads_where_the_best_path_never_goes():
    steps = changed(0, picks=("naloxone", "airway", "ventilate", "glucose"))
    state = replay(EVERY, DEAN, [steps[0], Step("collapse"), *steps[1:]])
    result = score(EVERY, state)
    assert [point.scene for point in result.not_avoided] == ["collapse"]
    assert [kept.is_met for kept in result.process] == [False, True]
    assert (result.outcome, result.points_available) == (Outcome.NOT_YET, 12)


def test_a_scene_left_out_is_named_and_its_points_are_lost():
    steps = changed(1, scores={**NEWS2, "consciousness": 0})
    del steps[2:4]  # Straight to the telephone.
    result = score(EVERY, replay(EVERY, DEAN, steps))
    assert [point.scene for point in result.not_visited] == ["screen"]
    assert [criterion.grade for criterion in result.criteria if criterion.scene is None] == [None, None]


def test_time_is_judged_when_it_was_reached_and_not_at_the_end():
    slow = changed(0, picks=("ventilate", "airway", "glucose", "naloxone"))
    assert [kept.is_met for kept in score(EVERY, replay(EVERY, DEAN, slow)).process] == [False, True]
    assert not any(kept.is_met for kept in score(EVERY, replay(EVERY, DEAN, slow[:3])).process)


def test_a_hint_is_a_step_that_costs_one_point_and_stays_in_its_scene():
    state = replay(EVERY, DEAN, [Step("room", hint=True)])
    assert (state.scene, state.hinted, len(state.path)) == ("room", {"room"}, 1)
    with pytest.raises(RuleViolation, match="no further hint"):
        advance(EVERY, state, Step("room", hint=True))
    result = score(EVERY, replay(EVERY, DEAN, [Step("room", hint=True), *BEST_OF_EVERY]))
    assert (result.points, result.criteria[0].points, result.is_full) == (11, 1, False)


def test_a_scene_without_a_clock_keeps_the_time_that_was_spent():
    wrong = Step("room", confidence=SURE, picks=("naloxone", "airway", "ventilate", "glucose"))
    assert replay(EVERY, DEAN, [wrong]).clock == "14:24"


def test_details_are_drawn_and_fill_the_texts():
    streets = {names(EVERY, draw(EVERY, seed))["street"] for seed in range(20)}
    assert streets == {"Alder Street", "Mill Lane"}


def test_a_passage_tells_what_was_known_and_the_most_where_nobody_plays():
    assert names(EVERY, DEAN, replay(EVERY, DEAN, BEST_OF_EVERY[:2]))["sugar"] == "no sugar"
    assert names(EVERY, DEAN, replay(EVERY, DEAN, BEST_OF_EVERY))["sugar"] == "sugar 5.1"
    assert names(EVERY, DEAN)["sugar"] == "sugar 5.1"


def test_every_best_answer_is_optimal():
    for case in (CASE, EVERY):
        for key, decision in case.decisions():
            steps = list(best_steps(key, case.scenes[key]))
            assert isinstance(decision, SCORED)
            assert steps
            assert {judge(case.scenes[key], step).grade for step in steps} == {Grade.OPTIMAL}


def with_tells(**scenes):
    """The case with every kind, in which some scenes tell a fact."""
    told = {key: EVERY.scenes[key].model_copy(update={"tells": (fact,)}) for key, fact in scenes.items()}
    return EVERY.model_copy(update={"scenes": {**EVERY.scenes, **told}})


def test_what_others_tell_is_known_and_not_found():
    case = with_tells(screen="fall")
    result = score(case, replay(case, DEAN, BEST_OF_EVERY))
    assert (result.facts_found, result.facts_heard, result.facts_missed) == (("glucose",), ("fall",), ())
    assert (result.points, result.is_full) == (12, False)


def test_the_first_scene_tells_before_anything_is_done():
    case = with_tells(room="fall")
    state = begin(case, DEAN)
    assert (state.known, state.found, state.heard) == (("fall",), (), {"fall"})


def test_what_follows_from_an_answer_may_tell_a_fact():
    scene = EVERY.scenes["room"]
    outcomes = scene.decision.outcomes
    telling = outcomes.model_copy(update={"critical": outcomes.critical.model_copy(update={"tells": ("fall",)})})
    room = scene.model_copy(update={"decision": scene.decision.model_copy(update={"outcomes": telling})})
    case = EVERY.model_copy(update={"scenes": {**EVERY.scenes, "room": room}})
    wrong = Step("room", confidence=SURE, picks=("naloxone", "airway", "ventilate", "glucose"))
    assert replay(case, DEAN, [wrong]).heard == {"fall"}
    assert replay(EVERY, DEAN, [wrong]).heard == frozenset()


def test_what_was_found_stays_found_when_others_tell_it():
    assert hear(replay(EVERY, DEAN, BEST_OF_EVERY), ["fall"]).found == ("glucose", "fall")
