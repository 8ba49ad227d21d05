"""A fresh database for each test, a real server on it, and the real clock."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from lms.core import migrations
from lms.core.db import db
from tests.conftest import make_settings, new_postgres_database
from tests.resilience.server import Server


@pytest.fixture(autouse=True)
def clock() -> None:
    """The clock runs: the server is another process and has no other."""


@pytest.fixture
def app(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The app on a fresh database of its own, on a real disk."""
    if engine_name == "sqlite":
        path = tmp_path / "service.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        name = f"resilience_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        url = new_postgres_database(request.getfixturevalue("postgres_url"), name)
    found = create_app(make_settings(url, tmp_path))
    with found.app_context():
        migrations.upgrade()
    yield found
    with found.app_context():
        db.engine.dispose()


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
