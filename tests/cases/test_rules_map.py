import json
import re
from itertools import combinations

import pytest

from lms.cases.rules.decisions import Condition, Grade
from lms.cases.rules.drawing import draw_map
from lms.cases.rules.format import Case
from lms.cases.rules.layout import lay_out
from lms.cases.rules.map import Mark, case_map, condition_words
from lms.core.content import from_body
from lms.curriculum.rules.versions import ContentKind
from tests.factories.cases import GOOD_CASE, case_document, every_kind, small_case
from tests.shipped import shipped_items

BOX = (100.0, 40.0)


def laid_out(edges, keys=None):
    keys = keys or sorted({key for edge in edges for key in edge})
    return lay_out(dict.fromkeys(keys, BOX), edges)


def overlap(one, other):
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


GRAPHS = {
    "one": ([], ["a"]),
    "chain": ([("a", "b"), ("b", "c")], None),
    "fork and join": ([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], None),
    "a short way": ([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("a", "d")], None),
    "two parts": ([("a", "b"), ("c", "d")], None),
    "a way back": ([("a", "b"), ("b", "a"), ("b", "c"), ("c", "c")], None),
    "wide": ([("a", key) for key in "bcdefg"] + [(key, "h") for key in "bcdefg"], None),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_boxes_never_overlap_and_lie_inside_the_drawing(name):
    edges, keys = GRAPHS[name]
    found = laid_out(edges, keys)
    assert not [pair for pair in combinations(found.boxes, 2) if overlap(*pair)]
    for box in found.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= found.width
        assert box.y + box.height <= found.height
    for wire in found.wires:
        assert all(0 <= x <= found.width and 0 <= y <= found.height for x, y in wire.points)
    assert {(wire.source, wire.target) for wire in found.wires} == set(edges)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_same_graph_is_always_drawn_in_the_same_way(name):
    edges, keys = GRAPHS[name]
    assert laid_out(edges, keys) == laid_out(edges, keys)


def test_every_box_stands_below_what_leads_to_it():
    found = laid_out([("a", "b"), ("b", "c"), ("a", "c")])
    tops = {box.key: box.y for box in found.boxes}
    assert tops["a"] < tops["b"] < tops["c"]


def test_lines_do_not_cross_where_they_need_not():
    edges = [("a", "b"), ("a", "c"), ("b", "e"), ("c", "d"), ("d", "f"), ("e", "f")]
    middle = {box.key: box.x for box in laid_out(edges).boxes}
    assert (middle["b"] < middle["c"]) is (middle["e"] < middle["d"])


def test_a_long_line_passes_beside_the_boxes_between():
    found = laid_out([("a", "b"), ("b", "c"), ("a", "c")])
    between = next(box for box in found.boxes if box.key == "b")
    long = next(wire for wire in found.wires if (wire.source, wire.target) == ("a", "c"))
    beside = [x for x, y in long.points if between.y <= y <= between.y + between.height]
    assert beside
    assert all(not between.x <= x <= between.x + between.width for x in beside)


# --- Cases ---


def test_scenes_carry_their_kind_and_their_marks():
    places = {place.key: place for place in case_map(every_kind()).places}
    assert {key: (place.kind, place.marks) for key, place in places.items()} == {
        "room": ("Put in order", (Mark.START,)),
        "collapse": ("Read and go on", (Mark.MUST_AVOID,)),
        "chart": ("Score NEWS2", ()),
        "screen": ("Choose all that apply", (Mark.MUST_VISIT,)),
        "drinking": ("Score AUDIT-C", ()),
        "phone": ("Choose the words", ()),
        "last": ("Choose one", ()),
        "end": ("Nothing to decide", (Mark.ENDING,)),
    }


def ways(case, key):
    return [
        (answer.words, answer.grade, [(way.condition, way.goto) for way in answer.ways])
        for answer in case_map(case).place(key).answers
    ]


def test_answers_are_told_apart_unless_all_lead_the_same_way():
    assert ways(every_kind(), "last") == [("Every answer", None, [("", "end")])]
    assert ways(every_kind(), "collapse") == [("Going on", None, [("", "chart")])]
    assert ways(small_case(), "writing") == [("After writing", None, [("", "goodbye")])]
    assert ways(small_case(), "goodbye") == []
    assert ways(every_kind(), "room") == [
        ("An answer that is a critical error", Grade.CRITICAL, [("", "collapse")]),
        ("Any other answer", None, [("", "chart")]),
    ]


def test_an_answer_tells_each_of_its_ways_with_the_condition_in_words():
    assert ways(small_case(), "home")[0] == (
        "I ask him directly whether he thinks of suicide.",
        Grade.OPTIMAL,
        [("if he has made up his mind", "refusal"), ("otherwise", "agreed")],
    )
    assert ways(small_case(), "home")[1][2][0][0] == (
        "if his trust in you is at least 1 or (you know “Tablets taken in several goes” and not: the call was closed)"
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"minutes": {"at_most": 20}}, "the minutes spent are at most 20"),
        ({"trust": {"at_least": 1, "at_most": 3}}, "his trust in you is at least 1 and at most 3"),
        ({"knows": "sleep", "flag": "firm"}, "you know “Three hours' sleep a night” and he has made up his mind"),
        (
            {"any": [{"flag": "a"}, {"flag": "b", "knows": "sleep"}]},
            "“a” is set or (you know “Three hours' sleep a night” and “b” is set)",
        ),
        ({"all": [{"flag": "a"}, {"flag": "b"}, {"flag": "c"}]}, "“a” is set, “b” is set and “c” is set"),
    ],
)
def test_conditions_in_words(condition, words):
    assert condition_words(small_case(), Condition.model_validate_json(json.dumps(condition))) == words


def test_an_edge_is_critical_only_if_nothing_but_critical_errors_take_it():
    edges = {(edge.source, edge.target): edge for edge in case_map(every_kind()).edges}
    assert {pair for pair, edge in edges.items() if edge.is_critical} == {("room", "collapse"), ("chart", "phone")}
    small = {(edge.source, edge.target): edge for edge in case_map(small_case()).edges}
    assert small["home", "agreed"].is_conditional
    assert not small["home", "refusal"].is_conditional  # Whoever asks nothing always comes here.
    assert not any(edge.is_critical for edge in small.values())


def test_a_way_to_nowhere_is_drawn_as_a_gap():
    case = case_document(GOOD_CASE.replace("goto: goodbye", "goto: nowhere")).model
    found = case_map(case)
    assert found.place("nowhere").marks == (Mark.MISSING,)
    assert len(draw_map(found, str).places) == len(case.scenes) + 1


def drawing_of(case):
    return draw_map(case_map(case), lambda text: text.replace("{street}", "Mill Lane"))


def test_boxes_say_what_they_are_in_words_and_by_their_outline():
    places = {drawn.place.key: drawn for drawn in drawing_of(every_kind()).places}
    assert [text.words for text in places["room"].texts] == ["Start", "The room on Mill", "Lane", "Put in order"]
    assert [text.words for text in places["end"].texts] == ["Ending", "The end"]
    assert places["end"].inner
    assert not places["room"].inner
    assert "A" in places["room"].outline
    assert "A" not in places["collapse"].outline  # Corners are cut off where one must not go.


def test_arrows_say_when_they_are_critical_or_depend_on_something():
    labels = {(drawn.edge.source, drawn.edge.target): drawn.label for drawn in drawing_of(every_kind()).edges}
    assert labels["room", "collapse"] == "critical"
    assert labels["room", "chart"] == ""
    small = {(drawn.edge.source, drawn.edge.target): drawn.label for drawn in drawing_of(small_case()).edges}
    assert small["home", "agreed"] == "if"


def shipped():
    return [from_body(item.body, Case) for item in shipped_items() if item.kind is ContentKind.CASE]


def test_every_shipped_case_can_be_drawn():
    cases = shipped()
    assert cases
    for case in cases:
        found = drawing_of(case)
        assert {drawn.place.key for drawn in found.places} == set(case.scenes)
        assert all(re.fullmatch(r"[MLCHVAZ0-9 .-]+", drawn.path) for drawn in found.edges)
