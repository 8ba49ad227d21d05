from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.core.db import db, transaction
from lms.placements.models import ShiftDecision
from lms.placements.rules.states import Verdict
from lms.policy import Role
from tests.factories import save
from tests.factories.placements import STARTED, log, prepare, shift_row


@pytest.fixture
def site_id(context, cast):
    return prepare()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ended_at": STARTED}, id="no length"),
        pytest.param({"ended_at": STARTED - timedelta(hours=1)}, id="ends before it starts"),
        pytest.param({"break_minutes": -1}, id="negative break"),
    ],
)
def test_the_table_refuses_an_impossible_shift(cast, site_id, changes):
    with pytest.raises(IntegrityError):
        save(shift_row(cast.trainee, site_id, cast.supervisor, **changes))


def test_the_table_refuses_a_trainee_as_their_own_supervisor(cast, site_id):
    with pytest.raises(IntegrityError):
        save(shift_row(cast.trainee, site_id, cast.trainee))


def test_the_table_refuses_a_correction_without_a_reason(cast, site_id):
    first = log(cast.trainee, site_id, cast.supervisor)
    with pytest.raises(IntegrityError):
        save(shift_row(cast.trainee, site_id, cast.supervisor, supersedes_id=first.id, first_id=first.id))


@pytest.mark.parametrize("verdict", [Verdict.APPROVED, Verdict.QUERIED])
def test_the_table_refuses_a_decision_on_ones_own_shift(cast, site_id, verdict):
    shift = log(cast.trainee, site_id, cast.supervisor)
    decision = ShiftDecision(
        shift_id=shift.id, trainee_id=cast.trainee, verdict=verdict, by_id=cast.trainee, role=Role.TRAINEE
    )
    with pytest.raises(IntegrityError):
        save(decision)


def test_a_logged_shift_is_never_changed(cast, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    with pytest.raises(DBAPIError), transaction() as session:
        session.connection().exec_driver_sql("UPDATE shift SET break_minutes = 0")
    with pytest.raises(DBAPIError), transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM shift")
    db.session.expire_all()
    assert db.session.get(type(shift), shift.id).break_minutes == 30
