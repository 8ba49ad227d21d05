"""What makes a concern fair: replies that are read, a second opinion from outside, actions somebody can judge."""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.competencies.rules.concerns import ConcernFact, Rung
from lms.core.errors import RuleViolation


class OpinionView(enum.StrEnum):
    """What somebody who was not involved thinks of a concern as it stands."""

    AGREES = "agrees"
    DIFFERS = "differs"

    @property
    def label(self) -> str:
        """The view in words."""
        return "Would decide the same" if self is OpinionView.AGREES else "Would decide otherwise"


class ConcernActionOutcome(enum.StrEnum):
    """How an action ended."""

    MET = "met"
    NOT_MET = "not-met"
    DROPPED = "no-longer-needed"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return self.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class ConcernActionFact:
    """One action of a plan: by when it is due, and how it ended if that was decided."""

    id: UUID
    due_on: date
    outcome: ConcernActionOutcome | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided about the action yet."""
        return self.outcome is None

    def is_overdue(self, on: date) -> bool:
        """Whether its day has passed without a decision."""
        return self.is_open and self.due_on < on


@dataclass(frozen=True, slots=True)
class Hands:
    """Who has had a hand in a concern: who decided anything, and who gave a second opinion."""

    deciders: frozenset[UUID] = frozenset()
    advisers: frozenset[UUID] = frozenset()


def may_advise(concern: ConcernFact, hands: Hands, person_id: UUID) -> bool:
    """Say whether somebody is not involved: neither the trainee nor who raised the concern, nor who decided on it."""
    return person_id not in {concern.trainee_id, concern.raised_by_id, *hands.deciders}


def check_reply(concern: ConcernFact, *, actor_id: UUID, text: str) -> None:
    """Refuse a reply by somebody else, or without words. A closed concern may still be answered.

    Raises RuleViolation.
    """
    if actor_id != concern.trainee_id:
        raise RuleViolation("The reply belongs to the trainee.")
    if not text.strip():
        raise RuleViolation("Say how you see it", field="text")


def check_replies_read(*, newest_id: UUID | None, seen_id: UUID | None) -> None:
    """Refuse a decision by somebody who has not had the trainee's newest reply in view.

    Raises RuleViolation.
    """
    if newest_id is not None and newest_id != seen_id:
        raise RuleViolation("The trainee has replied since you opened this page. Read the reply below, then decide.")


def check_decider(concern: ConcernFact, hands: Hands, *, actor_id: UUID) -> None:
    """Refuse a decision about oneself, or by somebody whose second opinion was asked because they were not involved.

    Raises RuleViolation.
    """
    if actor_id == concern.trainee_id:
        raise RuleViolation("Nobody decides about a concern that is about themselves.")
    if actor_id in hands.advisers:
        raise RuleViolation("You gave a second opinion on this concern, so somebody else decides about it.")


def check_actions_ended(actions: Collection[ConcernActionFact], *, to: Rung | None) -> None:
    """Refuse to leave an action plan while nobody has decided about one of its actions.

    Raises RuleViolation.
    """
    left = sum(action.is_open for action in actions)
    if left and (to is None or not to.blocks):
        words = "1 action is" if left == 1 else f"{left} actions are"
        raise RuleViolation(f"{words} still open. Decide about each action first.")


def check_ask_opinion(concern: ConcernFact, *, actor_id: UUID, is_waiting: bool, text: str, on: date) -> None:
    """Refuse to ask for a second opinion for somebody else, twice at a time, on a closed concern or without words.

    Raises RuleViolation.
    """
    if actor_id != concern.trainee_id:
        raise RuleViolation("Only the trainee asks for a second opinion.")
    if not concern.is_open(on):
        raise RuleViolation("This concern is closed.")
    if is_waiting:
        raise RuleViolation("You have asked for a second opinion already. It has not been given yet.")
    if not text.strip():
        raise RuleViolation("Say what you would like somebody else to look at", field="text")


def check_give_opinion(concern: ConcernFact, hands: Hands, *, actor_id: UUID, is_waiting: bool, text: str) -> None:
    """Refuse a second opinion nobody asked for, by somebody involved, or without words.

    Raises RuleViolation.
    """
    if not is_waiting:
        raise RuleViolation("No second opinion is asked for now.")
    if not may_advise(concern, hands, actor_id):
        raise RuleViolation("A second opinion comes from somebody who neither raised the concern nor decided about it.")
    if not text.strip():
        raise RuleViolation("Say what you think and why", field="text")


def check_share(concern: ConcernFact, *, reason: str, on: date) -> None:
    """Refuse to share a concern the university may read anyway, a closed one, or without a reason.

    Raises RuleViolation.
    """
    if not concern.is_open(on):
        raise RuleViolation("This concern is closed.")
    if concern.university_sees(on):
        raise RuleViolation("The university may read this concern already.")
    if not reason.strip():
        raise RuleViolation("Say why", field="reason")


def check_action(concern: ConcernFact, *, what: str, judged: str, due_on: date, on: date) -> None:
    """Refuse an action without a plan to belong to, without words, or due in the past.

    Raises RuleViolation.
    """
    if not concern.blocks(on):
        raise RuleViolation("Actions belong to an open action plan or formal review. Move the concern there first.")
    if not what.strip():
        raise RuleViolation("Say what is to be done", field="what")
    if not judged.strip():
        raise RuleViolation("Say how it will be judged", field="judged")
    if due_on < on:
        raise RuleViolation("The day must be today or in the future", field="due_on")


def check_entry(concern: ConcernFact, action: ConcernActionFact | None, *, text: str, on: date) -> None:
    """Refuse an entry on an action that is not there or has ended, on a closed concern, or without words.

    Raises RuleViolation.
    """
    if not concern.is_open(on):
        raise RuleViolation("This concern is closed.")
    if action is None:
        raise RuleViolation("Select an action of this plan", field="action_id")
    if not action.is_open:
        raise RuleViolation("It has been decided about this action already", field="action_id")
    if not text.strip():
        raise RuleViolation("Say what happened", field="text")
