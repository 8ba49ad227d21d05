"""Reading main rotas: of many people for the rules on rest, and one's own for its page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from lms.core.clock import now, start_of_day, today
from lms.core.days import london_day
from lms.core.db import db
from lms.identity.models import Person
from lms.placements.models import RotaImport, RotaShift
from lms.placements.rules.duties import DAY, LONGEST_DUTY, KnownRota
from lms.placements.rules.rota import RotaFact, RotaSource, joined_days, known_until, standing_rota
from lms.placements.rules.times import Span
from lms.policy import Viewer

AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import as a list shows it."""

    recorded_at: datetime
    source: RotaSource
    by_name: str
    from_on: date
    until_on: date
    shifts: int


@dataclass(frozen=True, slots=True)
class OwnRota:
    """What is known of the viewer's main rota: on which days, until when from today, the next shifts, the imports."""

    known: Sequence[KnownRota]
    until: date | None
    shifts: Sequence[Span]
    imports: Sequence[ImportRow]


def load_rotas(
    people: Select[UUID], from_at: datetime, until_at: datetime, *, known_at: datetime
) -> list[tuple[UUID, RotaFact]]:
    """The imports of these people that speak of a time, with their shifts in it, as known then. Two statements."""
    chosen = and_(
        RotaImport.person_id.in_(people),
        RotaImport.recorded_at <= known_at,
        RotaImport.from_on <= london_day(until_at),
        RotaImport.until_on >= london_day(from_at - LONGEST_DUTY),
    )
    shifts: dict[UUID, list[tuple[UUID, Span]]] = {}
    for shift_id, import_id, starts_at, ends_at in db.session.execute(
        select(RotaShift.id, RotaShift.import_id, RotaShift.starts_at, RotaShift.ends_at)
        .join(RotaImport, RotaImport.id == RotaShift.import_id)
        .where(chosen, RotaShift.starts_at < until_at, RotaShift.ends_at > from_at)
    ):
        shifts.setdefault(import_id, []).append((shift_id, Span(starts_at, ends_at)))
    rows = db.session.execute(
        select(
            RotaImport.person_id, RotaImport.id, RotaImport.from_on, RotaImport.until_on, RotaImport.recorded_at
        ).where(chosen)
    )
    return [
        (person_id, RotaFact(import_id, from_on, until_on, recorded_at, tuple(shifts.get(import_id, ()))))
        for person_id, import_id, from_on, until_on, recorded_at in rows
    ]


def standing_shifts_of(people: Collection[UUID], from_on: date, until_on: date) -> dict[UUID, list[Span]]:
    """The main rota shifts that begin on these days and stand now, by person. Two statements."""
    found: dict[UUID, list[RotaFact]] = {}
    chosen = select(Person.id).where(Person.id.in_(people))
    begins, ends = start_of_day(from_on), start_of_day(until_on + DAY)
    for person_id, rota in load_rotas(chosen, begins, ends, known_at=now()):
        found.setdefault(person_id, []).append(rota)
    return {
        person_id: [duty.span for duty in standing_rota(rotas) if duty.span.started_at >= begins]
        for person_id, rotas in found.items()
    }


def list_known_days(viewer: Viewer) -> Sequence[KnownRota]:
    """The days on which the viewer's main rota is known."""
    rows = db.session.execute(select(RotaImport.from_on, RotaImport.until_on).where(RotaImport.person_id == viewer.id))
    return joined_days(KnownRota(*row) for row in rows)


def get_own_rota(viewer: Viewer) -> OwnRota:
    """The viewer's own main rota: what is known until when, and the shifts of the next four weeks."""
    counts = select(func.count(RotaShift.id)).where(RotaShift.import_id == RotaImport.id).scalar_subquery()
    imports = [
        ImportRow(*row)
        for row in db.session.execute(
            select(
                RotaImport.recorded_at,
                RotaImport.source,
                Person.name,
                RotaImport.from_on,
                RotaImport.until_on,
                counts,
            )
            .join(Person, Person.id == RotaImport.by_id)
            .where(RotaImport.person_id == viewer.id)
            .order_by(RotaImport.recorded_at.desc(), RotaImport.id.desc())
        )
    ]
    known = joined_days(KnownRota(row.from_on, row.until_on) for row in imports)
    facts = load_rotas(select(Person.id).where(Person.id == viewer.id), now(), now() + AHEAD, known_at=now())
    shifts = [duty.span for duty in standing_rota(fact for _, fact in facts)]
    return OwnRota(known, known_until(known, today()), shifts, imports)
