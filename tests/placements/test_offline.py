"""Carrying out what was entered without a signal, on both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.errors import AlreadyDone, RuleViolation
from lms.core.ids import new_id
from lms.identity.models import Person
from lms.identity.services import create_person, give_role, viewer_for
from lms.placements import queries, services
from lms.placements.models import ApprovalRequest, ApprovalRequestShift, Encounter, Shift, ShiftDraft
from lms.placements.rules.encounters import AgeBand, LegalFramework, Outcome
from lms.placements.rules.offline import (
    Agreed,
    Held,
    held_as_body,
    held_in,
    initials,
    matching_booking,
    read_sealed_shift,
    supervisor_meant,
)
from lms.placements.rules.planned import BookedTime
from lms.placements.rules.states import ApprovalWay, Status
from lms.placements.rules.times import Span, resolve_span
from lms.policy import Role
from lms.signing.models import RefusedSignature
from tests.factories.encounters import contact
from tests.factories.placements import DAY, add_site, answers, book, log, prepare

ANA, BEN, CAT, SITE, ELSEWHERE, SHIFT = (UUID(int=number) for number in range(1, 7))
BEGAN = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)

# --- Rules ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Amina Yusuf", "AY"),
        ("Cher", "C"),
        ("José de la Cruz", "JC"),
        ("amina  o’neill", "AO"),
        ("(Ann) Lee", "L"),
        ("", "?"),
    ],
)
def test_initials_are_the_first_and_the_last(name, expected):
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("booked", "last", "at_site", "anywhere", "expected"),
    [
        pytest.param(ANA, BEN, [], [ANA, BEN, CAT], ANA, id="the booking comes first"),
        pytest.param(None, BEN, [], [ANA, BEN, CAT], BEN, id="then whoever it was last time"),
        pytest.param(CAT, BEN, [ANA, BEN], [ANA, BEN, CAT], BEN, id="a site that names people takes no others"),
        pytest.param(CAT, None, [ANA], [ANA, CAT], ANA, id="the only one a site names"),
        pytest.param(None, CAT, [], [ANA, BEN], None, id="nobody who supervises no longer"),
        pytest.param(None, None, [ANA, BEN], [ANA, BEN], None, id="nobody is guessed"),
        pytest.param(None, None, [], [ANA], None, id="the only one anywhere is a guess too"),
    ],
)
def test_who_is_meant_as_supervisor(booked, last, at_site, anywhere, expected):
    assert supervisor_meant(booked, last, at_site, anywhere) == expected


def planned(hours_before, *, site_id=SITE, length=8):
    begins = BEGAN - timedelta(hours=hours_before)
    return BookedTime(new_id(), site_id, "Riverside", "crisis-team", begins, begins + timedelta(hours=length))


def test_a_shift_belongs_to_the_booking_it_shares_most_time_with_at_its_site():
    little, most, other_site = planned(7), planned(1), planned(0, site_id=ELSEWHERE)
    worked = Span(BEGAN, BEGAN + timedelta(hours=8))
    assert matching_booking([little, most, other_site], worked, SITE) is most
    assert matching_booking([planned(9), other_site], worked, SITE) is None


def test_what_a_draft_holds_comes_out_as_it_went_in():
    frameworks = (LegalFramework.SECTION_136, LegalFramework.CONVEYANCE)
    contacts = (contact(), contact(outcome=Outcome.CONVEYED, age_band=AgeBand.UNDER_18, frameworks=frameworks))
    for held in (Held(contacts, True, ANA), Held((), True), Held(contacts)):
        assert held_in(held_as_body(held)) == held
    assert held_in({"site_id": "x"}) == Held()
    assert Held(contacts, True).words.endswith("2 contacts and that your supervisor agreed.")
    assert Held().words == ""


def sent(**changes):
    entry = {"id": str(BEN), "sealed": "AAAA"}
    return {"id": str(SHIFT), "contacts": [entry], "end": {"id": str(CAT), "sealed": "BBBB"}, **changes}


def test_what_a_device_sends_is_read():
    found = read_sealed_shift(sent())
    assert (found.id, found.contacts[0].id, found.end.sealed) == (SHIFT, BEN, "BBBB")


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "shift",
        sent(id="no id"),
        sent(id=7),
        sent(contacts=None),
        sent(contacts=["AAAA"]),
        sent(contacts=[{"id": str(BEN), "sealed": 7}]),
        sent(contacts=[{"id": str(BEN), "sealed": "AAAA"}] * 101),
        sent(end={}),
        sent(end=None),
    ],
)
def test_anything_else_is_no_shift(wrong):
    with pytest.raises(RuleViolation):
        read_sealed_shift(wrong)


# --- Services, on both databases ---


@pytest.fixture
def site_id(context, cast):
    return prepare()


def log_offline(cast, site_id, *, contacts=(), agreed=None, body=None, draft_id=None, **changes):
    facts = answers(site_id, cast.supervisor, **{"note": "A calm day.", "no_identifiers": False, **changes})
    del facts["supervisor_id"]
    return services.log_offline(
        viewer_for(cast.trainee),
        draft_id=draft_id or new_id(),
        body=body or {"site_id": str(site_id)},
        span=resolve_span(facts["worked_on"], facts["starts"], facts["ends"]),
        contacts=contacts,
        agreed=agreed,
        **facts,
    )


def asked_of(shift_id):
    """Who was asked to confirm, and how."""
    request = db.session.scalars(
        select(ApprovalRequest)
        .join(ApprovalRequestShift, ApprovalRequestShift.request_id == ApprovalRequest.id)
        .where(ApprovalRequestShift.shift_id == shift_id)
    ).one()
    return request.supervisor_id, request.way


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def fact_of(cast, shift):
    return queries.get_shift(viewer_for(cast.trainee), shift.id).row.fact


@pytest.mark.both_databases
def test_the_supervisor_of_last_time_is_meant_and_asked_to_confirm(cast, site_id):
    log(cast.trainee, site_id, cast.supervisor, worked_on=DAY - timedelta(days=3))
    shift = log_offline(cast, site_id, contacts=[contact(), contact()], agreed=Agreed())
    assert shift.supervisor_id == cast.supervisor
    assert db.session.scalar(select(func.count()).where(Encounter.shift_id == shift.id)) == 2
    assert asked_of(shift.id) == (cast.supervisor, ApprovalWay.OFFLINE)
    assert fact_of(cast, shift).status is Status.UNCONFIRMED  # That somebody agreed counts for nothing yet.
    services.approve_shifts(viewer_for(cast.supervisor), [shift.id])
    assert fact_of(cast, shift).status is Status.APPROVED


@pytest.mark.both_databases
def test_the_supervisor_of_the_booking_is_meant_and_the_booking_is_logged(cast, site_id):
    booked = another_supervisor(cast)
    log(cast.trainee, site_id, cast.supervisor, worked_on=DAY - timedelta(days=3))
    booking_id = book(cast.trainee, site_id, BEGAN, supervisor_id=booked)
    shift = log_offline(cast, site_id)
    assert (shift.supervisor_id, shift.booking_id) == (booked, booking_id)
    assert count(ApprovalRequest) == 0


@pytest.mark.both_databases
def test_where_nobody_is_known_a_draft_holds_everything_until_somebody_is_chosen(cast, site_id):
    draft_id = new_id()
    draft = log_offline(cast, site_id, contacts=[contact(), contact()], agreed=Agreed(), draft_id=draft_id)
    assert isinstance(draft, ShiftDraft)
    assert (draft.id, count(Shift), count(Encounter)) == (draft_id, 0, 0)
    with pytest.raises(AlreadyDone):
        log_offline(cast, site_id, draft_id=draft_id)

    actor, facts = viewer_for(cast.trainee), answers(site_id, cast.supervisor)
    shift = services.send_shift(actor, draft.id, version=draft.version, body={"site_id": str(site_id)}, **facts)
    assert count(Encounter) == 2
    assert asked_of(shift.id) == (cast.supervisor, ApprovalWay.OFFLINE)
    assert queries.get_own_draft(actor, draft_id).body == {}


@pytest.mark.both_databases
def test_a_guest_who_agreed_is_asked_by_link_also_after_a_draft(cast, site_id):
    guest = Agreed("Nell Abara", "nell.abara@northmere-general.example")
    draft = log_offline(cast, site_id, agreed=guest)
    assert isinstance(draft, ShiftDraft)
    assert guest.name not in str(draft.body)
    assert guest.email not in str(draft.body)
    facts = answers(site_id, cast.supervisor)
    first = services.send_shift(viewer_for(cast.trainee), draft.id, version=draft.version, body={}, **facts)
    second = log_offline(cast, site_id, agreed=guest, worked_on=DAY - timedelta(days=1))
    nell = db.session.scalars(select(Person.id).where(Person.email == guest.email)).one()
    assert asked_of(first.id) == asked_of(second.id) == (nell, ApprovalWay.OFFLINE)
    assert second.supervisor_id == cast.supervisor


@pytest.mark.both_databases
def test_a_supervisor_who_is_named_by_address_supervised_it(cast, site_id):
    there = another_supervisor(cast)
    log(cast.trainee, site_id, cast.supervisor, worked_on=DAY - timedelta(days=3))
    shift = log_offline(cast, site_id, agreed=Agreed("Moira", "moira.finlay@example.org"))
    assert shift.supervisor_id == there
    assert asked_of(shift.id) == (there, ApprovalWay.OFFLINE)


@pytest.mark.both_databases
def test_what_is_refused_leaves_nothing_and_an_address_of_ones_own_leaves_a_trace(cast, site_id):
    log(cast.trainee, site_id, cast.supervisor, worked_on=DAY - timedelta(days=3))
    before = count(Shift)
    with pytest.raises(RuleViolation, match="does not supervise") as refused:
        log_offline(cast, site_id, contacts=[contact()], agreed=Agreed("Asha", "asha.patel@example.org"))
    assert refused.value.field == "email"
    with pytest.raises(RuleViolation, match="this address is yours"):
        log_offline(cast, site_id, contacts=[contact()], agreed=Agreed("Me", "amina.yusuf@example.org"))
    neither = contact(frameworks=(LegalFramework.NONE, LegalFramework.CONSENT))
    with pytest.raises(RuleViolation):
        log_offline(cast, site_id, contacts=[contact(), neither])
    with pytest.raises(RuleViolation, match="overlaps"):
        log_offline(cast, site_id, contacts=[contact()], worked_on=DAY - timedelta(days=3))
    with pytest.raises(RuleViolation, match="NHS number"):
        log_offline(cast, add_site("Quayside").id, note="943 476 5919")
    assert (count(Shift), count(Encounter), count(ApprovalRequest), count(ShiftDraft)) == (before, 0, 0, 0)
    assert count(RefusedSignature) == 1


def another_supervisor(cast):
    found = create_person(None, name="Moira Finlay", email="moira.finlay@example.org", organisation_id=cast.trust)
    give_role(None, person_id=found.id, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test")
    return found.id
