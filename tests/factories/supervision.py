"""Co-ordinating supervisors, the supervision log and meetings for tests, made as the service makes them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from lms.competencies import services
from lms.competencies.models import CoordinatingSupervisor, PlacementMeeting, SupervisionEntry
from lms.competencies.rules.meetings import MeetingKind, NewAction
from lms.competencies.rules.supervision import NamedBecause, Theme
from lms.core.clock import today
from lms.curriculum.services import sync_content
from lms.identity.services import create_person, give_role, viewer_for
from lms.policy import Permission, Role, Viewer
from tests.cast import Cast
from tests.factories import curriculum


def recorder(person_id: UUID) -> Viewer:
    """Somebody who records supervision."""
    return viewer_for(person_id, Permission.SUPERVISION_RECORD)


def name(
    cast: Cast, person_id: UUID | None, *, trainee_id: UUID | None = None, **changes: Any
) -> CoordinatingSupervisor:
    """The consultant nurse names who co-ordinates the supervision of the trainee, from today on."""
    usual: dict[str, Any] = {"person_id": person_id, "from_on": today(), "cause": NamedBecause.BEGINS}
    actor = viewer_for(cast.consultant_nurse, Permission.SUPERVISION_APPOINT)
    return services.name_coordinating_supervisor(actor, trainee_id or cast.trainee, **{**usual, **changes})


def log(actor_id: UUID, trainee_id: UUID, supervisor_id: UUID, **changes: Any) -> SupervisionEntry:
    """Three quarters of an hour of supervision today."""
    usual: dict[str, Any] = {
        "supervisor_id": supervisor_id,
        "held_on": today(),
        "minutes": 45,
        "themes": [Theme.WELLBEING, Theme.CASELOAD],
        "action": "Swap one night shift.",
    }
    return services.log_supervision(recorder(actor_id), trainee_id, **{**usual, **changes})


def held(trainee_id: UUID, supervisor_id: UUID, days_ago: int = 0) -> SupervisionEntry:
    """Supervision some days ago, logged by the trainee and confirmed by the supervisor."""
    entry = log(trainee_id, trainee_id, supervisor_id, held_on=today() - timedelta(days=days_ago))
    services.confirm_supervision(recorder(supervisor_id), entry.id)
    return entry


def meet(actor_id: UUID, trainee_id: UUID, site_id: UUID, supervisor_id: UUID, **changes: Any) -> PlacementMeeting:
    """An initial meeting today with one action."""
    usual: dict[str, Any] = {
        "kind": MeetingKind.INITIAL,
        "supervisor_id": supervisor_id,
        "held_on": today(),
        "summary": "What there is to see here.",
        "goals": "Take part in joint assessments.",
        "actions": [NewAction("Read the local pathway", 2)],
    }
    return services.record_meeting(recorder(actor_id), trainee_id, site_id, **{**usual, **changes})


def another_supervisor(cast: Cast, called: str = "Petra Varga") -> UUID:
    """One more supervisor, who sees nobody yet."""
    address = f"{called.lower().replace(' ', '.')}@example.org"
    person = create_person(None, name=called, email=address, organisation_id=cast.trust)
    give_role(None, person_id=person.id, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test cast")
    return person.id


def enrol(cast: Cast, *trainees: UUID) -> None:
    """An enrolment of each in a small programme that began on Monday 7 September 2026."""
    sync_content(None, curriculum.small_content())
    cohort_id = curriculum.open_cohort(cast.administrator, cast.university_a)
    for trainee_id in trainees:
        curriculum.enrol(cast.administrator, cohort_id, trainee_id)
