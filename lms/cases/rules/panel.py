"""What stands beside a scene: how far the case has come, the patient's observations, and what is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lms.cases.rules import news2
from lms.cases.rules.decisions import Chart, Observe
from lms.cases.rules.format import Observations, Scene
from lms.cases.rules.run import Run

_UNITS = {"respirations": " breaths a minute", "systolic": " mmHg", "pulse": " a minute", "temperature": " °C"}
INCOMPLETE, TO_SCORE, TO_JUDGE = "Incomplete", "For you to score", "For you to judge"


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation: in words, in a few words that need no name beside them, and its points on NEWS2, if any."""

    key: str
    name: str
    value: str
    short: str
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One set of observations at its time. A NEWS2 of None is incomplete, or still for the trainee to score."""

    clock: str
    readings: tuple[Reading, ...]
    news2: int | None
    is_hidden: bool = False

    @property
    def total(self) -> str:
        """The NEWS2 in words."""
        if self.is_hidden:
            return TO_SCORE
        return INCOMPLETE if self.news2 is None else str(self.news2)

    def reading(self, name: str) -> Reading | None:
        """The reading of this name, if the set has it."""
        return next((reading for reading in self.readings if reading.name == name), None)


def measured(run: Run) -> tuple[Measured, ...]:
    """The sets of observations seen so far, in the order of time; a score the scene asks for stays hidden."""
    first = {state.scene: state.clock for state in reversed(run.stations)}
    found = []
    for key in dict.fromkeys(run.state.visited):
        scene = run.case.scenes[key]
        if scene.observations is None:
            continue
        readings, score = tuple(_readings(scene.observations)), news2.score(scene.observations)
        asked = _asks_news2(scene) and key == run.state.scene
        if asked:
            readings = tuple(_unscored(reading) for reading in readings)
        found.append(Measured(first[key], readings, None if asked else score, asked))
    return tuple(found)


def _unscored(reading: Reading) -> Reading:
    """A reading without its points; what the scene describes of consciousness is part of what is scored."""
    if reading.key == "consciousness":
        return replace(reading, value=TO_JUDGE, short=f"Consciousness: {TO_JUDGE.lower()}", points=None)
    return replace(reading, points=None)


def _asks_news2(scene: Scene) -> bool:
    return isinstance(scene.decision, Observe) and scene.decision.chart is Chart.NEWS2


def _readings(seen: Observations) -> Iterator[Reading]:
    points = news2.parts(seen)
    for key, name, value, short in _told(seen):
        if getattr(seen, key) is None:
            yield Reading(key, name, "Not done", "")
        else:
            yield Reading(key, name, value, short or f"{name.partition(',')[0]} {value}", points.get(key))


def _told(seen: Observations) -> Iterator[tuple[str, str, str, str]]:
    """Every row of the chart: its field, its name, its value, and the two in a few words."""
    scale = ", scale 2" if seen.scale == 2 else ""
    pressure = f"{seen.systolic}/{seen.diastolic}" if seen.diastolic is not None else f"{seen.systolic}"
    awake = seen.consciousness.label if seen.consciousness else ""
    air = "Air" if seen.air else "Oxygen"
    yield "respirations", "Breaths a minute", f"{seen.respirations}", f"Breaths {seen.respirations}"
    yield "spo2", "Oxygen saturation", f"{seen.spo2}%{scale}", f"Saturation {seen.spo2}%{scale}"
    yield "air", "Air or oxygen", air, f"On {air.lower()}"
    yield "systolic", "Blood pressure, mmHg", pressure, ""
    yield "pulse", "Pulse a minute", f"{seen.pulse}", f"Pulse {seen.pulse}"
    yield "consciousness", "Consciousness", awake, awake
    yield "temperature", "Temperature, °C", f"{seen.temperature}", f"{seen.temperature} °C"
    if seen.glucose is not None:
        yield "glucose", "Glucose, mmol/L", f"{seen.glucose:g}", ""


def reading_names(sets: tuple[Measured, ...]) -> tuple[str, ...]:
    """The names of everything measured in any of the sets, in the order of the chart."""
    return tuple(dict.fromkeys(reading.name for one in sets for reading in one.readings))


def values_to_score(scene: Scene) -> Mapping[str, str]:
    """What was measured, by the row of the chart, for whoever is about to score it."""
    values = values_scored(scene)
    return {**values, "consciousness": TO_JUDGE} if values else {}


def values_scored(scene: Scene) -> Mapping[str, str]:
    """What was measured, by the row of the chart that is scored; nothing for a chart of what the patient says."""
    if scene.observations is None or not _asks_news2(scene):
        return {}
    found = _readings(scene.observations)
    return {one.key: one.value + (_UNITS.get(one.key, "") if one.short else "") for one in found}


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that was found, and whether the last answer found it."""

    text: str
    is_new: bool


def known(run: Run) -> tuple[Known, ...]:
    """What has been found so far, the latest first."""
    before = [state for state in run.stations if state.scene != run.state.scene]
    old = before[-1].known if before else ()
    return tuple(Known(run.case.facts[fact], fact not in old) for fact in reversed(run.state.known))


def decisions_made(run: Run) -> int:
    """How many decisions of those every attempt is measured on are made; branches that exclude each other are one."""
    return sum(criterion.scene is not None for criterion in run.result.criteria)
