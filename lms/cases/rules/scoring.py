"""Scores an attempt against criteria fixed for the whole case, so two trainees compare whatever path they took."""

import enum
from dataclasses import dataclass

from lms.cases.rules.engine import Confidence, State, Step
from lms.cases.rules.format import Case, ChooseOne, Grade, Option


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

    @property
    def points(self) -> int:
        """0, 1 or 2."""
        return self.grade.points if self.grade else 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the decisions made with this confidence, how many were sound."""

    confidence: Confidence
    chosen: int
    sound: int


@dataclass(frozen=True, slots=True)
class Result:
    """The score of one attempt and everything it rests on."""

    criteria: tuple[Criterion, ...]
    facts_found: tuple[str, ...]
    facts_missed: tuple[str, ...]
    critical_steps: tuple[int, ...]
    overconfident_steps: tuple[int, ...]
    calibration: tuple[Calibration, ...]

    @property
    def points(self) -> int:
        """Points for the quality of decisions."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def points_available(self) -> int:
        """The same for every attempt at this version of the case."""
        return Grade.OPTIMAL.points * len(self.criteria)

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


def chosen_option(case: Case, step: Step) -> Option | None:
    """The option a step chose; None for a written answer."""
    decision = case.scenes[step.scene].decision
    return decision.option(step.option) if isinstance(decision, ChooseOne) and step.option else None


def slot_of(case: Case, scene: str) -> str:
    """The criterion a scene's decision fills."""
    decision = case.scenes[scene].decision
    return (decision.slot if isinstance(decision, ChooseOne) else None) or scene


def score(case: Case, state: State) -> Result:
    """Score the path taken so far; what was not met counts nothing."""
    chosen = [(index, step, chosen_option(case, step)) for index, step in enumerate(state.path)]
    made = [(index, step, option) for index, step, option in chosen if option]
    first = {slot_of(case, step.scene): (step.scene, option.grade) for _, step, option in reversed(made)}
    return Result(
        criteria=tuple(Criterion(slot, *first.get(slot, (None, None))) for slot in case.slots()),
        facts_found=state.known,
        facts_missed=tuple(fact for fact in case.findable() if fact not in state.known),
        critical_steps=tuple(index for index, _, option in made if option.grade is Grade.CRITICAL),
        overconfident_steps=tuple(
            index for index, step, option in made if step.confidence is Confidence.CERTAIN and not option.grade.is_sound
        ),
        calibration=tuple(
            Calibration(
                confidence=confidence,
                chosen=sum(step.confidence is confidence for _, step, _ in made),
                sound=sum(step.confidence is confidence and option.grade.is_sound for _, step, option in made),
            )
            for confidence in Confidence
        ),
    )
