"""What a cohort chose: a fold over attempts that are replayed, without a name in it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from lms.cases.rules import charts
from lms.cases.rules.answers import Step, exchanged
from lms.cases.rules.decisions import (
    SCORED,
    ChooseMany,
    ChooseOne,
    Grade,
    Observe,
    Phrase,
    PutInOrder,
    Speak,
    Write,
)
from lms.cases.rules.engine import Draw, replay
from lms.cases.rules.format import Case, Process, Scene, Waypoint
from lms.cases.rules.review import belongs, critical_parts
from lms.cases.rules.scoring import Result, score, verdict_of
from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.words import join_words


@dataclass(frozen=True, slots=True)
class Played:
    """One person's finished attempt: the draw, its steps, and the moments of its beginning and of each step."""

    draw: Draw
    steps: tuple[Step, ...]
    began_at: datetime
    taken_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that could be answered, and how many people did."""

    text: str
    people: int
    note: str = ""
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, and what counts in them."""

    title: str
    counted: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SceneTally:
    """What people did in one scene. `minutes` is a median, and None for fewer than five people."""

    key: str
    scene: Scene
    people: int
    grades: Mapping[Grade, int]
    groups: tuple[Group, ...]
    hints: int
    minutes: float | None

    @property
    def is_written(self) -> bool:
        """Say whether the scene asks for a written answer."""
        return isinstance(self.scene.decision, Write)


@dataclass(frozen=True, slots=True)
class ErrorTally:
    """One critical error, and how many people made it."""

    key: str
    scene: Scene
    text: str
    because: str
    people: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What the people of a cohort did in a case; each of them counts once."""

    people: int
    scenes: tuple[SceneTally, ...]
    errors: tuple[ErrorTally, ...]
    missed: tuple[tuple[Waypoint, int], ...]
    entered: tuple[tuple[Waypoint, int], ...]
    kept: tuple[tuple[Process, int], ...]
    found: tuple[tuple[str, int], ...]
    minutes: float | None

    @property
    def is_small(self) -> bool:
        """Say whether there are too few people for anything but counts."""
        return self.people < FEWEST_PEOPLE

    @property
    def written(self) -> int:
        """How many written answers there are."""
        return sum(scene.people for scene in self.scenes if scene.is_written)


def tally(case: Case, attempts: Sequence[Played]) -> Tally:
    """Count what was chosen in attempts of different people at one version of a case."""
    results = [score(case, replay(case, attempt.draw, attempt.steps)) for attempt in attempts]
    return Tally(
        people=len(attempts),
        scenes=tuple(_scenes(case, attempts)),
        errors=tuple(_errors(case, attempts)),
        missed=_points(case.must_visit, [result.not_visited for result in results]),
        entered=_points(case.must_avoid, [result.not_avoided for result in results]),
        kept=tuple(_kept(case, results)),
        found=_found(case, results),
        minutes=_median([_minutes(one.taken_at[0], one.taken_at[-1]) for one in attempts if one.taken_at]),
    )


def _minutes(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds() / 60


def _median(values: Sequence[float]) -> float | None:
    """The median, or None for fewer than five people."""
    return median(values) if len(values) >= FEWEST_PEOPLE else None


def _points(points: Sequence[Waypoint], found: Sequence[Sequence[Waypoint]]) -> tuple[tuple[Waypoint, int], ...]:
    counts = Counter(point.scene for each in found for point in each)
    return tuple((point, counts[point.scene]) for point in points)


def _kept(case: Case, results: Sequence[Result]) -> Iterator[tuple[Process, int]]:
    counts = Counter(kept.process.key for result in results for kept in result.process if kept.is_met)
    yield from ((process, counts[process.key]) for process in case.process)


def _found(case: Case, results: Sequence[Result]) -> tuple[tuple[str, int], ...]:
    """Every fact that can be found, the one most often missed first."""
    counts = Counter(fact for result in results for fact in result.facts_found)
    return tuple(sorted(((fact, counts[fact]) for fact in case.findable()), key=lambda found: found[1]))


# --- Scene by scene ---


def _scenes(case: Case, attempts: Sequence[Played]) -> Iterator[SceneTally]:
    """The scenes in which something is decided or written, each after those that lead to it."""
    answers: dict[str, list[Step]] = {key: [] for key in case.scenes}
    hints: Counter[str] = Counter()
    spent: dict[str, list[float]] = {key: [] for key in case.scenes}
    for attempt in attempts:
        for step in attempt.steps:
            if step.hint:
                hints[step.scene] += 1
            else:
                answers[step.scene].append(step)
        for key, minutes in _spent(attempt).items():
            spent[key].append(minutes)
    for key in case.course:
        scene = case.scenes[key]
        if isinstance(scene.decision, (*SCORED, Write)):
            yield SceneTally(
                key=key,
                scene=scene,
                people=len(answers[key]),
                grades=_grades(case, answers[key]),
                groups=tuple(_groups(scene, answers[key])),
                hints=hints[key],
                minutes=_median(spent[key]),
            )


def _spent(attempt: Played) -> dict[str, float]:
    """The minutes from arriving in each scene to leaving it; a hint is part of its scene."""
    found: dict[str, float] = {}
    before = attempt.began_at
    for step, at in zip(attempt.steps, attempt.taken_at, strict=True):
        found[step.scene] = found.get(step.scene, 0.0) + _minutes(before, at)
        before = at
    return found


def _grades(case: Case, steps: Sequence[Step]) -> dict[Grade, int]:
    """How many people answered how well; empty where nothing is scored."""
    counts = Counter(verdict.grade for step in steps if (verdict := verdict_of(case, step)) is not None)
    return {grade: counts[grade] for grade in Grade} if counts else {}


def _groups(scene: Scene, steps: Sequence[Step]) -> Iterator[Group]:
    decision = scene.decision
    if isinstance(decision, ChooseOne):
        counts = Counter(step.option for step in steps)
        options = sorted(decision.options, key=lambda option: list(Grade).index(option.grade))
        lines = (Line(each.text, counts[each.key], each.grade.label, each.grade) for each in options)
        yield Group("Options", "chose it", tuple(lines))
    elif isinstance(decision, ChooseMany):
        yield Group("Options", "ticked it", tuple(_phrases(decision.options, steps, belongs)))
    elif isinstance(decision, PutInOrder):
        yield Group("Steps out of order", "had these the other way round", tuple(_exchanges(decision, steps)))
    elif isinstance(decision, Speak):
        for part in decision.parts:
            yield Group(part.title, "said it", tuple(_phrases(part.options, steps, lambda grade: grade.label)))
    elif isinstance(decision, Observe):
        yield Group("Rows of the chart", "scored it right", tuple(_rows(scene, decision, steps)))


def _phrases(phrases: Sequence[Phrase], steps: Sequence[Step], note: Callable[[Grade], str]) -> Iterator[Line]:
    counts = Counter(key for step in steps for key in step.picks)
    for phrase in sorted(phrases, key=lambda each: list(Grade).index(each.grade)):
        yield Line(phrase.text, counts[phrase.key], note(phrase.grade), phrase.grade)


def _exchanges(decision: PutInOrder, steps: Sequence[Step]) -> Iterator[Line]:
    """The pairs somebody had the wrong way round, the most frequent first, told in the right order."""
    counts = Counter((first.key, then.key) for step in steps for first, then in exchanged(decision, step.picks))
    never = {(rule.then, rule.first) for rule in decision.never}
    for pair, people in sorted(counts.items(), key=lambda found: (-found[1], found[0])):
        grade = Grade.CRITICAL if pair in never else None
        yield Line(_in_order(decision, *pair), people, grade.label if grade else "", grade)


def _in_order(decision: PutInOrder, first: str, then: str) -> str:
    items = {item.key: item.text for item in decision.items}
    return f"First: {items[first]} Then: {items[then]}"


def _rows(scene: Scene, decision: Observe, steps: Sequence[Step]) -> Iterator[Line]:
    truth = charts.truth(scene, decision) or {}
    for row in charts.ROWS[decision.chart]:
        given = Counter(step.scores.get(row.key) for step in steps)
        right = truth.get(row.key)
        wrong = [f"{points} from {given[points]}" for points in row.points if points != right and given[points]]
        note = f"Instead: {join_words(wrong)}" if wrong else ""
        yield Line(f"{row.title}: {right}", given[right], note)


# --- Critical errors ---


def _errors(case: Case, attempts: Sequence[Played]) -> Iterator[ErrorTally]:
    """The critical errors, those that most people made first; then in the order of the course."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for attempt in attempts:
        made = {(step.scene, *error) for step in attempt.steps if not step.hint for error in _critical(case, step)}
        counts.update(made)
    place = {key: at for at, key in enumerate(case.course)}
    for (key, text, because), people in sorted(
        counts.items(), key=lambda found: (-found[1], place[found[0][0]], found[0][1])
    ):
        yield ErrorTally(key, case.scenes[key], text, because, people)


def _critical(case: Case, step: Step) -> Iterator[tuple[str, str]]:
    """What was critical in an answer, in words, and why; the same words for everybody who made the error."""
    scene, verdict = case.scenes[step.scene], verdict_of(case, step)
    if verdict is None or verdict.grade is not Grade.CRITICAL:
        return
    if isinstance(scene.decision, Observe):
        yield f"{charts.TITLES[scene.decision.chart]} scored too low", verdict.because
    else:
        yield from critical_parts(scene, step)
