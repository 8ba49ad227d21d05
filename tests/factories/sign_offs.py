"""What is decided about sign-offs after they are made, and prior learning, for tests: as the service does it."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from lms.competencies import services
from lms.competencies.models import PriorLearningClaim, PriorLearningDecision, SignOffWithdrawal, WithdrawalProposal
from lms.core.clock import today
from lms.identity.services import viewer_for
from lms.policy import Permission, Viewer
from tests.factories.pdfs import pdf

PDF = pdf("A certificate")


def decider(person_id: UUID) -> Viewer:
    """The person as somebody who decides about withdrawals."""
    return viewer_for(person_id, Permission.SIGN_OFF_WITHDRAW)


def propose(person_id: UUID, sign_off_id: UUID, reason: str = "Signed for the wrong person.") -> WithdrawalProposal:
    """One person proposes to take a sign-off back."""
    return services.propose_withdrawal(decider(person_id), sign_off_id, reason=reason)


def withdraw(by: UUID, second: UUID, sign_off_id: UUID, reason: str = "Checked, and so it is.") -> SignOffWithdrawal:
    """Two people take a sign-off back."""
    propose(by, sign_off_id)
    return services.confirm_withdrawal(decider(second), sign_off_id, reason=reason)


def claim(trainee_id: UUID, assessor_id: UUID, *, with_file: bool = False, **changes: Any) -> PriorLearningClaim:
    """A claim of prior learning, of suicide enquiry at level 4."""
    usual: dict[str, Any] = {
        "code": "D3.1",
        "level": 4,
        "assessor_id": assessor_id,
        "evidence": "Two years in a crisis team; the certificate of the course is attached.",
        "proof": BytesIO(PDF) if with_file else None,
    }
    actor = viewer_for(trainee_id, Permission.ASSESSMENT_ASK)
    return services.claim_prior_learning(actor, **{**usual, **changes})


def accept(
    assessor_id: UUID, claim_id: UUID, *, level: int = 4, expires_on: date | None = None
) -> PriorLearningDecision:
    """The assessor accepts a claim, for half a year unless another day is given."""
    return services.accept_claim(
        viewer_for(assessor_id, Permission.CAPABILITY_SIGN_OFF),
        claim_id,
        level=level,
        expires_on=expires_on or today() + timedelta(days=180),
        reason="Spoke with the team she worked in.",
    )
