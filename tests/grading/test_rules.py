from datetime import UTC, date, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.grading.rules.marks import (
    Criterion,
    Level,
    Result,
    Rubric,
    calculate,
    check_correction,
    check_feedback,
    check_marker,
    decimal,
    missing,
    round_half_up,
)
from lms.grading.rules.outcomes import (
    ModuleOutcomeFact,
    Outcome,
    Standing,
    check_outcome,
    standing_outcome,
    why_waiting,
)
from lms.grading.rules.states import WorkState, candidate_number, is_ready, waiting, work_state

ANA = UUID(int=1)
BEN = UUID(int=2)
UNIVERSITY = UUID(int=9)
MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)


def criterion(key: str, weight: int, *points: int, must_pass: bool = False) -> Criterion:
    levels = tuple(Level(p, f"level {p}", f"what {p} looks like") for p in sorted(points, reverse=True))
    return Criterion(key, key.capitalize(), weight, levels, must_pass)


RUBRIC = Rubric(
    50,
    (
        criterion("needs", 50, 0, 1, 2, 3, 4),
        criterion("plan", 30, 0, 1, 2, 3, 4, must_pass=True),
        criterion("style", 20, 0, 1, 2, 3),
    ),
)


@pytest.mark.parametrize(
    ("levels", "percent", "result"),
    [
        pytest.param((4, 4, 3), 100, Result.PASS, id="the best of everything is 100"),
        pytest.param((0, 0, 0), 0, Result.REFER, id="nothing is 0"),
        pytest.param((2, 2, 2), 53, Result.PASS, id="25 + 15 + 13.33 rounds down to 53"),
        pytest.param((2, 3, 1), 54, Result.PASS, id="25 + 22.5 + 6.67 = 54.17"),
        pytest.param((2, 3, 0), 48, Result.REFER, id="47.5 rounds up to 48, still below 50"),
        pytest.param((1, 4, 1), 49, Result.REFER, id="12.5 + 30 + 6.67 = 49.17 is below the pass mark"),
        pytest.param((4, 1, 3), 78, Result.REFER, id="77.5 rounds up, but the plan must be passed and was not"),
        pytest.param((4, 2, 0), 65, Result.PASS, id="half the points of a must-pass criterion reach a pass mark of 50"),
        pytest.param((1, 2, 3), 48, Result.REFER, id="passing the hurdle alone is not enough"),
    ],
)
def test_the_mark_is_the_weighted_sum_of_the_levels(levels, percent, result):
    found = calculate(RUBRIC, dict(zip(RUBRIC.keys, levels, strict=True)))
    assert (found.percent, found.result) == (percent, result)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(99, 2), 50),
        (Fraction(4949, 100), 49),
        (Fraction(1, 2), 1),
        (Fraction(0), 0),
        (Fraction(100), 100),
        (Fraction(149, 3), 50),
        (Fraction(995, 10), 100),
    ],
)
def test_halves_are_rounded_up(value, rounded):
    assert round_half_up(value) == rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(45, 2), "22.5"),
        (Fraction(25, 3), "8.33"),
        (Fraction(30), "30"),
        (Fraction(1, 200), "0.01"),
        (Fraction(201, 2), "100.5"),
    ],
)
def test_a_share_is_written_with_two_decimals_at_most(value, text):
    assert decimal(value) == text


def test_a_rounded_total_at_the_pass_mark_passes():
    rubric = Rubric(50, (criterion("all", 99, 0, 1, 2), criterion("rest", 1, 0, 1)))
    found = calculate(rubric, {"all": 1, "rest": 0})
    assert found.total == Fraction(99, 2)
    assert (found.percent, found.result) == (50, Result.PASS)


def test_every_figure_is_explained_in_words():
    found = calculate(RUBRIC, {"needs": 3, "plan": 1, "style": 2})
    assert found.words == (
        "Needs: level 3, 3 of 4 points, weight 50 per cent, gives 37.5 of 50.",
        "Plan: level 1, 1 of 4 points, weight 30 per cent, gives 7.5 of 30. "
        "This criterion must be passed and it is not.",
        "Style: level 2, 2 of 3 points, weight 20 per cent, gives 13.33 of 20.",
        "Together 58.33 per cent, rounded to 58 (halves are rounded up).",
        "The result is refer, because this must be passed and was not: Plan.",
    )


def test_the_verdict_names_the_pass_mark():
    assert calculate(RUBRIC, {"needs": 4, "plan": 4, "style": 3}).words[-1] == (
        "The result is pass, because 100 is not below the pass mark of 50."
    )
    assert calculate(RUBRIC, {"needs": 0, "plan": 4, "style": 0}).words[-1] == (
        "The result is refer, because 30 is below the pass mark of 50."
    )


@pytest.mark.parametrize("levels", [{}, {"needs": 4, "plan": 4}, {"needs": 4, "plan": 4, "style": 4}])
def test_a_mark_needs_a_level_of_the_rubric_for_each_criterion(levels):
    assert missing(RUBRIC, levels)
    with pytest.raises(RuleViolation) as refused:
        calculate(RUBRIC, levels)
    assert refused.value.field in {"level_needs", "level_style"}


@st.composite
def rubrics_with_levels(draw):
    count = draw(st.integers(1, 6))
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    criteria = []
    for index, weight in enumerate(weights):
        points = draw(st.lists(st.integers(0, 100), min_size=2, max_size=6, unique=True))
        criteria.append(criterion(f"c{index}", weight, *points, must_pass=draw(st.booleans())))
    rubric = Rubric(draw(st.integers(1, 100)), tuple(criteria))
    levels = {c.key: draw(st.sampled_from([level.points for level in c.levels])) for c in criteria}
    return rubric, levels


@given(rubrics_with_levels(), st.data())
def test_a_better_level_never_worsens_the_mark(case, data):
    rubric, levels = case
    chosen = data.draw(st.sampled_from(rubric.criteria))
    better = data.draw(st.sampled_from([step.points for step in chosen.levels if step.points >= levels[chosen.key]]))
    before, after = calculate(rubric, levels), calculate(rubric, {**levels, chosen.key: better})
    assert after.percent >= before.percent
    assert not (before.result is Result.PASS and after.result is Result.REFER)


@given(rubrics_with_levels())
def test_a_mark_stays_between_0_and_100_and_is_the_same_each_time(case):
    rubric, levels = case
    found = calculate(rubric, levels)
    assert 0 <= found.percent <= 100
    assert calculate(rubric, levels) == found
    assert sum((share.value for share in found.shares), Fraction(0)) == found.total


@given(rubrics_with_levels())
def test_the_best_levels_give_100_and_pass(case):
    rubric, _ = case
    found = calculate(rubric, {c.key: c.most for c in rubric.criteria})
    assert (found.percent, found.result) == (100, Result.PASS)


@pytest.mark.parametrize(
    ("has_draft", "has_mark", "is_released", "state"),
    [
        (False, False, False, WorkState.NOT_MARKED),
        (True, False, False, WorkState.IN_MARKING),
        (False, True, False, WorkState.MARKED),
        (True, True, False, WorkState.MARKED),
        (False, True, True, WorkState.RELEASED),
        (True, True, True, WorkState.RELEASED),
    ],
)
def test_the_state_follows_from_what_is_recorded(has_draft, has_mark, is_released, state):
    assert work_state(has_draft=has_draft, has_mark=has_mark, is_released=is_released) is state


def test_every_state_says_what_happens_next():
    assert all(state.label and state.next_step for state in WorkState)


@pytest.mark.parametrize(
    ("within", "today", "words", "is_overdue"),
    [
        pytest.param(20, date(2026, 5, 1), "Due by 29 May 2026, in 28 days", False, id="handed in on a Friday"),
        pytest.param(20, date(2026, 5, 28), "Due by 29 May 2026, in 1 day", False, id="the day before"),
        pytest.param(20, date(2026, 5, 29), "Due today", False, id="the last day"),
        pytest.param(20, date(2026, 5, 30), "Overdue by 1 day: was due by 29 May 2026", True, id="one day late"),
        pytest.param(15, date(2026, 5, 29), "Overdue by 7 days: was due by 22 May 2026", True, id="a shorter promise"),
        pytest.param(None, date(2026, 5, 30), "No day is promised", False, id="no promise"),
    ],
)
def test_the_deadline_of_a_mark_is_said_in_words(within, today, words, is_overdue):
    found = waiting(date(2026, 5, 1), today, within=within)
    assert (found.deadline, found.is_overdue) == (words, is_overdue)


@pytest.mark.parametrize(
    ("marker_id", "has_correction", "ready"), [(ANA, False, True), (ANA, True, False), (BEN, False, False)]
)
def test_only_ones_own_marks_without_a_correction_are_proposed_for_release(marker_id, has_correction, ready):
    assert is_ready(viewer_id=ANA, marker_id=marker_id, has_correction=has_correction) is ready


@given(st.uuids())
def test_a_candidate_number_is_short_and_stable(work_id):
    code = candidate_number(work_id)
    assert code == candidate_number(work_id)
    assert len(code) == 7
    assert not set(code) & set("IO01")


def test_two_pieces_of_work_have_two_candidate_numbers():
    assert len({candidate_number(UUID(int=n)) for n in range(2000)}) == 2000


def test_nobody_marks_their_own_work():
    check_marker(marker_id=ANA, trainee_id=BEN)
    with pytest.raises(RuleViolation):
        check_marker(marker_id=ANA, trainee_id=ANA)


@pytest.mark.parametrize(
    ("feedback", "comments", "field"),
    [
        ("", {}, "feedback"),
        ("   ", {}, "feedback"),
        ("x" * 4001, {}, "feedback"),
        ("Good.", {"plan": "x" * 1001}, "comment_plan"),
    ],
)
def test_feedback_is_written_and_not_endless(feedback, comments, field):
    with pytest.raises(RuleViolation) as refused:
        check_feedback(feedback, comments, RUBRIC)
    assert refused.value.field == field


def test_a_changed_mark_says_why():
    check_correction(reason="", is_correction=False)
    check_correction(reason="A page was overlooked", is_correction=True)
    with pytest.raises(RuleViolation):
        check_correction(reason=" ", is_correction=True)


def fact(outcome=Outcome.PASS, standing=Standing.PROVISIONAL, decided_on=MAY, recorded=1) -> ModuleOutcomeFact:
    return ModuleOutcomeFact(
        UUID(int=100 + recorded),
        "mhp703",
        outcome,
        standing,
        decided_on,
        UNIVERSITY,
        datetime(2026, 5, recorded, tzinfo=UTC),
    )


def outcome_problem(**change):
    given_ = {
        "actor_id": ANA,
        "trainee_id": BEN,
        "outcome": Outcome.PASS,
        "standing": Standing.PROVISIONAL,
        "decided_on": MAY,
        "reason": "",
        "today": JUNE,
        "before": None,
    }
    with pytest.raises(RuleViolation) as refused:
        check_outcome(**{**given_, **change})
    return refused.value.field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"actor_id": BEN}, None, id="own outcome"),
        pytest.param({"decided_on": date(2026, 6, 2)}, "decided_on", id="in the future"),
        pytest.param({"reason": "x" * 501}, "reason", id="reason too long"),
        pytest.param({"before": fact()}, "outcome", id="the same again"),
        pytest.param(
            {"before": fact(standing=Standing.RATIFIED), "reason": "Why"}, "standing", id="back from ratified"
        ),
        pytest.param({"before": fact(Outcome.REFER)}, "reason", id="another outcome without a reason"),
        pytest.param({"before": fact(decided_on=JUNE)}, "reason", id="another date without a reason"),
        pytest.param(
            {"before": fact(Outcome.REFER), "standing": Standing.RATIFIED}, "reason", id="ratifying another outcome"
        ),
    ],
)
def test_an_outcome_that_cannot_be_defended_is_refused(change, field):
    assert outcome_problem(**change) == field


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="the first outcome"),
        pytest.param({"before": fact(), "standing": Standing.RATIFIED}, id="ratifying needs no reason"),
        pytest.param({"before": fact(Outcome.REFER), "reason": "Resit passed"}, id="a resit with its reason"),
        pytest.param(
            {
                "before": fact(standing=Standing.RATIFIED),
                "outcome": Outcome.DEFER,
                "standing": Standing.RATIFIED,
                "reason": "Panel",
            },
            id="the board changes its own decision",
        ),
    ],
)
def test_an_outcome_that_can_be_defended_is_accepted(change):
    given_ = {
        "actor_id": ANA,
        "trainee_id": BEN,
        "outcome": Outcome.PASS,
        "standing": Standing.PROVISIONAL,
        "decided_on": MAY,
        "reason": "",
        "today": JUNE,
        "before": None,
    }
    check_outcome(**{**given_, **change})


def test_the_outcome_of_a_day_is_the_latest_decided_by_then():
    refer, passed = fact(Outcome.REFER, decided_on=MAY), fact(Outcome.PASS, decided_on=JUNE, recorded=2)
    assert standing_outcome([refer, passed], date(2026, 4, 30)) is None
    assert standing_outcome([refer, passed], MAY) is refer
    assert standing_outcome([refer, passed], JUNE) is passed


def test_outcomes_and_standings_are_said_in_words():
    assert fact(Outcome.DEFER, Standing.RATIFIED).words == "Defer (ratified)"
    assert all(outcome.label and outcome.meaning for outcome in Outcome)
    assert all(standing.label for standing in Standing)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        pytest.param(None, "Marks are released; no outcome is recorded", id="nothing recorded"),
        pytest.param(fact(Outcome.DEFER), "Defer (provisional): waits for the board", id="provisional"),
        pytest.param(fact(standing=Standing.RATIFIED), "", id="ratified"),
    ],
)
def test_an_outcome_waits_until_the_board_has_ratified_it(outcome, words):
    assert why_waiting(outcome) == words
