"""A fresh database for each test or for each file, a real server on it, and the real clock."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from lms.core import migrations
from lms.core.db import db
from tests.conftest import make_settings, new_postgres_database
from tests.resilience.records import Prepared, prepare
from tests.resilience.server import Server


@pytest.fixture(autouse=True)
def clock() -> None:
    """The clock runs: the server is another process and has no other."""


@pytest.fixture
def app(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The app on a fresh database of its own, on a real disk."""
    found = _app_on(engine_name, "resilience", tmp_path, request)
    yield found
    _let_go(found)


def _app_on(engine_name: str, name: str, folder: Path, request: pytest.FixtureRequest) -> Flask:
    if engine_name == "sqlite":
        path = folder / "service.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        url = new_postgres_database(request.getfixturevalue("postgres_url"), name)
    found = create_app(make_settings(url, folder))
    with found.app_context():
        migrations.upgrade()
    return found


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@dataclass(frozen=True, slots=True)
class Served:
    """A service that runs: its application, its server, and what waits in it for a decision."""

    app: Flask
    server: Server
    prepared: Prepared


@pytest.fixture(scope="module")
def served_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Served]]:
    """One service for each database, for all tests of a file: to start a server takes longer than what is sent."""
    made: dict[str, Served] = {}

    def on(engine_name: str) -> Served:
        if engine_name not in made:
            app = _app_on(engine_name, "shared", tmp_path_factory.mktemp("served"), request)
            prepared = prepare(app, **request.module.WAITING)
            _let_go(app)
            settings = app.config["SETTINGS"]
            server = Server(settings.database_url, settings.instance_dir)
            made[engine_name] = Served(app, server, prepared)
            server.start()
        return made[engine_name]

    yield on
    for each in made.values():
        each.server.stop()
        _let_go(each.app)


@pytest.fixture
def served(engine_name: str, served_on: Callable[[str], Served]) -> Served:
    """The running service of the file, with what its `WAITING` says; a test decides about things of its own."""
    return served_on(engine_name)


@pytest.fixture
def server(app: Flask) -> Iterator[Callable[[], Server]]:
    """Start a real server on the app's database."""
    started: list[Server] = []

    def start() -> Server:
        settings = app.config["SETTINGS"]
        with app.app_context():
            db.engine.dispose()
        started.append(Server(settings.database_url, settings.instance_dir))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()
