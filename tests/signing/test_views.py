from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from lms.audit.services import record
from lms.competencies.rules import Way
from lms.competencies.services import sign_assessment
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.identity import services as people
from lms.signing import queries, services
from lms.signing.models import RefusedSignature
from lms.signing.rules import Channel, Method, Purpose, Refusal
from lms.signing.rules.guests import GuestVerdict
from tests.cast import Cast
from tests.client import PageClient
from tests.conftest import MOMENT
from tests.factories import competencies as make

ADDRESS = "greta@northmere-general.example"
SignIn = Callable[[str], PageClient]


@pytest.fixture
def guest(app: Flask, cast: Cast) -> UUID:
    """A nurse who signed on the spot and left her address at a hospital that is not known yet."""
    with app.app_context():
        return people.create_guest(
            None, name="Greta <Holm>", profession="Nurse", registration_number="77A1234E", email=ADDRESS
        ).id


@pytest.fixture
def known(app: Flask, cast: Cast) -> Cast:
    """The hospital is known."""
    with app.app_context():
        actor = people.viewer_for(cast.administrator)
        services.add_domain(actor, domain="northmere-general.example", name="Northmere General Hospital")
    return cast


def test_nobody_waits_at_first(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert "No guest waits to be checked" in client.get("/guests").text
    assert "No email domain is known yet" in client.get("/known-organisations").text
    assert "guest waits" not in client.get("/").text


def test_who_waits_is_counted_at_home_and_in_the_menu(guest: UUID, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.get("/").text
    assert "1 guest waits to be checked" in page
    assert 'Guests <span class="app-count">1<' in page
    page = client.get("/guests").text
    assert "Greta &lt;Holm&gt;" in page
    assert "not at a known organisation" in page
    assert "18 November 2026" in page


def test_a_hospital_becomes_known_and_the_guest_accepted(guest: UUID, cast: Cast, app: Flask, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    decision = {"verdict": "accepted", "registration_checked": "y", "version": "1"}
    page = client.post(f"/guests/{guest}/check", decision, 422).text
    assert "The address is not at a known organisation" in page
    assert "Add the email domain of their organisation" in page
    sent = {"domain": "northmere-general.example", "name": "Northmere General Hospital"}
    assert "Northmere General Hospital" in client.follow(client.post("/known-organisations", sent)).text
    assert (
        "Look the registration up"
        in client.post(f"/guests/{guest}/check", {"verdict": "accepted", "version": "1"}, 422).text
    )
    page = client.follow(client.post(f"/guests/{guest}/check", decision)).text
    assert "is accepted" in page
    assert "Address at Northmere General Hospital, registration seen in the register" in page
    with app.app_context():
        assert queries.load_guests(known_at=MOMENT).checked == {guest}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Select what you decide"),
        ({"verdict": "refused"}, "Say why you refuse"),
        ({"verdict": "refused", "reason": "Her number is 943 476 5919"}, "Remove the NHS number"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(
    guest: UUID, sign_in: SignIn, sent: dict[str, object], words: str
) -> None:
    assert words in sign_in("administrator").post(f"/guests/{guest}/check", {**sent, "version": "1"}, 422).text


def test_a_refused_guest_may_be_decided_again(guest: UUID, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.follow(
        client.post(f"/guests/{guest}/check", {"verdict": "refused", "reason": "Unknown there", "version": "1"})
    ).text
    assert "Unknown there" in page
    assert "Decide again" in page
    assert "Make them an account" not in page
    assert "Checked" in client.get("/guests").text


def test_details_are_corrected_and_a_stale_page_says_so(guest: UUID, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.get(f"/guests/{guest}/edit").text
    assert f'value="{ADDRESS}"' in page
    said = {"name": "Greta Holm", "email": "", "profession": "Nurse", "registration_number": "77A1", "version": "1"}
    assert "Not given" in client.follow(client.post(f"/guests/{guest}/edit", dict(said))).text
    assert "Somebody else saved this" in client.post(f"/guests/{guest}/edit", {**said, "name": "G. Holm"}, 409).text
    sent = {**said, "version": "2", "email": "asha.patel@example.org"}
    assert "already has an account" in client.post(f"/guests/{guest}/edit", sent, 422).text
    sent = {**said, "version": "2", "email": "9434765919@x.example"}
    assert "Remove the NHS number" in client.post(f"/guests/{guest}/edit", sent, 422).text


def test_two_entries_are_joined_and_the_first_is_listed_no_more(
    app: Flask, guest: UUID, cast: Cast, sign_in: SignIn
) -> None:
    with app.app_context():
        twin = people.create_guest(
            None, name="Greta Holm", profession="", registration_number="77a 1234e", email=None
        ).id
    client = sign_in("administrator")
    assert "This may be somebody who is here already" in client.get(f"/guests/{guest}").text
    page = client.get(f"/guests/{twin}/same-person").text
    assert page.index(f'value="{guest}"') < page.index(f'value="{cast.assessor}"'), "who looks alike comes first"
    assert f'value="{twin}"' not in page
    assert "Select an entry" in client.post(f"/guests/{twin}/same-person", {}, 422).text
    sent = {"into_id": str(guest), "reason": "The same number"}
    page = client.follow(client.post(f"/guests/{twin}/same-person", dict(sent))).text
    assert "is joined" in page
    assert "Joined with another entry" in page
    assert "Adam Reed, 18 November 2026" in page
    assert "The same number" in page
    client.get(f"/guests/{twin}", 404)
    client.post(f"/guests/{twin}/same-person", dict(sent), 404)


def test_an_accepted_guest_gets_an_account_once(app: Flask, guest: UUID, known: Cast, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert "Accept the guest" in client.post(f"/guests/{guest}/account", status=422).text
    with app.app_context():
        actor = people.viewer_for(known.administrator)
        services.check_guest(actor, guest, GuestVerdict.ACCEPTED, registration_checked=True)
    assert f"an invitation to {ADDRESS}" in client.get(f"/guests/{guest}/account").text
    assert "is now an assessor" in client.follow(client.post(f"/guests/{guest}/account")).text
    client.post(f"/guests/{guest}/account", status=404)
    page = client.get(f"/people/{guest}").text
    assert "Assessor" in page
    assert "Northmere General Hospital" in page


def test_a_wrong_or_removed_domain_is_told(known: Cast, app: Flask, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert "Anybody can get" in client.post("/known-organisations", {"domain": "gmail.com"}, 422).text
    assert "NHS number" in client.post("/known-organisations", {"domain": "9434765919.example"}, 422).text
    sent = {"domain": "northmere-general.example", "name": "Again"}
    assert "known already" in client.post("/known-organisations", dict(sent), 422).text
    with app.app_context():
        row = queries.list_domains(people.viewer_for(known.administrator))[0]
    assert "is removed" in client.follow(client.post(f"/known-organisations/{row.id}/remove")).text
    client.post(f"/known-organisations/{row.id}/remove", status=404)


def test_a_partner_is_no_place_for_a_role(known: Cast, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert "Northmere General Hospital" not in client.get(f"/people/{known.stranger}/roles/new").text
    assert "Northmere General Hospital" in client.get("/people/new").text


def test_pages_about_guests_hide_accounts_and_strangers(known: Cast, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    for person in (known.assessor, new_id()):
        for page in ("", "/edit", "/check", "/same-person", "/account"):
            client.get(f"/guests/{person}{page}", 404)
    for name in ("trainee", "assessor", "supervisor", "educator", "consultant_nurse", "external_examiner"):
        sign_in(name).get("/guests", 403)


def test_an_account_no_longer_in_use_is_joined_with_another_account(
    app: Flask, cast: Cast, sign_in: SignIn, guest: UUID
) -> None:
    client = sign_in("administrator")
    client.get(f"/guests/{cast.stranger}/same-person", 404)
    client.post(f"/people/{cast.stranger}/deactivate")
    assert f"/guests/{cast.stranger}/same-person" in client.get(f"/people/{cast.stranger}").text
    page = client.get(f"/guests/{cast.stranger}/same-person").text
    assert f'value="{guest}"' not in page, "an account is not joined with a guest"
    sent = {"into_id": str(cast.trainee), "reason": "It was the trainee's own second address"}
    client.post(f"/guests/{cast.stranger}/same-person", dict(sent))
    with app.app_context():
        assert queries.load_guests(known_at=MOMENT).joined == {cast.stranger: cast.trainee}


def test_changed_details_show_that_a_guest_is_to_check_again(
    app: Flask, guest: UUID, known: Cast, sign_in: SignIn
) -> None:
    client = sign_in("administrator")
    assert "counts for nothing until you" not in client.get(f"/guests/{guest}/edit").text
    client.post(f"/guests/{guest}/check", {"verdict": "accepted", "registration_checked": "y", "version": "1"})
    assert "counts for nothing until you" in client.get(f"/guests/{guest}/edit").text
    said = {
        "name": "Greta Holm",
        "email": ADDRESS,
        "profession": "Nurse",
        "registration_number": "99Z9",
        "version": "1",
    }
    page = client.follow(client.post(f"/guests/{guest}/edit", said)).text
    assert "To check again" in page
    assert "Details changed on 18 November 2026 by Adam Reed: to check again" in page
    assert "Accept or refuse" in page
    assert "Make them an account" not in page
    assert "1 guest waits to be checked" in client.get("/").text
    client.post(f"/guests/{guest}/check", {"verdict": "to-check-again", "version": "2"}, 422)
    stale = {"verdict": "accepted", "registration_checked": "y", "version": "1"}
    page = client.post(f"/guests/{guest}/check", dict(stale), 422).text
    assert "changed after you opened this page" in page
    assert "Accepted" in client.follow(client.post(f"/guests/{guest}/check", {**stale, "version": "2"})).text


def test_the_administrator_sees_how_much_hangs_on_a_guest_and_nothing_of_it(
    app: Flask, guest: UUID, cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in("administrator")
    assert "Nothing yet" in client.get(f"/guests/{guest}").text
    with app.app_context():
        make.load_framework()
        asked = {"way": Way.EMAIL, "name": "Greta Holm", "profession": "Nurse", "email": ADDRESS}
        for code in ("D3.1", "D1.3"):
            request = make.ask(cast.trainee, None, codes=[code], **asked)
            sign_assessment(
                request.id,
                channel=Channel.SENT,
                sent_to=guest,
                proof=services.Proof(method=Method.LINK),
                ratings={code: 4},
                setting=request.setting,
                observed_on=request.seen_on,
                is_simulated=False,
                went_well="Asked directly.",
                next_time="Say the plan back.",
            )
    page = client.get(f"/guests/{guest}").text
    assert "2 records, the last on 18 November 2026" in page
    assert "Amina" not in page
    assert "D3.1" not in page


def test_refused_signatures_have_older_and_newer_pages(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    nurse = sign_in("consultant_nurse")
    assert "No signature was refused" in nurse.get("/signatures").text
    with app.app_context(), transaction() as session:
        for _ in range(51):
            row = RefusedSignature(
                purpose=Purpose.ASSESSMENT, subject_id=new_id(), trainee_id=cast.trainee, refusal=Refusal.WRONG_PIN
            )
            session.add(row)
            record(None, "signature.refused", row, about=cast.trainee)
    first, second = nurse.get("/signatures").text, nurse.get("/signatures?page=2").text
    assert [page.count("A PIN was refused") for page in (first, second)] == [50, 1]
    assert 'href="/signatures?page=2#refused">Older' in first
    assert "Newer" not in first
    assert 'href="/signatures?page=1#refused">Newer' in second
    assert "Older" not in second
    assert "No older signature was refused" in nurse.get("/signatures?page=9").text
    assert nurse.get("/signatures?page=x").text.count("A PIN was refused") == 50


def test_what_a_guest_lacks_is_said_before_the_decision_and_added_on_the_way(
    app: Flask, cast: Cast, sign_in: SignIn
) -> None:
    with app.app_context():
        who = people.create_guest(None, name="Nell Abara", profession="Nurse", registration_number="", email=None).id
    client, check = sign_in("administrator"), f"/guests/{who}/check"
    page = client.get(check).text
    assert "There is no email address. Ask for one" in page
    assert "There is no registration number, and their profession has a register" in page
    assert 'name="registration_checked"' not in page
    edit = f"/guests/{who}/edit?then=check"
    assert edit in page
    said = {"name": "Nell Abara", "email": ADDRESS, "profession": "Nurse", "registration_number": "", "version": "1"}
    assert f'href="{check}"' in client.get(edit).text
    assert client.post(edit, dict(said)).headers["Location"] == check
    page = client.get(check).text
    assert "There is no email address" not in page
    assert "There is no registration number" in page
    client.post(edit, {**said, "registration_number": "77A1234E", "version": "2"})
    page = client.get(check).text
    assert "You cannot accept this guest yet" not in page
    assert 'name="registration_checked"' in page


def test_who_needs_no_registration_is_not_asked_for_one(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    with app.app_context():
        who = people.create_guest(
            None, name="Nell Abara", profession="Peer worker", registration_number="", email=ADDRESS
        ).id
    page = sign_in("administrator").get(f"/guests/{who}/check").text
    assert "registration_checked" not in page
    assert "You cannot accept this guest yet" not in page
