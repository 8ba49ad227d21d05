"""Keeping shifts that are being entered, sending them and throwing them away: one transaction each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lms.audit.services import hold, record
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.identifiers import check_free_text
from lms.placements import queries
from lms.placements.models import Shift, ShiftDraft
from lms.placements.queries.drafts import UNDO_WITHIN, list_thrown_away
from lms.placements.services.offline import carry_out_held
from lms.placements.services.shifts import log_shift
from lms.policy import Permission, Viewer


def save_draft(
    actor: Viewer, draft_id: UUID, *, version: int, body: Mapping[str, str], no_identifiers: bool = False
) -> int:
    """Keep what the actor has entered of a shift so far, as it was typed; returns the new version.

    Raises NotFound for somebody else's draft, Stale if it was saved elsewhere since `version`, RuleViolation once it
    was sent or thrown away, or if a text may identify a patient.
    """
    for field, text in body.items():
        if not field.endswith("_id"):  # The digits of an id are no number of anybody.
            check_free_text(text, no_identifiers=no_identifiers, field=field)
    with transaction() as session:
        hold(actor.id)
        draft = _own(actor, draft_id)
        _check_version(draft, version, body)
        booking_id = _own_booking(actor, body)
        if draft is None:
            draft = ShiftDraft(id=draft_id, trainee_id=actor.id, booking_id=booking_id, body=dict(body))
            session.add(draft)
        else:
            draft.body, draft.booking_id, draft.updated_at = {**draft.body, **body}, booking_id, now()
        record(actor, "hours.draft-saved", draft, about=actor.id, under=Permission.HOURS_LOG)
        session.flush()
        saved = draft.version
    return saved


def send_shift(actor: Viewer, draft_id: UUID | None, *, version: int, body: Mapping[str, str], **facts: Any) -> Shift:
    """Log a shift with the keywords of `log_shift`, and empty the draft it was entered in, if there is one.

    Raises as `log_shift` does; Stale if the draft says something else since `version`.
    """
    with transaction():
        hold(actor.id)
        draft = _own(actor, draft_id) if draft_id else None
        _check_version(draft, version, body)
        shift = log_shift(actor, **facts)
        if draft is not None:
            carry_out_held(actor, shift, draft.body)
            draft.body, draft.ended_at = {}, now()
            record(actor, "hours.draft-saved", draft, about=actor.id, under=Permission.HOURS_LOG)
    return shift


def throw_away_draft(actor: Viewer, draft_id: UUID) -> ShiftDraft:
    """Throw away a shift that was not sent. For a day it can be brought back; then its words are gone.

    Raises NotFound for somebody else's, RuleViolation once it was sent or thrown away.
    """
    with transaction():
        hold(actor.id)
        draft = _own(actor, draft_id)
        if draft is None:
            raise NotFound
        draft.ended_at = now()
        record(actor, "hours.draft-thrown-away", draft, about=actor.id, under=Permission.HOURS_LOG)
    return draft


def bring_back_draft(actor: Viewer, draft_id: UUID) -> ShiftDraft:
    """Undo that a draft was thrown away. Raises NotFound for somebody else's, RuleViolation once it is too late."""
    with transaction():
        hold(actor.id)
        draft = queries.get_own_draft(actor, draft_id)
        if draft.ended_at is None:
            return draft
        if not draft.body or draft.ended_at <= now() - UNDO_WITHIN:
            raise RuleViolation("This draft cannot be brought back any more")
        draft.ended_at = None
        record(actor, "hours.draft-saved", draft, about=actor.id, under=Permission.HOURS_LOG)
    return draft


def empty_thrown_away_drafts() -> int:
    """Empty the drafts that can no longer be brought back and say how many. Safe to run again."""
    with transaction():
        drafts = list_thrown_away()
        for draft in drafts:
            draft.body = {}
            record(None, "hours.draft-thrown-away", draft, about=draft.trainee_id)
    return len(drafts)


def _own(actor: Viewer, draft_id: UUID) -> ShiftDraft | None:
    """The actor's draft, if it exists and still waits."""
    draft = queries.find_draft(draft_id)
    if draft is not None and draft.trainee_id != actor.id:
        raise NotFound
    if draft is not None and draft.ended_at is not None:
        raise RuleViolation("This draft was sent or thrown away. Your hours page shows what became of it.")
    return draft


def _check_version(draft: ShiftDraft | None, version: int, ours: Mapping[str, str]) -> None:
    """Refuse to write over anything that was saved elsewhere since, unless it says the same."""
    theirs = {} if draft is None else draft.body
    if draft is not None and version != draft.version and any(theirs.get(key, "") != ours[key] for key in ours):
        raise Stale(dict(theirs), draft.version)


def _own_booking(actor: Viewer, body: Mapping[str, str]) -> UUID | None:
    """The booking a draft began from, if it is the actor's and holds."""
    try:
        found = queries.find_own_booking(actor, UUID(body.get("booking_id", "")))
    except ValueError:
        return None
    return found.booking_id if found else None
