"""Records somebody says they never signed, and signatures that were refused. All facts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.audit.models import TextBody
from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.policy import Role
from lms.signing.rules import Purpose, Refusal, Verdict


class Suspension(Model):
    """The person named as the signer says that it was not them. The record counts for nothing until this is decided.

    `role` is empty where they said it with a receipt.
    """

    __tablename__ = "suspension"
    __table_args__ = (Index(None, "record_id"), Index(None, "trainee_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "suspension/1": ("id", "purpose", "record_id", "trainee_id", "by_id", "role", "words_id", "recorded_at")
    }

    purpose: Mapped[Purpose]
    record_id: Mapped[UUID]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    words_id: Mapped[UUID | None] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    words: Mapped[TextBody | None] = relationship(foreign_keys=words_id, lazy="raise")


class SuspensionEnd(Model):
    """The consultant nurse decides about a suspended record: the signature stands, or the record is struck out."""

    __tablename__ = "suspension_end"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "suspension-end/1": ("id", "suspension_id", "verdict", "by_id", "role", "reason_id", "recorded_at")
    }

    suspension_id: Mapped[UUID] = mapped_column(ForeignKey("suspension.id"), unique=True)
    verdict: Mapped[Verdict]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=reason_id, lazy="raise")


class RefusedSignature(Model):
    """Somebody tried to sign, or to reach a form, in a way that is refused: what it was, and whose session it was.

    `subject_id` is the form, where there is one yet.
    """

    __tablename__ = "refused_signature"
    __table_args__ = (Index(None, "trainee_id"), Index(None, "subject_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "refused-signature/1": ("id", "purpose", "subject_id", "trainee_id", "refusal", "by_id", "role", "recorded_at")
    }

    purpose: Mapped[Purpose]
    subject_id: Mapped[UUID | None]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    refusal: Mapped[Refusal]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
