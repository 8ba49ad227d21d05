import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from lms.audit import queries as audit
from lms.audit.rules import signing_key
from lms.signing import queries
from tests.journeys.people import Hands
from tests.journeys.service import LiveService, ticking
from tests.journeys.widths import overflow


@pytest.fixture
def administrator(browser: Browser, service: LiveService) -> Iterator[Hands]:
    """An administrator with a phone of 320 px, signed in."""
    person = Hands(browser, service.url, width=320)
    yield person.sign_in_as("Adam Reed")
    person.leave()


def fits(who: Hands) -> None:
    assert not overflow(who.page, 320), who.page.url


def test_an_administrator_joins_a_double_and_makes_a_checked_guest_an_assessor(
    administrator: Hands, service: LiveService, meet: Callable[[], Hands]
) -> None:
    who = administrator
    who.sees("3 guests wait to be checked")
    who.follow("3 guests wait to be checked")
    fits(who)
    who.follow("R Lindqvist")
    fits(who)
    who.sees("This may be somebody who is here already")
    who.follow("Join with another entry")
    who.select("Who is it?", re.compile("^Rosa Lindqvist"))
    who.write("How do you know?", "The register gives this number to one nurse only.")
    fits(who)
    who.press("Join the two entries")
    who.sees("R Lindqvist is joined with the other entry")

    who.follow("Rosa Lindqvist")
    who.sees("Address at Northmere General Hospital, registration seen in the register")
    who.follow("Make them an account")
    who.press("Open the account and send the invitation")
    who.sees("Rosa Lindqvist is now an assessor")

    nurse = meet()
    nurse.page.goto(service.newest_link("rosa.lindqvist@northmere-general.example"))
    nurse.write("New password", "lantern orchard teapot")
    nurse.press("Set password and sign in")
    expect(nurse.page.get_by_role("heading", level=1)).to_be_visible()
    nurse.sees("Assessor")

    def trail() -> tuple[int, list[str]]:
        key = signing_key("", service.app.config["SETTINGS"].secret_key)
        verdict = audit.verify(service.app.config["SETTINGS"].instance_dir / "checkpoints", key)
        return len(queries.load_guests(known_at=ticking()).joined), verdict.breaks

    assert service.ask(trail) == (2, [])


def test_a_guest_without_an_address_is_completed_accepted_and_counts(
    administrator: Hands, service: LiveService
) -> None:
    who = administrator
    who.page.goto("/guests")
    who.follow("Callum Brody")
    who.follow("Accept or refuse")
    who.choose("What do you decide?", "Accept: what they signed counts")
    who.press("Record the decision")
    who.sees("There is no address")
    who.page.goto("/guests")
    who.follow("Callum Brody")
    who.follow("Correct the details")
    who.write("Email address", "callum.brody@eastgate-council.example")
    who.write("Registration number", "SW998877")
    fits(who)
    who.press("Save")
    who.sees("not at a known organisation")
    who.page.goto("/known-organisations")
    who.write("Email domain", "eastgate-council.example")
    who.write("Name of another organisation (optional)", "Eastgate Council")
    fits(who)
    who.press("Add the email domain")
    who.sees("The email domain is known now")
    who.page.goto("/guests")
    who.follow("Callum Brody")
    who.follow("Accept or refuse")
    who.choose("What do you decide?", "Accept: what they signed counts")
    who.tick(who.page.get_by_label("I have seen their registration in the register of their profession"))
    fits(who)
    who.press("Record the decision")
    who.sees("Callum Brody is accepted")
    person = service.person("Callum Brody")
    assert person in service.ask(lambda: queries.load_guests(known_at=ticking()).checked)
