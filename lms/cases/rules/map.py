"""The scenes of a case as a graph, in words: what each asks for, and which answer leads where on what condition."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.cases.rules import charts
from lms.cases.rules.decisions import (
    SCORED,
    Bound,
    ChooseMany,
    ChooseOne,
    Condition,
    Decision,
    GoOn,
    Grade,
    Link,
    Observe,
    PutInOrder,
    Speak,
    Write,
)
from lms.cases.rules.engine import MINUTES
from lms.cases.rules.format import Case, Scene
from lms.core.words import join_words


class Mark(enum.StrEnum):
    """What makes a scene special."""

    START = "start"
    MUST_VISIT = "must-visit"
    MUST_AVOID = "must-avoid"
    ENDING = "ending"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """The mark in words."""
        return {Mark.START: "Start", Mark.ENDING: "Ending", Mark.MISSING: "No such scene"}.get(
            self, self.value.replace("-", " ").capitalize()
        )


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: on what condition in words, and to which scene."""

    condition: str
    goto: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or several that lead the same ways: in words, with its grade if it has one."""

    words: str
    grade: Grade | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One scene of the map. `kind` says what it asks for."""

    key: str
    title: str
    kind: str
    marks: tuple[Mark, ...]
    answers: tuple[Answer, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The scenes its ways lead to, each once."""
        return tuple(dict.fromkeys(way.goto for answer in self.answers for way in answer.ways))


@dataclass(frozen=True, slots=True)
class Edge:
    """All ways from one scene to another: whether only critical errors take them, and whether all have a condition."""

    source: str
    target: str
    is_critical: bool
    is_conditional: bool


@dataclass(frozen=True, slots=True)
class CaseMap:
    """The whole graph, each scene after those that lead to it."""

    places: tuple[Place, ...]
    edges: tuple[Edge, ...]

    def place(self, key: str) -> Place:
        """The place of this key."""
        return next(place for place in self.places if place.key == key)


def case_map(case: Case) -> CaseMap:
    """The graph of a case, also of one that is not finished: a way to a scene that is missing leads to a gap."""
    places = [_place(case, key) for key in case.course]
    named = dict.fromkeys(target for place in places for target in place.targets)
    gaps = [Place(key, key, "", (Mark.MISSING,), ()) for key in named if key not in case.scenes]
    return CaseMap((*places, *gaps), tuple(edge for place in places for edge in _edges(place)))


def _place(case: Case, key: str) -> Place:
    scene = case.scenes[key]
    found = {
        Mark.START: key == case.start,
        Mark.MUST_VISIT: any(point.scene == key for point in case.must_visit),
        Mark.MUST_AVOID: any(point.scene == key for point in case.must_avoid),
        Mark.ENDING: scene.ending,
    }
    marks = tuple(mark for mark, holds in found.items() if holds)
    return Place(key, scene.title, kind_words(scene.decision), marks, tuple(_answers(case, scene)))


def kind_words(decision: Decision | None) -> str:
    """What a scene asks for, in two or three words."""
    if isinstance(decision, Observe):
        return f"Score {charts.TITLES[decision.chart]}"
    return _KINDS[type(decision)]


_KINDS = {
    ChooseOne: "Choose one",
    ChooseMany: "Choose all that apply",
    PutInOrder: "Put in order",
    Speak: "Choose the words",
    Write: "Write",
    GoOn: "Read and go on",
    type(None): "Nothing to decide",
}


def _edges(place: Place) -> Iterator[Edge]:
    for target in place.targets:
        taking = [(answer, way) for answer in place.answers for way in answer.ways if way.goto == target]
        yield Edge(
            source=place.key,
            target=target,
            is_critical=all(answer.grade is Grade.CRITICAL for answer, _ in taking),
            is_conditional=all(way.condition for _, way in taking),
        )


# --- Which answer leads where ---


def _answers(case: Case, scene: Scene) -> Iterator[Answer]:
    groups = list(_links(scene))
    if len({links for _, _, links in groups}) == 1 and len(groups) > 1:
        groups = [("Every answer", None, groups[0][2])]
    for words, grade, links in groups:
        ways = tuple(Way(_on_condition(case, number, link), link.goto) for number, link in enumerate(links))
        if ways:
            yield Answer(words, grade, ways)


def _links(scene: Scene) -> Iterator[tuple[str, Grade | None, tuple[Link, ...]]]:
    """The answers told apart by where they lead."""
    decision = scene.decision
    if isinstance(decision, ChooseOne):
        yield from ((option.text, option.grade, option.links) for option in decision.options)
    elif isinstance(decision, SCORED):
        own = [(grade, decision.outcomes.of(grade)) for grade in Grade]
        leading = [(grade, outcome.links) for grade, outcome in own if outcome is not None and outcome.links]
        yield from ((_of_grade(grade), grade, links) for grade, links in leading)
        if decision.links:
            yield ("Any other answer" if leading else "Every answer", None, decision.links)
    elif isinstance(decision, Write):
        yield "After writing", None, decision.links
    elif isinstance(decision, GoOn):
        yield "Going on", None, decision.links


def _of_grade(grade: Grade) -> str:
    return {
        Grade.OPTIMAL: "The best answer",
        Grade.ACCEPTABLE: "An acceptable answer",
        Grade.SUBOPTIMAL: "An answer that is not good enough",
        Grade.CRITICAL: "An answer that is a critical error",
    }[grade]


def _on_condition(case: Case, number: int, link: Link) -> str:
    """When a way is open: the first of a list that is, is taken."""
    if link.when is None:
        return "otherwise" if number else ""
    words = f"if {condition_words(case, link.when)}"
    return f"otherwise, {words}" if number else words


def condition_words(case: Case, condition: Condition) -> str:
    """A condition in words, such as: trust is at least 2 and you know “Took tablets”."""
    parts = [_bound(case, counter, bound) for counter, bound in condition.bounds.items()]
    if condition.knows is not None:
        parts.append(f"you know “{case.facts.get(condition.knows, condition.knows)}”")
    if condition.flag is not None:
        parts.append(case.meanings.get(condition.flag, f"“{condition.flag}” is set"))
    if condition.negated is not None:
        parts.append(f"not: {condition_words(case, condition.negated)}")
    if condition.all_of is not None:
        parts.append(_joined(case, condition.all_of, "and"))
    if condition.any_of is not None:
        parts.append(_joined(case, condition.any_of, "or"))
    return " and ".join(parts)


def _joined(case: Case, parts: Sequence[Condition], last: str) -> str:
    """Several conditions in a row; one that is joined itself stands in brackets."""
    words = [(condition_words(case, part), _is_plain(part)) for part in parts]
    return join_words([each if plain else f"({each})" for each, plain in words], last)


def _is_plain(condition: Condition) -> bool:
    """Say whether a condition has a single part."""
    inner = condition.negated
    single = [condition.knows, condition.flag, *condition.bounds.values(), inner]
    joined = condition.all_of is not None or condition.any_of is not None
    return not joined and sum(part is not None for part in single) == 1 and (inner is None or _is_plain(inner))


def _bound(case: Case, counter: str, bound: Bound) -> str:
    what = "the minutes spent are" if counter == MINUTES else f"{case.meanings.get(counter, counter)} is"
    limits = [] if bound.at_least is None else [f"at least {bound.at_least}"]
    limits += [] if bound.at_most is None else [f"at most {bound.at_most}"]
    return f"{what} {' and '.join(limits)}"
