"""Reading people, roles and grants. `visible_trainees` is the scope every other query joins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound
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
)
from lms.identity.rules import CredentialKind, OrganisationKind, first_role
from lms.policy import Permission, Role, Viewer, allows, roles_with


def visible_trainees(viewer: Viewer, permission: Permission) -> Select[UUID]:
    """Ids of the trainees the viewer may do this to: only grants whose role carries the permission count."""
    granted = _grants_of(viewer, viewer.roles & roles_with(permission))
    return granted.with_only_columns(ScopeMember.trainee_id).distinct()


def roles_towards(viewer: Viewer, trainees: Iterable[UUID]) -> dict[UUID, frozenset[Role]]:
    """The roles the viewer's grants give them today towards each of these trainees, for choosing links to show."""
    wanted = set(trainees)
    found: dict[UUID, frozenset[Role]] = dict.fromkeys(wanted, frozenset())
    for trainee_id, role in db.session.execute(
        _grants_of(viewer, viewer.roles).where(ScopeMember.trainee_id.in_(wanted)).distinct()
    ):
        found[trainee_id] |= {role}
    return found


def may_towards(viewer: Viewer, trainee_id: UUID, permission: Permission) -> bool:
    """Say whether the viewer may do this to this trainee."""
    return viewer.may(permission) and allows(roles_towards(viewer, [trainee_id])[trainee_id], permission)


def _grants_of(viewer: Viewer, roles: frozenset[Role]) -> Select[UUID, Role]:
    """The trainees inside the viewer's live grants of some roles, each with the role of the grant."""
    day = today()
    return (
        select(ScopeMember.trainee_id, AccessGrant.role)
        .join(AccessGrant, AccessGrant.scope_id == ScopeMember.scope_id)
        .outerjoin(AccessGrantEnd, AccessGrantEnd.grant_id == AccessGrant.id)
        .where(
            AccessGrant.person_id == viewer.id,
            AccessGrant.role.in_(roles),
            AccessGrant.from_on <= day,
            or_(AccessGrant.until_on.is_(None), AccessGrant.until_on >= day),
            AccessGrantEnd.id.is_(None),
            still_member(),
        )
    )


def still_member() -> ColumnElement[bool]:
    """The condition that a trainee has not left the scope."""
    return ScopeMember.id.not_in(select(ScopeMemberEnd.member_id))


def get_trainee(viewer: Viewer, trainee_id: UUID, permission: Permission) -> Person:
    """The trainee, if the viewer may do this to them; else NotFound."""
    person = db.session.scalar(
        select(Person).where(Person.id == trainee_id, Person.id.in_(visible_trainees(viewer, permission)))
    )
    if person is None:
        raise NotFound
    return person


def list_trainees(viewer: Viewer, permission: Permission) -> list[Person]:
    """The trainees with an account in use the viewer may do this to, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(visible_trainees(viewer, permission)), Person.deactivated_at.is_(None))
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def people_by_id(ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The people with these ids, for showing who did something."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


def _live_roles(day: date) -> Select[UUID, Role]:
    return (
        select(RoleAssignment.person_id, RoleAssignment.role)
        .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
        .where(
            RoleAssignment.from_on <= day,
            or_(RoleAssignment.until_on.is_(None), RoleAssignment.until_on >= day),
            RoleEnd.id.is_(None),
        )
        .distinct()
    )


def roles_of(person_id: UUID) -> frozenset[Role]:
    """The roles a person holds today."""
    rows = db.session.execute(_live_roles(today()).where(RoleAssignment.person_id == person_id))
    return frozenset(role for _, role in rows)


def list_people_with_role(role: Role) -> list[Person]:
    """Active people who hold the role today, by name: the choices when somebody has to be asked."""
    holders = _live_roles(today()).where(RoleAssignment.role == role).with_only_columns(RoleAssignment.person_id)
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(holders), Person.deactivated_at.is_(None))
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def trainee_ids(viewer: Viewer) -> Select[UUID]:
    """Ids of everybody who holds the role of trainee today; for the administrator, who sees accounts and checks."""
    return _live_roles(today()).where(RoleAssignment.role == Role.TRAINEE).with_only_columns(RoleAssignment.person_id)


def find_viewer(person_id: UUID, acting: Role | None = None) -> Viewer | None:
    """The person as somebody who asks or acts; None if deactivated or without a role."""
    person = db.session.get(Person, person_id)
    if person is None or person.deactivated_at is not None:
        return None
    roles = roles_of(person_id)
    if not roles:
        return None
    return Viewer(id=person.id, name=person.name, roles=roles, acting=acting if acting in roles else first_role(roles))


def find_person_by_email(email: str) -> Person | None:
    """The person with this address, whatever its case."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def get_person(viewer: Viewer, person_id: UUID) -> Person:
    """A person's account with their organisation, for the administrator."""
    person = db.session.scalar(select(Person).where(Person.id == person_id).options(joinedload(Person.organisation)))
    if person is None:
        raise NotFound
    return person


def list_people(viewer: Viewer, *, search: str = "", limit: int = 200) -> list[tuple[Person, frozenset[Role]]]:
    """Accounts with the roles they hold today, by name; for the administrator."""
    statement = select(Person).options(joinedload(Person.organisation)).order_by(func.lower(Person.name), Person.id)
    if search:
        pattern = f"%{search.lower()}%"
        statement = statement.where(or_(func.lower(Person.name).like(pattern), Person.email.like(pattern)))
    people = list(db.session.scalars(statement.limit(limit)))
    roles: dict[UUID, set[Role]] = {}
    for person_id, role in db.session.execute(
        _live_roles(today()).where(RoleAssignment.person_id.in_([person.id for person in people]))
    ):
        roles.setdefault(person_id, set()).add(role)
    return [(person, frozenset(roles.get(person.id, set()))) for person in people]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role assignment as shown to the administrator."""

    id: UUID
    role: Role
    scope_id: UUID
    from_on: date
    until_on: date | None
    cause: str
    ended_at: datetime | None
    end_cause: str | None


def list_role_assignments(viewer: Viewer, person_id: UUID) -> list[HeldRole]:
    """All roles a person was ever given, newest first."""
    rows = db.session.execute(
        select(RoleAssignment, RoleEnd.recorded_at, RoleEnd.cause)
        .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
        .where(RoleAssignment.person_id == person_id)
        .order_by(RoleAssignment.recorded_at.desc(), RoleAssignment.id.desc())
    )
    return [
        HeldRole(row.id, row.role, row.scope_id, row.from_on, row.until_on, row.cause, ended, why)
        for row, ended, why in rows
    ]


def list_organisations() -> list[Organisation]:
    """The trust first, then the universities by name."""
    rows = db.session.scalars(select(Organisation)).all()
    return sorted(rows, key=lambda row: (row.organisation_kind is not OrganisationKind.TRUST, row.name.lower()))


def find_trust() -> Organisation | None:
    """The trust this database belongs to, once it is set up."""
    return db.session.scalar(select(Organisation).where(Organisation.organisation_kind == OrganisationKind.TRUST))


def get_trust() -> Organisation:
    """The trust this database belongs to."""
    trust = find_trust()
    if trust is None:
        raise NotFound("The service has not been set up yet.")
    return trust


def address_of(person_id: UUID) -> tuple[str, str] | None:
    """Name and e-mail of an active person, for the outbox."""
    person = db.session.get(Person, person_id)
    if person is None or person.deactivated_at is not None:
        return None
    return person.name, person.email


def find_session(token_digest: str) -> tuple[SignInSession, Person] | None:
    """The live session row and its person, or None."""
    row = db.session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(
            SignInSession.token_digest == token_digest,
            SignInSession.ended_at.is_(None),
            Person.deactivated_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def list_sessions(viewer: Viewer) -> list[SignInSession]:
    """The viewer's own live sessions, last used first."""
    return list(
        db.session.scalars(
            select(SignInSession)
            .where(SignInSession.person_id == viewer.id, SignInSession.ended_at.is_(None))
            .order_by(SignInSession.seen_at.desc())
        )
    )


def find_credential(person_id: UUID, kind: CredentialKind) -> Credential | None:
    """The confirmed credential of this kind, or None."""
    return db.session.scalar(
        select(Credential).where(
            Credential.person_id == person_id,
            Credential.credential_kind == kind,
            Credential.confirmed_at.is_not(None),
        )
    )


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who may see a trainee's record now, and why."""

    name: str
    role: Role
    from_on: date
    until_on: date | None
    cause: str


def list_watchers(viewer: Viewer) -> list[Watcher]:
    """Who may see the viewer's own record today, in which role and for what cause."""
    day = today()
    rows = db.session.execute(
        select(Person.name, AccessGrant.role, AccessGrant.from_on, AccessGrant.until_on, AccessGrant.cause)
        .join(AccessGrant, AccessGrant.person_id == Person.id)
        .join(ScopeMember, ScopeMember.scope_id == AccessGrant.scope_id)
        .outerjoin(AccessGrantEnd, AccessGrantEnd.grant_id == AccessGrant.id)
        .where(
            ScopeMember.trainee_id == viewer.id,
            AccessGrant.person_id != viewer.id,
            AccessGrant.from_on <= day,
            or_(AccessGrant.until_on.is_(None), AccessGrant.until_on >= day),
            AccessGrantEnd.id.is_(None),
            Person.deactivated_at.is_(None),
            still_member(),
        )
        .order_by(AccessGrant.role, func.lower(Person.name), AccessGrant.id)
    )
    return [Watcher(*row) for row in rows]


def list_role_assignments_in(person_id: UUID, scope_id: UUID) -> list[RoleAssignment]:
    """The roles a person holds in one scope, today or later, that have not ended."""
    return list(
        db.session.scalars(
            select(RoleAssignment)
            .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
            .where(
                RoleAssignment.person_id == person_id,
                RoleAssignment.scope_id == scope_id,
                or_(RoleAssignment.until_on.is_(None), RoleAssignment.until_on >= today()),
                RoleEnd.id.is_(None),
            )
        )
    )


def get_role_assignment(viewer: Viewer, person_id: UUID, assignment_id: UUID) -> HeldRole:
    """One role of a person, whether it has ended or not."""
    found = next((row for row in list_role_assignments(viewer, person_id) if row.id == assignment_id), None)
    if found is None:
        raise NotFound
    return found


def has_password(viewer: Viewer, person_id: UUID) -> bool:
    """Say whether the person has chosen a password."""
    return find_credential(person_id, CredentialKind.PASSWORD) is not None


def count_without_role(viewer: Viewer) -> int:
    """How many active accounts hold no role today, and so can do nothing."""
    holders = _live_roles(today()).with_only_columns(RoleAssignment.person_id)
    statement = select(func.count()).where(Person.deactivated_at.is_(None), Person.id.not_in(holders))
    return db.session.scalar(statement) or 0


def count_without_password(viewer: Viewer) -> int:
    """How many active people have not yet chosen a password."""
    chosen = select(Credential.person_id).where(Credential.credential_kind == CredentialKind.PASSWORD)
    statement = select(func.count()).where(Person.deactivated_at.is_(None), Person.id.not_in(chosen))
    return db.session.scalar(statement) or 0


def has_second_factor(viewer: Viewer, person_id: UUID) -> bool:
    """Say whether the person has an authenticator app in force."""
    return find_credential(person_id, CredentialKind.TOTP) is not None


@dataclass(frozen=True, slots=True)
class ExampleAccount:
    """A fictional person one may sign in as in demo mode."""

    name: str
    email: str
    roles: tuple[Role, ...]


def list_example_accounts() -> list[ExampleAccount]:
    """The fictional people of the example service, by role and name."""
    rows = db.session.execute(
        select(Person.name, Person.email, RoleAssignment.role)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
        .where(Person.is_example, Person.deactivated_at.is_(None), RoleEnd.id.is_(None))
    )
    roles: dict[tuple[str, str], set[Role]] = {}
    for name, email, role in rows:
        roles.setdefault((name, email), set()).add(role)
    order = list(Role)
    found = [ExampleAccount(name, email, tuple(sorted(held, key=order.index))) for (name, email), held in roles.items()]
    return sorted(found, key=lambda account: (order.index(account.roles[0]), account.name))


def first_of_each_role(accounts: list[ExampleAccount]) -> list[ExampleAccount]:
    """One account for each set of roles, so that a newcomer sees every kind of person at a glance."""
    found: dict[tuple[Role, ...], ExampleAccount] = {}
    for account in accounts:
        found.setdefault(account.roles, account)
    return list(found.values())


def has_example_people() -> bool:
    """Say whether this is an example service."""
    return db.session.scalar(select(Person.id).where(Person.is_example).limit(1)) is not None


def has_real_people() -> bool:
    """Say whether the database holds anybody who is not an example."""
    return db.session.scalar(select(Person.id).where(Person.is_example.is_(False)).limit(1)) is not None
