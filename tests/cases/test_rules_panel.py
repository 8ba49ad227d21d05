import pytest

from lms.cases.rules import panel
from lms.cases.rules.answers import Step
from lms.cases.rules.decisions import Observe
from lms.cases.rules.engine import Draw, begin, replay
from lms.cases.rules.format import Observations
from lms.cases.rules.graph import best_paths
from lms.cases.rules.run import Run
from lms.core.confidence import Confidence
from tests.factories.cases import every_kind, small_case

CASE = every_kind()
DRAW = Draw("dean")
BEST = best_paths(CASE)[0][0].steps
UNSAFE = Step("room", confidence=Confidence.CERTAIN, picks=("naloxone", "glucose", "airway", "ventilate"))


def after(*steps):
    return Run(CASE, DRAW, replay(CASE, DRAW, steps))


def seen(**values):
    scene = CASE.scenes["chart"].model_copy(update={"observations": Observations(**values)})
    case = CASE.model_copy(update={"scenes": {**CASE.scenes, "chart": scene}, "start": "chart"})
    return panel.measured(Run(case, DRAW, begin(case, DRAW)))[0]


def test_each_set_of_observations_stands_at_its_time():
    assert [(one.clock, one.total) for one in panel.measured(after(*BEST[:2]))] == [("14:18", "11"), ("14:26", "5")]


def test_a_score_that_is_asked_for_is_hidden_until_it_is_given():
    waiting, given = (panel.measured(after(*BEST[:count]))[-1] for count in (1, 2))
    assert (waiting.total, waiting.news2, [one.points for one in waiting.readings]) == (
        panel.TO_SCORE,
        None,
        [None] * 7,
    )
    assert (given.total, sum(one.points for one in given.readings)) == ("5", 5)


def test_what_was_not_measured_is_said_and_never_counted():
    found = seen(respirations=18, air=True)
    assert (found.reading("Pulse a minute").value, found.reading("Pulse a minute").short) == ("Not done", "")
    assert found.reading("Glucose, mmol/L") is None
    assert found.total == panel.TO_SCORE  # This scene asks for a score.


def test_the_second_oxygen_scale_is_named_wherever_the_saturation_is_told():
    reading = seen(spo2=89, air=False, scale=2).reading("Oxygen saturation")
    assert (reading.value, reading.short) == ("89%, scale 2", "Saturation 89%, scale 2")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Breaths a minute", "Breaths 12"),
        ("Air or oxygen", "On oxygen"),
        ("Blood pressure, mmHg", "Blood pressure 112/70"),
        ("Consciousness", "Responds to voice"),
        ("Temperature, °C", "36.6 °C"),
    ],
)
def test_an_observation_has_a_few_words_that_stand_alone(name, short):
    assert panel.measured(after(*BEST[:2]))[-1].reading(name).short == short


def test_a_chart_is_scored_from_what_was_measured_and_not_from_what_is_said():
    values = panel.values_to_score(CASE.scenes["chart"])
    assert (values["respirations"], values["systolic"], values["air"]) == (
        "12 breaths a minute",
        "112/70 mmHg",
        "Oxygen",
    )
    assert isinstance(CASE.scenes["drinking"].decision, Observe)
    assert panel.values_to_score(CASE.scenes["drinking"]) == {}


def test_what_is_known_begins_with_what_the_last_answer_found():
    assert panel.known(after(*BEST[:2])) == ()
    assert {fact.is_new for fact in panel.known(after(*BEST[:3]))} == {True}
    assert {fact.is_new for fact in panel.known(after(*BEST[:4]))} == {False}


def test_a_hint_makes_nothing_old_and_counts_as_no_decision():
    hinted = after(Step("room", hint=True))
    assert panel.decisions_made(hinted) == 0
    assert panel.decisions_made(after(*BEST[:3])) == 3


def test_scenes_that_exclude_each_other_are_one_decision():
    case = small_case()
    for best in best_paths(case)[0]:
        run = Run(case, Draw(best.variant), replay(case, Draw(best.variant), best.steps))
        assert panel.decisions_made(run) == len(case.slots()) == 3


def test_a_run_remembers_where_it_stood_before_each_step():
    run = after(UNSAFE, Step("collapse"))
    assert [(state.scene, state.clock) for state in run.stations] == [
        ("room", "14:18"),
        ("collapse", "14:24"),
        ("chart", "14:26"),
    ]
    assert run.stations[-1] == run.state


def test_who_scores_the_chart_judges_consciousness_from_the_scene():
    run = after(*BEST[:1])
    shown = panel.measured(run)[-1].reading("Consciousness")
    assert (shown.value, shown.points) == (panel.TO_JUDGE, None)
    assert panel.values_to_score(run.scene)["consciousness"] == panel.TO_JUDGE
    assert panel.values_scored(run.scene)["consciousness"].startswith("Responds to voice")
