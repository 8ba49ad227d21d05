import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit.models import WriteReceipt
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity import queries, services
from lms.identity.models import Credential
from lms.identity.rules import CredentialKind
from lms.identity.services.pins import check_pin
from lms.policy import Permission
from tests.cast import Cast
from tests.client import PageClient
from tests.factories.passkeys import Device

PASSWORD, PIN = "copper kettle umbrella", "804613"
SignIn = Callable[[str], PageClient]


@pytest.fixture
def known(app: Flask, cast: Cast) -> Cast:
    with app.app_context():
        services.set_password(cast.assessor, PASSWORD)
    return cast


@pytest.fixture
def at_localhost(app: Flask) -> Iterator[None]:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, base_url="http://localhost:8000")
    yield
    app.config["SETTINGS"] = kept


def begin(client: PageClient, url: str, sent: dict[str, str], status: int = 200) -> dict[str, object]:
    answer = client.client.post(url, json=sent)
    assert answer.status_code == status, answer.text
    return dict(answer.json)


def add_passkey(client: PageClient, device: Device) -> None:
    told = begin(client, "/account/passkeys/begin", {"password": PASSWORD})
    made = device.register(json.dumps(told["options"]))
    client.post("/account/passkeys/new", {"name": "My own phone", "passkey": made})


def test_the_account_offers_a_pin_to_those_who_sign_and_to_nobody_else(sign_in: SignIn) -> None:
    for name in ("assessor", "supervisor", "educator", "consultant_nurse"):
        page = sign_in(name).get("/account").text
        assert "Sign on somebody else’s phone" in page
        assert "Set a PIN" in page
    for name in ("trainee", "external_examiner", "administrator"):
        client = sign_in(name)
        assert "Sign on somebody else’s phone" not in client.get("/account").text
        for url in ("/account/pin", "/account/passkeys/new"):
            client.get(url, 404)
        client.post("/account/passkeys/try", status=404)
        assert client.client.post("/account/passkeys/begin", json={}).status_code == 404


def test_a_pin_is_set_changed_and_removed_on_the_account_page(app: Flask, known: Cast, sign_in: SignIn) -> None:
    client = sign_in("assessor")
    page = client.follow(client.post("/account/pin", {"pin": PIN, "current": PASSWORD})).text
    assert "Your PIN is set" in page
    assert "Change your PIN" in page
    with app.app_context():
        check_pin(known.assessor, PIN, permission=Permission.ASSESSMENT_COMPLETE)
    page = client.follow(client.post("/account/pin/remove")).text
    assert "Set a PIN" in page
    with app.app_context():
        assert queries.find_credential(known.assessor, CredentialKind.PIN) is None


@pytest.mark.parametrize(
    ("pin", "current", "words"),
    [
        ("123456", PASSWORD, "run or repeat"),
        ("12", PASSWORD, "Enter 6 digits"),
        ("", PASSWORD, "Enter six digits"),
        (PIN, "", "Enter your password"),
        (PIN, "not my password", "Enter your current password"),
    ],
)
def test_a_refused_pin_says_why_and_is_not_shown_again(
    known: Cast, sign_in: SignIn, pin: str, current: str, words: str
) -> None:
    page = sign_in("assessor").post("/account/pin", {"pin": pin, "current": current}, 422).text
    assert words in page
    assert f'value="{pin}"' not in page


def test_a_receipt_holds_no_digest_of_a_secret(app: Flask, known: Cast, sign_in: SignIn) -> None:
    client, same = sign_in("assessor"), str(new_id())
    client.post("/account/pin", {"pin": PIN, "current": PASSWORD, "request_id": same})
    with app.app_context():
        first = db.session.scalars(select(WriteReceipt.payload_digest)).all()
    client.post("/account/pin", {"pin": "918273", "current": PASSWORD, "request_id": str(new_id())})
    with app.app_context():
        digests = db.session.scalars(select(WriteReceipt.payload_digest)).all()
    assert set(digests) == set(first), "two PINs leave the same digest: nothing of them is in it"


@pytest.mark.usefixtures("at_localhost")
def test_a_passkey_is_added_tried_and_removed(app: Flask, known: Cast, sign_in: SignIn) -> None:
    client, device = sign_in("assessor"), Device()
    add_passkey(client, device)
    page = client.get("/account").text
    assert "My own phone" in page
    assert "Try a passkey on this device" in page
    told = begin(client, "/passkeys/assertion/begin", {})
    sent = {"passkey": device.sign(json.dumps(told["options"])), "challenge": told["challenge"]}
    assert "Your passkey works here" in client.follow(client.post("/account/passkeys/try", dict(sent))).text
    assert "was not accepted" in client.follow(client.post("/account/passkeys/try", dict(sent))).text
    with app.app_context():
        row = db.session.scalars(select(Credential).where(Credential.credential_kind == CredentialKind.PASSKEY)).one()
    sign_in("stranger").post(f"/account/passkeys/{row.id}/remove", status=404)
    page = client.follow(client.post(f"/account/passkeys/{row.id}/remove")).text
    assert "My own phone" not in page


@pytest.mark.usefixtures("at_localhost")
def test_a_passkey_of_somebody_else_is_told_apart(app: Flask, known: Cast, sign_in: SignIn) -> None:
    device = Device()
    add_passkey(sign_in("assessor"), device)
    other = sign_in("stranger")
    told = begin(other, "/passkeys/assertion/begin", {})
    sent = {"passkey": device.sign(json.dumps(told["options"])), "challenge": told["challenge"]}
    assert "somebody else’s passkey" in other.follow(other.post("/account/passkeys/try", dict(sent))).text


@pytest.mark.usefixtures("at_localhost")
def test_adding_a_passkey_asks_for_the_password(known: Cast, sign_in: SignIn) -> None:
    client = sign_in("assessor")
    for _ in range(5):
        assert "current password" in str(begin(client, "/account/passkeys/begin", {"password": "wrong"}, 422))
    assert "Too many wrong" in str(begin(client, "/account/passkeys/begin", {"password": PASSWORD}, 422))


@pytest.mark.usefixtures("at_localhost")
def test_without_an_answer_of_the_browser_nothing_is_added(known: Cast, sign_in: SignIn) -> None:
    page = sign_in("assessor").post("/account/passkeys/new", {"name": "Phone"}, 422).text
    assert "The passkey was not added" in page
    assert "Enter a name" in sign_in("assessor").post("/account/passkeys/new", {"passkey": "{}"}, 422).text


@pytest.mark.usefixtures("at_localhost")
def test_anybody_may_ask_for_a_challenge_and_learns_nothing(app: Flask, client: PageClient) -> None:
    told = begin(client, "/passkeys/assertion/begin", {})
    assert set(told) == {"options", "challenge"}
    assert "allowCredentials" not in json.dumps(told) or not told["options"]["allowCredentials"]  # type: ignore[index]


def test_at_an_address_of_numbers_passkeys_are_not_offered(known: Cast, sign_in: SignIn, client: PageClient) -> None:
    page = sign_in("assessor").get("/account").text
    assert "They do not work at this address" in page
    assert "Add a passkey" not in page
    assert "do not work at this address" in sign_in("assessor").get("/account/passkeys/new").text
    assert "do not work" in str(begin(client, "/passkeys/assertion/begin", {}, 422))
