"""Reading what a clearance may set free, and who clears what blocks a booking. Nobody sees it: services act on it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select

from lms.core.clock import now
from lms.identity.models import Person
from lms.identity.queries import list_in_roles
from lms.placements.models import Booking, Slot, SlotCancellation
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.clearances import NEEDS, load_blocks
from lms.placements.queries.holdups import Pair
from lms.placements.queries.settings import list_supervisors
from lms.placements.queries.slots import SlotRow
from lms.placements.rules.bookings import BookingFact
from lms.placements.rules.clearance import Block
from lms.placements.rules.slots import ClearedBy


def list_waiting_slots(*conditions: ColumnElement[bool]) -> set[UUID]:
    """The slots ahead in which somebody asked, waits or was given a place, of a condition on bookings and slots."""
    ahead = (
        select(Slot.id)
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
        .where(Slot.starts_at > now(), SlotCancellation.id.is_(None))
    )
    found = load_bookings(Booking.slot_id.in_(ahead), *conditions)
    return {each.slot_id for each in found if each.status.waits}


def load_blocked(bookings: Collection[BookingFact], rows: Mapping[UUID, SlotRow]) -> dict[Pair, tuple[Block, ...]]:
    """What blocks these bookings now, by trainee and slot; those that nothing blocks are left out."""
    slots = [rows[slot_id].fact for slot_id in {each.slot_id for each in bookings}]
    if not slots:
        return {}
    people = select(Person.id).where(Person.id.in_({each.trainee_id for each in bookings}))
    blocks = load_blocks(people, slots, known_at=now())
    pairs = {(each.trainee_id, each.slot_id) for each in bookings}
    return {pair: found for pair in pairs if (found := blocks[pair[0]][pair[1]])}


def load_clearers(
    trainee_id: UUID, blocked: Sequence[tuple[SlotRow, Block]]
) -> dict[UUID, list[tuple[SlotRow, Block]]]:
    """Who clears what blocks a trainee in these slots, each with what is theirs. Two statements."""
    by_site: dict[UUID, list[UUID]] = {}
    for person in list_supervisors():
        for site_id in person.sites:
            by_site.setdefault(site_id, []).append(person.id)
    of_trust = list_in_roles(trainee_id, frozenset({NEEDS[ClearedBy.TRUST]}))
    found: dict[UUID, list[tuple[SlotRow, Block]]] = {}
    for row, block in blocked:
        people = of_trust if block.cleared_by is ClearedBy.TRUST else by_site.get(row.fact.site_id, [])
        for person_id in people:
            if person_id != trainee_id:
                found.setdefault(person_id, []).append((row, block))
    return found
