"""What an administrator does about guests: checks them, joins entries, opens accounts, knows organisations."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.audit.services import keep_text, record
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.ids import new_id
from lms.identity import services as identity
from lms.identity.models import Organisation, Person
from lms.identity.queries import get_trust
from lms.identity.rules import GivenBecause, OrganisationKind
from lms.policy import Permission, Role, Viewer
from lms.signing import queries
from lms.signing.models import GuestCheck, KnownDomain, PersonJoin
from lms.signing.rules import guests as rules
from lms.signing.rules.guests import GuestVerdict
from lms.signing.services.counting import SIGNERS_COUNT

UNDER = Permission.GUEST_CHECK
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def check_guest(
    actor: Viewer,
    person_id: UUID,
    verdict: GuestVerdict,
    *,
    registration_checked: bool = False,
    reason: str = "",
    version: int | None = None,
    no_identifiers: bool = False,
) -> GuestCheck:
    """Accept or refuse a guest; the latest decision speaks, and what they signed counts or not from now on.

    Raises NotFound for nobody, RuleViolation as rules.check_verdict does, and if the details seen at `version` were
    changed since.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        person = _locked(person_id)
        if version is not None and person.version != version:
            raise RuleViolation("The details were changed after you opened this page. Look at them again.")
        before = queries.load_guests(known_at=now()).checked
        organisation_id = queries.find_organisation(person.email)
        rules.check_verdict(
            queries.entry_of(person),
            verdict,
            actor_id=actor.id,
            joined=person.id in queries.joined_ids(),
            organisation_id=organisation_id,
            registration_checked=registration_checked,
            reason=reason,
        )
        accepted = verdict is GuestVerdict.ACCEPTED
        check = GuestCheck(
            person_id=person.id,
            verdict=verdict,
            organisation_id=organisation_id if accepted else None,
            registration_checked=registration_checked and accepted,
            checked_by_id=actor.id,
            role=actor.role_for(UNDER),
            reason=keep_text(reason) if reason.strip() else None,
        )
        session.add(check)
        session.flush()
        record(actor, "guest.checked", check, under=UNDER)
        _tell_who_counts(actor, before)
    return check


def update_guest(actor: Viewer, person_id: UUID, **details: Any) -> Person:
    """Correct or complete what is known of a guest; whoever was accepted with something else is to be checked again.

    `details` and what it raises are those of identity's update_guest.
    """
    with transaction() as session:
        seen = queries.entry_of(_locked(person_id))
        person = identity.update_guest(actor, person_id, **details)
        latest = queries.find_latest_check(person_id)
        accepted = latest is not None and latest.verdict is GuestVerdict.ACCEPTED
        if accepted and rules.outdates_check(seen, queries.entry_of(person)):
            check = GuestCheck(
                person_id=person.id,
                verdict=GuestVerdict.TO_CHECK_AGAIN,
                registration_checked=False,
                checked_by_id=actor.id,
                role=actor.role_for(UNDER),
            )
            session.add(check)
            record(actor, "guest.to-check-again", check, under=UNDER)
    return person


def join_people(
    actor: Viewer, from_id: UUID, into_id: UUID, *, reason: str, no_identifiers: bool = False
) -> PersonJoin:
    """Say that two entries are one person. Nothing is moved or deleted: rules read the first as the second.

    Raises NotFound for nobody, RuleViolation as rules.check_join does.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        people = {each: _locked(each) for each in sorted({from_id, into_id})}  # In one order, so that none waits twice.
        before = queries.load_guests(known_at=now()).checked
        rules.check_join(
            queries.entry_of(people[from_id]),
            queries.entry_of(people[into_id]),
            actor_id=actor.id,
            joined=queries.joined_ids(),
            reason=reason,
        )
        join = PersonJoin(
            from_id=from_id, into_id=into_id, by_id=actor.id, role=actor.role_for(UNDER), reason=keep_text(reason)
        )
        session.add(join)
        session.flush()
        record(actor, "guest.joined", join, under=UNDER)
        _tell_who_counts(actor, before)
    return join


def _tell_who_counts(actor: Viewer, before: frozenset[UUID]) -> None:
    newly = queries.load_guests(known_at=now()).checked - before
    for tell_of in SIGNERS_COUNT if newly else ():
        tell_of(actor, newly)


def open_guest_account(actor: Viewer, person_id: UUID) -> Person:
    """Turn an accepted guest into an account with the role of an assessor, and send the invitation. Happens once.

    Raises NotFound for nobody, RuleViolation for a guest who is not accepted, and about oneself.
    """
    with transaction():
        person = _locked(person_id)
        latest = queries.find_latest_check(person_id)
        accepted = latest is not None and latest.verdict is GuestVerdict.ACCEPTED
        rules.check_account(
            queries.entry_of(person), actor_id=actor.id, joined=person.id in queries.joined_ids(), accepted=accepted
        )
        assert latest is not None
        assert latest.organisation_id is not None
        identity.open_account(actor, person_id, organisation_id=latest.organisation_id)
        identity.give_role(
            actor,
            person_id=person_id,
            role=Role.ASSESSOR,
            scope_id=get_trust().id,
            cause=GivenBecause.JOINED.label,
        )
        identity.invite(actor, person_id)
    return person


def add_domain(actor: Viewer, *, domain: str, organisation_id: UUID | None = None, name: str = "") -> KnownDomain:
    """Know an email domain as that of an organisation: one there is, or a new one by its name.

    Raises RuleViolation for what is no domain of an organisation, or is known already.
    """
    host = rules.mail_domain(domain)
    check_free_text(host, no_identifiers=True, field="domain")
    check_free_text(name, no_identifiers=True, field="name")
    with transaction() as session:
        row = session.scalar(select(KnownDomain).where(KnownDomain.domain == host).with_for_update())
        if row is not None and row.removed_at is None:
            raise RuleViolation("This email domain is known already", "domain")
        place = _organisation(actor, organisation_id, name)
        if row is None:
            row = KnownDomain(domain=host)
            session.add(row)
        row.organisation_id = place
        row.removed_at, row.updated_at = None, now()
        record(actor, "known-domain.changed", row, under=UNDER)
    return row


def remove_domain(actor: Viewer, domain_id: UUID) -> None:
    """Know an email domain no longer. Who was accepted with it stays accepted."""
    with transaction():
        row = queries.get_domain(actor, domain_id)
        row.removed_at = row.updated_at = now()
        record(actor, "known-domain.changed", row, under=UNDER)


def _organisation(actor: Viewer, organisation_id: UUID | None, name: str) -> UUID:
    if organisation_id is not None:
        if db.session.get(Organisation, organisation_id) is None:
            raise RuleViolation("Select an organisation from the list", "organisation_id")
        return organisation_id
    if not name.strip():
        raise RuleViolation("Select an organisation, or enter the name of a new one", "name")
    # Nobody reads it: partners stand in no address. Digits by chance could be taken for an NHS number.
    slug = f"partner-{new_id().hex[-12:].translate(LETTERS)}"
    return identity.create_organisation(actor, slug=slug, name=name, kind=OrganisationKind.PARTNER).id


def _locked(person_id: UUID) -> Person:
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    return person
