"""Signing off a capability, and looking at a sign-off again after a later, lower rating."""

from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import SignOff, SignOffReview
from lms.competencies.services.calibration import require_calibration
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import get_trainee
from lms.notifications.services import tell
from lms.policy import Permission, Viewer
from lms.signing.rules import IdentityGrade


def check_signer(actor: Viewer, trainee_id: UUID) -> None:
    """Refuse somebody who may not decide about this trainee's capabilities, whatever the evidence.

    Every sign-off and every decision about prior learning passes here. Raises RuleViolation.
    """
    why = queries.why_no_signer(actor, [trainee_id])[trainee_id]
    if why:
        raise RuleViolation(why)


def sign_off(
    actor: Viewer, trainee_id: UUID, code: str, *, level: int, note: str = "", no_identifiers: bool = False
) -> SignOff:
    """Decide that a trainee has a capability at a level. The evidence seen is frozen with the decision.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, for a supervisor or consultant nurse, before
    the actor's calibration for the framework the trainee is held to, where the evidence does not carry the level, or
    where a sign-off already holds and no review is due.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, Permission.CAPABILITY_SIGN_OFF)
        check_signer(actor, trainee.id)
        version = queries.framework_of(trainee.id)
        require_calibration(actor, version.id)
        standing = queries.get_standing(trainee.id, code, level=level, version=version)
        rules.check_sign_off(standing=standing)
        row = SignOff(
            trainee_id=trainee.id,
            capability_code=code,
            framework_version_id=version.id,
            assessor_id=actor.id,
            role=actor.role_for(Permission.CAPABILITY_SIGN_OFF),
            identity_grade=IdentityGrade.ACCOUNT,
            level=level,
            decided_on=today(),
            note=keep_text(note) if note else None,
            rules_version=rules.RULES_VERSION,
            snapshot=standing.snapshot(),
        )
        session.add(row)
        record(actor, "sign-off.recorded", row, about=trainee.id, under=Permission.CAPABILITY_SIGN_OFF)
        url = f"/trainees/{trainee.id}/capabilities/{code}"
        tell(trainee.id, f"{actor.name} signed off {standing.capability.name} at level {level}", url)
        tell(actor.id, f"You signed off {standing.capability.name} of {trainee.name} at level {level}", url)
    return row


def review_sign_off(actor: Viewer, sign_off_id: UUID, *, reason: str, no_identifiers: bool = False) -> SignOffReview:
    """Say why a sign-off goes on standing after later, lower ratings. It ends the review and moves no date.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, without a reason, or if none is open.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(queries.get_sign_off(actor, sign_off_id, Permission.CAPABILITY_SIGN_OFF).fact.trainee_id)
        found = queries.get_sign_off(actor, sign_off_id, Permission.CAPABILITY_SIGN_OFF)
        fact = found.fact
        check_signer(actor, fact.trainee_id)
        if queries.find_review(fact.trainee_id, sign_off_id) is None:
            raise RuleViolation("No review of this sign-off is open.")
        if not reason.strip():
            raise RuleViolation("Say why the sign-off goes on standing", field="reason")
        row = SignOffReview(
            sign_off_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CAPABILITY_SIGN_OFF),
            reviewed_on=today(),
            reason=keep_text(reason),
        )
        session.add(row)
        record(actor, "sign-off.reviewed", row, about=fact.trainee_id, under=Permission.CAPABILITY_SIGN_OFF)
        tell(
            fact.trainee_id,
            f"{actor.name} looked at the sign-off of {found.capability} again: it stands",
            f"/trainees/{fact.trainee_id}/capabilities/{fact.code}",
        )
    return row
