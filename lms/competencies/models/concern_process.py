"""Replies, second opinions, sharing and the actions of a plan: what belongs to a concern. All facts but the last."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.competencies.rules import ClockNews, ConcernActionOutcome, OpinionView
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class ConcernReply(Model):
    """The trainee answers a concern about themselves; as often as they like."""

    __tablename__ = "concern_reply"
    __table_args__ = (Index(None, "concern_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern-reply/1": ("id", "concern_id", "by_id", "role", "replied_on", "text_id", "recorded_at")
    }

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    replied_on: Mapped[date]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class ConcernReplySeen(Model):
    """A reply was in view of whoever decided on a step."""

    __tablename__ = "concern_reply_seen"
    __table_args__ = (UniqueConstraint("step_id", "reply_id"), Index(None, "reply_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern-reply-seen/1": ("id", "step_id", "reply_id", "recorded_at")
    }

    step_id: Mapped[UUID] = mapped_column(ForeignKey("concern_step.id"))
    reply_id: Mapped[UUID] = mapped_column(ForeignKey("concern_reply.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ConcernShare(Model):
    """The consultant nurse decides that the trainee's university may read a concern whatever its rung, and says why."""

    __tablename__ = "concern_share"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern-share/1": ("id", "concern_id", "by_id", "role", "shared_on", "reason_id", "recorded_at")
    }

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    shared_on: Mapped[date]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class SecondOpinionRequest(Model):
    """The trainee asks somebody who is not involved to look at a concern."""

    __tablename__ = "second_opinion_request"
    __table_args__ = (Index(None, "concern_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "second-opinion-request/1": ("id", "concern_id", "by_id", "role", "asked_on", "text_id", "recorded_at")
    }

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    asked_on: Mapped[date]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class SecondOpinion(Model):
    """Somebody who neither raised the concern nor decided about it says what they think, and why."""

    __tablename__ = "second_opinion"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "second-opinion/1": ("id", "request_id", "by_id", "role", "view", "given_on", "text_id", "recorded_at")
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("second_opinion_request.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    view: Mapped[OpinionView]
    given_on: Mapped[date]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class ConcernAction(Model):
    """One action of an action plan: what, by when, and how it will be judged."""

    __tablename__ = "concern_action"
    __table_args__ = (Index(None, "concern_id"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern-action/1": (
            "id",
            "concern_id",
            "by_id",
            "role",
            "set_on",
            "due_on",
            "what_id",
            "judged_id",
            "recorded_at",
        )
    }

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    set_on: Mapped[date]
    due_on: Mapped[date]
    what_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    judged_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    what: Mapped[TextBody] = relationship(foreign_keys=what_id, lazy="raise")
    judged: Mapped[TextBody] = relationship(foreign_keys=judged_id, lazy="raise")


class ConcernActionEntry(Model):
    """Progress with an action, or the decision that ends it where there is an outcome."""

    __tablename__ = "concern_action_entry"
    __table_args__ = (
        Index(None, "action_id"),
        Index(
            "uq_concern_action_entry_outcome",
            "action_id",
            unique=True,
            sqlite_where=text("outcome IS NOT NULL"),
            postgresql_where=text("outcome IS NOT NULL"),
        ),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "concern-action-entry/1": (
            "id",
            "action_id",
            "by_id",
            "role",
            "outcome",
            "entered_on",
            "text_id",
            "recorded_at",
        )
    }

    action_id: Mapped[UUID] = mapped_column(ForeignKey("concern_action.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    outcome: Mapped[ConcernActionOutcome | None]
    entered_on: Mapped[date]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    text: Mapped[TextBody] = relationship(foreign_keys=text_id, lazy="raise")


class ConcernClockTold(Model):
    """That the people who decide were told of a clock, so that they are told once."""

    __tablename__ = "concern_clock_told"
    __table_args__ = (UniqueConstraint("concern_id", "due_on", "news"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    concern_id: Mapped[UUID]
    due_on: Mapped[date]
    news: Mapped[ClockNews]
    told_at: Mapped[datetime] = mapped_column(default=now)
