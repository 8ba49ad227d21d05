"""Feedback on a phone, 320 px wide: each tap and each field filled is counted."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from lms.audit import queries as audit
from lms.audit.rules import signing_key
from lms.competencies import queries
from lms.competencies import services as competencies
from lms.core.clock import today
from lms.core.db import db
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.policy import Permission
from tests.factories import feedback
from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService
from tests.journeys.test_accessibility import faults

TRAINEE = "Tomasz Zielinski"
RATERS = (
    ("Asha Patel", "Paramedic"),
    ("Ben Okonkwo", "Nurse"),
    ("Clara Jensen", "Doctor"),
    ("David Mbeki", "Social worker"),
    ("Ewa Lewandowska", "Paramedic"),
    ("Farid Rahimi", "Control room"),
    ("Petra Varga", "Nurse"),
    ("Ines Duarte", "Nurse"),
)
QUESTIONS = (
    "Listens, and treats people with respect",
    "Coordinates a scene or a piece of work clearly",
    "Raises a safety concern when there is one",
    "Challenges bias, in themselves and in others",
    "Asks for help, and learns from what went wrong",
)
KEEP = "What should they keep doing?"


def answer(who: Thumb, keep: str) -> None:
    for question in QUESTIONS:
        who.choose(question, "Often")
    who.write(KEEP, keep)


def said(number: int) -> str:
    return f"Says the plan back, and more {'abcdefgh'[number]}."


def answer_at_once() -> None:
    """All but the first and the last have answered."""
    for number, (name, profession) in enumerate(RATERS[1:-1], start=1):
        person_id = db.session.scalars(select(Person.id).where(Person.name == name)).one()
        feedback.answer(person_id, profession.lower().replace(" ", "-"), keep=said(number))


def test_a_feedback_round_from_its_opening_to_its_release(service: LiveService, phone: Callable[[str], Thumb]) -> None:
    nurse = phone("Connie Njoroge")
    nurse.go_to("Feedback about trainees")
    nurse.follow(f"Open a round about {TRAINEE}")
    nurse.select("Where do you work with the trainee?", "Joint response car")
    nurse.press("Open the round")
    nurse.fits()
    for name, _ in RATERS:
        nurse.tick(nurse.page.get_by_role("checkbox", name=name, exact=True))
    nurse.press("Invite")
    nurse.fits()
    nurse.sees("8 more answers (now 0)")
    opening = nurse.interactions

    trainee = phone(TRAINEE)
    trainee.follow("Colleagues will be asked about your work. Give your own view first")
    trainee.follow("Give your own view")
    trainee.fits()
    answer(trainee, "I keep people informed.")
    trainee.press("Keep my own view")
    trainee.sees("Your own view is kept")
    own = trainee.interactions

    service.ask(answer_at_once)
    nurse.page.reload()
    nurse.sees("2 more answers (now 6)")
    assert "Says the plan back" not in nurse.page.content()
    each = []
    for number in (0, len(RATERS) - 1):
        name, profession = RATERS[number]
        rater = phone(name)
        rater.follow("You are asked how it is to work with a colleague")
        rater.follow(f"Answer about {TRAINEE}")
        rater.fits()
        rater.sees("Your name is not kept with your answers")
        rater.choose("What is your profession?", profession)
        answer(rater, said(number))
        rater.press("Send without my name")
        rater.sees("without your name")
        each.append(rater.interactions)

    before = nurse.interactions
    nurse.page.reload()
    nurse.follow("Book the conversation")
    nurse.write_date("When do you talk with the trainee?", today())
    nurse.press("Book the conversation")
    nurse.sees("8 people of 5 professions answered")
    nurse.sees("Says the plan back, and more a.")
    nurse.fits()
    assert not trainee.page.content().count("Says the plan back")
    nurse.follow("Release in the conversation")
    nurse.choose("D7.1 Clinical leadership in scene and service", "3 Supervisor near")
    nurse.choose("D8.3 Anti-discriminatory practice", "4 Alone")
    nurse.write("What do colleagues value most?", "The calm.")
    nurse.write("One action you agreed", "Hand over the lead once a shift.")
    nurse.fits()
    nurse.press("Release to the trainee")
    nurse.sees("The feedback is released")
    closing = nurse.interactions - before

    trainee.follow("Home")
    trainee.follow("Connie Njoroge released your feedback")
    trainee.sees("Says the plan back, and more h.")
    trainee.fits()
    trainee.follow("Read what you agreed")
    trainee.sees("It counts at level 3.")
    trainee.sees("1 more of: 1 case-based discussion (now 0)")
    trainee.fits()
    assert (opening, own, max(each), closing) == (14, 9, 10, 11)
    assert the_ledger_is_whole(service)


def the_ledger_is_whole(service: LiveService) -> bool:
    settings = service.app.config["SETTINGS"]
    key = signing_key("", settings.secret_key)
    return service.ask(lambda: audit.verify(settings.instance_dir / "nowhere", key)).breaks == []


def test_a_patient_answers_on_the_supervisors_phone(service: LiveService, phone: Callable[[str], Thumb]) -> None:
    about = service.person("Amina Yusuf")
    supervisor = phone("Sam Okoro")
    supervisor.go_to("Feedback about trainees")
    supervisor.follow(re.compile("(received|asked yet) ?, Amina Yusuf$"))
    if supervisor.page.get_by_role("button", name="Start asking").count():
        supervisor.follow("Start asking")
        supervisor.select("Where do you work with the trainee?", "Joint response car")
        supervisor.press("Start asking")
    supervisor.interactions = 0
    supervisor.follow("Ask somebody now")
    supervisor.choose("Is the person settled and well enough to be asked? The immediate crisis is over.", "No")
    supervisor.press("Go to the questions")
    supervisor.sees("Do not ask now.")
    supervisor.interactions = 0
    supervisor.choose("Is the person settled and well enough to be asked? The immediate crisis is over.", "Yes")
    supervisor.press("Go to the questions")
    supervisor.fits()
    supervisor.choose("Do you want to answer some questions?", "No")
    expect(supervisor.page.get_by_text("Who are you?")).to_be_hidden()
    expect(supervisor.page.get_by_role("button", name="I am done")).to_have_count(1)
    supervisor.press("I am done")
    supervisor.sees("If you said no, that is fine. Nothing was kept.")
    declined = supervisor.interactions
    before = service.ask(lambda: received(about))
    supervisor.page.go_back()  # Neither the questions nor anything else is to be had on this device.
    expect(supervisor.page).to_have_url(re.compile("/sign-in"))
    supervisor.sign_in_as("Sam Okoro").at(f"/trainees/{about}/patient-feedback/moment")
    supervisor.choose("Is the person settled and well enough to be asked? The immediate crisis is over.", "Yes")
    supervisor.press("Go to the questions")
    assert faults(supervisor.page) == []
    supervisor.interactions = 0
    supervisor.choose("Do you want to answer some questions?", "Yes")
    supervisor.choose("Who are you?", "I was the patient")
    for question in (
        "Did they listen to you?",
        "Did they explain things in words you understand?",
        "Did they ask what you wanted?",
        "Did you feel safe with them?",
    ):
        supervisor.choose(question, "Yes")
    supervisor.write("What was good?", "They stayed until my sister came.")
    supervisor.press("I am done")
    supervisor.sees("Please give the device back.")
    supervisor.fits()
    assert service.ask(lambda: received(about)) == before + 1
    assert (declined, supervisor.interactions) == (4, 8)

    trainee = phone("Amina Yusuf")
    trainee.page.goto(f"/trainees/{about}/capabilities/D1.1")
    trainee.sees(f"Patient and carer feedback: {before + 1} answer")
    trainee.fits()


def received(trainee_id: object) -> int:
    viewer = viewer_for(trainee_id, Permission.CAPABILITY_READ)  # type: ignore[arg-type]
    voice = queries.get_capability_page(viewer, trainee_id, "D1.1").voice  # type: ignore[arg-type]
    return voice.received if voice else 0


def test_one_observed_job_moves_four_capabilities_and_the_page_says_what_each_still_lacks(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    trainee_id, assessor_id = service.person("Hannah Clarke"), service.person("Asha Patel")
    service.ask(
        lambda: competencies.ask_for_assessment(
            viewer_for(trainee_id, Permission.ASSESSMENT_ASK),
            assessor_id=assessor_id,
            codes=["D1.1", "D2.1", "D2.2"],
            self_levels={"D1.1": 3, "D2.1": 3, "D2.2": 2},
            setting="joint-response-car",
            seen_on=today() - timedelta(days=1),
        )
    )
    assessor = phone("Asha Patel")
    assessor.page.goto("/assessments/waiting")
    assessor.press("Start the assessment of Hannah Clarke")
    assessor.fits()
    assessor.interactions = 0
    choose(assessor, "level_D1_1", "4")
    choose(assessor, "level_D2_1", "4")
    choose(assessor, "level_D2_2", "not-observed")
    assessor.choose("How complex was this piece of work?", "Average")
    assessor.write("What went well?", "Clear with everybody in the room.")
    assessor.write("One action for next time", "Say the plan back before leaving.")
    assessor.unfold(assessor.page.get_by_text("Add a capability the trainee did not propose"))
    assessor.pick(assessor.page.locator("#extra_code"), option(assessor, "#extra_code", "D3.1"))
    choose(assessor, "extra_level", "4")
    assessor.unfold(assessor.page.get_by_text("Add another capability", exact=True).first)
    assessor.pick(assessor.page.locator("#extra_code_2"), option(assessor, "#extra_code_2", "D4.1"))
    choose(assessor, "extra_level_2", "4")
    assessor.press("Send to the trainee")
    assessor.sees("The assessment is recorded")
    assessor.fits()
    assert assessor.interactions == 13
    for code, did, lacks in (
        ("D1.1", "It counts at level 4.", "1 more of: 2 mini-CEX (now 1)"),
        ("D2.1", "It counts at level 4.", "2 more of: 3 direct observations or mini-CEX (now 1)"),
        ("D2.2", "Not observed: this is no fail", "3 more of: 3 mini-CEX (now 0)"),
        ("D3.1", "It counts at level 4.", "2 more of: 3 mini-CEX (now 1)"),
        ("D4.1", "It counts at level 4.", "1 more setting (now 1)"),
    ):
        row = assessor.page.get_by_role("row").filter(has_text=code).inner_text()
        assert did in row, row
        assert lacks in row, row


def choose(who: Thumb, name: str, value: str) -> None:
    who.choose_radio(who.page.locator(f'input[name="{name}"][value="{value}"]'))


def option(who: Thumb, select: str, code: str) -> int:
    texts = who.page.locator(f"{select} option").all_inner_texts()
    return next(number for number, text in enumerate(texts) if text.strip().startswith(code))
