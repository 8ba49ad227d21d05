"""Telling of the reviews that open when a signature begins to count after it was made."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from lms.audit.services import hold
from lms.competencies.models import Assessment
from lms.competencies.services.reviews import tell_of_reviews
from lms.core.db import db
from lms.policy import Viewer


def tell_of_signers(actor: Viewer, signers: Collection[UUID]) -> None:
    """Tell of the reviews that the assessments of these people open, now that their signatures count.

    Called in the transaction in which an administrator accepts them.
    """
    signed = select(Assessment.trainee_id, Assessment.id).where(Assessment.assessor_id.in_(signers))
    rows = db.session.execute(signed.order_by(Assessment.recorded_at, Assessment.id)).all()
    hold(*{row.trainee_id for row in rows})
    for trainee_id, assessment_id in rows:
        tell_of_reviews(actor, trainee_id, assessment_id)
