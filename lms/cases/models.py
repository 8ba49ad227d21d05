"""Attempts at cases with their steps, ends, debriefs and texts; and the discussions held instead of a case."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.core.clock import now
from lms.core.confidence import Confidence
from lms.core.db import Kind, Model
from lms.policy import Role


class CaseAttempt(Model):
    """A trainee began a case at one version of it; `draw` is the patient and the order of options they were given."""

    __tablename__ = "case_attempt"
    __table_args__ = (Index(None, "trainee_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "case-attempt/1": ("id", "trainee_id", "content_version_id", "mode", "draw", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    content_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    mode: Mapped[Mode]
    draw: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class CaseStep(Model):
    """One answer, one hint taken or one scene left, as `Step.choice` tells it. A written answer is kept as a text."""

    __tablename__ = "case_step"
    __table_args__ = (
        UniqueConstraint("attempt_id", "seq"),
        CheckConstraint("seq >= 0", name="counts_up"),
        Index(None, "text_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "case-step/1": ("id", "attempt_id", "seq", "scene", "choice", "confidence", "text_id", "recorded_at")
    }

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("case_attempt.id"))
    seq: Mapped[int]
    scene: Mapped[str] = mapped_column(String(80))
    choice: Mapped[dict[str, Any]] = mapped_column(JSON)
    confidence: Mapped[Confidence | None]
    text_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class CaseFinish(Model):
    """An attempt came to its end, with the score its steps had: the same that replaying them gives."""

    __tablename__ = "case_finish"
    __table_args__ = (CheckConstraint("points BETWEEN 0 AND points_available", name="in_bounds"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "case-finish/1": (
            "id",
            "attempt_id",
            "points",
            "points_available",
            "facts_found",
            "facts_available",
            "critical_errors",
            "recorded_at",
        )
    }

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("case_attempt.id"), unique=True)
    points: Mapped[int]
    points_available: Mapped[int]
    facts_found: Mapped[int]
    facts_available: Mapped[int]
    critical_errors: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class DebriefDone(Model):
    """The trainee read the debrief of a finished attempt."""

    __tablename__ = "debrief_done"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {"debrief-done/1": ("id", "attempt_id", "recorded_at")}

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("case_attempt.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class CaseDraft(Model):
    """What a trainee has written so far in a written task. Deleted when the answer is submitted."""

    __tablename__ = "case_draft"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "case-draft/1": ("id", "attempt_id", "scene", "text", "version", "created_at", "updated_at")
    }

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("case_attempt.id"), unique=True)
    scene: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class CaseReflection(Model):
    """What a trainee wrote for themselves after an attempt. Nobody else reads it."""

    __tablename__ = "case_reflection"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "case-reflection/1": ("id", "attempt_id", "text", "version", "created_at", "updated_at")
    }

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("case_attempt.id"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class CaseDiscussion(Model):
    """A trainee asked to discuss the capabilities of a case with an educator instead. No reason is asked."""

    __tablename__ = "case_discussion"
    __table_args__ = (Index(None, "trainee_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "case-discussion/1": ("id", "trainee_id", "content_version_id", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    content_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class DiscussionOutcome(Model):
    """How a discussion ended: covered or not yet, as an educator says, or withdrawn. A correction supersedes it."""

    __tablename__ = "discussion_outcome"
    __table_args__ = (
        CheckConstraint("(ended = 'withdrawn') = (held_on IS NULL)", name="held_unless_withdrawn"),
        CheckConstraint("ended <> 'withdrawn' OR note_id IS NULL", name="withdrawn_without_reason"),
        CheckConstraint("ended <> 'withdrawn' OR supersedes_id IS NULL", name="withdrawn_corrects_nothing"),
        CheckConstraint("(supersedes_id IS NULL) = (reason_id IS NULL)", name="correction_says_why"),
        Index(None, "discussion_id"),
        Index(None, "note_id"),
        Index(None, "reason_id"),
        Index(
            "uq_discussion_outcome_first",
            "discussion_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "discussion-outcome/1": (
            "id",
            "discussion_id",
            "ended",
            "held_on",
            "recorded_by_id",
            "role",
            "note_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        )
    }

    discussion_id: Mapped[UUID] = mapped_column(ForeignKey("case_discussion.id"))
    ended: Mapped[Ended]
    held_on: Mapped[date | None]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("discussion_outcome.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
