from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import road
from tests.journeys.people import Hands
from tests.journeys.service import LiveService


@pytest.mark.parametrize("service", ["postgresql"], indirect=True)
def test_eight_people_of_seven_roles_walk_the_whole_road_with_the_keyboard(
    service: LiveService, meet: Callable[[], Hands]
) -> None:
    administrator, newcomer, amina, nurse = meet(), meet(), meet(), meet()
    educator, assessor, supervisor, examiner = meet(), meet(), meet(), meet()

    road.an_account_is_opened_and_the_person_invited_and_enrolled(administrator.sign_in_as("Adam Reed"))
    road.the_newcomer_chooses_a_password(newcomer, service.newest_link(road.ADDRESS))
    the_skip_link_leads_to_the_content(newcomer)
    road.a_reading_is_read_to_its_end(newcomer)
    road.the_case_is_played_on_its_best_path(newcomer)

    road.the_formulation_is_marked_and_released(educator.sign_in_as("Edith Lowe"))
    road.the_feedback_is_read(newcomer)

    road.an_assessor_is_asked(newcomer)
    road.several_capabilities_are_rated(assessor.sign_in_as("Asha Patel"))
    road.the_assessment_is_read(newcomer)

    road.a_shift_across_midnight_is_logged(newcomer)
    road.the_shift_is_approved(supervisor.sign_in_as("Sam Okoro"))
    road.the_hours_count(newcomer)

    amina.sign_in_as("Amina Yusuf")
    road.a_capability_is_signed_off(assessor)
    road.she_is_authorised_for_the_joint_response_car(nurse.sign_in_as("Connie Njoroge"))
    road.she_sees_decision_and_reason_at_once(amina)

    road.the_sample_is_read_without_a_name(examiner.sign_in_as("Xavier Holt"))
    road.the_ledger_proves_every_step(service)


def the_skip_link_leads_to_the_content(who: Hands) -> None:
    who.page.reload()
    skip = who.reach(who.page.get_by_role("link", name="Skip to main content"))
    who.page.keyboard.press("Enter")
    expect(skip).not_to_be_focused()
    who.page.keyboard.press("Tab")
    assert who.page.evaluate("document.activeElement.closest('main') !== null")
