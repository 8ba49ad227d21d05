from datetime import timedelta

import pytest

from lms.competencies.queries import list_waiting, load_to_sign
from lms.competencies.queries.own_work import get_own_work, list_pass_on_to, list_today
from lms.competencies.rules.own_hours import Period
from lms.competencies.services import ask_patients, open_request, pass_on
from lms.identity.queries import list_trainees
from lms.identity.services import deactivate, viewer_for
from lms.policy import Permission
from lms.signing.rules import Purpose
from lms.signing.services import deny_own
from tests.factories import competencies as make
from tests.factories import feedback, supervision

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def content(cast, context):
    make.load_framework()


def today_of(person_id):
    viewer = viewer_for(person_id, Permission.ASSESSMENT_COMPLETE)
    return list_today(viewer, list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF), load_to_sign(viewer))


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


def suspend(made):
    viewer = viewer_for(made.assessor_id, Permission.ASSESSMENT_COMPLETE)
    deny_own(viewer, Purpose.ASSESSMENT, made.id, trainee_id=made.trainee_id)


def test_neither_patients_nor_what_is_suspended_set_the_last_action(cast, content):
    feedback.let_supervise(cast.supervisor, cast.trainee)
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=5, next_time="Read the plan back.")
    suspend(make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, next_time="Nothing to add."))
    ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    feedback.patient_answer(cast.trainee, cast.supervisor, next_time="Come sooner.")
    [row] = today_of(cast.assessor)
    assert row.action.text == "Read the plan back."


def test_the_certificate_leaves_out_what_patients_said_and_what_is_suspended(cast, content):
    feedback.let_supervise(cast.supervisor, cast.trainee)
    ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
    feedback.patient_answer(cast.trainee, cast.supervisor)
    assert get_own_work(viewer_for(cast.supervisor), Period.YEAR).count == 0
    suspend(make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, minutes=30))
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, days_ago=1, minutes=20)
    assert get_own_work(viewer_for(cast.assessor), Period.YEAR).minutes == 20


def offered(person_id):
    viewer = viewer_for(person_id, Permission.ASSESSMENT_COMPLETE)
    found = list_pass_on_to(viewer, list_waiting(viewer))
    return {request_id: [each.id for each in colleagues] for request_id, colleagues in found.items()}


@pytest.fixture
def others(cast, content):
    """Three who assessed the trainee, the first of them last."""
    found = [make.another_assessor(cast.trust, number) for number in range(3)]
    for days_ago, person_id in enumerate(found, start=1):
        make.assess(cast.trainee, person_id, {"D3.1": 4}, days_ago=days_ago)
    return found


def test_a_request_is_passed_on_in_one_tap_to_the_two_who_assessed_last(cast, others):
    make.assess(cast.trainee_b, cast.stranger, {"D3.1": 4})
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    request = make.ask(cast.trainee, cast.assessor, codes=["D4.1"])
    assert offered(cast.assessor) == {request.id: others[:2]}


def test_nobody_is_offered_who_had_it_left_or_supervises_the_trainee(cast, others):
    first, second, third = others
    request = make.ask(cast.trainee, first, codes=["D4.1"])
    pass_on(viewer_for(first, Permission.ASSESSMENT_COMPLETE), request.id, to_id=cast.assessor)
    assert offered(cast.assessor) == {request.id: [second, third]}
    supervision.name(cast, second)
    assert offered(cast.assessor) == {request.id: [third]}
    deactivate(viewer_for(cast.administrator), third)
    assert offered(cast.assessor) == {request.id: []}


def test_what_was_begun_is_not_thrown_away_in_one_tap(cast, others):
    request = make.ask(cast.trainee, cast.assessor, codes=["D4.1"])
    open_request(viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE), request.id)
    assert offered(cast.assessor) == {}
