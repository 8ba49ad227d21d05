"""Which capabilities of a trainee somebody signed off themselves."""

from uuid import UUID

from sqlalchemy import select

from lms.competencies.queries import load_sign_offs
from lms.competencies.rules import Framework, in_force
from lms.core.clock import now, today
from lms.identity.models import Person
from lms.policy import Viewer


def signed_off_by(viewer: Viewer, trainee_id: UUID, framework: Framework) -> list[str]:
    """The names of the capabilities whose sign-off in force is the viewer's own. One statement."""
    scope = select(Person.id).where(Person.id == trainee_id)
    sign_offs = load_sign_offs(scope, known_at=now()).get(trainee_id, [])
    return [
        framework.capabilities[code].name
        for code, made in in_force(framework, sign_offs, today()).items()
        if made.assessor_id == viewer.id
    ]
