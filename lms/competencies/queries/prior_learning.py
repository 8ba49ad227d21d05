"""Reading claims of prior learning: a trainee's own, those that wait for an assessor, one with its decision."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.competencies.models import PriorLearningClaim, PriorLearningDecision, SignOff
from lms.competencies.queries.signers import why_no_signer
from lms.competencies.rules import ClaimFact
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim with what was decided; a text of None was redacted if it has an id."""

    id: UUID
    trainee_id: UUID
    trainee_name: str
    code: str
    level: int
    assessor_id: UUID
    assessor_name: str
    recorded_at: datetime
    framework_version_id: UUID
    evidence_id: UUID
    evidence: str | None
    file_id: UUID | None
    decided_by: str | None
    decided_on: date | None
    accepted_level: int | None
    expires_on: date | None
    reason_id: UUID | None
    reason: str | None

    @property
    def fact(self) -> ClaimFact:
        """The claim as the rules take it."""
        return ClaimFact(
            self.id, self.trainee_id, self.code, self.level, self.assessor_id, self.recorded_at, self.is_decided
        )

    @property
    def is_decided(self) -> bool:
        """Whether an assessor has accepted or declined it."""
        return self.decided_on is not None

    @property
    def state(self) -> str:
        """Where the claim stands, in words."""
        if not self.is_decided:
            return f"Waiting for {self.assessor_name}"
        return f"Accepted at level {self.accepted_level}" if self.accepted_level else "Declined"


def list_own_claims(viewer: Viewer) -> list[ClaimRow]:
    """What the viewer claimed, newest first."""
    return _rows(PriorLearningClaim.trainee_id == viewer.id)


def list_claims(viewer: Viewer, trainee_id: UUID, code: str) -> list[ClaimRow]:
    """The claims of one capability of a trainee the viewer may see, newest first."""
    return _rows(
        PriorLearningClaim.trainee_id == trainee_id,
        PriorLearningClaim.capability_code == code,
        PriorLearningClaim.trainee_id.in_(visible_trainees(viewer, Permission.CAPABILITY_READ)),
    )


def list_claims_waiting(viewer: Viewer) -> list[ClaimRow]:
    """The claims that wait for an assessor, of the trainees the viewer may sign for, the oldest first."""
    rows = _rows(
        PriorLearningDecision.id.is_(None),
        PriorLearningClaim.trainee_id.in_(visible_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)),
    )
    barred = why_no_signer(viewer, {row.trainee_id for row in rows})
    return [row for row in reversed(rows) if not barred[row.trainee_id]]


def get_claim(viewer: Viewer, claim_id: UUID, permission: Permission = Permission.CAPABILITY_READ) -> ClaimRow:
    """One claim of a trainee the viewer may do this to."""
    rows = _rows(
        PriorLearningClaim.id == claim_id,
        PriorLearningClaim.trainee_id.in_(visible_trainees(viewer, permission)),
    )
    if not rows:
        raise NotFound
    return rows[0]


def get_claim_file_id(viewer: Viewer, claim_id: UUID) -> UUID:
    """The stored file of a claim; NotFound if it has none."""
    file_id = get_claim(viewer, claim_id).file_id
    if file_id is None:
        raise NotFound("No file was kept with this claim.")
    return file_id


def _rows(*where: ColumnElement[bool]) -> list[ClaimRow]:
    trainee, assessor, decider = aliased(Person), aliased(Person), aliased(Person)
    evidence, reason = aliased(TextBody), aliased(TextBody)
    rows = db.session.execute(
        select(
            PriorLearningClaim.id,
            PriorLearningClaim.trainee_id,
            trainee.name,
            PriorLearningClaim.capability_code,
            PriorLearningClaim.level,
            PriorLearningClaim.assessor_id,
            assessor.name,
            PriorLearningClaim.recorded_at,
            PriorLearningClaim.framework_version_id,
            PriorLearningClaim.evidence_id,
            evidence.text,
            PriorLearningClaim.file_id,
            decider.name,
            PriorLearningDecision.decided_on,
            SignOff.level,
            PriorLearningDecision.expires_on,
            PriorLearningDecision.reason_id,
            reason.text,
        )
        .join(trainee, trainee.id == PriorLearningClaim.trainee_id)
        .join(assessor, assessor.id == PriorLearningClaim.assessor_id)
        .join(evidence, evidence.id == PriorLearningClaim.evidence_id)
        .outerjoin(PriorLearningDecision, PriorLearningDecision.claim_id == PriorLearningClaim.id)
        .outerjoin(decider, decider.id == PriorLearningDecision.by_id)
        .outerjoin(reason, reason.id == PriorLearningDecision.reason_id)
        .outerjoin(SignOff, SignOff.id == PriorLearningDecision.sign_off_id)
        .where(*where)
        .order_by(PriorLearningClaim.recorded_at.desc(), PriorLearningClaim.id.desc())
    )
    return [ClaimRow(*tuple(row)) for row in rows]
