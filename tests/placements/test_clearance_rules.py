from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from lms.core.errors import RuleViolation
from lms.placements.rules.ahead import Gap, Gift
from lms.placements.rules.bookings import (
    BookingDecisionFact,
    BookingFact,
    BookingStatus,
    Checks,
    Said,
    once_cleared,
    places_free,
    waiting_list,
)
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
from lms.placements.rules.giving import Fit
from lms.placements.rules.slots import BookingVerdict, ClearedBy, SignUp, SlotFact
from lms.placements.rules.times import Span

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


NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
BLOCKED = Checks(blocks=(Said("clearance", "Site induction", "Site induction: nothing is recorded."),))
WARNED = Checks(warnings=(Said("overlap", "Overlap", "This overlaps a placement shift."),))
BOTH = Checks(blocks=BLOCKED.blocks, warnings=WARNED.warnings)
BOOKED, WAITS = BookingVerdict.BOOKED, BookingVerdict.WAITING_LIST


def slot(sign_up=SignUp.FIRST_COME, capacity=2):
    span = Span(NOW + timedelta(days=14), NOW + timedelta(days=14, hours=8))
    return SlotFact(UUID(int=5), SITE, "crisis-team", span, capacity, None, sign_up, None, None, False)


def booking(number, *verdicts, is_given=False):
    decisions = [BookingDecisionFact(UUID(int=number), each, NOW) for each in verdicts]
    return BookingFact(UUID(int=number), UUID(int=5), UUID(int=number), None, NOW, tuple(decisions), is_given)


@pytest.mark.parametrize(
    ("verdicts", "is_given", "status", "holds_place", "waits"),
    [
        pytest.param([WAITS], True, BookingStatus.GIVEN, True, True, id="given and not cleared"),
        pytest.param([WAITS], False, BookingStatus.WAITING_LIST, False, True, id="waits for a place"),
        pytest.param([BOOKED], True, BookingStatus.BOOKED, True, False, id="given and booked"),
        pytest.param([], False, BookingStatus.ASKED, False, True, id="asked"),
        pytest.param([BookingVerdict.CANCELLED], True, BookingStatus.CANCELLED, False, False, id="given and cancelled"),
    ],
)
def test_a_given_place_is_kept_until_it_is_booked_or_ends(verdicts, is_given, status, holds_place, waits):
    found = booking(1, *verdicts, is_given=is_given)
    assert (found.status, found.status.holds_place, found.status.waits) == (status, holds_place, waits)
    assert places_free(slot(), [found]) == (1 if holds_place else 2)
    assert waiting_list([found]) == ([found] if status is BookingStatus.WAITING_LIST else [])


@pytest.mark.parametrize(
    ("sign_up", "checks", "status", "words"),
    [
        (SignUp.FIRST_COME, BLOCKED, None, "You are booked as soon as everything is cleared, if a place is free then."),
        (SignUp.FIRST_COME, BOTH, BookingStatus.ASKED, "Once everything is cleared an approver decides, because of"),
        (SignUp.ON_REQUEST, BLOCKED, BookingStatus.ASKED, "an approver can book you, and is told."),
        (SignUp.ON_REQUEST, BLOCKED, BookingStatus.WAITING_LIST, "if a place is free then."),
        (SignUp.ASSIGNED, BOTH, BookingStatus.GIVEN, "You are booked as soon as everything is cleared."),
    ],
)
def test_what_a_clearance_leads_to_is_said_as_it_will_be(sign_up, checks, status, words):
    assert words in once_cleared(slot(sign_up), checks, status)


def fit(name, missing, checks=WARNED, *, has_led=True, is_new=False):
    gap = Gap("all", "Any setting", ("crisis-team",), missing, 1 if is_new else 0, frozenset())
    gift = Gift(gap, min(missing, 450), is_new) if missing else None
    return Fit(UUID(int=1), name, gift, checks, has_led)


def test_the_largest_gap_stands_first_then_who_has_not_been_there():
    people = [fit("Ann", 0), fit("Ben", 600), fit("Cara", 600, is_new=True), fit("Dan", 900)]
    assert [each.name for each in sorted(people, key=lambda each: each.order)] == ["Dan", "Cara", "Ben", "Ann"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (fit("Ann", 0), "No hours missing in this setting. Warnings: Overlap."),
        (
            fit("Ben", 600, BLOCKED, has_led=False, is_new=True),
            "Closes 7 h 30 min of 10 h missing in Any setting, in a setting they have not been in. "
            "Has led no contact in this setting yet. Blocked: Site induction.",
        ),
        (fit("Cara", 60, Checks()), "Closes 1 h of 1 h missing in Any setting. Nothing in the way."),
    ],
)
def test_what_is_said_of_somebody_who_could_be_given_a_slot(found, words):
    assert found.words == words
