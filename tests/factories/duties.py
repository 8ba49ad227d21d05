"""Working time for tests: rota imports, taught days and booked slots as rows."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from lms.core.ids import new_id
from lms.placements.models import Booking, BookingDecision, RotaImport, RotaShift, Slot
from lms.placements.rules.rota import RotaSource
from lms.placements.rules.slots import BookingVerdict, SignUp
from lms.placements.rules.times import Span
from lms.policy import Role
from tests.factories import save


def add_rota(
    person_id: UUID, spans: list[Span], *, from_on: date, until_on: date, recorded_at: datetime | None = None
) -> UUID:
    """A rota as it was imported; returns the id of the import."""
    import_id, when = new_id(), {"recorded_at": recorded_at} if recorded_at else {}
    rota = RotaImport(
        id=import_id,
        person_id=person_id,
        from_on=from_on,
        until_on=until_on,
        source=RotaSource.CSV,
        by_id=person_id,
        role=Role.TRAINEE,
        **when,
    )
    save(rota, about=person_id)
    shifts = [
        RotaShift(import_id=import_id, person_id=person_id, starts_at=span.started_at, ends_at=span.ended_at, **when)
        for span in spans
    ]
    if shifts:
        save(*shifts, about=person_id)
    return import_id


def add_booking(
    trainee_id: UUID, site_id: UUID, by_id: UUID, span: Span, *, supervisor_id: UUID | None = None, **changes: Any
) -> Booking:
    """A slot and the booking of it that stands."""
    slot = Slot(
        id=new_id(),
        site_id=site_id,
        starts_at=span.started_at,
        ends_at=span.ended_at,
        capacity=1,
        supervisor_id=supervisor_id,
        sign_up=SignUp.ON_REQUEST,
    )
    booking = Booking(id=new_id(), slot_id=slot.id, trainee_id=trainee_id, by_id=trainee_id, role=Role.TRAINEE)
    save(slot)
    save(booking, about=trainee_id)
    decide(booking, by_id, BookingVerdict.BOOKED, **changes)
    return booking


def decide(booking: Booking, by_id: UUID, verdict: BookingVerdict, **changes: Any) -> None:
    """A decision on a booking."""
    decision = BookingDecision(
        booking_id=booking.id, verdict=verdict, by_id=by_id, role=Role.EDUCATOR, overrides=False, seen={}, **changes
    )
    save(decision, about=booking.trainee_id)


def hours_long(started_at: datetime, hours: float) -> Span:
    """A span of so many hours."""
    return Span(started_at, started_at + timedelta(hours=hours))
