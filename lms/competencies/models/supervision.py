"""Who co-ordinates a trainee's supervision, the supervision log and its answers. All facts."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules.agreeing import Agreement
from lms.competencies.rules.supervision import NamedBecause
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class CoordinatingSupervisor(Model):
    """From a day on this person co-ordinates a trainee's supervision, or nobody does. The latest one speaks."""

    __tablename__ = "coordinating_supervisor"
    __table_args__ = (
        CheckConstraint("person_id <> trainee_id", name="not_own"),
        CheckConstraint("given_by_id <> trainee_id", name="not_by_themselves"),
        Index(None, "trainee_id", "from_on"),
        Index(None, "person_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "coordinating-supervisor/1": (
            "id",
            "trainee_id",
            "person_id",
            "from_on",
            "given_by_id",
            "role",
            "cause",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    given_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    cause: Mapped[NamedBecause]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class SupervisionEntry(Model):
    """A trainee and a supervisor talked: when, how long and about what. Never edited: a correction supersedes it."""

    __tablename__ = "supervision_entry"
    __table_args__ = (
        CheckConstraint("supervisor_id <> trainee_id", name="not_own"),
        CheckConstraint("recorded_by_id IN (trainee_id, supervisor_id)", name="by_one_of_the_two"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("(supersedes_id IS NULL) = (reason_id IS NULL)", name="correction_says_why"),
        Index(None, "trainee_id", "held_on"),
        Index(None, "supervisor_id"),
        Index(None, "action_id"),
        Index(None, "reason_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "supervision-entry/1": (
            "id",
            "trainee_id",
            "supervisor_id",
            "recorded_by_id",
            "role",
            "held_on",
            "minutes",
            "themes",
            "action_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    held_on: Mapped[date]
    minutes: Mapped[int]
    themes: Mapped[list[Any]] = mapped_column(JSON)
    action_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("supervision_entry.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    action: Mapped[TextBody | None] = relationship(foreign_keys=action_id, lazy="raise")
    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class SupervisionAnswer(Model):
    """The other of the two confirmed an entry of the log, or did not agree and said why."""

    __tablename__ = "supervision_answer"
    __table_args__ = (
        CheckConstraint("(agreement = 'declined') = (reason_id IS NOT NULL)", name="declined_says_why"),
        Index(None, "reason_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "supervision-answer/1": ("id", "entry_id", "agreement", "by_id", "role", "reason_id", "recorded_at")
    }

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_entry.id"), unique=True)
    agreement: Mapped[Agreement]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
