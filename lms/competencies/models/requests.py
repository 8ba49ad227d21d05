"""Requests for assessments and what became of them: facts. What a trainee prepares before asking: a state."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules import FormKind, StepKind, Way
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class AssessmentRequest(Model):
    """A trainee asks an assessor to assess one encounter, and proposes which capabilities were seen.

    `assessor_id` is empty where whoever is there signs on the trainee's device. `self_levels` is how the trainee rates
    each capability, shown once the assessor has committed. `is_unasked` marks one that the assessor began without being
    asked; `role` is that of whoever made the request.
    """

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
        ),
        "assessment-request/2": (
            "id",
            "trainee_id",
            "assessor_id",
            "way",
            "is_unasked",
            "role",
            "form_kind",
            "form_version_id",
            "framework_version_id",
            "setting",
            "seen_on",
            "is_simulated",
            "codes",
            "self_levels",
            "encounter_id",
            "note_id",
            "recorded_at",
        ),
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    assessor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    way: Mapped[Way] = mapped_column(default=Way.ACCOUNT)
    is_unasked: Mapped[bool] = mapped_column(default=False)
    role: Mapped[Role]
    form_kind: Mapped[FormKind]
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    setting: Mapped[str] = mapped_column(String(40))
    seen_on: Mapped[date]
    is_simulated: Mapped[bool]
    codes: Mapped[list[Any]] = mapped_column(JSON)
    self_levels: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    encounter_id: Mapped[UUID | None] = mapped_column(ForeignKey("encounter.id"))
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    note: Mapped[TextBody | None] = relationship(foreign_keys=note_id, lazy="raise")


class AssessmentRequestStep(Model):
    """What happened to a request after it was asked: opened, passed on, reminded of, given more time, ended.

    `by_id` is empty where a link was opened by somebody who has yet to say who they are, `role` where nobody was signed
    in.
    """

    __tablename__ = "assessment_request_step"
    __table_args__ = (
        CheckConstraint("(step = 'passed-on') = (to_id IS NOT NULL)", name="passed_on_to"),
        Index(None, "request_id"),
        Index(None, "to_id"),
        Index(
            "uq_assessment_request_step_once",
            "request_id",
            "step",
            unique=True,
            sqlite_where=text("step IN ('reset', 'declined', 'cancelled')"),
            postgresql_where=text("step IN ('reset', 'declined', 'cancelled')"),
        ),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-request-step/1": ("id", "request_id", "step", "by_id", "reason_id", "recorded_at"),
        "assessment-request-step/2": ("id", "request_id", "step", "by_id", "role", "to_id", "reason_id", "recorded_at"),
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_request.id"))
    step: Mapped[StepKind]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class RequestDraft(Model):
    """What a trainee has entered of a request before asking. Emptied when it is asked or thrown away."""

    __tablename__ = "request_draft"
    __table_args__ = (Index(None, "trainee_id"),)
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "request-draft/1": ("id", "trainee_id", "body", "request_id", "version", "created_at", "updated_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment_request.id"))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}
