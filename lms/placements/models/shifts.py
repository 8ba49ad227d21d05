"""Shifts that were worked, their activities, drafts of them, late entry, and debriefs after a hard one."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.models import Person
from lms.placements.models.sites import Site
from lms.placements.rules.states import Activity, DebriefOutcome
from lms.policy import Role


class Shift(Model):
    """One shift a trainee worked. Never edited: a correction supersedes it and says why.

    `booking_id` is the booking it was planned by; `is_supernumerary` is empty where nobody was asked. `first_id` is the
    id of its first version, its own id if it corrects nothing; encounters hang on that id.
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
        Index(None, "booking_id"),
        Index(None, "site_id", "started_at"),
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
        ),
        "shift/2": (
            "id",
            "trainee_id",
            "site_id",
            "setting",
            "booking_id",
            "started_at",
            "ended_at",
            "break_minutes",
            "is_supernumerary",
            "supervisor_id",
            "note_id",
            "first_id",
            "supersedes_id",
            "reason_id",
            "recorded_at",
        ),
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    setting: Mapped[str] = mapped_column(String(40))
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    break_minutes: Mapped[int]
    is_supernumerary: Mapped[bool | None]
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


class ShiftActivity(Model):
    """How many minutes of a shift went into one activity. Those of a shift together are its attended time."""

    __tablename__ = "shift_activity"
    __table_args__ = (UniqueConstraint("shift_id", "activity"), CheckConstraint("minutes >= 1", name="minutes"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "shift-activity/1": ("id", "shift_id", "activity", "minutes", "recorded_at")
    }

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    activity: Mapped[Activity]
    minutes: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ShiftDraft(Model):
    """A shift a trainee has begun to enter and not sent. Emptied when it is sent, or a day after it was thrown away."""

    __tablename__ = "shift_draft"
    __table_args__ = (Index(None, "trainee_id"),)
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "shift-draft/1": ("id", "trainee_id", "booking_id", "body", "ended_at", "version", "created_at", "updated_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class LateEntryUnlock(Model):
    """A trainee may log shifts of these days although it is late, until a day, with a reason."""

    __tablename__ = "late_entry_unlock"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="in_order"),
        CheckConstraint("by_id <> trainee_id", name="not_own"),
        Index(None, "trainee_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "late-entry-unlock/1": (
            "id",
            "trainee_id",
            "from_on",
            "until_on",
            "open_until",
            "by_id",
            "role",
            "reason_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    open_until: Mapped[date]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    by: Mapped[Person] = relationship(foreign_keys=by_id, lazy="raise")
    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class DebriefRequest(Model):
    """A trainee asks somebody for a debrief after a hard shift. It says nothing about the shift or how they are."""

    __tablename__ = "debrief_request"
    __table_args__ = (
        CheckConstraint("asked_of_id <> trainee_id", name="not_own"),
        Index(None, "trainee_id"),
        Index(None, "asked_of_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "debrief-request/1": ("id", "trainee_id", "asked_of_id", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_of_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    trainee: Mapped[Person] = relationship(foreign_keys=trainee_id, lazy="raise")
    asked_of: Mapped[Person] = relationship(foreign_keys=asked_of_id, lazy="raise")


class DebriefEnd(Model):
    """A debrief took place, could not be given, or is no longer wanted."""

    __tablename__ = "debrief_end"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "debrief-end/1": ("id", "request_id", "outcome", "by_id", "role", "recorded_at")
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("debrief_request.id"), unique=True)
    outcome: Mapped[DebriefOutcome]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
