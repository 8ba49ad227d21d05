import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lms.cases.rules.answers import Step, any_step
from lms.cases.rules.decisions import SCORED, Grade
from lms.cases.rules.engine import Draw, advance, begin, draw
from lms.cases.rules.format import Case
from lms.cases.rules.tally import Played, tally
from lms.config import ROOT
from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.confidence import Confidence
from lms.core.content import load
from tests.factories.cases import every_kind, small_case

BEGAN = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
SURE = Confidence.CERTAIN
ROOM = ("airway", "ventilate", "naloxone", "glucose")
NEWS2 = {"respirations": 0, "spo2": 0, "air": 2, "systolic": 0, "pulse": 0, "consciousness": 3, "temperature": 0}
AUDIT = {"often": 4, "units": 4, "heavy": 3}
BEST = {
    "room": {"picks": ROOM},
    "collapse": {},
    "chart": {"scores": NEWS2},
    "screen": {"picks": ("sugar", "head")},
    "drinking": {"scores": AUDIT},
    "phone": {"picks": ("breathing", "bed")},
    "last": {"option": "stay"},
}


def played(*, hints=(), minutes=2, **other):
    """One person's attempt at the case of every kind: the best answers but for those given, so many minutes a step."""
    case, drawn = every_kind(), Draw("dean", {}, {"street": "Mill Lane"})
    state, answers = begin(case, drawn), {**BEST, **other}
    while not state.ended:
        if state.scene in hints and state.scene not in state.hinted:
            step = Step(state.scene, hint=True)
        else:
            sure = None if state.scene == "collapse" else SURE
            step = Step(state.scene, confidence=sure, **answers[state.scene])
        state = advance(case, state, step)
    times = [BEGAN + timedelta(minutes=minutes * number) for number in range(1, len(state.path) + 1)]
    return Played(drawn, state.path, BEGAN, tuple(times))


def scene(found, key):
    return next(scene for scene in found.scenes if scene.key == key)


def lines(found, key, group=0):
    return {line.text: (line.people, line.note) for line in scene(found, key).groups[group].lines}


def test_nobody_makes_a_tally_of_nothing():
    found = tally(every_kind(), [])
    assert (found.people, found.is_small, found.minutes, found.errors, found.written) == (0, True, None, (), 0)
    assert {scene.people for scene in found.scenes} == {0}


def test_scenes_stand_in_the_order_of_the_course_without_those_in_which_nothing_is_decided():
    keys = [scene.key for scene in tally(every_kind(), [played()]).scenes]
    assert keys == ["room", "chart", "screen", "drinking", "phone", "last"]


def test_each_option_is_counted_the_best_first():
    found = tally(every_kind(), [played(), played(), played(last={"option": "alone"})])
    assert lines(found, "last") == {
        "I stay with him": (2, "Best option"),
        "A nurse stays": (0, "Acceptable"),
        "He stays alone": (1, "Critical error"),
    }
    assert scene(found, "last").grades == {
        Grade.OPTIMAL: 2,
        Grade.ACCEPTABLE: 0,
        Grade.SUBOPTIMAL: 0,
        Grade.CRITICAL: 1,
    }


def test_each_box_that_was_ticked_is_counted():
    found = tally(every_kind(), [played(), played(screen={"picks": ("sugar", "fever", "drink")})])
    assert lines(found, "screen") == {
        "Low glucose": (2, "Belongs"),
        "A head injury": (1, "Belongs"),
        "An infection": (1, "May be added"),
        "That he drank": (1, "Leave out"),
        "His signature": (0, "Critical error"),
    }


def test_pairs_the_wrong_way_round_are_counted_the_most_frequent_first():
    late = {"picks": ("airway", "ventilate", "glucose", "naloxone")}
    wrong = {"picks": ("airway", "naloxone", "ventilate", "glucose")}
    found = tally(every_kind(), [played(), played(room=late), played(room=late), played(room=wrong)])
    assert list(lines(found, "room").items()) == [
        ("First: Give naloxone Then: Measure glucose", (2, "")),
        ("First: Ventilate with oxygen Then: Give naloxone", (1, "Critical error")),
    ]


def test_phrases_are_counted_part_by_part():
    found = tally(every_kind(), [played(), played(phone={"picks": ("fine", "bed")})])
    assert [group.title for group in scene(found, "phone").groups] == ["Situation", "Request"]
    assert lines(found, "phone")["He looks quite well"] == (1, "Critical error")
    assert lines(found, "phone", 1)["A watched bed"] == (2, "Best option")


def test_rows_of_a_chart_say_how_many_were_right_and_what_stood_there_instead():
    low = {"scores": {**NEWS2, "air": 0}}
    high = {"scores": {**NEWS2, "pulse": 1}}
    found = tally(every_kind(), [played(), played(chart=low), played(chart=low), played(chart=high)])
    assert lines(found, "chart")["Air or oxygen: 2"] == (2, "Instead: 0 from 2")
    assert lines(found, "chart")["Pulse: 0"] == (3, "Instead: 1 from 1")
    assert lines(found, "chart")["Respirations: 0"] == (4, "")


def test_hints_are_counted_and_are_no_answers():
    found = tally(every_kind(), [played(hints=("room",)), played()])
    assert (scene(found, "room").hints, scene(found, "room").people) == (1, 2)


def test_a_scene_that_was_not_reached_has_fewer_people():
    missed = {"scores": {**NEWS2, "air": 0, "consciousness": 0}}
    found = tally(every_kind(), [played(), played(chart=missed)])
    assert (scene(found, "screen").people, scene(found, "phone").people) == (1, 2)
    assert [(point.scene, count) for point, count in found.missed] == [("screen", 1)]
    assert [(point.scene, count) for point, count in found.entered] == [("collapse", 0)]
    assert dict(found.found) == {"glucose": 1, "fall": 1}


def test_the_most_common_critical_errors_come_first_in_the_same_words_for_everybody():
    antidote = {"picks": ("airway", "naloxone", "ventilate", "glucose")}
    low, lower = ({"scores": {**NEWS2, "air": 0, "consciousness": points}} for points in (3, 0))
    alone = {"option": "alone"}
    found = tally(
        every_kind(),
        [
            played(room=antidote, chart=lower, last=alone),
            played(chart={"scores": dict.fromkeys(NEWS2, 0)}),
            played(chart=low),
        ],
    )
    assert [(error.key, error.text, error.people) for error in found.errors] == [
        ("chart", "NEWS2 scored too low", 3),
        ("room", "Give naloxone, before: Ventilate with oxygen", 1),
        ("last", "He stays alone", 1),
    ]
    assert found.errors[2].because == "He may sink."


def test_process_is_counted_by_what_was_kept():
    silent = {"picks": ("asleep", "bed")}
    found = tally(every_kind(), [played(), played(phone=silent)])
    assert [(process.key, count) for process, count in found.kept] == [("order", 2), ("soon", 1)]


@pytest.mark.parametrize(("people", "shown"), [(FEWEST_PEOPLE - 1, False), (FEWEST_PEOPLE, True)])
def test_medians_need_five_people(people, shown):
    attempts = [played(minutes=minutes) for minutes in range(1, people + 1)]
    found = tally(every_kind(), attempts)
    assert found.is_small is not shown
    assert found.minutes == (5 * 3 if shown else None)
    assert {scene.minutes for scene in found.scenes} == ({3} if shown else {None})


def test_a_scene_that_fewer_than_five_reached_has_no_median():
    missed = {"scores": {**NEWS2, "air": 0, "consciousness": 0}}
    found = tally(every_kind(), [played() for _ in range(4)] + [played(chart=missed)])
    assert scene(found, "chart").minutes == 2
    assert scene(found, "screen").minutes is None


def test_a_hint_belongs_to_the_time_of_its_scene():
    found = tally(every_kind(), [played(hints=("room",)) for _ in range(FEWEST_PEOPLE)])
    assert (scene(found, "room").minutes, scene(found, "chart").minutes) == (4, 2)


def test_written_answers_are_counted_and_not_told_apart():
    case, drawn = small_case(), Draw("martin")
    steps = (
        *(Step(key, option, SURE) for key, option in (("call", "send"), ("home", "direct"), ("agreed", "beside"))),
        Step("writing"),
    )
    one = Played(drawn, steps, BEGAN, tuple(BEGAN for _ in steps))
    found = tally(case, [one, replace(one)])
    assert found.written == 2
    assert (scene(found, "writing").is_written, scene(found, "writing").groups) == (True, ())
    assert scene(found, "refusal").people == 0


SHIPPED = sorted((ROOT / "content" / "cases").glob("*.yaml"))


def by_chance(case, seed):
    """An attempt whose answers are drawn, with every hint taken."""
    chance, drawn = random.Random(seed), draw(case, seed)
    state = begin(case, drawn)
    while not state.ended:
        key, here = state.scene, case.scenes[state.scene]
        wants_hint = isinstance(here.decision, SCORED) and here.decision.hint and key not in state.hinted
        state = advance(case, state, Step(key, hint=True) if wants_hint else any_step(key, here, chance))
    return Played(drawn, state.path, BEGAN, tuple(BEGAN + timedelta(minutes=at) for at in range(len(state.path))))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_whatever_people_do_in_a_shipped_case_adds_up(path):
    case = load(path, Case, ROOT).model
    attempts = [by_chance(case, seed) for seed in range(20)]
    found = tally(case, attempts)
    assert found.people == 20
    for one in found.scenes:
        assert 0 <= one.hints <= one.people <= 20
        assert one.is_written or not one.people or sum(one.grades.values()) == one.people
        for group in one.groups:
            assert all(line.people <= one.people for line in group.lines)
        if one.scene.decision.kind == "choose-one":
            assert sum(line.people for line in one.groups[0].lines) == one.people
    critical = sum(one.grades.get(Grade.CRITICAL, 0) for one in found.scenes)
    assert critical <= sum(error.people for error in found.errors)
    assert [error.people for error in found.errors] == sorted((error.people for error in found.errors), reverse=True)
