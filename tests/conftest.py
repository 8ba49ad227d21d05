"""What all tests share: two databases, a frozen clock, fixed people, and a client that checks each page."""

import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask, has_request_context, request
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from lms.app import calm_collector, create_app
from lms.config import ROOT, Settings
from lms.core import clock as core_clock
from lms.core import migrations
from lms.core.db import Kind, Model, db
from tests import postgres
from tests.cast import Cast, make_cast
from tests.client import PageClient
from tests.recall import recalled

hypothesis_settings.register_profile("tests", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("tests")

MOMENT = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)  # A Wednesday, in winter time.
COMPILED = ROOT / "instance" / "test-templates"  # Each template is compiled once, for all services and runs.
ROOM = 2 * 1024**3  # Bytes of memory that the databases and files of a test process may take.
BOTH = {"test_models", "test_queries", "test_services"}
# A file stays with one process: what takes longest goes first, so that the others fill the gaps at the end.
LONGEST = (
    "test_accessibility",
    "test_killed_server",
    "test_visibility",
    "test_two_signers",
    "test_whole_road",
    "test_same_moment",
    "test_every_case",
    "test_text_is_text",
    "test_redaction",
    "test_signing_routes",
    "test_without_javascript",
    "test_scope",
    "test_statements",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run models, queries and services on both databases."""
    both = metafunc.module.__name__.rpartition(".")[2] in BOTH or metafunc.definition.get_closest_marker(
        "both_databases"
    )
    if "engine_name" in metafunc.fixturenames and both:
        metafunc.parametrize("engine_name", ["sqlite", "postgresql"], scope="function")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs where, so that the run can say how many there were; begin with the files that take longest."""
    for item in items:
        name = item.callspec.params.get("engine_name") if hasattr(item, "callspec") else None
        if name == "postgresql":
            item.add_marker("postgresql")
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_collection() -> None:
    """Collect no garbage while modules are loaded: there is none, and looking for it takes a fifth of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect as rarely as the service does: it takes an eighth of the time."""
    gc.enable()
    calm_collector()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured and noted as `shown`, whichever process they ran in."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name == "shown" and report.when == "call":
                terminalreporter.write_line(str(value))


@pytest.fixture
def engine_name() -> str:
    """Which database a test runs on, unless its file runs on both."""
    return "sqlite"


def make_settings(database_url: str, instance: Path, **changes: object) -> Settings:
    """Settings of an app under test."""
    _share_templates(instance)
    defaults: dict[str, object] = {
        "secret_key": "x" * 40,
        "database_url": database_url,
        "instance_dir": instance,
        "secure_cookies": False,
        "second_factor_required": False,
        "extra": {"TESTING": False, "WTF_CSRF_ENABLED": False, "PUBLIC_POSTS_PER_MINUTE": 100_000},
    }
    return Settings(**{**defaults, **changes})  # type: ignore[arg-type]


def _share_templates(instance: Path) -> None:
    """Let an app use what others have compiled; a template that has changed is compiled anew."""
    COMPILED.mkdir(mode=0o700, parents=True, exist_ok=True)
    instance.mkdir(parents=True, exist_ok=True)
    if not (instance / "templates").exists():
        (instance / "templates").symlink_to(COMPILED)


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    """A folder of this test process, in memory where there is room."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    place = memory if roomy else None
    folder = Path(tempfile.mkdtemp(prefix="lms-tests-", dir=place))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(workspace: Path) -> Path:
    """A migrated, empty SQLite database."""
    path = workspace / "template.db"
    app = create_app(make_settings(f"sqlite:///{path}", workspace))
    with app.app_context():
        migrations.upgrade()
        db.engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: the one the run started, or one of our own."""
    if url := os.environ.get("LMS_TEST_POSTGRES"):
        yield url
        return
    url, stop = postgres.start()
    yield url
    stop()


def new_postgres_database(server: str, name: str) -> str:
    """Make an empty database on the server; returns its URL."""
    url = make_url(server)
    host = str(url.query["host"])
    with psycopg.connect(host=host, user="lms", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_app(workspace: Path, sqlite_template: Path) -> Iterator[Flask]:
    """The app on SQLite."""
    app = create_app(make_settings(f"sqlite:///{workspace / 'test.db'}", workspace / "instance-sqlite"))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgres_app(workspace: Path, postgres_url: str) -> Iterator[Flask]:
    """The app on PostgreSQL, migrated."""
    url = new_postgres_database(postgres_url, f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    app = create_app(make_settings(url, workspace / "instance-postgresql"))
    with app.app_context():
        migrations.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


def fresh_copy(template: Path, path: Path) -> None:
    """Put a copy of a database at a path. As a new file: a connection that lingers may keep the old one."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(template, path)


def _empty_sqlite(app: Flask, template: Path) -> None:
    with app.app_context():
        path = db.engine.url.database
        db.engine.dispose()
    assert path is not None
    fresh_copy(template, Path(path))


def _empty_postgres(app: Flask) -> None:
    tables = [table.name for table in reversed(Model.metadata.sorted_tables)]
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{table}"' for table in tables))


@pytest.fixture
def app(request: pytest.FixtureRequest, engine_name: str) -> Iterator[Flask]:
    """The app on an empty, migrated database."""
    found: Flask = request.getfixturevalue("sqlite_app" if engine_name == "sqlite" else "postgres_app")
    if engine_name == "sqlite":
        _empty_sqlite(found, request.getfixturevalue("sqlite_template"))
    else:
        _empty_postgres(found)
    yield found
    shutil.rmtree(found.config["SETTINGS"].instance_dir / "files", ignore_errors=True)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context around the whole test: for services and queries, never together with `client`."""
    with app.app_context():
        yield


class FrozenClock:
    """The one clock, standing still until it is set."""

    def __init__(self) -> None:
        self.moment = MOMENT

    def set(self, moment: datetime) -> None:
        """Stand at another moment."""
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    """The clock stands at 10:30 on Wednesday 18 November 2026."""
    frozen = FrozenClock()
    real = core_clock.SOURCE[0]
    core_clock.SOURCE[0] = frozen
    yield frozen
    core_clock.SOURCE[0] = real


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Fixed people: one of each role, and their doubles at another university."""
    with app.app_context():
        return recalled(make_cast)


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser without JavaScript that checks every page it gets."""
    return PageClient(app)


@pytest.fixture
def sign_in(app: Flask, cast: Cast) -> Callable[[str], PageClient]:
    """Sign one of the cast in by name: `sign_in("assessor")`."""

    def go(name: str) -> PageClient:
        fresh = PageClient(app)
        fresh.sign_in(getattr(cast, name))
        return fresh

    return go


@event.listens_for(Session, "before_flush")
def _reading_never_writes(session: Session, context: object, instances: object) -> None:
    if has_request_context() and request.method in ("GET", "HEAD"):
        changed = [row for row in (*session.new, *session.dirty, *session.deleted) if row.kind is not Kind.OPERATIONAL]
        assert not changed, f"GET {request.path} writes {changed}: a reading request may not change the record"
