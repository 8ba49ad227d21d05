"""What a trainee's home says about slots, bookings and swaps."""

from collections.abc import Iterator

from flask import url_for

from lms.core.words import day, join_words
from lms.home.queries import TraineeHome
from lms.home.rules import Line, Urgency
from lms.placements.rules.bookings import BookingStatus
from lms.placements.rules.swaps import SwapStatus


def placement_lines(home: TraineeHome) -> Iterator[Line]:
    """The swaps to answer and the slot to ask for next."""
    for swap in home.swaps:
        if swap.status is SwapStatus.OFFERED and swap.asked_of_id == home.viewer_id:
            url = url_for("placements.show_own_swap", swap_id=swap.id)
            detail = f"You are offered {swap.offered_slot.site_name}, {day(swap.offered_slot.fact.on)}"
            yield Line("Answer an offer to swap", url, detail, Urgency.NEW)
    if home.proposal is not None:
        url = url_for("placements.ask_for_a_slot", slot_id=home.proposal.slot_id)
        yield Line(f"Look at a slot: {home.proposal.title}", url, home.proposal.reason)


def waiting_placements(home: TraineeHome) -> Iterator[Line]:
    """What was asked for and waits for an approver or a place."""
    for booking in home.bookings:
        url = url_for("placements.ask_for_a_slot", slot_id=booking.row.fact.id)
        title = f"Slot at {booking.row.site_name}, {day(booking.row.fact.on)}"
        if booking.fact.status is BookingStatus.ASKED:
            yield Line(title, url, "An approver decides", since=booking.fact.recorded_at)
        elif booking.fact.status is BookingStatus.GIVEN:
            missing = join_words([block.title for block in booking.blocks])
            detail = f"Given to you, booked once this is cleared: {missing}" if missing else "Given to you"
            yield Line(title, url, detail, since=booking.fact.recorded_at)
        elif booking.fact.status is BookingStatus.WAITING_LIST:
            yield Line(title, url, f"Number {booking.place} on the waiting list", since=booking.fact.recorded_at)
    for swap in home.swaps:
        url = url_for("placements.show_own_swap", swap_id=swap.id)
        if swap.status is SwapStatus.AGREED:
            yield Line("Swap of two places", url, "An approver decides", since=swap.recorded_at)
        elif swap.status is SwapStatus.OFFERED and swap.asked_by_id == home.viewer_id:
            yield Line("Swap of two places", url, "The other trainee answers", since=swap.recorded_at)
