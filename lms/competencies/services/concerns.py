"""Raising a concern, moving it along the ladder, closing it, sharing it with the university."""

from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries, rules
from lms.competencies.models import Concern, ConcernReplySeen, ConcernShare, ConcernStep
from lms.competencies.rules import ConcernFact, Rung
from lms.competencies.rules.concern_parties import is_shared, told_of_decision, told_of_step, told_when_raised
from lms.competencies.rules.concern_process import (
    check_actions_ended,
    check_decider,
    check_replies_read,
    check_share,
)
from lms.competencies.services.concern_notices import DECIDED, RAISED, tell_parties
from lms.core.clock import today
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee, may_towards
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
    """Raise a concern about a trainee's practice. The trainee and the consultant nurses are told at once.

    Raises NotFound outside the actor's scope, RuleViolation about oneself, without words, or above the rung the actor
    may begin on.
    """
    _check_words(text, no_identifiers=no_identifiers)
    with transaction():
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, Permission.CONCERN_RAISE)
        actor = acting_towards(actor, trainee.id, Permission.CONCERN_RAISE)
        may_manage = may_towards(actor, trainee.id, Permission.CONCERN_MANAGE)
        rules.check_raise(actor_id=actor.id, trainee_id=trainee.id, rung=rung, may_manage=may_manage)
        check_code(trainee.id, code)
        return _raise(
            actor,
            Concern(
                trainee_id=trainee.id,
                raised_by_id=actor.id,
                role=actor.role_for(Permission.CONCERN_RAISE),
                rung=rung,
                raised_on=today(),
                capability_code=code,
                text=keep_text(text),
            ),
        )


def check_code(trainee_id: UUID, code: str | None) -> None:
    """Refuse what is no capability of the framework the trainee is held to."""
    if code is not None and code not in queries.find_capabilities(trainee_id):
        raise RuleViolation("Select a capability from the list", field="code")


def open_unsafe_moment(
    actor: Viewer | None, trainee_id: UUID, *, by_id: UUID, text: str, no_identifiers: bool = False
) -> Concern:
    """Record the unsafe moment somebody saw whose assessment was just signed, as a recorded concern of theirs.

    Called inside the transaction in which the assessment is completed: both are kept, or neither. `by_id` is the
    signer, who need not see the trainee's record otherwise; `actor` is nobody where a guest signed. The trainee and the
    consultant nurses are told.

    Raises RuleViolation about oneself or without words.
    """
    _check_words(text, no_identifiers=no_identifiers)
    rules.check_raise(actor_id=by_id, trainee_id=trainee_id, rung=Rung.RECORDED, may_manage=False)
    with transaction():
        return _raise(
            actor,
            Concern(
                trainee_id=trainee_id,
                raised_by_id=by_id,
                role=actor.role_for(Permission.CONCERN_RAISE) if actor else None,
                rung=Rung.RECORDED,
                raised_on=today(),
                text=keep_text(text),
            ),
        )


def _check_words(text: str, *, no_identifiers: bool) -> None:
    if not text.strip():
        raise RuleViolation("Say what you saw or heard", field="text")
    check_free_text(text, no_identifiers=no_identifiers, field="text")


def _raise(actor: Viewer | None, concern: Concern) -> Concern:
    db.session.add(concern)
    db.session.flush()
    under = Permission.CONCERN_RAISE if actor else None
    record(actor, "concern.raised", concern, about=concern.trainee_id, under=under)
    tell_parties(_as_raised(concern), told_when_raised(concern.rung), RAISED, but=concern.raised_by_id)
    return concern


def move_concern(
    actor: Viewer,
    concern_id: UUID,
    *,
    rung: Rung,
    reason: str,
    seen_reply_id: UUID | None = None,
    no_identifiers: bool = False,
) -> ConcernStep:
    """Move an open concern to another rung, with a reason and the trainee's newest reply in view.

    Raises NotFound outside the actor's scope, RuleViolation as rules.check_step does, for who gave a second opinion,
    for an unread reply, and for an action nobody has decided about.
    """
    return _step(actor, concern_id, rung, reason, seen_reply_id, no_identifiers=no_identifiers)


def close_concern(
    actor: Viewer,
    concern_id: UUID,
    *,
    reason: str,
    seen_reply_id: UUID | None = None,
    no_identifiers: bool = False,
) -> ConcernStep:
    """Close an open concern, with a reason and the trainee's newest reply in view. It stays on record.

    Raises NotFound outside the actor's scope, RuleViolation as move_concern does.
    """
    return _step(actor, concern_id, None, reason, seen_reply_id, no_identifiers=no_identifiers)


def share_concern(actor: Viewer, concern_id: UUID, *, reason: str, no_identifiers: bool = False) -> ConcernShare:
    """Let the trainee's university read a concern below an action plan, with a reason. The trainee is told.

    Raises NotFound outside the actor's scope, RuleViolation about oneself, without a reason, on a closed concern or
    one the university may read anyway.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        page = managed_concern(actor, concern_id)
        fact = page.row.fact
        check_decider(fact, page.process.hands, actor_id=actor.id)
        check_share(fact, reason=reason, on=today())
        share = ConcernShare(
            concern_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_MANAGE),
            shared_on=today(),
            reason=keep_text(reason),
        )
        session.add(share)
        record(actor, "concern.shared", share, about=fact.trainee_id, under=Permission.CONCERN_MANAGE)
        tell_parties(fact, told_of_decision(fact.rung(today()), is_shared=True), DECIDED, but=actor.id)
    return share


def managed_concern(actor: Viewer, concern_id: UUID) -> queries.ConcernPage:
    """The concern under the lock of its trainee, if the actor manages concerns about them.

    Raises NotFound outside the actor's scope.
    """
    trainee_id = queries.get_concern(actor, concern_id).row.fact.trainee_id
    hold(trainee_id)
    get_trainee(actor, trainee_id, Permission.CONCERN_MANAGE)
    return queries.get_concern(actor, concern_id)


def _step(
    actor: Viewer, concern_id: UUID, to: Rung | None, reason: str, seen_id: UUID | None, *, no_identifiers: bool
) -> ConcernStep:
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        page = managed_concern(actor, concern_id)
        fact, process = page.row.fact, page.process
        rules.check_step(fact, actor_id=actor.id, to=to, reason=reason, on=today())
        check_decider(fact, process.hands, actor_id=actor.id)
        check_replies_read(newest_id=process.newest_reply_id, seen_id=seen_id)
        check_actions_ended(process.action_facts, to=to)
        step = ConcernStep(
            concern_id=fact.id,
            by_id=actor.id,
            role=actor.role_for(Permission.CONCERN_MANAGE),
            rung=to,
            decided_on=today(),
            reason=keep_text(reason),
        )
        seen = [ConcernReplySeen(step_id=step.id, reply_id=reply.id) for reply in process.replies]
        session.add(step)
        session.flush()
        session.add_all(seen)
        record(actor, "concern.moved", step, *seen, about=fact.trainee_id, under=Permission.CONCERN_MANAGE)
        parties = told_of_step(before=fact.rung(today()), to=to, is_shared=is_shared(fact))
        sees = fact.university_sees(today()) if to is None else to.blocks or is_shared(fact)
        tell_parties(fact, parties, DECIDED, but=actor.id, university_sees=sees)
    return step


def _as_raised(concern: Concern) -> ConcernFact:
    return ConcernFact(
        concern.id,
        concern.trainee_id,
        concern.raised_by_id,
        concern.raised_on,
        concern.rung,
        concern.recorded_at,
    )
