"""Ledger entries and their heads, texts that can be redacted, receipts of forms, and who read what."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    exists,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from lms.core.clock import now
from lms.core.db import Key, Kind, Model
from lms.policy import Permission, Viewer


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
    """Free text of a fact. Redaction destroys text and salt; the row and its digest stay.

    `stored` is the text; `text` is what whoever reads may read of it: nothing while two people decide whether it may
    identify somebody, except for those two.
    """

    __tablename__ = "text_body"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {"text-body/1": ("id", "mac")}

    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    stored: Mapped[str | None] = mapped_column("text", Text)
    mac: Mapped[str] = mapped_column(String(64))
    if TYPE_CHECKING:
        text: Mapped[str | None]


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
    """Somebody asks for a text to be destroyed, which hides it; a second person confirms, or says that it may stay."""

    __tablename__ = "redaction_request"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "redaction-request/1": ("id", "text_id", "asked_by_id", "reason_id", "where_found_id", "recorded_at")
    }

    text_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"), index=True)
    asked_by_id: Mapped[UUID]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    where_found_id: Mapped[UUID] = mapped_column(ForeignKey("text_body.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    reason: Mapped[TextBody] = relationship(foreign_keys=[reason_id], lazy="raise")
    where_found: Mapped[TextBody] = relationship(foreign_keys=[where_found_id], lazy="raise")


class RedactionDecline(Model):
    """A second person says that a text identifies nobody and may stay: it shows again."""

    __tablename__ = "redaction_decline"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "redaction-decline/1": ("id", "request_id", "declined_by_id", "recorded_at")
    }

    request_id: Mapped[UUID] = mapped_column(ForeignKey("redaction_request.id"), unique=True)
    declined_by_id: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


NOBODY = UUID(int=0)
_reader: list[Callable[[], Viewer | None]] = []


def use_reader(reader: Callable[[], Viewer | None]) -> None:
    """Say how to know who reads; where nobody is known to read, nobody decides about a text."""
    _reader[:] = [reader]


def _reader_id() -> UUID:
    reader = _reader[0]() if _reader else None
    return reader.id if reader else NOBODY


def _reader_decides() -> bool:
    reader = _reader[0]() if _reader else None
    return reader is not None and reader.may(Permission.TEXT_REDACT)


def is_in_question() -> ColumnElement[bool]:
    """That a request for redaction waits for a second person: for statements that read requests."""
    return _not_declined(RedactionRequest)


def _not_declined(request: type[RedactionRequest]) -> ColumnElement[bool]:
    declined = select(RedactionDecline.id).where(RedactionDecline.request_id == request.id)
    return ~exists(declined.correlate_except(RedactionDecline))


def _readable() -> ColumnElement[str | None]:
    """What the reader may read of a text, decided in the database, so that every query is served alike."""
    # Both are asked for when a statement is carried out, not when it is written.
    decides = bindparam("text_reader_decides", type_=Boolean, callable_=_reader_decides)
    reader = bindparam("text_reader", type_=Key(), callable_=_reader_id)
    asked = aliased(RedactionRequest)
    waiting = select(asked.id).where(asked.text_id == TextBody.id, asked.asked_by_id != reader, _not_declined(asked))
    return case((or_(decides, ~exists(waiting.correlate_except(asked))), TextBody.stored), else_=null())


TextBody.text = column_property(_readable())


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
