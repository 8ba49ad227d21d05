"""The form a device may fill in that nobody is signed in on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import WriteReceipt
from lms.competencies import services
from lms.competencies.models import Concern, RequestDraft
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.services import deactivate, viewer_for
from lms.notifications.models import Mail
from lms.notifications.services import compose, facts_of
from lms.signing.rules import Refusal
from lms.web.limits import Limiter
from tests.client import PageClient
from tests.competencies.test_forgery import asked_by_email, asked_here, asking, content, judgement, traces
from tests.competencies.test_signing import PIN, give_pin

__all__ = ["asked_by_email", "asked_here", "content"]
NELL = {"method": "signature", "name": "Nell Abara", "profession": "Liaison nurse", "registration_number": "12A3456E"}


@pytest.fixture
def phone(app, asked_here):
    """A phone on which the link the trainee shows was opened."""
    made = PageClient(app)
    made.post(asked_here[1])
    return made


def test_an_unsafe_moment_is_marked_by_whoever_signs(app, cast, phone, sign_in):
    page = phone.post("/sign", judgement(**NELL, is_unsafe="y"), status=422).text
    assert "Say what was unsafe" in page
    phone.post("/sign", judgement(**NELL, is_unsafe="y", unsafe="Left the airway unwatched."))
    with app.app_context():
        concern = db.session.scalars(select(Concern)).one()
    for name, path in (("consultant_nurse", "/concerns"), ("trainee", "/concerns/about-me")):
        page = sign_in(name).get(f"{path}/{concern.id}").text
        assert "Left the airway unwatched." in page
        assert "Nell Abara, without an account here" in page


def test_an_unsafe_moment_marked_with_a_pin_is_the_assessors(app, cast, phone, sign_in):
    with app.app_context():
        give_pin(cast.assessor)
    sent = judgement(method="pin", person_id=str(cast.assessor), pin=PIN, is_unsafe="y", unsafe="No seat belt.")
    phone.post("/sign", sent)
    with app.app_context():
        concern = db.session.scalars(select(Concern)).one()
    assert "Asha Patel, assessor" in sign_in("consultant_nurse").get(f"/concerns/{concern.id}").text


def test_a_guest_whose_profession_is_registered_gives_the_number(phone):
    assert "Needed if you are a paramedic" in phone.get("/sign").text
    page = phone.post("/sign", judgement(**{**NELL, "registration_number": ""}), status=422).text
    assert "Enter the number of your professional registration" in page
    phone.post("/sign", judgement(**{**NELL, "profession": "Peer worker", "registration_number": ""}))


WRONG_DETAILS = [
    ({"name": "943 476 5919"}, "Remove the NHS number"),
    ({"profession": "943 476 5919"}, "Remove the NHS number"),
    ({"email": "9434765919@x.example"}, "Remove the NHS number"),
    ({"name": "N" * 201}, "Use 200 characters or fewer"),
    ({"profession": "N" * 101}, "Use 100 characters or fewer"),
]


@pytest.mark.parametrize(("wrong", "words"), [*WRONG_DETAILS, ({"registration_number": "1" * 41}, "Use 40 characters")])
def test_details_of_a_guest_that_are_wrong_are_told_beside_their_field(phone, wrong, words):
    page = phone.post("/sign", judgement(**{**NELL, **wrong}), status=422)
    (field,) = wrong
    assert words in beside(page, field)


@pytest.mark.parametrize(("wrong", "words"), WRONG_DETAILS)
def test_details_of_somebody_to_ask_that_are_wrong_are_told_before_anything_is_kept(
    app, content, sign_in, wrong, words
):
    page = sign_in("trainee").post("/assessments/ask", asking(**wrong), status=422)
    (field,) = wrong
    assert words in beside(page, field)
    with app.app_context():
        assert db.session.scalars(select(RequestDraft)).all() == []


def beside(page, field):
    """The error of a field."""
    return page.text.partition(f'id="{field}-error"')[2].partition("<input")[0]


def test_a_link_that_was_sent_ends_when_somebody_with_an_account_takes_the_request(app, cast, asked_by_email, sign_in):
    request_id, link = asked_by_email
    guest = PageClient(app)
    guest.post(link)
    guest.get("/sign/decline")
    with app.app_context():
        shown = services.show_link(viewer_for(cast.trainee), request_id)
    assessor = sign_in("assessor")
    led = assessor.post(shown, {"action": "claim"}).headers["Location"]
    assert led == f"/assessments/requests/{request_id}"
    assert guest.post("/sign/decline", {"reason": "I was not there."}).headers["Location"] == "/sign-in"
    PageClient(app).get(link, status=404)
    PageClient(app).post(link, status=403)
    assert "Say what you saw" not in assessor.get(led).text
    assessor.post(led, judgement())
    with app.app_context():
        assert db.session.scalars(select(Mail.template).where(Mail.template == "signed")).all() == []


def test_a_request_that_no_longer_waits_is_not_claimed(app, cast, asked_here, sign_in):
    with app.app_context():
        services.cancel_request(viewer_for(cast.trainee), asked_here[0])
        shown = asked_here[1]
    page = sign_in("assessor").post(shown, {"action": "claim"}, status=403).text
    assert "This link does not work" in page


def test_who_assesses_nobody_claims_nothing(cast, asked_here, sign_in):
    sign_in("supervisor").post(asked_here[1], {"action": "claim"}, status=404)


def test_a_drawing_that_is_no_picture_is_refused_beside_it_and_may_be_left_out(phone):
    head = "data:image/png;base64,iVBORw0KGgo="
    page = phone.post("/sign", judgement(**NELL, drawn=head), status=422).text
    shown = page.partition('data-signature="drawn"')[2].partition("<canvas")[0]
    assert "Draw your signature again, or leave it out" in shown
    assert head not in page
    phone.post("/sign", judgement(**NELL, drawn=""))


def test_a_form_about_a_trainee_whose_account_is_closed_says_so(app, cast, phone):
    with app.app_context():
        deactivate(viewer_for(cast.administrator), cast.trainee)
    assert "The account of this trainee is closed" in phone.post("/sign", judgement(**NELL), status=422).text


def test_a_form_on_a_device_that_was_handed_over_is_sent_so_many_times_a_minute(app, phone):
    kept = app.extensions["limiter"]
    with app.app_context():
        app.extensions["limiter"] = Limiter(db.engine, 3)
    try:
        answers = [phone.client.post("/sign", data=judgement(method="link")).status_code for _ in range(5)]
    finally:
        app.extensions["limiter"] = kept
    assert answers == [422, 422, 422, 429, 429]
    assert traces(app) == [Refusal.NOT_ALLOWED_HERE] * 3


def test_who_says_signed_in_that_it_was_not_them_leaves_no_token_behind(app, cast, phone, sign_in):
    with app.app_context():
        give_pin(cast.assessor)
    phone.post("/sign", judgement(method="pin", person_id=str(cast.assessor), pin=PIN))
    with app.app_context():
        receipt = facts_of(db.session.scalars(select(Mail).where(Mail.template == "signed")).one())["url"]
    assessor = sign_in("assessor")
    answer = assessor.post(receipt, {"confirmed": "y", "request_id": str(new_id())})
    assert answer.headers["Location"] == "/"
    assert "The record is suspended and the consultant nurse has been told" in assessor.get("/").text
    with app.app_context():
        assert set(db.session.scalars(select(WriteReceipt.location))) == {"/"}


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("pin", ["Select your name", "Enter your PIN"]),
        ("signature", ["Enter your name", "Enter your profession"]),
    ],
)
def test_who_signs_is_asked_for_together_with_everything_else(phone, method, words):
    page = phone.post("/sign", {"method": method, "is_unsafe": "y"}, status=422).text
    for each in ("Select a level for D3.1", "Answer: What went well?", "Say what was unsafe", *words):
        assert each in page


def test_a_link_says_until_when_it_works(app, asked_by_email):
    with app.app_context():
        mail = db.session.scalars(select(Mail).where(Mail.template == "asked-to-assess")).one()
        body = compose(mail, "Nell Abara", "nell@example.org").as_string()
    assert body.count("It works until 2 December 2026") == 2
    assert "The link works until 2 December 2026" in PageClient(app).get(asked_by_email[1]).text


def test_a_reminder_after_more_time_says_the_new_day(app, cast, asked_by_email, clock):
    clock.set(clock() + timedelta(days=15))
    with app.app_context():
        services.reset(viewer_for(cast.trainee), asked_by_email[0])
        mail = db.session.scalars(select(Mail).where(Mail.template == "reminded-to-assess")).one()
        assert facts_of(mail)["until"] == "17 December 2026"


def test_who_was_asked_reads_that_the_trainee_cancelled(app, cast, asked_by_email):
    with app.app_context():
        services.cancel_request(viewer_for(cast.trainee), asked_by_email[0])
    guest = PageClient(app)
    for page in (guest.get(asked_by_email[1], status=404).text, guest.post(asked_by_email[1], status=403).text):
        assert "The trainee no longer needs this: they cancelled the request." in page
        assert "Amina" not in page
        assert "Look for the newest message" not in page
    for page in (guest.get("/sign/never-was", status=404).text, guest.post("/sign/never-was", status=404).text):
        assert "Look for the newest message" in page
