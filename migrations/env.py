"""Runs migrations on the engine handed over by `lms.core.migrations`; safe for SQLite's foreign keys."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

import lms.app  # noqa: F401  Every table is known.
from lms.core.db import Key, Model, UTCDateTime


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Key):
        return "sa.Uuid()"
    return False


def run() -> None:
    engine = context.config.attributes["engine"].execution_options(lms_write=True)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        raw = connection.connection.driver_connection
        if sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # Batch mode drops and re-creates tables.
        try:
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                transactional_ddl=True,
                render_as_batch=True,
                compare_type=True,
                render_item=render_item,
            )
            with context.begin_transaction():
                context.run_migrations()
                if sqlite and (bad := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"foreign keys broken by a migration: {bad[:5]}")
        finally:
            if sqlite:
                connection.rollback()
                raw.execute("PRAGMA foreign_keys=ON")


run()
