"""Contacts noted by taps on a phone of 320 px, what was never led, and what trainees say of a placement."""

import re
from collections.abc import Callable

from sqlalchemy import select

from lms.core.db import db
from lms.placements.models import Encounter, Shift
from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService
from tests.journeys.test_accessibility import faults

TRAINEE, EDUCATOR, SUPERVISOR, NURSE = "Amina Yusuf", "Edith Lowe", "Sam Okoro", "Connie Njoroge"
CAR = "Thameside joint response car, Eastgate station"
FIRST, NEXT = 7, 6  # Taps for a contact from the page of the shift, and for the next one.


def newest_shift(service: LiveService) -> str:
    trainee = service.person(TRAINEE)
    statement = select(Shift.id).where(Shift.trainee_id == trainee).order_by(Shift.started_at.desc()).limit(1)
    return str(service.ask(lambda: db.session.scalar(statement)))


def noted(service: LiveService) -> list[tuple[str, ...]]:
    """The newest two contacts of the trainee."""
    trainee = service.person(TRAINEE)
    statement = (
        select(Encounter.presentation, Encounter.part, Encounter.outcome)
        .where(Encounter.trainee_id == trainee)
        .order_by(Encounter.id.desc())
        .limit(2)
    )
    return service.ask(lambda: [tuple(value.value for value in row) for row in db.session.execute(statement)])


def test_two_contacts_are_noted_by_taps_alone_and_one_is_taken_back(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    trainee = phone(TRAINEE).at(f"/hours/shifts/{newest_shift(service)}")
    trainee.took()
    trainee.follow("Add a contact")
    assert not faults(trainee.page)
    trainee.choose("What was it about?", "Perinatal mental health")
    trainee.choose("What did you do?", "Observed")
    trainee.choose("What came of it?", "Referred")
    trainee.tick(trainee.page.get_by_role("checkbox", name="Consent", exact=True))
    trainee.press("Save and add another")
    assert trainee.took() <= FIRST
    trainee.choose("What was it about?", "Eating disorder")
    trainee.choose("What came of it?", "Conveyed")
    trainee.tick(trainee.page.get_by_role("checkbox", name="None", exact=True))
    trainee.press("Save")
    assert trainee.took() <= NEXT
    assert noted(service) == [("eating-disorder", "observed", "conveyed"), ("perinatal", "observed", "referred")]
    trainee.sees("Eating disorder: observed")

    trainee.follow(re.compile("take it back.*Eating disorder"))
    trainee.press("Take back")
    trainee.sees("Taken back")
    trainee.at(f"/trainees/{service.person(TRAINEE)}/exposure")
    trainee.sees("1 contact, not led")
    trainee.follow(re.compile("1 observed.*Perinatal mental health"))
    trainee.sees("1 contact counts")
    assert not faults(trainee.page)


def test_an_evaluation_reaches_the_site_with_four_others_and_a_risk_reaches_the_nurse(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    trainee = phone(TRAINEE).at("/hours")
    trainee.took()
    trainee.follow("Evaluate a placement, or say that somebody was at risk")
    trainee.follow(f"Evaluate {CAR}")
    trainee.sees("Who will see this")
    assert not faults(trainee.page)
    for statement in (
        "I was expected and shown round",
        "I could see and do what I came for",
        "My supervisor had time for me",
        "I could say what worried me",
        "I would send a colleague here",
    ):
        trainee.choose(statement, "Agree")
    trainee.write("What went well? (optional)", "A nightingale sang at four.")
    trainee.press("Send evaluation")
    assert trainee.took() <= 10

    trainee.follow(re.compile(f"^Something put somebody at risk at {CAR}"))
    trainee.sees("Call 999")
    trainee.write("What happened?", "The radio in the car was dead all night.")
    trainee.press("Send report")
    trainee.sees("arrived, not taken up yet")
    assert trainee.took() <= 4

    site = phone(SUPERVISOR).at("/my-sites")
    site.follow(CAR)
    site.sees("5 evaluations together")
    assert "nightingale" not in site.page.content()
    assert "handovers" in site.page.content()
    assert "Waits at the hospital" not in site.page.content()

    nurse = phone(NURSE).at("/safeguarding")
    nurse.open(nurse.page.get_by_role("link", name=re.compile(f"^{CAR}")).first)
    nurse.sees("The radio in the car was dead all night.")
    nurse.choose("What did you do?", "Taken up")
    nurse.write("Say what you did and why", "Rang the station.")
    nurse.press("Save")
    nurse.sees("Rang the station.")
    trainee.at("/hours/evaluations")
    trainee.sees("taken up")
    assert "Rang the station" not in trainee.page.content()
