"""What becomes of booked places when a trainee leaves or is paused, on both databases."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.core.errors import RuleViolation
from lms.curriculum.models import Enrolment
from lms.curriculum.rules.enrolment import EnrolmentOutcome
from lms.curriculum.rules.pace import Pause
from lms.curriculum.services import add_taught_day, change_taught_day, end_enrolment, enrol, pause
from lms.identity.models import RoleAssignment
from lms.identity.rules import EndedBecause
from lms.identity.services import deactivate, end_role, viewer_for
from lms.notifications.models import Notice
from lms.placements import queries
from lms.placements.models import BookingDecision
from lms.placements.queries import deciding
from lms.placements.queries.bookings import bookings_of_slots, load_bookings
from lms.placements.queries.offers import list_decisions, list_wishable
from lms.placements.queries.pauses import list_booked_in
from lms.placements.queries.sight import load_sight
from lms.placements.queries.swaps import list_swappable
from lms.placements.rules.bookings import BookingStatus
from lms.placements.rules.slots import SignUp
from lms.placements.services import cancel_slot
from lms.placements.services.bookings import ask_for_slot
from lms.policy import Permission, Role
from tests.factories.bookings import STARTS, add_trainees, open_slot
from tests.factories.curriculum import open_cohort

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
LAST = date(2026, 12, 4)


@pytest.fixture
def administrator(cast, site_id):
    return viewer_for(cast.administrator)


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def statuses(*slot_ids):
    found = bookings_of_slots(slot_ids)
    return [[each.status for each in found[slot_id]] for slot_id in slot_ids]


BOOKED, WAITS, CANCELLED = BookingStatus.BOOKED, BookingStatus.WAITING_LIST, BookingStatus.CANCELLED


def test_the_end_of_an_enrolment_cancels_what_is_booked_after_it_and_who_waits_has_the_place(
    cast, site_id, trainee, administrator
):
    before, after = open_slot(site_id, cast.supervisor), open_slot(site_id, cast.supervisor, starts_at=STARTS + 7 * DAY)
    asked = open_slot(site_id, starts_at=STARTS + 9 * DAY, sign_up=SignUp.ON_REQUEST)
    for slot_id in (before, after, asked):
        ask_for_slot(trainee, slot_id)
    ask_for_slot(viewer_for(cast.trainee_b), after)
    assert load_sight(cast.trainee, cast.supervisor) == [
        (date(2026, 11, 18), date(2026, 12, 30)),
        (date(2026, 11, 25), date(2027, 1, 6)),
    ]
    end_enrolment(administrator, cast.trainee, ended_on=LAST, outcome=EnrolmentOutcome.WITHDRAWN)
    assert statuses(before, after, asked) == [[BOOKED], [CANCELLED, BOOKED], [CANCELLED]]
    assert load_sight(cast.trainee, cast.supervisor) == [(date(2026, 11, 18), date(2026, 12, 30))]
    assert load_sight(cast.trainee_b, cast.supervisor)
    reason = "The last day of the enrolment is 4 December 2026."
    assert notices(cast.trainee)[-1] == f"2 bookings of yours cancelled. {reason}"
    assert notices(cast.consultant_nurse)[-1] == f"2 bookings of Amina Yusuf cancelled. {reason}"
    assert notices(cast.trainee_b) == ["A place became free and you are booked: Riverside crisis team, 9 December 2026"]
    assert "The booking of Amina Yusuf was cancelled: Riverside crisis team, 9 December 2026" in notices(
        cast.supervisor
    )
    ended = db.session.scalars(select(BookingDecision).where(BookingDecision.verdict == "cancelled")).all()
    assert {each.role for each in ended} == {Role.ADMINISTRATOR}
    assert len({each.reason_id for each in ended}) == 1
    (kept,) = [entry for entry in queries.list_feed_entries(cast.trainee) if not entry.is_cancelled]
    assert kept.span.started_at == STARTS


def test_an_end_that_is_refused_cancels_nothing(cast, site_id, trainee, administrator):
    slot_id = open_slot(site_id)
    ask_for_slot(trainee, slot_id)
    with pytest.raises(RuleViolation, match="must not be before"):
        end_enrolment(administrator, cast.trainee, ended_on=date(2020, 1, 1), outcome=EnrolmentOutcome.COMPLETED)
    assert statuses(slot_id) == [[BOOKED]]
    assert notices(cast.trainee) == []


def test_whoever_moves_asks_again_from_where_they_move_to(cast, site_id, administrator, clock):
    one, two = (viewer_for(each) for each in add_trainees(cast, 2))
    mine, theirs = open_slot(site_id, starts_at=STARTS + 7 * DAY), open_slot(site_id, starts_at=STARTS + 14 * DAY)
    ask_for_slot(one, mine)
    ask_for_slot(two, theirs)
    assert [each.slot.fact.id for each in list_swappable(one)] == [theirs]
    end_enrolment(administrator, one.id, ended_on=LAST, outcome=EnrolmentOutcome.MOVED)
    assert statuses(mine) == [[CANCELLED]]
    clock.set(STARTS + 3 * DAY)
    assert list_swappable(one) == []  # Their places are offered to those who are in the cohort.
    cohort_id = open_cohort(cast.administrator, cast.university_b, name="Where they move to")
    enrol(administrator, cohort_id, trainee_id=one.id, from_on=date(2026, 12, 6))
    assert ask_for_slot(one, mine).status is BOOKED
    assert list_swappable(one) == []


def test_a_closed_account_and_an_ended_role_leave_no_place_taken(cast, site_id, trainee, administrator):
    slot_id = open_slot(site_id, starts_at=STARTS - 13 * DAY)
    people = [trainee, viewer_for(cast.trainee_b), viewer_for(*add_trainees(cast, 1))]
    for each in people:
        ask_for_slot(each, slot_id)
    deactivate(administrator, cast.trainee)
    assert statuses(slot_id) == [[CANCELLED, BOOKED, WAITS]]
    role = select(RoleAssignment.id).where(
        RoleAssignment.person_id == cast.trainee_b, RoleAssignment.role == Role.TRAINEE
    )
    end_role(administrator, db.session.scalars(role).one(), cause=EndedBecause.LEFT)
    assert statuses(slot_id) == [[CANCELLED, CANCELLED, BOOKED]]
    ended = [each.id for each in load_bookings() if each.status is CANCELLED]
    assert [list_decisions(ended)[each][-1].reason for each in ended] == [
        "The account was closed on 18 November 2026.",
        "The role of trainee ended on 18 November 2026.",
    ]
    deactivate(administrator, cast.assessor)  # Nobody who is no trainee has anything booked.


def test_a_pause_cancels_nothing_and_says_what_is_booked_in_it(cast, site_id, trainee, administrator):
    for days in (0, 7, 14):
        ask_for_slot(trainee, open_slot(site_id, starts_at=STARTS + days * DAY))
    away = {"from_on": date(2026, 12, 9), "until_on": date(2026, 12, 16)}
    pause(administrator, cast.trainee, **away)
    assert [each.status for each in load_bookings()] == [BOOKED] * 3
    where = "Riverside crisis team, 9 December 2026"
    assert notices(cast.trainee) == [
        f"Your pause from 9 December 2026 on: you are booked in 1 slot then, first at {where}"
    ]
    assert notices(cast.consultant_nurse) == [
        f"Amina Yusuf is paused from 9 December 2026 on and booked in 1 slot then: {where}"
    ]
    pauses = [Pause(**away)]
    for viewer, seen in ((administrator, 1), (trainee, 1), (viewer_for(cast.supervisor), 0)):
        assert len(list_booked_in(viewer, cast.trainee, pauses)) == seen, viewer.name
    assert len(list_booked_in(trainee, cast.trainee, [Pause(date(2026, 12, 1))])) == 3
    assert list_booked_in(trainee, cast.trainee, [Pause(date(2026, 11, 1), date(2026, 11, 10))]) == []


def test_a_new_taught_day_is_pointed_out_to_whoever_is_booked_then_and_to_those_who_decide(cast, site_id, trainee):
    educator = viewer_for(cast.educator)
    cohort_id = db.session.scalar(select(Enrolment.cohort_id).where(Enrolment.trainee_id == cast.trainee))
    slot_id = open_slot(site_id)
    ask_for_slot(trainee, slot_id)
    facts = {"module": "mhp703", "title": "Simulation day", "starts": time(9), "ends": time(16)}
    before = notices(cast.trainee)
    other = add_taught_day(educator, cohort_id, on=STARTS.date() + DAY, **facts)
    assert [text for text in notices(cast.trainee) if text not in before] == [
        "Taught day on 3 December 2026, 09:00 to 16:00: Simulation day"
    ]
    change_taught_day(educator, other.id, version=1, on=STARTS.date(), **facts)
    assert notices(cast.trainee)[-1].startswith("You are booked on the new taught day: Riverside crisis team")
    assert any("is booked on a day that is now a taught day" in text for text in notices(cast.consultant_nurse))
    change_taught_day(educator, other.id, version=2, on=STARTS.date(), **{**facts, "ends": time(15)})
    assert sum("new taught day" in text for text in notices(cast.trainee)) == 1


def test_wishes_reach_past_slots_that_cannot_be_asked_for(cast, site_id, trainee, administrator, monkeypatch):
    monkeypatch.setattr("lms.placements.queries.offers.MOST_OFFERS", 2)
    request = {"sign_up": SignUp.ON_REQUEST}
    for number in range(3):
        open_slot(site_id, starts_at=STARTS + number * DAY, closes_at=STARTS - 14 * DAY, **request)
    asked = open_slot(site_id, starts_at=STARTS + 3 * DAY, **request)
    ask_for_slot(trainee, asked)
    free = [open_slot(site_id, starts_at=STARTS + number * DAY, **request) for number in (4, 5, 6)]
    found = list_wishable(trainee)
    assert ([each.row.fact.id for each in found.offers], found.more) == (free[:2], True)
    end_enrolment(administrator, cast.trainee, ended_on=date(2026, 12, 6), outcome=EnrolmentOutcome.COMPLETED)
    found = list_wishable(trainee)
    assert ([each.row.fact.id for each in found.offers], found.more) == (free[:1], False)


def test_approvers_are_shown_what_can_be_given_and_told_that_more_follows(
    cast, site_id, trainee, administrator, monkeypatch
):
    monkeypatch.setattr(deciding, "MOST_SHOWN", 2)
    nurse = viewer_for(cast.consultant_nurse, Permission.BOOKING_DECIDE)
    taken = [open_slot(site_id, starts_at=STARTS + number * DAY, hours=2) for number in range(3)]
    for slot_id in taken:
        ask_for_slot(trainee, slot_id)
    given = {"sign_up": SignUp.ASSIGNED}
    cancelled = [open_slot(site_id, starts_at=STARTS + number * DAY, **given) for number in range(3)]
    for slot_id in cancelled:
        cancel_slot(nurse, slot_id, reason="Not staffed.")
    free = [open_slot(site_id, starts_at=STARTS + number * DAY, **given) for number in (8, 9)]
    found = deciding.list_to_give()
    assert ([row.fact.id for row in found.rows], found.more) == (free, False)
    open_slot(site_id, starts_at=STARTS + 10 * DAY, **given)
    assert deciding.list_to_give().more
    booked = deciding.list_booked_ahead(nurse)
    assert [row.fact.id for row, _ in booked.rows] == taken[:2]
    assert [names for _, names in booked.rows] == [["Amina Yusuf"]] * 2
    assert booked.more
