from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.audit.queries import verify
from lms.audit.rules import signing_key
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.ids import new_id
from lms.identity import queries as identity
from lms.identity import services as people
from lms.identity.models import Organisation, Person
from lms.identity.rules import OrganisationKind, TokenKind
from lms.identity.services.sign_in import find_token
from lms.notifications.models import Mail
from lms.notifications.services import facts_of
from lms.policy import Permission, Role, Viewer
from lms.signing import queries, services
from lms.signing.models import GuestCheck, KnownDomain, PersonJoin
from lms.signing.rules import Purpose, Refusal, Refused
from lms.signing.rules.guests import GuestVerdict
from tests.cast import Cast
from tests.conftest import MOMENT, FrozenClock
from tests.statements import count_statements

pytestmark = [pytest.mark.usefixtures("context")]
ACCEPTED, REFUSED = GuestVerdict.ACCEPTED, GuestVerdict.REFUSED
ADDRESS = "greta@northmere-general.example"


def guest(email: str | None = ADDRESS, name: str = "Greta Holm", number: str = "77A1234E") -> UUID:
    return people.create_guest(None, name=name, profession="Nurse", registration_number=number, email=email).id


@pytest.fixture
def administrator(cast: Cast) -> Viewer:
    """An administrator of a service that knows one hospital."""
    actor = people.viewer_for(cast.administrator)
    services.add_domain(actor, domain="northmere-general.example", name="Northmere General Hospital")
    return actor


def accept(actor: Viewer, person_id: UUID) -> GuestCheck:
    return services.check_guest(actor, person_id, ACCEPTED, registration_checked=True)


def counting() -> frozenset[UUID]:
    return queries.load_guests(known_at=MOMENT + timedelta(days=1)).checked


def test_a_guest_counts_from_the_moment_they_are_accepted(administrator: Viewer, clock: FrozenClock) -> None:
    person = guest()
    clock.set(MOMENT + timedelta(hours=1))
    check = accept(administrator, person)
    assert queries.load_guests(known_at=MOMENT).checked == frozenset()
    assert queries.load_guests(known_at=MOMENT + timedelta(hours=1)).checked == {person}
    hospital = db.session.get_one(Organisation, check.organisation_id)
    assert (hospital.name, hospital.organisation_kind) == ("Northmere General Hospital", OrganisationKind.PARTNER)
    assert (check.role, check.checked_by_id) == (Role.ADMINISTRATOR, administrator.id)
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "guest.checked")).one()
    assert (entry.role, len(entry.items)) == ("administrator", 1)


def test_the_latest_decision_speaks(administrator: Viewer, clock: FrozenClock) -> None:
    person = guest()
    accept(administrator, person)
    clock.set(MOMENT + timedelta(hours=1))
    services.check_guest(administrator, person, REFUSED, reason="The ward does not know her")
    assert queries.load_guests(known_at=MOMENT).checked == {person}
    assert counting() == frozenset()
    clock.set(MOMENT + timedelta(hours=2))
    accept(administrator, person)
    assert counting() == {person}


def test_without_an_address_at_a_known_organisation_nobody_is_accepted(administrator: Viewer) -> None:
    for email, words in ((None, "no address"), ("greta@elsewhere.example", "not at a known")):
        person = guest(email)
        with pytest.raises(RuleViolation, match=words):
            accept(administrator, person)
    assert db.session.scalars(select(GuestCheck)).all() == []


def test_a_reason_is_free_text_and_may_not_identify(administrator: Viewer) -> None:
    person = guest()
    with pytest.raises(RuleViolation, match="phone number"):
        services.check_guest(administrator, person, REFUSED, reason="Rang her on 07700 900123, no answer")
    services.check_guest(
        administrator, person, REFUSED, reason="Rang her on 07700 900123, no answer", no_identifiers=True
    )


def test_an_account_or_nobody_is_not_checked(administrator: Viewer, cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="already has an account"):
        accept(administrator, cast.assessor)
    with pytest.raises(NotFound):
        accept(administrator, new_id())


def test_details_are_completed_before_a_guest_is_accepted(administrator: Viewer) -> None:
    person = guest(None, number="")
    said = {"name": "Greta Holm", "profession": "Nurse", "email": f" {ADDRESS.upper()} ", "registration_number": "77A1"}
    version = queries.get_guest(administrator, person).version
    people.update_guest(administrator, person, version=version, **said)
    assert accept(administrator, person).registration_checked
    with pytest.raises(Stale) as caught:
        people.update_guest(administrator, person, version=version, **said)
    assert caught.value.theirs["email"] == ADDRESS
    other = guest("another@northmere-general.example")
    version = queries.get_guest(administrator, other).version
    with pytest.raises(RuleViolation, match="A guest left this"):
        people.update_guest(administrator, other, version=version, **said)
    with pytest.raises(RuleViolation, match="already has an account"):
        people.update_guest(administrator, other, version=version, **{**said, "email": "asha.patel@example.org"})
    with pytest.raises(NotFound):
        people.update_guest(administrator, administrator.id, version=1, **said)


def test_an_accepted_guest_becomes_an_assessor_once(administrator: Viewer, cast: Cast) -> None:
    person = guest()
    with pytest.raises(RuleViolation, match="Accept the guest"):
        services.open_guest_account(administrator, person)
    accept(administrator, person)
    services.open_guest_account(administrator, person)
    row = db.session.get_one(Person, person)
    assert not row.is_guest
    assert db.session.get_one(Organisation, row.organisation_id).name == "Northmere General Hospital"
    assert people.viewer_for(person).may(Permission.ASSESSMENT_COMPLETE)
    mail = db.session.scalars(select(Mail).where(Mail.person_id == person)).one()
    assert mail.template == "invitation"
    assert find_token(facts_of(mail)["url"].rpartition("/")[2], TokenKind.INVITATION) is not None
    with pytest.raises(RuleViolation, match="already has an account"):
        services.open_guest_account(administrator, person)
    assert counting() == {person}, "what they signed as a guest goes on counting"
    with pytest.raises(NotFound):
        queries.get_guest(administrator, person)


def test_a_failed_account_leaves_a_guest(administrator: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    person = guest()
    accept(administrator, person)

    def fail(*_: object) -> str:
        raise RuntimeError("no mail today")

    monkeypatch.setattr(people, "invite", fail)
    with pytest.raises(RuntimeError, match="no mail today"):
        services.open_guest_account(administrator, person)
    db.session.expire_all()
    assert db.session.get_one(Person, person).is_guest
    assert identity.roles_of(person) == frozenset()


def test_joined_entries_are_read_as_one_from_the_moment_it_is_said(
    administrator: Viewer, cast: Cast, clock: FrozenClock
) -> None:
    first, second = guest(), guest(None)
    clock.set(MOMENT + timedelta(hours=1))
    services.join_people(administrator, second, first, reason="The same number in the register")
    clock.set(MOMENT + timedelta(hours=2))
    services.join_people(administrator, first, cast.trainee, reason="It is the trainee's own second address")
    assert queries.load_guests(known_at=MOMENT).joined == {}
    assert queries.load_guests(known_at=MOMENT + timedelta(hours=1)).joined == {second: first}
    assert queries.load_guests(known_at=MOMENT + timedelta(hours=2)).joined == {
        first: cast.trainee,
        second: cast.trainee,
    }
    assert queries.list_guests(administrator) == []
    assert {first, second}.isdisjoint(entry.id for entry in queries.list_entries(administrator))


def test_joining_leaves_a_trail_and_deletes_nothing(administrator: Viewer, cast: Cast, tmp_path: Path) -> None:
    first, second = guest(), guest(None)
    join = services.join_people(administrator, second, first, reason="The same number in the register")
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "guest.joined")).one()
    assert (entry.actor_id, entry.role) == (administrator.id, "administrator")
    assert [item["schema"] for item in entry.items] == ["person-join/1", "text-body/1"]
    assert db.session.get_one(Person, second).name == "Greta Holm"
    assert db.session.get_one(PersonJoin, join.id).from_id == second
    assert verify(tmp_path, signing_key("", "only for these tests")).breaks == []


def test_what_was_said_of_one_entry_is_not_said_twice_or_in_a_ring(administrator: Viewer, cast: Cast) -> None:
    first, second, third = guest(), guest(None), guest(None)
    services.join_people(administrator, second, first, reason="Same person")
    for source, into in ((second, third), (third, second), (first, second), (first, first)):
        with pytest.raises(RuleViolation):
            services.join_people(administrator, source, into, reason="Same person")
    with pytest.raises(NotFound):
        services.join_people(administrator, third, new_id(), reason="Same person")
    with pytest.raises(RuleViolation, match="already has an account"):
        accept(administrator, second)


def test_a_guest_joined_with_an_account_counts_and_with_an_unchecked_guest_does_not(
    administrator: Viewer, cast: Cast, clock: FrozenClock
) -> None:
    one, two, three = guest(), guest(None), guest(None)
    services.join_people(administrator, one, cast.assessor, reason="Signed on the spot before she had a PIN")
    services.join_people(administrator, two, three, reason="Same person")
    assert counting() == {one}


def test_an_account_that_began_as_a_guest_counts_only_from_its_check_on(
    administrator: Viewer, clock: FrozenClock
) -> None:
    one, two = guest(), guest(None)
    services.join_people(administrator, two, one, reason="Same person")
    clock.set(MOMENT + timedelta(hours=1))
    accept(administrator, one)
    services.open_guest_account(administrator, one)
    assert queries.load_guests(known_at=MOMENT + timedelta(minutes=59)).checked == frozenset()
    assert queries.load_guests(known_at=MOMENT + timedelta(hours=1)).checked == {one, two}


def test_guests_wait_until_somebody_decided(administrator: Viewer, cast: Cast) -> None:
    first, second, third = guest(), guest(None, name="Ada Zink"), guest(None, name="Bo Berg")
    assert queries.count_to_check(administrator) == 3
    accept(administrator, first)
    services.join_people(administrator, third, second, reason="Same person")
    assert queries.count_to_check(administrator) == 1
    assert [(row.entry.id, row.verdict) for row in queries.list_guests(administrator)] == [
        (second, None),
        (first, ACCEPTED),
    ]
    page = queries.get_guest(administrator, first)
    assert [(check.by_name, check.organisation) for check in page.checks] == [
        ("Adam Reed", "Northmere General Hospital")
    ]
    with pytest.raises(NotFound):
        queries.get_guest(administrator, third)


def test_a_domain_is_known_once_removed_and_known_again(administrator: Viewer, cast: Cast) -> None:
    with pytest.raises(RuleViolation, match="known already"):
        services.add_domain(administrator, domain="@Northmere-General.example", organisation_id=cast.trust)
    row = db.session.scalars(select(KnownDomain)).one()
    person = guest()
    accept(administrator, person)
    services.remove_domain(administrator, row.id)
    assert queries.find_organisation(ADDRESS) is None
    assert counting() == {person}, "who was accepted stays accepted"
    with pytest.raises(NotFound):
        services.remove_domain(administrator, row.id)
    services.add_domain(administrator, domain="northmere-general.example", organisation_id=cast.university_a)
    assert queries.find_organisation(ADDRESS) == cast.university_a
    assert [each.organisation for each in queries.list_domains(administrator)] == ["University of Northmere"]


def test_a_domain_needs_an_organisation(administrator: Viewer) -> None:
    with pytest.raises(RuleViolation, match="enter the name") as caught:
        services.add_domain(administrator, domain="elsewhere.example")
    assert caught.value.field == "name"
    with pytest.raises(RuleViolation, match="from the list"):
        services.add_domain(administrator, domain="elsewhere.example", organisation_id=new_id())
    assert [each.domain for each in queries.list_domains(administrator)] == ["northmere-general.example"]


def test_no_role_of_a_university_is_held_at_a_partner(administrator: Viewer, cast: Cast) -> None:
    hospital = queries.find_organisation(ADDRESS)
    assert hospital is not None
    with pytest.raises(RuleViolation, match="role at a university"):
        people.give_role(
            administrator, person_id=cast.stranger, role=Role.EDUCATOR, scope_id=hospital, cause="Joined the team"
        )


@pytest.mark.both_databases
def test_who_was_accepted_with_other_details_is_checked_again(administrator: Viewer, clock: FrozenClock) -> None:
    person = guest()
    said = {"name": "Greta Holm", "email": ADDRESS, "profession": "Nurse", "registration_number": "77A1234E"}

    def change(hours: int, **changes: str) -> None:
        clock.set(MOMENT + timedelta(hours=hours))
        version = queries.get_guest(administrator, person).version
        services.update_guest(administrator, person, version=version, **{**said, **changes})

    def counts(hours: int) -> bool:
        return person in queries.load_guests(known_at=MOMENT + timedelta(hours=hours)).checked

    change(0, profession="")
    assert queries.get_guest(administrator, person).checks == [], "nobody had accepted anything"
    change(0)
    accept(administrator, person)
    change(1, name="Greta Holm-Berg")
    assert counts(1), "a spelling is no new person"
    change(2, email="holm@northmere-general.example")
    assert not counts(2)
    assert queries.count_to_check(administrator) == 1
    assert [row.waits for row in queries.list_guests(administrator)] == [True]
    with pytest.raises(RuleViolation, match="Accept the guest"):
        services.open_guest_account(administrator, person)
    change(2, email=ADDRESS)
    assert not counts(2), "nor does the old address count before somebody has looked"
    clock.set(MOMENT + timedelta(hours=3))
    accept(administrator, person)
    change(4, registration_number="99Z9999Z")
    assert [counts(hours) for hours in range(5)] == [True, True, False, True, False]
    entries = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "guest.to-check-again")).all()
    assert [(entry.actor_id, entry.role) for entry in entries] == [(administrator.id, "administrator")] * 2


def test_a_check_again_speaks_for_joined_entries_as_well(administrator: Viewer) -> None:
    first, second = guest(), guest(None)
    services.join_people(administrator, second, first, reason="Same person")
    accept(administrator, first)
    assert counting() == {first, second}
    assert queries.entries_of(first) == {first, second}
    version = queries.get_guest(administrator, first).version
    said = {"name": "Greta Holm", "email": "", "profession": "Nurse", "registration_number": "77A1234E"}
    services.update_guest(administrator, first, version=version, **said)
    assert counting() == frozenset()


def refuse(trainee_id: UUID, subject_id: UUID | None, *, refusal: Refusal = Refusal.WRONG_PIN) -> None:
    with (
        pytest.raises(Refused),
        services.noting_refusals(Purpose.ASSESSMENT, subject_id, trainee_id=trainee_id),
    ):
        raise Refused(refusal, "No")


def test_what_is_refused_again_and_again_is_one_row_and_pushes_nobody_out(
    app: Flask, cast: Cast, clock: FrozenClock
) -> None:
    nurse, form = people.viewer_for(cast.consultant_nurse), new_id()
    refuse(cast.trainee, new_id(), refusal=Refusal.OWN_SESSION)
    for minute in range(1, 61):
        clock.set(MOMENT + timedelta(minutes=minute))
        refuse(cast.trainee, form)
    rows = queries.list_refused(nurse).rows
    assert [(row.refusal, row.times, row.last_at) for row in rows] == [
        (Refusal.WRONG_PIN, 60, MOMENT + timedelta(minutes=60)),
        (Refusal.OWN_SESSION, 1, MOMENT),
    ]
    for person_id in (cast.assessor, cast.supervisor):  # Each person, and each form, has a row.
        with (
            pytest.raises(Refused),
            services.noting_refusals(
                Purpose.ASSESSMENT, form, trainee_id=cast.trainee, actor=people.viewer_for(person_id)
            ),
        ):
            raise Refused(Refusal.WRONG_PIN, "No")
    refuse(cast.trainee, new_id())
    refuse(cast.trainee, None)
    assert len(queries.list_refused(nurse).rows) == 6


def test_refused_signatures_are_read_page_by_page_newest_first(app: Flask, cast: Cast, clock: FrozenClock) -> None:
    nurse = people.viewer_for(cast.consultant_nurse)
    for minute in range(120):
        clock.set(MOMENT + timedelta(minutes=minute))
        refuse(cast.trainee, new_id())
    pages = []
    for number in (1, 2, 3):
        with count_statements(app) as sent:
            pages.append(queries.list_refused(nurse, number))
        assert len(sent) == 1
    assert [(len(page.rows), page.has_older) for page in pages] == [(50, True), (50, True), (20, False)]
    seen = [row.last_at for page in pages for row in page.rows]
    assert seen == [MOMENT + timedelta(minutes=minute) for minute in reversed(range(120))]
    for number in (4, 10**30):
        assert queries.list_refused(nurse, number).rows == []
    assert queries.list_refused(nurse, -1).number == 1
    assert queries.list_refused(people.viewer_for(cast.stranger)).rows == []
