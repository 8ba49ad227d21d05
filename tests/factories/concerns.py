"""Concerns for tests, raised and answered as the service does it, and concerns as rules take them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from lms.competencies import services
from lms.competencies.models import Concern
from lms.competencies.rules import ConcernFact, ConcernStepFact, Rung
from lms.core.clock import today
from lms.identity.services import create_person, give_role, open_grant, viewer_for
from lms.policy import Permission, Role, Viewer

TEXT = "Left before the plan was agreed."
TRAINEE, RAISER, NURSE, DEPUTY, OTHER = (UUID(int=number) for number in range(1, 6))
RAISED = date(2026, 11, 2)


def moment(on: date) -> datetime:
    """Midnight of a day, for facts whose moment does not matter."""
    return datetime(on.year, on.month, on.day, tzinfo=UTC)


def fact(first: Rung, *steps: tuple[Rung | None, date], shared_on: date | None = None) -> ConcernFact:
    """A concern raised on a Monday, with the steps of these days."""
    taken = tuple(ConcernStepFact(rung, on, moment(on)) for rung, on in steps)
    return ConcernFact(UUID(int=9), TRAINEE, RAISER, RAISED, first, moment(RAISED), taken, shared_on)


def raiser(person_id: UUID) -> Viewer:
    """Somebody as they raise a concern."""
    return viewer_for(person_id, Permission.CONCERN_RAISE)


def manager(person_id: UUID) -> Viewer:
    """Somebody as they decide about a concern."""
    return viewer_for(person_id, Permission.CONCERN_MANAGE)


def adviser(person_id: UUID) -> Viewer:
    """Somebody as they give a second opinion."""
    return viewer_for(person_id, Permission.CONCERN_ADVISE)


def answering(trainee_id: UUID) -> Viewer:
    """The trainee as they answer."""
    return viewer_for(trainee_id, Permission.CONCERN_ANSWER)


def raise_concern(person_id: UUID, trainee_id: UUID, rung: Rung = Rung.RECORDED, **changes: Any) -> Concern:
    """A concern about a trainee."""
    return services.raise_concern(raiser(person_id), trainee_id, **{"rung": rung, "text": TEXT, **changes})


def let_see(person_id: UUID, trainee_id: UUID, role: Role) -> None:
    """Open access to one trainee, as a shift or a request does."""
    open_grant(
        None, person_id=person_id, scope_id=trainee_id, role=role, from_on=today(), cause="Test cast", about=trainee_id
    )


def deputy(trust: UUID, name: str = "Dora Finch") -> UUID:
    """One more person who manages concerns."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    person = create_person(None, name=name, email=email, organisation_id=trust)
    give_role(None, person_id=person.id, role=Role.CONSULTANT_NURSE, scope_id=trust, cause="Test cast")
    return person.id
