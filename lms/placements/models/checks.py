"""Checks of the employer."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.files.models import StoredFile
from lms.identity.models import Person
from lms.placements.rules.checks import CheckKind
from lms.policy import Role


class Check(Model):
    """One check of a person, from when until when it holds. A renewal is a new row; a correction supersedes one."""

    __tablename__ = "person_check"
    __table_args__ = (
        CheckConstraint("valid_until >= issued_on", name="in_order"),
        CheckConstraint("recorded_by_id <> person_id", name="not_own"),
        CheckConstraint("(supersedes_id IS NULL) = (reason_id IS NULL)", name="correction_says_why"),
        Index(None, "person_id"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "person-check/1": (
            "id",
            "person_id",
            "check_kind",
            "issued_on",
            "valid_until",
            "reference_id",
            "proof_id",
            "supersedes_id",
            "reason_id",
            "recorded_by_id",
            "role",
            "recorded_at",
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    check_kind: Mapped[CheckKind]
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    reference_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    proof_id: Mapped[UUID | None] = mapped_column(ForeignKey(StoredFile.id))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_check.id"), unique=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reference: Mapped[TextBody | None] = relationship(foreign_keys=reference_id, lazy="raise")
    reason: Mapped[TextBody | None] = relationship(foreign_keys=reason_id, lazy="raise")
    recorded_by: Mapped[Person] = relationship(foreign_keys=recorded_by_id, lazy="raise")
