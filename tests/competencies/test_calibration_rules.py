from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competencies.rules.calibration import (
    VIGNETTES_NEEDED,
    CalibrationFact,
    check_answer,
    check_calibrated,
    done_at,
    to_answer,
)
from lms.competencies.rules.calibration_format import check_vignette, vignette_from
from lms.config import ROOT
from lms.core.errors import RuleViolation

ASSESSOR, FRAMEWORK = UUID(int=1), UUID(int=2)
FIRST = datetime(2026, 11, 1, 9, tzinfo=UTC)
CODES = {"specialist-paramedic-mh": {"D3.1"}}
slugs = st.sets(st.sampled_from("abcdefg"), min_size=2)


def answered(*slugs: str) -> list[CalibrationFact]:
    return [
        CalibrationFact(ASSESSOR, FRAMEWORK, slug, FIRST + timedelta(days=number)) for number, slug in enumerate(slugs)
    ]


@given(slugs)
def test_two_are_drawn_in_whatever_order_they_are_given(found) -> None:
    drawn = to_answer(sorted(found), assessor_id=ASSESSOR, framework_id=FRAMEWORK, answered=[])
    assert len(drawn) == len(set(drawn)) == VIGNETTES_NEEDED
    assert drawn == to_answer(sorted(found, reverse=True), assessor_id=ASSESSOR, framework_id=FRAMEWORK, answered=[])


@given(slugs)
def test_answering_one_does_not_change_which_the_other_is(found) -> None:
    first, second = to_answer(found, assessor_id=ASSESSOR, framework_id=FRAMEWORK, answered=[])
    assert to_answer(found, assessor_id=ASSESSOR, framework_id=FRAMEWORK, answered=[first]) == [first, second]


def test_what_was_answered_stays_after_the_vignette_is_gone() -> None:
    assert to_answer(["a"], assessor_id=ASSESSOR, framework_id=FRAMEWORK, answered=["gone"]) == ["gone", "a"]


def test_not_everybody_and_not_every_framework_draws_the_same() -> None:
    people = {
        tuple(to_answer("abcdefg", assessor_id=UUID(int=n), framework_id=FRAMEWORK, answered=[])) for n in range(9)
    }
    frames = {
        tuple(to_answer("abcdefg", assessor_id=ASSESSOR, framework_id=UUID(int=n), answered=[])) for n in range(9)
    }
    assert len(people) > 1
    assert len(frames) > 1


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param(answered("a"), None, id="one"),
        pytest.param(answered("a", "a"), None, id="the same twice"),
        pytest.param(answered("a", "b"), FIRST + timedelta(days=1), id="two"),
        pytest.param(answered("a", "b", "c")[::-1], FIRST + timedelta(days=1), id="three, given backwards"),
    ],
)
def test_somebody_is_done_with_the_second_answer(facts: list[CalibrationFact], expected: datetime | None) -> None:
    assert done_at(facts) == expected
    if expected is None:
        with pytest.raises(RuleViolation, match="Answer two short vignettes first"):
            check_calibrated(facts)
    else:
        check_calibrated(facts)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"slug": "c"}, None, id="not drawn"),
        pytest.param({"answered": ["a"]}, None, id="twice"),
        pytest.param({"level": 6}, "level", id="off the scale"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused(changes: dict[str, object], field: str | None) -> None:
    usual = {"slug": "a", "offered": ["a", "b"], "answered": [], "level": 3, "reason": "It needed one prompt."}
    check_answer(**usual)  # type: ignore[arg-type]
    with pytest.raises(RuleViolation) as refused:
        check_answer(**{**usual, **changes})  # type: ignore[arg-type]
    assert refused.value.field == field


# --- Files ---

GOOD = """format: 1
slug: a-vignette
title: A vignette
framework: specialist-paramedic-mh
capability: D3.1
review: {status: "example content, not yet clinically approved", by: 2027-05-01}
sources: {S15: "Frameworks of 2018"}
source: S15
text: |
  Somebody asks and waits.
panel:
  least: 2
  most: 3
  reasons:
    - {level: 2, because: "One prompt.", source: S15}
    - {level: 3, because: "Asked directly.", source: S15}
"""


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "content" / "calibration" / "a-vignette.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [str(each).partition(":")[2] for each in check_vignette(path, folder, frameworks=CODES)[1]]


def test_a_good_vignette_is_read_with_its_panel(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    body, _ = check_vignette(tmp_path / "content/calibration/a-vignette.yaml", tmp_path, frameworks=CODES)
    vignette = vignette_from(body)
    assert vignette.range_words == "Levels 2 to 3"
    assert [vignette.beside(level).split()[2] for level in (1, 2, 3, 4)] == ["a", "within", "within", "a"]
    assert vignette.reasons[0].source == "Frameworks of 2018"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("slug: a-vignette", "slug: another", "2: slug: This must be the name of the file: a-vignette."),
        ("framework: specialist-paramedic-mh", "framework: other", "4: framework: There is no framework other."),
        ("capability: D3.1", "capability: D3.2", "5: capability: There is no capability D3.2"),
        ("source: S15\ntext", "source: S16\ntext", "8: source: There is no source S16 in this file."),
        ('"Asked directly.", source: S15', '"Asked.", source: S1', "There is no source S1 in this file."),
        ("{level: 3, because", "{level: 5, because", "This level lies outside the panel's range."),
        ("{level: 3, because", "{level: 2, because", "Nobody says why level 3 was chosen."),
        ("most: 3", "most: 1", "The range ends below its beginning."),
        ("Somebody asks and waits.", "She is a high risk patient.", "high risk"),
        ("least: 2", "least: 2\n  extra: 1", "There is no field of this name here."),
    ],
)
def test_a_vignette_that_is_wrong_is_refused_at_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert GOOD.count(before) == 1
    assert any(said in line for line in problems(tmp_path, GOOD.replace(before, after)))


def test_the_shipped_vignettes_say_that_they_are_not_approved() -> None:
    shipped = sorted((ROOT / "content" / "calibration").glob("*.yaml"))
    assert len(shipped) >= VIGNETTES_NEEDED
    for path in shipped:
        assert "example content, not yet clinically approved" in path.read_text(encoding="utf-8")
