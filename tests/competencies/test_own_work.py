from datetime import timedelta

import pytest

from lms.competencies.queries.own_work import get_own_work, list_today
from lms.competencies.rules.own_hours import Period
from lms.identity.queries import list_trainees
from lms.identity.services import viewer_for
from lms.policy import Permission
from tests.factories import competencies as make

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def content(cast, context):
    make.load_framework()


def today_of(person_id):
    viewer = viewer_for(person_id, Permission.ASSESSMENT_COMPLETE)
    return list_today(viewer, list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF))


def test_what_to_look_for_names_three_critical_capabilities_and_the_last_action(cast, content, clock):
    assert today_of(cast.assessor) == []
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=2, next_time="Wait longer after the question.")
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=1, next_time="Read the plan back.")
    [row] = today_of(cast.assessor)
    assert row.trainee.name == "Amina Yusuf"
    assert len(row.look_for) == 3
    assert all(each.capability.is_critical for each in row.look_for)
    assert row.action.text == "Read the plan back."
    assert row.action.set_on == (clock() - timedelta(days=1)).date()


def test_what_is_met_is_not_looked_for(cast, content):
    other = make.another_assessor(cast.trust)
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    [row] = today_of(cast.assessor)
    assert "D3.1" not in [each.capability.code for each in row.look_for]


def test_nobody_else_is_told_what_to_look_for(cast, content):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    assert today_of(cast.stranger) == []


def test_the_certificate_counts_ones_own_work_and_nobody_elses(cast, content):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, minutes=30)
    make.assess(cast.trainee_b, cast.assessor, {"D3.1": 4}, minutes=50)
    make.assess(cast.trainee_b, cast.stranger, {"D3.1": 4}, minutes=500)
    work = get_own_work(viewer_for(cast.assessor), Period.YEAR)
    assert (work.count, work.minutes, work.average) == (2, 80, 40)
