"""Reading people, their roles and organisations."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import (
    Credential,
    Organisation,
    Person,
    RoleAssignment,
    RoleEnd,
    SingleUseToken,
)
from lms.identity.rules import (
    CredentialKind,
    InvitationState,
    OrganisationKind,
    TokenKind,
    first_role,
    invitation_state,
)
from lms.policy import Role, Viewer


def people_by_id(ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The people with these ids, for showing who did something."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


@lru_cache(maxsize=8)
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
    rows = db.session.execute(_live_roles_of_one(today()), {"person_id": person_id})
    return frozenset(role for _, role in rows)


@lru_cache(maxsize=8)  # Every request asks.
def _live_roles_of_one(day: date) -> Select[UUID, Role]:
    return _live_roles(day).where(RoleAssignment.person_id == bindparam("person_id"))


def ids_with_roles(roles: Iterable[Role]) -> Select[UUID]:
    """Ids of everybody who holds one of these roles today."""
    return _live_roles(today()).where(RoleAssignment.role.in_(roles)).with_only_columns(RoleAssignment.person_id)


def list_people_with_role(role: Role) -> list[Person]:
    """Active people who hold the role today, by name: the choices when somebody has to be asked."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(ids_with_roles({role})), Person.deactivated_at.is_(None))
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def trainee_ids(viewer: Viewer) -> Select[UUID]:
    """Ids of everybody who holds the role of trainee today; for the administrator, who sees accounts and checks."""
    return ids_with_roles({Role.TRAINEE})


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
    """The person with this address, whatever its case: somebody with an account, or a guest."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def list_addresses(ids: Collection[UUID]) -> list[str]:
    """The addresses these people left, whether or not they have an account that is in use."""
    return list(db.session.scalars(select(Person.email).where(Person.id.in_(ids), Person.email.is_not(None))))


def find_account_by_email(email: str) -> Person | None:
    """The person with an account with this address, whatever its case. A guest has none."""
    person = find_person_by_email(email)
    return None if person is None or person.is_guest else person


def _invitation_columns() -> tuple[ColumnElement[bool], ScalarSelect[datetime]]:
    """Whether a person has a password, and until when their newest unused invitation works."""
    password = select(Credential.id).where(
        Credential.person_id == Person.id, Credential.credential_kind == CredentialKind.PASSWORD
    )
    until = select(func.max(SingleUseToken.expires_at)).where(
        SingleUseToken.person_id == Person.id,
        SingleUseToken.token_kind == TokenKind.INVITATION,
        SingleUseToken.used_at.is_(None),
    )
    return password.exists(), until.scalar_subquery()


@dataclass(frozen=True, slots=True)
class Account:
    """One account as the administrator sees it: the person, the roles they hold today and how the invitation stands."""

    person: Person
    roles: frozenset[Role]
    invitation: InvitationState
    invited_until: datetime | None


def get_account(viewer: Viewer, person_id: UUID) -> Account:
    """One account, for the administrator."""
    found = db.session.execute(_accounts().where(Person.id == person_id)).one_or_none()
    if found is None:
        raise NotFound
    person, has_password, until = found
    state = invitation_state(has_password=has_password, until=until, at=now())
    return Account(person, roles_of(person.id), state, until)


def _accounts() -> Select[Person, bool, datetime | None]:
    """Everybody with an account; guests have none."""
    return (
        select(Person, *_invitation_columns())
        .where(Person.is_guest.is_(False))
        .options(joinedload(Person.organisation))
    )


def get_person(viewer: Viewer, person_id: UUID) -> Person:
    """A person's account with their organisation, for the administrator."""
    person = db.session.scalar(
        select(Person)
        .where(Person.id == person_id, Person.is_guest.is_(False))
        .options(joinedload(Person.organisation))
    )
    if person is None:
        raise NotFound
    return person


def list_people(viewer: Viewer, *, search: str = "", role: Role | None = None, limit: int = 200) -> list[Account]:
    """Accounts by name, of everybody or of those who hold a role today; for the administrator."""
    statement = _accounts().order_by(func.lower(Person.name), Person.id)
    if role is not None:
        statement = statement.where(Person.id.in_(ids_with_roles({role})))
    if search:
        pattern = f"%{search.lower()}%"
        statement = statement.where(or_(func.lower(Person.name).like(pattern), Person.email.like(pattern)))
    found = db.session.execute(statement.limit(limit)).all()
    roles: dict[UUID, set[Role]] = {}
    for person_id, role in db.session.execute(
        _live_roles(today()).where(RoleAssignment.person_id.in_([person.id for person, _, _ in found]))
    ):
        roles.setdefault(person_id, set()).add(role)
    at = now()
    return [
        Account(
            person,
            frozenset(roles.get(person.id, set())),
            invitation_state(has_password=has_password, until=until, at=at),
            until,
        )
        for person, has_password, until in found
    ]


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


SCOPES: list[Select[UUID, str]] = [select(Organisation.id, Organisation.name)]
"""What a role may be given for, by id and name; domains above add theirs."""


def names_of_scopes(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of the organisations, cohorts and sites that roles are given for. One statement."""
    wanted = list(ids)
    named = union_all(*(each.where(each.selected_columns[0].in_(wanted)) for each in SCOPES))
    return dict(db.session.execute(named).all())


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
    """Name and email of an active person, for the outbox; None for a guest who left no address."""
    person = db.session.get(Person, person_id)
    if person is None or person.email is None or person.deactivated_at is not None:
        return None
    return person.name, person.email


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


def _has_account_in_use() -> ColumnElement[bool]:
    return and_(Person.deactivated_at.is_(None), Person.is_guest.is_(False))


def count_without_role(viewer: Viewer) -> int:
    """How many active accounts hold no role today, and so can do nothing."""
    holders = _live_roles(today()).with_only_columns(RoleAssignment.person_id)
    statement = select(func.count()).where(_has_account_in_use(), Person.id.not_in(holders))
    return db.session.scalar(statement) or 0


def count_without_password(viewer: Viewer) -> int:
    """How many active people have not yet chosen a password."""
    chosen = select(Credential.person_id).where(Credential.credential_kind == CredentialKind.PASSWORD)
    statement = select(func.count()).where(_has_account_in_use(), Person.id.not_in(chosen))
    return db.session.scalar(statement) or 0
