"""A concern from a few words on a phone to its end, with everything the trainee may do about it; and a kind word."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.counting import Thumb

SEEN = "Began with the questions before saying who we are. Slowed down when asked."
REPLY = "I felt the clock. I will begin with my name and role."
ASKED = "Is one visit enough to write down?"
OPINION = "One visit is enough for a heads-up, and for no more than that."
WHY = "We look at two more visits together."
DONE = "Two visits seen, both calm and clear from the first word."
KIND = "Waited through a long silence, and was thanked for it."
ASSESSOR, TRAINEE, NURSE, DEPUTY = "Asha Patel", "Amina Yusuf", "Connie Njoroge", "Patrick Doyle"


def test_a_concern_is_raised_answered_looked_at_by_another_moved_and_closed(phone: Callable[[str], Thumb]) -> None:
    asha, amina = phone(ASSESSOR), phone(TRAINEE)

    asha.follow(TRAINEE)
    asha.follow(f"Raise a concern about {TRAINEE}")
    asha.write("What did you see or hear?", SEEN)
    asha.press("Raise the concern")
    asha.sees("The trainee and the consultant nurse have been told")
    assert asha.took() <= 4

    amina.page.reload()
    amina.follow("A concern about you was recorded. Read it and say how you see it")
    amina.sees(SEEN)
    amina.sees("A concern about you: heads-up")
    amina.follow("Reply")
    amina.write("How do you see it?", REPLY)
    amina.press("Send the reply")
    amina.sees("It is read before anything more is decided")
    assert amina.took() <= 4
    amina.follow("Ask for a second opinion")
    amina.write("What should somebody else look at?", ASKED)
    amina.press("Ask")
    amina.sees("Nobody has given it yet")
    assert amina.took() <= 3

    patrick = phone(DEPUTY)
    patrick.follow("A second opinion on a concern is asked for: you may give it")
    patrick.follow("Give a second opinion")
    patrick.sees(REPLY)
    patrick.choose("What would you decide?", "Would decide the same")
    patrick.write("What do you think, and why?", OPINION)
    patrick.press("Give the second opinion")
    patrick.sees("Your second opinion is recorded")
    assert patrick.took() <= 5

    connie = phone(NURSE)
    connie.follow("A trainee replied to a concern")
    connie.follow("Move to another rung")
    connie.sees(REPLY)
    connie.sees(OPINION)
    connie.choose("Move to which rung?", "Recorded concern")
    connie.write("Why?", WHY)
    connie.press("Move")
    connie.sees("1 reply was read before this decision.")
    assert connie.took() <= 5
    connie.follow("Close")
    connie.write("Why do you close it?", DONE)
    connie.press("Close the concern")
    connie.sees("The concern is closed")
    assert connie.took() <= 3

    amina.page.goto("/")
    amina.follow("Something was decided about a concern about you")
    amina.sees(WHY)
    amina.sees(DONE)
    amina.sees(f"{DEPUTY}, consultant nurse")
    expect(amina.page.get_by_text("Closed on")).to_be_visible()
    asha.page.goto("/concerns")
    asha.follow(re.compile(f"^{TRAINEE}"))
    asha.sees(DONE)


def test_a_positive_note_takes_no_longer_than_a_concern(phone: Callable[[str], Thumb]) -> None:
    asha, amina = phone(ASSESSOR), phone(TRAINEE)

    asha.follow(TRAINEE)
    asha.follow("write a positive note")
    asha.write("What went well?", KIND)
    asha.press("Send the note")
    asha.sees(f"Your note is with {TRAINEE}")
    assert asha.took() <= 4

    amina.page.reload()
    amina.follow(f"{ASSESSOR} wrote a positive note about you")
    amina.sees(KIND)
    assert amina.took() == 1
    connie = phone(NURSE)
    connie.page.goto(amina.page.url)
    connie.sees(KIND)
