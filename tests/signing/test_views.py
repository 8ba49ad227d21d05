from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from lms.core.ids import new_id
from lms.identity import services as people
from lms.signing import queries, services
from lms.signing.rules.guests import GuestVerdict
from tests.cast import Cast
from tests.client import PageClient
from tests.conftest import MOMENT

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
    assert "No mail domain is known yet" in client.get("/known-organisations").text
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
    decision = {"verdict": "accepted", "registration_checked": "y"}
    page = client.post(f"/guests/{guest}/check", decision, 422).text
    assert "The address is not at a known organisation" in page
    assert "Add the mail domain of their organisation" in page
    sent = {"domain": "northmere-general.example", "name": "Northmere General Hospital"}
    assert "Northmere General Hospital" in client.follow(client.post("/known-organisations", sent)).text
    assert "Look the registration up" in client.post(f"/guests/{guest}/check", {"verdict": "accepted"}, 422).text
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
    assert words in sign_in("administrator").post(f"/guests/{guest}/check", sent, 422).text


def test_a_refused_guest_may_be_decided_again(guest: UUID, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.follow(client.post(f"/guests/{guest}/check", {"verdict": "refused", "reason": "Unknown there"})).text
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
        assert queries.load_guests(known_at=MOMENT).merged == {cast.stranger: cast.trainee}
