"""Whom a viewer may see. `visible_trainees` is the scope every other query joins."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import (
    AccessGrant,
    AccessGrantEnd,
    Person,
    ScopeMember,
    ScopeMemberEnd,
)
from lms.identity.rules import first_role
from lms.policy import Permission, Role, Viewer, allows, roles_with

STATEMENTS = 200  # How many are kept: for one person in some roles on one day each.


def visible_trainees(viewer: Viewer, permission: Permission) -> Select[UUID]:
    """Ids of the trainees the viewer may do this to: only grants whose role carries the permission count."""
    return _trainees_of(viewer.id, viewer.roles & roles_with(permission), today())


def supervised_by(person_id: UUID) -> Select[UUID]:
    """Ids of the trainees somebody supervises today: by a shift that names them, or as co-ordinating supervisor."""
    return (
        select(ScopeMember.trainee_id)
        .join(AccessGrant, AccessGrant.scope_id == ScopeMember.scope_id)
        .where(AccessGrant.person_id == person_id, AccessGrant.role == Role.SUPERVISOR, in_force(), still_member())
        .distinct()
    )


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


def acting_towards(viewer: Viewer, trainee_id: UUID, permission: Permission) -> Viewer:
    """The viewer in a role by which they may do this to this trainee: the one they act in if it is one, else the one
    they would act in first.

    Raises NotFound if there is none. For permissions that several roles carry: the role stored with a fact must be one
    that was granted.
    """
    granted = [role for role in roles_towards(viewer, [trainee_id])[trainee_id] if allows([role], permission)]
    if not granted:
        raise NotFound
    return viewer if viewer.acting in granted else replace(viewer, acting=first_role(frozenset(granted)))


def _grants_of(viewer: Viewer, roles: frozenset[Role]) -> Select[UUID, Role]:
    """The trainees inside the viewer's live grants of some roles, each with the role of the grant."""
    return _live_grants(viewer.id, roles, today())


# A page asks for the same trainees several times, and to make the statement takes longer than to have it answered.
@lru_cache(maxsize=STATEMENTS)
def _trainees_of(person_id: UUID, roles: frozenset[Role], day: date) -> Select[UUID]:
    return _live_grants(person_id, roles, day).with_only_columns(ScopeMember.trainee_id).distinct()


@lru_cache(maxsize=STATEMENTS)
def _live_grants(person_id: UUID, roles: frozenset[Role], day: date) -> Select[UUID, Role]:
    return (
        select(ScopeMember.trainee_id, AccessGrant.role)
        .join(AccessGrant, AccessGrant.scope_id == ScopeMember.scope_id)
        .where(AccessGrant.person_id == person_id, AccessGrant.role.in_(roles), _in_force_on(day), still_member())
    )


def in_force() -> ColumnElement[bool]:
    """The condition that an access grant gives sight today: begun, not run out and not closed."""
    return _in_force_on(today())


@lru_cache(maxsize=8)
def _in_force_on(day: date) -> ColumnElement[bool]:
    return and_(
        AccessGrant.from_on <= day,
        or_(AccessGrant.until_on.is_(None), AccessGrant.until_on >= day),
        ~select(AccessGrantEnd.id).where(AccessGrantEnd.grant_id == AccessGrant.id).correlate(AccessGrant).exists(),
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


def list_seeing(trainee_id: UUID, permission: Permission) -> list[UUID]:
    """Ids of the people who may do this to this trainee today."""
    return list_in_roles(trainee_id, roles_with(permission))


def list_in_roles(trainee_id: UUID, roles: frozenset[Role]) -> list[UUID]:
    """Ids of the people who see this trainee today in one of these roles."""
    return list(
        db.session.scalars(
            select(AccessGrant.person_id)
            .join(ScopeMember, ScopeMember.scope_id == AccessGrant.scope_id)
            .where(ScopeMember.trainee_id == trainee_id, AccessGrant.role.in_(roles), in_force(), still_member())
            .distinct()
        )
    )


def list_trainees(viewer: Viewer, permission: Permission) -> list[Person]:
    """The trainees with an account in use the viewer may do this to, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(visible_trainees(viewer, permission)), Person.deactivated_at.is_(None))
            .order_by(func.lower(Person.name), Person.id)
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
    rows = db.session.execute(
        select(Person.name, AccessGrant.role, AccessGrant.from_on, AccessGrant.until_on, AccessGrant.cause)
        .join(AccessGrant, AccessGrant.person_id == Person.id)
        .join(ScopeMember, ScopeMember.scope_id == AccessGrant.scope_id)
        .where(
            ScopeMember.trainee_id == viewer.id,
            AccessGrant.person_id != viewer.id,
            in_force(),
            Person.deactivated_at.is_(None),
            still_member(),
        )
        .order_by(AccessGrant.role, func.lower(Person.name), AccessGrant.id)
    )
    return [Watcher(*row) for row in rows]
