"""Raising a concern, moving it along the ladder, closing it."""

from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import Concern, ConcernStep
from lms.competencies.rules import Rung
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee, may_towards
from lms.notifications.services import tell
from lms.policy import Permission, Viewer


def raise_concern(
    actor: Viewer,
    trainee_id: UUID,
    *,
    rung: Rung,
    text: str,
    code: str | None = None,
    no_identifiers: bool = False,
) -> Concern:
    """Raise a concern about a trainee's practice. The consultant nurses are told; they alone move and close it.

    Raises NotFound outside the actor's scope, RuleViolation about oneself, without words, or above the rung the actor
    may begin on.
    """
    if not text.strip():
        raise RuleViolation("Say what you saw or heard", field="text")
    check_free_text(text, no_identifiers=no_identifiers, field="text")
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, Permission.CONCERN_RAISE)
        actor = acting_towards(actor, trainee.id, Permission.CONCERN_RAISE)
        may_manage = may_towards(actor, trainee.id, Permission.CONCERN_MANAGE)
        rules.check_raise(actor_id=actor.id, trainee_id=trainee.id, rung=rung, may_manage=may_manage)
        if code is not None and code not in queries.get_framework().framework.capabilities:
            raise RuleViolation("Select a capability from the list", field="code")
        concern = Concern(
            trainee_id=trainee.id,
            raised_by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_RAISE),
            rung=rung,
            raised_on=today(),
            capability_code=code,
            text=keep_text(text),
        )
        session.add(concern)
        session.flush()
        record(actor, "concern.raised", concern, about=trainee.id, under=Permission.CONCERN_RAISE)
        for person_id in queries.list_managers(trainee.id):
            if person_id != actor.id:
                tell(person_id, "A concern was raised", f"/concerns/{concern.id}")
    return concern


def move_concern(
    actor: Viewer, concern_id: UUID, *, rung: Rung, reason: str, no_identifiers: bool = False
) -> ConcernStep:
    """Move an open concern to another rung, with a reason.

    Raises NotFound outside the actor's scope, RuleViolation as rules.check_step does.
    """
    return _step(actor, concern_id, to=rung, reason=reason, no_identifiers=no_identifiers)


def close_concern(actor: Viewer, concern_id: UUID, *, reason: str, no_identifiers: bool = False) -> ConcernStep:
    """Close an open concern, with a reason. It stays on record.

    Raises NotFound outside the actor's scope, RuleViolation as rules.check_step does.
    """
    return _step(actor, concern_id, to=None, reason=reason, no_identifiers=no_identifiers)


def _step(actor: Viewer, concern_id: UUID, *, to: Rung | None, reason: str, no_identifiers: bool) -> ConcernStep:
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        trainee_id = queries.get_concern(actor, concern_id).row.fact.trainee_id
        hold(trainee_id)
        get_trainee(actor, trainee_id, Permission.CONCERN_MANAGE)
        fact = queries.get_concern(actor, concern_id).row.fact
        rules.check_step(fact, actor_id=actor.id, to=to, reason=reason, on=today())
        step = ConcernStep(
            concern_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_MANAGE),
            rung=to,
            decided_on=today(),
            reason=keep_text(reason),
        )
        session.add(step)
        record(actor, "concern.moved", step, about=trainee_id, under=Permission.CONCERN_MANAGE)
        if fact.raised_by_id != actor.id:
            tell(fact.raised_by_id, "A concern you raised was decided on", f"/concerns/{fact.id}")
    return step
