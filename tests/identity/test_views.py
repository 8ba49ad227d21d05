import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update

from lms.audit.models import WriteReceipt
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.identity import services
from lms.identity.models import SignInSession
from lms.identity.services.sign_in import pending_second_factor
from lms.policy import Role
from tests.cast import Cast
from tests.client import PageClient
from tests.conftest import MOMENT, FrozenClock, make_settings

PASSWORD = "copper kettle umbrella"


@pytest.fixture
def known(app: Flask, cast: Cast) -> Cast:
    with app.app_context():
        services.set_password(cast.trainee, PASSWORD)
        services.set_password(cast.assessor, PASSWORD)
    return cast


def enter(client: PageClient, name: str, url: str = "/sign-in", password: str = PASSWORD, status: int = 303):  # type: ignore[no-untyped-def]
    return client.post(url, {"email": f"{name}@example.org", "password": password}, status=status)


def test_signing_in_leads_to_the_page_that_was_asked_for(known: Cast, client: PageClient) -> None:
    asked = client.get("/modules", status=302).headers["Location"]
    assert enter(client, "amina.yusuf", asked).headers["Location"] == "/modules"
    client.get("/modules")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%09/%5B", "/%0A/%5B::1"],
)
def test_sign_in_never_leads_to_another_site(known: Cast, client: PageClient, target: str) -> None:
    assert enter(client, "amina.yusuf", f"/sign-in?next={target}").headers["Location"] == "/"


def test_a_refused_sign_in_keeps_the_address_and_says_why(known: Cast, client: PageClient) -> None:
    page = enter(client, "amina.yusuf", password="not the one it is", status=422)
    assert 'value="amina.yusuf@example.org"' in page.text
    assert "Enter the email address and password of an account that is in use" in page.text
    assert "not the one it is" not in page.text
    assert "<title>Error: " in page.text


def test_a_new_session_begins_with_a_new_token(app: Flask, known: Cast, client: PageClient) -> None:
    with client.client.session_transaction() as session:
        session["token"] = "chosen by somebody else"
        session["left"] = "over"
    enter(client, "amina.yusuf")
    with client.client.session_transaction() as session:
        assert session["token"] != "chosen by somebody else"
        assert "left" not in session


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_a_session_left_alone_ends(
    sign_in: Callable[[str], PageClient], clock: FrozenClock, minutes: int, status: int
) -> None:
    client = sign_in("trainee")
    clock.set(MOMENT + timedelta(minutes=minutes))
    client.get("/account", status=status)


def test_a_session_in_use_ends_after_twelve_hours(sign_in: Callable[[str], PageClient], clock: FrozenClock) -> None:
    client = sign_in("trainee")
    for quarter in range(1, 48):
        clock.set(MOMENT + timedelta(minutes=15 * quarter))
        client.get("/account")
    clock.set(MOMENT + timedelta(hours=12, minutes=1))
    client.get("/account", status=302)


def test_signing_out_everywhere_ends_the_other_devices(sign_in: Callable[[str], PageClient]) -> None:
    phone, desk = sign_in("trainee"), sign_in("trainee")
    desk.post("/account/sessions/end", status=303)
    phone.get("/account", status=302)


def test_two_roles_switch_without_signing_in_again(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient]
) -> None:
    with app.app_context():
        services.give_role(
            None, person_id=cast.educator, role=Role.ASSESSOR, scope_id=cast.trust, cause="Also assesses"
        )
    client = sign_in("educator")
    assert "Your marking queue" in client.get("/").text
    client.post("/account/role", {"role": "assessor"}, status=303)
    assert "Nobody waits for an assessment from you" in client.get("/").text
    client.post("/account/role", {"role": "administrator"}, status=404)
    client.post("/account/role", {"role": "emperor"}, status=404)


def test_there_are_no_example_accounts_outside_demo_mode(known: Cast, client: PageClient) -> None:
    assert "Example accounts" not in client.get("/sign-in").text
    client.post("/sign-in/example", {"email": "amina.yusuf@example.org"}, status=404)


def strict(app: Flask) -> object:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = make_settings(kept.database_url, kept.instance_dir, second_factor_required=True)
    return kept


def test_an_assessor_sets_up_a_second_factor_before_anything_else(app: Flask, known: Cast, client: PageClient) -> None:
    kept = strict(app)
    try:
        enter(client, "asha.patel")
        assert client.get("/account", status=302).headers["Location"] == "/second-factor/set-up"
        client.get("/second-factor/set-up")
        client.post("/second-factor/begin", status=303)
        page = client.get("/second-factor/set-up")
        with app.app_context():
            secret = pending_second_factor(known.assessor)
        assert secret is not None
        assert secret in page.text
        assert "<svg" in page.text
        client.post("/second-factor/set-up", {"code": "000000"}, status=422)
        done = client.post("/second-factor/set-up", {"code": pyotp.TOTP(secret).at(now())}, status=200)
        assert len(re.findall(r"<code>[0-9a-f]{6}-[0-9a-f]{6}</code>", done.text)) == 10
        client.get("/account")
    finally:
        app.config["SETTINGS"] = kept


def test_a_password_alone_does_not_sign_an_assessor_in(
    app: Flask, known: Cast, client: PageClient, clock: FrozenClock
) -> None:
    with app.app_context():
        token = services.open_session(known.assessor, device="x")
        services.begin_second_factor(known.assessor)
        secret = pending_second_factor(known.assessor)
        assert secret is not None
        services.confirm_second_factor(known.assessor, pyotp.TOTP(secret).at(now()), token=token)
    clock.set(MOMENT + timedelta(minutes=2))
    kept = strict(app)
    try:
        enter(client, "asha.patel")
        assert client.get("/", status=302).headers["Location"] == "/second-factor"
        client.post("/second-factor/begin", status=404)
        client.post("/account/password", {"current": PASSWORD, "password": "x"}, status=303)
        client.post("/second-factor", {"code": "12"}, status=422)
        client.post("/second-factor", {"code": pyotp.TOTP(secret).at(now())}, status=303)
        client.get("/")
    finally:
        app.config["SETTINGS"] = kept


def test_a_trainee_needs_no_second_factor(app: Flask, known: Cast, client: PageClient) -> None:
    kept = strict(app)
    try:
        enter(client, "amina.yusuf")
        client.get("/modules")
    finally:
        app.config["SETTINGS"] = kept


def test_opening_an_invitation_changes_nothing(app: Flask, cast: Cast, client: PageClient) -> None:
    with app.app_context():
        path = services.invite(services.viewer_for(cast.administrator), cast.assessor)
    client.get(path)
    client.get(path)
    client.post(path, {"password": PASSWORD}, status=303)
    client.get("/account")
    client.get(path, status=404)
    client.get("/invitations/guess", status=404)


def test_a_forgotten_password_is_answered_the_same_for_everybody(known: Cast, client: PageClient) -> None:
    pages = [
        client.post("/passwords/forgotten", {"email": email}, status=200).text.replace(email, "x")
        for email in ("amina.yusuf@example.org", "nobody@example.org")
    ]
    assert pages[0] == pages[1]


def test_public_forms_are_limited_by_address(app: Flask, known: Cast, client: PageClient) -> None:
    from lms.core.db import db
    from lms.web.limits import Limiter

    kept = app.extensions["limiter"]
    with app.app_context():
        app.extensions["limiter"] = Limiter(db.engine, 3)
    try:
        answers = [client.client.post("/sign-in", data={"email": "", "password": ""}).status_code for _ in range(4)]
        assert answers == [422, 422, 422, 429]
    finally:
        app.extensions["limiter"] = kept


def test_the_administrator_opens_an_account_gives_a_role_and_ends_it(
    cast: Cast, sign_in: Callable[[str], PageClient]
) -> None:
    client = sign_in("administrator")
    fields = {"name": "Nell Frost", "email": "nell@example.org", "organisation_id": str(cast.trust)}
    page = client.follow(client.post("/people/new", fields, status=303))
    assert "No role yet" in page.text
    url = page.request.path
    role = {"role": "supervisor", "scope_id": str(cast.trust), "cause": "joined"}
    client.post(f"{url}/roles/new", {**role, "cause": "Covers for Mary Jones, who is ill"}, status=422)
    page = client.follow(client.post(f"{url}/roles/new", role, status=303))
    assert "Joined the team" in page.text
    end = re.search(r'href="([^"]+/end)"', page.text)
    assert end is not None
    for cause in ("", "Mary Jones complained"):
        client.post(end[1], {"cause": cause}, status=422)
    assert "Ended: Left the team" in client.follow(client.post(end[1], {"cause": "left"}, status=303)).text
    client.post(f"{url}/invite", status=303)
    page = client.get(f"{url}/deactivate")
    assert "Nell Frost is signed out everywhere" in page.text
    assert "Deactivated on" not in client.get(url).text
    client.post(f"{url}/deactivate", status=303)
    assert "Deactivated on" in client.get(url).text
    assert "already deactivated" in client.post(f"{url}/deactivate", status=422).text
    client.post(f"{url}/reactivate", status=303)
    assert "Nell Frost" in client.get("/people?search=nell").text
    assert "Nell Frost" not in client.get("/people?role=trainee").text
    assert "Amina Yusuf" in client.get("/people?role=trainee").text
    assert "Amina Yusuf" not in client.get("/people?role=educator").text


def test_the_list_of_people_says_how_each_invitation_stands(
    app: Flask, known: Cast, sign_in: Callable[[str], PageClient], clock: FrozenClock
) -> None:
    def invitation_of(name: str) -> str:
        page = sign_in("administrator").get(f"/people?search={name}").text
        cell = re.search(r'data-label="Invitation">(.*?)</td>', page, flags=re.DOTALL)
        assert cell is not None
        return " ".join(re.sub(r"<[^>]+>", " ", cell[1]).split())

    assert invitation_of("amina") == "Accepted"
    assert invitation_of("sam+okoro") == "Not sent"
    sign_in("administrator").post(f"/people/{known.supervisor}/invite")
    assert invitation_of("sam+okoro") == "Sent, works until 25 November 2026, 10:30 Send again to Sam Okoro"
    clock.set(MOMENT + timedelta(days=7))
    assert invitation_of("sam+okoro") == "Expired on 25 November 2026 Send again to Sam Okoro"
    sign_in("administrator").post(f"/people/{known.supervisor}/invite")
    assert invitation_of("sam+okoro").startswith("Sent, works until 2 December 2026")
    assert "Sent, works until 2 December" in sign_in("administrator").get(f"/people/{known.supervisor}").text


def test_a_link_of_another_role_opens_without_switching(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient]
) -> None:
    with app.app_context():
        services.give_role(
            None, person_id=cast.educator, role=Role.ADMINISTRATOR, scope_id=cast.trust, cause="Also keeps accounts"
        )
    client = sign_in("educator")
    client.get(f"/people/{cast.trainee}")
    page = client.get("/readiness", status=403)
    assert "None of your roles" in page.text


def test_an_incomplete_account_is_refused_and_nothing_typed_is_lost(
    cast: Cast, sign_in: Callable[[str], PageClient]
) -> None:
    client = sign_in("administrator")
    fields = {"name": "Nell Frost", "email": "not an address", "organisation_id": str(cast.trust)}
    page = client.post("/people/new", fields, status=422)
    assert 'value="Nell Frost"' in page.text
    assert 'value="not an address"' in page.text
    assert "There is a problem" in page.text


def test_the_second_of_two_corrections_sees_both_texts(cast: Cast, sign_in: Callable[[str], PageClient]) -> None:
    first, second = sign_in("administrator"), sign_in("second_administrator")
    url = f"/people/{cast.trainee}/edit"
    version = re.search(r'name="version" value="(\d+)"', second.get(url).text)
    assert version is not None
    fields = {"email": "amina.yusuf@example.org", "version": version[1]}
    first.post(url, {**fields, "name": "Amina of the first"}, status=303)
    page = second.post(url, {**fields, "name": "Amina of the second"}, status=409)
    assert "Amina of the first" in page.text
    assert "Amina of the second" in page.text
    newer = re.search(r'name="version" value="(\d+)"', page.text)
    assert newer is not None
    second.post(url, {**fields, "name": "Amina agreed", "version": newer[1]}, status=303)


def test_a_form_sent_twice_is_carried_out_once(cast: Cast, sign_in: Callable[[str], PageClient]) -> None:
    client = sign_in("administrator")
    fields = {
        "name": "Nell Frost",
        "email": "nell@example.org",
        "organisation_id": str(cast.trust),
        "request_id": str(new_id()),
    }
    first = client.post("/people/new", fields, status=303)
    again = client.post("/people/new", fields, status=303)
    assert again.headers["Location"] == first.headers["Location"]
    assert "already recorded" in client.follow(again).text
    client.post("/people/new", {**fields, "email": "other@example.org"}, status=409)


def forget_where_forms_led(app: Flask, clock: FrozenClock) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(WriteReceipt).values(location=None))
    clock.set(MOMENT + timedelta(minutes=1))


def test_a_repeat_whose_end_was_never_noted_leads_to_the_page_of_the_form(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], clock: FrozenClock
) -> None:
    client = sign_in("administrator")
    fields = {
        "name": "Nell Frost",
        "email": "nell@example.org",
        "organisation_id": str(cast.trust),
        "request_id": str(new_id()),
    }
    client.post("/people/new", fields, status=303)
    url = f"/people/{cast.assessor}"
    sent = {"request_id": str(new_id())}
    client.post(f"{url}/invite", sent, status=303)
    forget_where_forms_led(app, clock)
    assert client.post("/people/new", fields, status=303).headers["Location"] == "/people/new"
    assert client.post(f"{url}/invite", sent, status=303).headers["Location"] == "/"
    for referrer, leads_to in ((f"http://localhost{url}", url), (f"https://evil.example{url}", "/")):
        again = client.client.post(f"{url}/invite", data=sent, headers={"Referer": referrer})
        assert (again.status_code, again.headers["Location"]) == (303, leads_to)


def test_a_refused_form_may_be_corrected_and_sent_again(cast: Cast, sign_in: Callable[[str], PageClient]) -> None:
    client = sign_in("administrator")
    fields = {"name": "", "email": "nell@example.org", "organisation_id": str(cast.trust), "request_id": str(new_id())}
    client.post("/people/new", fields, status=422)
    client.post("/people/new", {**fields, "name": "Nell Frost"}, status=303)


def test_everybody_may_read_who_may_see_what(client: PageClient, sign_in: Callable[[str], PageClient]) -> None:
    assert "Nobody but you" not in client.get("/who-may-see-what").text
    page = sign_in("trainee").get("/who-may-see-what")
    assert "Connie Njoroge" in page.text
    assert "Edith Lowe" in page.text
    assert "Elin Bevan" not in page.text


def test_the_account_page_shows_devices(sign_in: Callable[[str], PageClient]) -> None:
    assert "This device" in sign_in("trainee").get("/account").text


@pytest.mark.parametrize(("minutes", "shown"), [(30, 2), (31, 1), (12 * 60 + 1, 1)])
def test_the_account_page_shows_only_devices_that_are_still_signed_in(
    app: Flask, sign_in: Callable[[str], PageClient], clock: FrozenClock, minutes: int, shown: int
) -> None:
    sign_in("trainee")
    if minutes > 60:
        with app.app_context(), transaction() as session:
            session.execute(update(SignInSession).values(seen_at=MOMENT + timedelta(minutes=minutes - 1)))
    clock.set(MOMENT + timedelta(minutes=minutes))
    assert sign_in("trainee").get("/account").text.count('data-label="Device"') == shown


def test_a_second_factor_somebody_chose_is_asked_for(
    app: Flask, known: Cast, client: PageClient, clock: FrozenClock
) -> None:
    with app.app_context():
        token = services.open_session(known.trainee, device="x")
        services.begin_second_factor(known.trainee)
        secret = pending_second_factor(known.trainee)
        assert secret is not None
        services.confirm_second_factor(known.trainee, pyotp.TOTP(secret).at(now()), token=token)
    clock.set(MOMENT + timedelta(minutes=2))
    enter(client, "amina.yusuf")
    assert client.get("/", status=302).headers["Location"] == "/second-factor"
    client.post("/second-factor", {"code": pyotp.TOTP(secret).at(now())}, status=303)
    client.post("/second-factor/begin", {"password": "a guess at it"}, status=303)
    with app.app_context():
        assert pending_second_factor(known.trainee) is None
    client.post("/second-factor/begin", {"password": PASSWORD}, status=303)
    with app.app_context():
        assert pending_second_factor(known.trainee) is not None


def test_somebody_without_a_role_is_told_so(app: Flask, cast: Cast, client: PageClient) -> None:
    with app.app_context():
        person = services.create_person(None, name="Nell Frost", email="nell@example.org", organisation_id=cast.trust)
        services.set_password(person.id, PASSWORD)
    assert "Your account has no role yet" in enter(client, "nell", status=422).text


def test_a_mistyped_code_may_be_corrected_in_the_same_form(
    app: Flask, known: Cast, client: PageClient, clock: FrozenClock
) -> None:
    with app.app_context():
        token = services.open_session(known.trainee, device="x")
        services.begin_second_factor(known.trainee)
        secret = pending_second_factor(known.trainee)
        assert secret is not None
        services.confirm_second_factor(known.trainee, pyotp.TOTP(secret).at(now()), token=token)
    clock.set(MOMENT + timedelta(minutes=2))
    enter(client, "amina.yusuf")
    page = client.post("/second-factor", {"code": "000000"}, status=422)
    sent = re.search(r'name="request_id" value="([^"]+)"', page.text)
    assert sent is not None
    client.post("/second-factor", {"code": pyotp.TOTP(secret).at(now()), "request_id": sent[1]}, status=303)


def test_an_invitation_without_a_role_says_so_and_whom_to_ask(app: Flask, cast: Cast, client: PageClient) -> None:
    with app.app_context():
        person = services.create_person(None, name="Nell Frost", email="nell@example.org", organisation_id=cast.trust)
        path = services.invite(services.viewer_for(cast.administrator), person.id)
    page = client.follow(client.post(path, {"password": PASSWORD}, status=303))
    assert page.request.path == "/sign-in"
    assert "Your password is set. Your account has no role yet. Ask an administrator" in page.text


def test_a_wrong_current_password_may_be_corrected_in_the_same_form(known: Cast, client: PageClient) -> None:
    enter(client, "amina.yusuf")
    fields = {"current": "not the one it is", "password": "silver ladder morning", "request_id": str(new_id())}
    client.post("/account/password", fields, status=422)
    client.post("/account/password", {**fields, "current": PASSWORD}, status=303)
