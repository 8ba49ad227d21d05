from datetime import timedelta

import pytest

from lms.competencies import services
from lms.identity.services import viewer_for
from lms.policy import Permission, Role
from tests.client import PageClient
from tests.factories import competencies as make

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
