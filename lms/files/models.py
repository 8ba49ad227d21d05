"""What is known of a stored file."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.files.rules import ScanState


class StoredFile(Model):
    """One upload: whose it is, what it is, and the digest under which its bytes lie."""

    __tablename__ = "stored_file"
    kind: ClassVar[Kind] = Kind.FACT
    retention: ClassVar[str] = "education"
    digests: ClassVar[dict[str, tuple[str, ...]]] = {
        "stored-file/1": ("id", "owner_id", "name", "media_type", "size", "sha256", "scan_state", "recorded_at")
    }

    owner_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    scan_state: Mapped[ScanState] = mapped_column(default=ScanState.NOT_SCANNED)
    recorded_at: Mapped[datetime] = mapped_column(default=now)
