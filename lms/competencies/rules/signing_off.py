"""Who may sign off a capability, take a sign-off back, or decide about prior learning: the refusals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lms.competencies.rules.framework import Capability
from lms.competencies.rules.standing import SignOffFact, Standing, Status
from lms.competencies.rules.words import check_level
from lms.core.days import add_months
from lms.core.errors import RuleViolation
from lms.core.words import day


def why_no_signer(*, assessor_id: UUID, trainee_id: UUID, is_consultant_nurse: bool, is_supervisor: bool) -> str:
    """Why somebody may not decide about this trainee's capabilities, whatever the evidence; empty where they may.

    Not oneself, not whoever supervises the trainee now, and not a consultant nurse, who authorises.
    """
    if assessor_id == trainee_id:
        return "Nobody signs off their own capability."
    if is_supervisor:
        return (
            "You supervise this trainee now: you co-ordinate their supervision, or a shift names you. Somebody else "
            "signs off: an assessor who does not supervise them."
        )
    if is_consultant_nurse:
        return "A consultant nurse, or a deputy, decides about authorisations and signs off nothing. Ask an assessor."
    return ""


def check_sign_off(*, standing: Standing) -> None:
    """Refuse a sign-off that the evidence does not carry at the level, or where one holds and no review is near.

    Raises RuleViolation.
    """
    if not standing.is_supported:
        lacking = "; ".join(standing.result.missing)
        or_short = f" To renew, this is enough: {'; '.join(standing.renewal.missing)}." if standing.renewal else ""
        raise RuleViolation(f"This is not met at level {standing.level}. Missing: {lacking}.{or_short}", field="level")
    if standing.status is Status.SIGNED_OFF and not standing.warning and standing.review_by is not None:
        raise RuleViolation(
            f"This is already signed off at level {standing.level} or above. Review by {day(standing.review_by)}.",
            field="level",
        )


def check_proposal(*, actor_id: UUID, sign_off: SignOffFact, reason: str) -> None:
    """Refuse to propose taking back one's own capability, one withdrawn or proposed already, or without a reason.

    Raises RuleViolation.
    """
    if actor_id == sign_off.trainee_id:
        raise RuleViolation("Nobody withdraws their own sign-off.")
    if sign_off.withdrawn_on is not None:
        raise RuleViolation("This sign-off is already withdrawn.")
    if sign_off.withdrawal_proposed_on is not None:
        raise RuleViolation("Somebody has proposed this already. A second person confirms or declines it.")
    if not reason.strip():
        raise RuleViolation("Say why this sign-off should be withdrawn", field="reason")


def check_second_person(*, actor_id: UUID, proposed_by_id: UUID, trainee_id: UUID, reason: str) -> None:
    """Refuse an answer to a proposal by whoever made it, by the trainee, or without a reason.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody withdraws their own sign-off.")
    if actor_id == proposed_by_id:
        raise RuleViolation("You proposed this. A second person confirms or declines it.")
    if not reason.strip():
        raise RuleViolation("Say why you decide so", field="reason")


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """One claim of prior learning: what, at which level, asked of whom, and whether it is decided."""

    id: UUID
    trainee_id: UUID
    code: str
    level: int
    assessor_id: UUID
    recorded_at: datetime
    is_decided: bool = False


def check_claim(
    *,
    trainee_id: UUID,
    assessor_id: UUID,
    assessors: Collection[UUID],
    code: str,
    level: int,
    evidence: str,
    known: Collection[str],
    earlier: Collection[ClaimFact],
) -> None:
    """Refuse a claim of an unknown capability or level, to oneself or nobody, without evidence, or one that waits.

    Raises RuleViolation.
    """
    if code not in known:
        raise RuleViolation("Select a capability from the list", field="code")
    check_level(level)
    if assessor_id == trainee_id or assessor_id not in assessors:
        raise RuleViolation("Select an assessor from the list", field="assessor_id")
    if not evidence.strip():
        raise RuleViolation("Say what you have done and how it can be checked", field="evidence")
    if any(not c.is_decided and (c.code, c.assessor_id) == (code, assessor_id) for c in earlier):
        raise RuleViolation("Your claim of this capability waits with this assessor already.", field="code")


def latest_expiry(capability: Capability, today: date) -> date:
    """Until when prior learning may be accepted at most: no longer than a sign-off of this day would hold.

    A proposal, to be confirmed by the service.
    """
    return add_months(today, capability.review_months)


def check_acceptance(*, capability: Capability, level: int, expires_on: date | None, today: date) -> None:
    """Refuse to accept prior learning off the scale, without an end, from the past, or for longer than a sign-off.

    Raises RuleViolation.
    """
    check_level(level)
    if expires_on is None:
        raise RuleViolation("Enter the last day on which this counts", field="expires_on")
    if expires_on <= today:
        raise RuleViolation("The date must be in the future", field="expires_on")
    latest = latest_expiry(capability, today)
    if expires_on > latest:
        raise RuleViolation(
            f"The latest date is {day(latest)}: prior learning counts no longer than a sign-off", field="expires_on"
        )


def check_claim_decision(*, claim: ClaimFact, reason: str) -> None:
    """Refuse to decide a claim twice, or without a reason.

    Raises RuleViolation.
    """
    if claim.is_decided:
        raise RuleViolation("This claim is already decided.")
    if not reason.strip():
        raise RuleViolation("Say why you decide so", field="reason")
