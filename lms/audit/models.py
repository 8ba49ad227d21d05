"""Ledger entries and their heads, texts that can be redacted, receipts of forms, and who read what."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.clock import now
from lms.core.db import Kind, Model


class LedgerHead(Model):
    """The last entry of a chain; its row is locked while an entry is added. The id is the chain."""

    __tablename__ = "ledger_head"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64))


class LedgerEntry(Model):
    """What one commit did to the rows of one chain. It is the ledger itself, so no entry covers it."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("chain", "seq"),)
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"

    chain: Mapped[UUID]
    seq: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[UUID | None]
    role: Mapped[str | None] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    items: Mapped[list[Any]] = mapped_column(JSON)


class TextBody(Model):
    """Free text of a fact. Redaction destroys text and salt; the row and its digest stay."""

    __tablename__ = "text_body"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {"text-body/1": ("id", "mac")}

    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    text: Mapped[str | None] = mapped_column(Text)
    mac: Mapped[str] = mapped_column(String(64))


class Redaction(Model):
    """A text was destroyed: who asked, who agreed, and the request that says why."""

    __tablename__ = "redaction"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "redaction/1": ("id", "text_id", "request_id", "asked_by_id", "confirmed_by_id", "recorded_at")
    }

    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"), unique=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("redaction_request.id"))
    asked_by_id: Mapped[UUID]
    confirmed_by_id: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class RedactionRequest(Model):
    """Somebody asks for a text to be destroyed; a second person confirms or refuses."""

    __tablename__ = "redaction_request"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "redaction-request/1": ("id", "text_id", "asked_by_id", "reason_id", "where_found_id", "recorded_at")
    }

    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    asked_by_id: Mapped[UUID]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    where_found_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=[reason_id], lazy="raise")
    where_found: Mapped[TextBody] = relationship(foreign_keys=[where_found_id], lazy="raise")


class WriteReceipt(Model):
    """A form that was carried out: a repeat finds it and does nothing a second time."""

    __tablename__ = "write_receipt"
    __table_args__ = (UniqueConstraint("person_id", "request_id"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID]
    request_id: Mapped[UUID]
    payload_digest: Mapped[str] = mapped_column(String(64))
    location: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ReadEntry(Model):
    """Somebody opened a text that not everybody may read: who, about whom, what kind of record, which one and when."""

    __tablename__ = "read_entry"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    reader_id: Mapped[UUID]
    about_id: Mapped[UUID]
    what: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[UUID]
    read_at: Mapped[datetime] = mapped_column(default=now)
