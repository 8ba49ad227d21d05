"""What ties a supervisor to a trainee: shifts that stand and places that are booked."""

from datetime import date
from uuid import UUID

from sqlalchemy import and_, or_, select

from lms.core.clock import now, start_of_day, today
from lms.core.days import london_day
from lms.core.db import db
from lms.identity.models import AccessGrant, AccessGrantEnd
from lms.placements.models import Booking, Shift, Slot
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.loaders import grouped, shift_fact, standing_shifts
from lms.placements.queries.slots import load_slots
from lms.placements.rules.bookings import booked
from lms.placements.rules.sight import Window
from lms.placements.rules.states import Status
from lms.placements.rules.times import SEEN_AFTER, supervision_window
from lms.policy import Role


def load_ties(trainee_id: UUID, supervisor_id: UUID) -> list[Window]:
    """When each shift that stands and each booked place lets this supervisor see this trainee, now or later."""
    since = start_of_day(today() - SEEN_AFTER)
    mine = and_(
        Shift.trainee_id == trainee_id,
        Shift.supervisor_id == supervisor_id,
        or_(Shift.started_at >= since, Shift.recorded_at >= since),
    )
    facts = [shift_fact(shift, decided) for shift, decided in grouped(db.session.execute(standing_shifts(mine, now())))]
    worked = [
        supervision_window(fact.on, london_day(fact.recorded_at))
        for fact in facts
        if fact.status is not Status.WITHDRAWN
    ]
    return [*worked, *_booked_windows(trainee_id, supervisor_id)]


def _booked_windows(trainee_id: UUID, supervisor_id: UUID) -> list[Window]:
    """When the booked places that keep a record open now or later do so. Two statements."""
    since = start_of_day(today() - SEEN_AFTER)
    theirs = select(Slot.id).where(Slot.supervisor_id == supervisor_id, Slot.starts_at >= since)
    held = booked(load_bookings(Booking.trainee_id == trainee_id, Booking.slot_id.in_(theirs)))
    slots = load_slots(Slot.id.in_({each.slot_id for each in held}))
    return [supervision_window(row.fact.on, row.fact.on) for row in slots if not row.fact.is_cancelled]


def load_sight(trainee_id: UUID, supervisor_id: UUID) -> list[tuple[date, date]]:
    """The windows in which this supervisor's grants with a last day let them see this trainee, without those over."""
    rows = db.session.execute(
        select(AccessGrant.from_on, AccessGrant.until_on)
        .outerjoin(AccessGrantEnd, AccessGrantEnd.grant_id == AccessGrant.id)
        .where(
            AccessGrant.person_id == supervisor_id,
            AccessGrant.scope_id == trainee_id,
            AccessGrant.role == Role.SUPERVISOR,
            AccessGrant.until_on >= today(),
            AccessGrantEnd.id.is_(None),
        )
        .order_by(AccessGrant.from_on, AccessGrant.until_on)
    )
    return [(from_on, until_on) for from_on, until_on in rows if until_on is not None]
