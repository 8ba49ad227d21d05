"""What a trainee may try in order to sign for themselves: it is refused or counts for nothing, and leaves a trace."""

import logging
from base64 import b64encode
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.competencies import queries, services
from lms.competencies.models import Assessment
from lms.competencies.rules import Way
from lms.core.clock import today
from lms.core.db import db
from lms.identity.models import Person, SignInAttempts
from lms.identity.services import deactivate, viewer_for
from lms.notifications.models import Mail
from lms.signing.models import FormSession, RefusedSignature, SigningLink, SigningReceipt
from lms.signing.rules import Refusal
from tests.client import PageClient
from tests.competencies.test_signing import PIN, give_pin
from tests.factories import competencies as make

PICTURE = "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 40).decode()
GUEST = "nell.abara@northmere-general.example"


@pytest.fixture
def content(app, cast):
    with app.app_context():
        make.load_framework()


@pytest.fixture
def asked_here(app, cast, content):
    """The trainee's request to whoever is there, and the link they may show."""
    with app.app_context():
        request = make.ask(cast.trainee, None, way=Way.HERE)
        return request.id, services.show_link(viewer_for(cast.trainee), request.id)


@pytest.fixture
def asked_by_email(app, cast, content):
    """The trainee's request to a guest, and the link that only the guest gets."""
    with app.app_context():
        request = make.ask(cast.trainee, None, way=Way.EMAIL, name="Nell Abara", profession="Nurse", email=GUEST)
        mail = db.session.scalars(select(Mail).where(Mail.template == "asked-to-assess")).one()
        return request.id, str(mail.facts["url"])


def judgement(**changes):
    usual = {
        "version": 0,
        "setting": "joint-response-car",
        "is_simulated": "no",
        "seen_as": "live",
        "level_D3_1": "5",
        "complexity": "complex",
        "went_well": "Everything.",
        "next_time": "Nothing.",
        "observed_on-day": str(today().day),
        "observed_on-month": str(today().month),
        "observed_on-year": str(today().year),
    }
    return {**usual, **changes}


def traces(app):
    with app.app_context():
        return list(db.session.scalars(select(RefusedSignature.refusal).order_by(RefusedSignature.id)))


def nothing_counts(app, cast):
    with app.app_context():
        page = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1")
        return page.standing.result.counted == ()


def nothing_signed(app):
    with app.app_context():
        return db.session.scalar(select(func.count(Assessment.id))) == 0


def test_opening_the_assessors_link_in_ones_own_session(app, cast, asked_by_email, sign_in):
    client, link = sign_in("trainee"), asked_by_email[1]
    assert "You are signed in as the trainee this is about" in client.get(link).text
    client.post(link, status=403)
    assert traces(app) == [Refusal.OWN_SESSION]
    client.get("/sign", status=302)
    assert nothing_signed(app)


def test_posting_the_judgement_with_ones_own_session(app, cast, asked_here, sign_in, caplog):
    client = sign_in("trainee")
    with caplog.at_level(logging.WARNING):
        client.post(f"/assessments/requests/{asked_here[0]}", judgement(), status=403)
    assert any("refused" in each.getMessage() and str(cast.trainee) in each.getMessage() for each in caplog.records)
    client.post("/sign", judgement(method="pin"))
    assert nothing_signed(app)


def test_replaying_a_used_link(app, cast, asked_by_email):
    guest, link = PageClient(app), asked_by_email[1]
    guest.post(link)
    guest.post("/sign", judgement(method="link"))
    replay = PageClient(app)
    replay.get(link, status=404)
    replay.post(link, status=403)
    assert traces(app) == [Refusal.USED_LINK]
    guest.post("/sign", judgement(method="link", level_D3_1="1"), status=200)  # It only shows that it was signed.
    with app.app_context():
        assert db.session.scalar(select(func.count(Assessment.id))) == 1
    assert nothing_counts(app, cast)


def test_signing_with_the_pin_of_a_deactivated_assessor(app, cast, asked_here):
    with app.app_context():
        give_pin(cast.assessor)
        deactivate(viewer_for(cast.administrator), cast.assessor)
    phone = PageClient(app)
    phone.post(asked_here[1])
    page = phone.post("/sign", judgement(method="pin", person_id=str(cast.assessor), pin=PIN), status=422).text
    assert "Everything." in page  # What was typed is not lost.
    assert PIN not in page
    phone.post("/sign", judgement(method="pin", person_id="", pin=PIN), status=422)
    assert nothing_signed(app)


def test_guessing_a_pin_locks_it_for_whoever_tries(app, cast, asked_here):
    with app.app_context():
        give_pin(cast.assessor)
    for _ in range(5):
        phone = PageClient(app)
        phone.post(asked_here[1])
        phone.post("/sign", judgement(method="pin", person_id=str(cast.assessor), pin="111222"), status=422)
    phone = PageClient(app)
    phone.post(asked_here[1])
    page = phone.post("/sign", judgement(method="pin", person_id=str(cast.assessor), pin=PIN), status=422).text
    assert "Too many wrong PINs" in page
    assert traces(app) == [Refusal.WRONG_PIN] * 6
    with app.app_context():
        assert db.session.scalar(select(func.max(SignInAttempts.failures))) >= 5
    assert nothing_signed(app)


def test_editing_a_completed_form(app, cast, content, sign_in):
    with app.app_context():
        made = make.complete(make.ask(cast.trainee, cast.assessor), {"D3.1": 2})
        request_id, made_id = made.request_id, made.id
    client = sign_in("trainee")
    for path in (f"/assessments/requests/{request_id}", f"/assessments/{made_id}/correction"):
        client.post(path, judgement(reason="I was better than that."), status=403)
    sign_in("assessor").post(f"/assessments/requests/{request_id}", judgement(), status=303)  # Led to what is there.
    with app.app_context():
        assert db.session.scalar(select(func.count(Assessment.id))) == 1


@pytest.mark.parametrize("days", [-1, 8, 400])
def test_backdating(app, cast, asked_here, days):
    with app.app_context():
        give_pin(cast.assessor)
    day = today() - timedelta(days=days)
    phone = PageClient(app)
    phone.post(asked_here[1])
    moved = {"observed_on-day": day.day, "observed_on-month": day.month, "observed_on-year": day.year}
    phone.post("/sign", judgement(method="pin", person_id=str(cast.assessor), pin=PIN, **moved), status=422)
    assert nothing_signed(app)


def test_guessing_links_and_receipts(app, cast, content):
    client = PageClient(app)
    for token in ("x", "A" * 43, "../assessments/mine"):
        client.client.get(f"/sign/{token}")
        assert client.client.post(f"/sign/{token}").status_code in (404, 308)
        assert client.client.get(f"/receipts/{token}").status_code in (404, 308)
    client.get("/sign", status=302)


def test_tokens_are_kept_as_digests_only(app, cast, asked_by_email):
    guest, link = PageClient(app), asked_by_email[1]
    guest.post(link)
    guest.post("/sign", judgement(method="link"))
    with guest.client.session_transaction() as session:
        form_token = session["form_token"]
    with app.app_context():
        receipt = db.session.scalars(select(Mail).where(Mail.template == "signed")).one().facts["url"]
        kept = [
            *db.session.scalars(select(SigningLink.token_digest)),
            *db.session.scalars(select(FormSession.token_digest)),
            *db.session.scalars(select(SigningReceipt.token_digest)),
        ]
    for secret in (link.rpartition("/")[2], receipt.rpartition("/")[2], form_token):
        assert secret not in kept
        assert all(len(each) == 64 for each in kept)


def test_inviting_ones_own_second_address(app, cast, content, sign_in):
    with app.app_context():
        request = make.ask(
            cast.trainee, None, way=Way.EMAIL, name="A Friend", profession="Nurse", email="second.address@example.net"
        )
        link = db.session.scalars(select(Mail).where(Mail.template == "asked-to-assess")).one().facts["url"]
        guest_id = request.assessor_id
    elsewhere = PageClient(app)
    elsewhere.post(link)
    elsewhere.post("/sign", judgement(method="link"))
    assert nothing_counts(app, cast)
    with app.app_context():
        guest = db.session.get_one(Person, guest_id)
        assert (guest.is_guest, guest.email) == (True, "second.address@example.net")
    assert "A Friend" in sign_in("administrator").get("/guests").text  # The administrator sees who it was.


def test_drawing_a_signature_alone_never_counts_for_what_is_critical(app, cast, asked_here):
    phone = PageClient(app)
    phone.post(asked_here[1])
    phone.post("/sign", judgement(method="signature", name="Nell", profession="Nurse", drawn=PICTURE))
    assert nothing_counts(app, cast)
    with app.app_context():
        made = db.session.scalars(select(Assessment)).one()
        assert made.identity_grade.value == "drawn-signature"


def test_no_token_no_pin_and_no_signature_reaches_a_log(app, cast, asked_by_email, caplog):
    with app.app_context():
        give_pin(cast.assessor)
    guest, link = PageClient(app), asked_by_email[1]
    with caplog.at_level(logging.DEBUG):
        guest.get(link)
        guest.post(link)
        guest.post("/sign", judgement(method="link", drawn="data:image/png;base64,iVBORw0KGgo="))
        other = PageClient(app)
        other.post(link, status=403)
    said = "\n".join(f"{each.getMessage()} {each.__dict__}" for each in caplog.records)
    for secret in (link.rpartition("/")[2], PIN, "iVBORw0KGgo"):
        assert secret not in said
