"""Reading the fictional people of an example service."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.core.db import db
from lms.identity.models import (
    Person,
    RoleAssignment,
    RoleEnd,
)
from lms.policy import Role


@dataclass(frozen=True, slots=True)
class ExampleAccount:
    """A fictional person one may sign in as in demo mode."""

    name: str
    email: str
    roles: tuple[Role, ...]


def list_example_accounts() -> list[ExampleAccount]:
    """The fictional people of the example service, by role and in the order they were added."""
    rows = db.session.execute(
        select(Person.name, Person.email, RoleAssignment.role)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
        .where(Person.is_example, Person.deactivated_at.is_(None), RoleEnd.id.is_(None))
        .order_by(Person.id)
    )
    roles: dict[tuple[str, str], set[Role]] = {}
    for name, email, role in rows:
        if email is None:
            continue  # A guest; whoever holds a role has an address.
        roles.setdefault((name, email), set()).add(role)
    order = list(Role)
    found = [ExampleAccount(name, email, tuple(sorted(held, key=order.index))) for (name, email), held in roles.items()]
    return sorted(found, key=lambda account: order.index(account.roles[0]))


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
