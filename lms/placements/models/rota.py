"""When a person works apart from placements: their main rota as it was imported; and their private calendar feed."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.placements.rules.rota import RotaSource
from lms.policy import Role


class RotaImport(Model):
    """The main rota of a person for these days. The newest import that covers a day says what is worked on it."""

    __tablename__ = "rota_import"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="in_order"), Index(None, "person_id"))
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "rota-import/1": ("id", "person_id", "from_on", "until_on", "source", "by_id", "role", "recorded_at")
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    source: Mapped[RotaSource]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class RotaShift(Model):
    """One shift of a main rota: when, and nothing else."""

    __tablename__ = "rota_shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        Index(None, "import_id"),
        Index(None, "person_id", "starts_at"),
    )
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "employment"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "rota-shift/1": ("id", "import_id", "person_id", "starts_at", "ends_at", "recorded_at")
    }

    import_id: Mapped[UUID] = mapped_column(ForeignKey("rota_import.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class CalendarFeed(Model):
    """The private address of a person's calendar. Only the digest of its token is kept; a revoked one is gone."""

    __tablename__ = "calendar_feed"
    __table_args__ = (Index(None, "person_id"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]
