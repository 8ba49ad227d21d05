"""Where a swap of two bookings stands, and who may do what next."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.placements.rules.bookings import BookingFact, BookingStatus, check_not_over, open_booking_of
from lms.placements.rules.slots import SlotFact, SwapStepKind


class SwapStatus(enum.StrEnum):
    """Where a swap stands. Never stored: it follows from its steps and the two bookings."""

    OFFERED = "offered"
    AGREED = "agreed"
    REFUSED = "refused"
    APPROVED = "approved"
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"
    FELL_THROUGH = "fell-through"

    @property
    def label(self) -> str:
        """The status in words."""
        return _SWAP_WORDS[self]

    @property
    def is_open(self) -> bool:
        """Say whether something may still come of it."""
        return self in (SwapStatus.OFFERED, SwapStatus.AGREED)


_SWAP_WORDS = {
    SwapStatus.OFFERED: "Offered, waits for the other trainee",
    SwapStatus.AGREED: "Both agree, waits for an approver",
    SwapStatus.REFUSED: "Refused by the other trainee",
    SwapStatus.APPROVED: "Approved",
    SwapStatus.DECLINED: "Declined by an approver",
    SwapStatus.TAKEN_BACK: "Taken back",
    SwapStatus.FELL_THROUGH: "No longer possible, a booking has changed or a slot has begun",
}


@dataclass(frozen=True, slots=True)
class SwapStepFact:
    """One step of a swap."""

    id: UUID
    step: SwapStepKind
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SwapSide:
    """One of the two bookings of a swap, its slot and all bookings of that slot."""

    booking: BookingFact
    slot: SlotFact
    beside: Sequence[BookingFact] = ()


def swap_status(
    steps: Iterable[SwapStepFact], offered: BookingStatus, wanted: BookingStatus, *, has_begun: bool
) -> SwapStatus:
    """The status that follows: the latest step speaks; an open swap falls through with a booking or once a slot began.

    `has_begun` says whether one of the two slots has.
    """
    last = max(steps, key=lambda each: (each.recorded_at, each.id), default=None)
    found = SwapStatus(last.step.value) if last else SwapStatus.OFFERED
    if found.is_open and (has_begun or not offered is wanted is BookingStatus.BOOKED):
        return SwapStatus.FELL_THROUGH
    return found


def check_swap(offered: SwapSide, wanted: SwapSide, *, now: datetime) -> None:
    """Refuse a swap of bookings that do not both stand, of one trainee, or into a slot somebody cannot be in.

    Raises RuleViolation on `wanted_id`.
    """
    if offered.booking.trainee_id == wanted.booking.trainee_id:
        raise RuleViolation("Choose a booking of another trainee", "wanted_id")
    if offered.slot.id == wanted.slot.id:
        raise RuleViolation("Both bookings are of the same slot", "wanted_id")
    for mine, other in ((offered, wanted), (wanted, offered)):
        if mine.booking.status is not BookingStatus.BOOKED:
            raise RuleViolation("One of the two bookings has changed: this swap is no longer possible", "wanted_id")
        check_not_over(mine.slot, now=now)
        if other.slot.supervisor_id == mine.booking.trainee_id:
            raise RuleViolation("Nobody works in a slot that they supervise", "wanted_id")
        if open_booking_of(mine.booking.trainee_id, other.beside) is not None:
            raise RuleViolation("One of the two trainees already has a booking of the other slot", "wanted_id")


def check_answer(status: SwapStatus, *, actor_id: UUID, asked_of_id: UUID) -> None:
    """Refuse an answer by somebody else, or to an offer that no longer stands.

    Raises RuleViolation.
    """
    if actor_id != asked_of_id:
        raise RuleViolation("Only the trainee who was asked can answer")
    if status is not SwapStatus.OFFERED:
        raise RuleViolation(f"This offer cannot be answered. It is: {status.label.lower()}.")


def check_take_back(status: SwapStatus, *, actor_id: UUID, asked_by_id: UUID) -> None:
    """Refuse to take back somebody else's offer, or one that is decided.

    Raises RuleViolation.
    """
    if actor_id != asked_by_id:
        raise RuleViolation("Only the trainee who offered the swap can take it back")
    if not status.is_open:
        raise RuleViolation(f"This offer cannot be taken back. It is: {status.label.lower()}.")


def check_decide_swap(status: SwapStatus, trainees: Iterable[UUID], *, actor_id: UUID) -> None:
    """Refuse to decide about a swap of one's own, or one that does not wait for an approver.

    Raises RuleViolation.
    """
    if actor_id in trainees:
        raise RuleViolation("Nobody decides about a swap of their own")
    if status is not SwapStatus.AGREED:
        raise RuleViolation(f"This swap cannot be decided. It is: {status.label.lower()}.")


def check_swap_reason(reason: str) -> None:
    """Refuse to decline a swap without a reason.

    Raises RuleViolation on `reason`.
    """
    if not reason.strip():
        raise RuleViolation("Say why you decline the swap", "reason")
