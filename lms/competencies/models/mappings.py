"""Mappings between versions of the framework, and their reviews. All facts."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role


class FrameworkMapping(Model):
    """Somebody proposes what each capability that was worded anew is read as in a newer version of the framework."""

    __tablename__ = "framework_mapping"
    __table_args__ = (
        CheckConstraint("older_version_id <> newer_version_id", name="two_versions"),
        Index(None, "newer_version_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "framework-mapping/1": (
            "id",
            "older_version_id",
            "newer_version_id",
            "lines",
            "proposed_by_id",
            "role",
            "reason_id",
            "recorded_at",
        )
    }

    older_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    newer_version_id: Mapped[UUID] = mapped_column(ForeignKey("content_version.id"))
    lines: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class FrameworkMappingReview(Model):
    """A second person approves a mapping, from which moment it is used, or does not, and says why."""

    __tablename__ = "framework_mapping_review"
    __table_args__ = (CheckConstraint("approved OR reason_id IS NOT NULL", name="refusal_says_why"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "framework-mapping-review/1": (
            "id",
            "mapping_id",
            "approved",
            "reviewed_by_id",
            "role",
            "reason_id",
            "recorded_at",
        )
    }

    mapping_id: Mapped[UUID] = mapped_column(ForeignKey("framework_mapping.id"), unique=True)
    approved: Mapped[bool]
    reviewed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
