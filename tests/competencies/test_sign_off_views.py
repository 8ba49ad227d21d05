import re
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from lms.competencies import services
from lms.core.clock import today
from lms.core.db import db
from lms.files.models import StoredFile
from lms.identity.services import viewer_for
from tests.factories import competencies as make
from tests.factories.pdfs import pdf
from tests.factories.sign_offs import PDF, accept, claim, propose
from tests.factories.supervision import name

BOX = '<input class="nhsuk-checkboxes__input" id="confirmed_file" name="confirmed_file"'


@pytest.fixture
def other(app, cast):
    with app.app_context():
        make.load_framework()
        return make.another_assessor(cast.trust)


@pytest.fixture
def signed(app, cast, other):
    with app.app_context():
        make.meet_enquiry(cast.trainee, cast.assessor, other)
        return make.sign_off(cast.trainee, cast.assessor).id


@pytest.fixture
def claimed(app, cast, other):
    with app.app_context():
        return claim(cast.trainee, cast.assessor, with_file=True).id


def capability(cast):
    return f"/trainees/{cast.trainee}/capabilities/D3.1"


def parts(name, on):
    return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}


def test_the_page_says_that_early_low_ratings_do_no_harm(cast, other, sign_in):
    assert "Early low ratings do no harm." in sign_in("trainee").get(capability(cast)).text


def test_the_pages_tell_an_assessor_who_supervises_the_trainee_that_somebody_else_signs(app, cast, claimed, sign_in):
    with app.app_context():
        make.meet_enquiry(cast.trainee, cast.assessor, make.another_assessor(cast.trust, 1))
    pages = (capability(cast), f"{capability(cast)}/sign-off", f"/prior-learning/{claimed}/decide")
    client = sign_in("assessor")
    assert not any("You supervise this trainee now" in client.get(page).text for page in pages)
    with app.app_context():
        name(cast, cast.assessor)
    client = sign_in("assessor")
    for page in pages:
        text = client.get(page).text
        assert "You supervise this trainee now" in text
        assert "Sign off</" not in text
        assert "Record your decision" not in text
    assert f"/prior-learning/{claimed}/decide" not in client.get(f"/prior-learning/{claimed}").text
    assert f'value="{cast.assessor}"' not in sign_in("trainee").get("/prior-learning/claim").text


def test_a_withdrawal_is_proposed_by_one_and_confirmed_by_another(app, cast, signed, sign_in):
    client = sign_in("assessor")
    assert "Propose to withdraw this sign-off" in client.get(capability(cast)).text
    assert "Withdrawing takes two people" in client.get(f"/sign-offs/{signed}/withdraw").text
    shown = client.follow(client.post(f"/sign-offs/{signed}/withdraw", {"reason": "Meant for somebody else."})).text
    assert "It stands until a second person confirms." in shown
    assert "Meant for somebody else." in shown
    assert "You proposed this. A second person" in client.get(f"/sign-offs/{signed}/withdrawal").text
    refused = client.post(f"/sign-offs/{signed}/withdrawal", {"decision": "confirm", "reason": "I am sure."}, 422)
    assert "You proposed this" in refused.text
    nurse = sign_in("consultant_nurse")
    assert "Amina Yusuf: D3.1 Suicide enquiry" in nurse.get("/sign-offs").text
    assert "Meant for somebody else." in nurse.get(f"/sign-offs/{signed}/withdrawal").text
    assert "Select what you decide" in nurse.post(f"/sign-offs/{signed}/withdrawal", {"reason": "So it is."}, 422).text
    sent = nurse.post(f"/sign-offs/{signed}/withdrawal", {"decision": "confirm", "reason": "I read both records."})
    shown = nurse.follow(sent).text
    assert "The sign-off of D3.1 Suicide enquiry is withdrawn" in shown
    assert "Withdrawn on 18 November 2026 by Connie Njoroge: " in shown
    assert "nothing to decide now" in nurse.get(f"/sign-offs/{signed}/withdrawal").text


def test_a_withdrawal_is_declined(app, cast, other, signed, sign_in):
    with app.app_context():
        propose(other, signed)
    client = sign_in("assessor")
    sent = client.post(f"/sign-offs/{signed}/withdrawal", {"decision": "decline", "reason": "The ratings carry it."})
    assert "goes on standing" in client.follow(sent).text
    client.get(f"/sign-offs/{signed}/withdrawal", status=404)


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("trainee", 403), ("educator", 403), ("supervisor", 403)]
)
def test_nobody_else_withdraws(cast, signed, sign_in, who, status):
    client = sign_in(who)
    for page in ("withdraw", "withdrawal"):
        client.get(f"/sign-offs/{signed}/{page}", status=status)


def test_a_later_lower_rating_is_looked_at_on_its_page(app, cast, other, signed, sign_in, clock):
    clock.set(clock() + timedelta(days=10))
    with app.app_context():
        make.assess(cast.trainee, other, {"D3.1": 2})
    client = sign_in("assessor")
    assert "By 12 December 2026" in client.get("/sign-offs").text
    page = client.get(f"/sign-offs/{signed}/review").text
    assert "Rated level 2 after the sign-off at level 4" in page
    assert "Look at it" in client.get(capability(cast)).text
    sent = client.post(f"/sign-offs/{signed}/review", {"reason": "One hard call; the others carry it."})
    shown = client.follow(sent).text
    assert "Looked at again: it stands on 28 November 2026 by Asha Patel" in shown
    assert "There is nothing to decide now" in client.get(f"/sign-offs/{signed}/review").text
    assert "No sign-off waits to be looked at again." in client.get("/sign-offs").text
    sign_in("consultant_nurse").get(f"/sign-offs/{signed}/review", status=403)


def test_the_consultant_nurse_sees_what_is_looked_at_again_and_by_whom(app, cast, other, signed, sign_in, clock):
    clock.set(clock() + timedelta(days=10))
    with app.app_context():
        make.assess(cast.trainee, other, {"D3.1": 2})
    nurse = sign_in("consultant_nurse")
    page = nurse.get("/sign-offs").text
    assert "by Asha Patel" in page
    assert "/review" not in page


def test_a_trainee_claims_prior_learning_with_a_file(app, cast, other, sign_in):
    client = sign_in("trainee")
    assert "/prior-learning/claim" in client.get(f"/trainees/{cast.trainee}/capabilities").text
    client.get("/prior-learning/claim?code=D3.1")
    empty = client.post("/prior-learning/claim", {}, 422).text
    for words in ("Select a capability", "Select a level", "Say what you have done", "Select an assessor"):
        assert words in empty
    answers = {
        "code": "D3.1",
        "level": "4",
        "evidence": "Two years in a crisis team.",
        "assessor_id": cast.assessor,
        "proof": (BytesIO(PDF), "my name on it.pdf"),
    }
    shown = client.follow(client.post("/prior-learning/claim", answers)).text
    assert "The claim waits for Asha Patel" in shown
    assert "Two years in a crisis team." in shown
    assert "Waiting for Asha Patel" in client.get("/prior-learning/claim").text


def test_a_file_that_may_name_a_patient_is_confirmed_for_itself_alone(app, cast, other, sign_in, caplog):
    client, url = sign_in("trainee"), "/prior-learning/claim"
    named, another = pdf("A certificate.", "Talked with Mr Hale."), pdf("Rang 07700 900123.")

    def sent(file, **more):
        return {
            "code": "D3.1",
            "level": "4",
            "evidence": "Two years in a crisis team.",
            "assessor_id": cast.assessor,
            "proof": (BytesIO(file), "my name on it.pdf"),
            **more,
        }

    page = client.post(url, sent(pdf("Seen as 943 476 5919")), 422).text
    assert "The file holds an NHS number on page 1." in page
    assert BOX not in page
    page = client.post(url, sent(named), 422).text
    assert "a title and surname “Mr Hale” on page 2" in page
    assert "Two years in a crisis team." in page
    box = re.search(BOX + ' type="checkbox" value="([0-9a-f]{64})">', page)
    assert box
    page = client.post(url, sent(another, confirmed_file=box[1]), 422).text
    assert "a phone number “07700 900123” on page 1" in page
    page = client.post(url, sent(named, confirmed_file=box[1], evidence=""), 422).text
    assert "Choose the file again: a browser does not keep it." in page
    assert re.search(BOX + f' type="checkbox" value="{box[1]}" checked', page)
    shown = client.follow(client.post(url, sent(named, confirmed_file=box[1]))).text
    assert "The claim waits for Asha Patel" in shown
    with app.app_context():
        stored = db.session.scalars(select(StoredFile)).one()
    assert stored.size == len(named)
    files = [path for path in (app.config["SETTINGS"].instance_dir / "files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [named]
    assert not any(word in caplog.text for word in ("943", "Hale", "07700"))


def test_a_file_is_a_download_for_those_who_may_read_the_record(cast, claimed, sign_in):
    answer = sign_in("trainee").get(f"/prior-learning/{claimed}/evidence")
    assert answer.headers["Content-Disposition"] == "attachment; filename=prior-learning-2026-11-18.pdf"
    assert answer.mimetype == "application/pdf"
    assert answer.data == PDF
    sign_in("assessor").get(f"/prior-learning/{claimed}/evidence")
    sign_in("trainee_b").get(f"/prior-learning/{claimed}/evidence", status=404)
    sign_in("stranger").get(f"/prior-learning/{claimed}/evidence", status=404)
    sign_in("supervisor").get(f"/prior-learning/{claimed}/evidence", status=403)


def test_a_claim_without_a_file_has_no_download(app, cast, other, sign_in):
    with app.app_context():
        made = claim(cast.trainee, cast.assessor).id
    client = sign_in("trainee")
    assert "Download the certificate" not in client.get(f"/prior-learning/{made}").text
    client.get(f"/prior-learning/{made}/evidence", status=404)


def test_an_assessor_accepts_a_claim_and_it_is_marked_wherever_it_counts(app, cast, claimed, sign_in):
    client = sign_in("assessor")
    assert "Amina Yusuf: D3.1 Suicide enquiry" in client.get("/sign-offs").text
    page = client.get(f"/prior-learning/{claimed}/decide").text
    assert "18 November 2027 at the latest." in page
    answers = {"decision": "accept", "level": "4", "reason": "I rang the team.", **parts("expires_on", today())}
    refused = client.post(f"/prior-learning/{claimed}/decide", answers, 422).text
    assert "The date must be in the future" in refused
    until = parts("expires_on", today() + timedelta(days=180))
    shown = client.follow(client.post(f"/prior-learning/{claimed}/decide", {**answers, **until})).text
    assert "Accepted at level 4 on 18 November 2026 by Asha Patel. It counts until 17 May 2027." in shown
    page = client.get(capability(cast)).text
    assert "Signed off by prior learning, until 17 May 2027." in page
    assert "Level 4 by prior learning, 18 November 2026, by Asha Patel" in page
    assert "by prior learning" in client.get(f"/trainees/{cast.trainee}/capabilities").text
    assert "already decided" in client.post(f"/prior-learning/{claimed}/decide", {**answers, **until}, 422).text


def test_a_claim_is_declined_without_level_or_date(cast, claimed, sign_in):
    client = sign_in("assessor")
    sent = client.post(f"/prior-learning/{claimed}/decide", {"decision": "decline", "reason": "Another subject."})
    assert "Declined on 18 November 2026 by Asha Patel" in client.follow(sent).text
    assert "Another subject." in sign_in("trainee").get(f"/prior-learning/{claimed}").text


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("trainee", 403), ("consultant_nurse", 403)])
def test_nobody_else_decides_a_claim(cast, claimed, sign_in, who, status):
    sign_in(who).get(f"/prior-learning/{claimed}/decide", status=status)


def test_the_short_way_to_renew_is_said_on_the_page(app, cast, signed, sign_in, clock):
    client = sign_in("trainee")
    assert "From 90 days before the review date of 18 November 2027" in client.get(capability(cast)).text
    clock.set(clock() + timedelta(days=400))
    page = sign_in("trainee").get(capability(cast)).text
    assert "This expired. To renew: Ask for a mini-CEX." in page
    assert "Missing: 1 more of: 1 mini-CEX (seen live) (now 0). " in page
    with app.app_context():
        make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    assert "It is there." in sign_in("trainee").get(capability(cast)).text
    client = sign_in("assessor")
    page = client.get(f"{capability(cast)}/sign-off").text
    assert "this is enough to renew" in page
    client.post(f"{capability(cast)}/sign-off", {"level": "4"})
    assert "Signed off" in client.get(capability(cast)).text


def test_an_expired_claim_says_so(app, cast, claimed, sign_in, clock):
    with app.app_context():
        accept(cast.assessor, claimed)
    clock.set(clock() + timedelta(days=200))
    assert "Expired" in sign_in("trainee").get(capability(cast)).text


def test_texts_of_others_are_text(app, cast, signed, sign_in):
    with app.app_context():
        actor = viewer_for(cast.assessor)
        services.propose_withdrawal(actor, signed, reason="<script>alert(1)</script>")
    assert "<script>alert(1)" not in sign_in("consultant_nurse").get(f"/sign-offs/{signed}/withdrawal").text


def test_the_short_way_to_renew_stands_beside_what_patients_say(app, cast, other, sign_in):
    with app.app_context():
        make.assess(cast.trainee, cast.assessor, {"D1.1": 4}, days_ago=5)
        make.assess(cast.trainee, cast.assessor, {"D1.1": 4}, days_ago=3, setting="crisis-team")
        make.assess(cast.trainee, other, {"D1.1": 4}, days_ago=1)
        make.sign_off(cast.trainee, cast.assessor, "D1.1")
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities/D1.1").text
    assert "Patient and carer feedback: Not asked yet" in page
    assert "From 90 days before the review date of 18 November 2027, this is enough to renew" in page
