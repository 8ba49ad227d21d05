import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.competencies.rules.format import FrameworkFile
from lms.core.content import parse
from lms.core.errors import RuleViolation
from lms.interop.rules import FileFormat, format_of, read_framework, read_json, write_json, write_yaml
from lms.interop.rules.framework_json import Scanner
from tests.factories import frameworks as make

ON = date(2026, 11, 18)


def edited(old, new):
    text = write_json(make.shipped())
    assert old in text
    return text.replace(old, new, 1).encode()


@settings(max_examples=30)
@given(make.bodies())
def test_any_framework_comes_back_equal(body):
    found = read_json(write_json(body).encode())
    assert not found.problems
    assert found.body == body


@settings(max_examples=30)
@given(make.bodies())
def test_the_content_file_written_of_a_body_is_read_as_it(body):
    assert parse(write_yaml(body), FrameworkFile, "x").body == body


def test_the_shipped_framework_comes_back_equal_in_any_layout():
    body = make.shipped()
    for text in (write_json(body), json.dumps(body), "\ufeff" + json.dumps(body, indent=7)):
        assert read_json(text.encode()).body == body


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "line 1, column 1: This file is empty.", id="empty"),
        pytest.param(b"[]", "line 1, column 1: This file must hold one group", id="a list"),
        pytest.param(b"{\n  x", "line 2, column 3: This is not valid JSON", id="no name"),
        pytest.param(b'{"a" 1}', "line 1, column 6: ", id="no colon"),
        pytest.param(b'{"a": 1 "b": 2}', "line 1, column 9: ", id="no comma"),
        pytest.param(b'{"a": 1,\n "a": 2}', 'line 2, column 2: The name "a" stands here twice', id="twice"),
        pytest.param(b'{"a": "x', "line 1, column 7: ", id="open text"),
        pytest.param(b'{"a": NaN}', "line 1, column 7: ", id="no number"),
        pytest.param(b'{"a": 1e999999999999999999999}', "line 1, column 7: ", id="a huge number"),
        pytest.param(b'{"a": "\\ud800"}', "line 1, column 7: This text holds half of a character.", id="half"),
        pytest.param(b'{"a": "\\u0000"}', "line 1, column 7: ", id="NUL"),
        pytest.param(b"[" * 5000, "line 1, column 42: More than 40", id="deep"),
        pytest.param(b"{} x", "line 1, column 4: Nothing may follow", id="more"),
        pytest.param(b'{"a": "\xff"}', "line 1, column 8: This is not valid UTF-8 text.", id="encoding"),
        pytest.param(b" " * (2 * 1024 * 1024 + 1), "larger than 2 MB", id="too large"),
        pytest.param(edited('"slug"', '"slag"'), "line 3, column 11: There is no field", id="unknown"),
        pytest.param(edited('"code": "D1"', '"code": "X"'), ": domains.0.code", id="code"),
        pytest.param(edited('"at_least": 2', '"at_least": "2"'), "This must be a whole number", id="a text"),
    ],
)
def test_a_malformed_file_is_refused_whole_with_line_and_column(data, told):
    found = read_json(data)
    assert not found.body
    problems = [str(problem) for problem in found.problems]
    if told.startswith(": domains"):
        assert problems[0].startswith("line ")
        return
    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith("line ") for problem in problems)


@settings(max_examples=150)
@given(st.text(alphabet='{}[]",:truefalsn0123456789\\ \n', max_size=60))
def test_no_text_at_all_is_an_error_of_the_service(text):
    assert not read_json(text.encode()).body


@given(st.recursive(st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(), st.lists, max_leaves=5))
def test_values_are_read_as_the_standard_library_reads_them(value):
    assert Scanner(json.dumps(value)).whole() == value


def test_the_ending_of_the_name_says_the_format():
    assert (format_of("a.CSV"), format_of("b.json")) == (FileFormat.CSV, FileFormat.JSON)
    for name in ("framework", "framework.xlsx", ".csv.exe"):
        with pytest.raises(RuleViolation):
            format_of(name)


def test_the_file_must_be_the_framework_it_is_imported_as():
    data = write_json(make.shipped()).encode()
    assert read_framework(data, FileFormat.JSON, on=ON, slug="specialist-paramedic-mh").is_right
    assert not read_framework(data, FileFormat.JSON, on=ON, slug="another").body
