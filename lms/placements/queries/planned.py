"""Reading bookings as what shifts were planned to be."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from lms.core.clock import now
from lms.core.db import db
from lms.placements.models import Booking, BookingDecision, Shift, ShiftDecision, Site, Slot, SlotCancellation
from lms.placements.queries.slots import latest_decision
from lms.placements.rules.planned import Planned
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.states import Verdict
from lms.placements.rules.times import Span
from lms.policy import Viewer

OFFERED_FOR = timedelta(days=28)
"""How long a booked shift is offered to be logged. A proposal, to be confirmed by the service."""
VERSION = aliased(Shift)


def load_planned(booking_ids: Collection[UUID]) -> dict[UUID, Planned]:
    """What these bookings said, whatever became of them. One statement, and none where there are no bookings."""
    if not booking_ids:
        return {}
    return {each.booking_id: each for each in _read(_planned().where(Booking.id.in_(booking_ids)))}


def find_own_booking(viewer: Viewer, booking_id: UUID) -> Planned | None:
    """One of the viewer's bookings, if it holds."""
    rows = _read(_planned().where(Booking.id == booking_id, Booking.trainee_id == viewer.id, _holds()))
    return rows[0] if rows else None


def list_own_to_log(viewer: Viewer) -> list[Planned]:
    """The viewer's bookings that were over lately and are not logged, the oldest first."""
    moment = now()
    return _read(
        _planned()
        .where(
            Booking.trainee_id == viewer.id,
            Slot.ends_at <= moment,
            Slot.ends_at > moment - OFFERED_FOR,
            _holds(),
            ~_logged(Booking.id, viewer.id),
        )
        .order_by(Slot.starts_at, Booking.id)
    )


def list_sharing(viewer: Viewer, span: Span) -> list[Planned]:
    """The viewer's bookings that share time with a span and are not logged, the oldest first."""
    return _read(
        _planned()
        .where(Booking.trainee_id == viewer.id, _holds(), ~_logged(Booking.id, viewer.id))
        .where(Slot.starts_at < span.ended_at, Slot.ends_at > span.started_at)
        .order_by(Slot.starts_at, Booking.id)
    )


def is_logged(viewer: Viewer, booking_id: UUID, *, except_first_id: UUID | None = None) -> bool:
    """Say whether a shift of the viewer's that was not withdrawn was logged from this booking."""
    wanted = _logged(booking_id, viewer.id)
    if except_first_id is not None:
        wanted = _logged(booking_id, viewer.id, Shift.first_id != except_first_id)
    return bool(db.session.scalar(select(wanted)))


def _planned() -> Any:
    return (
        select(Booking.id, Slot.site_id, Site.name, Site.setting, Slot.starts_at, Slot.ends_at, Slot.supervisor_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Site, Site.id == Slot.site_id)
    )


def _read(statement: Any) -> list[Planned]:
    return [Planned(*row) for row in db.session.execute(statement)]


def _holds() -> ColumnElement[bool]:
    """The slot takes place, and the latest decision on the booking says that it is booked."""
    cancelled = select(SlotCancellation.id).where(SlotCancellation.slot_id == Slot.id).correlate(Slot).exists()
    return ~cancelled & (
        select(BookingDecision.id)
        .where(latest_decision(), BookingDecision.verdict == BookingVerdict.BOOKED)
        .correlate(Booking)
        .exists()
    )


def _logged(booking_id: Any, trainee_id: UUID, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """A shift that stands was logged from the booking; a correction may have left it."""
    withdrawn = (
        select(ShiftDecision.id)
        .join(VERSION, VERSION.id == ShiftDecision.shift_id)
        .where(VERSION.first_id == Shift.first_id, ShiftDecision.verdict == Verdict.WITHDRAWN)
        .correlate(Shift)
        .exists()
    )
    corrected = (
        select(VERSION.id)
        .where(
            VERSION.trainee_id == Shift.trainee_id,
            VERSION.first_id == Shift.first_id,
            VERSION.supersedes_id == Shift.id,
        )
        .correlate(Shift)
        .exists()
    )
    return (
        select(Shift.id)
        .where(Shift.booking_id == booking_id, Shift.trainee_id == trainee_id, ~withdrawn, ~corrected, *more)
        .correlate(Booking)
        .exists()
    )
