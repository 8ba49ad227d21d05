"""Drafts of marks, marks, their release, and module outcomes."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.grading.rules.marks import Result
from lms.grading.rules.outcomes import Outcome, Standing
from lms.grading.rules.states import WorkKind
from lms.policy import Role


class MarkDraft(Model):
    """What educators have entered for a piece of work so far. Deleted when the mark is recorded."""

    __tablename__ = "mark_draft"
    __table_args__ = (UniqueConstraint("work_kind", "work_id"),)
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "mark-draft/1": (
            "id",
            "work_kind",
            "work_id",
            "trainee_id",
            "assignment_id",
            "marker_id",
            "body",
            "version",
            "created_at",
            "updated_at",
        )
    }

    work_kind: Mapped[WorkKind]
    work_id: Mapped[UUID]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    marker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class Mark(Model):
    """What an educator decided about a piece of work. A changed mark supersedes it and says why."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("marker_id <> trainee_id", name="not_own"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("supersedes_id IS NULL OR reason_id IS NOT NULL", name="correction_says_why"),
        Index(
            "uq_mark_first",
            "work_kind",
            "work_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "mark/1": (
            "id",
            "work_kind",
            "work_id",
            "trainee_id",
            "marker_id",
            "role",
            "university_id",
            "assignment_id",
            "calculation",
            "levels",
            "percent",
            "result",
            "feedback_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        )
    }

    work_kind: Mapped[WorkKind]
    work_id: Mapped[UUID]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    marker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    university_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    calculation: Mapped[str] = mapped_column(String(20))
    levels: Mapped[dict[str, Any]] = mapped_column(JSON)
    percent: Mapped[int]
    result: Mapped[Result]
    feedback_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("mark.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class MarkComment(Model):
    """What the marker wrote about one criterion."""

    __tablename__ = "mark_comment"
    __table_args__ = (UniqueConstraint("mark_id", "criterion"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "mark-comment/1": ("id", "mark_id", "criterion", "text_id", "recorded_at")
    }

    mark_id: Mapped[UUID] = mapped_column(ForeignKey("mark.id"))
    criterion: Mapped[str] = mapped_column(String(60))
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class MarkRelease(Model):
    """From this moment the trainee may read the mark and its feedback."""

    __tablename__ = "mark_release"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "mark-release/1": ("id", "mark_id", "trainee_id", "released_by_id", "role", "recorded_at")
    }

    mark_id: Mapped[UUID] = mapped_column(ForeignKey("mark.id"), unique=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    released_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ModuleOutcome(Model):
    """What a university decided about a module for one trainee; a change supersedes it."""

    __tablename__ = "module_outcome"
    __table_args__ = (
        CheckConstraint("recorded_by_id <> trainee_id", name="not_own"),
        Index(
            "uq_module_outcome_first",
            "trainee_id",
            "module",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "module-outcome/1": (
            "id",
            "trainee_id",
            "module",
            "outcome",
            "standing",
            "decided_on",
            "recorded_by_id",
            "role",
            "university_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    module: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[Outcome]
    standing: Mapped[Standing]
    decided_on: Mapped[date]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    university_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("module_outcome.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
