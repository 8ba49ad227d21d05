"""A trainee's own bookings: where each stands, what blocks it, and what became of the wishes beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.placements.models import Booking, Slot
from lms.placements.queries.bookings import bookings_of_slots, load_bookings
from lms.placements.queries.clearances import load_blocks
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.queries.wishes import NOTHING_BESIDE, Beside, load_beside
from lms.placements.rules import bookings as rules
from lms.placements.rules.bookings import BookingFact, BookingStatus
from lms.placements.rules.clearance import Block
from lms.policy import Viewer

LOOK_BACK = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """A booking of the viewer with its slot and, on the waiting list, its place.

    `blocks` keep it from being booked; `beside` are the other wishes of the same asking.
    """

    fact: BookingFact
    row: SlotRow
    place: int | None
    blocks: tuple[Block, ...]
    beside: Beside


def list_own_bookings(viewer: Viewer) -> list[OwnBooking]:
    """The viewer's bookings of slots ahead or of the last 28 days, by time: of each slot the latest one."""
    recent = select(Slot.id).where(Slot.ends_at > now() - LOOK_BACK)
    found = {each.slot_id: each for each in load_bookings(Booking.trainee_id == viewer.id, Booking.slot_id.in_(recent))}
    rows = load_slots(Slot.id.in_(found.keys()))
    listed = [slot_id for slot_id, each in found.items() if each.status is BookingStatus.WAITING_LIST]
    queues, blocks, beside = bookings_of_slots(listed), _blocks_ahead(viewer, found, rows), load_beside(found.values())
    return [
        OwnBooking(
            fact=each,
            row=row,
            place=rules.place_of(each.id, queues.get(row.fact.id, ())),
            blocks=blocks.get(row.fact.id, ()),
            beside=beside.get(each.id, NOTHING_BESIDE),
        )
        for row in rows
        for each in [found[row.fact.id]]
    ]


def get_own_booking(viewer: Viewer, booking_id: UUID) -> tuple[BookingFact, SlotRow]:
    """One booking of the viewer and its slot; NotFound for anybody else's."""
    found = next(iter(load_bookings(Booking.id == booking_id, Booking.trainee_id == viewer.id)), None)
    if found is None:
        raise NotFound
    (row,) = load_slots(Slot.id == found.slot_id)
    return found, row


def _blocks_ahead(
    viewer: Viewer, bookings: Mapping[UUID, BookingFact], rows: Sequence[SlotRow]
) -> Mapping[UUID, tuple[Block, ...]]:
    """What blocks the slots ahead that may still become booked, by slot; nothing is asked where there are none."""
    slots = [row.fact for row in rows if bookings[row.fact.id].status.waits and row.fact.is_ahead(now())]
    if not slots:
        return {}
    return load_blocks(select(Person.id).where(Person.id == viewer.id), slots, known_at=now())[viewer.id]
