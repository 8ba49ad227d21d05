"""Changing people, roles, grants and organisations."""

import re
from datetime import date
from uuid import UUID

from sqlalchemy import delete, or_, select, true, update

from lms.audit.services import record
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.identity import queries
from lms.identity.models import (
    AccessGrant,
    AccessGrantEnd,
    Credential,
    Organisation,
    Person,
    RoleAssignment,
    RoleEnd,
    ScopeMember,
    ScopeMemberEnd,
    SignInSession,
    SingleUseToken,
)
from lms.identity.rules import CredentialKind, EndedBecause, OrganisationKind, check_details, check_place
from lms.identity.services.endings import end_what_is_ahead
from lms.notifications.services import send_mail
from lms.policy import Permission, Role, Viewer

SEES_SCOPE = frozenset({Role.CONSULTANT_NURSE, Role.EDUCATOR, Role.EXTERNAL_EXAMINER, Role.ADMINISTRATOR})


def create_organisation(actor: Viewer | None, *, slug: str, name: str, kind: OrganisationKind) -> Organisation:
    """Add the trust or a partner university."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", slug):
        raise RuleViolation("Use lower-case letters, digits and hyphens, starting with a letter", "slug")
    for field, text in (("slug", slug), ("name", name)):
        check_free_text(text, no_identifiers=True, field=field)
    with transaction() as session:
        if session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
            raise RuleViolation("There is already an organisation with this short name", "slug")
        if kind is OrganisationKind.TRUST and queries.find_trust() is not None:
            raise RuleViolation("One database is one trust, and it is already set up", "kind")
        organisation = Organisation(slug=slug, name=name, organisation_kind=kind)
        session.add(organisation)
        record(actor, "organisation.created", organisation, under=Permission.ACCOUNT_MANAGE)
    return organisation


def create_person(
    actor: Viewer | None,
    *,
    name: str,
    email: str,
    organisation_id: UUID,
    profession: str = "",
    registration_number: str = "",
    is_example: bool = False,
) -> Person:
    """Open an account. `is_example` marks the fictional people of a service in demo mode.

    Raises RuleViolation as rules.check_details does, and if the address already has an account.
    """
    check_details(name=name, email=email, profession=profession, registration_number=registration_number)
    with transaction() as session:
        check_address_is_free(email)
        person = Person(
            name=name,
            email=email.strip().lower(),
            organisation_id=organisation_id,
            profession=profession,
            registration_number=registration_number,
            is_example=is_example,
        )
        session.add(person)
        record(actor, "account.created", person, under=Permission.ACCOUNT_MANAGE)
    return person


def check_address_is_free(email: str, owner: UUID | None = None) -> None:
    """Refuse an address that belongs to somebody other than its owner."""
    other = queries.find_person_by_email(email)
    if other is None or other.id == owner:
        return
    if other.is_guest:
        raise RuleViolation("A guest left this email address when they signed. Look under guests to check", "email")
    raise RuleViolation("Somebody already has an account with this email address", "email")


def _leave_address(person: Person) -> None:
    """Tell the old address that the account moves, and end what was opened with it: sessions and unused links."""
    send_mail(person.id, "address-changed", sent_to=person.email)
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person.id, SignInSession.ended_at.is_(None))
        .values(ended_at=now())
    )
    _expire_links(person.id)


def _expire_links(person_id: UUID) -> None:
    db.session.execute(
        update(SingleUseToken)
        .where(SingleUseToken.person_id == person_id, SingleUseToken.used_at.is_(None))
        .values(used_at=now())
    )


def update_person(
    actor: Viewer, person_id: UUID, *, version: int, name: str, email: str, profession: str, registration_number: str
) -> Person:
    """Correct an account. Raises Stale if somebody saved it since it was read at `version`."""
    check_details(name=name, email=email, profession=profession, registration_number=registration_number)
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None or person.is_guest:
            raise NotFound
        if person.version != version:
            raise Stale({field: getattr(person, field) for field in Person.personal}, person.version)
        check_address_is_free(email, person.id)
        address = email.strip().lower()
        if address != person.email:
            _leave_address(person)
        person.name, person.email = name, address
        person.profession, person.registration_number = profession, registration_number
        person.updated_at = now()
        record(actor, "account.changed", person, under=Permission.ACCOUNT_MANAGE)
    return person


def give_role(
    actor: Viewer | None,
    *,
    person_id: UUID,
    role: Role,
    scope_id: UUID,
    cause: str,
    from_on: date | None = None,
    until_on: date | None = None,
    under: Permission = Permission.ACCOUNT_MANAGE,
) -> RoleAssignment:
    """Give a person a role with a scope; roles that oversee a scope also open the access grant to it.

    `cause` is the label of a rules.GivenBecause or words of the service itself: it stays in the record for good.
    """
    if actor is not None and actor.id == person_id:
        raise RuleViolation("Another administrator has to give you a role.")
    check_free_text(cause, no_identifiers=True, field="cause")
    start = from_on or today()
    place = db.session.get(Organisation, scope_id)
    check_place(role, place.organisation_kind if place else None)
    if until_on is not None and until_on < start:
        raise RuleViolation("The last day must not be before the first", "until_on")
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or person.is_guest:
            raise NotFound
        if role in {row.role for row in queries.list_role_assignments_in(person_id, scope_id)}:
            raise RuleViolation("This person already holds this role there. End it first to change its dates.", "role")
        assignment = RoleAssignment(
            person_id=person_id,
            role=role,
            scope_id=scope_id,
            from_on=start,
            until_on=until_on,
            cause=cause,
            given_by_id=actor.id if actor else None,
        )
        session.add(assignment)
        record(actor, "role.given", assignment, under=under)
        if role in SEES_SCOPE:
            open_grant(
                actor, person_id=person_id, scope_id=scope_id, role=role, from_on=start, until_on=until_on, cause=cause
            )
    return assignment


def end_role(
    actor: Viewer | None,
    assignment_id: UUID,
    *,
    cause: EndedBecause,
    under: Permission = Permission.ACCOUNT_MANAGE,
) -> RoleEnd:
    """End a role assignment and the access grant it opened; with the role of a trainee, what is booked ahead."""
    with transaction() as session:
        assignment = session.get(RoleAssignment, assignment_id)
        if assignment is None:
            raise NotFound
        if actor is not None and assignment.person_id == actor.id and assignment.role is Role.ADMINISTRATOR:
            raise RuleViolation("Another administrator has to end your own administrator role.")
        if session.scalar(select(RoleEnd.id).where(RoleEnd.assignment_id == assignment_id)):
            raise RuleViolation("This role has already ended.")
        if actor is not None and assignment.role is Role.TRAINEE:
            why = f"The role of trainee ended on {day(today())}."
            end_what_is_ahead(actor, assignment.person_id, from_at=now(), reason=why, under=under)
        end = RoleEnd(assignment_id=assignment_id, cause=cause.label, ended_by_id=actor.id if actor else None)
        session.add(end)
        record(actor, "role.ended", end, under=under)
        close_grants(
            actor, person_id=assignment.person_id, scope_id=assignment.scope_id, role=assignment.role, cause=cause.label
        )
    return end


def add_to_scope(actor: Viewer | None, *, trainee_id: UUID, scope_id: UUID, cause: str) -> ScopeMember:
    """Put a trainee into a scope: everybody with a grant on the scope may see them."""
    with transaction() as session:
        member = session.scalar(
            select(ScopeMember).where(
                ScopeMember.trainee_id == trainee_id, ScopeMember.scope_id == scope_id, queries.still_member()
            )
        )
        if member is None:
            member = ScopeMember(trainee_id=trainee_id, scope_id=scope_id, cause=cause)
            session.add(member)
            record(actor, "access.opened", member, about=trainee_id)
    return member


def leave_scope(actor: Viewer | None, *, trainee_id: UUID, scope_id: UUID, cause: str) -> None:
    """Take a trainee out of a scope: its people no longer see the record. Does nothing if they are not in it."""
    with transaction() as session:
        member = session.scalar(
            select(ScopeMember).where(
                ScopeMember.trainee_id == trainee_id, ScopeMember.scope_id == scope_id, queries.still_member()
            )
        )
        if member is not None:
            end = ScopeMemberEnd(member_id=member.id, cause=cause)
            session.add(end)
            record(actor, "access.closed", end, about=trainee_id)


def open_grant(
    actor: Viewer | None,
    *,
    person_id: UUID,
    scope_id: UUID,
    role: Role,
    cause: str,
    from_on: date | None = None,
    until_on: date | None = None,
    about: UUID | None = None,
) -> AccessGrant:
    """Let a person see the trainees of a scope in one role. `about` is the trainee where the scope is one person."""
    with transaction() as session:
        grant = AccessGrant(
            person_id=person_id,
            scope_id=scope_id,
            role=role,
            from_on=from_on or today(),
            until_on=until_on,
            cause=cause,
        )
        session.add(grant)
        record(actor, "access.opened", grant, about=about)
    return grant


def close_grants(
    actor: Viewer | None,
    *,
    person_id: UUID,
    scope_id: UUID,
    role: Role,
    cause: str,
    about: UUID | None = None,
    has_end: bool | None = None,
) -> int:
    """Close the open grants of a person on a scope in one role; say how many. `has_end` picks those with a last day
    or those without one: a shift opens the first kind, naming a co-ordinating supervisor the second."""
    last = AccessGrant.until_on
    with transaction() as session:
        open_ones = session.scalars(
            select(AccessGrant)
            .outerjoin(AccessGrantEnd, AccessGrantEnd.grant_id == AccessGrant.id)
            .where(
                AccessGrant.person_id == person_id,
                AccessGrant.scope_id == scope_id,
                AccessGrant.role == role,
                or_(last.is_(None), last >= today()),
                AccessGrantEnd.id.is_(None),
                {None: true(), True: last.is_not(None), False: last.is_(None)}[has_end],
            )
        ).all()
        ends = [AccessGrantEnd(grant_id=grant.id, cause=cause) for grant in open_ones]
        session.add_all(ends)
        if ends:
            record(actor, "access.closed", *ends, about=about)
    return len(ends)


def deactivate(actor: Viewer, person_id: UUID) -> Person:
    """Close an account: its sessions end, its records stay, and what is booked ahead is cancelled."""
    if person_id == actor.id:
        raise RuleViolation("Another administrator has to deactivate your own account.")
    with transaction() as session:
        end_what_is_ahead(
            actor,
            person_id,
            from_at=now(),
            reason=f"The account was closed on {day(today())}.",
            under=Permission.ACCOUNT_MANAGE,
        )
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound
        if person.deactivated_at is not None:
            raise RuleViolation("This account is already deactivated.")
        person.deactivated_at = person.updated_at = now()
        _expire_links(person_id)
        session.execute(
            update(SignInSession)
            .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
            .values(ended_at=now())
        )
        record(actor, "account.deactivated", person, under=Permission.ACCOUNT_MANAGE)
    return person


def reactivate(actor: Viewer, person_id: UUID) -> Person:
    """Open a deactivated account again. Raises RuleViolation for one that is in use."""
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound
        if person.deactivated_at is None:
            raise RuleViolation("This account is in use already.")
        person.deactivated_at, person.updated_at = None, now()
        record(actor, "account.reactivated", person, under=Permission.ACCOUNT_MANAGE)
    return person


def remove_second_factor(actor: Viewer, person_id: UUID) -> None:
    """Forget a person's authenticator app and recovery codes; they are signed out and set up new ones."""
    if person_id == actor.id:
        raise RuleViolation("Another administrator has to remove your own second factor.")
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound
        session.execute(
            delete(Credential).where(
                Credential.person_id == person_id,
                Credential.credential_kind.in_([CredentialKind.TOTP, CredentialKind.RECOVERY_CODE]),
            )
        )
        session.execute(
            update(SignInSession)
            .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
            .values(ended_at=now())
        )
        person.updated_at = now()
        record(actor, "account.changed", person, under=Permission.ACCOUNT_MANAGE)


def viewer_for(person_id: UUID, under: Permission | None = None) -> Viewer:
    """The person as an actor, for commands and jobs; acts in a role that carries the permission."""
    viewer = queries.find_viewer(person_id)
    if viewer is None:
        raise NotFound("This person has no account that is in use.")
    if under is not None and viewer.may(under):
        return Viewer(id=viewer.id, name=viewer.name, roles=viewer.roles, acting=viewer.role_for(under))
    return viewer
