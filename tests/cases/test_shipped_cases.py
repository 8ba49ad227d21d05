import random
from pathlib import Path

import pytest

from lms.cases.rules.checker import check_file
from lms.cases.rules.engine import Confidence, Draw, Step, advance, begin, draw, offered, replay
from lms.cases.rules.format import Case, ChooseOne, Grade, fill
from lms.cases.rules.scoring import Outcome, score
from lms.core.content import load

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "content" / "cases").glob("*.yaml"))
SEEDS = range(200)


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def case(request):
    return load(request.param, Case, ROOT).model


def play(case, drawn, pick):
    state = begin(case, drawn)
    while not state.ended:
        decision = case.scenes[state.scene].decision
        step = Step(state.scene)
        if isinstance(decision, ChooseOne):
            chosen = pick(offered(decision, state.scene, drawn), case.variant(drawn.variant).placeholders)
            step = Step(state.scene, chosen.key, Confidence.FAIRLY_SURE)
        state = advance(case, state, step)
        assert len(state.path) < 100
    return state


def share(case, pick):
    """The part of all points a way of picking earns, over many attempts."""
    results = [score(case, play(case, draw(case, seed), pick)) for seed in SEEDS]
    return sum(result.points for result in results) / sum(result.points_available for result in results)


def test_there_is_a_case_to_play():
    assert PATHS


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_case_is_fit_to_be_played(path):
    assert [str(problem) for problem in check_file(path, ROOT)[1]] == []


def test_any_walk_ends_and_replays_to_the_same_state(case):
    for seed in SEEDS:
        chance, drawn = random.Random(seed), draw(case, seed)
        state = play(case, drawn, lambda options, _, chance=chance: chance.choice(options))
        assert replay(case, drawn, state.path) == state
        result = score(case, state)
        assert 0 <= result.points <= result.points_available


def test_the_best_choices_earn_full_marks_and_every_fact_as_every_patient(case):
    for variant in case.variants:
        best = play(
            case, Draw(variant.key, {}), lambda options, _: next(o for o in options if o.grade is Grade.OPTIMAL)
        )
        result = score(case, best)
        assert (result.points, result.outcome) == (result.points_available, Outcome.SOUND)
        assert result.facts_missed == ()


def test_the_worst_choices_are_not_yet(case):
    worst = play(case, draw(case, 1), lambda options, _: min(options, key=lambda option: option.grade.points))
    assert score(case, worst).outcome is Outcome.NOT_YET


def test_picking_the_first_or_the_longest_is_no_better_than_chance(case):
    chance = random.Random(0)
    by_chance = share(case, lambda options, _: chance.choice(options))
    assert share(case, lambda options, _: options[0]) < by_chance + 0.05
    assert share(case, lambda options, names: max(options, key=lambda o: len(fill(o.text, names)))) < by_chance + 0.05
