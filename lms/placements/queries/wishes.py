"""Reading the wishes beside a booking: those of the same asking that are booked, and those that still wait."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.core.clock import now
from lms.placements.models import Booking, Slot
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.rules.bookings import UNDECIDED, BookingFact, BookingStatus
from lms.placements.rules.wishes import askings as askings_of


@dataclass(frozen=True, slots=True)
class Wish:
    """One ranked wish with its slot."""

    fact: BookingFact
    row: SlotRow

    @property
    def is_granted(self) -> bool:
        """Say whether it is booked."""
        return self.fact.status is BookingStatus.BOOKED

    @property
    def is_left(self) -> bool:
        """Say whether nobody has decided about it and somebody still can."""
        return self.fact.status in UNDECIDED and self.row.fact.is_ahead(now())


@dataclass(frozen=True, slots=True)
class Beside:
    """The other wishes of the asking of a booking: those that are booked, and how many still wait without it."""

    granted: tuple[Wish, ...]
    left: int


NOTHING_BESIDE = Beside((), 0)


def load_beside(bookings: Iterable[BookingFact]) -> dict[UUID, Beside]:
    """What stands beside each of these bookings that was a wish, by booking. Two statements, none without wishes."""
    ranked = [each for each in bookings if each.rank]
    if not ranked:
        return {}
    askings = _load_askings({each.trainee_id for each in ranked})
    return {each.id: _beside(each, wishes) for each in ranked for wishes in askings if _holds(wishes, each)}


def find_beside(booking: BookingFact | None) -> Beside:
    """What stands beside one booking, if there is one and it was a wish."""
    return load_beside([booking]).get(booking.id, NOTHING_BESIDE) if booking else NOTHING_BESIDE


def get_asking(booking: BookingFact) -> list[Wish]:
    """A wish with those that were asked for together with it, by rank; a booking that was none stands alone."""
    found = next((wishes for wishes in _load_askings([booking.trainee_id]) if _holds(wishes, booking)), None)
    return found or [Wish(booking, row) for row in load_slots(Slot.id == booking.slot_id)]


def _holds(wishes: Iterable[Wish], booking: BookingFact) -> bool:
    return any(each.fact.id == booking.id for each in wishes)


def _beside(booking: BookingFact, wishes: Sequence[Wish]) -> Beside:
    others = [each for each in wishes if each.fact.id != booking.id]
    return Beside(tuple(each for each in others if each.is_granted), sum(each.is_left for each in others))


def _load_askings(trainees: Collection[UUID]) -> list[list[Wish]]:
    """Everything these trainees asked for by wishes, as it was asked for. Two statements."""
    found: dict[UUID, list[BookingFact]] = {}
    for each in load_bookings(Booking.trainee_id.in_(trainees), Booking.rank.is_not(None)):
        found.setdefault(each.trainee_id, []).append(each)
    slots = {each.slot_id for theirs in found.values() for each in theirs}
    rows = {row.fact.id: row for row in load_slots(Slot.id.in_(slots))}
    return [
        [Wish(each, rows[each.slot_id]) for each in wishes]
        for theirs in found.values()
        for wishes in askings_of(theirs)
    ]
