"""Answering calibration vignettes: a level and a reason are committed before the panel's are shown."""

from uuid import UUID

from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, keep_text, record
from lms.competencies.models import CalibrationAnswer
from lms.competencies.queries.calibration import get_own_vignette, load_answers
from lms.competencies.rules.calibration import check_answer, check_calibrated
from lms.core.db import transaction
from lms.core.identifiers import check_free_text
from lms.policy import Permission, Viewer


def answer_vignette(
    actor: Viewer,
    vignette_id: UUID,
    *,
    level: int,
    reason: str,
    no_identifiers: bool = False,
    framework_id: UUID | None = None,
) -> CalibrationAnswer:
    """Commit a level and a reason for a vignette drawn for the actor, for one version of the framework or the one in
    force. There is no pass and no fail.

    Raises NotFound for a vignette that was not drawn, RuleViolation for a second answer or one without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(SERVICE_CHAIN)
        page, row = get_own_vignette(actor, vignette_id, framework_id)
        check_answer(
            slug=row.vignette.slug,
            offered=[each.vignette.slug for each in page.rows],
            answered=[each.vignette.slug for each in page.rows if each.answer],
            level=level,
            reason=reason,
        )
        answer = CalibrationAnswer(
            assessor_id=actor.id,
            role=actor.role_for(Permission.CAPABILITY_SIGN_OFF),
            framework_version_id=page.version.id,
            vignette_version_id=row.id,
            slug=row.vignette.slug,
            level=level,
            reason=keep_text(reason),
        )
        session.add(answer)
        record(actor, "calibration.answered", answer, under=Permission.CAPABILITY_SIGN_OFF)
    return answer


def require_calibration(actor: Viewer, framework_id: UUID) -> None:
    """Refuse a sign-off until the actor has answered the vignettes for the framework it is made under.

    Raises RuleViolation.
    """
    check_calibrated(load_answers(actor.id, framework_id))
