"""Says how fast the pages are that people open most: `python -m tests.bench --help`."""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from flask import Flask

from lms.app import calm_collector, create_app
from lms.audit.queries import verify
from lms.audit.rules import signing_key
from lms.config import Settings
from lms.core import migrations
from lms.core.db import db
from lms.identity.services import set_password
from tests import postgres
from tests.bench.contacts import NOTHING, TRAINEES_WITH_CONTACTS, pages_about, reach
from tests.bench.population import Depth, Population
from tests.client import PageClient
from tests.resilience.server import SECRET, Browser, Request, Server
from tests.statements import count_statements

PASSWORD = "a calm road ahead"
THREADS = 4
TRAINEES = 8  # So many of them open their home page in turn.
HEAD = (
    f"{'page':<20}{'requests/s':>12}{'p50 ms':>10}{'p95 ms':>10}{'statements':>12}{'CPU ms':>10}{'size kB':>10}"
    f"{'answers':>10}"
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: who opens it, at which addresses in turn."""

    name: str
    people: Sequence[str]
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request asks for when nothing else runs: statements, and milliseconds of this process."""

    statements: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it; times in seconds, size in bytes."""

    times: list[float]
    elapsed: float
    size: int


def main(arguments: list[str]) -> int:
    """Build the service at each size, measure, and print a table."""
    options = _options(arguments)
    stop: Callable[[], None] = lambda: None  # noqa: E731
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        try:
            for size in options.size:
                place = Path(folder) / str(size)
                place.mkdir()
                if options.database == "postgresql":
                    stop()
                    url, stop = postgres.start()
                else:
                    url = f"sqlite:///{place / 'bench.db'}"
                _measure_size(url, place, size, options.seconds)
            if options.contacts:
                place = Path(folder) / "contacts"
                place.mkdir()
                if options.database == "postgresql":
                    stop()
                    url, stop = postgres.start()
                else:
                    url = f"sqlite:///{place / 'bench.db'}"
                _measure_contacts(url, place, options.contacts, options.seconds)
        finally:
            stop()
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--size", type=int, nargs="*", default=[20, 200], help="trainees; several sizes one by one")
    parser.add_argument(
        "--contacts",
        type=int,
        nargs="*",
        default=[10_000, 100_000],
        help="contacts of 200 trainees, rising; none to skip",
    )
    parser.add_argument("--seconds", type=float, default=5, help="how long each page is asked for")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    return parser.parse_args(arguments)


def _app(url: str, place: Path) -> Flask:
    return create_app(Settings(secret_key=SECRET, database_url=url, instance_dir=place, secure_cookies=False,
                               second_factor_required=False))  # fmt: skip


def _measure_contacts(url: str, place: Path, totals: Sequence[int], seconds: float) -> None:
    """What the pages about hours and contacts cost with so many contacts of 200 trainees."""
    app = _app(url, place)
    population = _build(app, TRAINEES_WITH_CONTACTS, NOTHING)
    for total in totals:
        with app.app_context():
            print(f"\n{reach(population, total):,} contacts of {len(population.trainees)} trainees", end="")
        _measure(url, place, app, population, pages_about(population, Page), seconds, signs_in=False)


def _measure_size(url: str, place: Path, size: int, seconds: float) -> None:
    app = _app(url, place)
    population = _build(app, size, Depth())
    _measure(url, place, app, population, _pages(population), seconds)


def _measure(
    url: str, place: Path, app: Flask, population: Population, pages: list[Page], seconds: float, signs_in: bool = True
) -> None:
    people = _people(population)
    calm_collector()  # As the server does.
    costs = {page.name: _cost(app, page, people) for page in pages}
    sign_in = _cost_of_signing_in(app) if signs_in else None
    with app.app_context():
        db.engine.dispose()
    server = Server(url, place, site="tests.bench.site:app")
    server.patience = 600
    server.start()
    try:
        print(f"\n{HEAD}")
        if sign_in is not None:
            _tell("sign-in", _load(server, seconds, _sign_ins(server, len(people) - 2)), sign_in)
        for page in pages:
            _tell(page.name, _load(server, seconds, _opened(server, page)), costs[page.name])
    finally:
        server.stop()


def _build(app: Flask, size: int, depth: Depth) -> Population:
    began = time.monotonic()
    with app.app_context():
        migrations.upgrade()
        population = Population()
        population.add(size, depth)
        for person_id in _people(population).values():
            set_password(person_id, PASSWORD)
        took = time.monotonic() - began
        verdict = verify(Path("/nonexistent"), signing_key("", SECRET))
        dialect = db.engine.dialect.name
    print(
        f"\n{size} trainees with {depth.shifts} shifts and {depth.assessments} assessments each on {dialect}: "
        f"{verdict.rows:,} rows, "
        f"built in {took:.0f} s; "
        f"the ledger {'is broken' if verdict.breaks else 'verifies'} ({verdict.entries:,} entries)"
    )
    return population


def _people(population: Population) -> dict[str, UUID]:
    cast = population.cast
    found = {f"trainee.{number}@example.org": each for number, each in enumerate(population.trainees[:TRAINEES])}
    found["connie.njoroge@example.org"] = cast.consultant_nurse
    found["edith.lowe@example.org"] = cast.educator
    return found


def _pages(population: Population) -> list[Page]:
    own = [name for name in _people(population) if name.startswith("trainee")]
    nurse, educator = ["connie.njoroge@example.org"], ["edith.lowe@example.org"]
    # The first cohort in every two belongs to the educator's university; its newest work is not marked.
    works = [work for place, work in enumerate(population.works) if place % 3 == 0 and place // 30 % 2 == 0]
    return [
        Page("trainee home", own, ["/"]),
        Page("readiness board", nurse, ["/readiness"]),
        Page("one trainee", nurse, [f"/trainees/{each}/readiness" for each in population.trainees]),
        Page("capability matrix", nurse, [f"/trainees/{each}/capabilities" for each in population.trainees]),
        Page("one capability", nurse, [f"/trainees/{each}/capabilities/D3.1" for each in population.trainees]),
        Page("sign-offs to do", nurse, ["/sign-offs"]),
        Page("marking screen", educator, [f"/marking/{work}" for work in works]),
    ]


def _cost(app: Flask, page: Page, people: dict[str, UUID]) -> Cost:
    client = PageClient(app)
    client.sign_in(people[page.people[0]])
    client.get(page.addresses[0])  # Content that never changes is read once for each process.
    with count_statements(app) as sent:
        began = time.process_time()
        client.client.get(page.addresses[0]).close()
        return Cost(len(sent), (time.process_time() - began) * 1000)


def _cost_of_signing_in(app: Flask) -> Cost:
    client = app.test_client()
    token = _token(client.get("/sign-in").text)
    fields = {"csrf_token": token, "email": "trainee.0@example.org", "password": PASSWORD}
    with count_statements(app) as sent:
        began = time.process_time()
        answer = client.post("/sign-in", data=fields)
        answer.close()
        cpu = (time.process_time() - began) * 1000
    assert answer.status_code == 303, answer.status
    return Cost(len(sent), cpu)


def _token(text: str) -> str:
    return text.partition('name="csrf_token" value="')[2].partition('"')[0]


def _sign_ins(server: Server, trainees: int) -> Iterator[Request]:
    browser = Browser(server)
    form = browser.form("/sign-in")
    for number in cycle(range(trainees)):
        fields = {**form.fields, "email": f"trainee.{number}@example.org", "password": PASSWORD}
        yield browser.filled("/sign-in", fields)


def _opened(server: Server, page: Page) -> Iterator[Request]:
    cookies = []
    for email in page.people:
        browser = Browser(server)
        browser.sign_in(email, PASSWORD)
        cookies.append(browser.cookie)
    for cookie, address in zip(cycle(cookies), cycle(page.addresses), strict=False):
        yield Request("GET", address, cookie)


def _load(server: Server, seconds: float, requests: Iterator[Request]) -> Measured:
    """Send requests from several threads for a while, after a short run that is not counted."""
    lock = threading.Lock()
    sizes: list[int] = []
    failed: list[str] = []

    def run(until: float, times: list[float]) -> None:
        while (began := time.monotonic()) < until:
            with lock:
                request = next(requests)
            answer = server.send(request)
            wanted = (303,) if request.method == "POST" else (200,)
            if answer.status not in wanted:
                failed.append(f"{request.path}: {answer.status}")
                return
            with lock:
                times.append(time.monotonic() - began)
                sizes.append(len(answer.text))

    def together(length: float) -> tuple[list[float], float]:
        times: list[float] = []
        began = time.monotonic()
        threads = [threading.Thread(target=run, args=(began + length, times)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return times, time.monotonic() - began

    together(min(1.0, seconds))
    sizes.clear()
    times, elapsed = together(seconds)
    if failed:
        raise RuntimeError(f"the server did not answer as it should: {failed[0]}\n{server.log.read_text()[-2000:]}")
    return Measured(times, elapsed, max(sizes, default=0))


def _tell(name: str, found: Measured, cost: Cost) -> None:
    if len(found.times) < 2:
        print(f"{name:<20}  too slow to measure in this time: use --seconds")
        return
    p50, p95 = median(found.times) * 1000, quantiles(found.times, n=20)[-1] * 1000
    print(
        f"{name:<20}{len(found.times) / found.elapsed:>12.1f}{p50:>10.0f}{p95:>10.0f}{cost.statements:>12}"
        f"{cost.cpu:>10.0f}{found.size / 1000:>10.0f}{len(found.times):>10}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
