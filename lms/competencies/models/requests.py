"""Requests for assessments and what became of them. All facts."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules import FormKind, StepKind
from lms.core.clock import now
from lms.core.db import Kind, Model


class AssessmentRequest(Model):
    """A trainee asks an assessor to assess one encounter, and proposes which capabilities were seen."""

    __tablename__ = "assessment_request"
    __table_args__ = (
        CheckConstraint("assessor_id <> trainee_id", name="not_own"),
        Index(None, "trainee_id", "recorded_at"),
        Index(None, "assessor_id", "recorded_at"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-request/1": (
            "id",
            "trainee_id",
            "assessor_id",
            "form_kind",
            "form_version_id",
            "framework_version_id",
            "setting",
            "seen_on",
            "is_simulated",
            "codes",
            "note_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    form_kind: Mapped[FormKind]
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    setting: Mapped[str] = mapped_column(String(40))
    seen_on: Mapped[date]
    is_simulated: Mapped[bool]
    codes: Mapped[list[Any]] = mapped_column(JSON)
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    note: Mapped[TextBody | None] = relationship(foreign_keys=note_id, lazy="raise")


class AssessmentRequestStep(Model):
    """What happened to a request after it was asked: opened, declined, cancelled."""

    __tablename__ = "assessment_request_step"
    __table_args__ = (UniqueConstraint("request_id", "step"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-request-step/1": ("id", "request_id", "step", "by_id", "reason_id", "recorded_at")
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_request.id"))
    step: Mapped[StepKind]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
