"""Wishes that were asked for together: what is said of those beside a granted one, and ending those that are left."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.placements.models import BookingDecision
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.deciding import get_slot_to_decide
from lms.placements.queries.own_bookings import list_own_bookings
from lms.placements.rules.bookings import BookingFact, BookingStatus
from lms.placements.rules.slots import SignUp
from lms.placements.rules.wishes import askings
from lms.placements.services.bookings import approve_bookings, ask_by_wishes, ask_for_slot
from lms.placements.services.wishes import decline_other_wishes, withdraw_other_wishes
from lms.policy import Permission
from tests.factories.bookings import STARTS, open_slot, prepare

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
BOOKED, DECLINED, ASKED = BookingStatus.BOOKED, BookingStatus.DECLINED, BookingStatus.ASKED


def wish(number, rank):
    return BookingFact(UUID(int=number), UUID(int=number), UUID(int=1), rank, NOW + timedelta(minutes=number))


@given(st.lists(st.integers(1, 6), max_size=8))
def test_wishes_belong_to_the_asking_they_were_ranked_in(sizes):
    ranks = [rank for size in sizes for rank in (*range(1, size + 1), None)]
    bookings = [wish(number, rank) for number, rank in enumerate(ranks)]
    found = askings(reversed(bookings))
    assert [[each.rank for each in wishes] for wishes in found] == [list(range(1, size + 1)) for size in sizes]
    assert [each.id for wishes in found for each in wishes] == [each.id for each in bookings if each.rank]


@pytest.fixture
def slots(context, cast):
    site_id = prepare(cast)
    return [open_slot(site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + timedelta(days=3 * n)) for n in range(4)]


@pytest.fixture
def nurse(cast, slots):
    return viewer_for(cast.consultant_nurse, Permission.BOOKING_DECIDE)


@pytest.fixture
def trainee(cast, slots):
    return viewer_for(cast.trainee)


def statuses(slots):
    found = bookings_of_slots(slots)
    return [each.status for slot_id in slots for each in found[slot_id]]


@pytest.mark.both_databases
def test_a_granted_wish_is_said_beside_the_others_and_they_are_declined_in_one_step(cast, slots, nurse, trainee):
    first, second, third = ask_by_wishes(trainee, ranks={slots[0]: 1, slots[1]: 2, slots[2]: 3})
    with pytest.raises(RuleViolation, match="None of these wishes is booked"):
        decline_other_wishes(nurse, second.id, reason="Enough.")
    approve_bookings(nurse, slots[0], bookings=[first.id])
    (candidate,) = get_slot_to_decide(nurse, slots[1]).asked
    assert [(each.fact.rank, each.row.fact.id) for each in candidate.beside.granted] == [(1, slots[0])]
    assert candidate.beside.left == 1
    assert get_slot_to_decide(nurse, slots[0]).booked[0].beside.left == 2
    own = {each.fact.id: each.beside for each in list_own_bookings(trainee)}
    assert (own[first.id].granted, own[first.id].left) == ((), 2)
    assert [each.fact.id for each in own[third.id].granted] == [first.id]
    for stranger in (viewer_for(cast.educator_b, Permission.BOOKING_DECIDE), trainee):
        with pytest.raises(NotFound):
            decline_other_wishes(stranger, second.id, reason="Enough.")
    with pytest.raises(RuleViolation, match="Say why"):
        decline_other_wishes(nurse, second.id, reason=" ")
    made = decline_other_wishes(nurse, first.id, reason="One in that week is enough.")
    assert len({each.reason_id for each in made}) == 1
    assert statuses(slots) == [BOOKED, DECLINED, DECLINED]
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == cast.trainee).order_by(Notice.id)).all()
    assert told[-1] == (
        "Connie Njoroge declined 2 other wishes of yours, the first for Riverside crisis team, 5 December 2026"
    )
    with pytest.raises(RuleViolation, match="None of these wishes waits any more"):
        decline_other_wishes(nurse, first.id, reason="Again.")


@pytest.mark.both_databases
def test_a_trainee_withdraws_what_is_left_of_one_asking_and_of_no_other(cast, slots, nurse, trainee, clock):
    first, _ = ask_by_wishes(trainee, ranks={slots[0]: 1, slots[1]: 2})
    clock.set(NOW + timedelta(hours=1))
    other, _ = ask_by_wishes(trainee, ranks={slots[2]: 1, slots[3]: 2})
    approve_bookings(nurse, slots[0], bookings=[first.id])
    with pytest.raises(NotFound):
        withdraw_other_wishes(viewer_for(cast.trainee_b), first.id, reason="Another wish is booked.")
    with pytest.raises(RuleViolation, match="None of these wishes is booked"):
        withdraw_other_wishes(trainee, other.id, reason="Another wish is booked.")
    withdraw_other_wishes(trainee, first.id, reason="Another wish is booked.")
    assert statuses(slots) == [BOOKED, BookingStatus.CANCELLED, ASKED, ASKED]


def test_a_booking_that_was_no_wish_has_nothing_beside_it(cast, slots, nurse, trainee):
    asked = ask_for_slot(trainee, slots[0])
    (own,) = list_own_bookings(trainee)
    assert (own.beside.granted, own.beside.left) == ((), 0)
    with pytest.raises(RuleViolation, match="None of these wishes is booked"):
        withdraw_other_wishes(trainee, asked.booking_id, reason="No wish.")
    assert db.session.scalars(select(BookingDecision)).all() == []
