import csv
import io
import json
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.competencies.rules.format import CapabilityFile, DomainFile, FrameworkFile, framework_from
from lms.interop.rules import read_csv, write_csv
from lms.interop.rules.columns import MOODLE_COLUMNS, as_cell, extra_columns, from_cell
from lms.interop.rules.scales import configuration_cell, read_configuration
from lms.interop.rules.tables import MOST_COLUMNS, guarded, unguarded
from tests.factories import frameworks as make

ON = date(2026, 11, 18)
FRAMEWORK, D1, D1_1 = 2, 3, 4  # The rows of the shipped framework.


def table(body=None):
    """The exported framework as rows of cells."""
    return list(csv.reader(io.StringIO(write_csv(body or make.shipped()), newline="")))


def text(rows, separator=","):
    found = io.StringIO(newline="")
    csv.writer(found, delimiter=separator).writerows(rows)
    return found.getvalue()


def read(rows, **options):
    return read_csv(text(rows).encode(), on=ON, **options)


def column(name):
    return (*MOODLE_COLUMNS, *extra_columns()).index(name)


def put(row, name, value):
    """The exported framework with one cell changed; rows are counted as a spreadsheet counts them."""
    rows = table()
    rows[row - 1][column(name)] = value
    return rows


def as_moodle(body=None):
    """The framework as Moodle would write it again: without the columns it does not have."""
    return [row[: len(MOODLE_COLUMNS)] for row in table(body)]


def places(reading):
    return [str(problem) for problem in reading.problems]


# --- Out and back ---


def test_the_shipped_framework_comes_back_equal():
    body = make.shipped()
    found = read_csv(write_csv(body).encode(), on=ON)
    assert found.body == body
    assert framework_from(found.body) == framework_from(body)
    assert (found.problems, found.notes) == ((), ())


@settings(max_examples=40)
@given(make.bodies())
def test_any_framework_comes_back_equal(body):
    found = read_csv(write_csv(body).encode(), on=ON)
    assert places(found) == []
    assert found.body == body


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: text.replace("\r\n", "\n").encode(), id="line feeds"),
        pytest.param(lambda text: text.encode() + b"\r\n\r\n", id="empty rows at the end"),
    ],
)
def test_however_a_program_saves_it(change):
    assert read_csv(change(write_csv(make.shipped())), on=ON).body == make.shipped()


def test_semicolons_part_the_cells_where_a_spreadsheet_writes_them():
    assert read_csv(text(table(), ";").encode(), on=ON).body == make.shipped()


def test_the_order_of_columns_means_nothing():
    rows = [row[::-1] for row in table()]
    assert read(rows).body == make.shipped()


def test_a_new_line_in_a_cell_stays_one_whatever_it_is_made_of():
    body = make.changed(make.reworded("D1.1", indicator="First\nsecond"))
    for end in ("\n", "\r\n", "\r"):
        rows = table(body)
        rows[D1_1 - 1][column("Description")] = f"First{end}second"
        assert read(rows).body == body


def test_a_spreadsheet_may_write_true_in_capitals():
    assert read(put(D1_1, "Critical", "TRUE")).body == make.shipped()


def test_each_field_of_a_content_file_has_a_column():
    carried = {"slug", "title", "summary", "domains", "code", "capabilities", "indicator"}
    fields = {name for schema in (FrameworkFile, DomainFile, CapabilityFile) for name in schema.model_fields}
    assert len(extra_columns()) == len(fields - carried)
    assert not set(extra_columns()) & set(MOODLE_COLUMNS)


def test_moodle_finds_its_own_columns_first_and_in_its_order():
    first = table()[0]
    assert tuple(first[: len(MOODLE_COLUMNS)]) == MOODLE_COLUMNS
    rows = table()
    assert [row[column("Is framework")] for row in rows[1:4]] == ["1", "", ""]
    assert [row[column("Parent ID number")] for row in rows[1:5]] == ["", "", "D1", "D1"]
    assert rows[1][column("Scale values")].count(",") == 4
    config = json.loads(rows[1][column("Scale configuration")])
    assert "scaleid" in config[0]
    assert {"id": 3, "scaledefault": 1, "proficient": 1} in config
    assert json.loads(rows[D1_1 - 1][column("Scale configuration")])[1]["id"] == 4  # A critical capability asks more.


# --- Formulas ---


@given(st.text())
@example("=1+1")
@example("'=1+1")
@example("''@x")
@example(" =x")
@example("\t-1")
def test_what_is_guarded_comes_back_and_starts_no_formula(value):
    assert unguarded(guarded(value)) == value
    assert guarded(value)[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_no_exported_cell_starts_a_formula():
    body = make.changed(
        make.reworded("D1.1", title="=HYPERLINK(1)", indicator="@SUM(A1)"), make.reworded("D1.2", title="'-x")
    )
    rows = table(body)
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    assert read(rows).body == body


@given(st.recursive(st.none() | st.booleans() | st.integers(-999, 999) | st.text(), lambda each: st.lists(each)))
def test_a_value_in_a_cell_is_read_as_itself(value):
    assert from_cell(as_cell(value)) == value


@given(st.integers(1, 5))
def test_a_scale_configuration_says_which_level_is_enough(enough):
    found = read_configuration(configuration_cell(5, enough), 5)
    assert found == enough


# --- Refused whole, with row and column ---

HEADER = [[*MOODLE_COLUMNS, *extra_columns()]]


def wrong(row, name, value):
    return text(put(row, name, value)).encode()


TWO_FRAMEWORKS = [*table(), table()[1]]
NO_HEADING = [row[1:] for row in table()]

MALFORMED = [
    pytest.param(b"", "row 1, column A: This file is empty", id="empty"),
    pytest.param(b"\n\n", "row 1, column A: This file is empty", id="only empty lines"),
    pytest.param(b"\x00\x01\x02", "row 1, column A: The first row must name the columns", id="not a table"),
    pytest.param(b"hello\nthere", "row 1, column A: The first row must name the columns", id="something else"),
    pytest.param(text(table()[1:]).encode(), "row 1, column A: The first row must name the columns", id="no header"),
    pytest.param(text(HEADER).encode(), "row 1, column A: No row is the framework itself", id="header alone"),
    pytest.param(text(NO_HEADING).encode(), "must name these columns: Parent ID number.", id="missing column"),
    pytest.param(
        text([[*row, row[0]] for row in table()]).encode(), "This heading stands here twice", id="heading twice"
    ),
    pytest.param(wrong(D1_1, "Parent ID number", "D7.x"), "row 4, column A (Parent ID number): ", id="parent"),
    pytest.param(wrong(D1_1, "Parent ID number", "D1.2"), "no third level", id="third level"),
    pytest.param(
        wrong(D1_1, "Parent ID number", "specialist-paramedic-mh"),
        "row 4, column A",
        id="under the framework",
    ),
    pytest.param(wrong(D1_1, "Parent ID number", ""), "row 4, column B (ID number): This domain", id="no parent"),
    pytest.param(
        wrong(D1_1, "ID number", "D1.2"),
        "row 5, column B (ID number): The ID number D1.2 already stands in row 4.",
        id="duplicate",
    ),
    pytest.param(wrong(D1_1, "ID number", ""), "row 4, column B (ID number): This row has no ID", id="no id"),
    pytest.param(wrong(D1_1, "ID number", "X1.1"), "row 4, column B (ID number): ", id="another code"),
    pytest.param(wrong(D1_1, "ID number", "D2.9"), "row 4, column B (ID number): ", id="of another domain"),
    pytest.param(wrong(D1_1, "Short name", ""), "row 4, column C (Short name)", id="no name"),
    pytest.param(wrong(D1_1, "Description", ""), "row 4, column D (Description)", id="no indicator"),
    pytest.param(wrong(D1_1, "Description format", "9"), "row 4, column E (Description format)", id="format"),
    pytest.param(wrong(FRAMEWORK, "Scale values", ""), "row 2, column F (Scale values)", id="no scale"),
    pytest.param(wrong(FRAMEWORK, "Scale values", "a,,c"), "A level of the scale has no name", id="level"),
    pytest.param(wrong(D1_1, "Scale values", "No,Yes"), "row 4, column F (Scale values)", id="two scales"),
    pytest.param(
        wrong(FRAMEWORK, "Scale configuration", '[{"id":6,"scaledefault":1,"proficient":1}]'),
        "row 2, column G (Scale configuration): Level 6 is not on the scale, which has 5 levels.",
        id="level off the scale",
    ),
    pytest.param(
        wrong(D1_1, "Scale configuration", '[{"id":true,"proficient":1}]'),
        "row 4, column G",
        id="odd level",
    ),
    pytest.param(wrong(D1_1, "Scale configuration", "[{]"), "row 4, column G", id="bad scale configuration"),
    pytest.param(wrong(D1_1, "Rule config (optional)", "{]"), "row 4, column J (Rule config", id="bad rule"),
    pytest.param(wrong(D1_1, "Rule config (optional)", "[" * 9999), "row 4, column J", id="deep rule"),
    pytest.param(
        wrong(D1_1, "Cross-referenced competency ID numbers", "D9.9"),
        "row 4, column K",
        id="cross-reference",
    ),
    pytest.param(wrong(D1_1, "Is framework", "maybe"), "row 4, column M (Is framework)", id="neither"),
    pytest.param(wrong(FRAMEWORK, "Is framework", "0"), "No row is the framework itself", id="no framework"),
    pytest.param(text(TWO_FRAMEWORKS).encode(), "column M (Is framework): Row 2 is the framework already", id="two"),
    pytest.param(wrong(D1_1, "Evidence", "[{]"), "(Evidence): This is not valid JSON", id="bad evidence"),
    pytest.param(wrong(D1_1, "Evidence", ""), "(Evidence): This field is missing.", id="no evidence"),
    pytest.param(
        wrong(D1_1, "Evidence", '[{"at_least": 0, "forms": ["mini-cex"]}]'),
        "(Evidence): 0.at_least:",
        id="0",
    ),
    pytest.param(wrong(D1_1, "Evidence", '[{"at_least": 1, "forms": ["x"]}]'), "(Evidence): ", id="form"),
    pytest.param(wrong(D1_1, "Maps", '["NOWHERE"]'), "(Maps): 0: There is no map NOWHERE", id="no map"),
    pytest.param(wrong(D1_1, "Pillars", "clinical"), "(Pillars): This must be a list.", id="no list"),
    pytest.param(wrong(D1_1, "Review months", "many"), "(Review months): This must be a whole number", id="n"),
    pytest.param(wrong(D1_1, "Critical", "9" * 5000), "(Critical): ", id="a huge number"),
    pytest.param(wrong(D1, "Evidence", "[]"), "row 3, column Z (Evidence): A domain has nothing", id="foreign"),
    pytest.param(wrong(FRAMEWORK, "Source", "NOWHERE"), "(Source): There is no source NOWHERE", id="source"),
    pytest.param(wrong(D1_1, "Short name", "a\0b"), "row 4, column C (Short name): Take out", id="NUL"),
    pytest.param(
        text(put(D1_1, "Short name", "caf\xe9")).encode("latin-1"),
        "row 4, column C (Short name): This is not valid UTF-8 text",
        id="wrong encoding",
    ),
    pytest.param(text(table()).encode("utf-16"), "This file is UTF-16 text", id="UTF-16"),
    pytest.param(b"," * 1_000_000, f"This row has more than {MOST_COLUMNS} columns", id="a million columns"),
    pytest.param(b"a\n" * 300_000, "more than 2,000 rows", id="too many rows"),
    pytest.param(b'"' + b"x" * 100, "row 1, column A: A quotation mark is not closed", id="open quotation"),
    pytest.param(text(table()).encode() + b'x,"a"b', "row 47, column B: A quotation mark", id="quotation in a text"),
    pytest.param(b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB", id="too large"),
    pytest.param(text([*table(), ["", "D9"]]).encode(), "column C: This row ends here, and there are", id="short row"),
    pytest.param(text([*table(), ["x"] * 60]).encode(), "There is no heading above this cell.", id="long row"),
    pytest.param(wrong(D1_1, "Description", "Low risk of suicide"), "row 4, column D", id="a banned phrase"),
]


@pytest.mark.parametrize(("data", "told"), MALFORMED)
def test_a_malformed_file_is_refused_whole_with_row_and_column(data, told):
    found = read_csv(data, on=ON, base=make.shipped())
    assert not found.body
    assert any(told in problem for problem in places(found)), places(found)
    assert all(problem.startswith("row ") for problem in places(found))


def test_every_problem_is_told_at_once():
    rows = table()
    rows[D1_1 - 1][column("Review months")] = "0"
    rows[D1_1][column("Critical")] = "perhaps"
    rows[20][column("Pillars")] = "[]"
    assert [place.split(":")[0] for place in places(read(rows))] == [
        "row 4, column X (Review months)",
        "row 5, column V (Critical)",
        "row 21, column Y (Pillars)",
    ]


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_no_bytes_at_all_are_an_error_of_the_service(data):
    assert not read_csv(data, on=ON).body


@settings(max_examples=40)
@given(st.integers(1, 44), st.integers(0, 32), st.text(max_size=20))
def test_a_changed_cell_is_taken_or_refused_and_never_an_error(row, at, value):
    rows = table()
    rows[row][at % len(rows[0])] = value
    found = read_csv(text(rows).encode("utf-8", "surrogatepass"), on=ON)
    assert bool(found.body) is not bool(found.problems)


# --- As Moodle writes it ---


def test_what_moodle_cannot_carry_stays_as_it_is_in_force():
    found = read(as_moodle(), base=make.shipped())
    assert found.body == make.shipped()
    assert any("Evidence: the file has no such columns, so this stays" in str(note) for note in found.notes)


def test_without_anything_in_force_defaults_are_named_and_listed():
    found = read(as_moodle())
    assert places(found) == []
    framework = framework_from(found.body)
    assert framework.titles == framework_from(make.shipped()).titles
    assert found.body["review"] == {
        "status": "imported, not yet reviewed, not yet clinically approved",
        "by": ON.isoformat(),
    }
    assert (framework.award_other, framework.award_critical) == (3, 4)
    critical = {code for code, each in framework.capabilities.items() if each.is_critical}
    assert critical == {code for code, each in framework_from(make.shipped()).capabilities.items() if each.is_critical}
    notes = [str(note) for note in found.notes]
    assert "row 4, column B (ID number): D1.1: Pillars, Maps, Evidence: the file has no such columns." in notes[1]
    assert len(notes) == 1 + len(framework.capabilities)


def test_a_scale_that_was_changed_in_moodle_is_followed_and_told():
    rows = as_moodle()
    rows[1][column("Scale values")] = "None,Beside,Near,Alone,Teaches"
    for row in rows[1:]:
        if row[column("Scale values")]:
            row[column("Scale values")] = rows[1][column("Scale values")]
    rows[1][column("Scale configuration")] = configuration_cell(5, 2)
    found = read(rows, base=make.shipped())
    framework = framework_from(found.body)
    assert [anchor.title for anchor in framework.scale] == ["None", "Beside", "Near", "Alone", "Teaches"]
    assert (framework.award_other, framework.award_critical) == (2, 4)
    assert any("Scale: the levels are not those in force." in str(note) for note in found.notes)


def test_a_capability_that_is_new_in_moodle_gets_defaults_and_the_others_stay():
    rows = as_moodle()
    rows.append(["D8", "D8.5", "New", "<p>Does it &amp; says so</p>", "1", "", "", "", "", "null", "", "77", "", ""])
    found = read(rows, base=make.shipped())
    new = make.capability(found.body, "D8.5")
    assert new["indicator"] == "Does it & says so"
    assert new["evidence"] == [{"at_least": 1, "forms": ["mini-cex"]}]
    assert make.capability(found.body, "D1.1") == make.capability(make.shipped(), "D1.1")
    assert any("D8.5" in str(note) and "Fill in" in str(note) for note in found.notes)
    assert any("Exported ID (optional): this is Moodle's own and is not kept." in str(note) for note in found.notes)


def test_a_rule_of_moodle_is_told_and_not_kept():
    rows = put(D1_1, "Rule type (optional)", "core_competency\\competency_rule_all")
    found = read(rows)
    assert found.body == make.shipped()
    assert [str(note) for note in found.notes] == [
        "row 4, column B (ID number): D1.1: Rule type (optional): this is Moodle's own and is not kept."
    ]


def test_two_columns_that_disagree_about_a_level_are_told():
    found = read(put(FRAMEWORK, "Scale configuration", configuration_cell(5, 2)))
    assert found.body == make.shipped()
    assert "the scale configuration says level 2, our own columns level 3: ours is read." in str(found.notes[0])
