"""Reading what a trainee observed, assisted and led, and the slots that would give what was never led."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now, today
from lms.identity.models import Person
from lms.identity.queries import get_trainee
from lms.placements.queries import get_placements, list_open_slots, load_encounters
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.hours import Placements
from lms.placements.rules.states import Part, Presentation
from lms.policy import Permission, Viewer
from lms.readiness.rules.exposure import (
    Exposure,
    OpenSlot,
    SeenWhere,
    cell,
    exposure_gaps,
    exposures,
    next_offer,
    seen_where,
)

AHEAD = timedelta(days=84)  # A proposal: who plans further ahead looks at the slots themselves.


@dataclass(frozen=True, slots=True)
class ExposureGap:
    """Something a trainee never led, and the first slot on offer that would give it."""

    exposure: Exposure
    offer: OpenSlot | None


@dataclass(frozen=True, slots=True)
class ExposurePage:
    """The gap grid of one trainee."""

    trainee: Person
    placements: Placements
    rows: tuple[Exposure, ...]
    gaps: tuple[ExposureGap, ...]

    @property
    def total(self) -> int:
        """All contacts that count in the grid."""
        return sum(row.total for row in self.rows)


@dataclass(frozen=True, slots=True)
class CellPage:
    """What stands behind one number: each contact for the trainee, months and settings for everybody else."""

    trainee: Person
    placements: Placements
    count: int
    own: Sequence[EncounterFact]
    seen_where: tuple[SeenWhere, ...]


def get_exposure(viewer: Viewer, trainee_id: UUID) -> ExposurePage:
    """What a trainee saw and never led; NotFound outside the viewer's scope."""
    trainee, encounters = _encounters(viewer, trainee_id)
    placements, on = get_placements(), today()
    offers = list_offers(now())
    gaps = exposure_gaps(encounters, placements, on)
    return ExposurePage(
        trainee,
        placements,
        exposures(encounters, placements, on),
        tuple(ExposureGap(gap, next_offer(gap, offers)) for gap in gaps),
    )


def get_cell(viewer: Viewer, trainee_id: UUID, presentation: Presentation, part: Part) -> CellPage:
    """What stands behind one number of a trainee's grid; NotFound outside the viewer's scope."""
    trainee, encounters = _encounters(viewer, trainee_id)
    found = cell(encounters, presentation, part, today())
    return CellPage(
        trainee=trainee,
        placements=get_placements(),
        count=sum(each.stands for each in found),
        own=found if viewer.id == trainee_id else (),
        seen_where=seen_where(found),
    )


def list_offers(at: datetime) -> list[OpenSlot]:
    """The slots with a free place that trainees may ask for at a moment and that begin within twelve weeks, by time."""
    return [
        OpenSlot(slot.fact.id, slot.fact.setting, slot.site_name, slot.fact.span.started_at)
        for slot in list_open_slots(at, at + AHEAD, now=at)
        if slot.free
    ]


def _encounters(viewer: Viewer, trainee_id: UUID) -> tuple[Person, list[EncounterFact]]:
    trainee = get_trainee(viewer, trainee_id, Permission.CAPABILITY_READ)
    scope = select(Person.id).where(Person.id == trainee_id)
    return trainee, load_encounters(scope, known_at=now()).get(trainee_id, [])
