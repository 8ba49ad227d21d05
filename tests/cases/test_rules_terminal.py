from dataclasses import replace

import pytest

from lms.cases.rules.answers import Step
from lms.cases.rules.engine import Draw, advance, replay
from lms.cases.rules.graph import way_to
from lms.cases.rules.run import Run
from lms.cases.rules.terminal import (
    debrief_lines,
    question_lines,
    read_answer,
    read_confidence,
    result_lines,
    scene_lines,
)
from lms.core.confidence import Confidence
from lms.core.errors import RuleViolation
from tests.factories.cases import every_kind, small_case

DRAW = Draw("dean", {"room": ("glucose", "naloxone", "ventilate", "airway")}, {"street": "Mill Lane"})


def at(scene, case=None, drawn=DRAW):
    case = case or every_kind()
    return Run(case, drawn, replay(case, drawn, way_to(case, scene, drawn.variant)))


def after(run, step):
    return replace(run, state=advance(run.case, run.state, step))


@pytest.mark.parametrize(
    ("scene", "typed", "answer"),
    [
        ("last", "1", {"option": "stay"}),
        ("last", " 3 ", {"option": "alone"}),
        ("screen", "1 3", {"picks": ("sugar", "fever")}),
        ("screen", "2,1", {"picks": ("head", "sugar")}),
        ("room", "4 3 2 1", {"picks": ("airway", "ventilate", "naloxone", "glucose")}),
        ("phone", "1 3", {"picks": ("breathing", "none")}),
        ("drinking", "4 4 3", {"scores": {"often": 4, "units": 4, "heavy": 3}}),
        ("collapse", "", {}),
        ("room", "h", {"hint": True}),
        ("room", " H ", {"hint": True}),
    ],
)
def test_what_is_typed_answers_by_numbers_in_the_order_shown(scene, typed, answer):
    assert read_answer(at(scene), typed) == Step(scene, **answer)


@pytest.mark.parametrize(
    ("scene", "typed", "sentence"),
    [
        ("last", "", "Type one number"),
        ("last", "4", "Type one number"),
        ("last", "0", "Type one number"),
        ("last", "1 2", "Type one number"),
        ("last", "abc", "Type one number"),
        ("screen", "", "all that apply"),
        ("screen", "1 1", "all that apply"),
        ("screen", "9", "all that apply"),
        ("room", "1 2 3", "in the order you would do"),
        ("room", "1 1 2 3", "in the order you would do"),
        ("phone", "1", "one number for each part"),
        ("phone", "1 9", "one number for each part"),
        ("drinking", "4 4", "the points of each row"),
        ("drinking", "99999999999999999999 1 1", "the points of each row"),
    ],
)
def test_anything_else_is_told_what_to_type(scene, typed, sentence):
    with pytest.raises(RuleViolation, match=sentence):
        read_answer(at(scene), typed)


@pytest.mark.parametrize(("typed", "sure"), [("n", "not-sure"), ("F", "fairly-sure"), (" certain", "certain")])
def test_one_letter_says_how_sure(typed, sure):
    assert read_confidence(typed) is Confidence(sure)


@pytest.mark.parametrize("typed", ["", "x", "1"])
def test_another_letter_is_refused(typed):
    with pytest.raises(RuleViolation, match="Type one letter"):
        read_confidence(typed)


def test_a_scene_tells_time_story_and_observations():
    text = "\n".join(scene_lines(at("room")))
    for words in ("14:18  The room on Mill Lane", "Dean Mallory lies on the floor.", "98/60", "NEWS2: 11."):
        assert words in text
    assert "For you to score".lower() in "\n".join(scene_lines(at("chart")))


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("room", ["   1  Measure glucose", "   4  Open the airway", "or h for a hint"]),
        ("phone", ["  Situation", "   2  He was asleep", "  Request", "   3  Nothing now"]),
        ("drinking", ["How often they drink: 0, 1, 2, 3, 4", "the points of each row"]),
        ("collapse", ["Take a breath.", "Press Enter to go on"]),
    ],
)
def test_a_question_numbers_what_can_be_chosen(scene, words):
    text = "\n".join(question_lines(at(scene)))
    assert [each for each in words if each not in text and each not in text.replace("\n", " ")] == []


def test_a_hint_is_offered_once():
    taken = after(at("room"), Step("room", hint=True))
    assert "h for a hint" not in "\n".join(question_lines(taken))
    assert "Hint: Think of what he lacks most." in "\n".join(result_lines(taken, with_reason=False))


def test_the_reason_is_told_in_practice_alone():
    chosen = after(at("last"), Step("last", "nurse", Confidence.CERTAIN))
    assert "\n".join(result_lines(chosen, with_reason=False)).strip() == "He sleeps."
    text = "\n".join(result_lines(chosen, with_reason=True))
    for words in ("Acceptable. She knows.", "Best option: I stay with him"):
        assert words in text


def test_going_on_has_no_result():
    assert list(result_lines(after(at("collapse"), Step("collapse")), with_reason=True)) == [""]


def test_the_debrief_names_critical_errors_points_and_the_path():
    slow = Step("room", confidence=Confidence.CERTAIN, picks=("naloxone", "airway", "ventilate", "glucose"))
    run = after(after(at("room"), slow), Step("collapse"))
    chart = {"respirations": 0, "spo2": 0, "air": 0, "systolic": 0, "pulse": 0, "consciousness": 0, "temperature": 0}
    run = after(run, Step("chart", confidence=Confidence.CERTAIN, scores=chart))
    run = after(run, Step("phone", confidence=Confidence.CERTAIN, picks=("asleep", "none")))
    run = after(run, Step("last", "alone", Confidence.CERTAIN))
    text = "\n".join(debrief_lines(run))
    for words in (
        "Debrief: not yet",
        "Critical error in At the door: He stays alone",
        "0 of 12 points",
        "0 of 2 facts found",
        "3 critical errors",
        "Not kept: Breathing before antidote",
        "Not reached: What else",
        "15:20  Critical error    At the door",
    ):
        assert words in text


def test_an_ending_asks_nothing():
    assert list(question_lines(at("goodbye", small_case(), Draw("martin")))) == []
