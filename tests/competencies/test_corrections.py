"""What happens to an assessment after it was signed: who reads it, who may correct or deny it, and when no longer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.competencies import queries, services
from lms.competencies.rules import FormKind, SeenAs
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from lms.signing import services as signing
from lms.signing.models import RefusedSignature
from lms.signing.rules import Purpose, Refusal, Verdict
from tests.factories import competencies as make
from tests.factories import feedback

BARRED = "cannot be corrected"


@pytest.fixture
def content(app, cast):
    with app.app_context():
        make.load_framework()
        feedback.let_supervise(cast.supervisor, cast.trainee)


@pytest.fixture
def inside(content, context):
    """Inside the app, with content."""


def assessor(person_id):
    return viewer_for(person_id, Permission.ASSESSMENT_COMPLETE)


def corrected(person_id, made, level=4, **changes):
    said = {
        "ratings": {"D3.1": level},
        "setting": made.setting,
        "observed_on": made.observed_on,
        "is_simulated": made.is_simulated,
        "seen_as": SeenAs.LIVE,
        "complexity": "average",
        "went_well": "Asked directly.",
        "next_time": "Say the plan back.",
    }
    reason = "I ticked the wrong level."
    return services.correct_assessment(assessor(person_id), made.id, reason=reason, **{**said, **changes})


def levels_that_count(cast):
    standing = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1").standing
    return [piece.level for piece in standing.result.counted]


def late_answer(cast, clock):
    """Asked six days after the encounter, answered ten days later."""
    asked = make.ask(cast.trainee, cast.assessor, seen_on=today() - timedelta(days=6))
    clock.set(clock() + timedelta(days=10))
    return asked, make.complete(asked, {"D3.1": 4})


def test_the_true_day_stands_however_late_an_assessment_is_corrected(cast, inside, clock):
    _, made = late_answer(cast, clock)
    again = corrected(cast.assessor, made)
    clock.set(clock() + timedelta(days=40))
    assert corrected(cast.assessor, again, level=3).observed_on == made.observed_on


def test_a_changed_day_is_measured_from_the_day_of_asking(cast, inside, clock):
    asked, made = late_answer(cast, clock)
    asked_on = asked.recorded_at.date()
    for wrong in (asked_on + timedelta(days=1), asked_on - timedelta(days=8)):
        with pytest.raises(RuleViolation) as refused:
            corrected(cast.assessor, made, observed_on=wrong)
        assert refused.value.field == "observed_on"
    assert corrected(cast.assessor, made, observed_on=asked_on).observed_on == asked_on


def test_a_correction_obeys_the_form_as_the_first_answer_did(cast, inside, clock):
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    with pytest.raises(RuleViolation, match="Select a setting"):
        corrected(cast.assessor, made, setting="nowhere")
    clock.set(clock() + timedelta(days=91))
    give_role(None, person_id=cast.assessor, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test cast")
    feedback.let_supervise(cast.assessor, cast.trainee)
    with pytest.raises(RuleViolation, match="is completed by"):
        corrected(cast.assessor, made)


def test_what_is_suspended_or_struck_out_never_counts_again_by_a_correction(cast, inside):
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    denied = signing.deny_own(assessor(cast.assessor), Purpose.ASSESSMENT, made.id, trainee_id=cast.trainee)
    with pytest.raises(RuleViolation, match=BARRED):
        corrected(cast.assessor, made)
    nurse = viewer_for(cast.consultant_nurse)
    signing.decide(nurse, denied.id, verdict=Verdict.STRUCK_OUT, reason="On leave that day.")
    with pytest.raises(RuleViolation, match="Struck out"):
        corrected(cast.assessor, made)
    assert levels_that_count(cast) == []
    traces = db.session.execute(select(RefusedSignature.refusal, RefusedSignature.by_id)).all()
    assert traces == [(Refusal.RECORD_IN_DOUBT, cast.assessor)] * 2


def test_a_record_whose_signature_stands_is_corrected_as_any_other(cast, inside):
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    denied = signing.deny_own(assessor(cast.assessor), Purpose.ASSESSMENT, made.id, trainee_id=cast.trainee)
    nurse = viewer_for(cast.consultant_nurse)
    signing.decide(nurse, denied.id, verdict=Verdict.STANDS, reason="Signed with the passkey, and remembered now.")
    corrected(cast.assessor, made)
    assert levels_that_count(cast) == [4]


def test_pages_say_that_what_corrects_a_denied_assessment_is_suspended(app, cast, content, sign_in):
    with app.app_context():
        made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
        url = f"/assessments/{corrected(cast.assessor, made).id}"
        signing.deny_own(assessor(cast.assessor), Purpose.ASSESSMENT, made.id, trainee_id=cast.trainee)
    assert "Suspended: the person named" in sign_in("trainee").get(url).text
    page = sign_in("assessor").get(url).text
    assert "Suspended: the person named" in page
    assert not any(words in page for words in ("add words", "sign a correction", "This was not me"))
    capability = f"/trainees/{cast.trainee}/capabilities/D3.1"
    assert "Suspended: the person named" in sign_in("consultant_nurse").get(capability).text


@pytest.fixture
def of_others(app, cast, content):
    """What a patient said, and a released round of feedback: both kept by the supervisor."""
    with app.app_context():
        services.ask_patients(feedback.collector(cast.supervisor), cast.trainee, setting="crisis-team")
        said = feedback.patient_answer(cast.trainee, cast.supervisor, next_time="Come sooner.")
        held = feedback.answered_round(cast.trainee, cast.supervisor, feedback.colleagues(cast.trust))
        return said.id, feedback.release(held, cast.supervisor).id


def test_what_patients_and_colleagues_said_is_nobodys_to_correct_add_to_or_deny(app, cast, of_others, sign_in):
    client = sign_in("supervisor")
    for made_id in of_others:
        with app.app_context(), pytest.raises(NotFound):
            services.add_words(assessor(cast.supervisor), made_id, words="Mine.")
        for page in ("correction", "words", "not-mine"):
            client.get(f"/assessments/{made_id}/{page}", 404)


def test_a_supervisor_does_not_read_what_a_patient_said_for_having_asked(of_others, sign_in):
    said, released = of_others
    client = sign_in("supervisor")
    client.get(f"/assessments/{said}", 404)
    assert "You signed this" not in client.get(f"/assessments/{released}").text


@pytest.fixture
def seen_by_supervisor(app, cast, content):
    """A direct observation the supervisor began unasked."""
    with app.app_context():
        asked = services.start_assessment(
            assessor(cast.supervisor),
            cast.trainee,
            codes=["D3.1"],
            setting="crisis-team",
            seen_on=today(),
            form_kind=FormKind.DIRECT_OBSERVATION,
        )
        return make.complete(asked, {"D3.1": 3}, complexity=None, answers={"stopped": False}).id


def test_a_supervisor_reads_what_they_signed_and_can_say_that_it_was_not_them(app, cast, seen_by_supervisor, sign_in):
    client, url = sign_in("supervisor"), f"/assessments/{seen_by_supervisor}"
    page = client.get(url).text
    assert "You signed this" in page
    assert f"/trainees/{cast.trainee}/capabilities" not in page
    assert f'href="{url}"' in client.get("/assessments/waiting").text
    with app.app_context():
        services.reply(viewer_for(cast.trainee), seen_by_supervisor, action="I will say the plan back.")
        notices = set(db.session.scalars(select(Notice.url).where(Notice.person_id == cast.supervisor)))
    assert url in notices
    answer = client.post(f"{url}/not-mine", {"words": "", "no_identifiers": "y"})
    assert "Suspended" in client.follow(answer).text
    assert "sign a correction" not in client.get(url).text


def test_a_supervisor_reads_no_assessment_of_somebody_elses(app, cast, content, sign_in):
    with app.app_context():
        made_id = make.assess(cast.trainee, cast.assessor, {"D3.1": 4}).id
    sign_in("supervisor").get(f"/assessments/{made_id}", 404)
