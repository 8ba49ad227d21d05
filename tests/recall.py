"""Puts rows back that the test process has written before, in place of working them out again for each test."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select

from lms.audit.models import LedgerHead
from lms.core.clock import now
from lms.core.db import Model, db

T = TypeVar("T")
Rows = dict[Any, dict[str, Any]]
KEPT: dict[object, tuple[Any, dict[Table, Rows]]] = {}


def recalled(work: Callable[[], T]) -> T:
    """What `work` returns, with its rows in the database: written by it the first time, put back after that.

    That is the same wherever it begins from the same ledger at the same moment, and only there is it done.
    """
    db.session.rollback()  # A transaction that only read would go on seeing what was there before.
    with db.engine.connect() as connection:
        heads = connection.execute(select(LedgerHead.__table__).order_by(LedgerHead.id)).all()
        key = (work.__module__, work.__qualname__, now(), *map(tuple, heads))
        before = {} if key in KEPT else _everything(connection)
    if key not in KEPT:
        result = work()
        with db.engine.connect() as connection:
            after = _everything(connection)
        KEPT[key] = (
            result,
            {table: _added(before[table], rows) for table, rows in after.items() if rows != before[table]},
        )
        return result
    found, written = KEPT[key]
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # Rows of one table may point at each other.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table, rows in written.items():
            if table.name == LedgerHead.__tablename__:
                connection.execute(delete(table).where(table.c.id.in_(rows)))
            connection.execute(insert(table), list(rows.values()))
    kept: T = found
    return kept


def _everything(connection: Connection) -> dict[Table, Rows]:
    """All rows of all tables by id, those they point at first."""
    tables = Model.metadata.sorted_tables
    return {
        table: {row["id"]: dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()}
        for table in tables
    }


def _added(before: Rows, after: Rows) -> Rows:
    return {row_id: row for row_id, row in after.items() if before.get(row_id) != row}
