"""Reading the settings, the sites and the people who supervise there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import list_content, made_from
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person, RoleAssignment, RoleEnd
from lms.identity.queries import SCOPES
from lms.placements.models import Shift, Site, Slot, SlotCancellation
from lms.placements.queries.loaders import load_activities
from lms.placements.rules.activities import main_activity
from lms.placements.rules.format import placements_from
from lms.placements.rules.hours import NO_PLACEMENTS, Placements
from lms.placements.rules.planning import SiteFact
from lms.placements.rules.states import Activity
from lms.policy import Role, Viewer

SCOPES.append(select(Site.id, Site.name))


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Somebody who may be named on a shift, and the sites their role is scoped to, by id."""

    id: UUID
    name: str
    sites: Mapping[UUID, str]

    @property
    def label(self) -> str:
        """The name with the sites, to tell people of the same name apart."""
        return f"{self.name} ({', '.join(self.sites.values())})" if self.sites else self.name


@dataclass(frozen=True, slots=True)
class LastTime:
    """What a trainee entered last, offered again; `main` is what most of that shift went into."""

    site_id: UUID
    supervisor_id: UUID
    break_minutes: int
    is_supernumerary: bool | None
    main: Activity


def find_placements(*, known_at: datetime | None = None) -> Placements | None:
    """The settings and hours that were current at a moment, by default now; None before any content was loaded."""
    versions = list_content(ContentKind.SETTINGS, known_at=known_at)
    return made_from(versions[0], placements_from) if versions else None


def get_placements(*, known_at: datetime | None = None) -> Placements:
    """The settings and hours that were current at a moment; there are none before any content was loaded."""
    return find_placements(known_at=known_at) or NO_PLACEMENTS


def list_sites() -> list[Site]:
    """The sites by name."""
    return list(db.session.scalars(select(Site).order_by(func.lower(Site.name), Site.id)))


def get_site(site_id: UUID) -> Site:
    """One site; else NotFound."""
    site = db.session.get(Site, site_id)
    if site is None:
        raise NotFound
    return site


def is_site_used(site_id: UUID) -> bool:
    """Say whether a slot was ever offered or a shift worked at a site. One statement."""
    slots, shifts = select(Slot.id).where(Slot.site_id == site_id), select(Shift.id).where(Shift.site_id == site_id)
    return bool(db.session.scalar(select(or_(slots.exists(), shifts.exists()))))


def get_site_fact(site_id: UUID) -> SiteFact:
    """One site as rules about its slots see it; else NotFound."""
    site = get_site(site_id)
    named = {person.id: person.name for person in supervisors_of(site_id)}
    return SiteFact(site.name, site.closed_at is not None, named)


def supervisors_of(site_id: UUID) -> list[Supervisor]:
    """Those who may be named at a site: whoever supervises there, or everybody if it names nobody."""
    everybody = list_supervisors()
    return [person for person in everybody if site_id in person.sites] or everybody


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as the list of managers shows it: who supervises there and how many slots lie ahead."""

    site: Site
    supervisors: list[str]
    ahead: int


def list_site_rows(now: datetime) -> list[SiteRow]:
    """The sites by name, those that are open first. Two statements."""
    ahead = (
        select(func.count(Slot.id))
        .where(
            Slot.site_id == Site.id,
            Slot.starts_at > now,
            ~select(SlotCancellation.id).where(SlotCancellation.slot_id == Slot.id).exists(),
        )
        .correlate(Site)
        .scalar_subquery()
    )
    everybody = list_supervisors()
    rows = db.session.execute(select(Site, ahead).order_by(Site.closed_at.is_not(None), func.lower(Site.name), Site.id))
    return [
        SiteRow(site, [person.name for person in everybody if site.id in person.sites], count) for site, count in rows
    ]


def list_supervisors() -> list[Supervisor]:
    """Active placement supervisors by name."""
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, Site.id, Site.name)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
        .outerjoin(Site, Site.id == RoleAssignment.scope_id)
        .where(
            RoleAssignment.role == Role.SUPERVISOR,
            RoleAssignment.from_on <= day,
            or_(RoleAssignment.until_on.is_(None), RoleAssignment.until_on >= day),
            RoleEnd.id.is_(None),
            Person.deactivated_at.is_(None),
        )
        .order_by(func.lower(Person.name), Person.id, Site.name)
    )
    found: dict[UUID, tuple[str, dict[UUID, str]]] = {}
    for person_id, name, site_id, site in rows:
        sites = found.setdefault(person_id, (name, {}))[1]
        if site_id is not None:
            sites[site_id] = site
    return [Supervisor(person_id, name, sites) for person_id, (name, sites) in found.items()]


def find_last_time(viewer: Viewer) -> LastTime | None:
    """What the viewer entered in the shift they logged last."""
    row = db.session.execute(
        select(Shift.id, Shift.site_id, Shift.supervisor_id, Shift.break_minutes, Shift.is_supernumerary)
        .where(Shift.trainee_id == viewer.id)
        .order_by(Shift.recorded_at.desc(), Shift.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return LastTime(*row[1:], main=main_activity(load_activities(Shift.id == row.id).get(row.id, {})))


def select_own_sites(viewer: Viewer) -> Select[Any]:
    """The sites that name the viewer as one of their supervisors today."""
    day = today()
    return (
        select(RoleAssignment.scope_id)
        .outerjoin(RoleEnd, RoleEnd.assignment_id == RoleAssignment.id)
        .where(
            RoleAssignment.person_id == viewer.id,
            RoleAssignment.role == Role.SUPERVISOR,
            RoleAssignment.from_on <= day,
            or_(RoleAssignment.until_on.is_(None), RoleAssignment.until_on >= day),
            RoleEnd.id.is_(None),
        )
    )
