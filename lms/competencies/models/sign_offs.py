"""Sign-offs, their reviews and their withdrawals. All facts."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role
from lms.signing.rules import IdentityGrade


class SignOff(Model):
    """An assessor decides that a trainee has a capability at a level. The evidence seen is frozen with it."""

    __tablename__ = "sign_off"
    __table_args__ = (
        CheckConstraint("assessor_id <> trainee_id", name="not_own"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        Index(None, "trainee_id", "capability_code"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "sign-off/1": (
            "id",
            "trainee_id",
            "capability_code",
            "framework_version_id",
            "assessor_id",
            "role",
            "identity_grade",
            "level",
            "decided_on",
            "note_id",
            "rules_version",
            "snapshot",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    capability_code: Mapped[str] = mapped_column(String(10))
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    identity_grade: Mapped[IdentityGrade]
    level: Mapped[int]
    decided_on: Mapped[date]
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    rules_version: Mapped[str] = mapped_column(String(40))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    note: Mapped[TextBody | None] = relationship(foreign_keys=note_id, lazy="raise")


class SignOffWithdrawal(Model):
    """A second person confirms that a sign-off is taken back, with a reason. What was signed stays on record."""

    __tablename__ = "sign_off_withdrawal"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "sign-off-withdrawal/1": ("id", "sign_off_id", "by_id", "role", "withdrawn_on", "reason_id", "recorded_at")
    }

    sign_off_id: Mapped[UUID] = mapped_column(ForeignKey("sign_off.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    withdrawn_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class SignOffReview(Model):
    """An assessor has looked at later, lower ratings and says why the sign-off goes on standing."""

    __tablename__ = "sign_off_review"
    __table_args__ = (Index(None, "sign_off_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "sign-off-review/1": ("id", "sign_off_id", "by_id", "role", "reviewed_on", "reason_id", "recorded_at")
    }

    sign_off_id: Mapped[UUID] = mapped_column(ForeignKey("sign_off.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reviewed_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
