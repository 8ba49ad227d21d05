import pytest
from sqlalchemy import event

from lms.core.db import db


@pytest.fixture
def statements(context):
    sent = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)
