"""A service without any content: every page that a person is led to opens and says in words what is missing."""

from collections.abc import Callable

import pytest
from flask import Flask, url_for

from lms.home.views.navigation import LINKS, OWN_RECORD
from lms.identity.services import viewer_for
from lms.policy import Role
from tests.cast import Cast
from tests.client import PageClient
from tests.guards.crawler import walk

NAMES = [role.value.replace("-", "_") for role in Role]


@pytest.mark.parametrize("name", [*NAMES, "stranger"])
def test_every_page_a_person_is_led_to_opens_before_any_content_is_loaded(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], name: str
) -> None:
    found = walk(app, sign_in(name))
    assert found.problems == []
    with app.test_request_context():
        person = viewer_for(getattr(cast, name))
        wanted = {
            url_for(endpoint, trainee_id=person.id) if endpoint in OWN_RECORD else url_for(endpoint)
            for _, endpoint in LINKS[person.acting]
        }
    assert wanted <= {page.url for page in found.pages}


def test_what_needs_content_says_that_it_is_not_ready(cast: Cast, sign_in: Callable[[str], PageClient]) -> None:
    trainee = sign_in("trainee")
    assert "framework has not been loaded yet" in trainee.get(f"/trainees/{cast.trainee}/capabilities").text
    assert "framework has not been loaded yet" in trainee.post("/assessments/ask", status=409).text
    assert "has not been loaded" in trainee.get("/hours").text
    assert "There is no site in the service yet" in trainee.get("/hours/shifts/new").text
    assert "have not been loaded" in sign_in("administrator").get("/sites/new").text


def test_a_concern_can_be_raised_before_any_content_is_loaded(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient]
) -> None:
    educator = sign_in("educator")
    page = educator.get(f"/trainees/{cast.trainee}/concerns/raise").text
    assert 'name="code"' not in page
    answers = {"rung": "heads-up", "text": "Came late three times and did not say why."}
    educator.post(f"/trainees/{cast.trainee}/concerns/raise", answers)
    assert "Amina Yusuf" in educator.get("/concerns").text
