"""The queue."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.clock import now
from lms.core.db import Kind, Model
from lms.jobs.rules import JobState


class Job(Model):
    """One piece of work, enqueued in the transaction that needs it and done at least once."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "state", "run_at"),)
    kind: ClassVar[Kind] = Kind.OPERATIONAL

    key: Mapped[str] = mapped_column(String(200), unique=True)
    task: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    run_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[JobState] = mapped_column(default=JobState.READY)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None]
