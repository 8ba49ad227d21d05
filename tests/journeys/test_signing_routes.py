"""Four ways to sign on a phone of 320 px, each counted in taps and fields, and the ways about it that are closed."""

import re
from collections.abc import Callable
from datetime import time

from playwright.sync_api import Browser, expect
from sqlalchemy import select

from lms.competencies import services
from lms.competencies.models import Assessment
from lms.competencies.rules import Way
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.demo.people import PASSWORD
from lms.identity.models import Credential
from lms.identity.rules import CredentialKind
from lms.identity.services import viewer_for
from lms.identity.services.proofs import HASHER
from lms.placements import services as placements
from lms.placements.models import Encounter, Shift
from lms.placements.rules.states import Activity, Part, Presentation
from lms.policy import Permission
from lms.signing.models import RefusedSignature
from lms.signing.rules import Refusal
from tests.factories.encounters import contact
from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService
from tests.journeys.test_accessibility import faults
from tests.journeys.test_passkeys import device_of

TRAINEE, ASSESSOR, OTHER, NURSE = "Amina Yusuf", "Asha Patel", "Ben Okonkwo", "Connie Njoroge"
ENQUIRY, PIN, GUEST = "D3.1 Suicide enquiry", "804613", "nell@northmere-general.example"
MINI_CEX_ASKS = "How complex was this piece of work?"
Phone = Callable[..., Thumb]


def give_pin(service: LiveService, name: str) -> None:
    person_id = service.person(name)

    def keep() -> None:
        with transaction() as session:
            session.add(
                Credential(
                    person_id=person_id,
                    credential_kind=CredentialKind.PIN,
                    secret=HASHER.hash(PIN),
                    confirmed_at=now(),
                )
            )

    service.ask(keep)


def newest(service: LiveService) -> tuple[str, str]:
    """How the newest assessment was signed, and its id."""

    def read() -> tuple[str, str]:
        row = db.session.scalars(select(Assessment).order_by(Assessment.id.desc())).first()
        assert row is not None
        return row.identity_grade.value, str(row.id)

    return service.ask(read)


def refusals(service: LiveService) -> list[Refusal]:
    return service.ask(lambda: list(db.session.scalars(select(RefusedSignature.refusal).order_by(RefusedSignature.id))))


def fresh_contact(service: LiveService) -> str:
    """A contact of the trainee in a shift they logged today."""
    trainee = service.person(TRAINEE)

    def make() -> str:
        last = db.session.scalars(select(Shift).where(Shift.trainee_id == trainee).order_by(Shift.id.desc())).first()
        assert last is not None
        viewer = viewer_for(trainee)
        shift = placements.log_shift(
            viewer,
            site_id=last.site_id,
            supervisor_id=last.supervisor_id,
            worked_on=today(),
            starts=time(0, 15),
            ends=time(6, 15),
            activities={Activity.PATIENT_CONTACT: 330, Activity.BREAK: 30},
            is_supernumerary=True,
        )
        placements.add_encounter(viewer, shift.id, contact=contact(list(Presentation)[0], list(Part)[0]))
        found = select(Encounter.id).where(Encounter.trainee_id == trainee).order_by(Encounter.id.desc())
        return str(db.session.scalars(found).first())

    return service.ask(make)


def choose_enquiry(who: Thumb) -> None:
    who.unfold(who.page.locator("summary", has_text=re.compile("^D3 ")))
    who.tick(who.page.get_by_role("checkbox", name=ENQUIRY))


def ask_here(trainee: Thumb, encounter: str) -> None:
    """From a contact to the form on the trainee's own phone."""
    trainee.at(f"/assessments/ask?encounter={encounter}")
    choose_enquiry(trainee)
    trainee.press("Continue")
    trainee.rate("D3.1", "3")
    trainee.press("Ask and hand over")


def rate(assessor: Thumb, number: str = "4") -> None:
    assessor.rate("D3.1", number)
    assessor.choose(MINI_CEX_ASKS, "Average")
    assessor.write("What went well?", "Asked directly and waited.")
    assessor.write("One action for next time", "Say it back.")


def test_a_pin_on_the_trainees_phone_takes_twelve_taps_and_fields(service: LiveService, phone: Phone) -> None:
    give_pin(service, ASSESSOR)
    both = phone(TRAINEE)
    ask_here(both, fresh_contact(service))
    assert faults(both.page) == []
    rate(both)
    both.select("Your name", ASSESSOR)
    both.write("Your PIN", PIN)
    both.press("Sign and send")
    both.sees("Signed. Thank you.")
    assert both.interactions <= 12, both.interactions
    assert faults(both.page) == []
    grade, made = newest(service)
    assert grade == "pin"

    # Back, refresh and other tabs: the trainee's own pages ask for a sign-in.
    both.page.go_back()
    expect(both.page.get_by_role("button", name="Sign and send")).to_have_count(0)
    for address in ("/assessments/mine", f"/assessments/{made}", "/"):
        both.at(address)
        expect(both.page).to_have_url(re.compile("/sign-in"))

    both.sign_in_as(TRAINEE)
    both.at(f"/assessments/{made}").interactions = 0
    both.sees("Your own rating")
    both.follow("Answer with one action")
    both.write("What is the one thing you will do?", "Say the plan back.")
    both.press("Record my action")
    both.follow("Ask for the next assessment with this action")
    expect(both.page.get_by_label("What would you like feedback on? (optional)")).to_have_value("Say the plan back.")
    assert both.interactions <= 4, both.interactions


def add_passkey(browser: Browser, address: str) -> dict[str, object]:
    """A passkey of the assessor's, as their own phone holds it after they added it to their account."""
    own = Thumb(browser, address).sign_in_as(ASSESSOR)
    device, number = device_of(own)
    own.at("/account").follow("Add a passkey")
    own.write("Name of the passkey", "My own phone")
    own.write("Your password", PASSWORD)
    own.press("Add a passkey")
    own.sees("The passkey My own phone is added")
    (held,) = device.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    own.leave()
    return dict(held)


def test_a_passkey_on_the_trainees_phone_takes_twelve_taps_and_fields(
    service: LiveService, browser: Browser, named: str
) -> None:
    passkey = add_passkey(browser, named)
    both = Thumb(browser, named).sign_in_as(TRAINEE)
    both.interactions = 0
    ask_here(both, fresh_contact(service))
    rate(both)
    both.choose("How do you sign?", "With my passkey")
    assert faults(both.page) == []
    device, number = device_of(both)  # The assessor's own phone answers from close by.
    device.send("WebAuthn.addCredential", {"authenticatorId": number, "credential": passkey})
    both.press("Use my passkey and send")
    both.sees("Signed. Thank you.")
    assert both.interactions <= 12, both.interactions
    grade, made = newest(service)
    assert (grade, refusals(service)) == ("passkey", [])
    both.at(f"/assessments/{made}")
    expect(both.page).to_have_url(re.compile("/sign-in"))
    both.leave()


def test_the_trainee_does_not_see_the_form_again_and_the_assessor_not_the_self_rating(
    service: LiveService, phone: Phone
) -> None:
    both = phone(TRAINEE)
    ask_here(both, fresh_contact(service))
    expect(both.page.get_by_text("Your own rating")).to_have_count(0)
    expect(both.page.locator('input[name="level_D3_1"]:checked')).to_have_count(0)
    both.page.reload()
    both.sees("Say what you saw")
    both.sign_in_as(TRAINEE)
    both.at("/sign")
    expect(both.page).not_to_have_url(re.compile("/sign$"))


def test_a_name_typed_and_drawn_on_the_trainees_phone_counts_for_nothing_yet(
    service: LiveService, phone: Phone
) -> None:
    both = phone(TRAINEE)
    ask_here(both, fresh_contact(service))
    rate(both)
    both.choose("How do you sign?", "I have no account here: I sign with my name")
    for name, text in (("name", "Nell Abara"), ("profession", "Liaison nurse"), ("registration_number", "12A3456E")):
        both.fill(both.page.locator(f"input[name={name}]"), text)
    canvas = both.page.locator("canvas.app-signature")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    both.page.mouse.move(box["x"] + 20, box["y"] + 20)
    both.page.mouse.down()
    both.page.mouse.move(box["x"] + 120, box["y"] + 50, steps=5)
    both.page.mouse.up()
    both.interactions += 1
    assert faults(both.page) == []
    both.press("Sign and send")
    both.sees("Signed. Thank you.")
    assert both.interactions <= 15, both.interactions
    grade, made = newest(service)
    assert grade == "drawn-signature"
    both.sign_in_as(TRAINEE).at(f"/assessments/{made}").sees("Download the drawn signature")
    both.at(f"/trainees/{service.person(TRAINEE)}/capabilities/D3.1")
    both.sees("Signed by somebody an administrator has not checked yet")


def test_a_link_by_email_signs_as_whom_it_was_sent_to_and_nobody_else_opens_it(
    service: LiveService, phone: Phone
) -> None:
    trainee = phone(TRAINEE)
    trainee.at("/assessments/ask?code=D3.1")
    trainee.choose("Who saw you work?", "Somebody else, by email")
    trainee.write("Their name", "Nell Abara")
    trainee.write("Their profession", "Liaison nurse")
    trainee.write("Their work email address", GUEST)
    trainee.select("Where was it?", re.compile("Emergency department"))
    trainee.choose("Was it a simulation?", "No")
    trainee.press("Continue")
    trainee.rate("D3.1", "2")
    trainee.press("Ask")
    trainee.sees("The assessor has been asked")
    expect(trainee.page.get_by_text("/sign/")).to_have_count(0)  # The trainee never sees that link.
    link = service.newest_link(GUEST)

    # The trainee opens it all the same: refused, and noted.
    trainee.at(link).press("Open the form")
    trainee.sees("This form is for the person who saw you work")
    assert refusals(service) == [Refusal.OWN_SESSION]

    guest = phone()
    guest.at(link)  # A mail program looks first, and changes nothing.
    guest.at(link).press("Open the form")
    guest.page.reload()
    assert faults(guest.page) == []
    rate(guest, "3")
    guest.press("Sign and send")
    guest.sees("Signed. Thank you.")
    assert guest.interactions <= 12, guest.interactions
    assert newest(service)[0] == "email-link"

    # Opened once more: it does not work.
    phone().at(link).sees("This link does not work")

    # The receipt: this was not me.
    guest.at(service.newest_link(GUEST)).sees("Was this you?")
    assert faults(guest.page) == []
    guest.press("This was not me")
    guest.sees("The record is suspended")
    nurse = phone(NURSE)
    nurse.at("/signatures")
    nurse.open(nurse.page.locator("main table a").first)
    nurse.choose("What did you find?", "They did not sign it: the record is struck out for good")
    nurse.write("How do you know?", "I rang the ward: nobody of that name works there.")
    nurse.press("Decide")
    nurse.sees("Struck out")
    trainee.at(f"/trainees/{service.person(TRAINEE)}/capabilities/D3.1")
    trainee.sees("Struck out: the person named did not sign this")


def test_somebody_with_an_account_answers_from_the_code_the_trainee_shows(service: LiveService, phone: Phone) -> None:
    trainee = phone(TRAINEE)
    ask_here(trainee, fresh_contact(service))  # Nobody is there after all.
    trainee.sign_in_as(TRAINEE).at("/assessments/mine")
    trainee.follow(re.compile("^Hand over, show a link or remind"))
    trainee.press("Show a link or code")
    trainee.page.reload()
    code = trainee.page.locator("svg.app-qr").bounding_box()
    assert code is not None
    assert code["y"] + code["height"] <= 640, code
    assert faults(trainee.page) == []
    trainee.page.get_by_role("button", name="Copy the link").click()
    expect(trainee.page.get_by_role("status").last).to_have_text(re.compile("^Copied$|^It is selected"))
    link = trainee.page.get_by_label("The link to copy").input_value()
    assessor = phone(OTHER)
    assessor.at(link).press(f"Answer as {OTHER}")
    rate(assessor)
    assessor.press("Send to the trainee")
    assessor.sees("The assessment is recorded")
    assert assessor.interactions <= 12, assessor.interactions
    assert newest(service)[0] == "account"


def ask_about(service: LiveService, code: str) -> str:
    trainee_id, assessor_id = service.person(TRAINEE), service.person(ASSESSOR)

    def ask() -> str:
        made = services.ask_for_assessment(
            viewer_for(trainee_id, Permission.ASSESSMENT_ASK),
            assessor_id=assessor_id,
            codes=[code],
            self_levels={code: 3},
            setting="joint-response-car",
            seen_on=today(),
        )
        return str(made.id)

    return service.ask(ask)


def test_declining_and_passing_on(service: LiveService, phone: Phone) -> None:
    first, second = ask_about(service, "D1.3"), ask_about(service, "D1.4")
    assessor = phone(ASSESSOR)
    assessor.at(f"/assessments/requests/{first}/pass-on")
    assessor.select("Who saw the work?", OTHER)
    assessor.press("Pass on")
    assessor.sees("The request is passed on")
    assert assessor.interactions <= 2
    assessor.at(f"/assessments/requests/{second}/decline")
    assessor.write("Why do you decline?", "I was in the other room.")
    assessor.press("Decline")
    assessor.sees("The trainee has been told that you decline")
    trainee = phone(TRAINEE)
    trainee.at(f"/assessments/requests/{second}/mine").sees("I was in the other room.")
    trainee.at(f"/assessments/requests/{first}/mine").sees("Passed on, waiting for the assessor")


def test_a_guest_declines_with_the_link_that_was_sent(service: LiveService, phone: Phone) -> None:
    trainee_id = service.person(TRAINEE)

    def ask() -> None:
        services.ask_for_assessment(
            viewer_for(trainee_id, Permission.ASSESSMENT_ASK),
            codes=["D1.3"],
            self_levels={"D1.3": 3},
            setting="joint-response-car",
            seen_on=today(),
            way=Way.EMAIL,
            name="Nell Abara",
            profession="Liaison nurse",
            email=GUEST,
        )

    service.ask(ask)
    guest = phone()
    guest.at(service.newest_link(GUEST)).press("Open the form")
    guest.follow("Decline instead")
    assert faults(guest.page) == []
    guest.write("Why do you decline?", "I was not there that day.")
    guest.press("Decline")
    guest.sees("The trainee has been told that you decline")
    phone(TRAINEE).at("/assessments/mine").sees("I was not there that day.")


def test_an_expired_request_gets_more_time_once(service: LiveService, phone: Phone) -> None:
    trainee = phone("Niamh Kelly")
    trainee.at("/assessments/mine")
    trainee.follow(re.compile("^Give more time"))
    trainee.press("Give 14 more days, once")
    trainee.sees("The assessor has 14 more days")
    assert trainee.interactions <= 2
