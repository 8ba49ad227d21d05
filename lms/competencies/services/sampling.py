"""Setting the sampling policy, and looking at a sampled assessment as a second person."""

from datetime import date
from uuid import UUID

from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, keep_text, record
from lms.competencies.models import SampleLook, SamplingPolicy
from lms.competencies.queries.sampling import get_look_page
from lms.competencies.rules.sampling import LookOutcome, Quarter, check_look, check_policy
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards
from lms.notifications.services import tell
from lms.policy import Permission, Viewer


def set_sampling_policy(
    actor: Viewer,
    *,
    from_on: date,
    assessors_share: int,
    trainees_share: int,
    forms_share: int,
    reason: str,
    no_identifiers: bool = False,
) -> SamplingPolicy:
    """Set which shares are looked at from this quarter or the next one. Earlier policies stay on record.

    Raises RuleViolation for another day, a share outside 1 to 100, or without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    shares = {"assessors_share": assessors_share, "trainees_share": trainees_share, "forms_share": forms_share}
    with transaction() as session:
        hold(SERVICE_CHAIN)
        check_policy(from_on=from_on, quarter=Quarter.of(today()), shares=shares, reason=reason)
        policy = SamplingPolicy(
            set_by_id=actor.id,
            role=actor.role_for(Permission.SAMPLING_SET),
            from_on=from_on,
            **shares,
            reason=keep_text(reason),
        )
        session.add(policy)
        record(actor, "sampling.policy-set", policy, under=Permission.SAMPLING_SET)
    return policy


def look_at_assessment(
    actor: Viewer, assessment_id: UUID, *, outcome: LookOutcome, note: str = "", no_identifiers: bool = False
) -> SampleLook:
    """Accept a sampled assessment, or leave a note on which to talk with its assessor, who is told.

    Raises NotFound outside the actor's scope, RuleViolation for one's own work, for what was not drawn, twice, or for a
    talk without a note.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(get_look_page(actor, assessment_id).piece.trainee_id)
        page = get_look_page(actor, assessment_id)
        piece = page.piece
        actor = acting_towards(actor, piece.trainee_id, Permission.ASSESSMENT_SAMPLE)
        if page.sample is None or page.policy is None:
            raise RuleViolation("No sampling policy holds for the quarter of this assessment.")
        check_look(piece, page.sample, by_id=actor.id, outcome=outcome, note=note, is_looked_at=page.look is not None)
        look = SampleLook(
            assessment_id=piece.id,
            trainee_id=piece.trainee_id,
            assessor_id=piece.assessor_id,
            policy_id=page.policy.id,
            quarter=page.quarter.name,
            by_id=actor.id,
            role=actor.role_for(Permission.ASSESSMENT_SAMPLE),
            outcome=outcome,
            note=keep_text(note) if note.strip() else None,
        )
        session.add(look)
        record(actor, "assessment.looked-at", look, about=piece.trainee_id, under=Permission.ASSESSMENT_SAMPLE)
        if outcome is LookOutcome.TALK:
            tell(
                piece.assessor_id,
                f"{actor.name} would like to talk about an assessment you wrote",
                "/assessments/looked-at",
            )
    return look
