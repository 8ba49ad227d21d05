"""A text found later: whoever reads it has it hidden, a second person decides, information governance is told."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit import queries
from lms.audit.models import TextBody
from lms.audit.rules import signing_key
from lms.audit.services import confirm_redaction, decline_redaction
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.home import services
from lms.identity.services import viewer_for
from lms.notifications.models import Mail, Notice
from lms.notifications.services import compose
from tests.cast import Cast
from tests.client import PageClient
from tests.factories.placements import log, prepare

TEXT = "The man with the violin at the lighthouse."
LINK = re.compile(r'href="(/texts/[\w-]+/question/\w+)"')
OFFICE = "governance@thameside.example"


@pytest.fixture
def written(app: Flask, cast: Cast) -> tuple[UUID, str]:
    """The note of a shift and the page that shows it."""
    with app.app_context():
        shift = log(cast.trainee, prepare(), cast.supervisor, note=TEXT)
        assert shift.note_id is not None
        return shift.note_id, f"/hours/shifts/{shift.id}"


@pytest.fixture
def office(app: Flask) -> Iterator[None]:
    """A service that knows the address of information governance."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, information_governance_email=OFFICE)
    yield
    app.config["SETTINGS"] = kept


def say_so(client: PageClient, page: str) -> None:
    """Follow the link beside the text and say what it holds."""
    found = LINK.search(html.unescape(client.get(page).text))
    assert found
    assert "What could identify somebody?" in client.get(found[1]).text
    answer = client.post(found[1], {"detail": "story"})
    assert "The text is hidden" in client.follow(answer).text


def test_a_text_is_hidden_at_once_and_shows_again_when_a_second_person_says_it_may_stay(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    _, page = written
    supervisor, trainee, nurse = sign_in("supervisor"), sign_in("trainee"), sign_in("consultant_nurse")
    assert TEXT in trainee.get(page).text
    say_so(supervisor, page)
    assert TEXT not in trainee.get(page).text
    assert "Hidden: somebody said that it may identify somebody" in trainee.get(page).text
    for one_of_the_two in (supervisor, nurse):
        assert TEXT in one_of_the_two.get(page).text
    waiting = nurse.get("/redactions").text
    assert "shift (note)" in waiting
    assert TEXT not in waiting
    stay = re.search(r'action="(/redactions/[\w-]+/decline)"', waiting)
    assert stay
    assert "shows again" in nurse.follow(nurse.post(stay[1])).text
    assert TEXT in trainee.get(page).text
    assert "Somebody has decided already" in nurse.follow(nurse.post(stay[1])).text
    say_so(trainee, page)  # Somebody may ask again.
    assert TEXT not in supervisor.get(page).text
    with app.app_context():
        assert queries.verify(Path("/nonexistent"), signing_key("", "x" * 40)).breaks == []


def test_a_text_is_asked_about_by_those_who_were_shown_it_and_by_nobody_else(
    sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    _, page = written
    found = LINK.search(html.unescape(sign_in("trainee").get(page).text))
    assert found
    for name in ("stranger", "supervisor", "administrator"):
        sign_in(name).get(found[1], 404)
        sign_in(name).post(found[1], {"detail": "name"}, status=404)


def test_administrators_get_a_notice_where_information_governance_has_no_address(
    context: None, cast: Cast, app: Flask
) -> None:
    shift = log(cast.trainee, prepare(), cast.supervisor, note=TEXT)
    assert shift.note_id
    services.ask_redaction(viewer_for(cast.supervisor), shift.note_id, reason="A name", where_found="shift (note)")
    told = {row.person_id for row in db.session.scalars(select(Notice).where(Notice.url == "/redactions"))}
    assert told == {cast.administrator, cast.second_administrator}
    assert db.session.scalars(select(Mail).where(Mail.template == "text-in-question")).all() == []


@pytest.mark.both_databases
def test_information_governance_is_told_without_the_text(context: None, cast: Cast, office: None) -> None:
    shift = log(cast.trainee, prepare(), cast.supervisor, note=TEXT)
    assert shift.note_id
    supervisor, nurse = viewer_for(cast.supervisor), viewer_for(cast.consultant_nurse)
    asked = services.ask_redaction(supervisor, shift.note_id, reason="A name", where_found="shift (note)")
    message = compose(db.session.scalars(select(Mail).where(Mail.template == "text-in-question")).one(), "", "")
    assert message["To"] == OFFICE
    plain = message.get_body(("plain",))
    assert plain is not None
    for said in ("Kind of record: shift (note)", "18 November 2026, 10:30", "/redactions"):
        assert said in plain.get_content()
    assert not any(word in str(message) for word in ("violin", "Amina", str(cast.trainee)))
    assert db.session.get_one(TextBody, shift.note_id).text is None  # Nobody is known to read.
    with pytest.raises(RuleViolation, match="asked already"):
        services.ask_redaction(nurse, shift.note_id, reason="A name", where_found="A note")
    with pytest.raises(RuleViolation, match="second person"):
        decline_redaction(supervisor, asked.id)
    decline_redaction(nurse, asked.id)
    assert db.session.get_one(TextBody, shift.note_id).text == TEXT
    with pytest.raises(RuleViolation, match="may stay"):
        confirm_redaction(nurse, asked.id)
    again = services.ask_redaction(nurse, shift.note_id, reason="A name", where_found="A note")
    confirm_redaction(viewer_for(cast.administrator), again.id)
    with pytest.raises(NotFound):
        services.ask_redaction(supervisor, shift.note_id, reason="A name", where_found="A note")
    verdict = queries.verify(Path("/nonexistent"), signing_key("", "x" * 40))
    assert (verdict.breaks, verdict.redacted) == ([], 1)
