"""Answers to the questions of a form that have no column of their own. Facts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model


class AssessmentAnswer(Model):
    """What an assessment says to one question of its form: a value that was chosen, or a text."""

    __tablename__ = "assessment_answer"
    __table_args__ = (
        UniqueConstraint("assessment_id", "key"),
        CheckConstraint("(value IS NULL) <> (text_id IS NULL)", name="value_or_text"),
        Index(None, "text_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "assessment-answer/1": ("id", "assessment_id", "key", "value", "text_id", "recorded_at")
    }

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"))
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None] = mapped_column(String(40))
    text_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody | None] = relationship(foreign_keys=text_id, lazy="raise")
