from collections.abc import Callable

import pytest

from tests.journeys import road
from tests.journeys.people import Pointer
from tests.journeys.service import LiveService


@pytest.mark.parametrize("service", ["sqlite"], indirect=True)
def test_the_essential_forms_of_the_road_work_without_javascript(
    service: LiveService, meet: Callable[..., Pointer]
) -> None:
    def anybody() -> Pointer:
        return meet(Pointer)

    newcomer, assessor = anybody(), anybody()

    road.an_account_is_opened_and_the_person_invited_and_enrolled(anybody().sign_in_as("Adam Reed"))
    road.the_newcomer_chooses_a_password(newcomer, service.newest_link(road.ADDRESS))
    road.a_reading_is_read_to_its_end(newcomer)
    road.the_case_is_played_on_its_best_path(newcomer)
    road.the_formulation_is_marked_and_released(anybody().sign_in_as("Edith Lowe"))
    road.the_feedback_is_read(newcomer)
    road.an_assessor_is_asked(newcomer)
    road.several_capabilities_are_rated(assessor.sign_in_as("Asha Patel"))
    road.a_shift_across_midnight_is_logged(newcomer)
    road.the_shift_is_approved(anybody().sign_in_as("Sam Okoro"))
    road.the_hours_count(newcomer)
    road.a_capability_is_signed_off(assessor)
    road.she_is_authorised_for_the_joint_response_car(anybody().sign_in_as("Connie Njoroge"))
    road.the_sample_is_read_without_a_name(anybody().sign_in_as("Xavier Holt"))
