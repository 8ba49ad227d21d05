"""Reading the shifts a trainee has begun to enter and not sent: their own alone."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.placements.models import ShiftDraft, Site
from lms.policy import Viewer

UNDO_WITHIN = timedelta(days=1)
"""How long a draft that was thrown away can be brought back. A proposal, to be confirmed by the service."""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as a list shows it, with the day and the site as far as they were entered."""

    id: UUID
    worked_on: date | None
    site_name: str | None
    saved_at: datetime
    is_thrown_away: bool


def get_own_draft(viewer: Viewer, draft_id: UUID) -> ShiftDraft:
    """One draft of the viewer's, whether or not it was sent or thrown away; NotFound for anybody else's."""
    draft = find_draft(draft_id)
    if draft is None or draft.trainee_id != viewer.id:
        raise NotFound
    return draft


def find_draft(draft_id: UUID) -> ShiftDraft | None:
    """A draft by its id, whoever's it is."""
    return db.session.get(ShiftDraft, draft_id, populate_existing=True)


def list_drafts(viewer: Viewer) -> list[DraftRow]:
    """The viewer's drafts, the oldest first, with those thrown away that can still be brought back."""
    drafts = db.session.scalars(
        select(ShiftDraft)
        .where(
            ShiftDraft.trainee_id == viewer.id,
            ShiftDraft.ended_at.is_(None) | (ShiftDraft.ended_at > now() - UNDO_WITHIN),
        )
        .order_by(ShiftDraft.created_at, ShiftDraft.id)
    ).all()
    names = _site_names({draft.body.get("site_id", "") for draft in drafts})
    return [
        DraftRow(
            draft.id,
            _day(draft.body),
            names.get(draft.body.get("site_id", "")),
            draft.updated_at,
            draft.ended_at is not None,
        )
        for draft in drafts
        if draft.ended_at is None or draft.body
    ]


def count_drafts(viewer: Viewer) -> int:
    """How many shifts the viewer has begun to enter and not sent."""
    statement = (
        select(func.count())
        .select_from(ShiftDraft)
        .where(ShiftDraft.trainee_id == viewer.id, ShiftDraft.ended_at.is_(None))
    )
    return db.session.scalar(statement) or 0


def list_thrown_away() -> list[ShiftDraft]:
    """Drafts of anybody that were thrown away so long ago that they can no longer be brought back, and hold words."""
    holds_words = cast(ShiftDraft.body, Text) != "{}"
    return list(db.session.scalars(select(ShiftDraft).where(ShiftDraft.ended_at <= now() - UNDO_WITHIN, holds_words)))


def _site_names(typed: Collection[str]) -> dict[str, str]:
    """The names of the sites drafts name, by id as it was typed: a draft may hold anything."""
    wanted = []
    for each in typed:
        with suppress(ValueError):
            wanted.append(UUID(each))
    if not wanted:
        return {}
    return {str(key): name for key, name in db.session.execute(select(Site.id, Site.name).where(Site.id.in_(wanted)))}


def _day(body: dict[str, Any]) -> date | None:
    try:
        return date(*(int(body.get(f"worked_on-{part}", "")) for part in ("year", "month", "day")))
    except ValueError:
        return None
