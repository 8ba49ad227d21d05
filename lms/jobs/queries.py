"""Reading the queue, for the administrator."""

from sqlalchemy import func, select

from lms.core.db import db
from lms.jobs.models import Job
from lms.jobs.rules import JobState
from lms.policy import Viewer


def list_failed(viewer: Viewer, limit: int = 100) -> list[Job]:
    """Jobs that were given up, newest first."""
    return list(
        db.session.scalars(select(Job).where(Job.state == JobState.FAILED).order_by(Job.run_at.desc()).limit(limit))
    )


def count_by_state(viewer: Viewer) -> dict[JobState, int]:
    """How many jobs stand in each state."""
    rows = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    return {row.state: row[1] for row in rows}
