import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, StatementError

from lms.audit.services import record
from lms.core.clock import now
from lms.core.db import Kind, Model, UTCDateTime, db, transaction
from lms.core.errors import RuleViolation
from lms.identity.models import AccessGrant, Organisation, Person
from lms.jobs.models import Job
from lms.notifications.models import Notice
from tests.cast import Cast
from tests.factories import save

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


def notice(at: datetime) -> Notice:
    row = Notice(person_id=UUID(int=1), text="Hello", url="/", created_at=at)
    with transaction() as session:
        session.add(row)
    return row


def read_again(row: Notice) -> datetime:
    db.session.rollback()
    return db.session.get_one(Notice, row.id, populate_existing=True).created_at


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 7, 1, 13, 0, 0, 123456, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 7, 1, 17, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
)
def test_a_moment_comes_back_in_utc_to_the_microsecond(at: datetime) -> None:
    found = read_again(notice(at))
    assert found == at == datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


def test_both_readings_of_the_hour_that_happens_twice_stay_apart() -> None:
    london = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=london, fold=0)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=london, fold=1)
    assert read_again(notice(second)) - read_again(notice(first)) == timedelta(hours=1)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="needs a time zone"):
        notice(datetime(2026, 7, 1, 12, 0))


def test_moments_are_compared_by_the_database_as_moments() -> None:
    early = notice(datetime(2026, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=1))))
    late = notice(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    found = db.session.scalars(
        select(Notice.id).where(Notice.created_at < datetime(2026, 7, 1, 13, 0, tzinfo=ZoneInfo("Europe/London")))
    ).all()
    assert found == [early.id]
    assert late.id not in found


def test_every_moment_of_every_table_is_of_the_one_type() -> None:
    wrong = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if column.type.python_type is datetime and not isinstance(column.type, UTCDateTime)
    ]
    assert wrong == []


def test_every_class_says_its_kind_and_what_the_ledger_covers() -> None:
    for mapper in Model.registry.mappers:
        model: Any = mapper.class_
        assert model.kind in Kind, model
        if model.kind is Kind.OPERATIONAL:
            assert not model.digests, model
        for fields in model.digests.values():
            assert set(fields) <= set(mapper.columns.keys()), model
        if model.kind is Kind.STATE:
            assert mapper.version_id_col is not None, model


def test_a_new_row_has_its_key_and_a_fact_its_moment_before_it_is_stored() -> None:
    row = Notice(person_id=UUID(int=1), text="Hello", url="/")
    assert row.id.version == 7


def test_an_error_takes_everything_back() -> None:
    def work() -> None:
        with transaction() as session:
            session.add(Notice(person_id=UUID(int=1), text="Hello", url="/"))
            session.flush()
            raise RuleViolation("No")

    with pytest.raises(RuleViolation):
        work()
    assert db.session.scalars(select(Notice)).all() == []


def test_after_an_error_the_next_transaction_works() -> None:
    with pytest.raises(RuleViolation), transaction():
        raise RuleViolation("No")
    assert read_again(notice(now()))


def test_an_inner_transaction_commits_with_the_outer_one_only() -> None:
    def work() -> None:
        with transaction():
            notice(now())
            raise RuleViolation("The outer step failed")

    with pytest.raises(RuleViolation):
        work()
    assert db.session.scalars(select(Notice)).all() == []


def test_a_transaction_reads_again_what_was_read_before_it(app: Flask, cast: Cast) -> None:
    seen = db.session.get_one(Organisation, cast.trust)
    assert seen.name == "Thameside Ambulance Service"
    in_another_thread(app, lambda: rename(cast.trust, "Thameside Ambulance"))
    with transaction() as session:
        assert session.get_one(Organisation, cast.trust).name == "Thameside Ambulance"


def rename(organisation_id: UUID, name: str) -> None:
    with transaction() as session:
        row = session.get_one(Organisation, organisation_id)
        row.name, row.updated_at = name, now()
        record(None, "organisation.created", row)


def in_another_thread(app: Flask, work: Any) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        with app.app_context():
            try:
                work()
            except BaseException as error:
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def test_counting_up_from_several_threads_loses_nothing(app: Flask) -> None:
    with transaction() as session:
        job = Job(key="counter", task="none", payload={})
        session.add(job)

    def count() -> None:
        with app.app_context():
            for _ in range(10):
                with transaction() as session:
                    session.get_one(Job, job.id, with_for_update=True).attempts += 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.get_one(Job, job.id, populate_existing=True).attempts == 40


def test_a_reader_does_not_wait_for_a_writer(app: Flask, cast: Cast) -> None:
    names: list[str] = []
    with transaction() as session:
        row = session.get_one(Organisation, cast.trust)
        row.name, row.updated_at = "Not committed yet", now()
        session.flush()
        in_another_thread(app, lambda: names.append(db.session.get_one(Organisation, cast.trust).name))
        record(None, "organisation.created", row)
    assert names == ["Thameside Ambulance Service"]


def test_a_row_must_point_at_something_that_exists(cast: Cast) -> None:
    person = Person(name="Nobody", email="nobody@example.org", organisation_id=UUID(int=7))
    with pytest.raises(IntegrityError):
        save(person)


def test_a_relationship_that_was_not_asked_for_is_not_fetched_in_silence(cast: Cast) -> None:
    person = db.session.get_one(Person, cast.trainee)
    with pytest.raises(InvalidRequestError, match="raise"):
        _ = person.organisation


def test_the_triggers_also_refuse_what_a_program_asks_of_the_orm(cast: Cast) -> None:
    grant = db.session.scalars(select(AccessGrant)).first()
    assert grant is not None
    grant_id = grant.id

    def work() -> None:
        with transaction() as session:
            found = session.get_one(AccessGrant, grant_id)
            found.cause = "Another cause"
            record(None, "access.opened", found)

    with pytest.raises(DBAPIError, match="facts are never changed"):
        work()


def test_sqlite_is_set_up_not_to_lose_an_acknowledged_commit(app: Flask, engine_name: str) -> None:
    if engine_name == "postgresql":
        assert db.session.scalar(text("SHOW transaction_isolation")) == "read committed"
        return
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert {name: db.session.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted
