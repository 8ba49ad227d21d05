"""Reading the settings, the sites and the people who supervise there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from lms.core.clock import today
from lms.core.db import db
from lms.curriculum.queries import list_content, made_from
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person, RoleAssignment, RoleEnd
from lms.placements.models import Shift, Site
from lms.placements.rules.format import placements_from
from lms.placements.rules.hours import NO_PLACEMENTS, Placements
from lms.policy import Role, Viewer


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
    """What a trainee entered last, offered again."""

    site_id: UUID
    supervisor_id: UUID
    break_minutes: int


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
        select(Shift.site_id, Shift.supervisor_id, Shift.break_minutes)
        .where(Shift.trainee_id == viewer.id)
        .order_by(Shift.recorded_at.desc(), Shift.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else LastTime(*row)
