import pytest

from lms.cases.rules.answers import Step, judge, possible
from lms.cases.rules.decisions import SCORED, Grade
from lms.cases.rules.engine import Draw, advance, apply, begin, follow, replay
from lms.cases.rules.graph import explore, way_to, ways_to
from lms.cases.rules.scoring import score
from tests.factories.cases import GOOD_CASE, case_document, every_kind, small_case

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


def test_of_equal_ways_the_one_that_finds_more_is_followed_first():
    poor = GOOD_CASE.replace("          reveals: [staggered]\n", "").replace(
        "          grade: acceptable\n          happens: She waits",
        "          grade: optimal\n          reveals: [staggered]\n          happens: She waits",
    )
    case = case_document(poor).model
    assert way_to(case, "home", "martin")[0].option == "wait"
    assert way_to(CASE, "home", "martin")[0].option == "send"


# --- The walk of the checker, held against the engine ---

ATTIC = '  attic:\n    title: Attic\n    clock: "20:20"\n    text: Dust.\n    ending: true\n  goodbye:\n'
UP = "{when: {all: [{knows: staggered}, {flag: closed}]}, goto: attic}"
ONLY_IF_TOLD = GOOD_CASE.replace(
    "            - {when: {any: [{trust",
    f"            - {UP}\n            - {{when: {{any: [{{trust",
).replace("  goodbye:\n", ATTIC)
WALKED = {
    "choices": GOOD_CASE,
    "a way nobody is told of": ONLY_IF_TOLD,
    "a way an option tells of": ONLY_IF_TOLD.replace(
        "          sets: [closed]\n", "          sets: [closed]\n          tells: [staggered]\n"
    ),
    "a way a scene tells of": ONLY_IF_TOLD.replace(
        "  home:\n    title: At home\n", "  home:\n    title: At home\n    tells: [staggered]\n"
    ),
    "a way the first scene tells of": ONLY_IF_TOLD.replace(
        "  call:\n    title: The call\n", "  call:\n    title: The call\n    tells: [staggered]\n"
    ),
}


def walked(case):
    """What every path of the engine comes to: the scenes, the ways on, and the most points of each patient."""
    reached, taken, best = set(), set(), {}
    for variant in case.variants:
        for state in every_path(case, variant.key):
            reached.add(state.scene)
            for _, verdict in possible(state.scene, case.scenes[state.scene]):
                way = follow(verdict.links, apply(verdict, state))
                taken.add((state.scene, verdict.where, way))
            if state.ended:
                best[variant.key] = max(best.get(variant.key, 0), score(case, state).points)
    return reached, taken, best


@pytest.mark.parametrize("name", WALKED)
def test_the_checker_walks_what_the_engine_does(name):
    case = case_document(WALKED[name]).model
    found, (reached, taken, best) = explore(case), walked(case)
    assert ("attic" in reached) is (name.startswith("a way") and "nobody" not in name)
    assert (found.reached, found.best) == (reached, best)
    scored = {key for key, _ in case.decisions()}
    assert {each for each in found.taken if each[0] in scored} == taken


def test_the_checker_walks_what_the_engine_does_with_every_kind_of_decision():
    found, (reached, taken, best) = explore(EVERY), walked(EVERY)
    assert (found.reached, found.best) == (reached, best)
    assert {each for each in found.taken if isinstance(EVERY.scenes[each[0]].decision, SCORED)} == taken
