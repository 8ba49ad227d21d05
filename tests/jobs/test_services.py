import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.ids import new_id
from lms.identity.services import viewer_for
from lms.jobs import queries, services
from lms.jobs.models import Job
from lms.jobs.rules import LEASE, MAX_ATTEMPTS, JobState
from tests.cast import Cast
from tests.conftest import FrozenClock

pytestmark = pytest.mark.usefixtures("context")
Handler = Callable[[dict[str, Any]], None]


@pytest.fixture
def handle() -> Iterator[Callable[[Handler], None]]:
    """Say what the task `count` does in this test."""

    def register(function: Handler) -> None:
        services.HANDLERS["count"] = function

    yield register
    services.HANDLERS.pop("count", None)


def fail(payload: dict[str, Any]) -> None:
    raise ConnectionError("the mail server is away")


def add(number: int = 0) -> Job:
    job = services.enqueue("count", key=f"count:{number}", payload={"number": number})
    assert job is not None
    return job


def job_of(job: Job) -> Job:
    return db.session.get_one(Job, job.id, populate_existing=True)


def in_threads(app: Flask, count: int, work: Callable[[], object]) -> list[object]:
    """Run the same work in several threads at once, each with its own connection; what each of them gave."""
    barrier = threading.Barrier(count)
    given: list[object] = []

    def run() -> None:
        with app.app_context():
            barrier.wait()
            try:
                given.append(work())
            except Exception as error:
                given.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_three_workers_do_each_job_once(app: Flask, handle: Callable[[Handler], None], cast: Cast) -> None:
    with transaction():
        for number in range(40):
            add(number)
    done: list[int] = []
    handle(lambda payload: done.append(payload["number"]))
    tried = in_threads(app, 3, services.work_once)
    assert Counter(done) == Counter(range(40))
    assert sum(tried) == 40  # type: ignore[arg-type]
    db.session.rollback()
    assert queries.count_by_state(viewer_for(cast.administrator)) == {JobState.DONE: 40}


def test_a_job_is_done_only_if_its_transaction_is_committed(handle: Callable[[Handler], None]) -> None:
    done: list[int] = []
    handle(lambda payload: done.append(payload["number"]))

    def work() -> None:
        with transaction():
            add()
            raise RuleViolation("The change was refused")

    with pytest.raises(RuleViolation):
        work()
    assert services.work_once() == 0
    assert done == []


def test_a_key_is_enqueued_once(handle: Callable[[Handler], None]) -> None:
    add()
    assert services.enqueue("count", key="count:0", payload={}) is None


def test_a_key_that_several_workers_enqueue_in_one_moment_is_there_once(app: Flask) -> None:
    key = f"checkpoint:{new_id()}"
    given = in_threads(app, 4, lambda: services.enqueue("count", key=key, payload={}) is None)
    assert sorted(given) == [False, True, True, True]  # type: ignore[type-var]
    assert len(db.session.scalars(select(Job.id).where(Job.key == key)).all()) == 1


def test_a_job_waits_for_its_moment(clock: FrozenClock, handle: Callable[[Handler], None]) -> None:
    done: list[int] = []
    handle(lambda payload: done.append(1))
    later = clock.moment + timedelta(hours=1)
    services.enqueue("count", key="later", payload={}, run_at=later)
    assert services.work_once() == 0
    clock.set(later)
    assert services.work_once() == 1
    assert done == [1]


def test_a_leased_job_comes_back_only_when_its_lease_is_over(clock: FrozenClock) -> None:
    job = add()
    assert services.claim() == [job.id]
    clock.set(clock.moment + LEASE)
    assert services.claim() == []
    clock.set(clock.moment + timedelta(seconds=1))
    assert services.claim() == [job.id]
    assert job_of(job).attempts == 2


def test_a_worker_leases_no_more_than_it_does_at_once(handle: Callable[[Handler], None]) -> None:
    add(0)
    add(1)
    states: list[Counter[JobState]] = []
    handle(lambda payload: states.append(Counter(db.session.scalars(select(Job.state)))))
    services.work_once()
    assert states[0] == {JobState.RUNNING: 1, JobState.READY: 1}, "a waiting job must not use up its lease"


def test_a_failed_job_is_tried_again_later_and_later_and_then_given_up_where_it_is_seen(
    clock: FrozenClock, handle: Callable[[Handler], None], cast: Cast
) -> None:
    handle(fail)
    job = add()
    waits = []
    while job_of(job).state is JobState.READY:
        before = clock.moment
        assert services.work_once() == 1
        assert services.work_once() == 0
        waits.append((job_of(job).run_at - before).total_seconds())
        clock.set(job_of(job).run_at)
    assert waits[: MAX_ATTEMPTS - 1] == [30, 60, 120, 240, 480, 960, 1920]
    assert job_of(job).attempts == MAX_ATTEMPTS
    (failed,) = queries.list_failed(viewer_for(cast.administrator))
    assert failed.id == job.id
    assert failed.last_error == "ConnectionError: the mail server is away"


def test_a_job_that_ends_its_worker_every_time_is_given_up_too(clock: FrozenClock, cast: Cast) -> None:
    job = add()
    for _ in range(MAX_ATTEMPTS):
        assert services.claim() == [job.id]
        clock.set(clock.moment + LEASE + timedelta(seconds=1))
    assert services.claim() == []
    (failed,) = queries.list_failed(viewer_for(cast.administrator))
    assert failed.id == job.id
    assert "stopped" in str(failed.last_error)


def test_one_failing_job_does_not_stop_the_others(handle: Callable[[Handler], None]) -> None:
    done: list[int] = []

    def sometimes(payload: dict[str, Any]) -> None:
        if payload["number"] == 1:
            raise ValueError("not this one")
        done.append(payload["number"])

    handle(sometimes)
    for number in range(3):
        add(number)
    assert services.work_once() == 3
    assert done == [0, 2]


def test_what_a_failing_job_wrote_is_not_kept(handle: Callable[[Handler], None]) -> None:
    job = add()

    def write_then_fail(payload: dict[str, Any]) -> None:
        with transaction() as session:
            session.execute(update(Job).where(Job.id == job.id).values(task="something-else"))
            fail(payload)

    handle(write_then_fail)
    services.work_once()
    assert job_of(job).task == "count"
    assert job_of(job).state is JobState.READY


def test_an_administrator_puts_a_given_up_job_back_and_it_starts_afresh(
    clock: FrozenClock, handle: Callable[[Handler], None], cast: Cast
) -> None:
    handle(fail)
    job = add()
    for _ in range(MAX_ATTEMPTS):
        services.work_once()
        clock.set(job_of(job).run_at)
    assert job_of(job).state is JobState.FAILED
    done: list[int] = []
    handle(lambda payload: done.append(payload["number"]))
    assert services.work_once() == 0

    services.retry(viewer_for(cast.administrator), job.id)
    assert services.work_once() == 1
    assert done == [0]
    assert job_of(job).state is JobState.DONE
    assert job_of(job).last_error is None


def test_only_a_given_up_job_can_be_put_back(cast: Cast) -> None:
    actor = viewer_for(cast.administrator)
    with pytest.raises(NotFound):
        services.retry(actor, add().id)
    with pytest.raises(NotFound):
        services.retry(actor, new_id())
