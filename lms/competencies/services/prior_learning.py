"""Claiming prior learning, and deciding about a claim. An accepted claim is a sign-off with a last day of its own."""

from datetime import date
from typing import BinaryIO
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import PriorLearningClaim, PriorLearningDecision, SignOff
from lms.competencies.services.calibration import require_calibration
from lms.competencies.services.requests import SEES_FOR
from lms.competencies.services.sign_offs import check_signer
from lms.core.clock import now, today
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.files.services import add_file, receive
from lms.identity.queries import get_trainee
from lms.identity.services import add_to_scope, open_grant
from lms.notifications.services import tell
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import IdentityGrade


def claim_prior_learning(
    actor: Viewer,
    *,
    code: str,
    level: int,
    assessor_id: UUID,
    evidence: str,
    proof: BinaryIO | None = None,
    confirmed_file: str = "",
    no_identifiers: bool = False,
) -> PriorLearningClaim:
    """Claim a capability one has already, with evidence; the assessor asked may see the record for 90 days.

    The name a file came with is not kept; `confirmed_file` is the digest of one the actor has looked at because it may
    identify somebody. Raises RuleViolation for an unknown capability or assessor, without evidence, for a text or file
    that may identify a patient, or where the same claim waits with the same assessor.
    """
    check_free_text(evidence, no_identifiers=no_identifiers, field="evidence")
    name = f"prior-learning-{today()}"
    received = receive(name, proof, is_about_care=True, confirmed=confirmed_file) if proof else None
    with transaction() as session:
        hold(actor.id)
        trainee = get_trainee(actor, actor.id, Permission.ASSESSMENT_ASK)
        version = queries.framework_of(trainee.id)
        rules.check_claim(
            trainee_id=trainee.id,
            assessor_id=assessor_id,
            assessors={person.id for person in queries.list_deciders(trainee.id)},
            code=code,
            level=level,
            evidence=evidence,
            known=version.framework.capabilities,
            earlier=[row.fact for row in queries.list_own_claims(actor)],
        )
        stored = add_file(received, owner_id=trainee.id) if received else None
        claim = PriorLearningClaim(
            trainee_id=trainee.id,
            capability_code=code,
            level=level,
            assessor_id=assessor_id,
            framework_version_id=version.id,
            evidence=keep_text(evidence),
            file_id=stored.id if stored else None,
        )
        session.add(claim)
        session.flush()
        rows = [claim, stored] if stored else [claim]
        record(actor, "prior-learning.claimed", *rows, about=trainee.id, under=Permission.ASSESSMENT_ASK)
        add_to_scope(actor, trainee_id=trainee.id, scope_id=trainee.id, cause="The trainee's own record")
        open_grant(
            actor,
            person_id=assessor_id,
            scope_id=trainee.id,
            role=Role.ASSESSOR,
            until_on=today() + SEES_FOR,
            cause=f"Asked on {day(today())} to decide about prior learning",
            about=trainee.id,
        )
        tell(assessor_id, f"{actor.name} claims prior learning and asks you to decide", f"/prior-learning/{claim.id}")
    return claim


def accept_claim(
    actor: Viewer,
    claim_id: UUID,
    *,
    level: int,
    expires_on: date | None,
    reason: str,
    no_identifiers: bool = False,
) -> PriorLearningDecision:
    """Accept a claim at a level until a day: a sign-off by prior learning, which counts until then and no longer.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, for a supervisor or consultant nurse, before
    the actor's calibration for the framework the trainee is held to, twice, without a reason, or for a day too far
    ahead.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        claim = _held_claim(actor, claim_id, reason)
        version = queries.framework_of(claim.trainee_id)
        require_calibration(actor, version.id)
        capability = version.framework.capabilities.get(claim.code)
        if capability is None:
            raise NotFound("The framework no longer has this capability.")
        rules.check_acceptance(capability=capability, level=level, expires_on=expires_on, today=today())
        assert expires_on is not None
        at, role, text = now(), actor.role_for(Permission.CAPABILITY_SIGN_OFF), keep_text(reason)
        made = SignOff(
            trainee_id=claim.trainee_id,
            capability_code=claim.code,
            framework_version_id=version.id,
            assessor_id=actor.id,
            role=role,
            identity_grade=IdentityGrade.ACCOUNT,
            level=level,
            decided_on=today(),
            rules_version=rules.RULES_VERSION,
            snapshot={"by": "prior-learning", "claim": str(claim.id), "expires_on": expires_on.isoformat()},
            recorded_at=at,
        )
        session.add(made)
        session.flush()
        decision = PriorLearningDecision(
            claim_id=claim.id,
            by_id=actor.id,
            role=role,
            sign_off_id=made.id,
            expires_on=expires_on,
            decided_on=today(),
            reason=text,
            recorded_at=at,
        )
        session.add(decision)
        about, under = claim.trainee_id, Permission.CAPABILITY_SIGN_OFF
        record(actor, "prior-learning.accepted", made, decision, about=about, under=under)
        told = f"{actor.name} accepted your prior learning of {capability.name} at level {level}"
        tell(claim.trainee_id, f"{told}, until {day(expires_on)}", f"/prior-learning/{claim.id}")
    return decision


def decline_claim(actor: Viewer, claim_id: UUID, *, reason: str, no_identifiers: bool = False) -> PriorLearningDecision:
    """Decline a claim, with a reason the trainee reads. It never counts against them.

    Raises NotFound outside the actor's scope, RuleViolation for oneself, for a supervisor or consultant nurse, twice
    or without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        claim = _held_claim(actor, claim_id, reason)
        decision = PriorLearningDecision(
            claim_id=claim.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CAPABILITY_SIGN_OFF),
            decided_on=today(),
            reason=keep_text(reason),
        )
        session.add(decision)
        about, under = claim.trainee_id, Permission.CAPABILITY_SIGN_OFF
        record(actor, "prior-learning.declined", decision, about=about, under=under)
        tell(claim.trainee_id, f"{actor.name} declined your claim of prior learning", f"/prior-learning/{claim.id}")
    return decision


def _held_claim(actor: Viewer, claim_id: UUID, reason: str) -> queries.ClaimRow:
    """The claim under the lock of its trainee, to be decided by somebody who may."""
    hold(queries.get_claim(actor, claim_id, Permission.CAPABILITY_SIGN_OFF).trainee_id)
    claim = queries.get_claim(actor, claim_id, Permission.CAPABILITY_SIGN_OFF)
    check_signer(actor, claim.trainee_id)
    rules.check_claim_decision(claim=claim.fact, reason=reason)
    return claim
