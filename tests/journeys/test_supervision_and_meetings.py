"""At 320 px: supervision logged by one and confirmed by the other, and a meeting whose actions are carried over."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.counting import Thumb
from tests.journeys.service import LiveService

TRAINEE, SUPERVISOR, NURSE = "Amina Yusuf", "Sam Okoro", "Connie Njoroge"
MOST = 6


def test_supervision_is_logged_by_one_and_confirmed_by_the_other(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    trainee = phone(TRAINEE)
    trainee.follow("Log supervision")
    trainee.fits()
    trainee.select("With whom?", re.compile(SUPERVISOR))
    trainee.write("How many minutes?", "40")
    trainee.tick(trainee.page.get_by_role("checkbox", name="Wellbeing"))
    trainee.fill(trainee.page.get_by_label("What happens next?"), "Swap one night shift.")
    trainee.press("Log supervision")
    trainee.sees("Waiting to be confirmed by " + SUPERVISOR)
    trainee.fits()
    assert trainee.interactions <= MOST, trainee.interactions

    supervisor = phone(SUPERVISOR)
    supervisor.fits()
    supervisor.press(re.compile(f"Confirm supervision of {TRAINEE}"))
    supervisor.sees("Supervision confirmed")
    supervisor.sees("Swap one night shift.")
    assert supervisor.interactions <= MOST, supervisor.interactions

    trainee.page.reload()
    expect(trainee.page.locator(".app-standing").first).to_contain_text("Confirmed by both")


def test_a_supervisor_logs_and_the_trainee_says_what_is_not_right(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    supervisor = phone(SUPERVISOR)
    supervisor.follow("Trainees you supervise")
    supervisor.follow(TRAINEE)
    supervisor.follow("Log supervision")
    supervisor.write("How many minutes?", "60")
    supervisor.tick(supervisor.page.get_by_role("checkbox", name="Caseload"))
    supervisor.press("Log supervision")
    supervisor.sees("Waiting to be confirmed by " + TRAINEE)
    assert supervisor.interactions <= MOST, supervisor.interactions

    trainee = phone(TRAINEE)
    trainee.follow("Confirm supervision")
    trainee.follow(re.compile("^Not right"))
    trainee.write("What is not right?", "It was half an hour.")
    trainee.press("Do not agree")
    trainee.sees("Not agreed because: It was half an hour.")
    assert trainee.interactions <= MOST, trainee.interactions


def test_actions_of_a_meeting_are_carried_into_the_next_placement(
    service: LiveService, phone: Callable[[str], Thumb]
) -> None:
    trainee = phone(TRAINEE)
    trainee.page.goto("/trainees/" + str(service.person(TRAINEE)) + "/meetings")
    sites = trainee.page.get_by_role("link", name=re.compile("^Record the final meeting"))
    trainee.open(sites.first)
    trainee.fits()
    trainee.select("With whom?", re.compile(SUPERVISOR))
    trainee.write("What did you talk about?", "What went well, and what comes next.")
    trainee.write("New action 1 (optional)", "Visit the crisis team")
    trainee.write("New action 2 (optional)", "Write up one plan")
    trainee.press("Record the meeting")
    trainee.sees("Waiting to be confirmed by " + SUPERVISOR)

    supervisor = phone(SUPERVISOR)
    supervisor.follow(re.compile(f"{TRAINEE}: confirm the final meeting"))
    supervisor.press(re.compile("^Confirm"))
    supervisor.sees("Meeting confirmed")
    assert supervisor.interactions <= MOST, supervisor.interactions

    trainee.follow("Meetings and actions")
    visit = trainee.page.locator("#actions ~ .app-standing").filter(has_text="Visit the crisis team")
    expect(visit).to_have_count(1)
    trainee.press(re.compile("^Done ?: Write up one plan"))
    trainee.sees("The action is done")
    other = trainee.page.get_by_role("link", name=re.compile("^Record the .* meeting, "))
    trainee.open(other.first)
    trainee.sees("Open actions first")
    trainee.choose_radio(
        trainee.page.get_by_role("group", name=re.compile("Visit the crisis team")).get_by_role("radio", name="Dropped")
    )
    trainee.fill(trainee.page.get_by_label("Why is it no longer needed?").locator("visible=true"), "Done last week.")
    trainee.select("With whom?", re.compile(SUPERVISOR))
    trainee.write("What did you talk about?", "The second half.")
    trainee.press("Record the meeting")
    trainee.follow("Meetings and actions")
    expect(visit).to_have_count(0)
    trainee.sees("Dropped: Visit the crisis team")
    trainee.sees("Because: Done last week.")


def test_the_consultant_nurse_names_who_co_ordinates(service: LiveService, phone: Callable[[str], Thumb]) -> None:
    nurse = phone(NURSE)
    nurse.page.goto("/supervision")
    nurse.fits()
    nurse.follow(re.compile("^Name somebody"))
    nurse.select("Who co-ordinates the supervision?", re.compile("Asha Patel"))
    nurse.choose("Why?", "Training begins")
    nurse.press("Record the co-ordinating supervisor")
    nurse.sees("Co-ordinating supervisor: Asha Patel")
