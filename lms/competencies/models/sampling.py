"""The sampling policy and what a second person said of a sampled assessment. All facts."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules.sampling import LookOutcome
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class SamplingPolicy(Model):
    """Which shares of assessors, trainees and forms are looked at, from the quarter that begins on a day."""

    __tablename__ = "sampling_policy"
    __table_args__ = (
        CheckConstraint("assessors_share BETWEEN 1 AND 100", name="assessors_share"),
        CheckConstraint("trainees_share BETWEEN 1 AND 100", name="trainees_share"),
        CheckConstraint("forms_share BETWEEN 1 AND 100", name="forms_share"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "sampling-policy/1": (
            "id",
            "set_by_id",
            "role",
            "from_on",
            "assessors_share",
            "trainees_share",
            "forms_share",
            "reason_id",
            "recorded_at",
        )
    }

    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    from_on: Mapped[date]
    assessors_share: Mapped[int]
    trainees_share: Mapped[int]
    forms_share: Mapped[int]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class SampleLook(Model):
    """A second person looked at a sampled assessment: accepted, or a note on which to talk with the assessor.

    The assessment is the one that was drawn; what was read is the newest correction of it at that moment.
    """

    __tablename__ = "sample_look"
    __table_args__ = (
        CheckConstraint("by_id <> trainee_id", name="not_own"),
        CheckConstraint("by_id <> assessor_id", name="second_person"),
        CheckConstraint("outcome <> 'talk' OR note_id IS NOT NULL", name="talk_says_about_what"),
        Index(None, "assessor_id", "recorded_at"),
        Index(None, "trainee_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "sample-look/1": (
            "id",
            "assessment_id",
            "trainee_id",
            "assessor_id",
            "policy_id",
            "quarter",
            "by_id",
            "role",
            "outcome",
            "note_id",
            "recorded_at",
        )
    }

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), unique=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    assessor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("sampling_policy.id"))
    quarter: Mapped[str] = mapped_column(String(7))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    outcome: Mapped[LookOutcome]
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    note: Mapped[TextBody | None] = relationship(foreign_keys=note_id, lazy="raise")
