"""Whom a supervisor sees today, why and until when: by a shift that names them, a booking, or as co-ordinating one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from lms.core.db import db
from lms.identity.models import AccessGrant, Person, ScopeMember
from lms.identity.queries import in_force, still_member
from lms.policy import Role, Viewer


@dataclass(frozen=True, slots=True)
class SeenRow:
    """One trainee whom a supervisor sees: why, and the last day; None where no end is set."""

    trainee_id: UUID
    trainee_name: str
    cause: str
    until_on: date | None


def list_seen(viewer: Viewer, *, but: Collection[UUID] = ()) -> list[SeenRow]:
    """The trainees the viewer sees as a supervisor, by name, with what keeps their record open longest.

    One statement.
    """
    if Role.SUPERVISOR not in viewer.roles:
        return []
    rows = db.session.execute(
        select(Person.id, Person.name, AccessGrant.cause, AccessGrant.until_on)
        .join(ScopeMember, ScopeMember.trainee_id == Person.id)
        .join(AccessGrant, AccessGrant.scope_id == ScopeMember.scope_id)
        .where(
            AccessGrant.person_id == viewer.id,
            AccessGrant.role == Role.SUPERVISOR,
            Person.id.not_in([viewer.id, *but]),
            Person.deactivated_at.is_(None),
            in_force(),
            still_member(),
        )
        .order_by(AccessGrant.id)
    )
    longest: dict[UUID, SeenRow] = {}
    for row in (SeenRow(*each) for each in rows):
        known = longest.get(row.trainee_id)
        if known is None or (row.until_on or date.max) > (known.until_on or date.max):
            longest[row.trainee_id] = row
    return sorted(longest.values(), key=lambda row: (row.trainee_name.casefold(), row.trainee_id))
