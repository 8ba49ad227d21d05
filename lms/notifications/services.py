"""Telling people: in the app at once, by email through the queue."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flask import current_app, render_template
from sqlalchemy import update

from lms.config import Settings
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.jobs.services import enqueue, handler
from lms.notifications.models import NOTICE_LENGTH, Mail, Notice
from lms.notifications.rules import seal, unseal
from lms.policy import Viewer

AddressBook = Callable[[UUID], tuple[str, str] | None]
_address_book: list[AddressBook] = []
NO_PERSON = UUID(int=0)


def use_address_book(book: AddressBook) -> None:
    """Say how a person's id becomes (name, email); None for people who get no mail."""
    _address_book[:] = [book]


def tell(person_id: UUID, text: str, url: str) -> Notice:
    """Put a line on a person's home page. No patient or concern detail belongs in it."""
    if len(text) > NOTICE_LENGTH:  # Two long names may stand in it.
        text = f"{text[: NOTICE_LENGTH - 1]}…"
    notice = Notice(person_id=person_id, text=text, url=url)
    db.session.add(notice)
    return notice


def send_mail(person_id: UUID, template: str, *, mail_id: UUID | None = None, **facts: Any) -> Mail:
    """Put a message in the outbox of this transaction. `facts` are plain JSON values; `mail_id` names one sent once."""
    with transaction() as session:
        named = {} if mail_id is None else {"id": mail_id}
        mail = Mail(person_id=person_id, template=template, sealed_facts=seal(_settings().secret_key, facts), **named)
        session.add(mail)
        session.flush()
        enqueue("mail", key=f"mail:{mail.id}", payload={"mail_id": str(mail.id)})
    return mail


def information_governance() -> str:
    """The address of information governance; empty where the service has none."""
    return _settings().information_governance_email


def tell_information_governance(template: str, **facts: Any) -> Mail:
    """Put a message to information governance, behind whose address is no account, in the outbox."""
    return send_mail(NO_PERSON, template, sent_to=information_governance(), **facts)


def facts_of(mail: Mail) -> dict[str, Any]:
    """What a message that waits is made from; nothing once it was sent.

    Raises OtherKey if it was written under another secret key.
    """
    return unseal(_settings().secret_key, mail.sealed_facts) if mail.sealed_facts else {}


def mark_read(actor: Viewer) -> None:
    """Mark all of the actor's notices as read."""
    with transaction() as session:
        session.execute(
            update(Notice).where(Notice.person_id == actor.id, Notice.read_at.is_(None)).values(read_at=now())
        )


@handler("mail")
def deliver(payload: dict[str, Any]) -> None:
    """Send one message. A crash between sending and noting it repeats the same Message-ID.

    Raises OtherKey for a message that cannot be opened: the job is given up where the administrator sees it.
    """
    mail = db.session.get_one(Mail, UUID(payload["mail_id"]))
    address = ("Information governance", "") if mail.person_id == NO_PERSON else _address_book[0](mail.person_id)
    if mail.sent_at is None and address is not None:
        name, current = address
        message = compose(mail, name, current)
        db.session.rollback()  # Nothing is held open while the mail server answers.
        _send(message)
    with transaction() as session:
        mail = session.get_one(Mail, UUID(payload["mail_id"]))
        mail.sent_at = mail.sent_at or now()
        mail.sealed_facts = None  # Single-use links must not stay, not even sealed.


def compose(mail: Mail, name: str, address: str) -> EmailMessage:
    """The message as it is sent, to this address unless its facts name one: plain text and HTML from its template."""
    settings = _settings()
    facts = {**facts_of(mail), "name": name, "base_url": settings.base_url, "service_name": settings.service_name}
    folder = f"email/{mail.template}"
    message = EmailMessage()
    message["Subject"] = " ".join(render_template(f"{folder}/subject.txt", **facts).split())
    message["From"] = f"{settings.service_name} training <{settings.mail_from}>"
    message["To"] = facts.get("sent_to", address)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{urlsplit(settings.base_url).hostname or 'localhost'}>"
    message.set_content(render_template(f"{folder}/body.txt", **facts))
    message.add_alternative(render_template(f"{folder}/body.html", **facts), subtype="html")
    return message


def _send(message: EmailMessage) -> None:
    """Hand the message to the mail server, or to a folder where none is configured."""
    settings = _settings()
    if not settings.smtp_url:
        folder = settings.instance_dir / "outbox"
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        (folder / f"{name}.eml").write_bytes(bytes(message))
        return
    url = urlsplit(settings.smtp_url)
    host, port, trusted = url.hostname or "localhost", url.port or 0, ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(host, port, timeout=30, context=trusted)
        if url.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=30)
    ) as server:
        if url.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
