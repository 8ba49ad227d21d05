"""Who may decide about the capabilities of a trainee, whatever the evidence."""

from collections.abc import Iterable
from uuid import UUID

from lms.competencies import rules
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.queries import list_in_roles, list_people_with_role, supervised_by
from lms.policy import Role, Viewer


def why_no_signer(viewer: Viewer, trainees: Iterable[UUID]) -> dict[UUID, str]:
    """Why the viewer may not decide about each of these trainees; empty words where they may. One statement."""
    supervised = set(db.session.scalars(supervised_by(viewer.id)))
    return {
        trainee_id: rules.why_no_signer(
            assessor_id=viewer.id,
            trainee_id=trainee_id,
            is_consultant_nurse=Role.CONSULTANT_NURSE in viewer.roles,
            is_supervisor=trainee_id in supervised,
        )
        for trainee_id in trainees
    }


def list_deciders(trainee_id: UUID) -> list[Person]:
    """Active assessors a trainee may ask to decide about prior learning: nobody who supervises them now, by name."""
    supervising = {trainee_id, *list_in_roles(trainee_id, frozenset({Role.SUPERVISOR}))}
    return [each for each in list_people_with_role(Role.ASSESSOR) if each.id not in supervising]
