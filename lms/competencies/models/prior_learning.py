"""Claims of prior learning, and what an assessor decided about each. Facts."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class PriorLearningClaim(Model):
    """A trainee claims that they have a capability at a level already, says how, and asks an assessor to decide."""

    __tablename__ = "prior_learning_claim"
    __table_args__ = (
        CheckConstraint("assessor_id <> trainee_id", name="not_own"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        Index(None, "trainee_id", "capability_code"),
        Index(None, "assessor_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "prior-learning-claim/1": (
            "id",
            "trainee_id",
            "capability_code",
            "level",
            "assessor_id",
            "framework_version_id",
            "evidence_id",
            "file_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    capability_code: Mapped[str] = mapped_column(String(10))
    level: Mapped[int]
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    evidence: Mapped[TextBody] = relationship(foreign_keys=evidence_id, lazy="raise")


class PriorLearningDecision(Model):
    """An assessor accepts a claim, which makes a sign-off with a last day of its own, or declines it; with a reason."""

    __tablename__ = "prior_learning_decision"
    __table_args__ = (CheckConstraint("(sign_off_id IS NULL) = (expires_on IS NULL)", name="accepted_until_a_day"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "prior-learning-decision/1": (
            "id",
            "claim_id",
            "by_id",
            "role",
            "sign_off_id",
            "expires_on",
            "decided_on",
            "reason_id",
            "recorded_at",
        )
    }

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("prior_learning_claim.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    sign_off_id: Mapped[UUID | None] = mapped_column(ForeignKey("sign_off.id"), unique=True)
    expires_on: Mapped[date | None]
    decided_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
