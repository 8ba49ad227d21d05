"""Rounds of multi-source feedback, and when patients and carers are asked. What was answered knows no rater."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class FeedbackRound(Model):
    """Colleagues are asked about one trainee. It keeps the versions of the form and framework it began with."""

    __tablename__ = "feedback_round"
    __table_args__ = (
        CheckConstraint("opened_by_id <> trainee_id", name="not_own"),
        Index(None, "trainee_id", "recorded_at"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "feedback-round/1": (
            "id",
            "trainee_id",
            "opened_by_id",
            "role",
            "form_version_id",
            "framework_version_id",
            "setting",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    setting: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackRater(Model):
    """Somebody is invited to answer in a round. It says nothing of what they answer, or when."""

    __tablename__ = "feedback_rater"
    __table_args__ = (UniqueConstraint("round_id", "person_id"), Index(None, "person_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "feedback-rater/1": ("id", "round_id", "person_id", "invited_by_id", "role", "recorded_at")
    }

    round_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_round.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackTicket(Model):
    """Whether a rater has answered, and their profession. It is made with the invitation and carries no time.

    Without a time and outside the ledger, nothing here can be matched with a sheet of answers.
    """

    __tablename__ = "feedback_ticket"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    rater_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_rater.id"), unique=True)
    profession: Mapped[str | None] = mapped_column(String(40))
    is_used: Mapped[bool] = mapped_column(default=False)


class FeedbackSheet(Model):
    """One set of answers in a round: the trainee's own view, or that of a rater, whose name is nowhere near it."""

    __tablename__ = "feedback_sheet"
    __table_args__ = (
        Index(
            "uq_feedback_sheet_own",
            "round_id",
            unique=True,
            sqlite_where=text("is_own"),
            postgresql_where=text("is_own"),
        ),
        Index(None, "round_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {"feedback-sheet/1": ("id", "round_id", "is_own", "recorded_at")}

    round_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_round.id"))
    is_own: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackAnswer(Model):
    """What a sheet says to one question: a value that was chosen, or a text."""

    __tablename__ = "feedback_answer"
    __table_args__ = (
        UniqueConstraint("sheet_id", "key"),
        CheckConstraint("(value IS NULL) <> (text_id IS NULL)", name="value_or_text"),
        Index(None, "text_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "feedback-answer/1": ("id", "sheet_id", "key", "value", "text_id", "recorded_at")
    }

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_sheet.id"))
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None] = mapped_column(String(40))
    text_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody | None] = relationship(foreign_keys=text_id, lazy="raise")


class FeedbackBooking(Model):
    """The conversation about a round is booked, which ends the answering. `counts` keeps how many answered then.

    The latest one speaks: a conversation that is moved is booked again.
    """

    __tablename__ = "feedback_booking"
    __table_args__ = (Index(None, "round_id", "recorded_at"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "feedback-booking/1": ("id", "round_id", "by_id", "role", "conversation_on", "counts", "recorded_at")
    }

    round_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_round.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    conversation_on: Mapped[date]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackRelease(Model):
    """A round is released to the trainee in its conversation, with the assessment that was agreed there."""

    __tablename__ = "feedback_release"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "feedback-release/1": ("id", "round_id", "by_id", "role", "assessment_id", "recorded_at")
    }

    round_id: Mapped[UUID] = mapped_column(ForeignKey("feedback_round.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class PatientFeedbackStart(Model):
    """A supervisor begins to ask patients and carers about a trainee. It names nobody who was asked."""

    __tablename__ = "patient_feedback_start"
    __table_args__ = (CheckConstraint("by_id <> trainee_id", name="not_own"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "patient-feedback-start/1": ("id", "trainee_id", "by_id", "role", "setting", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    setting: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
