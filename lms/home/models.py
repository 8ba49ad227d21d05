"""How often a person wants the digest by email. A state: its owner changes it at any time."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.home.rules import DigestPace


class DigestSetting(Model):
    """The pace a person chose for the digest; without a row it comes weekly."""

    __tablename__ = "digest_setting"
    kind: ClassVar[Kind] = Kind.STATE
    retention: ClassVar[str] = "account"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "digest-setting/1": ("id", "person_id", "pace", "version", "created_at", "updated_at")
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    pace: Mapped[DigestPace]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}
