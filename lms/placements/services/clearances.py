"""Keeping what sites ask for, and recording who has it: one transaction each, with its ledger entries."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from lms.audit.services import keep_text, record
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import Clearance, SiteRequirement
from lms.placements.rules.clearance import check_clearance, check_requirement, end_of
from lms.placements.rules.slots import ClearedBy
from lms.placements.services.clearing import follow_clearing, hold_waiting_at, hold_waiting_of
from lms.placements.services.sites import hold_site
from lms.policy import Permission, Viewer

MANAGE, CLEAR = Permission.SLOT_MANAGE, Permission.CLEARANCE_RECORD


def add_requirement(
    actor: Viewer, site_id: UUID, *, title: str, cleared_by: ClearedBy, valid_days: int | None = None
) -> SiteRequirement:
    """Let a site ask for something before a placement; it blocks from now on whoever does not have it.

    Raises NotFound without the site, RuleViolation if it asks for it already.
    """
    check_free_text(title, no_identifiers=True, field="title")
    with transaction() as session:
        hold_site(site_id)
        check_requirement(title, valid_days, _titles(site_id))
        row = SiteRequirement(site_id=site_id, title=title.strip(), valid_days=valid_days, cleared_by=cleared_by)
        session.add(row)
        record(actor, "site.requirement-changed", row, under=MANAGE)
    return row


def change_requirement(
    actor: Viewer, requirement_id: UUID, *, version: int, title: str, cleared_by: ClearedBy, valid_days: int | None
) -> SiteRequirement:
    """Change what a site asks for. What was cleared keeps the end it was given.

    Raises NotFound without it, Stale if somebody saved it since `version`, RuleViolation if it is retired.
    """
    check_free_text(title, no_identifiers=True, field="title")
    with transaction():
        row = _held(requirement_id)
        if row.version != version:
            raise Stale(
                {
                    "title": row.title,
                    "valid_days": "" if row.valid_days is None else str(row.valid_days),
                    "cleared_by": row.cleared_by.label,
                },
                row.version,
            )
        _check_asked(row)
        check_requirement(title, valid_days, _titles(row.site_id, but=row.id))
        row.title, row.valid_days, row.cleared_by, row.updated_at = title.strip(), valid_days, cleared_by, now()
        record(actor, "site.requirement-changed", row, under=MANAGE)
    return row


def retire_requirement(actor: Viewer, requirement_id: UUID) -> SiteRequirement:
    """Stop asking for something: it blocks nobody any more, and what was cleared stays in the record.

    Whom it alone held up is looked at again. Raises NotFound without it, RuleViolation if it is retired already.
    """
    with transaction():
        before = hold_waiting_at(queries.get_requirement(requirement_id).site_id)
        row = _held(requirement_id)
        _check_asked(row)
        row.retired_at = row.updated_at = now()
        record(actor, "site.requirement-changed", row, under=MANAGE)
        follow_clearing(before)
    return row


def record_clearance(
    actor: Viewer,
    trainee_id: UUID,
    requirement_id: UUID,
    *,
    issued_on: date,
    valid_until: date | None = None,
    supersedes_id: UUID | None = None,
    reason: str = "",
) -> Clearance:
    """Record that a trainee has what a site asks for, or correct that and say why, and tell the trainee.

    It holds as long as the requirement says; a correction may end it earlier. What it alone held up is looked at again
    in the same transaction. Raises NotFound if the actor does not clear it, RuleViolation if nobody could rely on it.
    """
    check_free_text(reason, no_identifiers=True, field="reason")
    with transaction() as session:
        before = hold_waiting_of(trainee_id)
        task = queries.get_to_clear(actor, trainee_id, requirement_id)
        if supersedes_id is not None:
            _, corrected = queries.get_clearance(actor, supersedes_id)
            if (corrected.trainee_id, corrected.requirement_id) != (trainee_id, requirement_id):
                raise NotFound
            if not reason.strip():
                raise RuleViolation("Say why you correct it", "reason")
        most = end_of(issued_on, task.requirement.valid_days)
        until = valid_until or most
        check_clearance(
            actor_id=actor.id,
            trainee_id=trainee_id,
            issued_on=issued_on,
            valid_until=until,
            most=most,
            today=today(),
        )
        row = Clearance(
            trainee_id=trainee_id,
            requirement_id=requirement_id,
            issued_on=issued_on,
            valid_until=until,
            supersedes_id=supersedes_id,
            reason=keep_text(reason) if supersedes_id else None,
            recorded_by_id=actor.id,
            role=task.role,
        )
        session.add(row)
        record(replace(actor, acting=task.role), "site.cleared", row, about=trainee_id, under=CLEAR)
        did = "corrected" if supersedes_id else "recorded"
        tell(trainee_id, f"{actor.name} {did} {task.requirement.title} for {task.site_name}", "/placements/before")
        follow_clearing(before)
    return row


def _held(requirement_id: UUID) -> SiteRequirement:
    row = db.session.get(SiteRequirement, requirement_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _check_asked(row: SiteRequirement) -> None:
    if row.retired_at is not None:
        raise RuleViolation("The site does not ask for this any more")


def _titles(site_id: UUID, *, but: UUID | None = None) -> list[str]:
    return [each.title for each in queries.list_requirements(site_id) if each.retired_at is None and each.id != but]
