"""Sites, shifts, the decisions on them, and encounters."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.models import Person
from lms.placements.rules.states import Part, Presentation, Verdict
from lms.policy import Role


class Site(Model):
    """A place where trainees work shifts. It belongs to one setting of the content."""

    __tablename__ = "site"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "site/1": ("id", "name", "organisation_id", "setting", "version", "created_at", "updated_at")
    }

    name: Mapped[str] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    setting: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class Shift(Model):
    """One shift a trainee worked. Never edited: a correction supersedes it and says why.

    `first_id` is the id of its first version, its own id if it corrects nothing; encounters hang on that id.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("ended_at > started_at", name="in_order"),
        CheckConstraint("break_minutes >= 0", name="break"),
        CheckConstraint("supervisor_id <> trainee_id", name="not_own"),
        CheckConstraint("supersedes_id IS NULL OR reason_id IS NOT NULL", name="correction_says_why"),
        Index(None, "trainee_id", "started_at"),
        Index(None, "supervisor_id", "started_at"),
        Index(None, "first_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "shift/1": (
            "id",
            "trainee_id",
            "site_id",
            "setting",
            "started_at",
            "ended_at",
            "break_minutes",
            "supervisor_id",
            "note_id",
            "first_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    setting: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    break_minutes: Mapped[int]
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    first_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("shift.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    site: Mapped[Site] = relationship(lazy="raise")
    trainee: Mapped[Person] = relationship(foreign_keys=trainee_id, lazy="raise")
    supervisor: Mapped[Person] = relationship(foreign_keys=supervisor_id, lazy="raise")
    note: Mapped[TextBody | None] = relationship(foreign_keys=note_id, lazy="raise")
    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class ShiftDecision(Model):
    """The supervisor approved or queried a shift, or the trainee withdrew it. The latest one speaks."""

    __tablename__ = "shift_decision"
    __table_args__ = (
        CheckConstraint("verdict = 'withdrawn' OR by_id <> trainee_id", name="not_own"),
        CheckConstraint("verdict <> 'queried' OR comment_id IS NOT NULL", name="query_says_what"),
        Index(None, "shift_id"),
        Index(None, "trainee_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "shift-decision/1": ("id", "shift_id", "trainee_id", "verdict", "by_id", "role", "comment_id", "recorded_at")
    }

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[Verdict]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    comment_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    by: Mapped[Person] = relationship(foreign_keys=by_id, lazy="raise")
    comment: Mapped[TextBody | None] = relationship(foreign_keys=comment_id, lazy="raise")


class Encounter(Model):
    """One de-identified contact with a patient: what it was about and what the trainee did.

    Setting and day are those of the shift; `shift_id` is the shift's first version, so a correction keeps them.
    """

    __tablename__ = "encounter"
    __table_args__ = (Index(None, "shift_id"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "encounter/1": ("id", "shift_id", "trainee_id", "presentation", "part", "recorded_at")
    }

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    presentation: Mapped[Presentation]
    part: Mapped[Part]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
