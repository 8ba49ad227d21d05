"""Enqueueing, claiming and doing jobs."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.jobs.models import Job
from lms.jobs.rules import LEASE, MAX_ATTEMPTS, JobState, next_try
from lms.policy import Viewer

log = logging.getLogger(__name__)
HANDLERS: dict[str, Callable[[dict[str, Any]], None]] = {}


def handler(task: str) -> Callable[[Callable[[dict[str, Any]], None]], Callable[[dict[str, Any]], None]]:
    """Name the function that does a task. It may run twice for one job and must cope."""

    def register(function: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
        HANDLERS[task] = function
        return function

    return register


def enqueue(task: str, *, key: str, payload: dict[str, Any], run_at: datetime | None = None) -> Job | None:
    """Put a job in the queue of this transaction; None if one with this key is already there."""
    with transaction() as session:
        insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
        statement = insert(Job).values(task=task, key=key, payload=payload, run_at=run_at or now())
        job: Job | None = session.scalar(statement.on_conflict_do_nothing(index_elements=[Job.key]).returning(Job))
    return job


def claim(limit: int = 10) -> list[UUID]:
    """Lease the next due jobs to this worker; one that ended too many workers is given up instead."""
    at = now()
    waiting = (
        Job.run_at <= at,
        or_(Job.state == JobState.READY, and_(Job.state == JobState.RUNNING, Job.leased_until < at)),
    )
    found = db.session.scalar(select(Job.id).where(*waiting).limit(1))
    db.session.rollback()
    if found is None:
        return []  # An idle worker never takes the write lock.
    with transaction() as session:
        due = select(Job).where(*waiting).order_by(Job.run_at, Job.id).limit(limit).with_for_update(skip_locked=True)
        leased = []
        for job in session.scalars(due):
            if job.attempts >= MAX_ATTEMPTS:
                job.state, job.leased_until, job.last_error = JobState.FAILED, None, "the worker stopped before its end"
                continue
            job.state, job.leased_until, job.attempts = JobState.RUNNING, at + LEASE, job.attempts + 1
            leased.append(job.id)
    return leased


def perform(job_id: UUID) -> bool:
    """Do one leased job; on failure try again later, or give up where the administrator sees it."""
    job = db.session.get_one(Job, job_id, populate_existing=True)
    try:
        HANDLERS[job.task](job.payload)
    except Exception as error:  # Whatever a handler meets must not stop the worker.
        db.session.rollback()
        log.warning("job %s (%s) failed: %s", job_id, job.task, type(error).__name__)
        with transaction() as session:
            job = session.get_one(Job, job_id)
            again = next_try(job.attempts, now())
            job.state = JobState.READY if again else JobState.FAILED
            job.run_at, job.leased_until = again or job.run_at, None
            job.last_error = f"{type(error).__name__}: {error}"[:500]
        return False
    with transaction() as session:
        job = session.get_one(Job, job_id)
        job.state, job.leased_until, job.finished_at, job.last_error = JobState.DONE, None, now(), None
    return True


def work_once() -> int:
    """Do all jobs that are due now; say how many were tried."""
    tried = 0
    while ids := claim(limit=1):  # A job that waits behind a slow one must not use up its lease.
        for job_id in ids:
            perform(job_id)
            tried += 1
    return tried


def retry(actor: Viewer, job_id: UUID) -> Job:
    """Put a job that was given up back in the queue."""
    with transaction() as session:
        job = session.get(Job, job_id)
        if job is None or job.state is not JobState.FAILED:
            raise NotFound
        job.state, job.attempts, job.run_at = JobState.READY, 0, now()
    return job
