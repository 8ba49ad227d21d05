import pytest
from sqlalchemy import event

from lms.core.db import db
from lms.identity.services import viewer_for
from lms.policy import Permission
from tests.factories.bookings import prepare


@pytest.fixture
def site_id(context, cast):
    """A site at which both trainees of the cast may be placed."""
    return prepare(cast)


@pytest.fixture
def trainee(cast, site_id):
    """One of them, who asks."""
    return viewer_for(cast.trainee)


@pytest.fixture
def other(cast, site_id):
    """The other one."""
    return viewer_for(cast.trainee_b)


@pytest.fixture
def nurse(cast, site_id):
    """Who decides."""
    return viewer_for(cast.consultant_nurse, Permission.BOOKING_DECIDE)


@pytest.fixture
def statements(context):
    sent = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)
