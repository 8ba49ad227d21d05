import pytest

from lms.cases.rules.answers import Step, judge, possible
from lms.cases.rules.decisions import SCORED, Grade
from lms.cases.rules.engine import Draw, advance, begin, replay
from lms.cases.rules.graph import way_to, ways_to
from tests.factories.cases import every_kind, small_case

CASE, EVERY = small_case(), every_kind()
CASES = pytest.mark.parametrize("case", [CASE, EVERY], ids=lambda case: case.slug)


def given_away(case, steps):
    """What a path gives away: points, and a critical error more than all of them."""
    lost = 0
    for step in steps:
        if isinstance(case.scenes[step.scene].decision, SCORED):
            grade = judge(case.scenes[step.scene], step).grade
            lost += 2 - grade.points + (1_000 if grade is Grade.CRITICAL else 0)
    return lost


def every_path(case, variant):
    """Every path of different verdicts, with all its beginnings."""
    waiting = [begin(case, Draw(variant))]
    while waiting:
        state = waiting.pop()
        yield state
        if not state.ended:
            steps = [step for step, _ in possible(state.scene, case.scenes[state.scene])] or [Step(state.scene)]
            waiting += [advance(case, state, step) for step in steps]


@CASES
def test_there_is_a_way_to_every_scene_and_it_ends_there(case):
    for key in case.course:
        ways = dict(ways_to(case, key))
        assert ways
        for variant, steps in ways.items():
            assert way_to(case, key, variant) == steps
            assert replay(case, Draw(variant), steps).scene == key


def test_no_path_to_a_scene_gives_away_less_than_the_way_to_it():
    for variant in CASE.variants:
        least = {}
        for state in every_path(CASE, variant.key):
            least[state.scene] = min(least.get(state.scene, 10_000), given_away(CASE, state.path))
        for key in CASE.course:
            steps = way_to(CASE, key, variant.key)
            assert (steps is None) is (key not in least)
            assert steps is None or given_away(CASE, steps) == least[key]


def test_the_way_to_a_scene_makes_a_critical_error_only_where_no_other_leads_there():
    assert [step.option for step in way_to(CASE, "refusal", "martin")] == ["wait", "softly"]
    assert [step.option for step in way_to(CASE, "refusal", "alan")] == ["send", "direct"]
    (only,) = way_to(EVERY, "collapse", "dean")
    assert judge(EVERY.scenes["room"], only).grade is Grade.CRITICAL


def test_of_equal_ways_the_one_that_finds_more_is_taken():
    steps = way_to(EVERY, "phone", "dean")
    assert set(replay(EVERY, Draw("dean"), steps).known) == set(EVERY.facts)
