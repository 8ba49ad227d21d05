"""At 320 px: a place is given to somebody without an induction, the site records it, and it is booked."""

import re
from collections.abc import Callable

from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService

APPROVER, GIVEN, CLEARS = "Connie Njoroge", "Ibrahim Suleiman", "Lucy Brandt"
MOST_TO_GIVE, MOST_TO_CLEAR = 6, 3


def test_a_given_place_is_cleared_by_the_site_and_booked(service: LiveService, phone: Callable[[str], Thumb]) -> None:
    approver = phone(APPROVER)
    approver.go_to("Bookings")
    approver.open(approver.page.locator("a[href$='/gift']").first)
    approver.choose_radio(approver.page.get_by_role("radio", name=GIVEN))
    approver.write("Why, despite the warnings?", "Agreed with him and his manager.")
    approver.press("Give the place")
    approver.sees("Given: booked as soon as everything is cleared.")
    approver.sees("Given, waits for: Site induction")
    assert approver.took() <= MOST_TO_GIVE

    supervisor = phone(CLEARS)
    supervisor.follow(f"Site induction: {GIVEN}")
    supervisor.sees("The trainee is told")
    supervisor.press("Record clearance")
    supervisor.sees("Clearance recorded")
    assert supervisor.took() <= MOST_TO_CLEAR

    trainee = phone(GIVEN)
    trainee.go_to("Placements")
    trainee.follow(re.compile(", The Willows"))
    trainee.sees("as everything was cleared")
    trainee.sees("Booked")
