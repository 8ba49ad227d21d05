import re
from pathlib import Path

import pytest

from lms.content_check import check_content
from lms.curriculum.rules.checks import check_library
from lms.curriculum.rules.files import read_library

FILE = "modules/mhp703/mhp703-knowledge-check.questions.yaml"
MODULE = """format: 1
slug: mhp703
code: MHP703
title: Suicide safety
level: 7
credits: 20
hours: {taught: 30, directed: 40, self: 60, practice: 50, assessment: 20}
summary: How to ask.
outcomes:
  - Construct a collaborative formulation
readings: []
cases: []
knowledge_check: mhp703-knowledge-check
assignments: []
review: {status: example content, by: 2027-05-01}
sources: {S44: "Staying safe from suicide, NHS England, April 2025"}
"""
HEAD = """format: 1
slug: mhp703-knowledge-check
module: mhp703
title: Knowledge check
minutes: 20
sources: {S44: "Staying safe from suicide, NHS England, April 2025"}
review: {status: example content, by: 2027-05-01}
questions:
"""
QUESTION = """  - key: question-{number}
    stem: She has not answered. What do you do?
    options:
      - {{key: ask, text: "{best}", best: true, because: Asking helps.}}
      - {{key: wait, text: "Wait for it now.", because: It may not come.}}
      - {{key: leave, text: "Leave the scene.", because: Nobody is safer.}}
      - {{key: tell, text: "Tell her sister.", because: She has not agreed.}}
    source: [S44]
"""  # The first question begins in line 9; each has 8 lines.
QUESTIONS = 15


def questions(number: int = QUESTIONS, *, best: str = "Ask her directly") -> str:
    return HEAD + "".join(QUESTION.format(number=place, best=best) for place in range(number))


def problems(folder: Path, text: str, *, module: str = MODULE, file: str = FILE) -> list[str]:
    (folder / "content" / file).parent.mkdir(parents=True)
    (folder / "content" / file).write_text(text)
    (folder / "content/modules/mhp703.yaml").write_text(module)
    found = check_library(read_library(folder / "content"), cases=(), assignments=())
    return [str(problem).removeprefix("content/").removeprefix("modules/mhp703/") for problem in found]


def in_file(*lines: str) -> list[str]:
    return [f"mhp703-knowledge-check.questions.yaml:{line}" for line in lines]


def test_a_sound_knowledge_check_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, questions()) == []


def test_five_options_are_as_good_as_four(tmp_path: Path) -> None:
    fifth = '      - {key: ring, text: "Ring for advice.", because: Later.}\n    source'
    assert problems(tmp_path, questions().replace("    source", fifth)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("minutes: 20", "minutes: 20\nauthor: A", ["6: author: There is no field of this name here."]),
        pytest.param(
            "because: Asking helps.}",
            "because: Asking helps., grade: optimal}",
            ["12: questions.0.options.0.grade: There is no field of this name here."],
        ),
        pytest.param("best: true, ", "best: very, ", ["12: questions.0.options.0.best: This must be true or false."]),
        pytest.param(", because: It may not come.", "", ["13: questions.0.options.1.because: This field is missing."]),
        pytest.param(
            "because: It may not come.",
            'because: ""',
            ["13: questions.0.options.1.because: This must not be empty."],
        ),
        pytest.param("    source: [S44]\n", "", ["9: questions.0.source: This field is missing."]),
        pytest.param("source: [S44]", "source: []", ["16: questions.0.source: This list is too short."]),
        pytest.param("key: question-0", "key: Question 0", ["9: questions.0.key: String should match pattern"]),
    ],
)
def test_a_file_of_another_shape_is_refused_at_its_line(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    found = problems(tmp_path, questions().replace(old, new, 1))
    assert len(found) == len(expected)
    assert all(told.startswith(wanted) for told, wanted in zip(found, in_file(*expected), strict=True))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            '"Leave the scene."',
            '"wait *for*  it now."',
            ["14: questions.0.options.2.text: Another option has the same text."],
            id="two options of one text",
        ),
        pytest.param(
            "key: question-1\n",
            "key: question-0\n",
            ["17: questions.1.key: The key question-0 stands here twice."],
            id="two questions of one key",
        ),
        pytest.param(
            "key: wait",
            "key: ask",
            ["13: questions.0.options.1.key: The key ask stands here twice."],
            id="two options of one key",
        ),
        pytest.param(
            "best: true, ",
            "",
            ["11: questions.0.options: No option is the best: mark one with `best: true`."],
            id="no best option",
        ),
        pytest.param(
            'it now.", ',
            'it now.", best: true, ',
            ["13: questions.0.options.1.best: Another option is the best already: mark only one."],
            id="two best options",
        ),
        pytest.param(
            '      - {key: tell, text: "Tell her sister.", because: She has not agreed.}\n',
            "",
            ["11: questions.0.options: A question has 4 or 5 options, this one has 3."],
            id="three options",
        ),
        pytest.param(
            "    source: [S44]\n",
            '      - {key: a, text: "Sit down with it.", because: No.}\n'
            '      - {key: b, text: "Stand up with it.", because: No.}\n'
            "    source: [S44]\n",
            ["11: questions.0.options: A question has 4 or 5 options, this one has 6."],
            id="six options",
        ),
        pytest.param(
            '"Leave the scene."',
            '"Leave the scene, and drive back."',
            ["14: questions.0.options.2.text: The options differ too much in length: 16 to 32 characters."],
            id="an option twice as long as another",
        ),
        pytest.param(
            "source: [S44]",
            "source: [S44, S45]",
            ["16: questions.0.source.1: S45 is not declared under sources."],
            id="a source that is not declared",
        ),
        pytest.param(
            'April 2025"}',
            'April 2025", S45: Another}',
            ["6: sources.S45: No question names S45 as its source."],
            id="a source nothing rests on",
        ),
        pytest.param(
            "slug: mhp703-knowledge-check",
            "slug: other",
            [
                "2: slug: The file is named mhp703-knowledge-check: name the slug the same.",
                "2: slug: The module mhp703 does not name this knowledge check.",
            ],
            id="another slug than the file",
        ),
    ],
)
def test_broken_questions_are_refused_with_file_line_and_field(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    found = problems(tmp_path, questions().replace(old, new, 1))
    assert [line for line in found if "mhp703.yaml" not in line] == in_file(*expected)


def test_all_problems_of_a_file_are_said_at_once(tmp_path: Path) -> None:
    text = questions().replace("best: true, ", "", 1).replace("key: leave", "key: wait", 2)
    text = text.replace("source: [S44]", "source: [S1]", 1)
    assert [line.split(": ")[1] for line in problems(tmp_path, text)] == [
        "questions.0.options",
        "questions.0.options.2.key",
        "questions.0.source.0",
        "questions.1.options.2.key",
    ]


def test_fifteen_questions_are_enough_and_fourteen_are_not(tmp_path: Path) -> None:
    expected = in_file("8: questions: A knowledge check has at least 15 questions, this one has 14.")
    assert problems(tmp_path, questions(14)) == expected


@pytest.mark.parametrize(
    ("best", "times", "words"),
    [
        pytest.param("Ask her about it.", 6, None, id="the longest in 40%"),
        pytest.param("Ask her about it.", 7, "longest in 7 of 15", id="the longest in more"),
        pytest.param("Ask about it.", 6, None, id="the shortest in 40%"),
        pytest.param("Ask about it.", 7, "shortest in 7 of 15", id="the shortest in more"),
        pytest.param("Ask her about it", 15, None, id="as long as another is not the longest"),
    ],
)
def test_the_best_option_is_not_found_by_its_length(tmp_path: Path, best: str, times: int, words: str | None) -> None:
    text = questions().replace("Ask her directly", best, times)
    expected = in_file(f"8: questions: The best option is the {words} questions: at most 40% may be.") if words else []
    assert problems(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "knowledge_check: mhp703-knowledge-check\n",
            "",
            in_file("2: slug: The module mhp703 does not name this knowledge check."),
            id="no module names it",
        ),
        pytest.param(
            "knowledge_check: mhp703-knowledge-check",
            "knowledge_check: another",
            [
                "modules/mhp703.yaml:13: knowledge_check: There is no knowledge check another.",
                *in_file("2: slug: The module mhp703 does not name this knowledge check."),
            ],
            id="the module names another",
        ),
    ],
)
def test_a_module_names_its_knowledge_check(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    assert problems(tmp_path, questions(), module=MODULE.replace(old, new)) == expected


def test_a_knowledge_check_lies_in_the_folder_of_its_module(tmp_path: Path) -> None:
    file = FILE.replace("mhp703/", "mhp701/")
    found = problems(tmp_path, questions(), file=file)
    assert found == [f"{file}:3: module: The file lies in the folder mhp701."]


def test_a_module_does_not_name_the_knowledge_check_of_another(tmp_path: Path) -> None:
    found = problems(tmp_path, questions().replace("module: mhp703", "module: mhp701"))
    assert found == [
        "modules/mhp703.yaml:13: knowledge_check: "
        "The knowledge check mhp703-knowledge-check says it belongs to mhp701.",
        *in_file("3: module: The file lies in the folder mhp703.", "3: module: There is no module mhp701."),
    ]


def test_a_knowledge_check_that_cannot_be_read_is_one_problem_and_not_two(tmp_path: Path) -> None:
    found = problems(tmp_path, questions().replace("minutes: 20", "minutes: long"))
    assert found == in_file("5: minutes: This must be a whole number.")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (15, "0 cases, 0 decisions, 0 readings, 15 questions: no problems"),
        (1, "0 cases, 0 decisions, 0 readings, 1 question: no problems"),
    ],
)
def test_the_whole_check_reads_questions_and_counts_them(tmp_path: Path, number: int, words: str) -> None:
    problems(tmp_path, questions(number))
    found = check_content(tmp_path / "content")
    assert not [problem for problem in found.problems if problem.field == "file"]
    assert found.summary == words
    assert re.fullmatch(r"\d+ cases?, \d+ decisions?, \d+ readings?, \d+ questions?: no problems", found.summary)
