"""Approving and querying shifts: one transaction each, with its ledger entries."""

from collections.abc import Collection
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.core import words
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import ShiftDecision
from lms.placements.rules import states
from lms.placements.rules.states import Verdict
from lms.policy import Permission, Viewer
from lms.signing.rules import IdentityGrade


def approve_shifts(actor: Viewer, shift_ids: Collection[UUID]) -> list[ShiftDecision]:
    """Confirm that trainees worked these shifts: all of them or, if one cannot be approved, none.

    Raises NotFound for a shift that does not name the actor, RuleViolation for one that does not wait.
    """
    if not shift_ids:
        raise RuleViolation("Select at least one shift", "shifts")
    with transaction() as session:
        hold(*{row.trainee_id for row in queries.list_named(actor, shift_ids)})
        made: dict[UUID, list[ShiftDecision]] = {}
        for row in queries.list_named(actor, shift_ids):
            states.check_approval(row.fact.status, actor_id=actor.id, trainee_id=row.trainee_id)
            made.setdefault(row.trainee_id, []).append(
                shift_decision(actor, row, Verdict.APPROVED, Permission.HOURS_APPROVE)
            )
        for trainee_id, decisions in made.items():
            session.add_all(decisions)
            record(actor, "hours.approved", *decisions, about=trainee_id, under=Permission.HOURS_APPROVE)
            what = words.number_of(len(decisions), "shift")
            where = f"/hours/shifts/{decisions[0].shift_id}" if len(decisions) == 1 else "/hours"
            tell(trainee_id, f"{actor.name} approved {what}", where)
    return [decision for decisions in made.values() for decision in decisions]


def query_shift(actor: Viewer, shift_id: UUID, *, comment: str, no_identifiers: bool = False) -> ShiftDecision:
    """Ask the trainee to check a shift; until they answer with a correction or the actor approves, it does not count.

    Raises NotFound for a shift that does not name the actor, RuleViolation without a comment or if it no longer stands.
    """
    check_free_text(comment, no_identifiers=no_identifiers, field="comment")
    with transaction() as session:
        hold(queries.get_supervised_shift(actor, shift_id).row.trainee_id)
        row = queries.get_supervised_shift(actor, shift_id).row
        states.check_query(row.fact.status, comment, actor_id=actor.id, trainee_id=row.trainee_id)
        decision = shift_decision(actor, row, Verdict.QUERIED, Permission.HOURS_APPROVE)
        decision.comment = keep_text(comment)
        session.add(decision)
        record(actor, "hours.queried", decision, about=row.trainee_id, under=Permission.HOURS_APPROVE)
        tell(row.trainee_id, f"{actor.name} has a question about a shift", f"/hours/shifts/{shift_id}")
    return decision


def shift_decision(actor: Viewer, row: queries.ShiftRow, verdict: Verdict, under: Permission) -> ShiftDecision:
    """A decision of the actor on a shift, in the role in which they may make it."""
    return ShiftDecision(
        shift_id=row.fact.id,
        trainee_id=row.trainee_id,
        verdict=verdict,
        by_id=actor.id,
        role=actor.role_for(under),
        identity_grade=None if verdict is Verdict.WITHDRAWN else IdentityGrade.ACCOUNT,
    )
