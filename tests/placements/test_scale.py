"""One trainee's pages ask the same of the database however much there is, and never read a whole table."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select

from lms.core.db import db
from lms.placements.models import Encounter
from lms.placements.queries import list_sites
from tests.client import PageClient
from tests.factories.contacts_in_bulk import add_in_bulk, people_like
from tests.factories.placements import prepare
from tests.statements import count_statements

BIG = ("encounter", "shift")
WHOLE = re.compile(rf"SCAN ({'|'.join(BIG)})(_\d+)?\b")


@pytest.fixture
def places(app, cast):
    with app.app_context():
        prepare()
        return [(site.id, site.setting) for site in list_sites()]


def addresses(cast):
    own = f"/trainees/{cast.trainee}"
    return {
        cast.trainee: ["/hours", f"{own}/exposure", f"{own}/exposure/low-mood/led"],
        cast.educator: [f"{own}/hours", f"{own}/exposure", f"{own}/exposure/low-mood/led"],
    }


def open_all(app, cast):
    """The statements of each page, by who opens it."""
    found = {}
    for person, pages in addresses(cast).items():
        client = PageClient(app)
        client.sign_in(person)
        for page in pages:
            with count_statements(app) as sent:
                client.get(page)
            found[person, page] = list(sent)
    return found


@contextmanager
def sent_with_values(app) -> Iterator[list]:
    sent = []

    def note(connection, cursor, statement, parameters, *rest):
        if statement.startswith(("SELECT", "WITH")):
            sent.append((statement, parameters))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def whole_tables(connection, statement, parameters):
    """The big tables that the plan of a statement reads from one end to the other."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows if WHOLE.match(row.detail)]
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    return list(_unbounded((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def _unbounded(node):
    by_index = {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
    bounded = node["Node Type"] in by_index and ("Index Cond" in node or "Recheck Cond" in node)
    if node.get("Relation Name") in BIG and not bounded:
        yield f"{node['Node Type']} {node['Relation Name']}"
    for child in node.get("Plans", ()):
        yield from _unbounded(child)


@pytest.mark.both_databases
def test_hours_and_grid_ask_the_same_at_1000_and_at_10000_contacts_and_read_no_whole_table(app, cast, places):
    with app.app_context():
        others = people_like(cast.trainee, 45)
        add_in_bulk([cast.trainee], places, cast.supervisor, shifts=20, encounters=5)
        add_in_bulk(others[:9], places, cast.supervisor, shifts=20, encounters=5)
        assert db.session.scalar(select(func.count()).select_from(Encounter)) == 1000
        db.session.rollback()
    open_all(app, cast)  # Content that never changes is read once for each process.
    before = open_all(app, cast)
    with app.app_context():
        add_in_bulk([cast.trainee], places, cast.supervisor, shifts=40, encounters=5, nth=20)
        add_in_bulk(others[9:], places, cast.supervisor, shifts=48, encounters=5)
        add_in_bulk(others[:1], places, cast.supervisor, shifts=32, encounters=5, nth=20)
        assert db.session.scalar(select(func.count()).select_from(Encounter)) == 10_000
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    with sent_with_values(app) as sent:
        after = open_all(app, cast)
    assert after == before
    about = [each for each in sent if re.search(rf"\b({'|'.join(BIG)})\b", each[0])]
    assert len(about) >= 6
    with app.app_context(), db.engine.connect() as connection:
        scans = {each: statement for statement, values in about for each in whole_tables(connection, statement, values)}
    assert scans == {}


@pytest.mark.both_databases
def test_a_whole_table_would_be_noticed(app, cast, places):
    with app.app_context():
        add_in_bulk([cast.trainee], places, cast.supervisor, shifts=3, encounters=2)
        with db.engine.connect() as connection:
            assert whole_tables(connection, "SELECT presentation FROM encounter", ())
            assert whole_tables(connection, "SELECT s.id FROM shift AS shift_1 JOIN shift s ON s.id <> shift_1.id", ())
