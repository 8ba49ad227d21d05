"""The outcome of a module for one trainee: pass, refer or defer; provisional until a board ratifies it."""

import enum
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lms.core.errors import RuleViolation

REASON_MAX = 500


class Outcome(enum.StrEnum):
    """What a university decided about a module."""

    PASS = "pass"
    REFER = "refer"
    DEFER = "defer"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return self.value.capitalize()

    @property
    def meaning(self) -> str:
        """What the outcome means for the trainee."""
        return {
            Outcome.PASS: "The module is passed.",
            Outcome.REFER: "The module is not passed yet; a further attempt is needed.",
            Outcome.DEFER: "The assessment is put off; the next attempt counts as if it were this one.",
        }[self]


class Standing(enum.StrEnum):
    """Whether a board has confirmed an outcome."""

    PROVISIONAL = "provisional"
    RATIFIED = "ratified"

    @property
    def label(self) -> str:
        """The standing in words."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class ModuleOutcomeFact:
    """One decision about one module, as it was known at some moment."""

    id: UUID
    module: str
    outcome: Outcome
    standing: Standing
    decided_on: date
    university_id: UUID
    recorded_at: datetime

    @property
    def words(self) -> str:
        """The outcome in words, with its standing."""
        return f"{self.outcome.label} ({self.standing.value})"


def check_outcome(
    *,
    actor_id: UUID,
    trainee_id: UUID,
    outcome: Outcome,
    standing: Standing,
    decided_on: date,
    reason: str,
    today: date,
    before: ModuleOutcomeFact | None,
) -> None:
    """Refuse an outcome that a university could not defend.

    Ratifying the same outcome needs no reason. Raises RuleViolation: for oneself, in the future, the same again, back
    from ratified to provisional, or a change without a reason.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody records their own module outcome.")
    if decided_on > today:
        raise RuleViolation("The date of the decision cannot be in the future", "decided_on")
    if len(reason) > REASON_MAX:
        raise RuleViolation(f"Use {REASON_MAX} characters or fewer for the reason", "reason")
    if before is not None:
        _check_change(before, outcome, standing, decided_on, reason)


def _check_change(
    before: ModuleOutcomeFact, outcome: Outcome, standing: Standing, decided_on: date, reason: str
) -> None:
    if (before.outcome, before.standing, before.decided_on) == (outcome, standing, decided_on):
        raise RuleViolation("This outcome is already recorded", "outcome")
    if before.standing is Standing.RATIFIED and standing is Standing.PROVISIONAL:
        raise RuleViolation("A ratified outcome cannot become provisional again", "standing")
    ratifies = before.standing is Standing.PROVISIONAL and standing is Standing.RATIFIED and before.outcome is outcome
    if not ratifies and not reason.strip():
        raise RuleViolation("Say why the recorded outcome changes", "reason")


def why_waiting(outcome: ModuleOutcomeFact | None) -> str:
    """What a module with released marks still waits for, by the outcome that stands; empty once it is ratified."""
    if outcome is None:
        return "Marks are released; no outcome is recorded"
    return f"{outcome.words}: waits for the board" if outcome.standing is Standing.PROVISIONAL else ""


def standing_outcome(facts: list[ModuleOutcomeFact], on: date) -> ModuleOutcomeFact | None:
    """The outcome of one module that holds on a date: the latest decided by then, or None."""
    decided = [fact for fact in facts if fact.decided_on <= on]
    return max(decided, key=lambda fact: (fact.decided_on, fact.recorded_at, fact.id), default=None)
