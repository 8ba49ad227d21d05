"""What the journeys share: one browser, a real server on the example service, and people at their devices."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy.engine import make_url

from lms.core import clock as core_clock
from tests.browser import FLAGS, find_chromium
from tests.conftest import new_postgres_database
from tests.example import aside
from tests.example import services_folder as services_folder
from tests.journeys.counting import Thumb
from tests.journeys.people import Hands, Person
from tests.journeys.service import LiveService, copy_to_postgres, sqlite_service, ticking


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package", autouse=True)
def clock() -> Iterator[None]:
    """The clock starts at the moment of all tests and runs, for the server too: it is a thread of this process."""
    real = core_clock.SOURCE[0]
    core_clock.SOURCE[0] = ticking
    yield
    core_clock.SOURCE[0] = real


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all journeys of this process; its event loop would be in the way of other tests, so it ends."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


def _instance(workspace: Path, name: str) -> Path:
    folder = workspace / name
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def example_on_sqlite(services_folder: Path, workspace: Path) -> Iterator[LiveService]:
    """A server on the example service, on SQLite."""
    service = sqlite_service(services_folder / "example.db", _instance(workspace, "example-sqlite"))
    yield service
    service.stop()


@pytest.fixture(scope="session")
def example_on_postgresql(services_folder: Path, workspace: Path, postgres_url: str) -> Iterator[LiveService]:
    """A server on the example service, on PostgreSQL."""
    instance = _instance(workspace, "example-postgresql")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    template, name = f"example_{worker}", f"journey_{worker}"
    empty = new_postgres_database(postgres_url, template)
    aside(lambda: copy_to_postgres(services_folder / "example.db", empty, instance))
    url = new_postgres_database(postgres_url, name)

    def reset() -> None:
        host = str(make_url(postgres_url).query["host"])
        with psycopg.connect(host=host, user="lms", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    reset()
    service = LiveService(url, instance, reset)
    yield service
    service.stop()


@pytest.fixture(scope="session")
def cast_on_sqlite(services_folder: Path, workspace: Path) -> Iterator[LiveService]:
    """A server on a service with people and content, in which nothing has happened yet."""
    service = sqlite_service(services_folder / "cast.db", _instance(workspace, "cast-sqlite"), demo=False)
    yield service
    service.stop()


@pytest.fixture
def service(request: pytest.FixtureRequest) -> LiveService:
    """The example service as it was loaded; on SQLite unless the journey asks for another database."""
    found: LiveService = request.getfixturevalue(f"example_on_{getattr(request, 'param', 'sqlite')}")
    found.start_again()
    return found


@pytest.fixture
def named(service: LiveService) -> Iterator[str]:
    """The address of the service with a name in it, as browsers want it for passkeys."""
    kept = service.app.config["SETTINGS"]
    url = service.url.replace("127.0.0.1", "localhost")
    service.app.config["SETTINGS"] = replace(kept, base_url=url)
    yield url
    service.app.config["SETTINGS"] = kept


@pytest.fixture
def meet(browser: Browser, service: LiveService) -> Iterator[Callable[..., Person]]:
    """Give somebody a device of their own; what went wrong on any of them fails the journey."""
    met: list[Person] = []

    def go(kind: type[Person] = Hands, **options: object) -> Person:
        met.append(kind(browser, service.url, **options))  # type: ignore[arg-type]
        return met[-1]

    yield go
    problems = [problem for person in met for problem in person.problems]
    for person in met:
        person.context.close()
    assert not problems, problems


@pytest.fixture
def phone(meet: Callable[..., Thumb], service: LiveService) -> Callable[..., Thumb]:
    """Give out phones on which somebody is signed in and stands on their home page; with no name, nobody is."""

    def give(name: str = "") -> Thumb:
        person = meet(Thumb)
        if name:
            person.context.add_cookies([service.session_of(service.person(name))])  # type: ignore[list-item]
            person.at("/")
        return person

    return give
