"""The map of a case as shapes: boxes with their lines of text, arrows with their labels. Classes say how they look."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lms.cases.rules.layout import Box, Point, Wire, lay_out
from lms.cases.rules.map import CaseMap, Edge, Mark, Place

WIDTH = 184.0
CHARACTERS = 19  # In a line of a title, at the size the style sheet gives it.
LINE, PADDING = 20.0, 12.0
CORNER = 14.0
INSET = 4.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text of a box: what it is (title, kind or mark) and where its foot stands."""

    role: str
    words: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    """A scene on the drawing: its outline as a path, a second outline if it is an ending, and its lines of text."""

    place: Place
    outline: str
    inner: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An arrow on the drawing, with its label, if it has one, and where that stands."""

    edge: Edge
    path: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole map in pixels."""

    width: float
    height: float
    places: tuple[DrawnPlace, ...]
    edges: tuple[DrawnEdge, ...]


def draw_map(found: CaseMap, told: Callable[[str], str]) -> Drawing:
    """Draw a map; `told` fills the names into the titles."""
    titles = {place.key: textwrap.wrap(told(place.title), CHARACTERS) or [place.key] for place in found.places}
    sizes = {place.key: (WIDTH, _height(place, titles[place.key])) for place in found.places}
    layout = lay_out(sizes, [(edge.source, edge.target) for edge in found.edges])
    places = {place.key: place for place in found.places}
    edges = {(edge.source, edge.target): edge for edge in found.edges}
    return Drawing(
        width=layout.width,
        height=layout.height,
        places=tuple(_place(places[box.key], box, titles[box.key]) for box in layout.boxes),
        edges=tuple(_edge(edges[wire.source, wire.target], wire) for wire in layout.wires),
    )


def _lines(place: Place, title: Sequence[str]) -> list[tuple[str, str]]:
    """What stands in a box, line by line."""
    lines = [("mark", ", ".join(mark.label for mark in place.marks))] if place.marks else []
    lines += [("title", words) for words in title]
    return lines + ([("kind", place.kind)] if place.kind and Mark.ENDING not in place.marks else [])


def _height(place: Place, title: Sequence[str]) -> float:
    return 2 * PADDING + LINE * len(_lines(place, title))


def _place(place: Place, box: Box, title: Sequence[str]) -> DrawnPlace:
    texts = [
        Text(role, words, round(box.x + box.width / 2, 1), round(box.y + PADDING + LINE * number - 5, 1))
        for number, (role, words) in enumerate(_lines(place, title), start=1)
    ]
    inner = Box(box.key, box.x + INSET, box.y + INSET, box.width - 2 * INSET, box.height - 2 * INSET)
    ending = Mark.ENDING in place.marks
    return DrawnPlace(place, _outline(place, box), _outline(place, inner) if ending else "", tuple(texts))


def _outline(place: Place, box: Box) -> str:
    """A box; round for the start and the endings, without corners where one must not go."""
    left, top, right, foot = box.x, box.y, box.x + box.width, box.y + box.height
    if Mark.MUST_AVOID in place.marks:
        cut = CORNER
        return (
            f"M{left + cut:g} {top:g}H{right - cut:g}L{right:g} {top + cut:g}V{foot - cut:g}L{right - cut:g} {foot:g}"
            f"H{left + cut:g}L{left:g} {foot - cut:g}V{top + cut:g}Z"
        )
    turn = box.height / 2 if {Mark.START, Mark.ENDING} & set(place.marks) else 4.0
    turn = min(turn, 28.0)
    return (
        f"M{left + turn:g} {top:g}H{right - turn:g}A{turn:g} {turn:g} 0 0 1 {right:g} {top + turn:g}"
        f"V{foot - turn:g}A{turn:g} {turn:g} 0 0 1 {right - turn:g} {foot:g}"
        f"H{left + turn:g}A{turn:g} {turn:g} 0 0 1 {left:g} {foot - turn:g}"
        f"V{top + turn:g}A{turn:g} {turn:g} 0 0 1 {left + turn:g} {top:g}Z"
    )


def _edge(edge: Edge, wire: Wire) -> DrawnEdge:
    label = ", ".join(words for words, holds in (("critical", edge.is_critical), ("if", edge.is_conditional)) if holds)
    (start_x, start_y), (next_x, next_y) = wire.points[:2]
    x, y = (start_x + next_x) / 2, (start_y + next_y) / 2 + 4
    return DrawnEdge(edge, _curve(wire.points), label, round(x, 1), round(y, 1))


def _curve(points: Sequence[Point]) -> str:
    """A line that leaves and reaches each height straight up or down, and bends between."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for (x, y), (to_x, to_y) in pairwise(points):
        if x == to_x or y == to_y:
            path += f"L{to_x:g} {to_y:g}"
        else:
            half = round((y + to_y) / 2, 1)
            path += f"C{x:g} {half:g} {to_x:g} {half:g} {to_x:g} {to_y:g}"
    return path
