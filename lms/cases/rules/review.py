"""What the pages of a case show beside its texts: the patient's observations, and the path held against the best."""

from collections.abc import Iterator
from dataclasses import dataclass

from lms.cases.rules import news2
from lms.cases.rules.engine import Confidence, Draw, State, offered
from lms.cases.rules.format import Case, ChooseOne, Grade, Observations, Option, Scene
from lms.cases.rules.scoring import Criterion, Result, chosen_option, slot_of


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation in words, with its NEWS2 points; None where it has none or was not measured."""

    name: str
    value: str
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One set of observations at its time. A NEWS2 of None is incomplete."""

    clock: str
    readings: tuple[Reading, ...]
    news2: int | None


def measured(case: Case, state: State) -> tuple[Measured, ...]:
    """The sets of observations seen so far, in the order of time."""
    scenes = (case.scenes[key] for key in state.visited)
    return tuple(_measured(scene.clock, scene.observations) for scene in scenes if scene.observations)


def _measured(clock: str, seen: Observations) -> Measured:
    return Measured(clock=clock, readings=tuple(_readings(seen)), news2=news2.score(seen))


def _readings(seen: Observations) -> Iterator[Reading]:
    points = news2.parts(seen)
    pressure = f"{seen.systolic}/{seen.diastolic}" if seen.diastolic is not None else f"{seen.systolic}"
    rows = (
        ("Breaths a minute", seen.respirations, f"{seen.respirations}", points["respirations"]),
        ("Oxygen saturation", seen.spo2, f"{seen.spo2}%", points["spo2"]),
        ("Air or oxygen", seen.air, "Air" if seen.air else "Oxygen", points["air"]),
        ("Blood pressure, mmHg", seen.systolic, pressure, points["systolic"]),
        ("Pulse a minute", seen.pulse, f"{seen.pulse}", points["pulse"]),
        (
            "Consciousness",
            seen.consciousness,
            seen.consciousness.label if seen.consciousness else "",
            points["consciousness"],
        ),
        ("Temperature, °C", seen.temperature, f"{seen.temperature}", points["temperature"]),
    )
    for name, value, text, found in rows:
        yield Reading(name, "Not done" if value is None else text, found)
    if seen.glucose is not None:
        yield Reading("Glucose, mmol/L", f"{seen.glucose:g}")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One step of the path, held against the best. A written answer has no option."""

    index: int
    scene: Scene
    option: Option | None
    best: tuple[Option, ...]
    confidence: Confidence | None
    overconfident: bool

    @property
    def is_critical(self) -> bool:
        """Say whether the step was a critical error."""
        return self.option is not None and self.option.grade is Grade.CRITICAL

    @property
    def is_best(self) -> bool:
        """Say whether nothing better was on offer."""
        return self.option is not None and self.option.grade is Grade.OPTIMAL


def reviewed(case: Case, state: State, result: Result) -> tuple[Reviewed, ...]:
    """The path, step by step."""
    found = []
    for index, step in enumerate(state.path):
        scene, option = case.scenes[step.scene], chosen_option(case, step)
        best: tuple[Option, ...] = ()
        if isinstance(scene.decision, ChooseOne):
            best = tuple(other for other in scene.decision.options if other.grade is Grade.OPTIMAL)
        found.append(Reviewed(index, scene, option, best, step.confidence, index in result.overconfident_steps))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Missed:
    """A fact nobody asked for, and the option that would have found it."""

    fact: str
    scene: Scene
    option: Option


def missed(case: Case, result: Result) -> tuple[Missed, ...]:
    """The facts this path did not find, each with the first best option that reveals it."""
    found = []
    for fact in result.facts_missed:
        ways = [
            (option.grade.points, scene, option)
            for scene, decision in case.decisions()
            for option in decision.options
            if fact in option.reveals
        ]
        _, scene, option = max(ways, key=lambda way: way[0])
        found.append(Missed(fact, case.scenes[scene], option))
    return tuple(found)


def criterion_title(case: Case, criterion: Criterion) -> str:
    """What a criterion is called: the scene that filled it, or the first that could have."""
    if criterion.scene is not None:
        return case.scenes[criterion.scene].title
    return next(case.scenes[key].title for key, _ in case.decisions() if slot_of(case, key) == criterion.slot)


def shown_options(case: Case, scene: str, drawn: Draw) -> list[Option]:
    """The options of a scene in the order this attempt shows them; none for a written task or an ending."""
    decision = case.scenes[scene].decision
    return offered(decision, scene, drawn) if isinstance(decision, ChooseOne) else []


def reading_names(sets: tuple[Measured, ...]) -> tuple[str, ...]:
    """The names of everything measured in any of the sets, in the order of the chart."""
    return tuple(dict.fromkeys(reading.name for one in sets for reading in one.readings))
