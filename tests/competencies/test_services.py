from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import Assessment, AssessmentDraft, AssessmentRequestStep, SignOff
from lms.competencies.rules import Rung, SeenAs, Status
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.identity.queries import visible_trainees
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def content(cast, context):
    make.load_framework()


@pytest.fixture
def other(cast, content):
    return make.another_assessor(cast.trust)


def as_assessor(person_id):
    return viewer_for(person_id, Permission.ASSESSMENT_COMPLETE)


def sees(person_id, trainee_id, permission=Permission.CAPABILITY_READ):
    found = db.session.scalars(visible_trainees(viewer_for(person_id, permission), permission))
    return trainee_id in set(found)


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def entries(event):
    return db.session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.event == event))


def test_asking_lets_the_assessor_see_the_trainee_and_tells_them(cast, content):
    assert not sees(cast.assessor, cast.trainee)
    request = make.ask(cast.trainee, cast.assessor, codes=["D4.1", "D3.1"], note="Was I clear about means?")
    assert sees(cast.assessor, cast.trainee)
    assert not sees(cast.stranger, cast.trainee)
    assert request.codes == ["D3.1", "D4.1"]
    assert notices(cast.assessor) == ["Amina Yusuf asks you for an assessment"]
    assert [row.id for row in queries.list_waiting(as_assessor(cast.assessor))] == [request.id]
    assert queries.count_waiting(as_assessor(cast.assessor)) == 1
    assert entries("assessment.asked") == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"codes": []}, "codes", id="nothing to assess"),
        pytest.param({"codes": ["D1.1", "D1.2", "D1.3", "D1.4", "D1.5", "D2.1"]}, "codes", id="six"),
        pytest.param({"codes": ["D9.9"]}, "codes", id="unknown"),
        pytest.param({"setting": "moon"}, "setting", id="unknown setting"),
        pytest.param({"note": "He was born on 4 May 1961"}, "note", id="identifies"),
    ],
)
def test_a_request_that_cannot_stand_is_refused(cast, content, changes, field):
    with pytest.raises(RuleViolation) as problem:
        make.ask(cast.trainee, cast.assessor, **changes)
    assert problem.value.field == field


@pytest.mark.parametrize("days", [-1, 8])
def test_a_request_is_about_the_last_seven_days(cast, content, days):
    with pytest.raises(RuleViolation) as problem:
        make.ask(cast.trainee, cast.assessor, seen_on=today() - timedelta(days=days))
    assert problem.value.field == "seen_on"


def test_only_an_assessor_can_be_asked_and_never_oneself(cast, content):
    for person_id in (cast.educator, cast.trainee_b, cast.trainee):
        with pytest.raises(RuleViolation) as problem:
            make.ask(cast.trainee, person_id)
        assert problem.value.field == "assessor_id"


def test_completing_rates_each_capability_and_tells_the_trainee(cast, content):
    request = make.ask(cast.trainee, cast.assessor, codes=["D3.1", "D4.1"])
    made = make.complete(request, {"D3.1": 4, "D4.1": None, "D5.4": 3})
    scope = visible_trainees(as_assessor(cast.assessor), Permission.CAPABILITY_READ)
    (fact,) = queries.load_assessments(scope, known_at=made.recorded_at)[cast.trainee]
    assert fact.ratings == {"D3.1": 4, "D4.1": None, "D5.4": 3}
    assert notices(cast.trainee) == ["Asha Patel completed your assessment"]
    (row,) = queries.list_own_requests(viewer_for(cast.trainee))
    assert (row.state.value, row.assessment_id) == ("completed", made.id)


def test_a_request_is_answered_once(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    make.complete(request, {"D3.1": 4})
    with pytest.raises(RuleViolation, match="no longer waits"):
        make.complete(request, {"D3.1": 5})
    assert db.session.scalar(select(func.count(Assessment.id))) == 1


def test_only_the_assessor_who_was_asked_can_answer(cast, content, other):
    request = make.ask(cast.trainee, cast.assessor)
    make.ask(cast.trainee, other)
    for person_id in (other, cast.stranger):
        with pytest.raises(NotFound):
            services.open_request(as_assessor(person_id), request.id)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ratings": {"D3.1": 6}}, id="off the scale"),
        pytest.param({"ratings": {}}, id="nothing"),
        pytest.param({"observed_on": datetime(2026, 11, 19).date()}, id="after it was asked"),
        pytest.param({"setting": "moon"}, id="unknown setting"),
        pytest.param({"went_well": "NHS number 943 476 5919"}, id="NHS number"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused_and_leaves_nothing(cast, content, changes):
    request = make.ask(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation):
        make.complete(request, **{"ratings": {"D3.1": 4}, **changes})
    assert db.session.scalar(select(func.count(Assessment.id))) == 0


def test_an_nhs_number_is_refused_even_when_confirmed(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation):
        make.complete(request, {"D3.1": 4}, went_well="943 476 5919", no_identifiers=True)
    make.complete(request, {"D3.1": 4}, went_well="Spoke well with Dr Brown", no_identifiers=True)


def test_declining_says_why_and_takes_the_access_back(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    services.save_draft(as_assessor(cast.assessor), request.id, version=0, body={"went_well": "Calm"})
    services.decline_request(as_assessor(cast.assessor), request.id, reason="I was not there.")
    (row,) = queries.list_own_requests(viewer_for(cast.trainee))
    assert (row.state.value, row.declined_because) == ("declined", "I was not there.")
    assert not sees(cast.assessor, cast.trainee)
    assert db.session.scalar(select(AssessmentDraft)).body == {}
    with pytest.raises(NotFound):
        make.complete(request, {"D3.1": 4})


def test_declining_one_of_two_requests_keeps_the_access(cast, content):
    first, second = make.ask(cast.trainee, cast.assessor, codes=["D4.1"]), make.ask(cast.trainee, cast.assessor)
    services.decline_request(as_assessor(cast.assessor), first.id, reason="I saw only one.")
    assert sees(cast.assessor, cast.trainee)
    make.complete(second, {"D3.1": 3})


def test_a_request_is_cancelled_only_until_it_is_opened(cast, content):
    first, second = make.ask(cast.trainee, cast.assessor, codes=["D4.1"]), make.ask(cast.trainee, cast.assessor)
    services.cancel_request(viewer_for(cast.trainee), first.id)
    services.open_request(as_assessor(cast.assessor), second.id)
    services.open_request(as_assessor(cast.assessor), second.id)
    assert db.session.scalar(select(func.count(AssessmentRequestStep.id))) == 2
    with pytest.raises(RuleViolation, match="opened"):
        services.cancel_request(viewer_for(cast.trainee), second.id)
    with pytest.raises(NotFound):
        services.cancel_request(viewer_for(cast.trainee_b), second.id)


def test_a_request_expires_after_14_days(cast, content, clock):
    request = make.ask(cast.trainee, cast.assessor)
    clock.set(clock() + timedelta(days=14, seconds=1))
    assert queries.count_waiting(as_assessor(cast.assessor)) == 0
    with pytest.raises(RuleViolation, match="expired"):
        make.complete(request, {"D3.1": 4})
    make.ask(cast.trainee, cast.assessor)


def test_a_draft_is_kept_by_version_and_emptied_when_sent(cast, content):
    request, actor = make.ask(cast.trainee, cast.assessor), as_assessor(cast.assessor)
    first = services.save_draft(actor, request.id, version=0, body={"went_well": "Calm"})
    second = services.save_draft(actor, request.id, version=first, body={"next_time": "Slower"})
    page = queries.get_request_page(actor, request.id)
    assert page.draft == {"went_well": "Calm", "next_time": "Slower"}
    make.complete(request, {"D3.1": 4}, version=second)
    assert db.session.scalar(select(AssessmentDraft)).body == {}
    assert entries("assessment.draft-saved") == 2


def test_a_stale_draft_is_refused_with_what_is_stored(cast, content):
    request, actor = make.ask(cast.trainee, cast.assessor), as_assessor(cast.assessor)
    first = services.save_draft(actor, request.id, version=0, body={"went_well": "Mine"})
    second = services.save_draft(actor, request.id, version=first, body={"went_well": "Theirs"})
    with pytest.raises(Stale) as stale:
        services.save_draft(actor, request.id, version=first, body={"went_well": "Mine too"})
    assert stale.value.theirs["went_well"] == "Theirs"
    assert stale.value.version == second
    with pytest.raises(Stale):
        make.complete(request, {"D3.1": 4}, version=first)


def test_an_nhs_number_is_not_kept_in_a_draft(cast, content):
    request = make.ask(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation):
        services.save_draft(as_assessor(cast.assessor), request.id, version=0, body={"went_well": "943 476 5919"})
    assert db.session.scalar(select(AssessmentDraft)) is None


@pytest.mark.parametrize("key", ["complexity", "minutes", "setting", "extra_code", "level_D3_1"])
def test_an_nhs_number_is_not_kept_in_any_answer_of_a_draft(cast, content, key):
    request = make.ask(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match="NHS number"):
        services.save_draft(as_assessor(cast.assessor), request.id, version=0, body={key: "943 476 5919"})
    assert db.session.scalar(select(AssessmentDraft)) is None


def test_an_answer_too_long_for_a_draft_is_refused_unread(cast, content, monkeypatch):
    request = make.ask(cast.trainee, cast.assessor)
    module = "lms.competencies.services.assessments.check_free_text"
    monkeypatch.setattr(module, lambda *_, **__: pytest.fail("was looked at"))
    with pytest.raises(RuleViolation, match="4,000 characters"):
        services.save_draft(as_assessor(cast.assessor), request.id, version=0, body={"went_well": "a" * 200_000})


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [("level_D3_1", "3", "4"), ("is_simulated", True, False), ("minutes", 20, None), ("setting", "a", "b")],
)
def test_a_choice_saved_elsewhere_is_not_written_over(cast, content, key, first, second):
    request, actor = make.ask(cast.trainee, cast.assessor), as_assessor(cast.assessor)
    services.save_draft(actor, request.id, version=0, body={key: first})
    with pytest.raises(Stale):
        services.save_draft(actor, request.id, version=0, body={key: second})
    services.save_draft(actor, request.id, version=0, body={key: first})


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param({"level_D3_1": "3"}, id="a level"),
        pytest.param({"level_D3_1": "4", "extra_code": "D4.1", "extra_level": "2"}, id="an added capability"),
        pytest.param({"observed_on": "2026-11-17"}, id="the day"),
        pytest.param({"is_simulated": True}, id="a simulation"),
    ],
)
def test_an_answer_saved_elsewhere_is_not_written_over_by_the_assessment(cast, content, kept):
    request, actor = make.ask(cast.trainee, cast.assessor), as_assessor(cast.assessor)
    version = services.save_draft(actor, request.id, version=0, body=kept)
    with pytest.raises(Stale) as stale:
        make.complete(request, {"D3.1": 4}, version=0, went_well="", next_time="")
    assert {key: str(value) for key, value in kept.items()}.items() <= stale.value.theirs.items()
    make.complete(request, {"D3.1": 4}, version=version)


def test_the_same_answers_saved_elsewhere_do_not_stop_the_assessment(cast, content):
    request, actor = make.ask(cast.trainee, cast.assessor), as_assessor(cast.assessor)
    services.save_draft(actor, request.id, version=0, body={"level_D3_1": "4", "observed_on": today().isoformat()})
    make.complete(request, {"D3.1": 4}, version=0, went_well="", next_time="")


def test_what_waits_is_not_asked_of_the_same_assessor_twice(cast, content, other):
    first = make.ask(cast.trainee, cast.assessor, codes=["D3.1", "D4.1"])
    with pytest.raises(RuleViolation, match="D4.1 Capacity assessment"):
        make.ask(cast.trainee, cast.assessor, codes=["D4.1"])
    make.ask(cast.trainee, other, codes=["D4.1"])
    make.ask(cast.trainee_b, cast.assessor, codes=["D4.1"])
    services.cancel_request(viewer_for(cast.trainee), first.id)
    again = make.ask(cast.trainee, cast.assessor, codes=["D4.1"])
    make.complete(again, {"D4.1": 3})
    make.ask(cast.trainee, cast.assessor, codes=["D4.1"])


def test_signing_off_freezes_what_was_seen(cast, content, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    row = make.sign_off(cast.trainee, cast.assessor)
    assert row.snapshot["met"] is True
    assert len(row.snapshot["counted"]) == 3
    assert row.decided_on == today()
    page = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1")
    assert page.standing.status is Status.SIGNED_OFF
    assert page.sign_offs[0].note == "Seen enough."
    assert entries("sign-off.recorded") == 1


def test_trainee_and_signer_are_told_of_a_sign_off(cast, content, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    services.sign_off(as_assessor(cast.assessor), cast.trainee, "D3.1", level=4)
    assert notices(cast.trainee)[-1] == "Asha Patel signed off D3.1 Suicide enquiry at level 4"
    assert notices(cast.assessor)[-1] == "You signed off D3.1 Suicide enquiry of Amina Yusuf at level 4"


def test_a_capability_is_signed_off_only_when_its_rule_is_met(cast, content, other):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    with pytest.raises(RuleViolation, match="not met at level 4"):
        make.sign_off(cast.trainee, cast.assessor)
    assert db.session.scalar(select(func.count(SignOff.id))) == 0


def test_two_sign_offs_of_one_capability_leave_one(cast, content, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    make.sign_off(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match="already signed off"):
        make.sign_off(cast.trainee, other)
    assert db.session.scalar(select(func.count(SignOff.id))) == 1


def test_nobody_signs_off_without_a_reason_to_see_the_trainee(cast, content, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    with pytest.raises(NotFound):
        make.sign_off(cast.trainee, cast.stranger)


def test_a_later_lower_rating_makes_a_review_due_and_undoes_nothing(cast, content, other, clock):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    make.sign_off(cast.trainee, cast.assessor)
    clock.set(clock() + timedelta(days=10))
    make.assess(cast.trainee, other, {"D3.1": 2})
    standing = queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings["D3.1"]
    assert (standing.status, standing.holds) == (Status.REVIEW_DUE, True)
    make.sign_off(cast.trainee, cast.assessor)
    standing = queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings["D3.1"]
    assert standing.status is Status.SIGNED_OFF


def raise_concern(person_id, trainee_id, **changes):
    facts = {"rung": Rung.RECORDED, "text": "Left before the plan was agreed.", **changes}
    return services.raise_concern(viewer_for(person_id, Permission.CONCERN_RAISE), trainee_id, **facts)


def test_a_concern_is_raised_moved_and_closed(cast, content):
    make.ask(cast.trainee, cast.assessor)
    concern = raise_concern(cast.assessor, cast.trainee, code="D3.3")
    nurse = viewer_for(cast.consultant_nurse)
    assert notices(cast.consultant_nurse) == ["A concern was raised"]
    services.move_concern(nurse, concern.id, rung=Rung.ACTION_PLAN, reason="It happened twice.")
    page = queries.get_concern(nurse, concern.id)
    assert (page.row.rung, page.row.is_open) == (Rung.ACTION_PLAN, True)
    services.close_concern(nurse, concern.id, reason="The plan is complete.")
    page = queries.get_concern(nurse, concern.id)
    assert not page.row.is_open
    assert [step.reason for step in page.steps] == ["It happened twice.", "The plan is complete."]
    with pytest.raises(RuleViolation, match="closed"):
        services.move_concern(nurse, concern.id, rung=Rung.HEADS_UP, reason="Again")


def test_a_concern_is_kept_under_a_role_held_towards_this_trainee(cast, content):
    give_role(None, person_id=cast.educator, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Also supervises")
    actor = replace(viewer_for(cast.educator), acting=Role.SUPERVISOR)
    concern = services.raise_concern(actor, cast.trainee, rung=Rung.HEADS_UP, text="Left early twice.")
    assert concern.role is Role.EDUCATOR
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "concern.raised")).one()
    assert entry.role == "educator"


def test_a_concern_needs_words_a_scope_and_the_right_to_begin_there(cast, content):
    with pytest.raises(NotFound):
        raise_concern(cast.assessor, cast.trainee)
    make.ask(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match="what you saw"):
        raise_concern(cast.assessor, cast.trainee, text=" ")
    with pytest.raises(RuleViolation, match="consultant nurse"):
        raise_concern(cast.assessor, cast.trainee, rung=Rung.FORMAL_REVIEW)
    with pytest.raises(RuleViolation):
        raise_concern(cast.assessor, cast.trainee, code="D9.9")
    raise_concern(cast.consultant_nurse, cast.trainee, rung=Rung.FORMAL_REVIEW)


def test_seen_in_records_counts_for_records_only(cast, content, other):
    for who, where in ((cast.assessor, "joint-response-car"), (other, "crisis-team")):
        make.assess(
            cast.trainee,
            who,
            {"D8.4": 4},
            setting=where,
            form_kind=make.FormKind.CASE_BASED_DISCUSSION,
            seen_as=SeenAs.RECORDS,
        )
    standing = queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings["D8.4"]
    assert standing.status is Status.MET


def test_a_redacted_text_is_gone_and_the_page_says_so(cast, content):
    from lms.audit.services import ask_redaction, confirm_redaction

    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4}, went_well="Something that names somebody.")
    nurse, administrator = viewer_for(cast.consultant_nurse), viewer_for(cast.administrator)
    asked = ask_redaction(nurse, made.went_well_id, reason="It names somebody.", where_found="Assessment")
    confirm_redaction(administrator, asked.id)
    db.session.expire_all()
    page = queries.get_assessment(nurse, made.id)
    assert page.row.went_well.text is None
    assert page.row.next_time.text == "Say the plan back before you leave."
