"""Concerns and the steps on the ladder. All facts."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules import Rung
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class Concern(Model):
    """Somebody is concerned about a trainee's practice: on which rung it began, and what was seen.

    `role` is the one they raised it in, none where a guest did.
    """

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint("raised_by_id <> trainee_id", name="not_own"),
        Index(None, "trainee_id"),
        Index(None, "raised_by_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern/1": (
            "id",
            "trainee_id",
            "raised_by_id",
            "role",
            "rung",
            "raised_on",
            "capability_code",
            "text_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    raised_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    rung: Mapped[Rung]
    raised_on: Mapped[date]
    capability_code: Mapped[str | None] = mapped_column(String(10))
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class ConcernStep(Model):
    """A concern is moved to another rung, or closed where there is no rung, with a reason."""

    __tablename__ = "concern_step"
    __table_args__ = (Index(None, "concern_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern-step/1": ("id", "concern_id", "by_id", "role", "rung", "decided_on", "reason_id", "recorded_at")
    }

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    rung: Mapped[Rung | None]
    decided_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
