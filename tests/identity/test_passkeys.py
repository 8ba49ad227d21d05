"""A passkey signs on somebody else's phone: only its person's, only once, and only while they may."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity import queries, services
from lms.identity.models import Credential, PasskeyChallenge
from lms.identity.rules import MOST_PASSKEYS, EndedBecause, relying_party
from lms.identity.services.passkeys import (
    NOT_ACCEPTED,
    NOT_ADDED,
    NOT_HERE,
    begin_passkey_assertion,
    begin_passkey_registration,
    finish_passkey_assertion,
    finish_passkey_registration,
    passkeys_work,
    remove_passkey,
)
from lms.policy import Permission
from tests.cast import Cast
from tests.conftest import MOMENT, FrozenClock
from tests.factories.passkeys import PRESENT, Device

pytestmark = [pytest.mark.usefixtures("context", "at_localhost"), pytest.mark.both_databases]
COMPLETE = Permission.ASSESSMENT_COMPLETE


@pytest.fixture
def at_localhost(app: Flask) -> Iterator[None]:
    """The service has a name, as browsers want it for passkeys."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, base_url="http://localhost:8000")
    yield
    app.config["SETTINGS"] = kept


def add(person_id: UUID, device: Device, name: str = "My own phone") -> Credential:
    actor = services.viewer_for(person_id)
    return finish_passkey_registration(actor, device.register(begin_passkey_registration(actor)), name)


@pytest.fixture
def device(cast: Cast) -> Device:
    """The assessor's device, whose passkey is added."""
    made = Device()
    add(cast.assessor, made)
    return made


def sign(device: Device, permission: Permission = COMPLETE) -> UUID:
    options, challenge = begin_passkey_assertion()
    return finish_passkey_assertion(challenge, device.sign(options), permission=permission)


def refused(challenge: str, response: str, permission: Permission = COMPLETE) -> None:
    with pytest.raises(RuleViolation) as caught:
        finish_passkey_assertion(challenge, response, permission=permission, field="passkey")
    assert (caught.value.message, caught.value.field) == (NOT_ACCEPTED, "passkey")


def refused_device(device: Device, permission: Permission = COMPLETE) -> None:
    options, challenge = begin_passkey_assertion()
    refused(challenge, device.sign(options), permission)


@pytest.mark.parametrize(
    ("base_url", "found"),
    [
        ("https://Training.thameside.example", ("training.thameside.example", "https://training.thameside.example")),
        (
            "https://training.thameside.example:443/",
            ("training.thameside.example", "https://training.thameside.example"),
        ),
        ("https://t.example:8443", ("t.example", "https://t.example:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
        ("http://training.thameside.example", None),
        ("", None),
    ],
)
def test_browsers_want_a_name_and_a_safe_connection(base_url: str, found: tuple[str, str] | None) -> None:
    party = relying_party(base_url)
    assert (party and (party.id, party.origin)) == found


def test_a_passkey_is_added_and_signs_for_its_person(cast: Cast, device: Device) -> None:
    row = queries.list_passkeys(services.viewer_for(cast.assessor))[0]
    assert (row.name, row.sign_count, row.is_backed_up, row.used_at) == ("My own phone", 0, False, None)
    assert [sign(device), sign(device)] == [cast.assessor] * 2
    db.session.refresh(row)
    assert (row.sign_count, row.used_at) == (2, MOMENT)
    assert db.session.scalars(select(PasskeyChallenge)).all() == []
    assert "account.changed" in db.session.scalars(select(LedgerEntry.event)).all()


def test_what_a_browser_is_asked_names_nobody_and_wants_the_person_verified(cast: Cast, device: Device) -> None:
    asked = json.loads(begin_passkey_assertion()[0])
    assert asked["rpId"] == "localhost"
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")
    new = json.loads(begin_passkey_registration(services.viewer_for(cast.assessor)))
    assert new["authenticatorSelection"]["userVerification"] == "required"
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert len(new["excludeCredentials"]) == 1


def test_an_answer_works_once(cast: Cast, device: Device) -> None:
    options, challenge = begin_passkey_assertion()
    response = device.sign(options)
    assert finish_passkey_assertion(challenge, response, permission=COMPLETE) == cast.assessor
    refused(challenge, response)


def test_a_refused_answer_uses_its_challenge_up(cast: Cast, device: Device) -> None:
    options, challenge = begin_passkey_assertion()
    refused(challenge, "{}")
    refused(challenge, device.sign(options))


def test_an_answer_fits_its_own_challenge_only(cast: Cast, device: Device) -> None:
    options, _ = begin_passkey_assertion()
    _, another = begin_passkey_assertion()
    refused(another, device.sign(options))
    refused(str(uuid4()), device.sign(options))
    refused("not an id", device.sign(options))


def test_a_challenge_lasts_five_minutes(cast: Cast, device: Device, clock: FrozenClock) -> None:
    options, challenge = begin_passkey_assertion()
    clock.set(MOMENT + timedelta(minutes=5))
    refused(challenge, device.sign(options))
    options, challenge = begin_passkey_assertion()
    clock.set(MOMENT + timedelta(minutes=9, seconds=59))
    assert finish_passkey_assertion(challenge, device.sign(options), permission=COMPLETE) == cast.assessor


def test_a_challenge_to_add_a_passkey_does_not_sign(cast: Cast, device: Device) -> None:
    actor = services.viewer_for(cast.assessor)
    options = json.loads(begin_passkey_registration(actor))
    row = db.session.scalars(select(PasskeyChallenge)).one()
    asked = json.dumps({"rpId": "localhost", "challenge": options["challenge"]})
    refused(str(row.id), device.sign(asked))


def test_a_lying_device_is_refused(cast: Cast, device: Device) -> None:
    refused_device(Device())
    for lie in (
        replace(device, origin="http://localhost:9000"),
        replace(device, origin="https://evil.example"),
        replace(device, flags=PRESENT),
        replace(device, key=Device().key),
        replace(device, handle=cast.stranger.bytes),
        replace(device, handle=b""),
    ):
        refused_device(lie)
    assert sign(device) == cast.assessor


def test_a_copy_that_counts_less_is_refused(cast: Cast, device: Device) -> None:
    copy = replace(device)
    sign(device)
    sign(device)
    refused_device(copy)


def test_a_device_that_does_not_count_is_accepted(cast: Cast) -> None:
    device = Device()
    add(cast.assessor, device)
    for _ in range(2):
        device.count = -1
        assert sign(device) == cast.assessor


def test_who_may_not_sign_is_refused_in_the_same_words(cast: Cast, device: Device) -> None:
    actor = services.viewer_for(cast.administrator)
    refused_device(device, Permission.HOURS_APPROVE)
    services.deactivate(actor, cast.assessor)
    refused_device(device)
    services.reactivate(actor, cast.assessor)
    assert sign(device) == cast.assessor
    services.end_role(actor, queries.list_role_assignments(actor, cast.assessor)[0].id, cause=EndedBecause.LEFT)
    refused_device(device)


def test_a_removed_passkey_signs_no_more_and_nobody_removes_anothers(cast: Cast, device: Device) -> None:
    row = queries.list_passkeys(services.viewer_for(cast.assessor))[0]
    with pytest.raises(NotFound):
        remove_passkey(services.viewer_for(cast.stranger), row.id)
    remove_passkey(services.viewer_for(cast.assessor), row.id)
    refused_device(device)


def test_one_passkey_belongs_to_one_person(cast: Cast, device: Device) -> None:
    with pytest.raises(RuleViolation, match=NOT_ADDED):
        add(cast.stranger, device)
    assert queries.list_passkeys(services.viewer_for(cast.stranger)) == []


def test_adding_fits_the_newest_challenge_of_the_same_person(cast: Cast, clock: FrozenClock) -> None:
    actor, other = services.viewer_for(cast.assessor), services.viewer_for(cast.stranger)
    device = Device()
    old = device.register(begin_passkey_registration(actor))
    begin_passkey_registration(actor)
    for who, response in ((actor, old), (other, old), (actor, old)):
        with pytest.raises(RuleViolation, match=NOT_ADDED):
            finish_passkey_registration(who, response, "Phone")
    fresh = device.register(begin_passkey_registration(actor))
    clock.set(MOMENT + timedelta(minutes=5))
    with pytest.raises(RuleViolation, match=NOT_ADDED):
        finish_passkey_registration(actor, fresh, "Phone")


@pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, {"flags": PRESENT}, {"key_id": bytes(900)}])
def test_a_passkey_of_a_lying_device_is_not_added(cast: Cast, lie: dict[str, object]) -> None:
    with pytest.raises(RuleViolation, match=NOT_ADDED):
        add(cast.assessor, Device(**lie))  # type: ignore[arg-type]


def test_there_is_a_limit_and_a_name_says_nothing_about_patients(cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="NHS number"):
        add(cast.assessor, Device(), "943 476 5919")
    for number in range(MOST_PASSKEYS):
        add(cast.assessor, Device(), f"Phone {number}")
    with pytest.raises(RuleViolation, match="Remove one first"):
        begin_passkey_registration(services.viewer_for(cast.assessor))


@pytest.mark.parametrize("name", ["trainee", "external_examiner", "administrator"])
def test_who_signs_nothing_has_no_passkey(cast: Cast, name: str) -> None:
    actor = services.viewer_for(getattr(cast, name))
    with pytest.raises(NotFound):
        begin_passkey_registration(actor)
    with pytest.raises(NotFound):
        finish_passkey_registration(actor, "{}", "Phone")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=50),
        st.sampled_from(["[" * 15_000, "{" * 20_001, "null", "[]", '{"rawId": 1}', '{"id": "a", "rawId": "é"}']),
        st.recursive(st.none() | st.text(max_size=5) | st.integers(), st.lists, max_leaves=5).map(json.dumps),
    )
)
def test_anything_else_is_refused_like_a_wrong_passkey(cast: Cast, response: str) -> None:
    refused(begin_passkey_assertion()[1], response)


def test_parts_of_a_true_answer_that_are_broken_are_refused(cast: Cast, device: Device) -> None:
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for broken in ("", "AAAA", "====", None, 7, {"a": 1}):
            options, challenge = begin_passkey_assertion()
            response = json.loads(device.sign(options))
            response["response"][part] = broken
            refused(challenge, json.dumps(response))


def test_a_challenge_is_not_taken_inside_a_transaction(cast: Cast, device: Device) -> None:
    options, challenge = begin_passkey_assertion()
    with pytest.raises(RuntimeError, match="outside"), transaction():
        finish_passkey_assertion(challenge, device.sign(options), permission=COMPLETE)


def test_where_no_passkey_works_it_says_so(app: Flask, cast: Cast) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url="http://127.0.0.1:8000")
    assert not passkeys_work()
    with pytest.raises(RuleViolation, match=NOT_HERE):
        begin_passkey_assertion()
    with pytest.raises(RuleViolation, match=NOT_HERE):
        begin_passkey_registration(services.viewer_for(cast.assessor))
