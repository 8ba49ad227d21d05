"""Reading bookings as what shifts were planned to be."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from lms.core.clock import now
from lms.core.db import db
from lms.placements.models import Booking, BookingDecision, Shift, Site, Slot, SlotCancellation
from lms.placements.queries.loaders import stands
from lms.placements.queries.slots import latest_decision
from lms.placements.rules.planned import BookedTime
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.times import Span
from lms.policy import Viewer

TO_LOG_FOR = timedelta(days=28)
"""How long a booked shift that is over is offered to be logged and asked about. A proposal, to be confirmed by the
service."""


def load_planned(booking_ids: Collection[UUID]) -> dict[UUID, BookedTime]:
    """What these bookings said, whatever became of them. One statement, and none where there are no bookings."""
    if not booking_ids:
        return {}
    return {each.booking_id: each for each in _read(_planned().where(Booking.id.in_(booking_ids)))}


def find_own_booking(viewer: Viewer, booking_id: UUID) -> BookedTime | None:
    """One of the viewer's bookings, if it holds."""
    rows = _read(_planned().where(Booking.id == booking_id, Booking.trainee_id == viewer.id, holds()))
    return rows[0] if rows else None


def list_own_to_log(viewer: Viewer) -> list[BookedTime]:
    """The viewer's bookings that were over lately and are not logged, the oldest first."""
    mine = Booking.trainee_id == viewer.id
    return _read(_planned().where(mine, *to_log()).order_by(Slot.starts_at, Booking.id))


def list_sharing(viewer: Viewer, span: Span) -> list[BookedTime]:
    """The viewer's bookings that share time with a span and are not logged, the oldest first."""
    return _read(
        _planned()
        .where(Booking.trainee_id == viewer.id, holds(), ~was_logged())
        .where(Slot.starts_at < span.ended_at, Slot.ends_at > span.started_at)
        .order_by(Slot.starts_at, Booking.id)
    )


def is_logged(viewer: Viewer, booking_id: UUID) -> bool:
    """Say whether a shift of the viewer's that stands was logged from this booking."""
    mine = select(Booking.id).where(Booking.id == booking_id, Booking.trainee_id == viewer.id, was_logged())
    return db.session.scalar(mine) is not None


def _planned() -> Any:
    return (
        select(Booking.id, Slot.site_id, Site.name, Site.setting, Slot.starts_at, Slot.ends_at, Slot.supervisor_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Site, Site.id == Slot.site_id)
    )


def _read(statement: Any) -> list[BookedTime]:
    return [BookedTime(*row) for row in db.session.execute(statement)]


def holds() -> ColumnElement[bool]:
    """The slot of a booking takes place, and the latest decision on the booking says that it is booked."""
    cancelled = select(SlotCancellation.id).where(SlotCancellation.slot_id == Slot.id).correlate(Slot).exists()
    return ~cancelled & (
        select(BookingDecision.id)
        .where(latest_decision(), BookingDecision.verdict == BookingVerdict.BOOKED)
        .correlate(Booking)
        .exists()
    )


def was_logged() -> ColumnElement[bool]:
    """A shift that stands was logged from a booking; a correction may have left it."""
    return (
        select(Shift.id)
        .where(Shift.booking_id == Booking.id, Shift.trainee_id == Booking.trainee_id, stands())
        .correlate(Booking)
        .exists()
    )


def to_log() -> tuple[ColumnElement[bool], ...]:
    """A booking that holds was over lately and is not logged."""
    moment = now()
    return holds(), Slot.ends_at <= moment, Slot.ends_at > moment - TO_LOG_FOR, ~was_logged()
