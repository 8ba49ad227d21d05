"""The example service behind a real server, put back to where it began before each journey."""

import email
import logging
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, select
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.app import create_app, wsgi
from lms.core import migrations
from lms.core.db import Model, db
from lms.identity.models import Person
from lms.identity.services import open_session
from lms.jobs.services import work_once
from tests.conftest import MOMENT, fresh_copy
from tests.example import Result, aside, settings_for

STARTED = time.monotonic()


def ticking() -> datetime:
    """The clock of all journeys: it starts at the fixed moment of the tests and runs."""
    return MOMENT + timedelta(seconds=time.monotonic() - STARTED)


def copy_to_postgres(source: Path, url: str, instance: Path) -> None:
    """Fill an empty PostgreSQL database with the rows of a service on SQLite."""
    origin = create_app(settings_for(f"sqlite:///{source}", instance))
    target = create_app(settings_for(url, instance))
    with target.app_context():
        migrations.upgrade()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in Model.metadata.sorted_tables:
                with origin.app_context(), db.engine.connect() as reader:
                    rows = [dict(row) for row in reader.execute(select(table)).mappings()]
                if rows:
                    connection.execute(insert(table), rows)
        db.engine.dispose()
    with origin.app_context():
        db.engine.dispose()


class _Quiet(WSGIRequestHandler):
    """Keeps connections open, logs nothing, and counts what is under way."""

    protocol_version = "HTTP/1.1"
    busy = 0
    calm = threading.Condition()

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""

    def run_wsgi(self) -> None:
        """Answer one request."""
        with self.calm:
            _Quiet.busy += 1
        try:
            super().run_wsgi()
        finally:
            with self.calm:
                _Quiet.busy -= 1
                self.calm.notify_all()


def _closing(application: Callable[..., Any]) -> Callable[..., Iterator[bytes]]:
    """Let go of what an answer holds, such as a file, although the browser went away before it had all of it."""

    def answer(environ: Any, start_response: Any) -> Iterator[bytes]:
        parts = application(environ, start_response)
        try:
            yield from parts
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer


class LiveService:
    """A running server, its application, and a way back to the beginning."""

    def __init__(self, url: str, instance: Path, reset: Callable[[], None], *, demo: bool = True) -> None:
        self._reset = reset
        self._server = make_server("127.0.0.1", 0, lambda environ, start: [], threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        outside = aside(lambda: wsgi(settings_for(url, instance, base_url=self.url, demo=demo)))
        self._server.app = _closing(outside)
        self.app: Flask = outside.application
        self.outbox = instance / "outbox"
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def start_again(self) -> None:
        """Put every row back to where it was when the service was made."""
        with _Quiet.calm:
            _Quiet.calm.wait_for(lambda: _Quiet.busy == 0, timeout=10)
        aside(self._let_go)
        shutil.rmtree(self.outbox, ignore_errors=True)
        self._reset()

    def _let_go(self) -> None:
        with self.app.app_context():
            db.engine.dispose()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        aside(self._let_go)

    def person(self, name: str) -> UUID:
        """The id of somebody by name."""
        return self.ask(lambda: db.session.scalars(select(Person.id).where(Person.name == name)).one())

    def ask(self, question: Callable[[], Result]) -> Result:
        """Ask the application something, inside its context."""

        def work() -> Result:
            with self.app.app_context():
                return question()

        return aside(work)

    def session_of(self, person_id: UUID, *, second_factor: bool = True) -> dict[str, str]:
        """The cookie of somebody who has signed in."""

        def work() -> str:
            token = open_session(person_id, device="test", second_factor=second_factor)
            serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
            assert serializer is not None
            return str(serializer.dumps({"token": token}))

        return {"name": "session", "value": self.ask(work), "url": self.url}

    def newest_letter(self, address: str) -> EmailMessage:
        """Let the worker send what waits, then read the last message to this address."""
        self.ask(work_once)
        letters = [
            email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)
            for path in sorted(self.outbox.iterdir())
        ]
        return [letter for letter in letters if letter["To"] == address][-1]

    def newest_link(self, address: str) -> str:
        """The address in the last message to this person."""
        body = self.newest_letter(address).get_body(("plain",))
        found = re.search(re.escape(self.url) + r"(/\S+)", body.get_content()) if body else None
        assert found
        return found[1]


def sqlite_service(template: Path, instance: Path, *, demo: bool = True) -> LiveService:
    """A server on a copy of a service on SQLite."""
    path = instance / "live.db"

    def reset() -> None:
        fresh_copy(template, path)

    reset()
    return LiveService(f"sqlite:///{path}", instance, reset, demo=demo)
