from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from lms.audit.models import TextBody
from lms.audit.services import keep_text, record
from lms.core.clock import today
from lms.core.db import db, transaction
from lms.placements.models import Check
from lms.policy import Role
from lms.readiness.models import Authorisation
from lms.readiness.rules import CheckKind, Decision, Supervision
from tests.factories import readiness as make

pytestmark = pytest.mark.usefixtures("context")


def authorisation(cast, **changes):
    make.load_content()
    version = make.framework_version().id
    facts = {
        "trainee_id": cast.trainee,
        "setting": make.SETTING,
        "decision": Decision.AUTHORISE,
        "supervision": Supervision.ACCOMPANIED,
        "valid_from": today(),
        "valid_until": today() + timedelta(days=1),
        "requirement_set_version_id": version,
        "rules_version": "readiness-rules/1",
        "snapshot": {},
        "snapshot_digest": "0" * 64,
        "decided_by_id": cast.consultant_nurse,
        "role": Role.CONSULTANT_NURSE,
    }
    with transaction() as session:
        row = Authorisation(reason=keep_text("Because."), **(facts | changes))
        session.add(row)
        record(None, "authorisation.decided", row, about=cast.trainee)
    return row


@pytest.mark.parametrize(
    "change",
    [
        {"decided_by_id": "trainee"},
        {"valid_until": timedelta(days=-1)},
        {"supervision": None},
        {"decision": Decision.DEFER},
    ],
)
def test_the_database_refuses_a_decision_that_cannot_be(cast, change):
    changes = {
        name: cast.trainee if value == "trainee" else today() + value if isinstance(value, timedelta) else value
        for name, value in change.items()
    }
    with pytest.raises(IntegrityError):
        authorisation(cast, **changes)


def test_a_decision_is_never_changed_or_deleted(cast):
    row = authorisation(cast)
    for statement in ("UPDATE authorisation SET setting = 'x'", "DELETE FROM authorisation"):
        with pytest.raises(DatabaseError, match="facts are never changed"), db.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert row.setting == make.SETTING


def check(cast, **changes):
    facts = {
        "person_id": cast.trainee,
        "check_kind": CheckKind.REGISTRATION,
        "issued_on": today(),
        "valid_until": today(),
        "recorded_by_id": cast.administrator,
        "role": Role.ADMINISTRATOR,
    }
    with transaction() as session:
        row = Check(**(facts | changes))
        session.add(row)
        record(None, "check.recorded", row, about=cast.trainee)


def test_the_database_refuses_a_check_of_oneself(cast):
    with pytest.raises(IntegrityError):
        check(cast, recorded_by_id=cast.trainee)


def test_the_database_refuses_a_check_that_ends_before_it_begins(cast):
    with pytest.raises(IntegrityError):
        check(cast, valid_until=today() - timedelta(days=2))


def test_the_database_refuses_a_reason_without_a_correction(cast):
    with pytest.raises(IntegrityError):
        check(cast, reason=TextBody(mac="0" * 64))
