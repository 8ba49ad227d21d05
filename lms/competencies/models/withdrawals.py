"""A proposal to take a sign-off back, and a second person who declines it. Facts; a confirmation is a withdrawal."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class WithdrawalProposal(Model):
    """One person proposes that a sign-off be withdrawn, with a reason. Until a second person confirms, it stands."""

    __tablename__ = "withdrawal_proposal"
    __table_args__ = (Index(None, "sign_off_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "withdrawal-proposal/1": ("id", "sign_off_id", "by_id", "role", "proposed_on", "reason_id", "recorded_at")
    }

    sign_off_id: Mapped[UUID] = mapped_column(ForeignKey("sign_off.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    proposed_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class WithdrawalDecline(Model):
    """A second person declines a proposal, with a reason: the sign-off goes on standing."""

    __tablename__ = "withdrawal_decline"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "withdrawal-decline/1": ("id", "proposal_id", "by_id", "role", "declined_on", "reason_id", "recorded_at")
    }

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("withdrawal_proposal.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    declined_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
