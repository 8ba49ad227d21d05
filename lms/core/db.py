"""Tables, the session and the one way to write: `transaction()`."""

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, MetaData, Uuid, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from lms.core.clock import now
from lms.core.ids import new_id

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Kind(enum.StrEnum):
    """What may happen to the rows of a class.

    A fact is inserted and never changed. A state may change and carries a version. Operational rows may be pruned.
    """

    FACT = "fact"
    STATE = "state"
    OPERATIONAL = "operational"


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware, UTC, the same on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; store it in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Key(Uuid[UUID]):
    """A key: native on PostgreSQL, text of 32 digits on SQLite."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID | None] | None:
        """Read text of digits through a cache: a page reads the same keys again and again."""
        return None if dialect.supports_native_uuid else _read_key


@lru_cache(maxsize=1 << 16)
def _read_key(digits: str | None) -> UUID | None:
    return None if digits is None else UUID(digits)


class Model(DeclarativeBase):
    """Base of every table.

    `kind` says what may happen to the rows; `digests` names, per version, the columns the ledger covers;
    `retention` names the class of time the rows are kept.
    """

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Key,
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        enum.StrEnum: Enum(
            enum.StrEnum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }
    kind: ClassVar[Kind]
    digests: ClassVar[dict[str, tuple[str, ...]]] = {}
    retention: ClassVar[str] = "none"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


@event.listens_for(Model, "init", propagate=True)
def _name_and_date(row: Model, args: object, values: dict[str, Any]) -> None:
    """Give a new row its key, and a fact its moment, before it is stored: others may point at it at once."""
    values.setdefault("id", new_id())
    if "recorded_at" in type(row).__mapper__.columns:
        values.setdefault("recorded_at", now())


db = SQLAlchemy(
    engine_options={"pool_pre_ping": True, "hide_parameters": True},  # Typed text must not reach the logs.
    session_options={"expire_on_commit": False},
)

AFTER_BEGIN: list[Callable[[Session], None]] = []
BEFORE_COMMIT: list[Callable[[Session], None]] = []


def init_db(app: Flask) -> None:
    """Connect the app to its database and tune each connection."""
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            _tune(engine)


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit on success, roll back on any error. A nested call joins the outer one; if it fails, so does the outer."""
    session = db.session
    if session.info.get("in_transaction"):
        try:
            yield session
        except BaseException:
            session.info["doomed"] = True
            raise
        return
    session.rollback()  # What a decision rests on is read again, under the lock.
    session.connection(execution_options={"lms_write": True})
    session.info.update(in_transaction=True, touched={})
    try:
        for hook in AFTER_BEGIN:
            hook(session)
        yield session
        if session.info.get("doomed"):
            raise RuntimeError("an inner step failed: nothing is committed")
        session.flush()
        for hook in BEFORE_COMMIT:
            hook(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        for name in ("in_transaction", "doomed", "touched"):
            session.info.pop(name, None)


@event.listens_for(Session, "before_flush")
def _only_in_a_transaction(session: Session, context: object, instances: object) -> None:
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if not changed:
        return
    if not session.info.get("in_transaction"):
        raise RuntimeError("rows may change only inside transaction()")
    session.info["touched"].update({id(row): row for row in changed if row.kind is not Kind.OPERATIONAL})


def _tune(engine: Engine) -> None:
    """Make SQLite durable, concurrent and strict; other databases need nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # Stop the driver's own late, deferred BEGIN.
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout=15000",
            "journal_mode=WAL",
            "synchronous=FULL",  # A system of record may not lose an acknowledged commit.
            "foreign_keys=ON",
            "secure_delete=ON",  # Redacted text must not stay in free pages.
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        wants_lock = connection.get_execution_options().get("lms_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if wants_lock else "BEGIN")
