"""Two people sign the same thing in the same moment, on a real server: one consistent record and no error page."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms.competencies import services
from lms.competencies.models import Assessment
from lms.competencies.rules import Way, field_name
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.identity.models import Credential, Person
from lms.identity.rules import CredentialKind
from lms.identity.services import open_grant, set_password, viewer_for
from lms.identity.services.proofs import HASHER
from lms.policy import Permission, Role
from tests.factories.competencies import calibrate
from tests.resilience.conftest import Served
from tests.resilience.records import PASSWORD, stored
from tests.resilience.server import Answer, Browser, Request, Server
from tests.resilience.test_same_moment import at_once

WAITING = {"trainees": 2, "shifts": 0, "works": 0}
ROUNDS = 10
PINS = ("804613", "259047")
SEEN = [(code, days) for code in ("D1.3", "D1.4") for days in range(5)]


def no_error(answer: Answer) -> bool:
    return answer.status < 500 and "Sorry, there is a problem" not in answer.text


@pytest.mark.both_databases
def test_two_assessors_sign_off_the_same_capability_at_once(served: Served) -> None:
    app, running, prepared = served.app, served.server, served.prepared
    wanted = prepared.sign_offs[:ROUNDS]
    with app.app_context():
        set_password(prepared.cast.stranger, PASSWORD)
        calibrate(prepared.cast.stranger)
        with transaction():
            for trainee in {trainee for trainee, _ in wanted}:
                open_grant(
                    None,
                    person_id=prepared.cast.stranger,
                    scope_id=trainee,
                    role=Role.ASSESSOR,
                    cause="Works with them",
                    about=trainee,
                )
    browsers = [signed_in(running, prepared.cast.assessor, app), signed_in(running, prepared.cast.stranger, app)]
    for trainee, code in wanted:
        path = f"/trainees/{trainee}/capabilities/{code}/sign-off?level=4"
        requests = [
            browser.filled(path, {**browser.form(path).fields, "level": "4", "note": "Seen enough."})
            for browser in browsers
        ]
        answers = at_once(running, *requests)
        assert all(map(no_error, answers)), answers
        assert sorted(answer.is_done for answer in answers) == [False, True], answers
        (refused,) = (answer for answer in answers if not answer.is_done)
        assert refused.status == 422
        assert "already signed off" in refused.text
    with app.app_context():
        assert stored() == Counter(("sign-off", str(trainee), code) for trainee, code in wanted)


def signed_in(running: Server, person_id: UUID, app: Flask) -> Browser:
    with app.app_context():
        email = db.session.get_one(Person, person_id).email
    browser = Browser(running)
    browser.sign_in(email or "", PASSWORD)
    return browser


@pytest.mark.both_databases
def test_two_people_sign_one_form_with_their_pins_at_once(served: Served) -> None:
    """The trainee's phone was handed over, and the code on it was scanned by somebody else as well."""
    app, running, prepared = served.app, served.server, served.prepared
    trainee = prepared.sign_offs[0][0]
    signers = (prepared.cast.assessor, prepared.cast.stranger)
    with app.app_context():
        with transaction() as session:
            session.add_all(
                Credential(
                    person_id=person_id,
                    credential_kind=CredentialKind.PIN,
                    secret=HASHER.hash(pin),
                    confirmed_at=now(),
                )
                for person_id, pin in zip(signers, PINS, strict=True)
            )
        actor = viewer_for(trainee, Permission.ASSESSMENT_ASK)
        before = set(db.session.scalars(select(Assessment.id)))
        asked = [
            services.ask_for_assessment(
                actor,
                codes=[code],
                self_levels={code: 3},
                setting="crisis-team",
                seen_on=today() - timedelta(days=days),
                way=Way.HERE,
            ).id
            for code, days in SEEN
        ]
        links = [services.show_link(actor, each) for each in asked]
    for link, (code, _) in zip(links, SEEN, strict=True):
        requests = [filled(running, link, person_id, pin, code) for person_id, pin in zip(signers, PINS, strict=True)]
        answers = at_once(running, *requests)
        assert all(map(no_error, answers)), answers
        assert sum(answer.is_done for answer in answers) >= 1, answers
    with app.app_context():
        rows = [row for row in db.session.scalars(select(Assessment)) if row.id not in before]
        assert Counter(row.request_id for row in rows) == Counter(asked)
    written = running.log.read_text()
    assert not [secret for secret in (*PINS, *(link.rpartition("/")[2] for link in links)) if secret in written]


def filled(running: Server, link: str, person_id: UUID, pin: str, code: str) -> Request:
    browser = Browser(running)
    opened = browser.post(link, browser.form(link).fields)
    assert opened.is_done, opened
    fields = {
        **browser.form("/sign").fields,
        field_name(code): "4",
        "complexity": "average",
        "setting": "crisis-team",
        "went_well": "Clear.",
        "next_time": "Sooner.",
        "method": "pin",
        "person_id": str(person_id),
        "pin": pin,
    }
    return browser.filled("/sign", fields)
