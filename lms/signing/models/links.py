"""Links to a form, sessions that can do nothing but fill one in, and receipts. Only digests of tokens are kept."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.signing.rules import Channel, Purpose, refusal_of


class SigningLink(Model):
    """A link that leads to one form. `person_id` is whom it was sent to; nobody where the trainee shows it."""

    __tablename__ = "signing_link"
    __table_args__ = (Index(None, "subject_id"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose]
    subject_id: Mapped[UUID]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    def works_at(self, at: datetime) -> bool:
        """Whether the link can be opened at this moment."""
        return refusal_of(used_at=self.used_at, expires_at=self.expires_at, at=at) is None


class FormSession(Model):
    """A device that may fill in one form and nothing else. The cookie holds a token, this row its digest.

    `person_id` is whom the link was sent to, or the supervisor who asks a patient or carer; `record_id` is what was
    signed with it, once it was. That of a patient or carer is deleted at the end, whether they answered or said no.
    """

    __tablename__ = "form_session"
    __table_args__ = (Index(None, "subject_id"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose]
    subject_id: Mapped[UUID]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    record_id: Mapped[UUID | None]


class SigningReceipt(Model):
    """What a signer was sent after they signed: a link that says what was signed, and takes "this was not me"."""

    __tablename__ = "signing_receipt"
    __table_args__ = (Index(None, "record_id"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose]
    record_id: Mapped[UUID]
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)
