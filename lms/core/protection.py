"""Triggers that keep facts as they were written, on both databases. Called from migrations."""

from sqlalchemy import Connection

WORDS = "facts are never changed"


def protect(connection: Connection, *tables: str) -> None:
    """Refuse UPDATE and DELETE (and TRUNCATE) on these tables. Repeat it after a batch change of a table."""
    for table in tables:
        if connection.dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
                )
            continue
        _make_function(connection)
        for name in (f"keep_{table}", f"keep_{table}_whole"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER keep_{table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def protect_texts(connection: Connection, table: str = "text_body") -> None:
    """Allow one change to a text: that text and salt are destroyed together."""
    allowed = "NEW.text IS NULL AND NEW.salt IS NULL AND NEW.id = OLD.id AND NEW.mac = OLD.mac"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}) "
            f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        return
    _make_function(connection)
    connection.exec_driver_sql(
        f"CREATE TRIGGER keep_{table} BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({allowed})) "
        "EXECUTE FUNCTION refuse_change()"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER keep_{table}_whole BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _make_function(connection: Connection) -> None:
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION USING MESSAGE = '{WORDS}: ' || TG_TABLE_NAME; END $$"
    )
