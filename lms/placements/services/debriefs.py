"""Asking for a debrief after a hard shift, and what becomes of it: one transaction each.

The record says that somebody asked somebody, and nothing about a shift or how they are.
"""

from uuid import UUID

from lms.audit.services import hold, record
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.identity.queries import list_seeing, people_by_id
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import DebriefEnd, DebriefRequest
from lms.placements.queries.debriefs import DebriefRow, list_own_debriefs, list_who_take_over
from lms.placements.rules import debriefs
from lms.placements.rules.states import DebriefOutcome
from lms.policy import Permission, Viewer

ANSWER = Permission.DEBRIEF_ANSWER


def ask_debrief(actor: Viewer, *, asked_of_id: UUID) -> DebriefRequest:
    """Ask a supervisor of the actor's or a consultant nurse for a debrief; they are told, and nobody else is.

    Raises RuleViolation for anybody else, or while they have not answered.
    """
    with transaction():
        hold(actor.id)
        debriefs.check_debrief_asked(
            asked_of_id,
            may_be_asked=set(list_seeing(actor.id, ANSWER)) - {actor.id},
            already={row.asked_of_id for row in list_own_debriefs(actor)},
        )
        return _ask(actor, actor.id, actor.name, asked_of_id)


def take_back_debrief(actor: Viewer, request_id: UUID) -> DebriefEnd:
    """Say that the debrief the actor asked for is no longer wanted. No reason is asked.

    Raises NotFound for somebody else's, RuleViolation once it is closed.
    """
    with transaction():
        hold(actor.id)
        row = queries.get_own_debrief(actor, request_id)
        end = _end(actor, row, DebriefOutcome.NO_LONGER_WANTED, Permission.HOURS_LOG)
        tell(row.asked_of_id, f"{actor.name} no longer asks for a debrief", "/debriefs")
    return end


def hold_debrief(actor: Viewer, request_id: UUID) -> DebriefEnd:
    """Say that the debrief took place; what was said is recorded nowhere.

    Raises NotFound for one that was not asked of the actor, RuleViolation once it is closed.
    """
    with transaction():
        hold(queries.get_debrief_asked(actor, request_id).trainee_id)
        return _end(actor, queries.get_debrief_asked(actor, request_id), DebriefOutcome.HELD, ANSWER)


def pass_on_debrief(actor: Viewer, request_id: UUID, *, to_id: UUID) -> DebriefRequest:
    """Pass a request on to a consultant nurse who follows the trainee; the trainee is told at once.

    Raises NotFound for one that was not asked of the actor, RuleViolation once it is closed or for anybody else.
    """
    with transaction():
        hold(queries.get_debrief_asked(actor, request_id).trainee_id)
        row = queries.get_debrief_asked(actor, request_id)
        if to_id not in {person.id for person in list_who_take_over(row.trainee_id, not_id=actor.id)}:
            raise RuleViolation("Choose somebody from the list", "to_id")
        _end(actor, row, DebriefOutcome.PASSED_ON, ANSWER)
        name = people_by_id([to_id])[to_id].name
        tell(row.trainee_id, f"{actor.name} passed your request for a debrief on to {name}", "/hours/support")
        return _ask(actor, row.trainee_id, row.trainee_name, to_id)


def _ask(actor: Viewer, trainee_id: UUID, trainee_name: str, asked_of_id: UUID) -> DebriefRequest:
    with transaction() as session:
        row = DebriefRequest(trainee_id=trainee_id, asked_of_id=asked_of_id)
        session.add(row)
        under = Permission.HOURS_LOG if actor.id == trainee_id else ANSWER
        record(actor, "debrief.asked", row, about=trainee_id, under=under)
        tell(asked_of_id, f"{trainee_name} asks you for a debrief", "/debriefs")
    return row


def _end(actor: Viewer, row: DebriefRow, outcome: DebriefOutcome, under: Permission) -> DebriefEnd:
    debriefs.check_debrief_open(row.outcome)
    with transaction() as session:
        end = DebriefEnd(request_id=row.id, outcome=outcome, by_id=actor.id, role=actor.role_for(under))
        session.add(end)
        record(actor, "debrief.ended", end, about=row.trainee_id, under=under)
    return end
