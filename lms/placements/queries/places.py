"""Loading shifts by the site they were worked at, as they were known at a moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from lms.core.db import db
from lms.placements.models import Shift, ShiftDecision, Site
from lms.placements.queries.doubts import load_doubts
from lms.placements.queries.loaders import said_offline_at, shift_fact, standing_shifts
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import Status


@dataclass(frozen=True, slots=True)
class SiteShift:
    """One standing shift with the site it was worked at."""

    site_id: UUID
    site: str
    fact: ShiftFact


def load_site_shifts(trainees: Select[Any], *, known_at: datetime) -> dict[UUID, list[SiteShift]]:
    """The shifts of these trainees that stand, in order of time; withdrawn ones are left out. One statement, and
    those of `load_doubts`.

    What their time went into is left out as well: only when and where it was matters here.
    """
    statement = (
        standing_shifts(Shift.trainee_id.in_(trainees), known_at)
        .add_columns(Site.name, said_offline_at(known_at))
        .join(Site, Site.id == Shift.site_id)
    )
    rows: dict[UUID, tuple[Shift, list[ShiftDecision], str, datetime | None]] = {}
    loaded = db.session.execute(statement).all()
    doubts = load_doubts((decision for _, decision, *_ in loaded), known_at=known_at)
    for shift, decision, site, said_at in loaded:
        decisions = rows.setdefault(shift.id, (shift, [], site, said_at))[1]
        if decision is not None:
            decisions.append(decision)
    found: dict[UUID, list[SiteShift]] = {}
    for shift, decisions, site, said_at in rows.values():
        fact = shift_fact(shift, decisions, doubts=doubts, said_at=said_at)
        if fact.status is not Status.WITHDRAWN:
            found.setdefault(shift.trainee_id, []).append(SiteShift(shift.site_id, site, fact))
    return found
