"""Notices on a person's home page, and mail waiting to be sent."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model

NOTICE_LENGTH = 300


class Notice(Model):
    """One line for one person with the page it is about."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "person_id", "read_at"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(String(NOTICE_LENGTH))
    url: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]


class Mail(Model):
    """One message to one person. What it says is made from its facts when it is sent; they are sealed until then."""

    __tablename__ = "mail"
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID]
    template: Mapped[str] = mapped_column(String(60))
    sealed_facts: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
