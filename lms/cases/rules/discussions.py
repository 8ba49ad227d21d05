"""The discussion with an educator that may take the place of a case."""

import enum
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import day

NOTE_MAX = 2000
REASON_MAX = 500
SAY_WHY = "Say why the record changes"


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

    @property
    def answer(self) -> str:
        """The end as an answer to whether the discussion covered the capabilities."""
        return {Ended.COVERED: "Yes, covered", Ended.NOT_YET: "Not yet"}[self]


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
    _check_held(ended, held_on, asked_on, today, note)


def check_correctable(*, actor_id: UUID, trainee_id: UUID, before: Ended | None) -> None:
    """Refuse to correct what is not the actor's to correct. Raises RuleViolation: one's own, withdrawn or not held."""
    if actor_id == trainee_id:
        raise RuleViolation("Nobody corrects the record of their own discussion.")
    if before is Ended.WITHDRAWN:
        raise RuleViolation("The trainee has withdrawn this request, so there is nothing to correct.")
    if before is None:
        raise RuleViolation("This discussion is not recorded yet, so there is nothing to correct.")


def check_correction(
    *, ended: Ended, held_on: date, asked_on: date, today: date, note: str, reason: str, changes: bool
) -> None:
    """Refuse a correction that could not be defended; `changes` says whether it differs from what is recorded.

    Raises RuleViolation: as for a first outcome, when nothing changes, or without a reason or with one too long.
    """
    _check_held(ended, held_on, asked_on, today, note)
    if not changes:
        raise RuleViolation("This is what is recorded already", "ended")
    if not reason.strip():
        raise RuleViolation(SAY_WHY, "reason")
    if len(reason) > REASON_MAX:
        raise RuleViolation(f"Use {REASON_MAX} characters or fewer for the reason", "reason")


def _check_held(ended: Ended, held_on: date, asked_on: date, today: date, note: str) -> None:
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
