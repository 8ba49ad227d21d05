"""Booked shifts that are near, and those that ended and were not logged: what reminders and digests speak of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from lms.core.clock import now
from lms.core.db import db
from lms.identity.models import Person
from lms.placements.models import Booking, Slot
from lms.placements.queries.planned import holds, to_log
from lms.policy import Viewer


@dataclass(frozen=True, slots=True)
class BookedShift:
    """A booking that stands and the time of its slot."""

    booking_id: UUID
    trainee_id: UUID
    slot_id: UUID
    starts_at: datetime
    ends_at: datetime


def list_beginning(from_at: datetime, until_at: datetime) -> list[BookedShift]:
    """Everybody's booked shifts that begin between two moments, for the daily look; nobody sees it."""
    return _booked(holds(), Slot.starts_at >= from_at, Slot.starts_at < until_at)


def list_to_log(from_at: datetime, until_at: datetime) -> list[BookedShift]:
    """Everybody's booked shifts that ended between two moments and were not logged; nobody sees it."""
    return _booked(*to_log(), Slot.ends_at >= from_at, Slot.ends_at < until_at)


def count_upcoming(viewer: Viewer) -> int:
    """How many booked shifts the viewer has in the next 7 days."""
    soon = now() + timedelta(days=7)
    return _count(Booking.trainee_id == viewer.id, holds(), Slot.starts_at >= now(), Slot.starts_at < soon)


def count_to_log(viewer: Viewer) -> int:
    """How many of the viewer's booked shifts were over lately and are not logged."""
    return _count(Booking.trainee_id == viewer.id, *to_log())


def _booked(*conditions: ColumnElement[bool]) -> list[BookedShift]:
    """The booked shifts of a condition, of people who are here."""
    rows = db.session.execute(
        select(Booking.id, Booking.trainee_id, Slot.id, Slot.starts_at, Slot.ends_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Person, Person.id == Booking.trainee_id)
        .where(Person.deactivated_at.is_(None), *conditions)
        .order_by(Slot.starts_at, Booking.id)
    )
    return [BookedShift(*row) for row in rows]


def _count(*conditions: ColumnElement[bool]) -> int:
    statement = select(func.count(Booking.id)).join(Slot, Slot.id == Booking.slot_id).where(*conditions)
    return db.session.scalar(statement) or 0
