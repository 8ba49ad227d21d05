from datetime import date
from typing import Literal

import pytest
from pydantic import Field

from lms.core.content import Strict, Text, Title, body_digest, from_body, load, parse, render_markdown
from lms.core.errors import ContentError


class Part(Strict):
    name: str
    hours: int = Field(gt=0)
    kind: Literal["reading", "case"] = "reading"


class Course(Strict):
    format: Literal[1]
    title: str
    starts: date | None = None
    parts: tuple[Part, ...] = ()
    terms: dict[str, str] = {}


GOOD = """\
format: 1
title: Suicide safety
starts: 2027-05-01
parts:
  - name: Listening
    hours: 2
terms:
  plan: A plan
"""


def problems_of(text, **options):
    with pytest.raises(ContentError) as caught:
        parse(text, Course, "content/course.yaml", **options)
    return [(problem.line, problem.field, problem.message) for problem in caught.value.problems]


def test_a_good_file_becomes_a_frozen_model_and_a_plain_body(tmp_path):
    path = tmp_path / "content" / "course.yaml"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    document = load(path, Course, tmp_path)
    assert document.file == "content/course.yaml"
    assert document.model.starts == date(2027, 5, 1)
    assert document.body["starts"] == "2027-05-01"
    assert from_body(document.body, Course) == document.model


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ("title: Suicide safety", "title: no", 2, "title", "quotes"),
        ("title: Suicide safety", "title: 12:30", 2, "title", "quotes"),
        ("title: Suicide safety", "title: A\ntitel: B", 3, "titel", "no field of this name"),
        ("title: Suicide safety", "title: A\ntitle: B", 3, "title", "twice"),
        ("starts: 2027-05-01", "starts: soon", 3, "starts", "date"),
        ("hours: 2", 'hours: "2"', 6, "parts.0.hours", "whole number"),
        ("hours: 2", "hours: 0", 6, "parts.0.hours", "greater than 0"),
        ("hours: 2", "hours: true", 6, "parts.0.hours", "whole number"),
        ("    hours: 2\n", "", 5, "parts.0.hours", "missing"),
        ("hours: 2", "hours: 2\n    kind: film", 7, "parts.0.kind", "'reading' or 'case'"),
        ("  plan: A plan", "  no: A plan", 8, "terms.no", "quotes"),
        ("  plan: A plan", "  plan: &a A plan\n  more: *a", 8, "terms.more", "Write the value out"),
        ("hours: 2", "hours: [2", 7, "(file)", "not valid YAML"),
        ("title: Suicide safety", "title: !!python/name:os.system x", 2, "(file)", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_refused_at_its_line(old, new, line, field, says):
    [(found_line, found_field, message)] = problems_of(GOOD.replace(old, new))
    assert (found_line, found_field) == (line, field)
    assert says in message


def test_all_problems_are_told_at_once():
    broken = GOOD.replace("hours: 2", "hours: none").replace("title: Suicide safety", "title: 3")
    assert [line for line, _, _ in problems_of(broken)] == [2, 6]


def test_lines_count_from_where_the_text_starts_in_its_file():
    assert problems_of(GOOD.replace("hours: 2", "hours: none"), first_line=11)[0][0] == 16


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "course.yaml"
    path.write_bytes(b"format: 1\ntitle: \xff\n")
    with pytest.raises(ContentError, match=r"course\.yaml:2: .*UTF-8"):
        load(path, Course, tmp_path)


@pytest.mark.parametrize("opening", ["[", "{a: ", "[{a: ", "\n ["])
def test_a_file_of_brackets_without_end_is_refused(opening):
    [(line, field, message)] = problems_of("title: A\nparts: " + opening * 100_000)
    assert (line > 1, field) == (True, "(file)")
    assert "inside each other" in message


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        ("terms:\n  <<: {a: b}\n", 2, "terms.<<", "quotes"),
        ("a: &a {k: v}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b]}\n", 2, "b.<<", "quotes"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", 1, "b.0", "Write the value out"),
        ("a: &a [*a]\n", 1, "a.0", "Write the value out"),
        ("parts:\n  - hours: " + "1" * 400, 2, "parts.0.hours", "nine figures"),
        ("parts:\n  - hours: " + "1" * 5_000, 2, "parts.0.hours", "no number"),
        ("parts:\n  - hours: 1.0e+999", 2, "parts.0.hours", "plain figures"),
        ("parts:\n  - hours: .nan", 2, "parts.0.hours", "plain figures"),
        ("parts:\n  - hours: " + "1:" * 3_000 + "1", 2, "parts.0.hours", "plain figures"),
        ("\nstarts: 2027-13-45", 2, "starts", "no number or date"),
        ("\nstarts: !!timestamp soon", 2, "(file)", "tags"),
        ("\nformat: !!int ''", 2, "(file)", "tags"),
        ("\nterms: !!set {a, b}", 2, "(file)", "tags"),
        ('\ntitle: "A\\0"', 2, "title", "control character"),
        ("\ntitle: A\0", 2, "(file)", "control characters"),
        ("\nformat: true", 2, "format", "whole number"),
        ("\nformat: 1.0", 2, "format", "whole number"),
        *(
            (f"parts:\n  - hours: {number}", 2, "parts.0.hours", "plain figures")
            for number in ("10:30", "017", "1_000", "0x1F", "0b11", "+5", ".5", "5.", "-.inf", "2027-05-01 10:30:00")
        ),
        ('\nterms: {"a\\nb": c}', 2, "terms.'a\\nb'", "one line"),
        ("\nterms: {[a]: c}", 2, "terms.[...]", "quotes"),
    ],
)
def test_what_yaml_would_trip_over_is_refused_in_a_sentence(text, line, field, says):
    found = problems_of(text)
    assert any(place[:2] == (line, field) and says in place[2] for place in found), found
    assert not any("\n" in message for _, _, message in found)


def test_a_file_with_too_many_problems_tells_the_first_of_them():
    assert len(problems_of("".join(f"k{at}: 1\n" for at in range(5_000)))) == 200


def test_a_file_may_begin_with_a_mark_of_its_encoding_and_end_its_lines_as_windows_does(tmp_path):
    path = tmp_path / "course.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path, Course, tmp_path).body == parse(GOOD, Course, "course.yaml").body


def test_what_is_no_file_or_cannot_be_read_is_refused(tmp_path, monkeypatch):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "file.yaml").touch()
    (tmp_path / "link.yaml").symlink_to("nowhere.yaml")
    for name in ("folder.yaml", "link.yaml"):
        with pytest.raises(ContentError, match=rf"^{name}:1: \(file\): This is not a file\.$"):
            load(tmp_path / name, Course, tmp_path)

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(ContentError, match=r"^file\.yaml:1: \(file\): This file cannot be read: permission denied\.$"):
        load(tmp_path / "file.yaml", Course, tmp_path)


@pytest.mark.parametrize(
    "blank", ['""', '"  "', '"\N{ZERO WIDTH SPACE}"', '"&nbsp;&shy;"', '"\N{BRAILLE PATTERN BLANK}"']
)
def test_a_text_of_which_nothing_can_be_seen_is_refused_in_a_file_and_read_from_a_stored_body(blank):
    class Note(Strict):
        title: Title
        text: Text

    with pytest.raises(ContentError) as caught:
        parse(f"title: {blank}\ntext: {blank}\n", Note, "note.yaml")
    assert [(problem.line, problem.message) for problem in caught.value.problems] == [
        (1, "This must not be empty."),
        (2, "This must not be empty."),
    ]
    assert from_body({"title": " ", "text": " "}, Note).text == " "


def test_an_empty_file_is_refused():
    assert "fields" in problems_of("")[0][2]


def test_a_problem_in_a_block_of_text_points_at_its_line():
    document = parse("format: 1\ntitle: |\n  one\n  two words\n", Course, "x.yaml")
    assert document.problem(["title"], "Not so.", part="words").line == 4


def test_the_digest_follows_the_content_and_not_the_layout():
    assert body_digest({"a": 1, "b": "é"}) == body_digest({"b": "é", "a": 1})
    assert body_digest({"a": 1}) != body_digest({"a": 2})


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://tracker.example/x.png)",
        '[x](https://a.example "\\" onclick=alert(1)")',
    ],
)
def test_markdown_never_lets_markup_through(hostile):
    html = str(render_markdown(hostile))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert " onclick=alert" not in html.replace("&quot; onclick=alert(1)", "")


def test_markdown_headings_never_make_an_h1():
    html = str(render_markdown("# Title\n\n###### Deep"))
    assert "<h2>Title</h2>" in html
    assert "<h6>Deep</h6>" in html


def test_markdown_links_carry_rel_and_lists_and_tables_look_like_the_rest():
    html = str(render_markdown("[a](https://a.example)\n\n- x\n\n| A |\n|:-:|\n| b |\n"))
    assert 'rel="noopener noreferrer"' in html
    assert 'class="nhsuk-list nhsuk-list--bullet"' in html
    assert 'scope="col"' in html
    assert "style" not in html
