"""What a trainee may try in order to sign for themselves: it is refused or counts for nothing, and leaves a trace."""

import logging
from base64 import b64encode
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.competencies import queries, services
from lms.competencies.models import Assessment, AssessmentRating
from lms.competencies.rules import Way
from lms.core.clock import today
from lms.core.db import db
from lms.identity.models import Person, SignInAttempts
from lms.identity.services import deactivate, give_role, viewer_for
from lms.identity.services.guests import update_guest
from lms.notifications.models import Mail
from lms.notifications.services import facts_of
from lms.policy import Role
from lms.signing import queries as signing_queries
from lms.signing import services as signing
from lms.signing.models import FormSession, RefusedSignature, SigningLink, SigningReceipt
from lms.signing.rules import Refusal
from lms.signing.rules.guests import GuestVerdict
from tests.client import PageClient
from tests.competencies.test_signing import PIN, give_pin
from tests.factories import competencies as make
from tests.factories.drawings import drawing

PICTURE = "data:image/png;base64," + b64encode(drawing()).decode()
WRONG_PIN = "618304"
GUEST = "nell.abara@northmere-general.example"
NURSE = {"name": "Nell Abara", "profession": "Nurse", "registration_number": "12A3456E", "email": GUEST}


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
        return request.id, str(facts_of(mail)["url"])


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


def asking(**changes):
    usual = {
        "way": "email",
        "name": "A Friend",
        "profession": "Nurse",
        "email": GUEST,
        "form_kind": "mini-cex",
        "setting": "crisis-team",
        "is_simulated": "no",
        "codes_D3": ["D3.1"],
        "seen_on-day": today().day,
        "seen_on-month": today().month,
        "seen_on-year": today().year,
    }
    return {**usual, **changes}


def traces(app):
    with app.app_context():
        return list(db.session.scalars(select(RefusedSignature.refusal).order_by(RefusedSignature.id)))


def logged(caplog):
    return [each.getMessage() for each in caplog.records if each.getMessage().startswith("refused")]


def nothing_counts(app, cast):
    return not why_not(app, cast, counted=True)


def why_not(app, cast, *, counted=False):
    """Why each piece of evidence of the capability does not count; or those that do."""
    with app.app_context():
        result = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1").standing.result
        return [piece.why_not for piece in (result.counted if counted else result.not_counted)]


def accept_guest(app, cast, guest_id):
    with app.app_context():
        actor = viewer_for(cast.administrator)
        signing.add_domain(actor, domain=GUEST.partition("@")[2], name="Northmere General Hospital")
        signing.check_guest(actor, guest_id, GuestVerdict.ACCEPTED, registration_checked=True)


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
    assert [str(cast.trainee) in line for line in logged(caplog)] == [True]
    client.post("/sign", judgement(method="pin"))
    assert traces(app) == [Refusal.OWN_SESSION] * 2
    with app.app_context():
        found = db.session.execute(select(RefusedSignature.by_id, RefusedSignature.subject_id)).all()
    assert set(found) == {(cast.trainee, asked_here[0]), (cast.trainee, None)}
    assert "in their own session" in sign_in("consultant_nurse").get("/signatures").text
    assert nothing_signed(app)


@pytest.mark.parametrize("name", ["administrator", "trainee_b"])
def test_what_others_send_is_no_trace_about_the_trainee(app, cast, asked_here, sign_in, name):
    sign_in(name).post(f"/assessments/requests/{asked_here[0]}", judgement(), status=403)
    with app.app_context():
        about = db.session.execute(select(RefusedSignature.trainee_id, RefusedSignature.subject_id)).all()
    assert about == ([(cast.trainee_b, None)] if name == "trainee_b" else [])


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
    phone.post("/sign", judgement(method="pin", person_id="nobody", pin=PIN), status=422)
    assert traces(app) == [Refusal.WRONG_PIN] * 2
    phone.post("/sign", judgement(method="pin", person_id="", pin=PIN), status=422)
    assert traces(app) == [Refusal.WRONG_PIN] * 2  # Who chose no name tried to be nobody.
    assert nothing_signed(app)


def test_signing_with_ones_own_pin(app, cast, asked_here):
    with app.app_context():
        give_role(None, person_id=cast.trainee, role=Role.ASSESSOR, scope_id=cast.trust, cause="Assesses others")
        give_pin(cast.trainee)
        give_pin(cast.assessor)
    phone = PageClient(app)
    phone.post(asked_here[1])
    page = phone.get("/sign").text
    assert (str(cast.assessor) in page, str(cast.trainee) in page) == (True, False)
    page = phone.post("/sign", judgement(method="pin", person_id=str(cast.trainee), pin=PIN), status=422).text
    assert "for somebody else to sign" in page
    assert traces(app) == [Refusal.OWN_SIGNATURE]
    assert nothing_signed(app)


def test_signing_in_a_way_the_form_does_not_offer(app, cast, asked_here):
    phone = PageClient(app)
    phone.post(asked_here[1])
    phone.post("/sign", judgement(method="link"), status=422)
    assert traces(app) == [Refusal.NOT_ALLOWED_HERE]
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


def test_editing_a_completed_form(app, cast, content, sign_in, caplog):
    with app.app_context():
        made = make.complete(make.ask(cast.trainee, cast.assessor), {"D3.1": 2})
        request_id, made_id = made.request_id, made.id
    client = sign_in("trainee")
    for path in (f"/assessments/requests/{request_id}", f"/assessments/{made_id}/correction"):
        client.post(path, judgement(reason="I was better than that."), status=403)
    assert [str(cast.trainee) in line for line in logged(caplog)] == [True, True]
    assessor = sign_in("assessor")
    page = assessor.post(f"/assessments/requests/{request_id}", judgement(), status=422).text
    assert "what is signed stays" in page
    assert "Everything." in page  # What was typed is not lost.
    assessor.post(f"/assessments/requests/{request_id}", judgement(action="later"), status=422)
    kept = assessor.client.post(f"/assessments/requests/{request_id}/draft", json={"version": 0, "went_well": "More"})
    assert kept.status_code == 410
    assert traces(app) == [Refusal.OWN_SESSION] * 2 + [Refusal.CLOSED_REQUEST] * 3
    with app.app_context():
        assert set(db.session.scalars(select(RefusedSignature.by_id))) == {cast.trainee, cast.assessor}
        assert [row.level for row in db.session.scalars(select(AssessmentRating))] == [2]
        assert queries.find_draft(request_id) is None


@pytest.mark.parametrize("days", [-1, 8, 400])
def test_backdating(app, cast, asked_here, days):
    with app.app_context():
        give_pin(cast.assessor)
    day = today() - timedelta(days=days)
    phone = PageClient(app)
    phone.post(asked_here[1])
    moved = {"observed_on-day": day.day, "observed_on-month": day.month, "observed_on-year": day.year}
    phone.post("/sign", judgement(method="pin", person_id=str(cast.assessor), pin=PIN, **moved), status=422)
    assert traces(app) == [Refusal.WRONG_DATE]
    assert nothing_signed(app)


def test_guessing_links_and_receipts(app, cast, content, caplog):
    client = PageClient(app)
    for token in ("x", "A" * 43):
        client.get(f"/sign/{token}", status=404)
        client.get(f"/receipts/{token}", status=404)
    assert logged(caplog) == []  # Mail programs open links.
    for token in ("x", "A" * 43):
        client.post(f"/sign/{token}", status=404)
        client.post(f"/receipts/{token}", status=404)
    assert len(logged(caplog)) == 4
    assert not any("A" * 43 in line for line in logged(caplog))
    client.get("/sign", status=302)


def test_a_trainee_who_guesses_links_leaves_a_trace(app, cast, content, sign_in):
    sign_in("trainee").post(f"/sign/{'A' * 43}", status=404)
    assert traces(app) == [Refusal.UNKNOWN_LINK]
    with app.app_context():
        assert db.session.scalars(select(RefusedSignature.by_id)).all() == [cast.trainee]


def test_tokens_are_kept_as_digests_only(app, cast, asked_by_email):
    guest, link = PageClient(app), asked_by_email[1]
    guest.post(link)
    guest.post("/sign", judgement(method="link"))
    with guest.client.session_transaction() as session:
        form_token = session["form_token"]
    with app.app_context():
        receipt = facts_of(db.session.scalars(select(Mail).where(Mail.template == "signed")).one())["url"]
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
        link = facts_of(db.session.scalars(select(Mail).where(Mail.template == "asked-to-assess")).one())["url"]
        guest_id = request.assessor_id
    elsewhere = PageClient(app)
    elsewhere.post(link)
    elsewhere.post("/sign", judgement(method="link"))
    assert nothing_counts(app, cast)
    with app.app_context():
        guest = db.session.get_one(Person, guest_id)
        assert (guest.is_guest, guest.email) == (True, "second.address@example.net")
    assert "A Friend" in sign_in("administrator").get("/guests").text  # The administrator sees who it was,
    with app.app_context():  # finds that it was the trainee,
        actor = viewer_for(cast.administrator)
        signing.join_people(actor, guest_id, cast.trainee, reason="The address is the trainee's own.")
    assert why_not(app, cast) == ["Self-rating never counts"]
    own = "amina.yusuf@example.org"
    others = ("second.address@example.net", "second.address+x@example.net", own, "amina.yusuf+x@example.org")
    for email in others:  # and nobody is asked there again.
        page = sign_in("trainee").post("/assessments/ask", asking(email=email), status=422).text
        assert "this address is yours" in page
    assert traces(app) == [Refusal.OWN_ADDRESS] * 4
    with app.app_context():
        assert set(db.session.scalars(select(RefusedSignature.by_id))) == {cast.trainee}
    assert "The trainee asked themselves" in sign_in("consultant_nurse").get("/signatures").text


def test_drawing_a_signature_alone_never_counts_for_what_is_critical(app, cast, asked_here):
    phone = PageClient(app)
    phone.post(asked_here[1])
    phone.post("/sign", judgement(method="signature", drawn=PICTURE, **NURSE))
    assert why_not(app, cast) == ["Signed by somebody an administrator has not checked yet"]
    with app.app_context():
        made = db.session.scalars(select(Assessment)).one()
        assert (made.identity_grade.value, made.role) == ("drawn-signature", None)
        guest_id = made.assessor_id
    accept_guest(app, cast, guest_id)
    assert why_not(app, cast) == [
        "Signed by drawn signature: this capability needs a link to a checked address or surer"
    ]
    assert nothing_counts(app, cast)


def test_a_link_to_the_address_of_the_same_guest_counts_once_they_are_checked(app, cast, asked_by_email):
    guest = PageClient(app)
    guest.post(asked_by_email[1])
    guest.post("/sign", judgement(method="link"))
    assert nothing_counts(app, cast)
    with app.app_context():
        guest_id = db.session.scalars(select(Assessment.assessor_id)).one()
        db.session.rollback()
        guest_page = signing_queries.get_guest(viewer_for(cast.administrator), guest_id)
        update_guest(
            viewer_for(cast.administrator),
            guest_id,
            version=guest_page.version,
            **{**guest_page.details, "registration_number": "12A3456E"},
        )
    accept_guest(app, cast, guest_id)
    assert not nothing_counts(app, cast)


def _without_numbers(record):
    """What a log record holds beside its clock, line and thread, whose figures hold any six in the end."""
    return {key: value for key, value in record.__dict__.items() if not isinstance(value, int | float)}


def test_no_token_no_pin_and_no_signature_reaches_a_log(app, cast, asked_by_email, caplog):
    with app.app_context():
        give_pin(cast.assessor)
        here = [make.ask(cast.trainee, None, way=Way.HERE, codes=[code]) for code in ("D1.3", "D1.4")]
        shown = [services.show_link(viewer_for(cast.trainee), each.id) for each in here]
    for name in ("", "sqlalchemy.engine", "lms"):
        caplog.set_level(logging.DEBUG, logger=name)
    sent = asked_by_email[1]
    walks = [
        (sent, judgement(method="link")),
        (shown[0], judgement(level_D1_3="4", method="pin", person_id=str(cast.assessor), pin=PIN)),
        (shown[1], judgement(level_D1_4="4", method="signature", drawn=PICTURE, **NURSE)),
    ]
    secrets = [PIN, WRONG_PIN, "no-such-token", PICTURE.partition(",")[2]]
    secrets += [each.rpartition("/")[2] for each in (sent, *shown)]
    PageClient(app).post("/sign/no-such-token", status=404)
    wrong = PageClient(app)
    wrong.post(shown[0])
    wrong.post("/sign", {**walks[1][1], "pin": WRONG_PIN}, status=422)
    for link, signed in walks:
        device = PageClient(app)
        device.get(link)
        device.post(link)
        with device.client.session_transaction() as session:
            secrets.append(session["form_token"])
        device.post("/sign", {**signed, "went_well": ""}, status=422)
        device.post("/sign", signed)
        PageClient(app).post(link, status=403)
    with app.app_context(), caplog.at_level(logging.INFO, logger="sqlalchemy.engine"):  # This reads what is sent.
        receipt = facts_of(db.session.scalars(select(Mail).where(Mail.template == "signed")).first())["url"]
    secrets.append(receipt.rpartition("/")[2])
    PageClient(app).get(receipt)
    PageClient(app).post(receipt, {"confirmed": "y"})
    said = caplog.text + "".join(f"{each.getMessage()} {_without_numbers(each)}" for each in caplog.records)
    assert "INSERT INTO assessment " in said
    assert "refused: a link that never was" in said
    for secret in secrets:
        assert len(secret) > 5
        assert secret not in said
