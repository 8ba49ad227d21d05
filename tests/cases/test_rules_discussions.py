from datetime import date
from uuid import UUID

import pytest

from lms.cases.rules.discussions import (
    NOTE_MAX,
    REASON_MAX,
    Ended,
    check_correctable,
    check_correction,
    check_outcome,
    check_withdrawal,
)
from lms.core.errors import RuleViolation

TRAINEE, EDUCATOR = UUID(int=1), UUID(int=2)
SOUND = {
    "actor_id": EDUCATOR,
    "trainee_id": TRAINEE,
    "ended": Ended.COVERED,
    "held_on": date(2026, 3, 3),
    "asked_on": date(2026, 3, 1),
    "today": date(2026, 3, 4),
    "note": "",
    "before": None,
}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="covered"),
        pytest.param({"ended": Ended.NOT_YET}, id="not yet"),
        pytest.param({"held_on": date(2026, 3, 4)}, id="held today"),
        pytest.param({"held_on": date(2026, 3, 1)}, id="held on the day it was asked for"),
        pytest.param({"note": "x" * NOTE_MAX}, id="as long a note as may be"),
    ],
)
def test_a_discussion_that_was_held_is_recorded(change):
    check_outcome(**{**SOUND, **change})


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        pytest.param({"actor_id": TRAINEE}, "their own discussion", None, id="one's own"),
        pytest.param({"before": Ended.WITHDRAWN}, "has withdrawn", None, id="withdrawn meanwhile"),
        pytest.param({"before": Ended.COVERED}, "already recorded", None, id="recorded meanwhile"),
        pytest.param({"before": Ended.NOT_YET}, "already recorded", None, id="recorded as not yet"),
        pytest.param({"ended": Ended.WITHDRAWN}, "Only the trainee", "ended", id="withdrawn by an educator"),
        pytest.param({"held_on": date(2026, 3, 5)}, "in the future", "held_on", id="tomorrow"),
        pytest.param({"held_on": date(2026, 2, 28)}, "asked for on 1 March 2026", "held_on", id="before it was asked"),
        pytest.param({"note": "x" * (NOTE_MAX + 1)}, "2,000 characters", "note", id="a note that is too long"),
    ],
)
def test_what_could_not_be_defended_is_refused_beside_its_field(change, words, field):
    with pytest.raises(RuleViolation, match=words) as refused:
        check_outcome(**{**SOUND, **change})
    assert refused.value.field == field


@pytest.mark.parametrize("before", [Ended.COVERED, Ended.NOT_YET])
def test_what_was_held_cannot_be_withdrawn(before):
    with pytest.raises(RuleViolation, match="has been held"):
        check_withdrawal(before)


@pytest.mark.parametrize("before", [None, Ended.WITHDRAWN])
def test_a_request_can_be_withdrawn_until_then(before):
    check_withdrawal(before)


@pytest.mark.parametrize("before", [Ended.COVERED, Ended.NOT_YET])
def test_another_educator_may_correct_what_was_held(before):
    check_correctable(actor_id=EDUCATOR, trainee_id=TRAINEE, before=before)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"actor_id": TRAINEE}, "their own discussion", id="one's own"),
        pytest.param({"before": Ended.WITHDRAWN}, "has withdrawn", id="withdrawn"),
        pytest.param({"before": None}, "not recorded yet", id="not held"),
    ],
)
def test_what_is_not_ones_own_to_correct_is_refused(change, words):
    with pytest.raises(RuleViolation, match=words):
        check_correctable(**{"actor_id": EDUCATOR, "trainee_id": TRAINEE, "before": Ended.COVERED, **change})


CHANGED = {name: SOUND[name] for name in ("ended", "held_on", "asked_on", "today", "note")} | {
    "reason": "x" * REASON_MAX,
    "changes": True,
}


def test_a_correction_that_says_why_is_sound():
    check_correction(**CHANGED)


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        pytest.param({"reason": " "}, "Say why", "reason", id="without a reason"),
        pytest.param({"reason": "x" * (REASON_MAX + 1)}, "500 characters", "reason", id="a reason that is too long"),
        pytest.param({"changes": False}, "recorded already", "ended", id="nothing changes"),
        pytest.param({"ended": Ended.WITHDRAWN}, "Only the trainee", "ended", id="withdrawn by an educator"),
        pytest.param({"held_on": date(2026, 3, 5)}, "in the future", "held_on", id="tomorrow"),
        pytest.param({"note": "x" * (NOTE_MAX + 1)}, "2,000 characters", "note", id="a note that is too long"),
    ],
)
def test_a_correction_that_could_not_be_defended_is_refused_beside_its_field(change, words, field):
    with pytest.raises(RuleViolation, match=words) as refused:
        check_correction(**{**CHANGED, **change})
    assert refused.value.field == field
