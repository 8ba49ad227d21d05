"""Calibration: which vignettes an assessor answers before signing off, and how an answer stands beside the panel's."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.competencies.rules.words import LEVELS
from lms.core.errors import RuleViolation

VIGNETTES_NEEDED = 2
"""How many vignettes an assessor answers for a version of the framework. A proposal, to be confirmed by the service."""
FIRST_THE_VIGNETTES = "Answer two short vignettes first"


@dataclass(frozen=True, slots=True)
class PanelReason:
    """Why a member of the panel chose a level, with the source it rests on."""

    level: int
    because: str
    source: str


@dataclass(frozen=True, slots=True)
class Vignette:
    """A short fictional account of work, the capability to rate in it, and what a panel chose and why."""

    slug: str
    title: str
    status: str
    framework: str
    code: str
    text: str
    least: int
    most: int
    reasons: tuple[PanelReason, ...]

    @property
    def range_words(self) -> str:
        """The levels the panel chose, in words."""
        return f"Level {self.least}" if self.least == self.most else f"Levels {self.least} to {self.most}"

    def beside(self, level: int) -> str:
        """How a level stands beside the panel's range: said, never judged."""
        if level < self.least:
            return "You chose a lower level than the panel."
        return (
            "You chose a higher level than the panel." if level > self.most else "You chose within the panel's range."
        )


@dataclass(frozen=True, slots=True)
class CalibrationFact:
    """One assessor's answer to one vignette, for one version of the framework."""

    assessor_id: UUID
    framework_id: UUID
    slug: str
    recorded_at: datetime


def to_answer(slugs: Iterable[str], *, assessor_id: UUID, framework_id: UUID, answered: Collection[str]) -> list[str]:
    """The vignettes of one assessor under one framework: what was answered first, then by lot until there are two.

    The lot is drawn from the assessor and the framework, so that nobody chooses and a new framework brings others.
    """

    def lot(slug: str) -> str:
        return hashlib.sha256(f"{framework_id}/{assessor_id}/{slug}".encode()).hexdigest()

    others = sorted((slug for slug in set(slugs) if slug not in answered), key=lot)
    done = sorted(set(answered))
    return [*done, *others[: max(0, VIGNETTES_NEEDED - len(done))]]


def done_at(answers: Iterable[CalibrationFact]) -> datetime | None:
    """The moment at which the last answer that was needed was given; None while some are missing."""
    first: dict[str, datetime] = {}
    for each in sorted(answers, key=lambda fact: fact.recorded_at):
        first.setdefault(each.slug, each.recorded_at)
    moments = sorted(first.values())
    return moments[VIGNETTES_NEEDED - 1] if len(moments) >= VIGNETTES_NEEDED else None


def check_calibrated(answers: Sequence[CalibrationFact]) -> None:
    """Refuse a sign-off by somebody who has not answered the vignettes for the framework it is made under.

    Raises RuleViolation.
    """
    if done_at(answers) is None:
        raise RuleViolation(f"{FIRST_THE_VIGNETTES}: each assessor does so for every version of the framework.")


def check_answer(*, slug: str, offered: Collection[str], answered: Collection[str], level: int, reason: str) -> None:
    """Refuse an answer to a vignette that was not drawn or is answered, off the scale, or without a reason.

    Raises RuleViolation.
    """
    if slug in answered:
        raise RuleViolation("You have answered this vignette. The answer stays as you gave it.")
    if slug not in offered:
        raise RuleViolation("This vignette is not one of the two drawn for you.")
    if level not in LEVELS:
        raise RuleViolation("Select a level from 1 to 5", field="level")
    if not reason.strip():
        raise RuleViolation("Say why you chose this level", field="reason")
