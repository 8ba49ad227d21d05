"""Positive notes. A fact."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class PositiveNote(Model):
    """Somebody saw a trainee do something well and says so."""

    __tablename__ = "positive_note"
    __table_args__ = (CheckConstraint("by_id <> trainee_id", name="not_own"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "positive-note/1": (
            "id",
            "trainee_id",
            "by_id",
            "role",
            "noted_on",
            "capability_code",
            "text_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    noted_on: Mapped[date]
    capability_code: Mapped[str | None] = mapped_column(String(10))
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")
