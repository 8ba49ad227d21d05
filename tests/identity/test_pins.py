"""A PIN signs on somebody else's phone: who may have one, whom it opens for, and how often it may be wrong."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity import queries, services
from lms.identity.models import Credential, Person
from lms.identity.rules import CredentialKind, EndedBecause
from lms.identity.services.pins import LOCKED_PIN, WRONG_PIN, check_pin, remove_pin, set_pin
from lms.identity.services.sign_in import LOCKED
from lms.policy import Permission, Role
from tests.cast import Cast
from tests.conftest import MOMENT, FrozenClock

PASSWORD = "quiet copper kettle"
PIN = "804613"
COMPLETE, SIGN_OFF = Permission.ASSESSMENT_COMPLETE, Permission.CAPABILITY_SIGN_OFF
pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def holder(cast: Cast) -> Cast:
    """The cast, in which the assessor has a password and a PIN."""
    services.set_password(cast.assessor, PASSWORD)
    set_pin(services.viewer_for(cast.assessor), pin=f" {PIN} ", current=PASSWORD)
    return cast


def refused(person_id: object, pin: str, words: str = WRONG_PIN, permission: Permission = COMPLETE) -> None:
    with pytest.raises(RuleViolation) as caught:
        check_pin(person_id, pin, permission=permission)  # type: ignore[arg-type]
    assert (caught.value.message, caught.value.field) == (words, "pin")


@pytest.fixture
def log_everything(caplog: pytest.LogCaptureFixture) -> Callable[[], None]:
    """Log each statement, as somebody who looks for a fault may."""

    def go() -> None:
        caplog.set_level(logging.DEBUG)
        for name in ("sqlalchemy.engine", "lms"):
            caplog.set_level(logging.DEBUG, logger=name)

    return go


def test_a_pin_is_stored_as_a_hash_and_opens_what_its_holder_may_do(holder: Cast) -> None:
    row = db.session.scalars(select(Credential).where(Credential.credential_kind == CredentialKind.PIN)).one()
    assert PIN not in row.secret
    assert row.secret.startswith("$argon2id$")
    check_pin(holder.assessor, PIN, permission=COMPLETE)
    db.session.rollback()
    assert row.used_at == MOMENT


def test_every_refusal_reads_the_same(holder: Cast) -> None:
    actor = services.viewer_for(holder.administrator)
    refused(holder.assessor, "555123")
    refused(holder.stranger, PIN)
    refused(holder.university_a, PIN)
    refused(holder.assessor, PIN, permission=Permission.HOURS_APPROVE)
    services.deactivate(actor, holder.assessor)
    refused(holder.assessor, PIN)
    services.reactivate(actor, holder.assessor)
    check_pin(holder.assessor, PIN, permission=COMPLETE)
    role = queries.list_role_assignments(actor, holder.assessor)[0]
    services.end_role(actor, role.id, cause=EndedBecause.LEFT)
    refused(holder.assessor, PIN)


def test_five_wrong_tries_in_a_row_lock_for_fifteen_minutes_whatever_the_pin(holder: Cast, clock: FrozenClock) -> None:
    for _ in range(5):
        refused(holder.assessor, "555123")
    refused(holder.assessor, PIN, LOCKED_PIN)
    clock.set(MOMENT + timedelta(minutes=14, seconds=59))
    refused(holder.assessor, PIN, LOCKED_PIN)
    clock.set(MOMENT + timedelta(minutes=15))
    check_pin(holder.assessor, PIN, permission=COMPLETE)


def test_somebody_without_a_pin_is_locked_like_everybody(holder: Cast) -> None:
    for _ in range(5):
        refused(holder.stranger, PIN)
    refused(holder.stranger, PIN, LOCKED_PIN)
    check_pin(holder.assessor, PIN, permission=COMPLETE)


def test_a_right_pin_begins_the_count_again(holder: Cast) -> None:
    for _ in range(3):
        for _ in range(4):
            refused(holder.assessor, "555123")
        check_pin(holder.assessor, PIN, permission=COMPLETE)


def test_wrong_pins_do_not_lock_the_account(holder: Cast) -> None:
    for _ in range(6):
        with pytest.raises(RuleViolation):
            check_pin(holder.assessor, "555123", permission=COMPLETE)
    assert services.sign_in("asha.patel@example.org", PASSWORD).id == holder.assessor


def test_a_new_pin_replaces_the_old_one_and_opens_a_lock(holder: Cast) -> None:
    for _ in range(5):
        refused(holder.assessor, "555123")
    set_pin(services.viewer_for(holder.assessor), pin="918273", current=PASSWORD)
    check_pin(holder.assessor, "918273", permission=COMPLETE)
    refused(holder.assessor, PIN)


def test_setting_a_pin_asks_for_the_password_and_counts_wrong_ones(holder: Cast) -> None:
    actor = services.viewer_for(holder.assessor)
    for _ in range(5):
        with pytest.raises(RuleViolation, match="current password"):
            set_pin(actor, pin="918273", current="not my password")
    with pytest.raises(RuleViolation, match=LOCKED[:10]):
        set_pin(actor, pin="918273", current=PASSWORD)
    check_pin(holder.assessor, PIN, permission=COMPLETE)


def test_a_pin_from_the_registration_number_is_refused(holder: Cast) -> None:
    actor = services.viewer_for(holder.administrator)
    person = db.session.get_one(Person, holder.assessor)
    services.update_person(
        actor,
        person.id,
        version=person.version,
        name=person.name,
        email=person.email or "",
        profession="Paramedic",
        registration_number="PA038046",
    )
    with pytest.raises(RuleViolation, match="registration number"):
        set_pin(services.viewer_for(holder.assessor), pin="804613", current=PASSWORD)


@pytest.mark.parametrize("name", ["trainee", "external_examiner", "administrator"])
def test_who_signs_nothing_has_no_pin(cast: Cast, name: str) -> None:
    with pytest.raises(NotFound):
        set_pin(services.viewer_for(getattr(cast, name)), pin=PIN, current=PASSWORD)


def test_a_removed_pin_is_gone(holder: Cast) -> None:
    actor = services.viewer_for(holder.assessor)
    remove_pin(actor)
    remove_pin(actor)
    refused(holder.assessor, PIN)
    assert queries.find_credential(holder.assessor, CredentialKind.PIN) is None


def test_names_to_choose_from_are_those_who_may_and_have_a_pin(holder: Cast) -> None:
    services.set_password(holder.supervisor, PASSWORD)
    set_pin(services.viewer_for(holder.supervisor), pin=PIN, current=PASSWORD)
    assert [person.id for person in queries.people_with_pin({Role.ASSESSOR})] == [holder.assessor]
    assert [person.id for person in queries.people_with_pin({Role.SUPERVISOR})] == [holder.supervisor]
    services.give_role(
        None, person_id=holder.supervisor, role=Role.ASSESSOR, scope_id=holder.trust, cause="Takes on more duties"
    )
    assert [person.name for person in queries.people_with_pin({Role.ASSESSOR})] == ["Asha Patel", "Sam Okoro"]
    services.deactivate(services.viewer_for(holder.administrator), holder.assessor)
    assert [person.id for person in queries.people_with_pin({Role.ASSESSOR})] == [holder.supervisor]


def test_a_try_inside_a_transaction_is_a_mistake_of_the_caller(holder: Cast) -> None:
    with pytest.raises(RuntimeError, match="outside"), transaction():
        check_pin(holder.assessor, PIN, permission=COMPLETE)


def test_no_pin_is_written_to_a_log(
    cast: Cast, caplog: pytest.LogCaptureFixture, log_everything: Callable[[], None]
) -> None:
    log_everything()
    services.set_password(cast.assessor, PASSWORD)
    set_pin(services.viewer_for(cast.assessor), pin=PIN, current=PASSWORD)
    check_pin(cast.assessor, PIN, permission=COMPLETE)
    refused(cast.assessor, "555123")
    assert "sign_in_attempts" in caplog.text
    assert PIN not in caplog.text
    assert "555123" not in caplog.text
