from collections.abc import Callable

import pytest

from tests.journeys import road
from tests.journeys.people import Pointer
from tests.journeys.service import LiveService


@pytest.mark.parametrize("service", ["sqlite"], indirect=True)
def test_the_whole_road_can_be_walked_without_javascript_and_on_sqlite(
    service: LiveService, meet: Callable[..., Pointer]
) -> None:
    def anybody() -> Pointer:
        return meet(Pointer)

    newcomer, amina, assessor = anybody(), anybody(), anybody()

    road.an_account_is_opened_and_the_person_invited_and_enrolled(anybody().sign_in_as("Adam Reed"))
    road.the_newcomer_chooses_a_password(newcomer, service.newest_link(road.ADDRESS))
    road.a_reading_is_read_to_its_end(newcomer)
    road.the_case_is_played_on_its_best_path(newcomer)
    road.the_formulation_is_marked_and_released(anybody().sign_in_as("Edith Lowe"))
    road.the_feedback_is_read(newcomer)
    road.an_assessor_is_asked(newcomer)
    road.several_capabilities_are_rated(assessor.sign_in_as("Asha Patel"))
    road.the_assessment_is_read(newcomer)
    road.a_shift_across_midnight_is_logged(newcomer)
    road.the_shift_is_approved(anybody().sign_in_as("Sam Okoro"))
    road.the_hours_count(newcomer)
    road.a_capability_is_signed_off(assessor)
    road.she_is_authorised_for_the_joint_response_car(anybody().sign_in_as("Connie Njoroge"))
    road.she_sees_decision_and_reason_at_once(amina.sign_in_as("Amina Yusuf"))
    road.the_sample_is_read_without_a_name(anybody().sign_in_as("Xavier Holt"))
    road.the_ledger_proves_every_step(service)
