"""What two people record together: one writes it down, the other agrees or says why not."""

import enum
from datetime import date, timedelta
from uuid import UUID

from lms.core.errors import RuleViolation

HELD_WITHIN = timedelta(days=28)
"""How far back something may have been held: a proposal, to be confirmed by the service."""
REASON_MAX = 500


class Agreement(enum.StrEnum):
    """What the other of the two answered."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


class AgreementState(enum.StrEnum):
    """How far an entry has come: only a confirmed one counts."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        """The state in words."""
        return {
            AgreementState.WAITING: "Waiting to be confirmed",
            AgreementState.CONFIRMED: "Confirmed by both",
            AgreementState.DECLINED: "Not agreed",
        }[self]


def agreement_state(answer: Agreement | None) -> AgreementState:
    """The state that follows from the answer of the other, if there is one."""
    return AgreementState.WAITING if answer is None else AgreementState(answer.value)


def waits_for(*, trainee_id: UUID, supervisor_id: UUID, recorded_by_id: UUID) -> UUID:
    """Whose answer an entry needs: that of the one who did not write it."""
    return supervisor_id if recorded_by_id == trainee_id else trainee_id


def check_two(*, actor_id: UUID, trainee_id: UUID, supervisor_id: UUID) -> None:
    """Refuse an entry by a third person, or of somebody with themselves. Raises RuleViolation on `supervisor_id`."""
    if trainee_id == supervisor_id:
        raise RuleViolation("Nobody supervises themselves. Choose the person you met.", "supervisor_id")
    if actor_id not in (trainee_id, supervisor_id):
        raise RuleViolation("Only the two people who met can record this.")


def check_held_on(held_on: date, *, today: date) -> None:
    """Refuse a day in the future or too long ago. Raises RuleViolation on `held_on`."""
    if held_on > today:
        raise RuleViolation("The date cannot be in the future", "held_on")
    if held_on < today - HELD_WITHIN:
        raise RuleViolation(f"Record it within {HELD_WITHIN.days} days: this date is longer ago", "held_on")


def check_answer(*, actor_id: UUID, waits_for_id: UUID, state: AgreementState, is_corrected: bool) -> None:
    """Refuse an answer by anybody but the other of the two, twice, or to what was corrected. Raises RuleViolation."""
    if actor_id != waits_for_id:
        raise RuleViolation("You recorded this. The other person confirms it.")
    if is_corrected:
        raise RuleViolation("This was corrected since you opened it. Look at the correction and answer that.")
    if state is not AgreementState.WAITING:
        raise RuleViolation(f"This was answered already. It is: {state.label.lower()}.")


def check_reason(reason: str, message: str) -> None:
    """Refuse a reason that is missing or too long. Raises RuleViolation on `reason`."""
    if not reason.strip():
        raise RuleViolation(message, "reason")
    if len(reason) > REASON_MAX:
        raise RuleViolation(f"Use {REASON_MAX} characters or fewer", "reason")
