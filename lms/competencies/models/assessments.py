"""Completed assessments with their ratings, and what an assessor has entered so far. All facts but the draft."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules import FormKind, SeenAs
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role
from lms.signing.rules import IdentityGrade


class Assessment(Model):
    """One completed workplace form about one encounter. Never edited: a correction supersedes it and says why.

    `role` is the one they signed in, none where a guest did; `profession` is theirs when they signed; `signature_id` is
    the drawing of a drawn signature.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("assessor_id <> trainee_id", name="not_own"),
        CheckConstraint("supersedes_id IS NULL OR reason_id IS NOT NULL", name="correction_says_why"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint(
            "(role IS NULL) = (identity_grade IN ('typed-signature', 'drawn-signature', 'email-link'))",
            name="guest_has_no_role",
        ),
        Index(None, "trainee_id", "observed_on"),
        Index(None, "assessor_id", "recorded_at"),
        Index(
            "uq_assessment_first",
            "request_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment/1": (
            "id",
            "request_id",
            "trainee_id",
            "assessor_id",
            "role",
            "identity_grade",
            "form_kind",
            "form_version_id",
            "framework_version_id",
            "setting",
            "observed_on",
            "is_simulated",
            "seen_as",
            "complexity",
            "minutes",
            "what_seen_id",
            "went_well_id",
            "next_time_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        ),
        "assessment/2": (
            "id",
            "request_id",
            "trainee_id",
            "assessor_id",
            "role",
            "profession",
            "identity_grade",
            "signature_id",
            "form_kind",
            "form_version_id",
            "framework_version_id",
            "setting",
            "observed_on",
            "is_simulated",
            "seen_as",
            "is_unsafe",
            "complexity",
            "minutes",
            "what_seen_id",
            "went_well_id",
            "next_time_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        ),
    }

    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment_request.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    profession: Mapped[str] = mapped_column(String(100), default="")
    identity_grade: Mapped[IdentityGrade]
    signature_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    form_kind: Mapped[FormKind]
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    setting: Mapped[str] = mapped_column(String(40))
    observed_on: Mapped[date]
    is_simulated: Mapped[bool]
    seen_as: Mapped[SeenAs]
    is_unsafe: Mapped[bool] = mapped_column(default=False)
    complexity: Mapped[str] = mapped_column(String(40), default="")
    minutes: Mapped[int | None]
    what_seen_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    went_well_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    next_time_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    what_seen: Mapped[TextBody | None] = relationship(foreign_keys=what_seen_id, lazy="raise")
    went_well: Mapped[TextBody | None] = relationship(foreign_keys=went_well_id, lazy="raise")
    next_time: Mapped[TextBody | None] = relationship(foreign_keys=next_time_id, lazy="raise")
    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class AssessmentRating(Model):
    """What an assessment says about one capability: a level, or none where it was not observed."""

    __tablename__ = "assessment_rating"
    __table_args__ = (
        UniqueConstraint("assessment_id", "capability_code"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-rating/1": ("id", "assessment_id", "capability_code", "level", "recorded_at")
    }

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"))
    capability_code: Mapped[str] = mapped_column(String(10))
    level: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class AssessmentDraft(Model):
    """What an assessor has entered so far. Emptied when the assessment is completed or declined."""

    __tablename__ = "assessment_draft"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-draft/1": ("id", "request_id", "assessor_id", "body", "version", "created_at", "updated_at")
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_request.id"), unique=True)
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class AssessmentReply(Model):
    """The trainee answers an assessment with the one thing they will do. It opens their next request."""

    __tablename__ = "assessment_reply"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-reply/1": ("id", "assessment_id", "trainee_id", "action_id", "recorded_at")
    }

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), unique=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    action_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    action: Mapped[TextBody] = relationship(foreign_keys=action_id, lazy="raise")


class AssessmentAddition(Model):
    """An assessor adds words to an assessment they signed. What was signed stays as it was."""

    __tablename__ = "assessment_addition"
    __table_args__ = (Index(None, "assessment_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-addition/1": ("id", "assessment_id", "by_id", "role", "text_id", "recorded_at")
    }

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")
