"""Scores an attempt against criteria fixed for the whole case, so two trainees compare whatever path they took."""

import enum
from dataclasses import dataclass

from lms.cases.rules.answers import Step, Verdict, judge
from lms.cases.rules.decisions import SCORED, Grade
from lms.cases.rules.engine import State
from lms.cases.rules.format import Case, Process, Waypoint
from lms.core.confidence import Confidence


class Outcome(enum.StrEnum):
    """What the attempt shows as a whole."""

    NOT_YET = "not-yet"
    SOUND = "sound"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return "Not yet" if self is Outcome.NOT_YET else "Sound"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One decision every attempt is measured on; `scene` and `grade` are None if this path never met it."""

    slot: str
    scene: str | None
    grade: Grade | None
    hinted: bool = False

    @property
    def points(self) -> int:
        """0, 1 or 2; with a hint at most 1."""
        points = self.grade.points if self.grade else 0
        return min(points, Grade.ACCEPTABLE.points) if self.hinted else points


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the decisions made with this confidence, how many were sound."""

    confidence: Confidence
    chosen: int
    sound: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One criterion of order or time, and whether the attempt kept it."""

    process: Process
    is_met: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The score of one attempt and everything it rests on."""

    criteria: tuple[Criterion, ...]
    facts_found: tuple[str, ...]
    facts_heard: tuple[str, ...]
    facts_missed: tuple[str, ...]
    critical_steps: tuple[int, ...]
    overconfident_steps: tuple[int, ...]
    calibration: tuple[Calibration, ...]
    process: tuple[Kept, ...] = ()
    not_visited: tuple[Waypoint, ...] = ()
    not_avoided: tuple[Waypoint, ...] = ()

    @property
    def points(self) -> int:
        """Points for the quality of decisions."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def points_available(self) -> int:
        """The same for every attempt at this version of the case."""
        return Grade.OPTIMAL.points * len(self.criteria)

    @property
    def process_met(self) -> int:
        """How many criteria of order and time were kept."""
        return sum(kept.is_met for kept in self.process)

    @property
    def critical_error(self) -> bool:
        """Say whether a critical error was made."""
        return bool(self.critical_steps)

    @property
    def outcome(self) -> Outcome:
        """Sound from half of the points upward; never with a critical error.

        The half is a proposal, to be confirmed by the service.
        """
        enough = self.points * 2 >= self.points_available
        return Outcome.SOUND if enough and not self.critical_error else Outcome.NOT_YET

    @property
    def is_full(self) -> bool:
        """Say whether nothing at all was left to do better."""
        kept = self.process_met == len(self.process) and not self.not_visited and not self.not_avoided
        found = not self.facts_missed and not self.facts_heard
        return kept and found and self.points == self.points_available and not self.critical_error


def verdict_of(case: Case, step: Step) -> Verdict | None:
    """The verdict on a step; None for a hint, a written answer and going on."""
    scene = case.scenes[step.scene]
    return judge(scene, step) if isinstance(scene.decision, SCORED) and not step.hint else None


def score(case: Case, state: State) -> Result:
    """Score the path taken so far; what was not met counts nothing."""
    judged = [(index, step, verdict_of(case, step)) for index, step in enumerate(state.path)]
    made = [(index, step, verdict) for index, step, verdict in judged if verdict]
    first = {
        case.slot_of(step.scene): (step.scene, verdict.grade, step.scene in state.hinted)
        for _, step, verdict in reversed(made)
    }
    return Result(
        criteria=tuple(Criterion(slot, *first.get(slot, (None, None, False))) for slot in case.slots()),
        facts_found=state.found,
        facts_heard=tuple(fact for fact in state.known if fact in state.heard),
        facts_missed=tuple(fact for fact in case.findable() if fact not in state.known),
        critical_steps=tuple(index for index, _, verdict in made if verdict.grade is Grade.CRITICAL),
        overconfident_steps=tuple(
            index
            for index, step, verdict in made
            if step.confidence is Confidence.CERTAIN and not verdict.grade.is_sound
        ),
        calibration=tuple(
            Calibration(
                confidence=confidence,
                chosen=sum(step.confidence is confidence for _, step, _ in made),
                sound=sum(step.confidence is confidence and verdict.grade.is_sound for _, step, verdict in made),
            )
            for confidence in Confidence
        ),
        process=tuple(Kept(process, _is_kept(process, state)) for process in case.process),
        not_visited=tuple(point for point in case.must_visit if point.scene not in state.visited),
        not_avoided=tuple(point for point in case.must_avoid if point.scene in state.visited),
    )


def _is_kept(process: Process, state: State) -> bool:
    """Say whether a path kept a criterion; one of time without a flag is judged at the end."""
    if process.first is not None:
        first, then = state.set_at.get(process.first), state.set_at.get(process.then or "")
        return first is not None and (then is None or first.step <= then.step)
    if process.flag is None:
        return state.ended and state.minutes <= (process.at_most or 0)
    reached = state.set_at.get(process.flag)
    return reached is not None and reached.minutes <= (process.at_most or 0)
