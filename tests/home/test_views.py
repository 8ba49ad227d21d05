import re
from datetime import timedelta

import pytest

from lms.competencies import services
from lms.competencies.rules import Rung
from lms.core.db import transaction
from lms.identity.services import viewer_for
from lms.notifications.services import tell
from lms.policy import Permission, Role
from lms.signing import services as signing
from lms.signing.rules import Purpose
from tests.client import PageClient
from tests.factories import competencies as make
from tests.factories import concerns

EMPTY = {
    "trainee": "You are not enrolled in a cohort yet",
    "supervisor": "No hours wait for you",
    "assessor": "Nobody waits for an assessment from you",
    "educator": "Nothing waits to be marked",
    "external_examiner": "by candidate number",
    "consultant_nurse": "Nothing waits for a decision",
    "administrator": "have not chosen a password",
}


@pytest.mark.parametrize("name", EMPTY)
def test_every_home_says_something_when_nothing_is_there(sign_in, name: str) -> None:
    assert EMPTY[name] in sign_in(name).get("/").text


def test_every_role_is_in_the_table() -> None:
    assert {Role(name.replace("_", "-")) for name in EMPTY} == set(Role)


def test_a_stranger_to_the_service_is_asked_to_sign_in(client: PageClient) -> None:
    assert client.get("/", status=302).headers["Location"] == "/sign-in"


def test_a_deep_link_survives_sign_in(client: PageClient) -> None:
    assert client.get("/modules?x=1", status=302).headers["Location"].startswith("/sign-in?next=/modules?x")


@pytest.fixture
def asked(app, cast):
    with app.app_context():
        make.load_framework()
        return make.ask(cast.trainee, cast.assessor).id


def test_what_was_declined_is_asked_again_from_what_was_entered(app, cast, asked, sign_in) -> None:
    waiting = sign_in("trainee").get("/").text
    assert "Assessment of D3.1 Suicide enquiry" in waiting
    assert "D3.1 Suicide enquiry" in sign_in("assessor").get("/").text
    with app.app_context():
        assessor = viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE)
        services.decline_request(assessor, asked, reason="I was not there.")
    page = sign_in("trainee").get("/").text
    assert f'href="/assessments/ask?again={asked}">Ask somebody else to assess you</a>' in page
    assert "I was not there." in page
    with app.app_context():
        make.ask(cast.trainee, cast.stranger)
    assert "Ask somebody else" not in sign_in("trainee").get("/").text


def test_what_nobody_answered_is_said_for_a_while(app, cast, asked, sign_in, clock) -> None:
    clock.set(clock() + timedelta(days=15))
    page = sign_in("trainee").get("/").text
    assert f'href="/assessments/ask?again={asked}">Ask again for an assessment</a>' in page
    assert "Asha Patel did not answer in time: D3.1 Suicide enquiry" in page
    clock.set(clock() + timedelta(days=21))
    assert "Ask again for an assessment" not in sign_in("trainee").get("/").text


# --- The trainee: a concern that wants their words ---


def section(page: str, identifier: str) -> str:
    return page.partition(f'aria-labelledby="{identifier}"')[2].partition("</section>")[0]


@pytest.mark.parametrize("rung", [Rung.RECORDED, Rung.ACTION_PLAN])
def test_a_concern_without_a_reply_is_what_the_trainee_does_next(app, cast, asked, sign_in, clock, rung) -> None:
    with app.app_context():
        made = concerns.raise_concern(cast.consultant_nurse, cast.trainee, rung).id
    clock.set(clock() + timedelta(days=15))  # What was asked in vain stands there too.
    trainee = sign_in("trainee")
    lines = section(trainee.get("/").text, "next")
    assert lines.index(f'href="/concerns/about-me/{made}"') < lines.index("Ask again for an assessment")
    assert f"{rung.label}, raised on 18 November 2026" in lines
    trainee.post(f"/concerns/about-me/{made}/reply", {"text": "The nurse sent me on."})
    assert f"/concerns/about-me/{made}" not in section(trainee.get("/").text, "next")


def test_a_heads_up_or_a_closed_concern_wants_no_reply(app, cast, sign_in) -> None:
    with app.app_context():
        concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.HEADS_UP)
        closed = concerns.raise_concern(cast.consultant_nurse, cast.trainee)
        services.close_concern(concerns.manager(cast.consultant_nurse), closed.id, reason="All is well.")
    assert "Read a concern about you" not in sign_in("trainee").get("/").text


# --- The consultant nurse: everything to decide in one place ---


@pytest.fixture
def denied(app, cast):
    """A signature that the assessor says is not theirs."""
    with app.app_context():
        make.load_framework()
        made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
        return signing.deny_own(viewer_for(cast.assessor), Purpose.ASSESSMENT, made.id, trainee_id=cast.trainee).id


def test_a_signature_in_doubt_is_to_decide_today_and_counted_in_the_menu(app, cast, denied, sign_in) -> None:
    nurse = sign_in("consultant_nurse")
    page = nurse.get("/").text
    assert f'href="/signatures/{denied}"' in section(page, "due")
    assert "Amina Yusuf: decide about a signature" in section(page, "due")
    assert "Nothing waits for a decision" not in page
    menu = nurse.get("/concerns").text.partition("<main")[0]
    assert re.search(r'href="/signatures"[^>]*>\s*Signatures\s*<span class="app-count">1', menu)
    nurse.post(f"/signatures/{denied}", {"verdict": "stands", "reason": "The rota says so."})
    page = nurse.get("/").text
    assert f"/signatures/{denied}" not in section(page, "due")
    assert "app-count" not in page.partition("<main")[0]


def test_a_proposed_withdrawal_is_to_decide_today_by_a_second_person(app, cast, sign_in) -> None:
    with app.app_context():
        make.load_framework()
        other = make.another_assessor(cast.trust)
        make.meet_enquiry(cast.trainee, cast.assessor, other)
        signed = make.sign_off(cast.trainee, cast.assessor).id
        actor = viewer_for(cast.assessor, Permission.SIGN_OFF_WITHDRAW)
        services.propose_withdrawal(actor, signed, reason="It was another trainee.")
    lines = section(sign_in("consultant_nurse").get("/").text, "due")
    assert f'href="/sign-offs/{signed}/withdrawal"' in lines
    assert "Asha Patel proposes to withdraw the sign-off of D3.1" in lines
    with app.app_context():
        actor = concerns.manager(cast.consultant_nurse)
        services.decline_withdrawal(actor, signed, reason="The ratings carry it.")
    assert "/withdrawal" not in section(sign_in("consultant_nurse").get("/").text, "due")


def test_heads_ups_are_one_line_on_the_consultant_nurses_home(app, cast, sign_in) -> None:
    with app.app_context():
        for _ in range(3):
            light = concerns.raise_concern(cast.consultant_nurse, cast.trainee, Rung.HEADS_UP).id
        recorded = concerns.raise_concern(cast.consultant_nurse, cast.trainee).id
    nurse = sign_in("consultant_nurse")
    lines = section(nurse.get("/").text, "concerns")
    assert f"/concerns/{recorded}" in lines
    assert f"/concerns/{light}" not in lines
    assert '<a href="/concerns">3 heads-ups are open</a>' in lines
    asked = {"text": "Is this fair?"}
    sign_in("trainee").post(f"/concerns/about-me/{light}/second-opinion", asked)
    lines = section(nurse.get("/").text, "concerns")
    assert f"/concerns/{light}" in lines
    assert "Closes by itself on 3 December 2026. A second opinion is asked for" in lines
    assert '<a href="/concerns">2 heads-ups are open</a>' in lines


# --- Notices ---


def test_equal_notices_stand_there_once_and_are_read_together(app, cast, sign_in) -> None:
    with app.app_context(), transaction():
        for _ in range(5):
            tell(cast.educator, "A concern was decided on", "/concerns/one")
        tell(cast.educator, "A concern was decided on", "/concerns/two")
    educator = sign_in("educator")
    notices = section(educator.get("/").text, "notices")
    assert notices.count("A concern was decided on") == 2
    assert notices.count("5 times, new") == 1
    assert notices.count("times") == 1
    educator.post("/notices/read")
    notices = section(educator.get("/").text, "notices")
    assert "5 times" in notices
    assert "new" not in notices
