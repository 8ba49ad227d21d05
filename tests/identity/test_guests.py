"""Guests sign without an account: what they leave, and what they cannot do."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit.models import LedgerEntry
from lms.audit.queries import verify
from lms.audit.rules import signing_key
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity import queries, services
from lms.identity.models import Person
from lms.identity.rules import GivenBecause
from lms.notifications.models import Mail
from lms.policy import Role
from tests.cast import Cast

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
KEY = signing_key("", "only for these tests")
GUEST = {"name": "Greta Holm", "profession": "Nurse", "registration_number": "77A1234E"}


def test_a_guest_may_leave_no_address(cast: Cast, tmp_path: Path) -> None:
    first = services.create_guest(services.viewer_for(cast.trainee), **GUEST, email=None)
    second = services.create_guest(None, **GUEST, email=" ")
    assert first.id != second.id
    assert (first.is_guest, first.email, second.email) == (True, None, None)
    assert queries.address_of(first.id) is None
    added = select(LedgerEntry).where(LedgerEntry.event == "guest.added").order_by(LedgerEntry.seq)
    entries = db.session.scalars(added).all()
    assert [(entry.actor_id, entry.role) for entry in entries] == [(cast.trainee, "trainee"), (None, None)]
    assert [item["schema"] for entry in entries for item in entry.items] == ["person/2", "person/2"]
    assert not verify(tmp_path, KEY).breaks


def test_a_known_guest_is_found_by_address_whatever_else_they_write(cast: Cast) -> None:
    first = services.create_guest(None, **GUEST, email="Greta@northmere-general.example")
    again = services.create_guest(None, **{**GUEST, "name": "G. Holm"}, email="greta@northmere-general.example ")
    assert (again.id, again.name) == (first.id, "Greta Holm")
    assert queries.address_of(first.id) == ("Greta Holm", "greta@northmere-general.example")


@pytest.mark.parametrize("closed", [False, True])
def test_the_address_of_an_account_is_refused(cast: Cast, closed: bool) -> None:
    if closed:
        services.deactivate(services.viewer_for(cast.administrator), cast.assessor)
    with pytest.raises(RuleViolation, match="by name") as refused:
        services.create_guest(None, **GUEST, email="ASHA.patel@example.org")
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "  "}, "Enter the name"),
        ({"name": "943 476 5919"}, "NHS number"),
        ({"profession": "943 476 5919"}, "NHS number"),
        ({"email": "9434765919@x.example"}, "NHS number"),
        ({"name": "N" * 201}, "200 characters"),
        ({"profession": "N" * 101}, "100 characters"),
        ({"registration_number": "1" * 41}, "40 characters"),
        ({"email": f"{'n' * 250}@x.example"}, "254 characters"),
    ],
)
def test_what_is_not_about_the_guest_is_refused(cast: Cast, change: dict[str, str], words: str) -> None:
    details = {**GUEST, "email": "greta@northmere-general.example"}
    with pytest.raises(RuleViolation, match=words) as refused:
        services.create_guest(None, **{**details, **change})
    assert [refused.value.field] == list(change)
    assert db.session.scalars(select(Person.id).where(Person.is_guest)).all() == []
    guest, actor = services.create_guest(None, **details), services.viewer_for(cast.administrator)
    if change != {"name": "  "}:  # Their form asks for it.
        with pytest.raises(RuleViolation, match=words):
            services.update_guest(actor, guest.id, version=guest.version, **{**details, **change})


def test_a_guest_cannot_sign_in_reset_or_be_invited_enrolled_or_given_a_role(cast: Cast) -> None:
    address = "greta@northmere-general.example"
    guest = services.create_guest(None, **GUEST, email=address).id
    actor = services.viewer_for(cast.administrator)
    with pytest.raises(RuleViolation):
        services.sign_in(address, "anything at all")
    services.ask_password_reset(address)
    assert db.session.scalars(select(Mail)).all() == []
    with pytest.raises(NotFound):
        services.invite(actor, guest)
    with pytest.raises(NotFound):
        services.give_role(
            actor, person_id=guest, role=Role.ASSESSOR, scope_id=cast.trust, cause=GivenBecause.JOINED.label
        )
    with pytest.raises(NotFound):
        services.viewer_for(guest)
    assert queries.find_account_by_email(address) is None


def test_a_guest_is_no_account(cast: Cast) -> None:
    viewer = services.viewer_for(cast.administrator)
    before = (queries.count_without_role(viewer), queries.count_without_password(viewer))
    guest = services.create_guest(None, **GUEST, email=None).id
    assert guest not in {row.person.id for row in queries.list_people(viewer)}
    assert (queries.count_without_role(viewer), queries.count_without_password(viewer)) == before
    for read in (queries.get_account, queries.get_person):
        with pytest.raises(NotFound):
            read(viewer, guest)


def test_a_new_account_does_not_take_a_guests_address(cast: Cast) -> None:
    services.create_guest(None, **GUEST, email="greta@northmere-general.example")
    with pytest.raises(RuleViolation, match="A guest left this"):
        services.create_person(
            None, name="Greta Holm", email="greta@northmere-general.example", organisation_id=cast.trust
        )


def test_an_account_without_an_address_cannot_be_stored(app: Flask, cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="account_has_address"), transaction() as session:
        session.add(Person(name="Nobody", email=None, organisation_id=cast.trust))


def test_a_guest_of_an_example_service_is_an_example(cast: Cast) -> None:
    assert not services.create_guest(None, **GUEST, email=None).is_example
    services.create_person(
        None, name="Fictional", email="fictional@example.org", organisation_id=cast.trust, is_example=True
    )
    assert services.create_guest(None, **GUEST, email=None).is_example


def test_entries_written_before_there_were_guests_still_verify(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Person, "digests", {"person/1": Person.digests["person/1"]})
    old = services.create_person(None, name="Old Hand", email="old@example.org", organisation_id=cast.trust)
    monkeypatch.undo()
    entry = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
    assert entry is not None
    assert entry.items[0]["schema"] == "person/1"
    assert entry.items[0]["id"] == str(old.id)
    assert not verify(tmp_path, KEY).breaks
