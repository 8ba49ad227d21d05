from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import record
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.ids import new_id
from lms.identity.models import Person
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Mail, Notice
from lms.notifications.services import facts_of
from lms.placements import queries, services
from lms.placements.models import Booking, BookingDecision, Slot
from lms.placements.rules.planning import terms_of
from lms.placements.rules.slots import BookingVerdict, ClearedBy, SignUp, SlotState
from lms.policy import Role
from tests.factories.placements import add_site, prepare
from tests.factories.slots import SLOT_DAY, make_series, make_slot

pytestmark = pytest.mark.both_databases
UNTIL = date(2026, 12, 22)


@pytest.fixture
def site_id(context, cast):
    return prepare()


@pytest.fixture
def nurse(cast, site_id):
    return viewer_for(cast.consultant_nurse)


def book(slot_id, trainee_id, *verdicts):
    """A booking with decisions on it, as rows: what becomes of it belongs elsewhere."""
    with transaction() as session:
        booking = Booking(slot_id=slot_id, trainee_id=trainee_id, by_id=trainee_id, role=Role.TRAINEE)
        session.add(booking)
        session.flush()
        decisions = [BookingDecision(booking_id=booking.id, verdict=verdict) for verdict in verdicts]
        session.add_all(decisions)
        record(None, "booking.cancelled", booking, *decisions, about=trainee_id)
    return booking.id


def notices(person_id):
    return [notice.text for notice in db.session.scalars(select(Notice).where(Notice.person_id == person_id))]


def events(chain=SERVICE_CHAIN):
    return list(
        db.session.scalars(select(LedgerEntry.event).where(LedgerEntry.chain == chain).order_by(LedgerEntry.seq))
    )


def save(actor, slot_id, *, later=False, version=None, on=None, **changes):
    row = queries.get_slot(slot_id)
    return services.change_slot(
        actor,
        slot_id,
        version=row.version if version is None else version,
        on=on or row.fact.on,
        terms=replace(terms_of(row.fact), **changes),
        later=later,
    )


def test_a_series_shares_an_id_and_its_supervisor_is_told_once(cast, nurse, site_id):
    slots = make_series(nurse.id, site_id, until=UNTIL, supervisor_id=cast.supervisor, closes_days=2)
    assert len({slot.series_id for slot in slots}) == 1
    assert slots[0].series_id is not None
    assert [slot.closes_at.date() for slot in slots[:2]] == [date(2026, 11, 30), date(2026, 12, 7)]
    assert notices(cast.supervisor) == ["You are named as supervisor of 4 slots at Riverside crisis team"]
    assert events()[-1] == "slot.made"
    assert make_slot(nurse.id, site_id).series_id is None


def test_only_those_who_supervise_at_the_site_may_be_named(cast, nurse, site_id):
    other = add_site("Other base")
    give_role(None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=other.id, cause="There")
    assert make_slot(nurse.id, site_id, supervisor_id=cast.supervisor)  # This site names nobody.
    give_role(None, person_id=cast.assessor, role=Role.SUPERVISOR, scope_id=site_id, cause="Here")
    with pytest.raises(RuleViolation, match="supervises at Riverside crisis team"):
        make_slot(nurse.id, site_id, supervisor_id=cast.supervisor)
    with pytest.raises(RuleViolation):
        make_slot(nurse.id, site_id, supervisor_id=cast.trainee)


def test_a_closed_site_offers_nothing_until_it_is_open_again(nurse, site_id, clock):
    slot = make_slot(nurse.id, site_id)
    window = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert [row.fact.id for row in queries.list_open_slots(*window, now=now())] == [slot.id]
    services.close_site(nurse, site_id)
    assert queries.list_open_slots(*window, now=now()) == []
    for call, words in ((services.close_site, "closed already"), (make_slot, "is closed")):
        with pytest.raises(RuleViolation, match=words):
            call(nurse if call is services.close_site else nurse.id, site_id)
    services.reopen_site(nurse, site_id)
    assert len(queries.list_open_slots(*window, now=now())) == 1
    with pytest.raises(RuleViolation, match="open already"):
        services.reopen_site(nurse, site_id)


def test_trainees_see_what_is_shown_and_in_its_window_only(nurse, site_id, clock):
    make_slot(nurse.id, site_id, sign_up=SignUp.ASSIGNED)
    later = make_slot(nurse.id, site_id, opens_on=date(2026, 11, 25), closes_days=3)
    cancelled = make_slot(nurse.id, site_id)
    services.cancel_slot(nurse, cancelled.id, reason="Not staffed.")
    window = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

    def shown():
        return [row.fact.id for row in queries.list_open_slots(*window, now=now())]

    assert shown() == []
    clock.set(datetime(2026, 11, 25, 0, 1, tzinfo=UTC))
    assert shown() == [later.id]
    clock.set(datetime(2026, 11, 29, 0, 1, tzinfo=UTC))
    assert shown() == []


def test_places_taken_count_the_latest_decision(cast, nurse, site_id):
    slot = make_slot(nurse.id, site_id, capacity=2)
    book(slot.id, cast.trainee, BookingVerdict.WAITING_LIST, BookingVerdict.BOOKED)
    book(slot.id, cast.trainee_b, BookingVerdict.BOOKED, BookingVerdict.SWAPPED)
    row = queries.get_slot(slot.id)
    assert (row.taken, row.free, row.state(now())) == (1, 1, SlotState.OPEN)
    assert [each.trainee_id for each in queries.list_standing([slot.id])] == [cast.trainee]
    book(slot.id, cast.trainee_b)
    assert [each.verdict for each in queries.list_standing([slot.id])] == [BookingVerdict.BOOKED, None]
    assert queries.get_slot(slot.id).taken == 1


def test_names_of_the_booked_are_for_those_who_see_them(cast, nurse, site_id):
    slot = make_slot(nurse.id, site_id, capacity=2)
    book(slot.id, cast.trainee, BookingVerdict.BOOKED)
    assert [row.name for row in queries.list_people(nurse, slot.id).rows] == ["Amina Yusuf"]
    stranger = replace(viewer_for(cast.stranger), roles=frozenset({Role.CONSULTANT_NURSE}))
    people = queries.list_people(stranger, slot.id)
    assert (people.rows, people.others) == ((), 1)


def test_one_slot_of_a_series_is_changed_alone(cast, nurse, site_id):
    slots = make_series(nurse.id, site_id, until=UNTIL)
    book(slots[1].id, cast.trainee, BookingVerdict.BOOKED)
    ids = [slot.id for slot in slots]
    save(nurse, ids[1], starts=time(9), on=date(2026, 12, 9))
    rows = [queries.get_slot(each) for each in ids]
    assert [terms_of(row.fact).starts for row in rows] == [time(8, 30), time(9), time(8, 30), time(8, 30)]
    assert rows[1].fact.on == date(2026, 12, 9)
    words = "Your placement at Riverside crisis team is at another time: on 9 December 2026, 09:00 to 16:00"
    assert notices(cast.trainee) == [f"{words}. The checks now warn"]  # Nothing is cleared yet.


def test_later_slots_take_only_what_is_changed_and_earlier_ones_nothing(cast, nurse, site_id):
    ids = [slot.id for slot in make_series(nurse.id, site_id, until=UNTIL)]
    save(nurse, ids[3], capacity=4)
    services.cancel_slot(nurse, ids[2], reason="Not staffed.")
    for each in (ids[1], ids[3]):
        book(each, cast.trainee, BookingVerdict.BOOKED)
    changed = save(nurse, ids[1], later=True, ends=time(17), supervisor_id=cast.supervisor)
    assert {slot.id for slot in changed} == {ids[1], ids[3]}
    rows = [queries.get_slot(each) for each in ids]
    assert [terms_of(row.fact).ends for row in rows] == [time(16), time(17), time(16), time(17)]
    assert [row.fact.capacity for row in rows] == [1, 1, 1, 4]
    assert len(notices(cast.trainee)) == 1
    assert notices(cast.supervisor) == [
        "2 slots you supervise were changed at Riverside crisis team, from 8 December 2026 on"
    ]
    with pytest.raises(RuleViolation, match="one slot at a time"):
        save(nurse, ids[1], later=True, on=date(2026, 12, 9))


def test_a_change_without_another_time_tells_no_trainee(cast, nurse, site_id):
    slot = make_slot(nurse.id, site_id)
    book(slot.id, cast.trainee, BookingVerdict.BOOKED)
    save(nurse, slot.id, capacity=3)
    assert notices(cast.trainee) == []


def test_a_stale_save_is_refused_and_says_what_is_stored(nurse, site_id):
    slot_id = make_slot(nurse.id, site_id, closes_days=2).id
    version = queries.get_slot(slot_id).version
    save(nurse, slot_id, capacity=3, opens_on=date(2026, 11, 20))
    with pytest.raises(Stale) as refusal:
        save(nurse, slot_id, version=version, capacity=5)
    assert refusal.value.theirs == {
        "first_on": "1 12 2026",
        "starts": "08:30",
        "ends": "16:00",
        "capacity": "3",
        "supervisor_id": "",
        "sign_up": "Booked at once, first come, first served",
        "opens_on": "20 11 2026",
        "closes_days": "2",
    }
    assert queries.get_slot(slot_id).fact.capacity == 3


def test_places_that_are_booked_are_not_taken_away_and_what_has_begun_stays(cast, nurse, site_id, clock):
    slot_id = make_slot(nurse.id, site_id, capacity=2).id
    for trainee in (cast.trainee, cast.trainee_b):
        book(slot_id, trainee, BookingVerdict.BOOKED)
    with pytest.raises(RuleViolation, match="2 places are booked"):
        save(nurse, slot_id, capacity=1)
    clock.set(datetime(2026, 12, 1, 8, 30, tzinfo=UTC))
    for call in (lambda: save(nurse, slot_id, capacity=3), lambda: services.cancel_slot(nurse, slot_id, reason="Late")):
        with pytest.raises(RuleViolation, match="has begun"):
            call()
    with pytest.raises(NotFound):
        services.cancel_slot(nurse, new_id(), reason="Nothing")


def test_cancelling_tells_everybody_once_and_keeps_what_was_decided(cast, nurse, site_id):
    slot_id = make_slot(nurse.id, site_id, capacity=1, supervisor_id=cast.supervisor).id
    book(slot_id, cast.trainee, BookingVerdict.BOOKED)
    book(slot_id, cast.trainee_b)
    with pytest.raises(RuleViolation, match="Say why"):
        services.cancel_slot(nurse, slot_id, reason="  ")
    services.cancel_slot(nurse, slot_id, reason="The team moves that day.")
    for trainee in (cast.trainee, cast.trainee_b):
        (told,) = notices(trainee)
        assert "cancel" in told
        assert events(trainee)[-1] == "booking.cancelled"
        (mail,) = db.session.scalars(select(Mail).where(Mail.person_id == trainee))
        assert (mail.template, facts_of(mail)) == ("slot-cancelled", {"url": f"/placements/slots/{slot_id}"})
    assert "The slot at Riverside crisis team on 1 December 2026 is cancelled" in notices(cast.supervisor)
    decisions = db.session.scalars(select(BookingDecision).order_by(BookingDecision.recorded_at)).all()
    assert [each.verdict for each in decisions].count(BookingVerdict.CANCELLED) == 2
    assert {each.role for each in decisions if each.verdict is BookingVerdict.CANCELLED} == {Role.CONSULTANT_NURSE}
    assert queries.list_standing([slot_id]) == []
    assert queries.get_slot(slot_id).state(now()) is SlotState.CANCELLED
    with pytest.raises(RuleViolation, match="cancelled already"):
        services.cancel_slot(nurse, slot_id, reason="Again")
    with pytest.raises(RuleViolation, match="cancelled already"):
        save(nurse, slot_id, capacity=2)


def test_the_rest_of_a_series_is_cancelled_with_one_reason_and_each_is_told_once(cast, nurse, site_id):
    ids = [slot.id for slot in make_series(nurse.id, site_id, until=UNTIL, supervisor_id=cast.supervisor)]
    book(ids[3], cast.trainee, BookingVerdict.BOOKED)
    made = services.cancel_slot(nurse, ids[1], reason="The team closes.", later=True)
    assert [each.slot_id for each in made] == ids[1:]
    assert len({each.reason_id for each in made}) == 1
    states = [queries.get_slot(each).fact.is_cancelled for each in ids]
    assert states == [False, True, True, True]
    assert queries.list_standing(ids) == []
    assert notices(cast.supervisor).count("3 slots at Riverside crisis team from 8 December 2026 on are cancelled") == 1
    assert len(notices(cast.trainee)) == 1


# --- Before the placement ---


@pytest.fixture
def administrator(cast, site_id):
    return viewer_for(cast.administrator)


def add_requirement(actor, site_id, title="Site induction", by=ClearedBy.SITE, days=365):
    return services.add_requirement(actor, site_id, title=title, cleared_by=by, valid_days=days).id


def blocks(trainee_id, slot_id):
    return [block.title for block in queries.find_blocks([trainee_id], queries.get_slot(slot_id).fact)[trainee_id]]


def test_a_supervisor_of_the_site_clears_for_those_who_come_there(cast, nurse, site_id):
    slot_id = make_slot(nurse.id, site_id).id
    induction = add_requirement(nurse, site_id)
    give_role(None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=site_id, cause="Here")
    supervisor = viewer_for(cast.supervisor)
    facts = {"issued_on": date(2026, 11, 18)}
    with pytest.raises(NotFound):  # Nobody they see, and nobody who comes to the site.
        services.record_clearance(supervisor, cast.trainee, induction, **facts)
    book(slot_id, cast.trainee)
    assert [(row.trainee_name, row.block.title) for row in queries.list_clearance_work(supervisor)] == [
        ("Amina Yusuf", "Site induction")
    ]
    for name in ("administrator", "assessor", "consultant_nurse", "trainee"):
        with pytest.raises(NotFound):
            services.record_clearance(viewer_for(getattr(cast, name)), cast.trainee, induction, **facts)
    assert "Site induction" in blocks(cast.trainee, slot_id)
    row = services.record_clearance(supervisor, cast.trainee, induction, **facts)
    assert (row.valid_until, row.role) == (date(2027, 11, 17), Role.SUPERVISOR)
    assert "Site induction" not in blocks(cast.trainee, slot_id)
    assert queries.list_clearance_work(supervisor) == []
    assert notices(cast.trainee) == ["Sam Okoro recorded Site induction for Riverside crisis team"]
    assert events(cast.trainee)[-1] == "site.cleared"


def test_the_administrator_clears_for_the_trust_and_corrects_with_a_reason(cast, nurse, administrator, site_id):
    slot_id = make_slot(nurse.id, site_id).id
    contract = add_requirement(nurse, site_id, "Honorary contract", ClearedBy.TRUST, None)
    book(slot_id, cast.trainee)
    waiting = {row.block.title for row in queries.list_clearance_work(administrator)}
    assert waiting == {
        "Honorary contract",
        "Professional registration",
        "Criminal record check",
        "Statutory training",
        "Occupational health clearance",
    }
    first = services.record_clearance(administrator, cast.trainee, contract, issued_on=date(2026, 11, 1))
    assert "Honorary contract" not in blocks(cast.trainee, slot_id)
    facts = {"issued_on": date(2026, 11, 1), "valid_until": date(2026, 11, 30), "supersedes_id": first.id}
    with pytest.raises(RuleViolation, match="Say why"):
        services.record_clearance(administrator, cast.trainee, contract, **facts)
    services.record_clearance(administrator, cast.trainee, contract, **facts, reason="It ends with the month.")
    assert "Honorary contract" in blocks(cast.trainee, slot_id)
    page = queries.get_to_clear(administrator, cast.trainee, contract)
    assert [row.replaced for row in page.rows] == [False, True]
    with pytest.raises(NotFound):
        services.record_clearance(administrator, cast.trainee, contract, **facts, reason="Twice")


def test_what_blocked_is_seen_as_it_was_known(cast, nurse, administrator, site_id, clock):
    slot = make_slot(nurse.id, site_id)
    contract = add_requirement(nurse, site_id, "Honorary contract", ClearedBy.TRUST, None)
    then = now()
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    services.record_clearance(administrator, cast.trainee, contract, issued_on=date(2026, 11, 1))
    own = select(Person.id).where(Person.id == cast.trainee)
    fact = queries.get_slot(slot.id).fact

    def titles(known_at):
        return [block.title for block in queries.load_blocks(own, [fact], known_at=known_at)[cast.trainee][slot.id]]

    assert "Honorary contract" in titles(then)
    assert "Honorary contract" not in titles(now())
    services.retire_requirement(nurse, contract)
    assert "Honorary contract" in titles(then)


def test_a_retired_requirement_blocks_nobody_and_is_not_changed(cast, nurse, site_id):
    slot_id = make_slot(nurse.id, site_id).id
    induction = add_requirement(nurse, site_id)
    with pytest.raises(RuleViolation, match="already"):
        add_requirement(nurse, site_id, "site induction")
    services.retire_requirement(nurse, induction)
    assert "Site induction" not in blocks(cast.trainee, slot_id)
    version = queries.get_requirement(induction).version
    change = {"title": "Other", "cleared_by": ClearedBy.SITE, "valid_days": None}
    with pytest.raises(RuleViolation, match="any more"):
        services.change_requirement(nurse, induction, version=version, **change)
    again = add_requirement(nurse, site_id)  # The name is free again.
    old = queries.get_requirement(again).version
    services.change_requirement(nurse, again, version=old, **change)
    with pytest.raises(Stale) as refusal:
        services.change_requirement(nurse, again, version=old, **change)
    assert refusal.value.theirs["title"] == "Other"


def test_blocks_take_the_same_statements_for_one_and_for_many(cast, nurse, site_id, statements):
    add_requirement(nurse, site_id)
    slots = make_series(nurse.id, site_id, until=UNTIL)
    facts = [queries.get_slot(slot.id).fact for slot in slots]
    taken = []
    for people, some in (([cast.trainee], facts[:1]), ([cast.trainee, cast.trainee_b], facts)):
        chosen = select(Person.id).where(Person.id.in_(people))
        statements.clear()
        found = queries.load_blocks(chosen, some, known_at=now())
        taken.append(len(statements))
        assert found.keys() == set(people)
        assert all(len(each) == len(some) for each in found.values())
    assert taken[0] == taken[1]


def test_a_slot_is_stored_once_for_each_day(nurse, site_id):
    make_series(nurse.id, site_id, until=UNTIL, starts=time(19), ends=time(7))
    rows = queries.list_slots(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 15, 0, tzinfo=UTC), site_id=site_id)
    assert [row.fact.on for row in rows] == [SLOT_DAY, date(2026, 12, 8)]
    assert {row.fact.span.minutes for row in rows} == {720}
    assert (
        queries.list_slots(datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), setting="perinatal")
        == []
    )
    assert len(db.session.scalars(select(Slot.id)).all()) == 4
