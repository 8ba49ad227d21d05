"""The meetings of a placement with their answers, the actions agreed in them and what became of those. All facts."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules.agreeing import Agreement
from lms.competencies.rules.meetings import MeetingActionOutcome, MeetingKind
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class PlacementMeeting(Model):
    """A trainee and a supervisor held one of the three meetings of a placement. Recorded by one, confirmed by both."""

    __tablename__ = "placement_meeting"
    __table_args__ = (
        CheckConstraint("supervisor_id <> trainee_id", name="not_own"),
        CheckConstraint("recorded_by_id IN (trainee_id, supervisor_id)", name="by_one_of_the_two"),
        Index(None, "trainee_id", "held_on"),
        Index(None, "supervisor_id"),
        Index(None, "summary_id"),
        Index(None, "goals_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "placement-meeting/1": (
            "id",
            "trainee_id",
            "site_id",
            "meeting_kind",
            "held_on",
            "supervisor_id",
            "recorded_by_id",
            "role",
            "planned_end_on",
            "summary_id",
            "goals_id",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    meeting_kind: Mapped[MeetingKind]
    held_on: Mapped[date]
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    planned_end_on: Mapped[date | None]
    summary_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    goals_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    summary: Mapped[TextBody] = relationship(foreign_keys=summary_id, lazy="raise")
    goals: Mapped[TextBody | None] = relationship(foreign_keys=goals_id, lazy="raise")


class MeetingAnswer(Model):
    """The other of the two confirmed a meeting, or did not agree and said why."""

    __tablename__ = "meeting_answer"
    __table_args__ = (
        CheckConstraint("(agreement = 'declined') = (reason_id IS NOT NULL)", name="declined_says_why"),
        Index(None, "reason_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "meeting-answer/1": ("id", "meeting_id", "agreement", "by_id", "role", "reason_id", "recorded_at")
    }

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("placement_meeting.id"), unique=True)
    agreement: Mapped[Agreement]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class MeetingAction(Model):
    """Something a meeting agreed that the trainee does by a day."""

    __tablename__ = "meeting_action"
    __table_args__ = (Index(None, "trainee_id"), Index(None, "meeting_id"), Index(None, "text_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "meeting-action/1": ("id", "trainee_id", "meeting_id", "text_id", "due_on", "recorded_at")
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("placement_meeting.id"))
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    due_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class MeetingActionStep(Model):
    """Somebody looked at an action: done, still open or dropped with a reason; in a meeting, or between two."""

    __tablename__ = "meeting_action_step"
    __table_args__ = (
        CheckConstraint("(outcome = 'dropped') = (reason_id IS NOT NULL)", name="dropped_says_why"),
        Index(None, "action_id"),
        Index(None, "reason_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "meeting-action-step/1": (
            "id",
            "action_id",
            "outcome",
            "by_id",
            "role",
            "decided_on",
            "meeting_id",
            "reason_id",
            "recorded_at",
        )
    }

    action_id: Mapped[UUID] = mapped_column(ForeignKey("meeting_action.id"))
    outcome: Mapped[MeetingActionOutcome]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    decided_on: Mapped[date]
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("placement_meeting.id"))
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
