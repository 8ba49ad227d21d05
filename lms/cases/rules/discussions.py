"""The discussion with an educator that may take the place of a case."""

import enum
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import day

NOTE_MAX = 2000


class Ended(enum.StrEnum):
    """How a discussion ended."""

    COVERED = "covered"
    NOT_YET = "not-yet"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The end in words."""
        return {
            Ended.COVERED: "Capabilities covered",
            Ended.NOT_YET: "Not yet: to be continued",
            Ended.WITHDRAWN: "Withdrawn",
        }[self]


@dataclass(frozen=True, slots=True)
class DiscussionFact:
    """A discussion of one case that was held, as other domains may know it: never what was written about it."""

    id: UUID
    case: str
    held_on: date
    covered: bool


def check_outcome(
    *,
    actor_id: UUID,
    trainee_id: UUID,
    ended: Ended,
    held_on: date,
    asked_on: date,
    today: date,
    note: str,
    before: Ended | None,
) -> None:
    """Refuse an outcome that could not be defended; `before` is how the discussion ended already, if it has.

    Raises RuleViolation: for oneself, twice, as a withdrawal, on a day that cannot be, or with a note that is too long.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody records their own discussion.")
    if before is Ended.WITHDRAWN:
        raise RuleViolation("The trainee has withdrawn this request, so there is nothing to record.")
    if before is not None:
        raise RuleViolation("This discussion is already recorded. What stands in the record is shown below.")
    if ended is Ended.WITHDRAWN:
        raise RuleViolation("Only the trainee can withdraw a request", "ended")
    if held_on > today:
        raise RuleViolation("The date of the discussion cannot be in the future", "held_on")
    if held_on < asked_on:
        raise RuleViolation(f"The discussion was asked for on {day(asked_on)}: it cannot be held before", "held_on")
    if len(note) > NOTE_MAX:
        raise RuleViolation(f"Use {NOTE_MAX:,} characters or fewer", "note")


def check_withdrawal(before: Ended | None) -> None:
    """Refuse to withdraw a discussion that was held. Raises RuleViolation."""
    if before in (Ended.COVERED, Ended.NOT_YET):
        raise RuleViolation("This discussion has been held, so it cannot be withdrawn.")
