"""Judges one answer to one decision: how good it is, what follows, and which answers there are."""

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.cases.rules import charts
from lms.cases.rules.decisions import (
    SCORED,
    ChooseMany,
    ChooseOne,
    Effects,
    Grade,
    Item,
    Link,
    Observe,
    Option,
    Phrase,
    PutInOrder,
    ScoredDecision,
    Speak,
    Task,
)
from lms.cases.rules.format import Scene
from lms.core.confidence import Confidence
from lms.core.errors import RuleViolation

# The fields in which a part of what is said and a row of a chart are answered, before its key.
PART, ROW = "part-", "row-"


@dataclass(frozen=True, slots=True)
class Step:
    """One committed step.

    `option` answers choose-one; `picks` are the keys ticked, put in order or said; `scores` are the points given to
    each row of a chart. A written answer and going on have none of them; a hint taken is a step of its own.
    """

    scene: str
    option: str | None = None
    confidence: Confidence | None = None
    picks: tuple[str, ...] = ()
    scores: Mapping[str, int] = field(default_factory=dict)
    hint: bool = False

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen, as it is stored."""
        parts = {"option": self.option, "picks": list(self.picks), "scores": dict(self.scores), "hint": self.hint}
        return {name: value for name, value in parts.items() if value}

    @classmethod
    def stored(cls, scene: str, choice: Mapping[str, Any], confidence: Confidence | None) -> "Step":
        """The step of a stored choice."""
        return cls(
            scene=scene,
            option=choice.get("option"),
            confidence=confidence,
            picks=tuple(choice.get("picks", ())),
            scores=choice.get("scores", {}),
            hint=choice.get("hint", False),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How good an answer is, and what follows from it; `where` is the place of its ways on in the decision."""

    where: tuple[str | int, ...]
    grade: Grade
    happens: str
    because: str
    source: tuple[str, ...]
    links: tuple[Link, ...]
    reveals: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    effects: Mapping[str, int] = field(default_factory=dict)
    sets: tuple[str, ...] = ()


def judge(scene: Scene, step: Step) -> Verdict:
    """Judge an answer to a scored decision.

    Raises RuleViolation, on the field concerned, if it is not an answer the decision allows.
    """
    decision = scene.decision
    if not isinstance(decision, SCORED):
        raise RuleViolation("There is nothing to score in this scene.")
    if step.confidence is None:
        _check(scene, step)
        raise RuleViolation("Select how sure you are.", "confidence")
    return _check(scene, step)


def _check(scene: Scene, step: Step) -> Verdict:
    decision = scene.decision
    if isinstance(decision, ChooseOne):
        return _choice(decision, step)
    if isinstance(decision, ChooseMany):
        return _selection(decision, step)
    if isinstance(decision, PutInOrder):
        return _sequence(decision, step)
    if isinstance(decision, Speak):
        return _speech(decision, step)
    if isinstance(decision, Observe):
        return _chart(scene, decision, step)
    raise RuleViolation("There is nothing to score in this scene.")


def _choice(decision: ChooseOne, step: Step) -> Verdict:
    for index, option in enumerate(decision.options):
        if option.key == step.option:
            return _of_option(index, option)
    raise RuleViolation("Select what you do.", "option")


def _of_option(index: int, option: Option) -> Verdict:
    return Verdict(
        where=("options", index),
        grade=option.grade,
        happens=option.happens,
        because=option.because,
        source=option.source,
        links=option.links,
        reveals=option.reveals,
        tells=option.tells,
        effects=option.effects,
        sets=option.sets,
    )


def _whole(task: Task, grade: Grade, said: Sequence[Phrase] = (), because: str = "") -> Verdict:
    """The verdict on an answer in parts: what its parts do, and what follows from the whole."""
    consequence = task.outcomes.of(grade) or task.outcomes.suboptimal
    found: list[Effects] = [*said, consequence]
    effects: dict[str, int] = {}
    for part in found:
        for counter, change in part.effects.items():
            effects[counter] = effects.get(counter, 0) + change
    return Verdict(
        where=("outcomes", grade.value) if consequence.links else (),
        grade=grade,
        happens=consequence.happens,
        because=because or task.because,
        source=task.source,
        links=consequence.links or task.links,
        reveals=tuple(dict.fromkeys(fact for part in found for fact in part.reveals)),
        tells=tuple(dict.fromkeys(fact for part in found for fact in part.tells)),
        effects=effects,
        sets=tuple(dict.fromkeys(flag for part in found for flag in part.sets)),
    )


def slips(decision: ChooseMany, picks: Iterable[str]) -> int:
    """How many options are missing from a selection or do not belong to it."""
    chosen = set(picks)
    return sum(
        (option.key in chosen) is not (option.grade is Grade.OPTIMAL)
        for option in decision.options
        if option.grade is not Grade.ACCEPTABLE
    )


def _selection(decision: ChooseMany, step: Step) -> Verdict:
    known = {option.key for option in decision.options}
    if not step.picks or len(set(step.picks)) != len(step.picks) or not known.issuperset(step.picks):
        raise RuleViolation("Select at least one.", "picks")
    return _graded_selection(decision, set(step.picks))


def _graded_selection(decision: ChooseMany, picks: set[str]) -> Verdict:
    chosen = [option for option in decision.options if option.key in picks]
    if any(option.grade is Grade.CRITICAL for option in chosen):
        grade = Grade.CRITICAL
    else:
        grade = _by_slips(slips(decision, picks))
    return _whole(decision, grade, chosen)


def _by_slips(count: int) -> Grade:
    """None is best, one is acceptable, more is not good enough."""
    return (Grade.OPTIMAL, Grade.ACCEPTABLE, Grade.SUBOPTIMAL)[min(count, 2)]


def exchanged(decision: PutInOrder, order: Sequence[str]) -> list[tuple[Item, Item]]:
    """The pairs that stand the wrong way round: what should come first, and what stands before it."""
    item = {one.key: one for one in decision.items}
    pairs = itertools.combinations([item[key] for key in order], 2)
    return [(later, earlier) for earlier, later in pairs if later.place < earlier.place]


def _sequence(decision: PutInOrder, step: Step) -> Verdict:
    if sorted(step.picks) != sorted(item.key for item in decision.items):
        raise RuleViolation("Give each step its own place.", "picks")
    return _graded_sequence(decision, step.picks)


def _graded_sequence(decision: PutInOrder, order: Sequence[str]) -> Verdict:
    place = {key: at for at, key in enumerate(order)}
    broken = [rule for rule in decision.never if place[rule.first] < place[rule.then]]
    if broken:
        return _whole(decision, Grade.CRITICAL, because=" ".join(rule.because for rule in broken))
    return _whole(decision, _by_slips(len(exchanged(decision, order))))


def _speech(decision: Speak, step: Step) -> Verdict:
    said: list[Phrase] = []
    for part in decision.parts:
        chosen = [phrase for phrase in part.options if phrase.key in step.picks]
        if len(chosen) != 1:
            raise RuleViolation(f"Select what you say: {part.title.lower()}.", f"{PART}{part.key}")
        said += chosen
    if len(said) != len(step.picks):
        raise RuleViolation("Select one phrase for each part.", "picks")
    return _graded_speech(decision, said)


def _graded_speech(decision: Speak, said: Sequence[Phrase]) -> Verdict:
    grades = [phrase.grade for phrase in said]
    if Grade.CRITICAL in grades:
        grade = Grade.CRITICAL
    elif all(each is Grade.OPTIMAL for each in grades):
        grade = Grade.OPTIMAL
    else:
        enough = 2 * sum(each.points for each in grades) >= Grade.OPTIMAL.points * len(grades)
        grade = Grade.ACCEPTABLE if enough else Grade.SUBOPTIMAL
    return _whole(decision, grade, said)


def _chart(scene: Scene, decision: Observe, step: Step) -> Verdict:
    rows = charts.ROWS[decision.chart]
    for row in rows:
        if step.scores.get(row.key) not in row.points:
            raise RuleViolation(f"Select the points: {row.title.lower()}.", f"{ROW}{row.key}")
    if len(step.scores) != len(rows):
        raise RuleViolation("Score each row of the chart once.", "scores")
    truth = charts.truth(scene, decision)
    if truth is None:
        raise RuleViolation("This chart cannot be scored: something was not measured.")
    return _whole(decision, _chart_grade(decision, step.scores, truth))


def _chart_grade(decision: Observe, scores: Mapping[str, int], truth: Mapping[str, int]) -> Grade:
    if dict(scores) == dict(truth):
        return Grade.OPTIMAL
    given, right = charts.band(decision.chart, scores), charts.band(decision.chart, truth)
    if given < right:
        return decision.underscored
    wrong = sum(scores[row] != points for row, points in truth.items())
    few = decision.acceptable_rows is None or wrong <= decision.acceptable_rows
    return Grade.ACCEPTABLE if given == right and few else Grade.SUBOPTIMAL


def possible(key: str, scene: Scene) -> Iterator[tuple[Step, Verdict]]:
    """Every different verdict on a scene, each with an answer that earns it; none if nothing is scored."""
    seen: set[tuple[object, ...]] = set()
    for answer, verdict in _judged(scene):
        trace = (
            verdict.grade,
            verdict.where,
            frozenset(verdict.reveals),
            frozenset(verdict.tells),
            frozenset(verdict.effects.items()),
            frozenset(verdict.sets),
        )
        if trace not in seen:
            seen.add(trace)
            sure = Confidence.CERTAIN if verdict.grade.is_sound else Confidence.NOT_SURE
            yield Step(key, confidence=sure, **answer), verdict


def _judged(scene: Scene) -> Iterator[tuple[dict[str, Any], Verdict]]:
    """Answers to a scene, together all that matter, with the verdict on each."""
    decision = scene.decision
    if isinstance(decision, ChooseOne):
        yield from (({"option": each.key}, _of_option(at, each)) for at, each in enumerate(decision.options))
    elif isinstance(decision, ChooseMany):
        for picks in _selections(decision):
            yield {"picks": picks}, _graded_selection(decision, set(picks))
    elif isinstance(decision, Speak):
        for said in itertools.product(*(part.options for part in decision.parts)):
            yield {"picks": tuple(phrase.key for phrase in said)}, _graded_speech(decision, said)
    elif isinstance(decision, PutInOrder):
        for order in itertools.permutations([item.key for item in decision.items]):
            yield {"picks": order}, _graded_sequence(decision, order)
    elif isinstance(decision, Observe):
        truth = charts.truth(scene, decision) or {}
        for scores in _scorings(decision, truth):
            yield {"scores": scores}, _whole(decision, _chart_grade(decision, scores, truth))


def _scorings(decision: Observe, truth: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The right points, all with one or two rows wrong, and the lowest and highest of each row."""
    rows = [row for row in charts.ROWS[decision.chart] if row.key in truth]
    wrong = [(row.key, points) for row in rows for points in row.points if points != truth[row.key]]
    for changes in ((), *itertools.combinations(wrong, 1), *itertools.combinations(wrong, 2)):
        yield {**truth, **dict(changes)}
    yield {row.key: min(row.points) for row in rows}
    yield {row.key: max(row.points) for row in rows}


def _selections(decision: ChooseMany) -> Iterator[tuple[str, ...]]:
    keys = [option.key for option in decision.options]
    for count in range(1, len(keys) + 1):
        yield from itertools.combinations(keys, count)


def any_step(key: str, scene: Scene, chance: random.Random) -> Step:
    """An answer to a scored scene, drawn by chance from all that it allows."""
    decision = scene.decision
    sure = chance.choice(list(Confidence))
    if isinstance(decision, ChooseOne):
        return Step(key, chance.choice(decision.options).key, sure)
    if isinstance(decision, ChooseMany):
        keys = [option.key for option in decision.options]
        return Step(key, confidence=sure, picks=tuple(chance.sample(keys, chance.randint(1, len(keys)))))
    if isinstance(decision, PutInOrder):
        order = [item.key for item in decision.items]
        return Step(key, confidence=sure, picks=tuple(chance.sample(order, len(order))))
    if isinstance(decision, Speak):
        said = tuple(chance.choice(part.options).key for part in decision.parts)
        return Step(key, confidence=sure, picks=said)
    if isinstance(decision, Observe):
        scores = {row.key: chance.choice(row.points) for row in charts.ROWS[decision.chart]}
        return Step(key, confidence=sure, scores=scores)
    return Step(key)


def best_steps(key: str, scene: Scene) -> Iterator[Step]:
    """The answers of a perfect player to a scored scene: one for each best option, the plain full answer of a task."""
    decision = scene.decision
    if not isinstance(decision, SCORED):
        return
    for answer in _best_answers(scene, decision):
        yield Step(key, confidence=Confidence.CERTAIN, **answer)


def _best_answers(scene: Scene, decision: ScoredDecision) -> Iterator[dict[str, Any]]:
    if isinstance(decision, ChooseOne):
        yield from ({"option": option.key} for option in decision.options if option.grade is Grade.OPTIMAL)
    elif isinstance(decision, ChooseMany):
        yield {"picks": tuple(option.key for option in decision.options if option.grade is Grade.OPTIMAL)}
    elif isinstance(decision, PutInOrder):
        yield {"picks": tuple(item.key for item in sorted(decision.items, key=lambda item: item.place))}
    elif isinstance(decision, Speak):
        for said in itertools.product(
            *([phrase for phrase in part.options if phrase.grade is Grade.OPTIMAL] for part in decision.parts)
        ):
            yield {"picks": tuple(phrase.key for phrase in said)}
    else:
        truth = charts.truth(scene, decision)
        if truth is not None:
            yield {"scores": truth}
