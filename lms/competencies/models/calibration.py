"""Answers to calibration vignettes. All facts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class CalibrationAnswer(Model):
    """An assessor commits a level and a reason for a vignette, before seeing what the panel chose."""

    __tablename__ = "calibration_answer"
    __table_args__ = (
        UniqueConstraint("assessor_id", "framework_version_id", "slug"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "calibration-answer/1": (
            "id",
            "assessor_id",
            "role",
            "framework_version_id",
            "vignette_version_id",
            "slug",
            "level",
            "reason_id",
            "recorded_at",
        )
    }

    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    framework_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    vignette_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    slug: Mapped[str] = mapped_column(String(80))
    level: Mapped[int]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
