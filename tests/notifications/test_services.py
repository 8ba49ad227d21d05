import multiprocessing
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, text

from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.identity.services import create_person, deactivate, invite, viewer_for
from lms.jobs import services as jobs
from lms.jobs.models import Job
from lms.jobs.queries import list_failed
from lms.jobs.rules import LEASE, MAX_ATTEMPTS, JobState
from lms.notifications import queries, services
from lms.notifications.models import Mail
from tests.cast import Cast
from tests.conftest import FrozenClock

pytestmark = pytest.mark.usefixtures("context")

FACTS: dict[str, dict[str, Any]] = {
    "address-changed": {},
    "asked-to-approve": {"url": "/hours/sign/a-secret-token", "until": "2 December 2026"},
    "asked-to-assess": {"url": "/sign/a-secret-token", "until": "2 December 2026"},
    "authorisation-decided": {
        "setting": "Women's & children's car",
        "decision": "authorise",
        "path": "/authorisations/1",
    },
    "digest": {"lines": ["2 assessments", "1 mark & its reasons"], "stop": "/digest/stop/a-secret-token"},
    "feedback-released": {"path": "/feedback/1", "count": 1},
    "invitation": {"url": "/invitations/a-secret-token"},
    "module-outcome": {"module": "Suicide & self-harm", "path": "/trainees/1/modules"},
    "password-reset": {"url": "/password-resets/a-secret-token"},
    "placement-reminder": {"text": "You have a placement shift tomorrow", "url": "/placements/slots/1"},
    "reminded-to-assess": {"url": "/sign/a-secret-token", "until": "2 December 2026"},
    "safeguarding-reported": {"url": "/safeguarding/1"},
    "safeguarding-unread": {"url": "/people"},
    "signature-decided": {},
    "signature-denied": {"url": "/signatures/1"},
    "signed": {"url": "/receipts/a-secret-token"},
    "slot-cancelled": {"url": "/placements/slots/1"},
    "text-in-question": {"kind": "shift (note)", "found_at": "18 November 2026, 10:30", "url": "/redactions"},
}


@dataclass
class MailServer:
    """A mail server that keeps what it is sent; `on_message` happens after it took a message, before it says so."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusal: str = ""
    on_message: Callable[[], None] = lambda: None

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.refusal:
            return self.refusal
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients.extend(envelope.rcpt_tos)
        self.on_message()
        return "250 Taken"


@pytest.fixture
def mail_server(app: Flask) -> Iterator[MailServer]:
    """A mail server, and the app told to use it."""
    server = MailServer()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        server.port = found.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, smtp_url=f"smtp://127.0.0.1:{server.port}")
    yield server
    app.config["SETTINGS"] = settings
    controller.stop()


def mail_of(mail: Mail) -> Mail:
    return db.session.get_one(Mail, mail.id, populate_existing=True)


def the_job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job)).one()


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("template", sorted(FACTS))
def test_a_message_arrives_as_text_and_html_with_its_facts(mail_server: MailServer, cast: Cast, template: str) -> None:
    person = create_person(None, name="Siobhán O'Hara & Co", email="siobhan@example.org", organisation_id=cast.trust)
    services.send_mail(person.id, template, **FACTS[template])
    assert jobs.work_once() == 1
    (message,) = mail_server.messages
    assert mail_server.recipients == ["siobhan@example.org"]
    assert message["To"] == "siobhan@example.org"
    assert [each.get_content_type() for each in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = part(message, "plain"), part(message, "html")
    assert "Siobhán O'Hara & Co" in text
    assert "Siobhán O&#39;Hara &amp; Co" in html
    assert not re.search("&(amp|#39|lt);", text + str(message["Subject"])), "plain text is not HTML"
    link = FACTS[template].get("url") or FACTS[template].get("path")
    if link is not None:
        assert f"http://127.0.0.1:8000{link}" in text
        assert f'href="http://127.0.0.1:8000{link}"' in html
    assert message["Subject"].strip()
    assert message["From"].addresses[0].addr_spec == "training@thameside.example"


def test_every_template_of_the_outbox_is_tried_here() -> None:
    folders = Path(__file__).resolve().parents[2] / "templates" / "email"
    assert sorted(folder.name for folder in folders.iterdir() if (folder / "subject.txt").exists()) == sorted(FACTS)


def test_the_message_id_is_made_from_the_message_and_stays(mail_server: MailServer, cast: Cast) -> None:
    first = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    second = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    jobs.work_once()
    sent = {message["Message-ID"] for message in mail_server.messages}
    assert sent == {f"<{first.id}@127.0.0.1>", f"<{second.id}@127.0.0.1>"}
    assert {message["Date"] for message in mail_server.messages} == {"Wed, 18 Nov 2026 10:30:00 +0000"}


def test_what_a_message_said_is_forgotten_once_it_is_sent(mail_server: MailServer, cast: Cast) -> None:
    person = create_person(None, name="Nora Quinn", email="nora@example.org", organisation_id=cast.trust)
    link = invite(viewer_for(cast.administrator), person.id)
    mail = db.session.scalars(select(Mail)).one()
    assert services.facts_of(mail) == {"url": link}
    jobs.work_once()
    assert link in part(mail_server.messages[0], "plain")
    assert mail_of(mail).sealed_facts is None
    assert mail_of(mail).sent_at is not None
    assert link not in str(the_job().payload)


def test_a_message_is_queued_only_with_the_change_it_is_about(mail_server: MailServer, cast: Cast) -> None:
    def work() -> None:
        with transaction():
            services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
            raise RuleViolation("Something else went wrong")

    with pytest.raises(RuleViolation):
        work()
    assert jobs.work_once() == 0
    assert mail_server.messages == []


def test_a_crash_between_sending_and_noting_repeats_the_same_message_id(
    app: Flask, mail_server: MailServer, cast: Cast, clock: FrozenClock
) -> None:
    mail = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    db.session.rollback()

    def worker() -> None:
        with app.app_context():
            db.engine.dispose(close=False)  # The connections belong to the process this one was made from.
            jobs.work_once()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=worker)
    mail_server.on_message = lambda: os.kill(process.pid or 0, signal.SIGKILL)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    assert mail_of(mail).sent_at is None
    assert the_job().state is JobState.RUNNING

    mail_server.on_message = lambda: None
    clock.set(clock.moment + LEASE + timedelta(seconds=1))
    assert jobs.work_once() == 1
    first, again = mail_server.messages
    assert first["Message-ID"] == again["Message-ID"] == f"<{mail.id}@127.0.0.1>"
    assert mail_of(mail).sent_at is not None
    assert the_job().state is JobState.DONE


def test_a_job_done_twice_sends_no_second_message(mail_server: MailServer, cast: Cast) -> None:
    mail = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    services.deliver({"mail_id": str(mail.id)})
    services.deliver({"mail_id": str(mail.id)})
    assert len(mail_server.messages) == 1


def test_a_mail_server_that_refuses_is_tried_again_and_the_facts_are_kept_until_then(
    mail_server: MailServer, cast: Cast, clock: FrozenClock
) -> None:
    mail_server.refusal = "451 Try again later"
    mail = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    jobs.work_once()
    assert mail_of(mail).sent_at is None
    assert services.facts_of(mail_of(mail)) == FACTS["feedback-released"]
    assert "451" in str(the_job().last_error)
    mail_server.refusal = ""
    clock.set(the_job().run_at)
    jobs.work_once()
    assert len(mail_server.messages) == 1
    assert mail_of(mail).sealed_facts is None


def test_a_mail_server_that_does_not_answer_is_tried_again(app: Flask, cast: Cast) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, smtp_url="smtp://127.0.0.1:1")
    try:
        services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
        jobs.work_once()
    finally:
        app.config["SETTINGS"] = settings
    assert the_job().state is JobState.READY
    assert "refused" in str(the_job().last_error)


def test_without_a_mail_server_the_message_lies_in_a_folder(app: Flask, cast: Cast) -> None:
    mail = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    jobs.work_once()
    path = app.config["SETTINGS"].instance_dir / "outbox" / f"{mail.id}.eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["To"] == "amina.yusuf@example.org"
    assert mail_of(mail).sent_at is not None


def test_somebody_whose_account_is_closed_gets_no_mail(mail_server: MailServer, cast: Cast) -> None:
    mail = services.send_mail(cast.stranger, "feedback-released", **FACTS["feedback-released"])
    deactivate(viewer_for(cast.administrator), cast.stranger)
    jobs.work_once()
    assert mail_server.messages == []
    assert mail_of(mail).sealed_facts is None
    assert the_job().state is JobState.DONE


def test_a_message_about_a_changed_address_goes_to_the_one_it_names(mail_server: MailServer, cast: Cast) -> None:
    mail = services.send_mail(cast.trainee, "address-changed", sent_to="before@example.org")
    jobs.work_once()
    assert mail_server.recipients == ["before@example.org"]
    assert mail_of(mail).sealed_facts is None


def test_a_line_break_in_a_fact_cannot_add_a_header(mail_server: MailServer, cast: Cast) -> None:
    facts = {**FACTS["authorisation-decided"], "setting": "Car\r\nBcc: everybody@example.org"}
    services.send_mail(cast.trainee, "authorisation-decided", **facts)
    jobs.work_once()
    (message,) = mail_server.messages
    assert message["Bcc"] is None
    assert mail_server.recipients == ["amina.yusuf@example.org"]


def test_notices_stand_unread_first_and_only_with_their_person(cast: Cast, clock: FrozenClock) -> None:
    with transaction():
        services.tell(cast.trainee, "The first", "/hours")
        services.tell(cast.trainee_b, "Somebody else's", "/hours")
    viewer = viewer_for(cast.trainee)
    services.mark_read(viewer)
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    with transaction():
        services.tell(cast.trainee, "The second", "/hours")
    assert [notice.text for notice in queries.list_notices(viewer)] == ["The second", "The first"]
    assert [notice.text for notice in queries.list_notices(viewer) if notice.read_at is None] == ["The second"]
    assert [notice.text for notice in queries.list_notices(viewer_for(cast.trainee_b))] == ["Somebody else's"]


def test_equal_notices_are_one_with_the_newest_date_and_new_if_one_of_them_is(cast: Cast, clock: FrozenClock) -> None:
    viewer = viewer_for(cast.trainee)
    with transaction():
        services.tell(cast.trainee, "It was decided", "/concerns/one")
    services.mark_read(viewer)
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    with transaction():
        services.tell(cast.trainee, "It was decided", "/concerns/one")
        services.tell(cast.trainee, "It was decided", "/concerns/two")
    one, two = sorted(queries.list_notices(viewer), key=lambda notice: notice.url)
    assert (one.times, one.read_at, one.created_at) == (2, None, clock())
    assert (two.times, two.read_at) == (1, None)
    services.mark_read(viewer)
    assert all(notice.read_at for notice in queries.list_notices(viewer))


def test_a_notice_is_not_told_if_its_change_fails(cast: Cast) -> None:
    def work() -> None:
        with transaction():
            services.tell(cast.trainee, "You are signed off", "/hours")
            raise RuleViolation("No")

    with pytest.raises(RuleViolation):
        work()
    assert queries.list_notices(viewer_for(cast.trainee)) == []


def test_a_message_that_waits_is_sealed_in_the_database(cast: Cast) -> None:
    services.send_mail(cast.trainee, "signed", url="/receipts/a-secret-token", name="Nora Quinn")
    with db.engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM mail")).all())
    assert "secret" not in kept
    assert "Nora" not in kept


def test_a_message_of_another_key_is_given_up_where_it_is_seen_and_stops_no_other(
    app: Flask, mail_server: MailServer, cast: Cast, clock: FrozenClock
) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, secret_key="y" * 40)
    lost = services.send_mail(cast.trainee, "feedback-released", **FACTS["feedback-released"])
    app.config["SETTINGS"] = settings
    services.send_mail(cast.trainee_b, "feedback-released", **FACTS["feedback-released"])
    for _ in range(MAX_ATTEMPTS):
        jobs.work_once()
        clock.set(clock.moment + timedelta(hours=7))
    assert len(mail_server.messages) == 1
    (given_up,) = list_failed(viewer_for(cast.administrator))
    assert given_up.payload == {"mail_id": str(lost.id)}
    assert "written under another SECRET_KEY" in str(given_up.last_error)
    assert mail_of(lost).sent_at is None

    app.config["SETTINGS"] = replace(app.config["SETTINGS"], secret_key="y" * 40)  # The key is put back.
    jobs.retry(viewer_for(cast.administrator), given_up.id)
    jobs.work_once()
    assert len(mail_server.messages) == 2
