from pathlib import Path

import pytest

from lms.core.content import from_body
from lms.grading.rules.format import Assignment, check_assignment, rubric_of

GOOD = """\
format: 1
slug: case-formulation
title: Formulation
module: mhp703
brief: |
  Write a formulation.
word_limit: 500
pass_mark: 50
rubric:
  criteria:
    - key: needs
      title: Needs
      weight: 60
      must_pass: true
      source: [S44]
      levels:
        - {points: 0, label: Not shown, descriptor: A list.}
        - {points: 2, label: Good, descriptor: A story.}
        - {points: 1, label: Sound, descriptor: Most parts.}
    - key: plan
      title: Plan
      weight: 40
      levels:
        - {points: 1, label: Shown, descriptor: Who does what.}
        - {points: 0, label: Not shown, descriptor: Nothing.}
sources:
  S44: "Staying safe from suicide, NHS England, April 2025"
review: {status: "example content, not yet clinically approved", by: 2027-05-01}
"""


def check(tmp_path: Path, text: str, name: str = "case-formulation.assignment.yaml", folder: str = "mhp703"):
    path = tmp_path / "modules" / folder / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return check_assignment(path, tmp_path)


def test_a_good_assignment_has_no_problems(tmp_path):
    body, problems = check(tmp_path, GOOD)
    assert problems == []
    rubric = rubric_of(from_body(body, Assignment))
    assert rubric.keys == ("needs", "plan")
    assert [level.points for level in rubric.criteria[0].levels] == [2, 1, 0]
    assert rubric.criteria[0].must_pass


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        pytest.param("weight: 40", "weight: 30", 10, "rubric.criteria", "add up to 90", id="weights"),
        pytest.param("key: plan", "key: needs", 20, "rubric.criteria.1.key", "twice", id="key twice"),
        pytest.param("{points: 2,", "{points: 1,", 19, "rubric.criteria.0.levels.2.points", "twice", id="points twice"),
        pytest.param("label: Sound", "label: Good", 19, "rubric.criteria.0.levels.2.label", "twice", id="label twice"),
        pytest.param("pass_mark: 50", "pass_mark: 0", 8, "pass_mark", "greater than", id="no pass mark"),
        pytest.param("source: [S44]", "source: [S45]", 15, "rubric.criteria.0.source.0", "no source S45", id="source"),
        pytest.param("word_limit", "words", 7, "words", "no field of this name", id="unknown key"),
        pytest.param("module: mhp703", "module: mhp702", 4, "module", "folder: mhp703", id="folder"),
        pytest.param("slug: case-formulation", "slug: other", 2, "slug", "case-formulation", id="file name"),
        pytest.param("pass_mark: 50", "pass_mark: fifty", 8, "pass_mark", "whole number", id="not a number"),
    ],
)
def test_a_wrong_assignment_is_refused_with_line_and_field(tmp_path, old, new, line, field, words):
    _, problems = check(tmp_path, GOOD.replace(old, new, 1))
    said = [str(problem) for problem in problems]
    where = f"modules/mhp703/case-formulation.assignment.yaml:{line}: {field}: "
    assert any(text.startswith(where) and words in text for text in said), said


def test_a_hurdle_that_nobody_can_miss_is_refused(tmp_path):
    everybody_passes = GOOD.replace(
        "{points: 0, label: Not shown, descriptor: A list.}", "{points: 3, label: A, descriptor: A.}"
    )
    _, problems = check(tmp_path, everybody_passes.replace("pass_mark: 50", "pass_mark: 33"))
    assert [problem.field for problem in problems] == ["rubric.criteria.0.levels"]
    assert "below the pass mark" in problems[0].message
