"""Naming who co-ordinates a trainee's supervision; logging, correcting and answering what was held."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.competencies import queries
from lms.competencies.models import CoordinatingSupervisor, SupervisionAnswer, SupervisionEntry
from lms.competencies.rules import agreeing, supervision
from lms.competencies.rules.agreeing import Agreement
from lms.competencies.rules.supervision import NamedBecause, Theme
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.queries import acting_towards, get_trainee, list_role_assignments_in, roles_of
from lms.identity.rules import EndedBecause
from lms.identity.services import add_to_scope, close_grants, end_role, give_role, open_grant
from lms.notifications.services import tell
from lms.policy import Permission, Role, Viewer

CAUSE = "Co-ordinating supervisor"
APPOINT = Permission.SUPERVISION_APPOINT


def name_coordinating_supervisor(
    actor: Viewer, trainee_id: UUID, *, person_id: UUID | None, from_on: date, cause: NamedBecause
) -> CoordinatingSupervisor:
    """Say who co-ordinates a trainee's supervision from a day on, or that nobody does; access follows at once.

    Raises NotFound outside the actor's scope, RuleViolation as rules.check_named does or for somebody who is no active
    supervisor or assessor.
    """
    with transaction() as session:
        hold(trainee_id)
        trainee = get_trainee(actor, trainee_id, APPOINT)
        before = queries.find_named(trainee_id)
        supervision.check_named(
            actor_id=actor.id,
            trainee_id=trainee_id,
            person_id=person_id,
            from_on=from_on,
            before=before,
            today=today(),
        )
        if person_id is not None and person_id not in {each.id for each in queries.list_candidates(trainee_id)}:
            raise RuleViolation("Choose an active supervisor or assessor from the list", "person_id")
        row = CoordinatingSupervisor(
            trainee_id=trainee_id,
            person_id=person_id,
            from_on=from_on,
            given_by_id=actor.id,
            role=actor.role_for(APPOINT),
            cause=cause,
        )
        session.add(row)
        record(actor, "supervision.coordinator-named", row, about=trainee_id, under=APPOINT)
        address = f"/trainees/{trainee_id}/supervision"
        if before is not None and before.person_id is not None:
            _close_sight(actor, trainee_id, before.person_id)
            tell(before.person_id, f"You no longer co-ordinate the supervision of {trainee.name}", "/supervision")
        if person_id is not None:
            _open_sight(actor, trainee_id, person_id)
            tell(person_id, f"You co-ordinate the supervision of {trainee.name}", address)
        tell(trainee_id, "Your co-ordinating supervisor has changed", address)
    return row


def _open_sight(actor: Viewer, trainee_id: UUID, person_id: UUID) -> None:
    """Let the person see the trainee as a supervisor does; an assessor becomes one, for this trainee alone."""
    add_to_scope(actor, trainee_id=trainee_id, scope_id=trainee_id, cause="The trainee's own record")
    if Role.SUPERVISOR not in roles_of(person_id):
        give_role(actor, person_id=person_id, role=Role.SUPERVISOR, scope_id=trainee_id, cause=CAUSE, under=APPOINT)
    open_grant(actor, person_id=person_id, scope_id=trainee_id, role=Role.SUPERVISOR, cause=CAUSE, about=trainee_id)


def _close_sight(actor: Viewer, trainee_id: UUID, person_id: UUID) -> None:
    """Close what the naming opened; shifts that name the person keep what they opened themselves."""
    close_grants(
        actor,
        person_id=person_id,
        scope_id=trainee_id,
        role=Role.SUPERVISOR,
        cause="Another co-ordinating supervisor",
        about=trainee_id,
        has_end=False,
    )
    for held in list_role_assignments_in(person_id, trainee_id):
        if held.role is Role.SUPERVISOR:
            end_role(actor, held.id, cause=EndedBecause.DUTIES, under=APPOINT)


def log_supervision(
    actor: Viewer,
    trainee_id: UUID,
    *,
    supervisor_id: UUID,
    held_on: date,
    minutes: int,
    themes: Sequence[Theme],
    action: str = "",
    no_identifiers: bool = False,
) -> SupervisionEntry:
    """Log supervision that was held; the other of the two is asked to confirm it.

    Raises NotFound outside the actor's scope, RuleViolation for a third person, a day that cannot be, or words that may
    identify a patient.
    """
    check_free_text(action, no_identifiers=no_identifiers, field="action")
    with transaction() as session:
        hold(trainee_id)
        get_trainee(actor, trainee_id, Permission.SUPERVISION_RECORD)
        actor = acting_towards(actor, trainee_id, Permission.SUPERVISION_RECORD)
        held = _checked(
            actor, trainee_id, supervisor_id, held_on=held_on, minutes=minutes, themes=themes, action=action
        )
        entry = SupervisionEntry(**held, action=keep_text(action) if action else None)
        session.add(entry)
        record(actor, "supervision.logged", entry, about=trainee_id, under=Permission.SUPERVISION_RECORD)
        _ask(entry, f"{actor.name} logged supervision with you: please confirm")
    return entry


def correct_supervision(
    actor: Viewer,
    entry_id: UUID,
    *,
    held_on: date,
    minutes: int,
    themes: Sequence[Theme],
    reason: str,
    action: str = "",
    no_identifiers: bool = False,
) -> SupervisionEntry:
    """Replace an entry by what really happened and say why; the other of the two confirms it anew.

    Raises NotFound for somebody else's, RuleViolation as log_supervision does, without a reason, or once replaced.
    """
    agreeing.check_reason(reason, "Say why you correct this entry")
    for field, text in (("action", action), ("reason", reason)):
        check_free_text(text, no_identifiers=no_identifiers, field=field)
    with transaction() as session:
        hold(queries.get_entry(actor, entry_id).fact.trainee_id)
        old = queries.get_entry(actor, entry_id)
        fact = old.fact
        if old.is_corrected:
            raise RuleViolation("This entry was corrected already. Correct the newest one.")
        actor = acting_towards(actor, fact.trainee_id, Permission.SUPERVISION_RECORD)
        entry = SupervisionEntry(
            **_checked(
                actor,
                fact.trainee_id,
                fact.supervisor_id,
                held_on=held_on,
                minutes=minutes,
                themes=themes,
                action=action,
                before=fact.held_on,
            ),
            **({"action_id": old.action_id} if action and action == old.action else {}),
            supersedes_id=entry_id,
            reason=keep_text(reason),
        )
        if action and action != old.action:
            entry.action = keep_text(action)
        session.add(entry)
        record(actor, "supervision.corrected", entry, about=fact.trainee_id, under=Permission.SUPERVISION_RECORD)
        _ask(entry, f"{actor.name} corrected an entry of the supervision log: please confirm")
    return entry


def confirm_supervision(actor: Viewer, entry_id: UUID) -> SupervisionAnswer:
    """Agree that supervision was held as the other of the two logged it.

    Raises NotFound for somebody else's, RuleViolation for one's own entry, one that was answered, or was corrected.
    """
    return _answer(actor, entry_id, Agreement.CONFIRMED)


def decline_supervision(
    actor: Viewer, entry_id: UUID, *, reason: str, no_identifiers: bool = False
) -> SupervisionAnswer:
    """Say that supervision was not held as logged, and why: the entry stands as not agreed.

    Raises as confirm_supervision does, and RuleViolation without a reason.
    """
    agreeing.check_reason(reason, "Say what is not right")
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    return _answer(actor, entry_id, Agreement.DECLINED, reason)


def _answer(actor: Viewer, entry_id: UUID, agreement: Agreement, reason: str = "") -> SupervisionAnswer:
    with transaction() as session:
        hold(queries.get_entry(actor, entry_id).fact.trainee_id)
        row = queries.get_entry(actor, entry_id)
        fact = row.fact
        agreeing.check_answer(
            actor_id=actor.id, waits_for_id=row.waits_for_id, state=fact.state, is_corrected=row.is_corrected
        )
        actor = acting_towards(actor, fact.trainee_id, Permission.SUPERVISION_RECORD)
        answer = SupervisionAnswer(
            entry_id=entry_id,
            agreement=agreement,
            by_id=actor.id,
            role=actor.role_for(Permission.SUPERVISION_RECORD),
            reason=keep_text(reason) if reason else None,
        )
        session.add(answer)
        record(actor, "supervision.answered", answer, about=fact.trainee_id, under=Permission.SUPERVISION_RECORD)
        words = "confirmed supervision" if agreement is Agreement.CONFIRMED else "did not agree to an entry"
        tell(fact.recorded_by_id, f"{actor.name} {words}", f"/trainees/{fact.trainee_id}/supervision")
    return answer


def _checked(
    actor: Viewer,
    trainee_id: UUID,
    supervisor_id: UUID,
    *,
    held_on: date,
    minutes: int,
    themes: Sequence[Theme],
    action: str,
    before: date | None = None,
) -> dict[str, Any]:
    """What an entry holds apart from its texts, once all is found right; `before` is the day it had until corrected."""
    agreeing.check_two(actor_id=actor.id, trainee_id=trainee_id, supervisor_id=supervisor_id)
    if held_on != before:
        agreeing.check_held_on(held_on, today=today())
    supervision.check_entry(minutes=minutes, themes=themes, action=action)
    if before is None and supervisor_id not in {each.id for each in queries.list_supervisors_of(trainee_id)}:
        raise RuleViolation("Choose somebody who supervises this trainee now", "supervisor_id")
    return {
        "trainee_id": trainee_id,
        "supervisor_id": supervisor_id,
        "recorded_by_id": actor.id,
        "role": actor.role_for(Permission.SUPERVISION_RECORD),
        "held_on": held_on,
        "minutes": minutes,
        "themes": [each.value for each in Theme if each in themes],
    }


def _ask(entry: SupervisionEntry, words: str) -> None:
    """Tell the other of the two that an entry waits for them."""
    other = agreeing.waits_for(
        trainee_id=entry.trainee_id, supervisor_id=entry.supervisor_id, recorded_by_id=entry.recorded_by_id
    )
    tell(other, words, f"/trainees/{entry.trainee_id}/supervision")
