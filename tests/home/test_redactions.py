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
from lms.audit.models import ReadEntry, RedactionRequest, TextBody
from lms.audit.rules import signing_key
from lms.audit.services import confirm_redaction, decline_redaction
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.home import services
from lms.identity.services import viewer_for
from lms.notifications.models import Mail, Notice
from lms.notifications.services import compose
from lms.placements.models import SafeguardingReport, Shift
from lms.placements.services import report_risk
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
    place = decide_url(waiting)
    asked = nurse.get(place).text
    for said in (TEXT, f'href="{page}"', "Shift (note)"):
        assert said in asked
    nurse.post(place, {"fate": "stay"})
    assert TEXT in trainee.get(page).text
    assert "Somebody has decided about this text already" in nurse.post(place, {"fate": "stay"}, status=404).text
    say_so(trainee, page)  # Somebody may ask again.
    assert TEXT not in supervisor.get(page).text
    with app.app_context():
        assert queries.verify(Path("/nonexistent"), signing_key("", "x" * 40)).breaks == []


def test_a_correction_keeps_the_note_that_its_writer_cannot_see_meanwhile(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    note_id, page = written
    supervisor, trainee = sign_in("supervisor"), sign_in("trainee")
    say_so(supervisor, page)
    form = trainee.get(f"{page}/correction").text
    assert TEXT not in form
    assert "It stays with the shift as it is, unless you write another here." in form
    with app.app_context():
        shift = db.session.scalars(select(Shift)).one()
        day, site_id = shift.started_at, shift.site_id
    sent = {
        "site_id": str(site_id),
        "supervisor_id": str(cast.supervisor),
        **{f"worked_on-{part}": str(getattr(day, part)) for part in ("day", "month", "year")},
        "starts": "09:00",
        "ends": "13:00",
        "break_minutes": "0",
        "is_supernumerary": "yes",
        "note": "",
        "reason": "I left early",
    }
    corrected = trainee.post(f"{page}/correction", sent).headers["Location"]
    assert "Hidden: somebody said" in trainee.get(corrected).text
    with app.app_context():
        request = db.session.scalars(select(RedactionRequest)).one()
        decline_redaction(viewer_for(cast.consultant_nurse), request.id)
        assert {row.note_id for row in db.session.scalars(select(Shift))} == {note_id}
    assert TEXT in trainee.get(corrected).text
    trainee.post(f"{corrected}/correction", {**sent, "reason": "Nothing to say"})  # It can be seen, and is taken out.
    with app.app_context():
        assert {row.note_id for row in db.session.scalars(select(Shift))} == {note_id, None}


def decide_url(page: str) -> str:
    """Where a questioned text of the list is decided about."""
    found = re.search(r'href="(/redactions/[\w-]+)"', page)
    assert found
    return found[1]


def test_no_text_is_destroyed_on_one_click(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    text_id, page = written
    say_so(sign_in("supervisor"), page)
    nurse = sign_in("consultant_nurse")
    place = decide_url(nurse.get("/redactions").text)
    refused = nurse.post(place, {"fate": "destroy"}, status=422).text
    assert "Tick that you know that nobody can bring the text back" in refused
    assert "Select what should become of the text" in nurse.post(place, status=422).text
    assert TEXT in nurse.get(page).text
    answer = nurse.post(place, {"fate": "destroy", "is_sure": "y"})
    assert "The text is destroyed" in nurse.follow(answer).text
    with app.app_context():
        assert db.session.get_one(TextBody, text_id).stored is None


def test_who_may_not_read_a_text_leaves_it_to_those_who_may(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    say_so(sign_in("supervisor"), written[1])
    office = sign_in("administrator")
    place = decide_url(office.get("/redactions").text)
    seen = office.get(place).text
    assert "You may not read this text, so you do not decide about it" in seen
    assert not any(word in seen for word in (TEXT, "Amina", written[1], 'name="fate"'))
    for fate in ("destroy", "stay"):
        assert "Leave it to them" in office.post(place, {"fate": fate, "is_sure": "y"}, status=422).text
    assert "The text stays hidden until it is decided" in office.follow(office.post(f"{place}/pass-on")).text
    with app.app_context():
        told = {row.person_id for row in db.session.scalars(select(Notice).where(Notice.url == place))}
        assert told == {cast.consultant_nurse}


def test_what_nobody_else_who_decides_may_read_is_decided_by_who_asked_and_why(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    """The one consultant nurse asks; without the administrator nothing could ever go."""
    text_id, _ = written
    with app.app_context():
        services.ask_redaction(viewer_for(cast.consultant_nurse), text_id, reason="A name", where_found="A note")
    place = decide_url(sign_in("administrator").get("/redactions").text)
    assert "You asked. Somebody else decides" in sign_in("consultant_nurse").get(place).text
    seen = sign_in("administrator").get(place).text
    assert "It is decided by its kind, by who asked and why" in seen
    assert TEXT not in seen
    sign_in("administrator").post(place, {"fate": "destroy", "is_sure": "y"})
    with app.app_context():
        assert db.session.get_one(TextBody, text_id).stored is None


def test_that_a_questioned_report_is_read_to_decide_is_noted(
    app: Flask, cast: Cast, sign_in: Callable[[str], PageClient]
) -> None:
    with app.app_context():
        site_id = prepare()
        log(cast.trainee, site_id, cast.supervisor)
        report_risk(viewer_for(cast.trainee), site_id, text="Nobody was there.")
        report_id, text_id = db.session.execute(select(SafeguardingReport.id, SafeguardingReport.text_id)).one()
        services.ask_redaction(viewer_for(cast.administrator), text_id, reason="A name", where_found="A report")
    nurse = sign_in("consultant_nurse")
    page = nurse.get(decide_url(nurse.get("/redactions").text)).text
    for said in ("Nobody was there.", "Amina Yusuf", f'href="/safeguarding/{report_id}"'):
        assert said in page
    with app.app_context():
        noted = db.session.scalars(select(ReadEntry)).one()
        assert (noted.reader_id, noted.record_id) == (cast.consultant_nurse, report_id)


def test_a_text_is_asked_about_by_those_who_were_shown_it_and_by_nobody_else(
    sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    _, page = written
    found = LINK.search(html.unescape(sign_in("trainee").get(page).text))
    assert found
    for name in ("stranger", "supervisor", "administrator"):
        sign_in(name).get(found[1], 404)
        sign_in(name).post(found[1], {"detail": "name"}, status=404)


def test_pages_say_who_is_told_of_a_questioned_text(
    app: Flask, sign_in: Callable[[str], PageClient], written: tuple[UUID, str]
) -> None:
    trainee, administrator = sign_in("trainee"), sign_in("administrator")
    found = LINK.search(html.unescape(trainee.get(written[1]).text))
    assert found
    assert "The administrators are told" in trainee.get(found[1]).text
    assert "INFORMATION_GOVERNANCE_EMAIL" in administrator.get("/").text
    app.config["SETTINGS"] = replace(kept := app.config["SETTINGS"], information_governance_email=OFFICE)
    try:
        assert "Information governance is told" in trainee.get(found[1]).text
        assert f"{OFFICE} is told" in administrator.get("/").text
    finally:
        app.config["SETTINGS"] = kept


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
