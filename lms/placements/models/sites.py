"""Where trainees work: sites, slots on offer, and what somebody needs before a placement there."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.identity.models import Person
from lms.placements.rules.slots import ClearedBy, SignUp
from lms.policy import Role


class Site(Model):
    """A place where trainees work shifts. It belongs to one setting of the content; a closed one offers no slots."""

    __tablename__ = "site"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "site/1": ("id", "name", "organisation_id", "setting", "version", "created_at", "updated_at"),
        "site/2": ("id", "name", "organisation_id", "setting", "closed_at", "version", "created_at", "updated_at"),
    }

    name: Mapped[str] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    setting: Mapped[str] = mapped_column(String(40))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class Slot(Model):
    """A length of time at a site that so many trainees may book. `series_id` is shared by slots made together.

    `opens_at` and `closes_at` are when trainees may ask for it; without them they may ask until it begins.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("closes_at > opens_at", name="window"),
        Index(None, "starts_at"),
        Index(None, "site_id", "starts_at"),
        Index(None, "supervisor_id", "starts_at"),
        Index(None, "series_id"),
    )
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "slot/1": (
            "id",
            "site_id",
            "starts_at",
            "ends_at",
            "capacity",
            "supervisor_id",
            "sign_up",
            "opens_at",
            "closes_at",
            "series_id",
            "version",
            "created_at",
            "updated_at",
        )
    }

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    sign_up: Mapped[SignUp]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    series_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}

    site: Mapped[Site] = relationship(lazy="raise")
    supervisor: Mapped[Person | None] = relationship(lazy="raise")


class SlotCancellation(Model):
    """A slot does not take place. Its bookings are cancelled with it; what was logged stays."""

    __tablename__ = "slot_cancellation"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "slot-cancellation/1": ("id", "slot_id", "by_id", "role", "reason_id", "recorded_at")
    }

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slot.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class SiteRequirement(Model):
    """Something a trainee needs before a placement at a site, such as an induction, and who clears it."""

    __tablename__ = "site_requirement"
    __table_args__ = (Index(None, "site_id"), CheckConstraint("valid_days >= 1", name="valid_days"))
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "site-requirement/1": (
            "id",
            "site_id",
            "title",
            "valid_days",
            "cleared_by",
            "retired_at",
            "version",
            "created_at",
            "updated_at",
        )
    }

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    title: Mapped[str] = mapped_column(String(120))
    valid_days: Mapped[int | None]
    cleared_by: Mapped[ClearedBy]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class Clearance(Model):
    """A trainee has a requirement of a site until a day. A renewal is a new row; a correction supersedes one."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("valid_until >= issued_on", name="in_order"),
        CheckConstraint("recorded_by_id <> trainee_id", name="not_own"),
        CheckConstraint("(supersedes_id IS NULL) = (reason_id IS NULL)", name="correction_says_why"),
        Index(None, "trainee_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "clearance/1": (
            "id",
            "trainee_id",
            "requirement_id",
            "issued_on",
            "valid_until",
            "supersedes_id",
            "reason_id",
            "recorded_by_id",
            "role",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    requirement_id: Mapped[UUID] = mapped_column(ForeignKey("site_requirement.id"))
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("clearance.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
    recorded_by: Mapped[Person] = relationship(foreign_keys=recorded_by_id, lazy="raise")
