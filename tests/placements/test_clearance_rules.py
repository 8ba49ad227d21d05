from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from lms.core.errors import RuleViolation
from lms.placements.rules.checks import CheckFact, CheckKind
from lms.placements.rules.clearance import (
    ClearanceFact,
    RequirementFact,
    blocks_for,
    check_clearance,
    check_requirement,
    end_of,
    held_until,
)
from lms.placements.rules.slots import ClearedBy

DAY = date(2026, 12, 1)
SITE, INDUCTION, CONTRACT = UUID(int=1), UUID(int=2), UUID(int=3)
INDUCED = RequirementFact(INDUCTION, SITE, "Site induction", ClearedBy.SITE, 365)
CONTRACTED = RequirementFact(CONTRACT, SITE, "Honorary contract", ClearedBy.TRUST, None)


def cleared(requirement_id, issued_on, valid_until):
    return ClearanceFact(UUID(int=9), requirement_id, issued_on, valid_until)


def registered(issued_on, valid_until):
    return CheckFact(UUID(int=8), CheckKind.REGISTRATION, issued_on, valid_until, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("clearances", "checks", "expected"),
    [
        pytest.param(
            [cleared(INDUCTION, DAY, DAY), cleared(CONTRACT, DAY, None)],
            [registered(DAY, DAY)],
            [],
            id="covered on the day itself",
        ),
        pytest.param(
            [],
            [],
            [
                ("Professional registration", "nothing is recorded", "The administrator of the trust"),
                ("Site induction", "nothing is recorded", "A supervisor of the site"),
                ("Honorary contract", "nothing is recorded", "The administrator of the trust"),
            ],
            id="nothing recorded",
        ),
        pytest.param(
            [cleared(INDUCTION, date(2025, 1, 1), date(2026, 11, 30)), cleared(CONTRACT, date(2020, 1, 1), None)],
            [registered(date(2025, 1, 1), date(2026, 11, 29))],
            [
                ("Professional registration", "it holds only until 29 November 2026", "The administrator of the trust"),
                ("Site induction", "it holds only until 30 November 2026", "A supervisor of the site"),
            ],
            id="runs out the day before",
        ),
        pytest.param(
            [
                cleared(INDUCTION, date(2024, 1, 1), date(2025, 1, 1)),
                cleared(INDUCTION, date(2026, 6, 1), date(2027, 5, 31)),
                cleared(CONTRACT, date(2026, 12, 2), None),
            ],
            [registered(DAY, date(2027, 1, 1))],
            [("Honorary contract", "nothing is recorded", "The administrator of the trust")],
            id="a renewal covers, what begins later does not",
        ),
    ],
)
def test_what_blocks_a_slot_on_a_day(clearances, checks, expected):
    blocks = blocks_for(DAY, [INDUCED, CONTRACTED], clearances, checks, [CheckKind.REGISTRATION])
    assert [(block.title, block.why, block.who) for block in blocks] == expected


def test_checks_the_programme_does_not_ask_for_block_nothing():
    assert blocks_for(DAY, [], [], [], ()) == ()


def test_the_longest_clearance_is_the_one_that_is_shown():
    ours = [cleared(INDUCTION, DAY, DAY), cleared(INDUCTION, DAY, None), cleared(CONTRACT, DAY, None)]
    held = held_until(INDUCTION, ours, DAY)
    assert held is not None
    assert held.valid_until is None


def test_a_year_ends_the_day_before_it_would_begin_again():
    assert end_of(date(2026, 1, 1), 365) == date(2026, 12, 31)
    assert end_of(date(2026, 1, 1), 1) == date(2026, 1, 1)
    assert end_of(date(2026, 1, 1), None) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"actor_id": SITE}, None),
        ({"issued_on": date(2026, 12, 2)}, "issued_on"),
        ({"valid_until": date(2026, 10, 31)}, "valid_until"),
        ({"valid_until": date(2027, 11, 1)}, "valid_until"),
        ({"valid_until": None}, "valid_until"),
    ],
)
def test_a_clearance_nobody_could_rely_on_is_refused(changes, field):
    facts = {
        "actor_id": CONTRACT,
        "trainee_id": SITE,
        "issued_on": date(2026, 11, 1),
        "valid_until": date(2027, 10, 31),
        "most": date(2027, 10, 31),
        "today": DAY,
    }
    check_clearance(**facts)
    with pytest.raises(RuleViolation) as refusal:
        check_clearance(**{**facts, **changes})
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("title", "days", "field"),
    [
        (" ", 1, "title"),
        ("site INDUCTION", 1, "title"),
        ("Contract", 0, "valid_days"),
        ("Contract", 3651, "valid_days"),
    ],
)
def test_a_requirement_needs_a_name_of_its_own_and_a_length_that_can_be(title, days, field):
    check_requirement("Contract", None, ["Site induction"])
    with pytest.raises(RuleViolation) as refusal:
        check_requirement(title, days, ["Site induction"])
    assert refusal.value.field == field
