"""Recording and answering the meetings of a placement, and closing the actions agreed in them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries
from lms.competencies.models import MeetingAction, MeetingActionStep, MeetingAnswer, PlacementMeeting
from lms.competencies.rules import agreeing, meetings
from lms.competencies.rules.agreeing import Agreement
from lms.competencies.rules.meetings import LookedAt, MeetingActionFact, MeetingActionOutcome, MeetingKind, NewAction
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee
from lms.notifications.services import tell
from lms.policy import Permission, Viewer


def record_meeting(
    actor: Viewer,
    trainee_id: UUID,
    site_id: UUID,
    *,
    kind: MeetingKind,
    supervisor_id: UUID,
    held_on: date,
    summary: str,
    goals: str = "",
    planned_end_on: date | None = None,
    actions: Sequence[NewAction] = (),
    carried: Mapping[UUID, LookedAt] | None = None,
    no_identifiers: bool = False,
) -> PlacementMeeting:
    """Record a meeting of a placement with the actions it agreed and what became of the open ones.

    An open action that `carried` does not name stays open, and an empty new one is left out.

    Raises NotFound outside the actor's scope, RuleViolation for a third person, a day that cannot be, or words that are
    missing or may identify a patient.
    """
    carried = carried or {}
    _check_words(summary, goals, actions, carried, no_identifiers=no_identifiers)
    actions = [each for each in actions if each.what.strip()]
    with transaction() as session:
        hold(trainee_id)
        get_trainee(actor, trainee_id, Permission.SUPERVISION_RECORD)
        actor = acting_towards(actor, trainee_id, Permission.SUPERVISION_RECORD)
        agreeing.check_two(actor_id=actor.id, trainee_id=trainee_id, supervisor_id=supervisor_id)
        agreeing.check_held_on(held_on, today=today())
        if supervisor_id not in {each.id for each in queries.list_supervisors_of(trainee_id)}:
            raise RuleViolation("Choose somebody who supervises this trainee now", "supervisor_id")
        meetings.check_meeting(
            kind=kind,
            placement=queries.find_placement(trainee_id, site_id, today()),
            held_on=held_on,
            planned_end_on=planned_end_on,
            summary=summary,
            actions=[each.what for each in actions],
        )
        meeting = PlacementMeeting(
            trainee_id=trainee_id,
            site_id=site_id,
            meeting_kind=kind,
            held_on=held_on,
            supervisor_id=supervisor_id,
            recorded_by_id=actor.id,
            role=actor.role_for(Permission.SUPERVISION_RECORD),
            planned_end_on=planned_end_on,
            summary=keep_text(summary),
            goals=keep_text(goals) if goals else None,
        )
        agreed = [
            MeetingAction(
                trainee_id=trainee_id,
                meeting_id=meeting.id,
                text=keep_text(each.what),
                due_on=held_on + timedelta(weeks=each.weeks),
            )
            for each in actions
        ]
        steps = _steps(actor, trainee_id, carried, meeting.id)
        session.add(meeting)
        session.flush()
        session.add_all([*agreed, *steps])
        record(
            actor, "meeting.recorded", meeting, *agreed, *steps, about=trainee_id, under=Permission.SUPERVISION_RECORD
        )
        other = agreeing.waits_for(trainee_id=trainee_id, supervisor_id=supervisor_id, recorded_by_id=actor.id)
        tell(other, f"{actor.name} recorded a meeting with you: please confirm", f"/meetings/{meeting.id}")
    return meeting


def _check_words(
    summary: str,
    goals: str,
    actions: Sequence[NewAction],
    carried: Mapping[UUID, LookedAt],
    *,
    no_identifiers: bool,
) -> None:
    """Refuse what may identify a patient, beside the field it stands in."""
    fields = {"summary": summary, "goals": goals}
    fields |= {f"action_{number}": each.what for number, each in enumerate(actions, 1)}
    fields |= {f"why_{key.hex}": each.reason for key, each in carried.items()}
    for field, text in fields.items():
        check_free_text(text, no_identifiers=no_identifiers, field=field)


def _steps(
    actor: Viewer, trainee_id: UUID, carried: Mapping[UUID, LookedAt], meeting_id: UUID
) -> list[MeetingActionStep]:
    """What was decided in the meeting about each action that was still open."""
    open_ones = {row.fact.id: row.fact for row in queries.list_open_actions(trainee_id)}
    if gone := carried.keys() - open_ones.keys():
        raise RuleViolation(
            f"{len(gone)} of the actions were closed since you opened this page. Look at the list again."
        )
    found = []
    for key, looked in carried.items():
        try:
            found.append(_step(actor, open_ones[key], looked, meeting_id))
        except RuleViolation as problem:
            raise RuleViolation(problem.message, f"why_{key.hex}") from problem
    return found


def _step(actor: Viewer, action: MeetingActionFact, looked: LookedAt, meeting_id: UUID | None) -> MeetingActionStep:
    meetings.check_action_step(action, outcome=looked.outcome, reason=looked.reason, on=today())
    is_dropped = looked.outcome is MeetingActionOutcome.DROPPED
    return MeetingActionStep(
        action_id=action.id,
        outcome=looked.outcome,
        by_id=actor.id,
        role=actor.role_for(Permission.SUPERVISION_RECORD),
        decided_on=today(),
        meeting_id=meeting_id,
        reason=keep_text(looked.reason) if is_dropped else None,
    )


def confirm_meeting(actor: Viewer, meeting_id: UUID) -> MeetingAnswer:
    """Agree that a meeting was held as the other of the two recorded it.

    Raises NotFound for somebody else's, RuleViolation for one's own record or one that was answered.
    """
    return _answer(actor, meeting_id, Agreement.CONFIRMED)


def decline_meeting(actor: Viewer, meeting_id: UUID, *, reason: str, no_identifiers: bool = False) -> MeetingAnswer:
    """Say that a meeting was not held as recorded, and why. It counts as not held; its actions stay until closed.

    Raises as confirm_meeting does, and RuleViolation without a reason.
    """
    agreeing.check_reason(reason, "Say what is not right")
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    return _answer(actor, meeting_id, Agreement.DECLINED, reason)


def _answer(actor: Viewer, meeting_id: UUID, agreement: Agreement, reason: str = "") -> MeetingAnswer:
    with transaction() as session:
        hold(queries.get_own_meeting(actor, meeting_id).fact.trainee_id)
        row = queries.get_own_meeting(actor, meeting_id)
        fact = row.fact
        agreeing.check_answer(actor_id=actor.id, waits_for_id=row.waits_for_id, state=fact.state, is_corrected=False)
        actor = acting_towards(actor, fact.trainee_id, Permission.SUPERVISION_RECORD)
        answer = MeetingAnswer(
            meeting_id=meeting_id,
            agreement=agreement,
            by_id=actor.id,
            role=actor.role_for(Permission.SUPERVISION_RECORD),
            reason=keep_text(reason) if reason else None,
        )
        session.add(answer)
        record(actor, "meeting.answered", answer, about=fact.trainee_id, under=Permission.SUPERVISION_RECORD)
        words = "confirmed a meeting" if agreement is Agreement.CONFIRMED else "did not agree to a meeting"
        tell(fact.recorded_by_id, f"{actor.name} {words}", f"/meetings/{meeting_id}")
    return answer


def close_action(
    actor: Viewer, action_id: UUID, *, outcome: MeetingActionOutcome, reason: str = "", no_identifiers: bool = False
) -> MeetingActionStep:
    """Close an action between two meetings: it is done, or no longer needed and why.

    Raises NotFound outside the actor's scope, RuleViolation if it is closed already or dropped without a reason.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(queries.get_action(actor, action_id).fact.trainee_id)
        fact = queries.get_action(actor, action_id).fact
        actor = acting_towards(actor, fact.trainee_id, Permission.SUPERVISION_RECORD)
        step = _step(actor, fact, LookedAt(outcome, reason), None)
        session.add(step)
        record(actor, "meeting.action-decided", step, about=fact.trainee_id, under=Permission.SUPERVISION_RECORD)
    return step
