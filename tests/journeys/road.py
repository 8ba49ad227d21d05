"""The steps of the whole road, from an account that does not exist yet to a person who is authorised."""

import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from lms.audit import queries as audit
from lms.audit.rules import signing_key
from lms.cases.rules.decisions import Write
from lms.cases.rules.format import Case
from lms.config import ROOT
from lms.core.clock import today
from lms.web.jinja import day
from tests.journeys import playing
from tests.journeys.people import Walker
from tests.journeys.places import FORMULATION
from tests.journeys.service import LiveService

NEW, ADDRESS, PASSWORD = "Nadia Rahman", "nadia.rahman@thameside.example", "lantern orchard teapot"
COHORT = "University of Northmere"
FEEDBACK = "You let the person speak. Say next time how quickly you expect things to change, and who rings on Tuesday."
SEEN = "Asked about suicide in plain words, waited, and wrote the plan in the person's own words."
REASON = "All requirements met. Accompanied by an authorised colleague on every shift; we look again after ten."
CASE: Case = playing.case_of(ROOT / "content" / "cases" / "wasting-your-time.yaml")


def an_account_is_opened_and_the_person_invited_and_enrolled(who: Walker) -> None:
    who.follow("People")
    who.follow("Add a person")
    who.write("Full name", NEW)
    who.write("Email address", ADDRESS)
    who.select("Organisation", "Thameside Ambulance Service")
    who.write("Profession", "Paramedic")
    who.write("Registration number", "PA-EX777")
    who.press("Open the account")
    who.press("Send an invitation")
    who.sees("The invitation is on its way")
    who.follow("Registration and checks")
    who.follow("Record a check")
    who.select("Which check is it?", "Professional registration")
    who.write_date("From when does it hold?", today() - timedelta(days=90))
    who.write_date("Until when does it hold?", today() + timedelta(days=640))
    who.press("Record check")
    who.sees("In date")

    who.follow("Cohorts")
    latest = who.page.get_by_role("row").filter(has_text=COHORT).first
    who.follow(re.compile(r"\w+ \d{4}"), inside=latest)
    who.follow("Enrol a person")
    who.write("Email address of the person", ADDRESS)
    who.write_date("First day in the cohort", today())
    who.press("Enrol the person")
    expect(who.page.get_by_role("link", name=NEW, exact=True)).to_be_visible()
    who.sign_out()


def the_newcomer_chooses_a_password(who: Walker, link: str) -> None:
    who.page.goto(link)
    who.write("New password", PASSWORD)
    who.press("Set password and sign in")
    who.sees("Your password is set")
    who.sign_out()
    who.write("Email address", ADDRESS)
    who.write("Password", PASSWORD)
    who.press("Sign in")
    expect(who.page.get_by_role("heading", name="Your training", exact=True)).to_be_visible()


def a_reading_is_read_to_its_end(who: Walker) -> None:
    who.follow("Modules")
    who.follow(re.compile("^MHP703"))
    who.follow(re.compile("^Asking about suicide"))
    who.press("Mark as read")
    who.sees("You have marked this reading as read.")


def the_case_is_played_on_its_best_path(who: Walker) -> None:
    who.follow("Cases")
    who.follow("Wasting your time")
    who.choose("How do you want to play it?", "Graded")
    who.press("Start the case")
    while not isinstance(CASE.scenes[playing.scene_on_page(who, CASE)].decision, Write):
        playing.answer(who, CASE, FORMULATION)
    who.fill(who.page.locator("textarea"), FORMULATION[:120])
    who.press("Save and take a break")
    who.follow("Go back to the case")
    expect(who.page.locator("textarea")).to_have_value(FORMULATION[:120].strip())
    playing.play_to_the_end(who, CASE, FORMULATION)
    who.press("I have read the debrief")
    who.sees("You read this debrief on")


def the_formulation_is_marked_and_released(who: Walker) -> None:
    who.follow("Open the queue")
    who.follow(re.compile(f"^{NEW}"))
    who.sees(FORMULATION[:60])
    levels = who.page.locator("input[type=radio][name^=level_]")
    names = dict.fromkeys(levels.evaluate_all("all => all.map(radio => radio.name)"))
    assert len(names) > 2
    for name in names:
        who.choose_radio(who.page.locator(f'input[name="{name}"]').nth(1))
    who.write("Overall feedback", FEEDBACK)
    who.press("Mark")
    who.sees("It is not released yet")
    expect(who.page.get_by_role("checkbox", name=re.compile(f"Release {NEW}"))).to_be_checked()
    who.press("Release the selected marks")
    expect(who.page.get_by_role("link", name=re.compile(f"{NEW}.*: look at the released mark"))).to_be_visible()


def the_feedback_is_read(who: Walker) -> None:
    who.follow("Home")
    who.follow("Read your feedback")
    who.sees(FEEDBACK)
    who.sees("Marked by Edith Lowe")


def an_assessor_is_asked(who: Walker) -> None:
    who.follow("Home")
    who.follow("Ask for an assessment")
    who.choose("Who saw you work?", "Somebody who assesses in this service")
    who.select("Which assessor?", "Asha Patel")
    who.choose("Which form?", "Mini clinical evaluation exercise (mini-CEX)")
    who.select("Where was it?", re.compile("Joint response car"))
    who.choose("Was it a simulation?", "No")
    for code in ("D1.1", "D2.2", "D3.1"):
        who.unfold(who.page.locator("summary", has_text=re.compile(f"^{code[:2]} ")))
        who.tick(who.page.get_by_role("checkbox", name=re.compile(f"^{re.escape(code)} ")))
    who.press("Continue")
    who.sees("Rate yourself, then ask")
    for code in ("D1.1", "D2.2", "D3.1"):
        who.choose_radio(who.page.locator(f'input[name="level_{code.replace(".", "_")}"][value="3"]'))
    who.press("Ask")
    who.sees("The assessor has been asked")


def several_capabilities_are_rated(who: Walker) -> None:
    who.follow("Home")
    who.follow(re.compile("^Requests"))
    who.press(re.compile(f"^Start the assessment of {NEW}"))
    for code, level in (("D1.1", "3"), ("D2.2", "2"), ("D3.1", "Not observed")):
        name = f"level_{code.replace('.', '_')}"
        value = "not-observed" if level == "Not observed" else level
        who.choose_radio(who.page.locator(f'input[name="{name}"][value="{value}"]'))
    who.choose("How complex was this piece of work?", "Average")
    who.write("What did you see?", SEEN)
    who.write("What went well?", "The pace.")
    who.write("One action for next time", "Name the next contact before leaving.")
    who.press("Send to the trainee")
    who.sees("The assessment is recorded")


def the_assessment_is_read(who: Walker) -> None:
    who.follow("Home")
    who.follow("Capabilities")
    who.follow(re.compile("^D1.1"))
    who.page.goto("/assessments/mine")
    who.follow(re.compile("^Read and answer the assessment"))
    who.sees(SEEN)


def a_shift_across_midnight_is_logged(who: Walker) -> None:
    who.follow("Hours")
    who.follow("Log a shift")
    who.select("Site", re.compile("Thameside joint response car, Eastgate station"))
    who.select("Who supervised you?", re.compile("Sam Okoro"))
    who.write_date("Date the shift began", today() - timedelta(days=1))
    who.write("Start", "19:00")
    who.write("End", "07:00")
    who.write("Breaks, in minutes", "30")
    who.choose("Were you supernumerary?", "Yes")
    who.press("Log shift")
    who.sees("Your supervisor has been told")
    who.sees("12 h")


def the_shift_is_approved(who: Walker) -> None:
    who.follow(re.compile("^Hours waiting"))
    who.press(re.compile(f"^Approve this week of {NEW}"))
    who.sees(f"1 shift of {NEW} approved")


def the_hours_count(who: Walker) -> None:
    who.follow("Hours")
    shift = who.page.get_by_role("listitem").filter(has_text="Eastgate station")
    expect(shift).to_contain_text("12 h")
    expect(shift).to_contain_text("Approved")


def a_capability_is_signed_off(who: Walker) -> None:
    who.follow("Home")
    who.follow("Amina Yusuf")
    who.follow(re.compile(r"^D3\.3"))
    who.follow("Sign off")
    chosen = who.page.locator("input[name=level]:checked")
    expect(chosen).to_have_count(1)
    who.write("Your reason (optional)", "Seen by three assessors in three settings.")
    who.press("Sign off")
    who.sees("D3.3 Safety planning and means safety is signed off at level")


def she_is_authorised_for_the_joint_response_car(who: Walker) -> None:
    who.follow("Readiness")
    who.follow(re.compile("^Decide about Amina Yusuf, Joint response car"))
    who.choose("What do you decide?", "Authorise")
    who.choose("Under which supervision?", "Accompanied")
    who.write_date("Until when?", today() + timedelta(days=300))
    who.write("Why?", REASON)
    who.press("Record decision")
    who.sees("Decision recorded")


def she_sees_decision_and_reason_at_once(who: Walker) -> None:
    who.follow("Readiness")
    who.sees("Authorised, accompanied")
    decision = who.page.get_by_role("row").filter(has_text="Connie Njoroge")
    who.follow(re.compile(day(today())), inside=decision)
    who.sees(REASON)
    who.follow("Home")
    who.sees("Authorised")


def the_sample_is_read_without_a_name(who: Walker) -> None:
    who.follow("Sample")
    newest = who.page.get_by_role("row").filter(has_text=day(today()))
    who.follow(re.compile("."), inside=newest)
    who.sees(FORMULATION[:60])
    who.sees(FEEDBACK)
    expect(who.page.locator("main")).not_to_contain_text("Rahman")


def the_ledger_proves_every_step(service: LiveService) -> None:
    settings = service.app.config["SETTINGS"]
    verdict = service.ask(lambda: audit.verify(Path("/nowhere"), signing_key("", settings.secret_key)))
    assert verdict.breaks == []
