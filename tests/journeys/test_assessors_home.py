"""An assessor with two minutes and a phone: every tap and every field counts."""

import re
from collections.abc import Callable
from uuid import UUID

from playwright.sync_api import Locator, expect

from lms.core.clock import today
from lms.identity.queries import get_trust
from lms.identity.services import give_role, open_grant
from lms.policy import Role
from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService

REASON = "One prompt was needed, and it was taken up at once."


def row_about(who: Thumb, words: str) -> Locator:
    return who.page.locator("main li").filter(has_text=words).first


def test_a_request_is_answered_from_the_home_page_in_six_interactions(phone: Callable[[str], Thumb]) -> None:
    assessor = phone("Asha Patel")
    assessor.sees("What to look for today")
    assessor.open(row_about(assessor, "Amina Yusuf: D4.3").get_by_role("button", name=re.compile("^(Start|Continue)")))
    assessor.choose_radio(assessor.page.locator('input[name="level_D4_3"][value="3"]'))
    assessor.choose("How complex was this piece of work?", "Average")
    assessor.write("What went well?", "Looked for another way each time, and said so.")
    assessor.write("One action for next time", "Name who decides before you begin.")
    assessor.press("Send to the trainee")
    assessor.sees("The assessment is recorded")
    assert assessor.interactions == 6


def test_a_request_is_declined_in_one_tap_and_the_trainee_reads_why(phone: Callable[[str], Thumb]) -> None:
    assessor = phone("Asha Patel")
    assessor.open(row_about(assessor, "Amina Yusuf: D4.3").get_by_role("button", name=re.compile("^Did not see it")))
    assessor.sees("The trainee has been told that you decline")
    assert assessor.interactions == 1
    phone("Amina Yusuf").sees("I did not see this encounter.")


def test_a_request_is_passed_on_in_one_tap_and_the_trainee_reads_to_whom(phone: Callable[[str], Thumb]) -> None:
    assessor = phone("Asha Patel")
    button = row_about(assessor, "Amina Yusuf: D4.3").get_by_role("button", name=re.compile("^Pass on to")).first
    name = re.sub(r"^Pass on to (.+?) the request of .*$", r"\1", " ".join(button.inner_text().split()))
    assessor.open(button)
    assessor.sees("The request is passed on and the trainee has been told")
    assert assessor.interactions == 1
    phone("Amina Yusuf").sees(name)


def test_two_vignettes_stand_before_a_first_sign_off_and_lead_back_to_it(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    trainee = service.person("Amina Yusuf")
    service.ask(lambda: begins_to_assess(service.person("Nils Berg"), trainee))
    assessor = phone("Nils Berg")
    assessor.page.goto(f"/trainees/{trainee}/capabilities/D3.3/sign-off")
    assessor.follow("Answer two short vignettes first")
    assessor.follow("Read the first vignette")
    for onward in ("Next vignette", "Back to the sign-off"):
        assessor.choose_radio(assessor.page.locator('input[name="level"][value="3"]'))
        assessor.write("Why?", REASON)
        assessor.press("Commit and see the panel")
        assessor.sees("This is no pass and no fail")
        assessor.follow(onward)
    assessor.press("Sign off")
    assessor.sees("D3.3 Safety planning and means safety is signed off at level")
    assert assessor.interactions == 11


def begins_to_assess(person_id: UUID, trainee_id: UUID) -> None:
    give_role(None, person_id=person_id, role=Role.ASSESSOR, scope_id=get_trust().id, cause="Begins to assess")
    open_grant(None, person_id=person_id, scope_id=trainee_id, role=Role.ASSESSOR, cause="Asked", about=trainee_id)


def test_a_second_person_looks_at_a_sample_and_the_assessor_reads_the_note(phone: Callable[[str], Thumb]) -> None:
    nurse = phone("Connie Njoroge")
    nurse.page.goto("/sampling")
    due = nurse.page.locator("main h2", has_text="Waiting for you").locator("+ ul li").filter(has_text="about").first
    assessor = due.locator(".app-lines__detail").inner_text().partition(" about ")[0]
    nurse.open(due.get_by_role("link"))
    nurse.choose("What do you say?", "I would like to talk with the assessor")
    nurse.write("Your note (needed for a talk)", "The action is hard to see on a shift. Shall we word it together?")
    nurse.press("Record")
    nurse.sees("What you said is recorded")
    assert nurse.interactions == 4
    expect(nurse.page.locator("main")).to_contain_text(f"Connie Njoroge, {today().day} ")
    reader = phone(assessor)
    reader.page.goto("/assessments/looked-at")
    reader.sees("Shall we word it together?")
