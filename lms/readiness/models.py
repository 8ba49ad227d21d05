"""The decisions of the consultant nurse."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.curriculum.models import ContentVersion
from lms.identity.models import Person
from lms.policy import Role
from lms.readiness.rules import Decision, Supervision


class Authorisation(Model):
    """One decision about one trainee in one setting, with what was seen when it was made. Never edited.

    `valid_until` is the last day of an authorisation, or the day a restriction or deferral is looked at again.
    """

    __tablename__ = "authorisation"
    __table_args__ = (
        CheckConstraint("decided_by_id <> trainee_id", name="not_own"),
        CheckConstraint("valid_until >= valid_from", name="in_order"),
        CheckConstraint("decision <> 'authorise' OR supervision IS NOT NULL", name="says_supervision"),
        CheckConstraint("decision <> 'defer' OR supervision IS NULL", name="deferral_grants_nothing"),
        Index(None, "trainee_id", "setting"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "authorisation/1": (
            "id",
            "trainee_id",
            "setting",
            "decision",
            "supervision",
            "reason_id",
            "valid_from",
            "valid_until",
            "requirement_set_version_id",
            "rules_version",
            "snapshot",
            "snapshot_digest",
            "decided_by_id",
            "role",
            "recorded_at",
        )
    }

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    setting: Mapped[str] = mapped_column(String(40))
    decision: Mapped[Decision]
    supervision: Mapped[Supervision | None]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    requirement_set_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    rules_version: Mapped[str] = mapped_column(String(40))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    snapshot_digest: Mapped[str] = mapped_column(String(64))
    decided_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    trainee: Mapped[Person] = relationship(foreign_keys=trainee_id, lazy="raise")
    decided_by: Mapped[Person] = relationship(foreign_keys=decided_by_id, lazy="raise")
    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
    requirement_set: Mapped[ContentVersion] = relationship(lazy="raise")
