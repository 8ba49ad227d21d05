"""Puts rows back that the test process has written before, in place of working them out again for each test."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection, Table, delete, event, insert, select, update

from lms.audit.models import LedgerHead
from lms.core.clock import now
from lms.core.db import Model, db

T = TypeVar("T")
Rows = dict[Any, dict[str, Any]]
Changes = dict[Table, tuple[Rows, Rows]]  # What each table held before and holds after.
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', re.IGNORECASE)
NOTHING = ()
KEPT: dict[object, tuple[object, object, Changes]] = {}  # The ledger after the work, its result, what it wrote.
REACHED: set[object] = {NOTHING}  # Ledgers that only such work has led to: other tests get there too.


@dataclass(frozen=True)
class _Row:
    """A result that each session loads for itself."""

    model: type[Model]
    row_id: UUID


def recalled(work: Callable[..., T], *given: object) -> T:
    """What `work` returns for what it is given, with its rows in the database: worked out once, put back after that.

    That is the same wherever it begins on the same database from the same ledger at the same moment, and only there
    is it done: a test that has written something of its own goes on in earnest.
    """
    if db.session.info.get("in_transaction"):
        return work(*given)
    db.session.rollback()  # A transaction that only read would go on seeing what was there before.
    before = _ledger()
    key = (db.engine.dialect.name, work.__module__, work.__qualname__, repr(given), now(), before)
    if before not in REACHED or " at 0x" in key[3]:
        return work(*given)
    if key in KEPT:
        after, result, changes = KEPT[key]
        _put_back(changes)
    else:
        with _watched() as changes:
            made = work(*given)
        after, result = _ledger(), _Row(type(made), made.id) if isinstance(made, Model) else made
        KEPT[key] = after, result, changes
    REACHED.add(after)
    db.session.rollback()
    db.session.expire_all()
    return cast(T, db.session.get_one(result.model, result.row_id) if isinstance(result, _Row) else result)


def _ledger() -> object:
    """Where the ledger stands: its heads say what has been recorded, and in which order."""
    with db.engine.connect() as connection:
        heads = connection.execute(select(LedgerHead.__table__).order_by(LedgerHead.id)).all()
    return tuple(map(tuple, heads))


@contextmanager
def _watched() -> Iterator[Changes]:
    """The tables that are written to while this is open: how they were before, and how they are at its end."""
    changes: Changes = {}
    tables = Model.metadata.tables

    def look(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        written = WRITES.match(statement)
        if written and tables[written[1]] not in changes:
            table = tables[written[1]]
            changes[table] = (_rows(connection, table), {})

    engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield changes
    finally:
        event.remove(engine, "before_cursor_execute", look)
    with engine.connect() as connection:
        for table, (before, _) in changes.items():
            after = _rows(connection, table)
            same = {row_id for row_id, row in after.items() if before.get(row_id) == row}
            changes[table] = (
                {row_id: row for row_id, row in before.items() if row_id not in same},
                {row_id: row for row_id, row in after.items() if row_id not in same},
            )


def _rows(connection: Connection, table: Table) -> Rows:
    return {row["id"]: dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()}


def _put_back(changes: Changes) -> None:
    tables = [table for table in Model.metadata.sorted_tables if table in changes]  # Those they point at first.
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # Rows of one table may point at each other.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in tables:
            before, after = changes[table]
            if new := [row for row_id, row in after.items() if row_id not in before]:
                connection.execute(insert(table), new)
            for row_id in before.keys() & after.keys():
                connection.execute(update(table).where(table.c.id == row_id).values(after[row_id]))
        for table in reversed(tables):
            before, after = changes[table]
            if gone := before.keys() - after.keys():
                connection.execute(delete(table).where(table.c.id.in_(gone)))
