import csv
import io
from io import BytesIO

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry, WriteReceipt
from lms.competencies.queries import get_framework
from lms.core.db import db
from lms.core.ids import new_id
from lms.curriculum.models import ContentVersion
from lms.interop.rules import read_json, write_csv
from tests.factories import frameworks as make
from tests.factories.competencies import load_framework

CHECK = "/frameworks/check"


@pytest.fixture
def version(app, cast):
    with app.app_context():
        load_framework()
        return get_framework().id


@pytest.fixture
def nurse(version, sign_in):
    return sign_in("consultant_nurse")


def send(client, data, name="framework.csv", status=200):
    return client.post(CHECK, {"file": (BytesIO(data), name)}, status=status).text


@pytest.mark.parametrize("role", ["trainee", "assessor", "educator", "consultant_nurse"])
def test_who_reads_capabilities_may_take_the_framework_away(version, sign_in, role):
    client = sign_in(role)
    answer = client.client.get(f"/frameworks/{version}/download/csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="specialist-paramedic-mh-2026-11-18.csv"'
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0][0] == "Parent ID number"
    assert len(rows) == 1 + 1 + 8 + 36
    answer = client.client.get(f"/frameworks/{version}/download/json")
    assert answer.mimetype == "application/json"
    assert read_json(answer.data).body == make.shipped()


def test_what_is_no_version_or_no_format_is_not_found(nurse, version):
    nurse.get(f"/frameworks/{new_id()}/download/csv", 404)
    nurse.get(f"/frameworks/{version}/download/xlsx", 404)


def test_the_framework_in_force_changes_nothing(nurse, version):
    data = nurse.client.get(f"/frameworks/{version}/download/csv").data
    page = send(nurse, data)
    assert "framework.csv can be used" in page
    assert "The two say the same." in page


def test_a_changed_file_shows_what_would_change_and_stores_nothing(app, nurse):
    def stored():
        with app.app_context():
            models = (ContentVersion, LedgerEntry, WriteReceipt)
            return [db.session.scalar(select(func.count()).select_from(model)) for model in models]

    before = stored()
    changed = make.changed(make.reworded("D1.1", title="Calming <b>down</b>"), make.without("D1.4"))
    page = send(nurse, write_csv(changed).encode())
    assert "1 capability removed and 1 capability changed." in page
    assert "Calming &lt;b&gt;down&lt;/b&gt;" in page
    assert "D1.4 Cultural humility and interpreters" in page
    assert "Nothing was stored." in page
    assert "What was signed under these would not count until a mapping is reviewed: D1.1 Engagement" in page
    assert stored() == before


def test_a_file_of_moodle_shows_what_to_look_at(nurse):
    rows = [row[:14] for row in csv.reader(io.StringIO(write_csv(make.shipped()), newline=""))]
    found = io.StringIO(newline="")
    csv.writer(found).writerows(rows)
    page = send(nurse, found.getvalue().encode())
    assert "To look at" in page
    assert "Row 4" not in page
    assert "row 4, column B (ID number): D1.1: Pillars, Maps, Evidence: the file has no such columns" in page


def test_a_malformed_file_is_refused_whole_with_row_and_column(nurse):
    data = write_csv(make.shipped()).replace("D1.2", "D1.1", 1).encode()
    page = send(nurse, data, status=422)
    assert "The file is refused: nothing in it can be used until it is right" in page
    assert "Row 5, column B (ID number)" in page
    assert "The ID number D1.1 already stands in row 4." in page
    assert "1 problem. The whole file is refused." in page


def test_a_problem_in_json_is_told_by_line_and_column(nurse):
    page = send(nurse, b'{\n "a": }', "f.json", 422)
    assert "Line 2, column 7" in page


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"x", "framework.xlsx", "The name of the file must end in .csv or .json"),
        (b"", "framework.csv", "This file is empty."),
        (b"\xff\xfea\0", "framework.csv", "This file is UTF-16 text."),
    ],
)
def test_what_is_no_framework_is_refused_in_a_sentence(nurse, data, name, told):
    assert told in send(nurse, data, name, 422)


def test_no_file_is_asked_for_again(nurse):
    assert "Choose a file" in nurse.post(CHECK, {}, status=422).text


@pytest.mark.parametrize("role", ["trainee", "assessor", "educator", "administrator"])
def test_only_who_keeps_the_framework_checks_files(version, sign_in, role):
    sign_in(role).get(CHECK, 403)
