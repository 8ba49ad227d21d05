"""Booked shifts that are near, and those that ended and were not logged: what reminders and digests speak of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from lms.core.clock import now
from lms.core.db import db
from lms.identity.models import Person
from lms.placements.models import Booking, BookingDecision, Shift, Slot, SlotCancellation
from lms.placements.queries.slots import latest_decision
from lms.placements.rules.slots import BookingVerdict
from lms.policy import Viewer

TO_LOG_FOR = timedelta(days=14)
"""How long after its end a booked shift is asked about. A proposal, to be confirmed by the service."""


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
    return _booked(Slot.starts_at >= from_at, Slot.starts_at < until_at)


def list_to_log(from_at: datetime, until_at: datetime) -> list[BookedShift]:
    """Everybody's booked shifts that ended between two moments and were not logged; nobody sees it."""
    return _booked(Slot.ends_at >= from_at, Slot.ends_at < until_at, ~_logged())


def count_upcoming(viewer: Viewer) -> int:
    """How many booked shifts the viewer has in the next 7 days."""
    soon = now() + timedelta(days=7)
    return _count(Booking.trainee_id == viewer.id, Slot.starts_at >= now(), Slot.starts_at < soon)


def count_to_log(viewer: Viewer) -> int:
    """How many of the viewer's booked shifts ended and were not logged."""
    return _count(Booking.trainee_id == viewer.id, Slot.ends_at < now(), Slot.ends_at >= now() - TO_LOG_FOR, ~_logged())


def _booked(*conditions: ColumnElement[bool]) -> list[BookedShift]:
    statement = _standing(*conditions).with_only_columns(
        Booking.id, Booking.trainee_id, Slot.id, Slot.starts_at, Slot.ends_at
    )
    return [BookedShift(*row) for row in db.session.execute(statement.order_by(Slot.starts_at, Booking.id))]


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(_standing(*conditions).with_only_columns(func.count())) or 0


def _standing(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Bookings whose latest decision is that they are booked, of slots that take place and people who are here."""
    return (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Person, Person.id == Booking.trainee_id)
        .join(BookingDecision, latest_decision())
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
        .where(
            BookingDecision.verdict == BookingVerdict.BOOKED,
            SlotCancellation.id.is_(None),
            Person.deactivated_at.is_(None),
            *conditions,
        )
    )


def _logged() -> ColumnElement[bool]:
    return select(Shift.id).where(Shift.booking_id == Booking.id).correlate(Booking).exists()
