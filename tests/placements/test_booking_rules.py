from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import RuleViolation
from lms.placements.rules.ahead import TimeAhead, find_gaps, gift_of
from lms.placements.rules.bookings import (
    BookingDecisionFact,
    BookingFact,
    BookingStatus,
    Checks,
    Said,
    answer_to,
    answer_words,
    check_approve,
    check_cancel,
    check_overrides,
    first_to_move_up,
    is_late,
    place_of,
    places_free,
    waiting_list,
    why_not_ask,
)
from lms.placements.rules.hours import HoursRequirement, ShiftFact, progress
from lms.placements.rules.sight import covers, joined
from lms.placements.rules.slots import BookingVerdict, SignUp, SlotFact, SwapStepKind
from lms.placements.rules.states import Status
from lms.placements.rules.swaps import SwapStatus, SwapStepFact, swap_status
from lms.placements.rules.times import Span
from lms.placements.rules.wishes import check_wishes
from lms.readiness.rules.proposals import Option, propose

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
STARTS = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
TRAINEE, SUPERVISOR, NURSE = UUID(int=1), UUID(int=2), UUID(int=3)
BLOCKED = Checks(blocks=(Said("clearance", "Site induction", "Site induction: nothing is recorded."),))
WARNED = Checks(warnings=(Said("overlap", "Overlap", "This overlaps a placement shift."),))
UNKNOWN = Checks(not_known=(Said("overlap", "Overlap", "There is no main rota here."),))


def slot(**changes):
    usual = {
        "id": UUID(int=100),
        "site_id": UUID(int=200),
        "setting": "crisis-team",
        "span": Span(STARTS, STARTS + timedelta(hours=7.5)),
        "capacity": 1,
        "supervisor_id": SUPERVISOR,
        "sign_up": SignUp.FIRST_COME,
        "opens_at": None,
        "closes_at": None,
        "is_cancelled": False,
    }
    return SlotFact(**{**usual, **changes})


def booking(number, *verdicts, trainee=None):
    """A booking with decisions a minute after each other."""
    asked = NOW - timedelta(days=2) + timedelta(minutes=number)
    decisions = [
        BookingDecisionFact(UUID(int=number * 100 + step), verdict, asked + timedelta(hours=step))
        for step, verdict in enumerate(verdicts)
    ]
    return BookingFact(UUID(int=number), UUID(int=100), trainee or UUID(int=50 + number), None, asked, tuple(decisions))


BOOKED, WAITS, CANCELLED = BookingVerdict.BOOKED, BookingVerdict.WAITING_LIST, BookingVerdict.CANCELLED


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([], BookingStatus.ASKED),
        ([WAITS], BookingStatus.WAITING_LIST),
        ([WAITS, BOOKED], BookingStatus.BOOKED),
        ([BOOKED, CANCELLED], BookingStatus.CANCELLED),
        ([BOOKED, BookingVerdict.SWAPPED], BookingStatus.SWAPPED),
    ],
)
def test_the_latest_decision_says_where_a_booking_stands(verdicts, status):
    found = booking(1, *verdicts)
    assert found.status is status
    assert BookingFact(*[getattr(found, n) for n in found.__slots__[:5]], found.decisions[::-1]).status is status


@given(st.permutations(range(1, 9)))
def test_everybody_on_the_waiting_list_has_one_place_whatever_order_they_are_read_in(order):
    bookings = [booking(number, WAITS) for number in order]
    assert [each.id.int for each in waiting_list(bookings)] == list(range(1, 9))
    assert sorted(place_of(each.id, bookings) for each in bookings) == list(range(1, 9))


def test_a_place_is_held_by_who_is_booked_alone():
    bookings = [booking(1, BOOKED), booking(2), booking(3, WAITS), booking(4, BOOKED, CANCELLED)]
    assert places_free(slot(capacity=3), bookings) == 2
    assert places_free(slot(), bookings) == 0


@pytest.mark.parametrize(
    ("checks", "taken", "sign_up", "verdict", "words"),
    [
        pytest.param(UNKNOWN, False, SignUp.FIRST_COME, BOOKED, "You are booked.", id="not known holds nothing up"),
        pytest.param(WARNED, False, SignUp.FIRST_COME, None, "This overlaps", id="a warning"),
        pytest.param(BLOCKED, False, SignUp.FIRST_COME, None, "Site induction: nothing", id="a block"),
        pytest.param(WARNED, True, SignUp.FIRST_COME, WAITS, "number 1 on the waiting list", id="full"),
        pytest.param(UNKNOWN, False, SignUp.ON_REQUEST, None, "An approver decides and you are told", id="on request"),
    ],
)
def test_what_is_said_at_once(checks, taken, sign_up, verdict, words):
    wanted = slot(sign_up=sign_up)
    assert answer_to(wanted, [booking(1, BOOKED)] if taken else [], checks) is verdict
    status = BookingStatus(verdict.value) if verdict else BookingStatus.ASKED
    assert words in answer_words(wanted, status, 1 if taken else None, checks)


@pytest.mark.parametrize(
    ("changes", "bookings", "enrolled", "why"),
    [
        pytest.param({}, [], True, "", id="fine"),
        pytest.param({}, [booking(1, BOOKED, CANCELLED, trainee=TRAINEE)], True, "", id="again after cancelling"),
        pytest.param({}, [booking(1, WAITS, trainee=TRAINEE)], True, "on the waiting list", id="waits already"),
        pytest.param({}, [], False, "enrolled", id="not enrolled"),
        pytest.param({"is_cancelled": True}, [], True, "cancelled", id="cancelled"),
        pytest.param({"sign_up": SignUp.ASSIGNED}, [], True, "given by an approver", id="given"),
        pytest.param({"supervisor_id": TRAINEE}, [], True, "supervise", id="their own slot"),
        pytest.param({"opens_at": NOW + timedelta(hours=1)}, [], True, "from 11:30 on 18 November", id="too early"),
        pytest.param({"closes_at": NOW}, [], True, "until 10:30 on 18 November", id="too late"),
    ],
)
def test_who_may_ask(changes, bookings, enrolled, why):
    found = why_not_ask(slot(**changes), bookings, TRAINEE, is_enrolled=enrolled, now=NOW)
    assert why in found
    assert bool(found) is bool(why)


def test_nobody_approves_their_own_booking_or_more_than_there_are_places():
    mine = booking(1, trainee=NURSE)
    with pytest.raises(RuleViolation, match="of their own"):
        check_approve(slot(), [mine], [mine], actor_id=NURSE, now=NOW)
    two = [booking(1), booking(2, WAITS)]
    with pytest.raises(RuleViolation, match="You chose 2 and 1 place is free"):
        check_approve(slot(), two, two, actor_id=NURSE, now=NOW)
    check_approve(slot(capacity=2), two, two, actor_id=NURSE, now=NOW)


@pytest.mark.parametrize(
    ("checks", "reason", "field"),
    [(BLOCKED, "I know them well.", "bookings"), (WARNED, " ", "reason"), (WARNED, "Rest follows.", None)],
)
def test_a_warning_needs_a_reason_and_a_block_is_not_overridden(checks, reason, field):
    if field is None:
        check_overrides(checks, reason, name="Amina")
    else:
        with pytest.raises(RuleViolation) as refusal:
            check_overrides(checks, reason, name="Amina")
        assert refusal.value.field == field


def test_the_first_whom_nothing_holds_up_moves_up():
    line = [(booking(1, WAITS), BLOCKED), (booking(2, WAITS), WARNED), (booking(3, WAITS), UNKNOWN)]
    found = first_to_move_up(line)
    assert found is not None
    assert found[0].id == UUID(int=3)
    assert first_to_move_up(line[:2]) is None


def test_a_trainee_cancels_until_the_end_and_an_approver_later_too():
    over = slot().span.ended_at
    with pytest.raises(RuleViolation, match="ask an approver"):
        check_cancel(slot(), booking(1, BOOKED), "Ill", by_trainee=True, now=over)
    check_cancel(slot(), booking(1, BOOKED), "Ill", by_trainee=False, now=over)
    with pytest.raises(RuleViolation, match="It is cancelled"):
        check_cancel(slot(), booking(1, BOOKED, CANCELLED), "Ill", by_trainee=True, now=NOW)


@pytest.mark.parametrize(("hours", "late"), [(49, False), (48, False), (47, True)])
def test_late_is_less_than_48_hours_of_elapsed_time(hours, late):
    assert is_late(slot(), booking(1, BOOKED), STARTS - timedelta(hours=hours)) is late
    assert not is_late(slot(), booking(1, WAITS), STARTS - timedelta(hours=1))


@given(st.lists(st.integers(1, 6), max_size=6))
def test_wishes_are_the_numbers_from_one(ranks):
    if ranks and sorted(ranks) == list(range(1, len(ranks) + 1)):
        check_wishes(ranks)
    else:
        with pytest.raises(RuleViolation):
            check_wishes(ranks)


@pytest.mark.parametrize(
    ("steps", "other", "status"),
    [
        ([], BookingStatus.BOOKED, SwapStatus.OFFERED),
        ([], BookingStatus.CANCELLED, SwapStatus.FELL_THROUGH),
        ([SwapStepKind.AGREED], BookingStatus.BOOKED, SwapStatus.AGREED),
        ([SwapStepKind.AGREED], BookingStatus.SWAPPED, SwapStatus.FELL_THROUGH),
        ([SwapStepKind.AGREED, SwapStepKind.APPROVED], BookingStatus.SWAPPED, SwapStatus.APPROVED),
        ([SwapStepKind.REFUSED], BookingStatus.CANCELLED, SwapStatus.REFUSED),
    ],
)
def test_where_a_swap_stands(steps, other, status):
    facts = [SwapStepFact(UUID(int=n), step, NOW + timedelta(minutes=n)) for n, step in enumerate(steps)]
    mine = BookingStatus.SWAPPED if other is BookingStatus.SWAPPED else BookingStatus.BOOKED
    assert swap_status(facts, mine, other, has_begun=False) is status
    begun = SwapStatus.FELL_THROUGH if status.is_open else status
    assert swap_status(facts, mine, other, has_begun=True) is begun


DAYS = st.dates(min_value=NOW.date(), max_value=NOW.date() + timedelta(days=60))
WINDOWS = st.lists(st.tuples(DAYS, DAYS).map(lambda pair: (min(pair), max(pair))), max_size=6)


@given(WINDOWS)
def test_joined_windows_hold_the_same_days_and_do_not_touch(windows):
    def days(these):
        return {first + timedelta(days=n) for first, last in these for n in range((last - first).days + 1)}

    found = joined(windows)
    assert days(found) == days(windows)
    assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in zip(found, found[1:], strict=False))
    assert all(covers(windows, window) for window in found)


CRISIS = HoursRequirement("crisis-team", "Crisis team", ("crisis-team",), 2700)
TWO = HoursRequirement("choose-two", "Choose two", ("perinatal", "older-people"), 1350, distinct_settings=2)


def worked(setting, hours, status=Status.APPROVED):
    start = NOW - timedelta(days=30)
    return ShiftFact(UUID(int=9), setting, start, start + timedelta(hours=hours), 0, status, SUPERVISOR, start)


def option(number, setting="crisis-team", hours=7.5, *, free=True, blocked=False, warnings=0):
    starts = STARTS + timedelta(days=number)
    return Option(UUID(int=number), setting, int(hours * 60), starts, free, blocked, warnings)


def gaps(*shifts, planned=()):
    return find_gaps(progress(shifts, [CRISIS, TWO]), planned)


def test_what_waits_for_approval_or_is_booked_is_no_longer_missing():
    found = gaps(
        worked("crisis-team", 10),
        worked("crisis-team", 5, Status.SUBMITTED),
        planned=[TimeAhead("crisis-team", 600), TimeAhead("perinatal", 450)],
    )
    assert [gap.missing_minutes for gap in found] == [2700 - 600 - 300 - 600, 900]
    assert gift_of(found, "crisis-team", 1440).minutes == 1200
    assert not gift_of(found, "perinatal", 450).is_new_setting
    assert gift_of(found, "older-people", 450).is_new_setting
    assert "a setting you have not been in" in gift_of(found, "older-people", 450).words
    told = gift_of(found, "older-people", 450).words_to_others
    assert "a setting they have not been in" in told
    assert "you" not in told
    assert gift_of(found, "control-room", 450) is None


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        pytest.param([option(1, "perinatal"), option(2)], 2, id="the largest gap"),
        pytest.param([option(1, blocked=True), option(2)], 2, id="not what is blocked"),
        pytest.param([option(1, free=False), option(2)], 2, id="a place that is free"),
        pytest.param([option(1, warnings=1), option(2)], 2, id="without warnings"),
        pytest.param([option(1, hours=4), option(2)], 2, id="what closes more"),
        pytest.param([option(2), option(1)], 1, id="what begins sooner"),
        pytest.param([option(1, "control-room"), option(2, "perinatal")], 2, id="the next gap where there is no slot"),
    ],
)
def test_the_slot_that_closes_the_largest_gap_is_proposed(options, chosen):
    found = propose(gaps(), options)
    assert found.slot_id == UUID(int=chosen)


def test_a_proposal_says_why_and_turns_to_contacts_once_no_hours_are_missing():
    assert propose(gaps(), [option(1)]).reason == "Closes 7 h 30 min of your 45 h missing in Crisis team."
    done = gaps(worked("crisis-team", 45), planned=[TimeAhead("perinatal", 700), TimeAhead("older-people", 650)])
    assert propose(done, [option(1)]) is None
    found = propose(done, [option(1)], [("perinatal", "Perinatal"), ("crisis-team", "Overdose")])
    assert found.reason == "It is where you may lead what you have never led: overdose."
