"""What somebody may clear before anything is booked: the requirements that are theirs, and for whom each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import supervised_by, visible_trainees
from lms.placements.models import Site, SiteRequirement
from lms.placements.queries.clearances import NEEDS, load_clearances, own_sites
from lms.placements.queries.slots import list_upcoming
from lms.placements.rules.clearance import ClearanceFact, held_until
from lms.placements.rules.slots import ClearedBy
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class OwnRequirement:
    """Something a site asks for that the viewer clears."""

    id: UUID
    title: str
    site_id: UUID
    site_name: str


@dataclass(frozen=True, slots=True)
class PersonToClear:
    """A trainee for whom the viewer may record a requirement, and until when they have it; `comes_on` a day there."""

    trainee_id: UUID
    name: str
    is_held: bool
    until: date | None
    comes_on: date | None


@dataclass(frozen=True, slots=True)
class PeopleToClear:
    """One requirement with everybody for whom the viewer may record it, who lacks it first."""

    requirement: OwnRequirement
    people: tuple[PersonToClear, ...]


def list_own_requirements(viewer: Viewer) -> list[OwnRequirement]:
    """What open sites ask for and the viewer clears, by site. Two statements."""
    sites = own_sites(viewer)
    clears = [SiteRequirement.cleared_by == ClearedBy.TRUST] if NEEDS[ClearedBy.TRUST] in viewer.roles else []
    if sites:
        clears.append((SiteRequirement.cleared_by == ClearedBy.SITE) & Site.id.in_(sites))
    if not clears:
        return []
    rows = db.session.execute(
        select(SiteRequirement.id, SiteRequirement.title, Site.id, Site.name)
        .join(Site, Site.id == SiteRequirement.site_id)
        .where(SiteRequirement.retired_at.is_(None), Site.closed_at.is_(None), or_(*clears))
        .order_by(func.lower(Site.name), func.lower(SiteRequirement.title), SiteRequirement.id)
    )
    return [OwnRequirement(*row) for row in rows]


def get_people_to_clear(viewer: Viewer, requirement_id: UUID) -> PeopleToClear:
    """A requirement the viewer clears, with the trainees for whom they may; NotFound if it is not theirs.

    A constant number of statements.
    """
    found = next((each for each in list_own_requirements(viewer) if each.id == requirement_id), None)
    row = db.session.get(SiteRequirement, requirement_id)
    if found is None or row is None:
        raise NotFound
    comes: dict[UUID, date] = {}
    for booked, slot in list_upcoming(now(), sites=[found.site_id]):
        comes.setdefault(booked.trainee_id, slot.fact.on)
    people = _people(viewer, row.cleared_by, comes.keys())
    held = load_clearances(select(Person.id).where(Person.id.in_([each.id for each in people])), now())
    rows = [_person(each, requirement_id, held.get(each.id, []), comes.get(each.id)) for each in people]
    return PeopleToClear(found, tuple(sorted(rows, key=lambda each: (each.is_held, each.comes_on or date.max))))


def _people(viewer: Viewer, cleared_by: ClearedBy, coming: Collection[UUID]) -> list[Person]:
    """For whom the viewer clears, by name: whom they see in that role and, at their site, who comes there."""
    seen: ColumnElement[bool]
    if cleared_by is ClearedBy.TRUST:
        seen = Person.id.in_(visible_trainees(viewer, Permission.CHECK_MANAGE))
    else:
        seen = or_(Person.id.in_(supervised_by(viewer.id)), Person.id.in_(coming))
    return list(
        db.session.scalars(
            select(Person)
            .where(seen, Person.id != viewer.id, Person.deactivated_at.is_(None))
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def _person(
    person: Person, requirement_id: UUID, held: Collection[ClearanceFact], comes_on: date | None
) -> PersonToClear:
    """Whether somebody has it on the day they come; today where they do not come yet."""
    fact = held_until(requirement_id, held, comes_on or today())
    return PersonToClear(person.id, person.name, fact is not None, fact.valid_until if fact else None, comes_on)
