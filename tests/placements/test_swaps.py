from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.queries import get_trainee
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.placements.models import Booking, BookingDecision
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.deciding import count_to_decide, get_slot_to_decide
from lms.placements.queries.offers import get_offer
from lms.placements.queries.swaps import get_own_swap, list_swappable, list_swaps, list_swaps_to_decide
from lms.placements.rules.bookings import BookingStatus
from lms.placements.rules.slots import SignUp
from lms.placements.rules.swaps import SwapStatus
from lms.placements.services.bookings import ask_for_slot, cancel_booking
from lms.placements.services.swaps import answer_swap, approve_swap, decline_swap, offer_swap, take_back_swap
from lms.policy import Permission
from tests.factories.bookings import STARTS, add_trainees, open_slot

pytestmark = pytest.mark.both_databases


@pytest.fixture
def pair(cast, site_id):
    return [viewer_for(person) for person in add_trainees(cast, 2)]


@pytest.fixture
def slots(cast, site_id):
    return [
        open_slot(site_id, cast.supervisor),
        open_slot(site_id, starts_at=STARTS + timedelta(days=7), sign_up=SignUp.FIRST_COME),
    ]


@pytest.fixture
def booked(pair, slots):
    return [ask_for_slot(person, slot_id).booking_id for person, slot_id in zip(pair, slots, strict=True)]


def booked_in(slot_id):
    ours = bookings_of_slots([slot_id])[slot_id]
    return [each.trainee_id for each in ours if each.status is BookingStatus.BOOKED]


def status(viewer, swap):
    return get_own_swap(viewer, swap.id).status


def test_two_trainees_change_places_once_both_agree_and_an_approver_approves(cast, pair, slots, booked, nurse):
    one, two = pair
    supervisor = viewer_for(cast.supervisor)
    assert get_trainee(supervisor, one.id, Permission.HOURS_READ)
    swap = offer_swap(one, booked[0], wanted_id=booked[1])
    assert status(two, swap) is SwapStatus.OFFERED
    offered = select(LedgerEntry.chain).where(LedgerEntry.event == "booking.swap-offered")
    assert set(db.session.scalars(offered)) == {one.id, two.id}
    with pytest.raises(RuleViolation, match="waits for the other trainee"):
        approve_swap(nurse, swap.id)
    answer_swap(two, swap.id, agree=True)
    assert [row.id for row in list_swaps_to_decide(nurse)] == [swap.id]
    assert db.session.scalars(select(Notice.text).where(Notice.person_id == nurse.id)).all() == [
        "Trainee 0 and Trainee 1 agreed to swap places"
    ]
    approve_swap(nurse, swap.id)
    assert [booked_in(slot_id) for slot_id in slots] == [[two.id], [one.id]]
    assert status(one, swap) is SwapStatus.APPROVED
    new = db.session.scalars(select(Booking).where(Booking.replaces_id == booked[0])).one()
    assert (new.trainee_id, new.slot_id) == (one.id, slots[1])
    (history,) = get_offer(one, slots[1]).history
    assert history.replaces.fact.id == slots[0]
    decided = {each.name: each.replaces for each in get_slot_to_decide(nurse, slots[1]).history}
    assert decided["Trainee 0"].fact.id == slots[0]
    assert decided["Trainee 1"] is None
    assert get_trainee(supervisor, two.id, Permission.HOURS_READ)
    with pytest.raises(NotFound):
        get_trainee(supervisor, one.id, Permission.HOURS_READ)
    with pytest.raises(RuleViolation, match="It is: approved"):
        approve_swap(nurse, swap.id)


def test_an_agreed_swap_waits_for_an_approver_until_one_of_its_slots_begins(pair, slots, booked, nurse, clock):
    one, two = pair
    swap = offer_swap(two, booked[1], wanted_id=booked[0])
    assert count_to_decide(nurse) == 0
    answer_swap(one, swap.id, agree=True)
    assert count_to_decide(nurse) == len(list_swaps_to_decide(nurse)) == 1
    clock.set(STARTS)
    assert status(one, swap) is SwapStatus.FELL_THROUGH
    assert count_to_decide(nurse) == len(list_swaps_to_decide(nurse)) == 0
    with pytest.raises(RuleViolation, match="a slot has begun"):
        approve_swap(nurse, swap.id)


def test_a_swap_against_a_warning_needs_a_reason_and_keeps_what_was_seen(cast, pair, site_id, slots, booked, nurse):
    one, two = pair
    ask_for_slot(one, open_slot(site_id, starts_at=STARTS + timedelta(days=6, hours=15)))
    swap = offer_swap(one, booked[0], wanted_id=booked[1])
    answer_swap(two, swap.id, agree=True)
    with pytest.raises(RuleViolation, match="Say why Trainee 0 is booked despite") as refusal:
        approve_swap(nurse, swap.id)
    assert refusal.value.field == "reason"
    assert booked_in(slots[0]) == [one.id]
    made = approve_swap(nurse, swap.id, reason="Rest follows the day after.")
    overridden = {
        row.booking_id: row.overrides
        for row in db.session.scalars(
            select(BookingDecision).where(BookingDecision.booking_id.in_([each.id for each in made]))
        )
    }
    assert [overridden[each.id] for each in made] == [True, False]


def test_a_swap_against_warnings_on_both_sides_keeps_its_reason_once(pair, site_id, slots, booked, nurse):
    one, two = pair
    ask_for_slot(one, open_slot(site_id, starts_at=STARTS + timedelta(days=6, hours=15)))
    ask_for_slot(two, open_slot(site_id, starts_at=STARTS + timedelta(hours=-9)))
    swap = offer_swap(one, booked[0], wanted_id=booked[1])
    answer_swap(two, swap.id, agree=True)
    made = approve_swap(nurse, swap.id, reason="Rest follows the day after.")
    wanted = select(BookingDecision).where(BookingDecision.booking_id.in_([each.id for each in made]))
    decisions = db.session.scalars(wanted).all()
    assert [each.overrides for each in decisions] == [True, True]
    assert len({each.reason_id for each in decisions}) == 1


@pytest.mark.parametrize("ends", ["refused", "taken-back", "declined", "fell-through"])
def test_a_swap_that_comes_to_nothing_changes_no_booking(pair, slots, booked, nurse, ends):
    one, two = pair
    swap = offer_swap(one, booked[0], wanted_id=booked[1])
    if ends == "refused":
        answer_swap(two, swap.id, agree=False)
    elif ends == "taken-back":
        take_back_swap(one, swap.id)
    elif ends == "declined":
        answer_swap(two, swap.id, agree=True)
        with pytest.raises(RuleViolation, match="Say why"):
            decline_swap(nurse, swap.id, reason=" ")
        decline_swap(nurse, swap.id, reason="The site knows Trainee 0 already.")
        assert list_swaps(one)[0].reason == "The site knows Trainee 0 already."
    else:
        cancel_booking(two, booked[1], reason="Ill.")
    assert status(one, swap) is SwapStatus(ends)
    assert booked_in(slots[0]) == [one.id]
    with pytest.raises(RuleViolation, match="cannot be"):
        answer_swap(two, swap.id, agree=True)


def test_only_those_of_the_swap_may_answer_and_only_booked_places_of_the_cohort_are_offered(
    cast, pair, site_id, slots, booked
):
    one, two = pair
    elsewhere = viewer_for(cast.trainee)
    theirs = ask_for_slot(elsewhere, open_slot(site_id, starts_at=STARTS + timedelta(days=14))).booking_id
    assert [each.booking_id for each in list_swappable(one)] == [booked[1]]
    with pytest.raises(NotFound):
        offer_swap(one, booked[0], wanted_id=theirs)
    with pytest.raises(NotFound):
        offer_swap(elsewhere, booked[0], wanted_id=booked[1])
    swap = offer_swap(one, booked[0], wanted_id=booked[1])
    with pytest.raises(RuleViolation, match="Only the trainee who was asked"):
        answer_swap(one, swap.id, agree=True)
    with pytest.raises(RuleViolation, match="Only the trainee who offered"):
        take_back_swap(two, swap.id)
    with pytest.raises(NotFound):
        answer_swap(elsewhere, swap.id, agree=True)
    with pytest.raises(NotFound):
        approve_swap(viewer_for(cast.educator_b, Permission.BOOKING_DECIDE), swap.id)
