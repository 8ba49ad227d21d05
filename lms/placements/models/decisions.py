"""What supervisors decided about shifts, and the requests by which trainees ask for it. All facts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.models import Person
from lms.placements.rules.states import ApprovalWay, Verdict
from lms.policy import Role
from lms.signing.rules import IdentityGrade


class ShiftDecision(Model):
    """The supervisor approved or queried a shift, or the trainee withdrew it. The latest one speaks.

    `role` is the one they decided in, none where a guest did; `profession` is a guest's when they signed;
    `identity_grade` says how surely it was them, `signature_id` is a drawn signature and `request_id` the request it
    answers. A withdrawal by the trainee is never signed for somebody else, so its grade is empty, as are those of
    decisions made before grades were kept: these were made with an account.
    """

    __tablename__ = "shift_decision"
    __table_args__ = (
        CheckConstraint("verdict = 'withdrawn' OR by_id <> trainee_id", name="not_own"),
        CheckConstraint("verdict <> 'queried' OR comment_id IS NOT NULL", name="query_says_what"),
        CheckConstraint(
            "role IS NOT NULL OR identity_grade IN ('typed-signature', 'drawn-signature', 'email-link')",
            name="guest_has_no_role",
        ),
        Index(None, "shift_id"),
        Index(None, "trainee_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "shift-decision/1": ("id", "shift_id", "trainee_id", "verdict", "by_id", "role", "comment_id", "recorded_at"),
        "shift-decision/2": (
            "id",
            "shift_id",
            "trainee_id",
            "verdict",
            "by_id",
            "role",
            "profession",
            "identity_grade",
            "signature_id",
            "request_id",
            "comment_id",
            "recorded_at",
        ),
    }

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[Verdict]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    profession: Mapped[str] = mapped_column(String(100), default="")
    identity_grade: Mapped[IdentityGrade | None]
    signature_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("approval_request.id"))
    comment_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    by: Mapped[Person] = relationship(foreign_keys=by_id, lazy="raise")
    comment: Mapped[TextBody | None] = relationship(foreign_keys=comment_id, lazy="raise")


class ApprovalRequest(Model):
    """A trainee asks a supervisor to approve one or several shifts, by email, on this device, or offline.

    `supervisor_id` is empty where whoever is there signs. Offline, they were told on a device without signal and said
    yes: that counts for nothing until they confirm it themselves.
    """

    __tablename__ = "approval_request"
    __table_args__ = (
        CheckConstraint("supervisor_id <> trainee_id", name="not_own"),
        Index(None, "trainee_id"),
        Index(None, "supervisor_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "approval-request/1": ("id", "trainee_id", "supervisor_id", "way", "role", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    way: Mapped[ApprovalWay]
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    trainee: Mapped[Person] = relationship(foreign_keys=trainee_id, lazy="raise")
    supervisor: Mapped[Person | None] = relationship(foreign_keys=supervisor_id, lazy="raise")


class ApprovalRequestShift(Model):
    """A shift of an approval request."""

    __tablename__ = "approval_request_shift"
    __table_args__ = (UniqueConstraint("request_id", "shift_id"), Index(None, "shift_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "approval-request-shift/1": ("id", "request_id", "shift_id", "recorded_at")
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
