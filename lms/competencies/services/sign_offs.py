"""Signing off a capability and taking a sign-off back."""

from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import SignOff, SignOffWithdrawal
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.identifiers import check_free_text
from lms.identity.queries import get_trainee
from lms.notifications.services import tell
from lms.policy import Permission, Viewer
from lms.signing.rules import IdentityGrade


def sign_off(
    actor: Viewer, trainee_id: UUID, code: str, *, level: int, note: str = "", no_identifiers: bool = False
) -> SignOff:
    """Decide that a trainee has a capability at a level. The evidence seen is frozen with the decision.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, where the rule is not met at the level, or
    where a sign-off already holds and no review is due.
    """
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, Permission.CAPABILITY_SIGN_OFF)
        version = queries.framework_of(trainee.id)
        standing = queries.get_standing(trainee.id, code, level=level, version=version)
        rules.check_sign_off(assessor_id=actor.id, trainee_id=trainee.id, standing=standing)
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
            snapshot=standing.result.snapshot(),
        )
        session.add(row)
        record(actor, "sign-off.recorded", row, about=trainee.id, under=Permission.CAPABILITY_SIGN_OFF)
        tell(
            trainee.id,
            f"{actor.name} signed off {standing.capability.name} at level {level}",
            f"/trainees/{trainee.id}/capabilities/{code}",
        )
    return row


def withdraw_sign_off(
    actor: Viewer, sign_off_id: UUID, *, reason: str, no_identifiers: bool = False
) -> SignOffWithdrawal:
    """Take a sign-off back, with a reason the trainee reads. What was signed stays on record.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, without a reason, or if already withdrawn.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(queries.get_sign_off(actor, sign_off_id, Permission.CAPABILITY_SIGN_OFF).fact.trainee_id)
        found = queries.get_sign_off(actor, sign_off_id, Permission.CAPABILITY_SIGN_OFF)
        fact = found.fact
        rules.check_withdrawal(actor_id=actor.id, sign_off=fact, reason=reason)
        row = SignOffWithdrawal(
            sign_off_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CAPABILITY_SIGN_OFF),
            withdrawn_on=today(),
            reason=keep_text(reason),
        )
        session.add(row)
        record(actor, "sign-off.withdrawn", row, about=fact.trainee_id, under=Permission.CAPABILITY_SIGN_OFF)
        tell(
            fact.trainee_id,
            f"{actor.name} withdrew the sign-off of {found.capability}",
            f"/trainees/{fact.trainee_id}/capabilities/{fact.code}",
        )
    return row
