"""Where a request for an assessment stands: a fold over what happened to it."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import day

EXPIRES_AFTER = timedelta(days=14)
"""How long an assessor may take to answer. A proposal, to be confirmed by the service."""
REMIND_AFTER = timedelta(days=2)
"""How long after asking, or after the last reminder, one may remind. A proposal, to be confirmed by the service."""
MOST_REMINDERS = 3
"""How often one request may be reminded of. A proposal, to be confirmed by the service."""


class Way(enum.StrEnum):
    """How the assessor is reached."""

    ACCOUNT = "account"
    EMAIL = "email"
    HERE = "here"

    @property
    def label(self) -> str:
        """The way in words."""
        return _WAY_WORDS[self]


_WAY_WORDS = {
    Way.ACCOUNT: "Somebody who assesses in this service",
    Way.EMAIL: "Somebody else, by email",
    Way.HERE: "They are with me now",
}


class RequestState(enum.StrEnum):
    """Where a request for an assessment stands."""

    ASKED = "asked"
    OPENED = "opened"
    PASSED_ON = "passed-on"
    COMPLETED = "completed"
    REPLIED = "replied"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The state in words."""
        return _STATE_WORDS[self]

    @property
    def is_waiting(self) -> bool:
        """Whether the assessor can still answer."""
        return self in (RequestState.ASKED, RequestState.OPENED, RequestState.PASSED_ON)

    @property
    def is_answered(self) -> bool:
        """Whether there is an assessment."""
        return self in (RequestState.COMPLETED, RequestState.REPLIED)


_STATE_WORDS = {
    RequestState.ASKED: "Waiting for the assessor",
    RequestState.OPENED: "Opened by the assessor",
    RequestState.PASSED_ON: "Passed on, waiting for the assessor",
    RequestState.COMPLETED: "Completed",
    RequestState.REPLIED: "Completed and answered",
    RequestState.DECLINED: "Declined",
    RequestState.CANCELLED: "Cancelled",
    RequestState.EXPIRED: "Expired without an answer",
}


class StepKind(enum.StrEnum):
    """What happened to a request after it was asked."""

    OPENED = "opened"
    PASSED_ON = "passed-on"
    REMINDED = "reminded"
    RESET = "reset"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a request, when, by whom and, where it was passed on, to whom."""

    kind: StepKind
    recorded_at: datetime
    by_id: UUID | None = None
    to_id: UUID | None = None


_STARTS_AGAIN = (StepKind.PASSED_ON, StepKind.RESET)


def waits_from(steps: Sequence[Step], asked_at: datetime) -> datetime:
    """When the assessor's time began: when it was asked, passed on, or given more time, whichever was last."""
    return max([asked_at, *(step.recorded_at for step in steps if step.kind in _STARTS_AGAIN)])


def holder_of(steps: Sequence[Step], asked_of: UUID | None) -> UUID | None:
    """Who is to answer now; None where whoever is there signs on the trainee's device. Steps are in order."""
    passed = [step.to_id for step in steps if step.kind is StepKind.PASSED_ON]
    return passed[-1] if passed else asked_of


def state_of(
    steps: Sequence[Step], *, asked_at: datetime, is_completed: bool, now: datetime, is_replied: bool = False
) -> RequestState:
    """Where a request stands, from what happened to it, in order.

    The delay of an assessor is never held against a trainee.
    """
    kinds = {step.kind for step in steps}
    if is_completed:
        return RequestState.REPLIED if is_replied else RequestState.COMPLETED
    if StepKind.CANCELLED in kinds:
        return RequestState.CANCELLED
    if StepKind.DECLINED in kinds:
        return RequestState.DECLINED
    if now - waits_from(steps, asked_at) > EXPIRES_AFTER:
        return RequestState.EXPIRED
    last = [step.kind for step in steps if step.kind in (StepKind.OPENED, StepKind.PASSED_ON)]
    if not last:
        return RequestState.ASKED
    return RequestState.OPENED if last[-1] is StepKind.OPENED else RequestState.PASSED_ON


def check_waiting(state: RequestState) -> None:
    """Refuse to answer a request that no longer waits.

    Raises RuleViolation.
    """
    if not state.is_waiting:
        raise RuleViolation(f"This request no longer waits for an answer. It is: {state.label.lower()}.")


def check_cancel(*, actor_id: UUID, trainee_id: UUID, state: RequestState) -> None:
    """Refuse to cancel somebody else's request, or one the assessor has opened.

    Raises RuleViolation.
    """
    if actor_id != trainee_id:
        raise RuleViolation("Only the person who asked can cancel.")
    if state is RequestState.OPENED:
        raise RuleViolation("The assessor has opened this request, so it can no longer be cancelled.")
    check_waiting(state)


def check_throw_away(*, actor_id: UUID, began_by: UUID | None, is_unasked: bool, state: RequestState) -> None:
    """Refuse to throw away what somebody asked for, or somebody else began, and what no longer waits.

    Raises RuleViolation.
    """
    if not is_unasked or actor_id != began_by:
        raise RuleViolation("You can throw away only what you began without being asked.")
    check_waiting(state)


def check_was_asked(is_unasked: bool) -> None:
    """Refuse to decline or pass on what nobody asked for: the trainee would hear of it.

    Raises RuleViolation.
    """
    if is_unasked:
        raise RuleViolation("Nobody asked you for this. You can throw it away instead.")


def check_reset(state: RequestState, steps: Sequence[Step]) -> None:
    """Refuse more time for a request that has not expired, or was given more time before.

    Raises RuleViolation.
    """
    if state is not RequestState.EXPIRED:
        raise RuleViolation(f"Only a request that has expired gets more time. This one is: {state.label.lower()}.")
    if any(step.kind is StepKind.RESET for step in steps):
        raise RuleViolation("This request was given more time once. Ask again instead.")


def remind_from(steps: Sequence[Step], asked_at: datetime) -> datetime | None:
    """The moment from which one may remind the assessor; None when it was done as often as it may be."""
    reminded = [step.recorded_at for step in steps if step.kind is StepKind.REMINDED]
    if len(reminded) >= MOST_REMINDERS:
        return None
    return max([waits_from(steps, asked_at), *reminded]) + REMIND_AFTER


def check_remind(
    state: RequestState, steps: Sequence[Step], asked_at: datetime, now: datetime, *, holder: UUID | None
) -> None:
    """Refuse to remind of a request that does not wait, nobody in particular, too soon, or too often.

    Raises RuleViolation.
    """
    check_waiting(state)
    if holder is None:
        raise RuleViolation("You asked nobody by name. Hand your phone over, or show the link.")
    start = remind_from(steps, asked_at)
    if start is None:
        raise RuleViolation(f"The assessor was reminded {MOST_REMINDERS} times. Speak to them, or ask somebody else.")
    if now < start:
        raise RuleViolation(f"You can remind the assessor from {day(start.date())}.")


def check_pass_on(
    *, state: RequestState, steps: Sequence[Step], asked_of: UUID | None, trainee_id: UUID, by_id: UUID, to_id: UUID
) -> None:
    """Refuse to pass a request to the trainee, to oneself, or back to somebody who had it.

    Raises RuleViolation.
    """
    check_waiting(state)
    if to_id == trainee_id:
        raise RuleViolation("Nobody assesses themselves: pass it to somebody else", field="to_id")
    if to_id == by_id:
        raise RuleViolation("You have this request: pass it to somebody else", field="to_id")
    if to_id in had_it(steps, asked_of):
        raise RuleViolation("This person has had the request before: pass it to somebody else", field="to_id")


def had_it(steps: Collection[Step], asked_of: UUID | None) -> frozenset[UUID]:
    """Everybody who was to answer the request at some time."""
    passed = {step.to_id for step in steps if step.kind is StepKind.PASSED_ON}
    return frozenset(each for each in (asked_of, *passed) if each is not None)
