import itertools

import pytest

from lms.cases.rules import charts
from lms.cases.rules.answers import Step, judge, possible
from lms.cases.rules.decisions import Grade
from lms.core.confidence import Confidence
from tests.factories.cases import every_kind, small_case

CASES = pytest.mark.parametrize("case", [small_case(), every_kind()], ids=lambda case: case.slug)


@CASES
def test_every_possible_verdict_comes_with_an_answer_that_earns_it(case):
    for key, _ in case.decisions():
        found = list(possible(key, case.scenes[key]))
        assert Grade.OPTIMAL in {verdict.grade for _, verdict in found}
        for step, verdict in found:
            assert judge(case.scenes[key], step) == verdict


@CASES
def test_somebody_who_answers_badly_on_the_way_to_a_scene_is_not_sure_of_it(case):
    for key, _ in case.decisions():
        for step, verdict in possible(key, case.scenes[key]):
            assert (step.confidence is Confidence.CERTAIN) is verdict.grade.is_sound


@pytest.mark.parametrize("key", ["chart", "drinking"])
def test_the_scorings_that_are_tried_have_every_grade_any_scoring_has(key):
    scene = every_kind().scenes[key]
    rows = charts.ROWS[scene.decision.chart]
    every = itertools.product(*(row.points for row in rows))
    steps = (
        Step(key, confidence=Confidence.CERTAIN, scores={r.key: p for r, p in zip(rows, s, strict=True)}) for s in every
    )
    assert {verdict.grade for _, verdict in possible(key, scene)} == {judge(scene, step).grade for step in steps}
