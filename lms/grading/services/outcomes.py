"""Recording what a university decided about a module."""

from datetime import date
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import Stale
from lms.core.identifiers import check_free_text
from lms.grading.models import ModuleOutcome
from lms.grading.queries.outcomes import get_outcomes
from lms.grading.rules.outcomes import ModuleOutcomeFact, Outcome, Standing, check_outcome
from lms.identity.queries import get_trainee
from lms.notifications.services import send_mail, tell
from lms.policy import Permission, Viewer

RECORD = Permission.MODULE_OUTCOME_RECORD


def record_module_outcome(
    actor: Viewer,
    trainee_id: UUID,
    module: str,
    *,
    outcome: Outcome,
    standing: Standing,
    decided_on: date,
    reason: str = "",
    seen_id: UUID | None = None,
) -> ModuleOutcome:
    """Record an outcome and tell the trainee; a change supersedes the outcome that stood and says why.

    `seen_id` is the outcome the page showed. Raises NotFound outside the actor's scope or the trainee's programme,
    Stale if somebody else recorded one since, RuleViolation if the outcome cannot be defended.
    """
    check_free_text(reason, no_identifiers=True, field="reason")
    with transaction() as session:
        get_trainee(actor, trainee_id, RECORD)
        hold(trainee_id)
        outcomes = get_outcomes(actor, trainee_id, RECORD)
        row = outcomes.module(module)
        before = row.outcome
        if (before.id if before else None) != seen_id:
            raise Stale(_as_text(before), 0)
        check_outcome(
            actor_id=actor.id,
            trainee_id=trainee_id,
            outcome=outcome,
            standing=standing,
            decided_on=decided_on,
            reason=reason,
            today=today(),
            before=before,
        )
        kept = keep_text(reason.strip()) if reason.strip() else None
        session.flush()
        entry = ModuleOutcome(
            trainee_id=trainee_id,
            module=module,
            outcome=outcome,
            standing=standing,
            decided_on=decided_on,
            recorded_by_id=actor.id,
            role=actor.role_for(RECORD),
            university_id=outcomes.university_id,
            supersedes_id=before.id if before else None,
            reason_id=kept.id if kept else None,
        )
        session.add(entry)
        session.flush()
        record(actor, "module-outcome.recorded", entry, about=trainee_id, under=RECORD)
        path = f"/trainees/{trainee_id}/modules"
        tell(trainee_id, f"An outcome was recorded for {row.title}", path)
        send_mail(trainee_id, "module-outcome", path=path, module=row.title)
    return entry


def _as_text(fact: ModuleOutcomeFact | None) -> dict[str, str]:
    if fact is None:
        return {"outcome": "", "standing": "", "decided_on": ""}
    day = fact.decided_on
    return {
        "outcome": fact.outcome.label,
        "standing": fact.standing.label,
        "decided_on": f"{day.day} {day.month} {day.year}",
    }
