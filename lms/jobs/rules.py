"""When a job is tried again, and when it is given up."""

import enum
from datetime import datetime, timedelta

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8


class JobState(enum.StrEnum):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after this many attempts: 30 seconds, doubling to at most 6 hours; None means give up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return at + min(timedelta(seconds=30 * 2 ** (attempts - 1)), timedelta(hours=6))
