"""The example service for the guards: loaded once per test process into a file of its own, copied for each test."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from lms import demo
from lms.app import create_app
from lms.config import ROOT
from lms.content_check import check_content
from lms.core import clock, ids
from lms.core.db import db, transaction
from lms.curriculum.services import sync_content
from lms.demo.people import STAFF, TRUST, email_of
from lms.demo.stories import STORIES
from lms.identity import queries, services
from lms.policy import Role
from tests.client import PageClient
from tests.conftest import MOMENT, make_settings

KEYS = {email_of(staff.name, staff.organisation): staff.key for staff in STAFF}
KEYS |= {email_of(story.name, TRUST): story.key for story in STORIES}


@dataclass(frozen=True)
class Demo:
    """The example service on a database file that a test may change: the next test gets a fresh copy."""

    app: Flask
    path: Path
    people: dict[str, UUID]
    organisations: dict[str, UUID]

    def sign_in(self, person_id: UUID, acting: Role | None = None) -> PageClient:
        """A browser in which this person is signed in, in one of their roles."""
        client = PageClient(self.app)
        client.sign_in(person_id)
        if acting is not None:
            client.post("/account/role", {"role": acting.value}, status=303)
        return client

    def add_person(self, name: str, *roles: tuple[Role, UUID]) -> UUID:
        """Somebody who was not there before, with roles and the scope of each."""
        with self.app.app_context(), transaction():
            address = f"{name.lower().replace(' ', '.')}@extra.example"
            person = services.create_person(
                None, name=name, email=address, organisation_id=self.organisations[TRUST], is_example=True
            )
            for role, scope_id in roles:
                services.give_role(None, person_id=person.id, role=role, scope_id=scope_id, cause="Added for a guard")
            return person.id

    def let_see(self, person_id: UUID, trainee: str, role: Role) -> None:
        """Open access to one trainee, as asking for an assessment or naming a supervisor does."""
        trainee_id = self.people[trainee]
        with self.app.app_context(), transaction():
            services.open_grant(
                None, person_id=person_id, scope_id=trainee_id, role=role, cause="Added for a guard", about=trainee_id
            )

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of a statement that only reads; ids are text of 32 digits."""
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as connection:
            return connection.execute(statement, values).fetchall()


@pytest.fixture(scope="session")
def demo_files(workspace: Path, sqlite_template: Path) -> Iterator[tuple[Flask, Path, Path]]:
    """An app, the file it works on, and the file that holds the example service as it was loaded."""
    loaded, used = workspace / "demo-loaded.db", workspace / "demo.db"
    shutil.copyfile(sqlite_template, used)
    app = create_app(make_settings(f"sqlite:///{used}", workspace / "instance-demo"))
    with app.app_context(), clock.pretend(MOMENT):
        sync_content(None, check_content(ROOT / "content").items)
        demo.load()
        db.session.close()
        db.engine.dispose()
    _settle(used)
    shutil.copyfile(used, loaded)
    yield app, used, loaded
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def service(demo_files: tuple[Flask, Path, Path]) -> Demo:
    """A fresh copy of the example service."""
    return fresh_copy(*demo_files)


@pytest.fixture(scope="module")
def kept_service(demo_files: tuple[Flask, Path, Path]) -> Demo:
    """A copy that all tests of a file share, for those that only read."""
    return fresh_copy(*demo_files)


def fresh_copy(app: Flask, used: Path, loaded: Path) -> Demo:
    """Put the example service back as it was loaded."""
    with app.app_context():
        db.session.close()
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{used}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(loaded, used)
        people = {KEYS[person.email]: person.id for person, _ in queries.list_people(_nobody(), limit=1000)}
        organisations = {row.slug: row.id for row in queries.list_organisations()}
        db.session.close()
    return Demo(app, used, people, organisations)


def _settle(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
