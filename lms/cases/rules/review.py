"""What the debrief tells: the path held against the best, what was missed, and how the attempt is measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.cases.rules import charts
from lms.cases.rules.answers import Step, Verdict, exchanged
from lms.cases.rules.decisions import (
    ChooseMany,
    ChooseOne,
    Effects,
    Grade,
    Observe,
    Option,
    Phrase,
    PutInOrder,
    Speak,
)
from lms.cases.rules.engine import State, names
from lms.cases.rules.format import Case, Scene, fill
from lms.cases.rules.panel import values_scored
from lms.cases.rules.run import Run
from lms.cases.rules.scoring import Criterion, Result, verdict_of
from lms.core.confidence import Confidence
from lms.core.words import join_words


@dataclass(frozen=True, slots=True)
class PartReviewed:
    """One part of an answer: what was asked, what was answered, what is best, and why.

    `reading` is what a row of a chart was scored from. A phrase that was said carries its grade.
    """

    asked: str
    yours: str
    best: str
    is_right: bool
    because: str = ""
    reading: str = ""
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One step of the path, held against the best. A written answer, a hint and going on have no verdict.

    `names` are what the placeholders stood for when it was taken, `answer` is what was answered in any kind of
    decision, `errors` every critical part of it with its reason, `found` the facts it brought to light, `heard` those
    others told after it.
    """

    names: Mapping[str, str]
    index: int
    clock: str
    scene: Scene
    step: Step
    verdict: Verdict | None
    answer: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]
    best: tuple[Option, ...]
    parts: tuple[PartReviewed, ...]
    found: tuple[str, ...]
    heard: tuple[str, ...]
    overconfident: bool
    hinted: bool

    def told(self, text: str) -> str:
        """A text of the case as it was told when the step was taken."""
        return fill(text, self.names)

    @property
    def confidence(self) -> Confidence | None:
        """How sure the trainee was."""
        return self.step.confidence

    @property
    def kind(self) -> str:
        """The kind of the decision; nothing at the end."""
        return self.scene.decision.kind if self.scene.decision else ""

    @property
    def is_critical(self) -> bool:
        """Say whether the step was a critical error."""
        return self.verdict is not None and self.verdict.grade is Grade.CRITICAL

    @property
    def is_best(self) -> bool:
        """Say whether nothing better was on offer."""
        return self.verdict is not None and self.verdict.grade is Grade.OPTIMAL

    @property
    def is_sound(self) -> bool:
        """Say whether a careful clinician could have answered so."""
        return self.verdict is not None and self.verdict.grade.is_sound


def reviewed(run: Run) -> tuple[Reviewed, ...]:
    """The path, step by step, without its hints: each stands with the decision it helped with."""
    result, stations = run.result, run.stations
    return tuple(
        _reviewed(run, stations[index], stations[index + 1], step, result)
        for index, step in enumerate(run.state.path)
        if not step.hint
    )


def _reviewed(run: Run, before: State, after: State, step: Step, result: Result) -> Reviewed:
    index, scene, verdict = len(before.path), run.case.scenes[step.scene], verdict_of(run.case, step)
    best: tuple[Option, ...] = ()
    if verdict is not None and isinstance(scene.decision, ChooseOne):
        best = tuple(other for other in scene.decision.options if other.grade is Grade.OPTIMAL)
    is_critical = verdict is not None and verdict.grade is Grade.CRITICAL
    return Reviewed(
        names=names(run.case, run.draw, before),
        index=index,
        clock=before.clock,
        scene=scene,
        step=step,
        verdict=verdict,
        answer=tuple(_answer(scene, step)),
        errors=tuple(critical_parts(scene, step)) if is_critical else (),
        best=best,
        parts=tuple(_parts(scene, step)) if verdict is not None else (),
        found=tuple(fact for fact in after.found if fact not in before.found),
        heard=tuple(fact for fact in after.known if fact in after.heard - before.heard),
        overconfident=index in result.overconfident_steps,
        hinted=step.scene in before.hinted,
    )


def _answer(scene: Scene, step: Step) -> Iterator[str]:
    """What was answered, in words."""
    decision = scene.decision
    if isinstance(decision, ChooseOne):
        yield from (option.text for option in decision.options if option.key == step.option)
    elif isinstance(decision, ChooseMany):
        yield from (option.text for option in decision.options if option.key in step.picks)
    elif isinstance(decision, Speak):
        yield from (phrase.text for phrase in decision.phrases() if phrase.key in step.picks)
    elif isinstance(decision, PutInOrder):
        text = {item.key: item.text for item in decision.items}
        yield from (text[key] for key in step.picks)
    elif isinstance(decision, Observe):
        yield f"{charts.TITLES[decision.chart]} {sum(step.scores.values())}"


def critical_parts(scene: Scene, step: Step) -> Iterator[tuple[str, str]]:
    """Each critical part of an answer, and why it is critical."""
    decision = scene.decision
    if isinstance(decision, ChooseOne | ChooseMany | Speak):
        phrases: Sequence[Phrase] = list(decision.phrases()) if isinstance(decision, Speak) else decision.options
        for phrase in phrases:
            if phrase.key in (step.option, *step.picks) and phrase.grade is Grade.CRITICAL:
                yield phrase.text, phrase.because
    elif isinstance(decision, PutInOrder):
        text = {item.key: item.text for item in decision.items}
        for rule in decision.never:
            if step.picks.index(rule.first) < step.picks.index(rule.then):
                yield f"{text[rule.first]}, before: {text[rule.then]}", rule.because
    elif isinstance(decision, Observe):
        title, right = charts.TITLES[decision.chart], charts.truth(scene, decision) or {}
        yield f"{title} {sum(step.scores.values())}, where it is {sum(right.values())}", decision.because


def _parts(scene: Scene, step: Step) -> Iterator[PartReviewed]:
    decision = scene.decision
    if isinstance(decision, ChooseMany):
        for option in decision.options:
            yield _ticked(option, option.key in step.picks)
    elif isinstance(decision, PutInOrder):
        yield from _ordered(decision, step)
    elif isinstance(decision, Speak):
        for part in decision.parts:
            said = next(phrase for phrase in part.options if phrase.key in step.picks)
            best = next(phrase for phrase in part.options if phrase.grade is Grade.OPTIMAL)
            right = said.grade is Grade.OPTIMAL
            better = said.text if right else best.text
            yield PartReviewed(part.title, said.text, better, right, said.because, grade=said.grade)
    elif isinstance(decision, Observe):
        truth, values = charts.truth(scene, decision) or {}, values_scored(scene)
        for row in charts.ROWS[decision.chart]:
            given, points = step.scores[row.key], truth[row.key]
            reading = values.get(row.key, "")
            yield PartReviewed(row.title, str(given), str(points), given == points, reading=reading)


_BELONGS = {Grade.OPTIMAL: "Belongs", Grade.ACCEPTABLE: "May be added", Grade.SUBOPTIMAL: "Leave out"}


def belongs(grade: Grade) -> str:
    """What the grade of an option that can be ticked says in words."""
    return _BELONGS.get(grade, grade.label)


def _ticked(option: Phrase, is_chosen: bool) -> PartReviewed:
    right = option.grade is Grade.ACCEPTABLE or is_chosen is (option.grade is Grade.OPTIMAL)
    said = "Selected" if is_chosen else "Not selected"
    return PartReviewed(option.text, said, belongs(option.grade), right, option.because, grade=option.grade)


def _ordered(decision: PutInOrder, step: Step) -> Iterator[PartReviewed]:
    """The items in the expert's order; those of the same place may be exchanged, so each has several best places."""
    wrong = {item.key for pair in exchanged(decision, step.picks) for item in pair}
    expert = sorted(decision.items, key=lambda item: item.place)
    for item in expert:
        best = [str(at) for at, other in enumerate(expert, start=1) if other.place == item.place]
        place = step.picks.index(item.key) + 1
        yield PartReviewed(item.text, str(place), join_words(best, "or"), item.key not in wrong)


@dataclass(frozen=True, slots=True)
class Missed:
    """A fact nobody asked for, and the question that would have found it."""

    fact: str
    scene: Scene
    asking: str


def missed(case: Case, facts: Iterable[str]) -> tuple[Missed, ...]:
    """Facts this path did not find, each with the first best way that reveals it."""
    found = []
    for fact in facts:
        ways = [
            (_worth(place, effects), case.scenes[key], _asking(case.scenes[key], effects))
            for key in case.course
            for place, effects in case.scenes[key].effects()
            if fact in effects.reveals
        ]
        _, scene, asking = max(ways, key=lambda way: way[0])
        found.append(Missed(fact, scene, asking))
    return tuple(found)


def _worth(place: tuple[str | int, ...], effects: Effects) -> int:
    return effects.grade.points if isinstance(effects, Phrase) else Grade(str(place[-1])).points


def _asking(scene: Scene, effects: Effects) -> str:
    """The words of the choice that reveals a fact; the task itself where the whole answer does."""
    if isinstance(effects, Phrase):
        return effects.text
    return scene.decision.prompt if scene.decision else ""


def criterion_title(case: Case, criterion: Criterion) -> str:
    """What a criterion is called: the scene that filled it, or the first that could have."""
    if criterion.scene is not None:
        return case.scenes[criterion.scene].title
    return next(case.scenes[key].title for key, _ in case.decisions() if case.slot_of(key) == criterion.slot)


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A scene a careful clinician reaches, or never enters, and whether this path did well there."""

    scene: Scene
    because: str
    must_visit: bool
    is_met: bool


def turning_points(case: Case, result: Result) -> tuple[TurningPoint, ...]:
    """The scenes every attempt is held against, whatever its path."""
    points = [(point, True, point not in result.not_visited) for point in case.must_visit]
    points += [(point, False, point not in result.not_avoided) for point in case.must_avoid]
    return tuple(TurningPoint(case.scenes[point.scene], point.because, *rest) for point, *rest in points)


def judged_well(path: Sequence[Reviewed], case: Case) -> int:
    """Decisions in which confidence and answer went together: sure and sound, or not sure and not sound.

    Counted over the criteria of the whole case, so that every attempt has the same denominator.
    """
    first: dict[str, bool] = {}
    for step in path:
        if step.verdict is not None:
            first.setdefault(
                case.slot_of(step.step.scene), step.is_sound is (step.confidence is not Confidence.NOT_SURE)
            )
    return sum(first.values())
