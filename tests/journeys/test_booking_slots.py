"""At 320 px: wishes with one that is blocked, an approval against a warning, and a swap of two trainees."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.core.db import db
from lms.placements.models import Booking, Slot
from lms.placements.queries.slots import load_slots
from lms.placements.rules.slots import SignUp
from tests.factories.bookings import open_slot
from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService

WORKS, BLOCKED, OTHER, APPROVER = "Joseph Mwangi", "Mei Lin", "Leila Haddad", "Elin Bevan"
MOST_TO_WISH, MOST_TO_APPROVE, MOST_TO_OFFER, MOST_TO_ANSWER, MOST_TO_DECIDE = 7, 7, 6, 3, 3


def offer_evening(service: LiveService) -> UUID:
    """A slot an approver decides about, three hours after the day on which Joseph Mwangi is booked."""

    def offer() -> UUID:
        booked = select(Booking.slot_id).where(Booking.trainee_id == service.person(WORKS))
        (row,) = load_slots(Slot.id.in_(booked))
        starts_at = row.fact.span.ended_at + timedelta(hours=3)
        return open_slot(
            row.fact.site_id, row.fact.supervisor_id, starts_at=starts_at, hours=3, sign_up=SignUp.ON_REQUEST
        )

    return service.ask(offer)


def test_wishes_an_approval_against_a_warning_and_a_swap(service: LiveService, phone: Callable[[str], Thumb]) -> None:
    slot_id = offer_evening(service)
    trainee = phone(WORKS)
    trainee.go_to("Placements")
    trainee.follow("Ask for several slots at once, ranked")
    trainee.sees("2 warnings")
    trainee.fill(trainee.page.locator(f"[name='rank-{slot_id}']"), "1")
    trainee.fill(trainee.page.get_by_label(re.compile("^Rank of Wexcombe perinatal")).first, "2")
    trainee.press("Send wishes")
    trainee.sees("2 wishes sent")
    assert trainee.took() <= MOST_TO_WISH

    blocked = phone(BLOCKED)
    blocked.go_to("Placements")
    blocked.follow("Ask for several slots at once, ranked")
    blocked.sees("Blocked")
    blocked.fill(blocked.page.locator(f"[name='rank-{slot_id}']"), "1")
    blocked.press("Send wishes")
    assert blocked.took() <= MOST_TO_WISH

    approver = phone(APPROVER)
    approver.go_to("Bookings")
    approver.follow(re.compile("^Riverside drug and alcohol service.*19:30 to 22:30$"))
    approver.sees("Nobody is booked before this is cleared")
    approver.tick(approver.page.get_by_role("checkbox", name=WORKS))
    approver.press("Save decisions")
    approver.sees(f"Say why {WORKS} is booked despite the warnings.")
    approver.write("Why, despite the warnings?", "He asked for one long day, and rests the day after.")
    approver.press("Save decisions")
    approver.sees("Everybody concerned has been told")
    assert approver.took() <= MOST_TO_APPROVE

    approver.follow(re.compile("^Riverside drug and alcohol service.*19:30 to 22:30$"))
    approver.sees("Cancel the booking")
    approver.took()

    trainee.at("/placements")
    trainee.follow(re.compile(r"09:00 to 16:30\s*, Riverside drug and alcohol service"))
    trainee.follow("Offer a swap")
    trainee.choose_radio(trainee.page.get_by_role("radio", name=re.compile("^Lanternfield")))
    trainee.press("Send the offer")
    trainee.sees("Offered, waits for the other trainee")
    assert trainee.took() <= MOST_TO_OFFER

    other = phone(OTHER)
    other.follow("Answer an offer to swap")
    other.choose("Do you agree?", "Yes, I would like to swap")
    other.press("Send answer")
    other.sees("Both agree, waits for an approver")
    assert other.took() <= MOST_TO_ANSWER

    approver.go_to("Bookings")
    approver.follow(f"Swap of {WORKS} and {OTHER}")
    approver.sees(f"{OTHER} would have")
    approver.press("Approve the swap")
    approver.sees("Swap approved")
    trainee.page.reload()
    trainee.sees("Approved")
    trainee.at("/placements")
    trainee.follow(re.compile("Lanternfield"))
    trainee.sees("Booked by a swap, in place of Riverside drug and alcohol service")
    service.ask(lambda: _both_booked(service))


def _both_booked(service: LiveService) -> None:
    replaced = select(Booking.trainee_id).where(Booking.replaces_id.is_not(None))
    assert {service.person(WORKS), service.person(OTHER)} <= set(db.session.scalars(replaced))
