import pytest

from lms.cases.rules.answers import Step
from lms.cases.rules.engine import Draw, replay
from lms.cases.rules.graph import best_paths
from lms.cases.rules.review import judged_well, missed, reviewed, turning_points
from lms.cases.rules.run import Run
from lms.core.confidence import Confidence
from tests.factories.cases import every_kind

CASE = every_kind()
DRAW = Draw("dean")
SURE, FAIRLY, UNSURE = Confidence.CERTAIN, Confidence.FAIRLY_SURE, Confidence.NOT_SURE
BEST = best_paths(CASE)[0][0].steps
UNDERSCORED = dict.fromkeys(("respirations", "spo2", "air", "systolic", "pulse", "consciousness", "temperature"), 0)


def played(*steps):
    run = Run(CASE, DRAW, replay(CASE, DRAW, steps))
    return run, reviewed(run)


def test_a_hint_stands_with_the_decision_it_helped_with():
    _, path = played(Step("room", hint=True), *BEST[:2])
    assert [(step.index, step.step.scene, step.hinted) for step in path] == [(1, "room", True), (2, "chart", False)]


@pytest.mark.parametrize(
    ("index", "answer"),
    [
        (0, ("Open the airway", "Ventilate with oxygen", "Give naloxone", "Measure glucose")),
        (1, ("NEWS2 5",)),
        (2, ("Low glucose", "A head injury")),
        (3, ("AUDIT-C 11",)),
        (4, ("He breathes, {sugar}", "A watched bed")),
        (5, ("I stay with him",)),
    ],
)
def test_an_answer_of_any_kind_is_told_in_words(index, answer):
    _, path = played(*BEST)
    assert path[index].answer == answer
    assert all(part.is_right for part in path[index].parts)


def test_every_critical_part_of_an_answer_is_named_with_its_reason():
    _, path = played(
        Step("room", confidence=SURE, picks=("naloxone", "glucose", "airway", "ventilate")),
        Step("collapse"),
        Step("chart", confidence=SURE, scores=UNDERSCORED),
        Step("phone", confidence=SURE, picks=("fine", "none")),
        Step("last", "alone", SURE),
    )
    assert [step.errors for step in path] == [
        (("Give naloxone, before: Ventilate with oxygen", "Air comes before the antidote."),),
        (),
        (("NEWS2 0, where it is 5", "Oxygen and a voice make five."),),
        (("He looks quite well", "He is not."),),
        (("He stays alone", "He may sink."),),
    ]


def test_items_of_the_same_place_have_several_best_places():
    decision = CASE.scenes["room"].decision
    items = tuple(item.model_copy(update={"place": max(item.place, 2)}) for item in decision.items)
    scene = CASE.scenes["room"].model_copy(update={"decision": decision.model_copy(update={"items": items})})
    case = CASE.model_copy(update={"scenes": {**CASE.scenes, "room": scene}})
    run = Run(case, DRAW, replay(case, DRAW, BEST[:1]))
    assert [part.best for part in reviewed(run)[0].parts] == ["1 or 2", "1 or 2", "3", "4"]


def test_a_step_says_what_it_brought_to_light():
    _, path = played(*BEST)
    assert [set(step.found) for step in path] == [set(), set(), {"glucose", "fall"}, set(), set(), set()]


def test_each_row_of_a_chart_says_what_it_was_scored_from():
    _, path = played(*BEST[:1], Step("chart", confidence=SURE, scores={**BEST[1].scores, "pulse": 3}))
    rows = {part.asked: part for part in path[1].parts}
    pulse = rows["Pulse"]
    assert (pulse.reading, pulse.yours, pulse.best, pulse.is_right) == ("84 a minute", "3", "0", False)


def test_turning_points_say_what_was_met_and_what_was_not():
    run, _ = played(*BEST)
    assert [(point.must_visit, point.is_met) for point in turning_points(CASE, run.result)] == [
        (True, True),
        (False, True),
    ]
    run, _ = played(Step("room", confidence=SURE, picks=("naloxone", "glucose", "airway", "ventilate")))
    assert [(point.must_visit, point.is_met) for point in turning_points(CASE, run.result)] == [
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("option", "sure", "well"),
    [
        ("stay", SURE, 1),
        ("nurse", FAIRLY, 1),
        ("stay", UNSURE, 0),
        ("alone", SURE, 0),
        ("alone", FAIRLY, 0),
        ("alone", UNSURE, 1),
    ],
)
def test_confidence_is_judged_well_when_it_goes_with_the_answer(option, sure, well):
    unsure = [Step(step.scene, step.option, UNSURE, step.picks, step.scores) for step in BEST[:-1]]
    _, path = played(*unsure, Step("last", option, sure))
    assert judged_well(path, CASE) == well


def test_what_others_told_stands_beside_what_was_found():
    told = CASE.model_copy(
        update={"scenes": {**CASE.scenes, "screen": CASE.scenes["screen"].model_copy(update={"tells": ("fall",)})}}
    )
    run = Run(told, DRAW, replay(told, DRAW, BEST))
    path = {step.step.scene: step for step in reviewed(run)}
    assert (path["chart"].found, path["chart"].heard) == ((), ("fall",))
    assert (path["screen"].found, path["screen"].heard) == (("glucose",), ())
    [item] = missed(told, run.result.facts_heard)
    assert (item.fact, item.asking) == ("fall", "A head injury")
