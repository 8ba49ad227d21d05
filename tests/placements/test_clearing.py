"""What a clearance sets free, who is told that one waits, and places given before all is cleared, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.placements import services
from lms.placements.models import BookingDecision
from lms.placements.queries.ahead import load_gaps
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.clearance_ahead import get_people_to_clear, list_own_requirements
from lms.placements.queries.clearances import count_clearance_work, list_clearance_work
from lms.placements.queries.deciding import count_to_decide, get_slot_to_decide, list_to_decide, list_to_give
from lms.placements.queries.giving import get_slot_to_give
from lms.placements.queries.offers import list_decisions
from lms.placements.queries.sight import load_sight
from lms.placements.queries.slots import get_slot
from lms.placements.rules.bookings import BookingStatus
from lms.placements.rules.checks import CheckKind
from lms.placements.rules.slots import BookingVerdict, ClearedBy, SignUp
from lms.placements.services.bookings import (
    approve_bookings,
    ask_by_wishes,
    ask_for_slot,
    cancel_booking,
    decline_booking,
    give_slot,
)
from lms.policy import Permission, Role
from tests.factories.bookings import STARTS, add_trainees, clear, open_slot, prepare

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
WHERE = "Riverside crisis team, 2 December 2026"
GIVEN, BOOKED, LISTED, ASKED = (
    BookingStatus.GIVEN,
    BookingStatus.BOOKED,
    BookingStatus.WAITING_LIST,
    BookingStatus.ASKED,
)


@pytest.fixture
def site_id(context, cast):
    site_id = prepare(cast)
    give_role(None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=site_id, cause="Here")
    return site_id


@pytest.fixture
def supervisor(cast, site_id):
    return viewer_for(cast.supervisor)


@pytest.fixture
def induction(cast, site_id):
    return asked_for(cast, site_id)


def asked_for(cast, site_id, title="Site induction", by=ClearedBy.SITE):
    keeper = viewer_for(cast.consultant_nurse, Permission.SLOT_MANAGE)
    return services.add_requirement(keeper, site_id, title=title, cleared_by=by).id


def statuses(*slot_ids):
    found = bookings_of_slots(slot_ids)
    return [[each.status for each in found[slot_id]] for slot_id in slot_ids]


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def events(person_id):
    return list(
        db.session.scalars(select(LedgerEntry.event).where(LedgerEntry.chain == person_id).order_by(LedgerEntry.seq))
    )


def induct(supervisor, person_id, induction):
    return services.record_clearance(supervisor, person_id, induction, issued_on=TODAY)


def test_a_place_given_before_all_is_cleared_is_kept_and_becomes_booked_by_itself(
    cast, site_id, nurse, other, supervisor, induction
):
    slot_id = open_slot(site_id, cast.supervisor, sign_up=SignUp.ASSIGNED)
    booking = give_slot(nurse, slot_id, trainee_id=cast.trainee)
    assert statuses(slot_id) == [[GIVEN]]
    assert (get_slot(slot_id).free, list_to_give().rows) == (0, ())
    with pytest.raises(RuleViolation, match="All places of this slot are taken"):
        give_slot(nurse, slot_id, trainee_id=other.id)
    assert notices(cast.trainee)[-1] == (
        f"Connie Njoroge gave you a place: {WHERE}. You are booked once this is cleared: Site induction"
    )
    assert notices(cast.supervisor) == [
        f"Amina Yusuf was given {WHERE}. You clear what is missing: Site induction",
    ]
    assert notices(cast.administrator) == []
    assert [(row.trainee_name, row.booking) for row in list_clearance_work(supervisor)] == [
        ("Amina Yusuf", "given, booked once everything is cleared")
    ]
    assert count_to_decide(nurse) == 0
    assert list_to_decide(nurse) == []
    assert load_sight(cast.trainee, cast.supervisor) == []
    page = get_slot_to_decide(nurse, slot_id)
    assert [each.name for each in page.given] == ["Amina Yusuf"]
    assert (page.asked, page.waiting) == ((), ())
    induct(supervisor, cast.trainee, induction)
    assert statuses(slot_id) == [[BOOKED]]
    assert notices(cast.trainee)[-1] == f"Everything is cleared and you are booked: {WHERE}"
    assert notices(cast.supervisor)[-1] == f"Amina Yusuf is booked with you: {WHERE}"
    assert {"booking.given", "site.cleared", "booking.cleared"} <= set(events(cast.trainee))
    given, cleared = list_decisions([booking.id])[booking.id]
    assert (given.waits_for, given.by_name) == (("Site induction",), "Connie Njoroge")
    assert (cleared.is_by_clearing, cleared.by_name, cleared.overrides) == (True, None, False)
    assert load_sight(cast.trainee, cast.supervisor) != []
    assert count_clearance_work(supervisor) == 0


def test_a_given_place_waits_for_everything_and_goes_to_the_next_when_it_is_cancelled(
    cast, site_id, nurse, trainee, other, supervisor, induction
):
    contract = asked_for(cast, site_id, "Honorary contract", ClearedBy.TRUST)
    slot_id = open_slot(site_id, cast.supervisor)
    given = give_slot(nurse, slot_id, trainee_id=cast.trainee)
    assert notices(cast.administrator) == [
        f"Amina Yusuf was given {WHERE}. You clear what is missing: Honorary contract"
    ]
    induct(supervisor, cast.trainee, induction)
    assert statuses(slot_id) == [[GIVEN]]
    assert ask_for_slot(other, slot_id).place == 1
    with pytest.raises(RuleViolation, match="It is given, not cleared yet"):
        decline_booking(nurse, given.id, reason="No.")
    with pytest.raises(RuleViolation, match="no longer waits"):
        approve_bookings(nurse, slot_id, bookings=[given.id])
    administrator = viewer_for(cast.administrator)
    services.record_clearance(administrator, other.id, contract, issued_on=TODAY)
    assert statuses(slot_id) == [[GIVEN, LISTED]]
    cancel_booking(trainee, given.id, reason="Ill.")
    assert statuses(slot_id) == [[BookingStatus.CANCELLED, LISTED]]  # Still without an induction.
    give_slot(nurse, open_slot(site_id, starts_at=STARTS + DAY), trainee_id=other.id)
    induct(supervisor, other.id, induction)
    assert statuses(slot_id) == [[BookingStatus.CANCELLED, BOOKED]]
    assert f"Everything is cleared and you are booked: {WHERE}" in notices(other.id)


def test_whoever_gave_it_despite_warnings_has_said_why_and_new_warnings_are_said_to_approvers(
    cast, site_id, nurse, trainee, supervisor, induction
):
    elsewhere = services.add_site(None, name="Wexcombe", setting="crisis-team").id
    ask_for_slot(trainee, open_slot(elsewhere, starts_at=STARTS + timedelta(hours=12)))
    slot_id, later = open_slot(site_id), open_slot(site_id, starts_at=STARTS + 7 * DAY)
    with pytest.raises(RuleViolation, match="Say why Amina Yusuf is booked despite the warnings"):
        give_slot(nurse, slot_id, trainee_id=cast.trainee)
    first = give_slot(nurse, slot_id, trainee_id=cast.trainee, reason="Rest is agreed.")
    second = give_slot(nurse, later, trainee_id=cast.trainee)
    ask_for_slot(trainee, open_slot(elsewhere, starts_at=STARTS + 7 * DAY - timedelta(hours=12)))
    induct(supervisor, cast.trainee, induction)
    assert statuses(slot_id, later) == [[BOOKED], [BOOKED]]
    booked = {
        each.booking_id: each
        for each in db.session.scalars(select(BookingDecision).where(BookingDecision.verdict == BookingVerdict.BOOKED))
    }
    given = db.session.scalars(select(BookingDecision).where(BookingDecision.booking_id == first.id)).first()
    assert (booked[first.id].overrides, booked[first.id].reason_id) == (True, given.reason_id)
    assert (booked[second.id].overrides, booked[second.id].reason_id) == (False, None)
    assert notices(nurse.id)[-1] == (
        "Amina Yusuf is booked as everything is cleared, and the checks now warn: "
        "Riverside crisis team, 9 December 2026"
    )


def test_a_first_come_slot_that_was_only_blocked_is_booked_or_put_on_the_list(
    cast, site_id, nurse, trainee, other, supervisor, induction
):
    free, full = open_slot(site_id), open_slot(site_id, starts_at=STARTS + 3 * DAY)
    asked = ask_for_slot(trainee, free)
    assert asked.words.endswith("You are booked as soon as everything is cleared, if a place is free then.")
    assert notices(cast.supervisor) == [f"Amina Yusuf asks for {WHERE}. You clear what is missing: Site induction"]
    ask_for_slot(trainee, full)
    assert statuses(free, full) == [[ASKED], [ASKED]]
    ask_for_slot(other, full)
    induct(supervisor, other.id, induction)
    assert statuses(free, full) == [[ASKED], [ASKED, BOOKED]]
    induct(supervisor, cast.trainee, induction)
    assert statuses(free, full) == [[BOOKED], [LISTED, BOOKED]]
    assert notices(cast.trainee)[-2:] == [
        f"Everything is cleared and you are booked: {WHERE}",
        "Everything is cleared, all places are taken and you are number 1 on the waiting list: "
        "Riverside crisis team, 5 December 2026",
    ]


def test_about_other_slots_the_approvers_are_told_that_nothing_blocks_any_more(
    cast, site_id, nurse, trainee, supervisor, induction
):
    slots = [open_slot(site_id, sign_up=SignUp.ON_REQUEST, starts_at=STARTS + n * DAY * 3) for n in range(2)]
    ask_by_wishes(trainee, ranks={slots[0]: 1, slots[1]: 2})
    assert notices(cast.supervisor) == [
        f"Amina Yusuf asks for 2 slots, the first at {WHERE}. You clear what is missing: Site induction"
    ]
    before = len(notices(nurse.id))
    induct(supervisor, cast.trainee, induction)
    assert statuses(*slots) == [[ASKED], [ASKED]]
    assert notices(nurse.id)[before:] == [f"Nothing blocks Amina Yusuf any more in 2 slots, the first at {WHERE}"]
    services.record_clearance(supervisor, cast.trainee, induction, issued_on=TODAY - DAY)
    assert len(notices(nurse.id)) == before + 1  # It did not hold anything up again.


def test_a_check_of_the_trust_sets_free_what_it_held_up(cast, site_id, supervisor):
    (person,) = add_trainees(cast, 1, cleared=False)
    clear(cast, person, without=CheckKind.OCCUPATIONAL_HEALTH)
    slot_id = open_slot(site_id)
    ask_for_slot(viewer_for(person), slot_id)
    assert notices(cast.administrator) == [
        f"Trainee 0 asks for {WHERE}. You clear what is missing: Occupational health clearance"
    ]
    administrator = viewer_for(cast.administrator)
    facts = {"check_kind": CheckKind.OCCUPATIONAL_HEALTH, "issued_on": TODAY}
    services.record_check(administrator, person, **facts, valid_until=STARTS.date() - DAY)
    assert statuses(slot_id) == [[ASKED]]
    services.record_check(administrator, person, **facts, valid_until=STARTS.date())
    assert statuses(slot_id) == [[BOOKED]]


def test_who_waits_moves_up_once_cleared_and_a_retired_requirement_frees_everybody_in_turn(
    cast, site_id, nurse, trainee, other, supervisor, induction
):
    slot_id, given = open_slot(site_id), open_slot(site_id, sign_up=SignUp.ASSIGNED, starts_at=STARTS + 5 * DAY)
    third = viewer_for(add_trainees(cast, 1)[0])
    ask_for_slot(trainee, slot_id)
    ask_for_slot(other, slot_id)
    give_slot(nurse, given, trainee_id=third.id)
    assert statuses(slot_id, given) == [[ASKED, ASKED], [GIVEN]]
    services.retire_requirement(viewer_for(cast.consultant_nurse, Permission.SLOT_MANAGE), induction)
    assert statuses(slot_id, given) == [[BOOKED, LISTED], [BOOKED]]
    assert notices(third.id)[-1] == "Everything is cleared and you are booked: Riverside crisis team, 7 December 2026"


def test_only_those_who_clear_see_the_list_ahead_and_who_lacks_it_stands_first(
    cast, site_id, nurse, trainee, supervisor, induction
):
    contract = asked_for(cast, site_id, "Honorary contract", ClearedBy.TRUST)
    administrator = viewer_for(cast.administrator)
    assert [each.id for each in list_own_requirements(supervisor)] == [induction]
    assert [each.id for each in list_own_requirements(administrator)] == [contract]
    assert list_own_requirements(nurse) == []
    for viewer, requirement in ((administrator, induction), (supervisor, contract), (nurse, induction)):
        with pytest.raises(NotFound):
            get_people_to_clear(viewer, requirement)
    assert get_people_to_clear(supervisor, induction).people == ()  # Nobody comes, and nobody is theirs.
    give_slot(nurse, open_slot(site_id), trainee_id=cast.trainee)
    (row,) = get_people_to_clear(supervisor, induction).people
    assert (row.name, row.is_held, row.comes_on) == ("Amina Yusuf", False, STARTS.date())
    services.record_clearance(administrator, cast.trainee_b, contract, issued_on=TODAY)
    people = get_people_to_clear(administrator, contract).people
    assert [(each.name, each.is_held) for each in people] == [("Amina Yusuf", False), ("Ben Carter", True)]
    services.record_clearance(administrator, cast.trainee, contract, issued_on=TODAY)


def test_to_whom_a_slot_may_be_given_is_shown_with_the_largest_gap_first(
    cast, site_id, nurse, trainee, other, induction, statements
):
    slot_id = open_slot(site_id)
    for each in range(2):
        give_slot(nurse, open_slot(site_id, starts_at=STARTS + (7 + each) * DAY), trainee_id=cast.trainee)
    gaps = {person: load_gaps([person])[person] for person in (cast.trainee, other.id)}
    assert sum(each.missing_minutes for each in gaps[cast.trainee]) < sum(
        each.missing_minutes for each in gaps[other.id]
    )
    page = get_slot_to_give(nurse, slot_id)
    assert [each.name for each in page.fit] == ["Ben Carter", "Amina Yusuf"]
    assert not any(each.has_led for each in page.fit)
    assert page.fit[0].checks.blocks[0].title == "Site induction"
    ask_for_slot(trainee, slot_id)
    page = get_slot_to_give(nurse, slot_id)
    assert page.unfit == (("Amina Yusuf", "There is a booking of this slot already: asked for."),)
    statements.clear()
    get_slot_to_give(nurse, slot_id)
    few = len(statements)
    add_trainees(cast, 3)
    statements.clear()
    assert len(get_slot_to_give(nurse, slot_id).fit) == 4
    assert len(statements) == few
