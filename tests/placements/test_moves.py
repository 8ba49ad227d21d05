"""Slots that are changed while people are booked in them, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.placements import queries, services
from lms.placements.models import Booking, BookingDecision
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.deciding import get_slot_to_decide
from lms.placements.queries.offers import get_offer
from lms.placements.queries.sight import load_sight
from lms.placements.rules.bookings import BookingStatus
from lms.placements.rules.moves import Before
from lms.placements.rules.planning import terms_of
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.times import Span
from lms.placements.services.bookings import ask_for_slot
from lms.placements.services.slots import change_slot
from lms.policy import Role
from tests.factories import save as store
from tests.factories.bookings import STARTS, add_trainees, open_slot, prepare
from tests.factories.slots import make_series

pytestmark = pytest.mark.both_databases

TUESDAY = date(2026, 12, 1)
DAY = timedelta(days=1)


@pytest.fixture
def site_id(context, cast):
    give_role(None, person_id=cast.assessor, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Also supervises")
    return prepare(cast)


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def save(actor, slot_id, *, later=False, on=None, **changes):
    row = queries.get_slot(slot_id)
    terms = replace(terms_of(row.fact), **changes)
    return change_slot(actor, slot_id, version=row.version, on=on or row.fact.on, terms=terms, later=later)


def test_a_moved_slot_keeps_who_is_booked_and_says_that_the_checks_now_warn(cast, site_id, trainee, nurse):
    ask_for_slot(trainee, open_slot(site_id, starts_at=STARTS - DAY))
    moved = open_slot(site_id, cast.supervisor, starts_at=STARTS + 4 * DAY)
    ask_for_slot(trainee, moved)
    save(nurse, moved, on=date(2026, 12, 2), starts=time(0, 30), ends=time(8))
    where = "Riverside crisis team"
    when = "on 2 December 2026, 00:30 to 08:00"
    assert notices(trainee.id)[-1] == f"Your placement at {where} is at another time: {when}. The checks now warn"
    assert notices(nurse.id) == [
        f"The placement of Amina Yusuf was moved and the checks now warn: {where}, 2 December 2026"
    ]
    (booking,) = bookings_of_slots([moved])[moved]
    assert booking.status is BookingStatus.BOOKED
    (history,) = get_slot_to_decide(nurse, moved).history
    booked, kept = history.decisions
    assert (booked.before, kept.before) == (
        None,
        Before(Span(STARTS + 4 * DAY, STARTS + 4 * DAY + timedelta(hours=7.5)), cast.supervisor),
    )
    assert (kept.overrides, kept.reason, kept.role) == (False, None, Role.CONSULTANT_NURSE)
    assert [said["words"] for said in kept.seen if said["kind"] == "rest-before"] == [
        "8 h 30 min between 16:00 on 1 December 2026 and 00:30 on 2 December 2026: the rule asks for 11 h."
        " 2 h 30 min of compensatory rest is owed. Whether it follows from 08:00 on 2 December 2026 is not known:"
        " the main rota is not known then."
    ]
    assert get_offer(trainee, moved).history[0].decisions[1] == kept
    event = select(LedgerEntry.event).where(LedgerEntry.chain == trainee.id).order_by(LedgerEntry.seq.desc())
    assert "booking.moved" in db.session.scalars(event.limit(2)).all()


def test_a_move_the_checks_say_nothing_of_tells_no_approver(cast, site_id, trainee, nurse):
    slot_id = open_slot(site_id, cast.supervisor)
    ask_for_slot(trainee, slot_id)
    save(nurse, slot_id, ends=time(17))
    assert notices(nurse.id) == []
    assert notices(trainee.id) == [
        "Your placement at Riverside crisis team is at another time: on 2 December 2026, 08:30 to 17:00"
    ]
    save(nurse, slot_id, capacity=4)
    verdicts = db.session.scalars(select(BookingDecision.seen).order_by(BookingDecision.id)).all()
    assert ["before" in seen for seen in verdicts] == [False, True]


def test_the_supervisor_before_keeps_the_entry_as_cancelled(cast, site_id, trainee, nurse):
    slot_id = open_slot(site_id, cast.supervisor)
    ask_for_slot(trainee, slot_id)
    (first,) = queries.list_feed_entries(cast.supervisor)
    save(nurse, slot_id, supervisor_id=cast.assessor)
    (then,) = queries.list_feed_entries(cast.supervisor)
    (new,) = queries.list_feed_entries(cast.assessor)
    assert (first.id, first.is_cancelled) == (then.id, False)
    assert notices(cast.supervisor)[-1] == (
        "1 slot is no longer yours to supervise at Riverside crisis team, from 2 December 2026 on"
    )
    assert then.is_cancelled
    assert then.changes > first.changes
    assert (new.id, new.is_cancelled) == (slot_id, False)
    save(nurse, slot_id, supervisor_id=cast.supervisor)
    assert [entry.is_cancelled for entry in queries.list_feed_entries(cast.supervisor)] == [False]
    assert [entry.is_cancelled for entry in queries.list_feed_entries(cast.assessor)] == [True]
    assert queries.list_feed_entries(cast.stranger) == []


def test_a_series_is_loaded_and_followed_in_the_same_number_of_statements_however_long_it_is(
    cast, site_id, nurse, statements
):
    trainees = [viewer_for(each) for each in add_trainees(cast, 4)]
    sent = []
    for weeks, pair in ((3, trainees[:2]), (30, trainees[2:])):
        until = TUESDAY + timedelta(days=7 * (weeks - 1))
        slots = make_series(nurse.id, site_id, on=TUESDAY, until=until, capacity=2, supervisor_id=cast.supervisor)
        made = {slot.id for slot in slots}
        save_bookings(made, pair)
        db.session.rollback()
        statements.clear()
        changed = save(nurse, slots[0].id, later=True, ends=time(16, 30), supervisor_id=cast.assessor)
        assert {slot.id for slot in changed} == made
        writes = [each for each in statements if each.startswith("UPDATE slot ")]
        assert len(writes) == weeks  # Each slot is written once; nothing else is done slot by slot.
        sent.append(len(statements) - len(writes))
    assert sent[0] == sent[1]


def save_bookings(slot_ids, trainees):
    pairs = [(slot_id, each) for slot_id in slot_ids for each in trainees]
    bookings = [Booking(slot_id=key, trainee_id=each.id, by_id=each.id, role=Role.TRAINEE) for key, each in pairs]
    store(*bookings, about=trainees[0].id)
    verdicts = [BookingDecision(booking_id=each.id, verdict=BookingVerdict.BOOKED) for each in bookings]
    store(*verdicts, about=trainees[0].id)


def test_places_that_a_series_gains_go_to_who_waits_and_approvers_are_told_once(cast, site_id, nurse):
    one, two = (viewer_for(each) for each in add_trainees(cast, 2))
    slots = make_series(nurse.id, site_id, on=TUESDAY, until=TUESDAY + timedelta(days=14))
    for slot in slots:
        ask_for_slot(one, slot.id)
        ask_for_slot(two, slot.id)
    for slot in slots[:2]:
        starts_at = datetime.combine(slot.starts_at.date() - DAY, time(16), UTC)
        ask_for_slot(two, open_slot(site_id, starts_at=starts_at, hours=8))
    save(nurse, slots[0].id, later=True, capacity=3)
    ours = bookings_of_slots([slot.id for slot in slots])
    assert [[each.status for each in ours[slot.id] if each.trainee_id == two.id] for slot in slots] == [
        [BookingStatus.WAITING_LIST],
        [BookingStatus.WAITING_LIST],
        [BookingStatus.BOOKED],
    ]
    assert notices(nurse.id) == [
        "Places are free in 2 slots and the checks hold up who waits, from Riverside crisis team, 1 December 2026"
    ]


def test_what_a_supervisor_sees_follows_a_series_that_is_given_to_somebody_else(cast, site_id, trainee, nurse):
    slots = make_series(
        nurse.id, site_id, on=TUESDAY, until=TUESDAY + timedelta(days=14), supervisor_id=cast.supervisor
    )
    for slot in slots:
        ask_for_slot(trainee, slot.id)
    save(nurse, slots[1].id, later=True, supervisor_id=cast.assessor)
    assert load_sight(cast.trainee, cast.supervisor) == [(date(2026, 11, 18), date(2026, 12, 29))]
    assert load_sight(cast.trainee, cast.assessor) == [(date(2026, 11, 24), date(2027, 1, 12))]
    services.cancel_slot(nurse, slots[2].id, reason="Not staffed.")
    assert load_sight(cast.trainee, cast.assessor) == [(date(2026, 11, 24), date(2027, 1, 5))]
