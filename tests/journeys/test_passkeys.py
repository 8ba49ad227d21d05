from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from lms.demo.people import PASSWORD
from tests.journeys.people import Hands, Person
from tests.journeys.widths import overflow

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def assessor(browser: Browser, named: str) -> Iterator[Hands]:
    """The assessor with a phone of 320 px, signed in."""
    person = Hands(browser, named, width=320)
    yield person.sign_in_as("Asha Patel")
    person.leave()


def device_of(person: Person) -> tuple[CDPSession, str]:
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    found = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session, str(found["authenticatorId"])


def test_an_assessor_adds_a_passkey_tries_it_and_removes_it(assessor: Hands) -> None:
    device, number = device_of(assessor)
    assessor.page.goto("/account")
    assessor.follow("Add a passkey")
    assessor.write("Name of the passkey", "My own phone")
    assessor.write("Your password", "not my password")
    assessor.reach(assessor.page.get_by_role("button", name="Add a passkey", exact=True))
    assessor.page.keyboard.press("Enter")
    assessor.sees("Enter your current password")
    assessor.write("Your password", PASSWORD)
    assessor.press("Add a passkey")
    assessor.sees("The passkey My own phone is added")

    assessor.press("Try a passkey on this device")
    assessor.sees("Your passkey works here")
    device.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    assessor.reach(assessor.page.get_by_role("button", name="Try a passkey on this device", exact=True))
    assessor.page.keyboard.press("Enter")
    assessor.sees("The passkey did not answer")

    expect(assessor.page.get_by_role("row").filter(has_text="My own phone")).to_contain_text("18 November 2026")
    assessor.press("Remove the passkey My own phone")
    assessor.sees("The passkey is removed")
    expect(assessor.page.get_by_role("button", name="Try a passkey on this device")).to_have_count(0)


def test_an_assessor_changes_the_pin_on_a_phone(assessor: Hands) -> None:
    assessor.page.goto("/account")
    assessor.follow("Change your PIN")
    assessor.write("New PIN", "123456")
    assessor.write("Your password", PASSWORD)
    assessor.press("Save the PIN")
    assessor.sees("do not run or repeat")
    assessor.write("New PIN", "918273")
    assessor.write("Your password", PASSWORD)
    assessor.press("Save the PIN")
    assessor.sees("Your PIN is set")
    assert not overflow(assessor.page, 320)
