"""Reading slots: one, those trainees may ask for, and those of a time for whoever keeps them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.placements.models import Booking, BookingDecision, Site, Slot, SlotCancellation
from lms.placements.rules.slots import BookingVerdict, SlotFact, SlotState, state_of
from lms.placements.rules.times import Span
from lms.policy import Permission, Viewer

STANDING = (BookingVerdict.BOOKED, BookingVerdict.WAITING_LIST)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot with the names it is shown by, and how many of its places are taken."""

    fact: SlotFact
    site_name: str
    site_closed: bool
    supervisor_name: str | None
    series_id: UUID | None
    version: int
    taken: int

    @property
    def free(self) -> int:
        """How many places are left."""
        return max(0, self.fact.capacity - self.taken)

    def state(self, now: datetime) -> SlotState:
        """Where the slot stands."""
        return state_of(self.fact, self.taken, now)


@dataclass(frozen=True, slots=True)
class BookedRow:
    """Somebody who booked or asks for a slot; `verdict` is none while nobody has decided.

    `is_given` says that an approver gave it.
    """

    booking_id: UUID
    slot_id: UUID
    trainee_id: UUID
    name: str
    verdict: BookingVerdict | None
    is_given: bool

    @property
    def words(self) -> str:
        """Where it stands, within a sentence."""
        if self.verdict is BookingVerdict.BOOKED:
            return "booked"
        if self.verdict is BookingVerdict.WAITING_LIST:
            return "given, booked once everything is cleared" if self.is_given else "on the waiting list"
        return "asked, not decided yet"


@dataclass(frozen=True, slots=True)
class SlotPeople:
    """Who is booked in a slot or asks for it, as far as the viewer may see them; `others` counts the rest."""

    rows: tuple[BookedRow, ...]
    others: int


def get_slot(slot_id: UUID) -> SlotRow:
    """One slot; else NotFound."""
    found = _rows(Slot.id == slot_id)
    if not found:
        raise NotFound
    return found[0]


def load_slots(*conditions: ColumnElement[bool], limit: int | None = None) -> list[SlotRow]:
    """The slots of a condition on slots, sites and cancellations, by time. One statement."""
    return _rows(*conditions, limit=limit)


def list_open_slots(from_at: datetime, until_at: datetime, *, now: datetime) -> list[SlotRow]:
    """The slots trainees may ask for now that begin between two moments, at sites that are open, by time."""
    rows = _rows(Slot.starts_at >= from_at, Slot.starts_at < until_at, Slot.starts_at > now, Site.closed_at.is_(None))
    return [row for row in rows if row.fact.is_open(now)]


def list_slots(
    from_at: datetime, until_at: datetime, *, site_id: UUID | None = None, setting: str | None = None
) -> list[SlotRow]:
    """Every slot that begins between two moments, cancelled ones too, by time."""
    conditions = [Slot.starts_at >= from_at, Slot.starts_at < until_at]
    if site_id is not None:
        conditions.append(Slot.site_id == site_id)
    if setting is not None:
        conditions.append(Site.setting == setting)
    return _rows(*conditions)


def list_slots_of_site(site_id: UUID, *, after: datetime, limit: int) -> list[SlotRow]:
    """The next slots of a site that are not cancelled."""
    return _rows(Slot.site_id == site_id, Slot.starts_at > after, SlotCancellation.id.is_(None), limit=limit)


def list_later(slot: SlotRow, now: datetime) -> list[SlotRow]:
    """The slots of the same series from this one on that can still be changed; only this one where it has none."""
    if slot.series_id is None:
        return [slot]
    rows = _rows(Slot.series_id == slot.series_id, Slot.starts_at >= slot.fact.span.started_at, Slot.starts_at > now)
    return [row for row in rows if not row.fact.is_cancelled]


def count_series(series_id: UUID | None) -> int:
    """How many slots a series has, cancelled ones too."""
    if series_id is None:
        return 0
    return db.session.scalar(select(func.count(Slot.id)).where(Slot.series_id == series_id)) or 0


def find_cancellation(slot_id: UUID) -> SlotCancellation | None:
    """Why and when a slot was cancelled, or None."""
    return db.session.scalar(
        select(SlotCancellation).where(SlotCancellation.slot_id == slot_id).options(joinedload(SlotCancellation.reason))
    )


def list_people(viewer: Viewer, slot_id: UUID, permission: Permission = Permission.SLOT_MANAGE) -> SlotPeople:
    """Who is booked in a slot or asks for it; by name only whom the viewer may do this to."""
    standing = list_standing([slot_id])
    seen = set(
        db.session.scalars(
            select(Person.id).where(
                Person.id.in_([row.trainee_id for row in standing]), Person.id.in_(visible_trainees(viewer, permission))
            )
        )
    )
    rows = tuple(row for row in standing if row.trainee_id in seen)
    return SlotPeople(rows, len(standing) - len(rows))


def list_standing(slot_ids: Collection[UUID]) -> list[BookedRow]:
    """The bookings of these slots that stand: asked for, booked or on the waiting list, oldest first. One statement."""
    return _standing(Booking.slot_id.in_(slot_ids))


def _standing(*conditions: ColumnElement[bool]) -> list[BookedRow]:
    rows = db.session.execute(
        select(
            Booking.id,
            Booking.slot_id,
            Booking.trainee_id,
            Person.name,
            BookingDecision.verdict,
            Booking.by_id != Booking.trainee_id,
        )
        .join(Person, Person.id == Booking.trainee_id)
        .outerjoin(BookingDecision, latest_decision())
        .where(*conditions, or_(BookingDecision.id.is_(None), BookingDecision.verdict.in_(STANDING)))
        .order_by(Booking.recorded_at, Booking.id)
    )
    return [BookedRow(*row) for row in rows]


def list_upcoming(
    now: datetime, *, trainees: Select[Any] | None = None, sites: Collection[UUID] | None = None
) -> list[tuple[BookedRow, SlotRow]]:
    """Standing bookings of slots that have not ended and are not cancelled, by time. Two statements."""
    slots = select(Slot.id).where(
        Slot.ends_at > now, ~select(SlotCancellation.id).where(SlotCancellation.slot_id == Slot.id).exists()
    )
    conditions = [Booking.slot_id.in_(slots if sites is None else slots.where(Slot.site_id.in_(sites)))]
    if trainees is not None:
        conditions.append(Booking.trainee_id.in_(trainees))
    standing = _standing(*conditions)
    rows = {row.fact.id: row for row in _rows(Slot.id.in_({row.slot_id for row in standing}))}
    found = [(booked, rows[booked.slot_id]) for booked in standing]
    return sorted(found, key=lambda pair: (pair[1].fact.span.started_at, pair[0].name, pair[0].booking_id))


@cache
def latest_decision() -> ColumnElement[bool]:
    """The condition that a decision is the one that speaks for its booking."""
    later = aliased(BookingDecision)
    return and_(
        BookingDecision.booking_id == Booking.id,
        ~select(later.id)
        .where(
            later.booking_id == BookingDecision.booking_id,
            or_(
                later.recorded_at > BookingDecision.recorded_at,
                and_(later.recorded_at == BookingDecision.recorded_at, later.id > BookingDecision.id),
            ),
        )
        .correlate(BookingDecision)
        .exists(),
    )


def is_given() -> ColumnElement[bool]:
    """The condition that a booking, whose latest decision is at hand, was given and waits for a clearance."""
    return and_(BookingDecision.verdict == BookingVerdict.WAITING_LIST, Booking.by_id != Booking.trainee_id)


def _rows(*conditions: ColumnElement[bool], limit: int | None = None) -> list[SlotRow]:
    """Slots with names and places taken, by time. One statement."""
    statement = _slots().where(*conditions).order_by(Slot.starts_at, func.lower(Site.name), Slot.id).limit(limit)
    return list(_made(db.session.execute(statement)))


@cache
def places_taken() -> ScalarSelect[Any]:
    """How many places of a slot somebody holds, within a statement about slots."""
    return (
        select(func.count(Booking.id))
        .join(BookingDecision, latest_decision())
        .where(Booking.slot_id == Slot.id, or_(BookingDecision.verdict == BookingVerdict.BOOKED, is_given()))
        .correlate(Slot)
        .scalar_subquery()
    )


def _slots() -> Select[Any]:
    return (
        select(Slot, Site.name, Site.setting, Site.closed_at, Person.name, SlotCancellation.id, places_taken())
        .join(Site, Site.id == Slot.site_id)
        .outerjoin(Person, Person.id == Slot.supervisor_id)
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
    )


def _made(rows: Iterable[Any]) -> Iterable[SlotRow]:
    for slot, site_name, setting, closed_at, supervisor, cancellation_id, taken in rows:
        yield SlotRow(
            fact=SlotFact(
                id=slot.id,
                site_id=slot.site_id,
                setting=setting,
                span=Span(slot.starts_at, slot.ends_at),
                capacity=slot.capacity,
                supervisor_id=slot.supervisor_id,
                sign_up=slot.sign_up,
                opens_at=slot.opens_at,
                closes_at=slot.closes_at,
                is_cancelled=cancellation_id is not None,
            ),
            site_name=site_name,
            site_closed=closed_at is not None,
            supervisor_name=supervisor,
            series_id=slot.series_id,
            version=slot.version,
            taken=taken,
        )
