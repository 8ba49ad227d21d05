"""At 320 px: a manager makes, changes and cancels night slots over a clock change; a trainee sees what blocks."""

import re
from collections.abc import Callable
from datetime import date

from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService

TRAINEE, NURSE = "Amina Yusuf", "Connie Njoroge"
SITE = "Eastgate crisis resolution and home treatment team"
TO_MAKE, TO_CHANGE, TO_CANCEL = 12, 3, 3


def test_night_slots_over_a_clock_change_are_made_changed_and_cancelled(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    nurse = phone(NURSE)
    nurse.page.goto("/sites")
    nurse.fits()
    nurse.follow(SITE)
    nurse.fits()
    assert nurse.counted(lambda: make_series(nurse)) <= TO_MAKE
    nurse.sees("3 slots made")
    nurse.fits()

    nurse.follow(re.compile("Saturday 20 March 2027"))
    nurse.sees("12 h")
    nurse.fits()
    assert nurse.counted(lambda: change_one(nurse)) <= TO_CHANGE
    nurse.sees("20:00 to 07:00")
    nurse.sees("11 h")
    assert nurse.counted(lambda: cancel_one(nurse)) <= TO_CANCEL
    nurse.sees("The unit is painted that night.")
    nurse.fits()

    trainee = phone(TRAINEE)
    trainee.page.goto("/placements/before")
    trainee.sees("Computer access")
    trainee.sees("It held until")
    trainee.sees("Blocks slots at this site. The administrator of the trust clears it.")
    trainee.fits()


def make_series(nurse: Thumb) -> None:
    nurse.follow("Add slots")
    nurse.fits()
    nurse.write_date("Date the slot begins", date(2027, 3, 20))
    nurse.choose("How often?", "Every week")
    nurse.write_date("Last date (for a series)", date(2027, 4, 3))
    nurse.write("Start", "19:00")
    nurse.write("End", "07:00")
    nurse.press("Show the dates")
    nurse.sees("3 slots to make")
    nurse.sees("The clocks go forward in this slot: it lasts 11 h.")
    nurse.fits()
    nurse.press("Make 3 slots")


def change_one(nurse: Thumb) -> None:
    nurse.follow("Change")
    nurse.fits()
    nurse.write("Start", "20:00")
    nurse.press("Save changes")


def cancel_one(nurse: Thumb) -> None:
    nurse.follow("Cancel this slot")
    nurse.write("Why does it not take place?", "The unit is painted that night.")
    nurse.press("Cancel this slot")
