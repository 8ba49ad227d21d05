from datetime import date
from pathlib import Path

import pytest

from lms.content_check import check_content
from tests.factories.cases import GOOD_CASE

REVIEW = 'review: {status: "example content, not yet clinically approved", by: 2027-05-01}\n'
DUE = date(2027, 5, 1)


def overdue(folder: Path, text: str, on: date) -> list[str]:
    """What is said of the review of one case on a day."""
    file = folder / "content" / "cases" / "small-case.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    problems = check_content(folder / "content", on=on).problems
    return [str(problem) for problem in problems if problem.field == "review.by"]


@pytest.mark.parametrize(
    ("written", "further"),
    [
        pytest.param(REVIEW, 0, id="in one line"),
        pytest.param('review: {by: "2027-05-01", status: example}\n', 0, id="in quotes"),
        pytest.param("review:\n  status: example\n  by: 2027-05-01\n", 2, id="as a block"),
        pytest.param("review:\n    status: example\n    by: 2027-05-01\n", 2, id="as a block that is far indented"),
        pytest.param("review:\n  {status: example,\n   by: 2027-05-01}\n", 2, id="over several lines"),
    ],
)
def test_an_overdue_review_is_refused_at_its_line(tmp_path: Path, written: str, further: int) -> None:
    text = GOOD_CASE.replace(REVIEW, written)
    assert written in text
    line = GOOD_CASE[: GOOD_CASE.index(REVIEW)].count("\n") + 1 + further
    [problem] = overdue(tmp_path, text, date(2027, 5, 2))
    assert problem.startswith(f"content/cases/small-case.yaml:{line}: review.by: The review was due by 2027-05-01")


def test_a_review_is_in_time_on_its_day(tmp_path: Path) -> None:
    assert overdue(tmp_path, GOOD_CASE, DUE) == []


def test_a_day_in_a_text_is_no_review(tmp_path: Path) -> None:
    text = GOOD_CASE.replace("debrief: |\n", "debrief: |\n  Call back by: 2020-01-01.\n")
    assert text != GOOD_CASE
    assert overdue(tmp_path, text, DUE) == []
