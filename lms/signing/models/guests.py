"""What an administrator decided about guests, and the email domains of known organisations."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role
from lms.signing.rules.guests import GuestVerdict


class KnownDomain(Model):
    """Addresses at this email domain belong to people of this organisation, until an administrator removes it."""

    __tablename__ = "known_domain"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "known-domain/1": ("id", "organisation_id", "domain", "removed_at", "version", "created_at", "updated_at")
    }

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    domain: Mapped[str] = mapped_column(String(253), unique=True)
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}


class GuestCheck(Model):
    """An administrator checked a guest: person, registration, address at a known organisation. The latest speaks.

    One to check again was written when what had been accepted was changed.
    """

    __tablename__ = "guest_check"
    __table_args__ = (
        Index(None, "person_id", "recorded_at"),
        CheckConstraint("person_id <> checked_by_id", name="not_own"),
        CheckConstraint("verdict <> 'accepted' OR organisation_id IS NOT NULL", name="accepted_at_organisation"),
        CheckConstraint("verdict <> 'refused' OR reason_id IS NOT NULL", name="refused_with_reason"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "guest-check/1": (
            "id",
            "person_id",
            "verdict",
            "organisation_id",
            "registration_checked",
            "checked_by_id",
            "role",
            "reason_id",
            "recorded_at",
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[GuestVerdict]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    registration_checked: Mapped[bool]
    checked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")


class PersonJoin(Model):
    """An administrator says that two entries are one person: what the first signed counts as the second's."""

    __tablename__ = "person_join"
    __table_args__ = (
        Index(None, "into_id"),
        CheckConstraint("from_id <> into_id", name="not_itself"),
        CheckConstraint("by_id <> from_id AND by_id <> into_id", name="not_own"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "person-join/1": ("id", "from_id", "into_id", "by_id", "role", "reason_id", "recorded_at")
    }

    from_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")
