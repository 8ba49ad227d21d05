"""Unlocking days for shifts that are entered late: one transaction, with its ledger entry."""

from datetime import date
from uuid import UUID

from lms.audit.services import hold, keep_text, record
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.words import day
from lms.identity.queries import acting_towards, get_trainee
from lms.notifications.services import tell
from lms.placements.models import LateEntryUnlock
from lms.placements.queries import list_who_unlock
from lms.placements.rules.late_entry import check_ask, check_unlock
from lms.policy import Permission, Viewer


def ask_to_unlock(actor: Viewer, worked_on: date) -> None:
    """Tell everybody who can unlock a day for the actor that one is asked for; why it is late they ask in person.

    Raises RuleViolation on `worked_on`.
    """
    check_ask(worked_on, today=today())
    people = list_who_unlock(actor.id)
    if not people:
        raise RuleViolation("Nobody who follows your training can unlock a day yet", "worked_on")
    with transaction():
        for person in people:
            url = f"/trainees/{actor.id}/late-entries?day={worked_on.isoformat()}"
            tell(person.id, f"{actor.name} asks you to unlock {day(worked_on)} for a late shift", url)


def unlock_days(
    actor: Viewer, trainee_id: UUID, *, from_on: date, until_on: date, open_until: date, reason: str
) -> LateEntryUnlock:
    """Let a trainee log shifts that began on these days until a day, although it is late; they are told.

    Raises NotFound outside the actor's scope, RuleViolation for days that cannot be unlocked or without a reason.
    """
    check_free_text(reason, no_identifiers=True, field="reason")
    check_unlock(from_on, until_on, open_until, reason, today=today())
    with transaction() as session:
        get_trainee(actor, trainee_id, Permission.HOURS_UNLOCK)
        if actor.id == trainee_id:
            raise RuleViolation("Nobody unlocks days for themselves")
        actor = acting_towards(actor, trainee_id, Permission.HOURS_UNLOCK)
        hold(trainee_id)
        row = LateEntryUnlock(
            trainee_id=trainee_id,
            from_on=from_on,
            until_on=until_on,
            open_until=open_until,
            by_id=actor.id,
            role=actor.acting,
            reason=keep_text(reason),
        )
        session.add(row)
        record(actor, "hours.unlocked", row, about=trainee_id, under=Permission.HOURS_UNLOCK)
        tell(trainee_id, f"{actor.name} unlocked days for late shifts until {day(open_until)}", "/hours/late-entries")
    return row
