import random
from datetime import date
from pathlib import Path

import pytest

from lms.cases.rules.answers import Step, any_step, judge, possible
from lms.cases.rules.checker import check_file
from lms.cases.rules.decisions import SCORED, ChooseMany, ChooseOne, Grade, Observe, PutInOrder, Speak, Write
from lms.cases.rules.engine import Draw, advance, begin, draw, names, replay, shown_in_order
from lms.cases.rules.format import Case, fill
from lms.cases.rules.graph import best_paths
from lms.cases.rules.scoring import Outcome, score
from lms.content_check import check_content
from lms.core.confidence import Confidence
from lms.core.content import load

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "content" / "cases").glob("*.yaml"))
SEEDS = range(100)
SURE = Confidence.FAIRLY_SURE


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def case(request):
    return load(request.param, Case, ROOT).model


def play(case, drawn, answer):
    """Play to the end; `answer` makes the step of a scored scene, told in the words its state knows."""
    state = begin(case, drawn)
    while not state.ended:
        scene = case.scenes[state.scene]
        told = names(case, drawn, state)
        step = answer(state.scene, scene, told) if isinstance(scene.decision, SCORED) else Step(state.scene)
        state = advance(case, state, step)
        assert len(state.path) < 100
    return state


def by_chance(seed):
    chance = random.Random(seed)
    return lambda key, scene, told: any_step(key, scene, chance)


def picking(drawn, pick):
    """A player who reads nothing: `pick` takes one text of a list as it is shown."""

    def answer(key, scene, told):
        decision = scene.decision
        if isinstance(decision, ChooseOne):
            return Step(key, picked(decision.options, key, told).key, SURE)
        if isinstance(decision, ChooseMany):
            return Step(key, confidence=SURE, picks=(picked(decision.options, key, told).key,))
        if isinstance(decision, Speak):
            said = tuple(picked(part.options, f"{key}/{part.key}", told).key for part in decision.parts)
            return Step(key, confidence=SURE, picks=said)
        if isinstance(decision, PutInOrder):
            shown = shown_in_order(decision.items, key, drawn)
            return Step(key, confidence=SURE, picks=tuple(item.key for item in shown))
        return any_step(key, scene, random.Random(0))

    def picked(options, place, told):
        return pick([(len(fill(one.text, told)), one) for one in shown_in_order(options, place, drawn)])

    return answer


def first(shown):
    return shown[0][1]


def longest(shown):
    return max(shown, key=lambda pair: pair[0])[1]


def share(case, player):
    """The part of all points a way of playing earns, over many attempts."""
    results = []
    for seed in SEEDS:
        drawn = draw(case, seed)
        results.append(score(case, play(case, drawn, player(seed, drawn))))
    return sum(result.points for result in results) / sum(result.points_available for result in results)


def worst(key, scene, told):
    """The worst answer there is to a scene, found among many."""
    chance = random.Random(7)
    drawn = [any_step(key, scene, chance) for _ in range(60)]
    return min(
        drawn, key=lambda step: (judge(scene, step).grade is not Grade.CRITICAL, judge(scene, step).grade.points)
    )


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_case_is_fit_to_be_played(path):
    assert [str(problem) for problem in check_file(path, ROOT)[1]] == []


@pytest.fixture(scope="module")
def content():
    return check_content(ROOT / "content", on=date(2026, 11, 23))


def test_the_content_is_complete_and_in_order(content):
    assert [str(problem) for problem in content.problems] == []
    cases, decisions, readings, questions = (int(part.split()[0]) for part in content.summary.split(":")[0].split(", "))
    assert cases >= 4
    assert decisions >= 66
    assert readings >= 18
    assert questions >= 45
    assert content.summary.endswith(": no problems")


def test_every_module_has_what_it_takes(content):
    bodies = [item.body for item in content.items if item.kind.value == "module"]
    assert len(bodies) == 3
    for body in bodies:
        assert len(body["readings"]) >= 6
        assert body["outcomes"]
        assert body["cases"]
        assert body["assignments"]
        assert body["knowledge_check"]


def test_a_case_is_large_enough_and_plays_differently_again(case):
    assert sum(1 for _ in case.decisions()) >= 15
    assert len(case.variants) >= 2
    assert len({type(decision) for _, decision in case.decisions()}) >= 3
    assert len({fill(case.scenes[case.start].text, names(case, draw(case, seed))) for seed in range(20)}) >= 2


def test_any_walk_ends_and_replays_to_the_same_state(case):
    ends, scenes = set(), set()
    for seed in SEEDS:
        drawn = draw(case, seed)
        state = play(case, drawn, by_chance(seed))
        assert replay(case, drawn, state.path) == state
        result = score(case, state)
        assert 0 <= result.points <= result.points_available
        assert result.outcome is Outcome.NOT_YET or not result.critical_error
        ends.add(state.scene)
        scenes.update(state.visited)
    assert len(ends) >= 2
    assert len(scenes) > len(case.scenes) / 2


def test_the_best_answers_earn_everything_as_every_patient(case):
    paths, cut = best_paths(case)
    assert not cut
    for variant in case.variants:
        own = [path.result for path in paths if path.variant == variant.key]
        assert {result.points for result in own} == {result.points_available for result in own}
        assert {result.outcome for result in own} == {Outcome.SOUND}
        assert any(result.is_full for result in own)


def test_the_worst_answers_are_not_yet_on_the_same_criteria(case):
    drawn = draw(case, 1)
    bad = score(case, play(case, drawn, worst))
    good = best_paths(case)[0][0].result
    assert bad.outcome is Outcome.NOT_YET
    assert bad.critical_error
    assert [one.slot for one in bad.criteria] == [one.slot for one in good.criteria]
    assert (bad.points_available, len(bad.process)) == (good.points_available, len(good.process))


def test_picking_the_first_or_the_longest_is_no_better_than_chance(case):
    guessing = share(case, lambda seed, _: by_chance(seed))
    for pick in (first, longest):
        assert share(case, lambda _, drawn, pick=pick: picking(drawn, pick)) < guessing + 0.05


def test_every_critical_answer_is_debriefed(case):
    for key, _ in case.decisions():
        for _, verdict in possible(key, case.scenes[key]):
            assert verdict.happens
            assert verdict.because
            assert verdict.source


@pytest.mark.parametrize(("resolute", "ending"), [(False, "ending-return"), (True, "ending-refusal")])
def test_a_capacitous_refusal_handled_well_reaches_full_marks(resolute, ending):
    case = load(ROOT / "content" / "cases" / "wasting-your-time.yaml", Case, ROOT).model
    paths, _ = best_paths(case)
    flags = {variant.key: variant.flags for variant in case.variants}
    refused = [
        path for path in paths if "firm" in flags[path.variant] and ("resolute" in flags[path.variant]) is resolute
    ]
    assert refused
    for path in refused:
        state = replay(case, Draw(path.variant), path.steps)
        assert "still-declines" in state.visited
        assert state.scene == ending
        assert path.result.is_full


def test_whoever_stays_by_a_refusal_is_never_made_to_change_their_mind():
    case = load(ROOT / "content" / "cases" / "wasting-your-time.yaml", Case, ROOT).model
    resolute = [variant.key for variant in case.variants if "resolute" in variant.flags]
    ends = {play(case, Draw(key), by_chance(seed)).scene for key in resolute for seed in SEEDS}
    assert ends == {"ending-refusal"}


def test_the_words_of_a_case_can_be_marked_and_its_charts_scored():
    decisions = [scene.decision for path in PATHS for scene in load(path, Case, ROOT).model.scenes.values()]
    for kind in (ChooseOne, ChooseMany, PutInOrder, Observe, Speak, Write):
        assert any(isinstance(decision, kind) for decision in decisions), kind
