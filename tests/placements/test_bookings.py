from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import AccessGrant, AccessGrantEnd
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.placements.models import BookingDecision
from lms.placements.queries import offers
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.deciding import count_to_decide, list_to_decide
from lms.placements.rules.bookings import BookingStatus, Others
from lms.placements.rules.slots import BookingVerdict, ClearedBy, SignUp
from lms.placements.services import add_requirement, close_site
from lms.placements.services.bookings import (
    approve_bookings,
    ask_by_wishes,
    ask_for_slot,
    cancel_booking,
    decline_booking,
    give_slot,
)
from lms.placements.services.slots import cancel_slot, change_slot
from lms.policy import Permission
from lms.readiness.queries.proposals import find_proposal
from tests.factories.bookings import STARTS, add_trainees, open_slot
from tests.factories.placements import add_site
from tests.factories.slots import terms

pytestmark = pytest.mark.both_databases


def standing(slot_id):
    return {each.id: each.status for each in bookings_of_slots([slot_id])[slot_id]}


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def events(trainee):
    return list(
        db.session.scalars(select(LedgerEntry.event).where(LedgerEntry.chain == trainee.id).order_by(LedgerEntry.seq))
    )


def sight(cast):
    return [
        (from_on, until_on)
        for from_on, until_on in db.session.execute(
            select(AccessGrant.from_on, AccessGrant.until_on)
            .outerjoin(AccessGrantEnd, AccessGrantEnd.grant_id == AccessGrant.id)
            .where(
                AccessGrant.person_id == cast.supervisor,
                AccessGrant.scope_id == cast.trainee,
                AccessGrantEnd.id.is_(None),
            )
            .order_by(AccessGrant.from_on)
        )
    ]


def test_a_first_come_slot_is_booked_at_once_and_lets_its_supervisor_see_and_know(cast, site_id, trainee):
    slot_id = open_slot(site_id, cast.supervisor)
    asked = ask_for_slot(trainee, slot_id)
    assert (asked.status, asked.words) == (BookingStatus.BOOKED, "You are booked.")
    assert events(trainee)[-3:] == ["booking.asked", "booking.booked", "access.opened"]
    assert sight(cast) == [(date(2026, 11, 18), date(2026, 12, 30))]
    assert notices(cast.supervisor) == ["Amina Yusuf is booked with you: Riverside crisis team, 2 December 2026"]
    decision = db.session.scalars(select(BookingDecision)).one()
    assert [said["kind"] for said in decision.seen["not_known"]]
    assert not decision.overrides


def test_whoever_comes_later_is_told_their_place_and_moves_up_when_a_place_becomes_free(cast, site_id, trainee, other):
    slot_id = open_slot(site_id, cast.supervisor)
    first = ask_for_slot(trainee, slot_id)
    second = ask_for_slot(other, slot_id)
    assert (second.status, second.place) == (BookingStatus.WAITING_LIST, 1)
    assert second.words == "All places are taken. You are number 1 on the waiting list."
    cancel_booking(trainee, first.booking_id, reason="I am needed at home.")
    assert standing(slot_id) == {first.booking_id: BookingStatus.CANCELLED, second.booking_id: BookingStatus.BOOKED}
    assert notices(cast.trainee_b) == ["A place became free and you are booked: Riverside crisis team, 2 December 2026"]
    assert notices(cast.supervisor)[1:] == [
        "The booking of Amina Yusuf was cancelled: Riverside crisis team, 2 December 2026",
        "Ben Carter is booked with you: Riverside crisis team, 2 December 2026",
    ]
    assert sight(cast) == []
    moved = db.session.scalars(select(BookingDecision).where(BookingDecision.booking_id == second.booking_id)).all()[-1]
    assert moved.by_id is None


def test_a_warning_keeps_a_first_come_slot_from_being_booked_without_an_approver(cast, site_id, trainee, nurse):
    ask_for_slot(trainee, open_slot(site_id))
    close = open_slot(site_id, cast.supervisor, starts_at=STARTS + timedelta(hours=12))
    asked = ask_for_slot(trainee, close)
    assert asked.status is BookingStatus.ASKED
    assert asked.words.startswith("Asked for, not booked yet: an approver decides. 4 h 30 min")
    asks = "Amina Yusuf asks for a place: Riverside crisis team, 2 December 2026"
    assert (notices(nurse.id), notices(cast.educator_b)) == ([asks], [])
    with pytest.raises(RuleViolation, match="Say why Amina Yusuf is booked despite the warnings") as refusal:
        approve_bookings(nurse, close, bookings=[asked.booking_id])
    assert refusal.value.field == "reason"
    approve_bookings(nurse, close, bookings=[asked.booking_id], reason="Rest is agreed for the day after.")
    decision = db.session.scalars(select(BookingDecision).where(BookingDecision.booking_id == asked.booking_id)).one()
    assert decision.overrides
    assert "rest-before" in [said["kind"] for said in decision.seen["warnings"]]
    assert decision.role is nurse.acting


def test_who_waits_and_is_held_up_by_a_warning_is_passed_over_and_approvers_are_told(
    cast, site_id, trainee, other, nurse
):
    slot_id = open_slot(site_id)
    first = ask_for_slot(trainee, slot_id)
    waiting = ask_for_slot(other, slot_id)
    ask_for_slot(other, open_slot(site_id, starts_at=STARTS + timedelta(hours=9)))
    third = viewer_for(add_trainees(cast, 1)[0])
    assert ask_for_slot(third, slot_id).place == 2
    assert (count_to_decide(nurse), list_to_decide(nurse)) == (0, [])
    cancel_booking(trainee, first.booking_id, reason="Ill.")
    assert list(standing(slot_id).values()) == [
        BookingStatus.CANCELLED,
        BookingStatus.WAITING_LIST,
        BookingStatus.BOOKED,
    ]
    cancel_booking(third, [*standing(slot_id)][2], reason="Ill too.")
    assert standing(slot_id)[waiting.booking_id] is BookingStatus.WAITING_LIST
    assert notices(cast.consultant_nurse) == [
        "A place is free and the checks hold up who waits for it: Riverside crisis team, 2 December 2026"
    ]
    assert count_to_decide(nurse) == sum(each.asked + each.waiting for each in list_to_decide(nurse)) == 1


def test_an_approver_chooses_by_the_wishes_and_the_others_wait(cast, site_id, trainee, other, nurse):
    one = open_slot(site_id, cast.supervisor, sign_up=SignUp.ON_REQUEST)
    two = open_slot(site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + timedelta(days=3))
    mine = ask_by_wishes(trainee, ranks={one: 1, two: 2}, note="I have seen no crisis team yet.")
    theirs = ask_by_wishes(other, ranks={one: 2, two: 1})
    assert notices(nurse.id) == ["Amina Yusuf asks for 2 slots by wishes", "Ben Carter asks for 2 slots by wishes"]
    approve_bookings(nurse, one, bookings=[mine[0].id], others=Others.WAITING_LIST)
    assert standing(one) == {mine[0].id: BookingStatus.BOOKED, theirs[1].id: BookingStatus.WAITING_LIST}
    assert [each.rank for each in mine] == [1, 2]
    with pytest.raises(RuleViolation, match="no place is free"):
        approve_bookings(nurse, one, bookings=[theirs[1].id])
    decline_booking(nurse, mine[1].id, reason="One in that week is enough.")
    assert standing(two)[mine[1].id] is BookingStatus.DECLINED
    assert notices(cast.trainee)[-1].startswith("Connie Njoroge declined")


@pytest.mark.parametrize(
    ("ranks", "words"), [([], "at least one"), ([1, 1], "each number|Use each"), ([1, 3], "from 1 to 2")]
)
def test_wishes_are_ranked_without_gaps(site_id, trainee, ranks, words):
    days = [STARTS + timedelta(days=each) for each in range(len(ranks))]
    slots = [open_slot(site_id, sign_up=SignUp.ON_REQUEST, starts_at=day) for day in days]
    with pytest.raises(RuleViolation, match=words) as refusal:
        ask_by_wishes(trainee, ranks=dict(zip(slots, ranks, strict=True)))
    assert refusal.value.field == "wishes"


def test_an_approver_gives_a_slot_that_trainees_do_not_see(cast, site_id, trainee, nurse):
    slot_id = open_slot(site_id, cast.supervisor, sign_up=SignUp.ASSIGNED)
    with pytest.raises(NotFound):
        ask_for_slot(trainee, slot_id)
    booking = give_slot(nurse, slot_id, trainee_id=cast.trainee)
    assert standing(slot_id) == {booking.id: BookingStatus.BOOKED}
    with pytest.raises(RuleViolation, match="All places"):
        give_slot(nurse, slot_id, trainee_id=cast.trainee_b)


def test_an_educator_decides_about_their_own_trainees_alone(cast, site_id, trainee):
    slot_id = open_slot(site_id, sign_up=SignUp.ON_REQUEST)
    booking = ask_for_slot(trainee, slot_id).booking_id
    elsewhere = viewer_for(cast.educator_b, Permission.BOOKING_DECIDE)
    for refused in (
        lambda: approve_bookings(elsewhere, slot_id, bookings=[booking]),
        lambda: decline_booking(elsewhere, booking, reason="No."),
        lambda: cancel_booking(elsewhere, booking, reason="No."),
        lambda: give_slot(elsewhere, slot_id, trainee_id=cast.trainee),
    ):
        with pytest.raises(NotFound):
            refused()
    approve_bookings(viewer_for(cast.educator, Permission.BOOKING_DECIDE), slot_id, bookings=[booking])
    assert standing(slot_id) == {booking: BookingStatus.BOOKED}


def test_a_late_cancellation_is_said_and_the_supervisor_keeps_sight_for_another_booking(cast, site_id, trainee, clock):
    soon = ask_for_slot(trainee, open_slot(site_id, cast.supervisor))
    ask_for_slot(trainee, open_slot(site_id, cast.supervisor, starts_at=STARTS + timedelta(days=60)))
    assert sight(cast) == [(date(2026, 11, 18), date(2026, 12, 30)), (date(2027, 1, 17), date(2027, 2, 28))]
    clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    cancel_booking(trainee, soon.booking_id, reason="Ill.")
    assert "was cancelled less than 48 hours before" in notices(cast.supervisor)[-1]
    assert sight(cast) == [(date(2027, 1, 17), date(2027, 2, 28))]


def test_a_cancelled_slot_cancels_its_bookings_and_everybody_is_told(cast, site_id, trainee, other):
    slot_id = open_slot(site_id, cast.supervisor)
    ask_for_slot(trainee, slot_id)
    ask_for_slot(other, slot_id)
    keeper = viewer_for(cast.administrator, Permission.SLOT_MANAGE)
    (cancellation,) = cancel_slot(keeper, slot_id, reason="The site is closed for a day.")
    assert set(standing(slot_id).values()) == {BookingStatus.CANCELLED}
    for person in (cast.trainee, cast.trainee_b):
        assert notices(person)[-1].startswith("Adam Reed cancelled your booking")
    assert "cancelled" in notices(cast.supervisor)[-1]
    cancelled = BookingDecision.verdict == BookingVerdict.CANCELLED
    assert set(db.session.scalars(select(BookingDecision.reason_id).where(cancelled))) == {cancellation.reason_id}


def test_a_reason_for_several_trainees_and_a_note_of_several_wishes_are_one_text_each(site_id, trainee, other, nurse):
    slots = [open_slot(site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + timedelta(days=n)) for n in (0, 3)]
    shared = open_slot(site_id, sign_up=SignUp.ON_REQUEST, capacity=2)
    night_before = open_slot(site_id, starts_at=STARTS + timedelta(hours=-9), capacity=2)
    wishes = ask_by_wishes(trainee, ranks={slots[0]: 1, slots[1]: 2}, note="I have seen no crisis team yet.")
    assert wishes[0].note_id is not None
    assert wishes[0].note_id == wishes[1].note_id
    asked = []
    for each in (trainee, other):
        ask_for_slot(each, night_before)
        asked.append(ask_for_slot(each, shared).booking_id)
    made = approve_bookings(nurse, shared, bookings=asked, reason="Rest follows the day after.")
    assert [each.overrides for each in made] == [True, True]
    assert len({each.reason_id for each in made}) == 1


def test_a_closed_site_takes_nobody_more_and_its_waiting_list_stands_still(cast, site_id, trainee, other, nurse):
    slot_id = open_slot(site_id)
    first = ask_for_slot(trainee, slot_id).booking_id
    waiting = ask_for_slot(other, slot_id).booking_id
    close_site(viewer_for(cast.administrator, Permission.SLOT_MANAGE), site_id)
    cancel_booking(trainee, first, reason="Ill.")
    assert standing(slot_id)[waiting] is BookingStatus.WAITING_LIST
    for refused in (
        lambda: ask_for_slot(trainee, slot_id),
        lambda: approve_bookings(nurse, slot_id, bookings=[waiting]),
        lambda: give_slot(nurse, slot_id, trainee_id=cast.trainee),
    ):
        with pytest.raises(RuleViolation, match="Riverside crisis team is closed"):
            refused()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"starts_at": datetime(2026, 11, 18, 9, tzinfo=UTC)}, "has begun", id="begun"),
        pytest.param({"opens_at": datetime(2026, 11, 20, tzinfo=UTC)}, "from 00:00 on 20 November", id="not open yet"),
        pytest.param({"closes_at": datetime(2026, 11, 18, 10, tzinfo=UTC)}, "until 10:00 on 18", id="closed"),
        pytest.param({"starts_at": datetime(2027, 10, 1, tzinfo=UTC)}, None, id="after the cohort, still enrolled"),
        pytest.param({"starts_at": datetime(2026, 9, 1, tzinfo=UTC)}, "has begun", id="long ago"),
    ],
)
def test_a_slot_is_asked_for_in_its_window(site_id, trainee, changes, words):
    slot_id = open_slot(site_id, **changes)
    if words is None:
        assert ask_for_slot(trainee, slot_id).status is BookingStatus.BOOKED
    else:
        with pytest.raises(RuleViolation, match=words):
            ask_for_slot(trainee, slot_id)


def test_the_proposed_slot_is_sought_in_every_setting_however_many_slots_come_first(
    cast, site_id, trainee, other, monkeypatch
):
    monkeypatch.setattr(offers, "MOST_OFFERS", 2)
    monkeypatch.setattr(offers, "NEAREST", 1)
    with transaction():
        elsewhere = add_site("A site of a smaller gap", "perinatal").id
    for days in range(3):
        open_slot(elsewhere, starts_at=STARTS + timedelta(days=days))
    ask_for_slot(trainee, open_slot(site_id, starts_at=STARTS + timedelta(days=20)))
    ask_for_slot(other, open_slot(site_id, starts_at=STARTS + timedelta(days=30)))
    open_slot(site_id, starts_at=STARTS + timedelta(days=35), opens_at=STARTS)
    free = open_slot(site_id, starts_at=STARTS + timedelta(days=40))
    found = offers.list_offers(trainee)
    assert found.more
    assert find_proposal(trainee).slot_id == free
    assert "First to be cleared" not in find_proposal(trainee).reason
    add_requirement(
        viewer_for(cast.administrator), site_id, title="Computer access", cleared_by=ClearedBy.TRUST, valid_days=None
    )
    assert find_proposal(trainee).reason.endswith("First to be cleared: Computer access.")


def test_nobody_asks_twice_or_for_a_slot_they_supervise(cast, site_id, trainee):
    slot_id = open_slot(site_id)
    ask_for_slot(trainee, slot_id)
    with pytest.raises(RuleViolation, match="a booking of this slot already: booked"):
        ask_for_slot(trainee, slot_id)
    with pytest.raises(RuleViolation, match="they supervise"):
        ask_for_slot(trainee, open_slot(site_id, cast.trainee, starts_at=STARTS + timedelta(days=9)))


def test_a_changed_slot_takes_sight_along_and_fills_new_places(cast, site_id, trainee, other):
    slot_id = open_slot(site_id, cast.supervisor)
    ask_for_slot(trainee, slot_id)
    waiting = ask_for_slot(other, slot_id)
    keeper = viewer_for(cast.administrator, Permission.SLOT_MANAGE)
    change_slot(keeper, slot_id, version=1, on=STARTS.date(), terms=terms(capacity=3, supervisor_id=None))
    assert sight(cast) == []
    assert standing(slot_id)[waiting.booking_id] is BookingStatus.BOOKED
    assert not notices(cast.consultant_nurse)
    later = STARTS.date() + timedelta(days=7)
    change_slot(keeper, slot_id, version=2, on=later, terms=terms(capacity=3, supervisor_id=cast.supervisor))
    assert sight(cast) == [(later - timedelta(days=14), later + timedelta(days=28))]
