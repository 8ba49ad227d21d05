"""Slots and requirements of sites for tests, made as the service makes them."""

from datetime import date, time
from typing import Any
from uuid import UUID

from lms.identity.services import viewer_for
from lms.placements import services
from lms.placements.models import Slot
from lms.placements.rules.planning import Terms
from lms.placements.rules.series import Pattern, Repeats
from lms.placements.rules.slots import SignUp

SLOT_DAY = date(2026, 12, 1)  # A Tuesday, after the moment at which the clock of tests stands.


def terms(**changes: Any) -> Terms:
    """A day slot with one place, booked at once, that names nobody."""
    usual: dict[str, Any] = {
        "starts": time(8, 30),
        "ends": time(16),
        "capacity": 1,
        "supervisor_id": None,
        "sign_up": SignUp.FIRST_COME,
    }
    return Terms(**{**usual, **changes})


def make_slot(manager_id: UUID, site_id: UUID, *, on: date = SLOT_DAY, **changes: Any) -> Slot:
    """One slot on offer at a site."""
    (slot,) = services.make_slots(viewer_for(manager_id), site_id, pattern=Pattern(on), terms=terms(**changes))
    return slot


def make_series(manager_id: UUID, site_id: UUID, *, on: date = SLOT_DAY, until: date, **changes: Any) -> list[Slot]:
    """A weekly series on the weekday of its first day."""
    pattern = Pattern(on, Repeats.WEEKLY, until)
    return services.make_slots(viewer_for(manager_id), site_id, pattern=pattern, terms=terms(**changes))
