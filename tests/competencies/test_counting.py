"""Whoever signed off is told of a later low rating that begins to count only after it was signed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.competencies import services
from lms.competencies.rules import FormKind, SeenAs, Way
from lms.core.db import db
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.signing import services as signing
from lms.signing.rules import Channel, Method, Purpose, Verdict
from lms.signing.rules.guests import GuestVerdict
from tests.factories import competencies as make
from tests.factories import feedback

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def other(cast, context):
    make.load_framework()
    return make.another_assessor(cast.trust)


@pytest.fixture
def signed_off(cast, other, clock):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    made = make.sign_off(cast.trainee, cast.assessor).id
    clock.set(clock() + timedelta(days=10))
    return made


def told(person_id, code="D3.1"):
    texts = db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id))
    return [text for text in texts if code in text and "below the level signed off" in text]


@pytest.fixture
def guest(cast, signed_off):
    """Somebody nobody has checked, who rated the trainee below the level signed off."""
    signing.add_domain(viewer_for(cast.administrator), domain="northmere-general.example", name="Northmere General")
    address = {"name": "Nell Abara", "profession": "Ward host", "email": "nell@northmere-general.example"}
    request = make.ask(cast.trainee, None, way=Way.EMAIL, **address)
    services.sign_assessment(
        request.id,
        channel=Channel.SENT,
        sent_to=request.assessor_id,
        proof=signing.Proof(method=Method.LINK),
        ratings={"D3.1": 2},
        setting=request.setting,
        observed_on=request.seen_on,
        is_simulated=False,
        went_well="Asked directly.",
        next_time="Say the plan back.",
    )
    return request.assessor_id


def test_a_low_rating_of_a_guest_is_told_once_when_an_administrator_accepts_them(cast, guest):
    administrator = viewer_for(cast.administrator)
    assert (told(cast.assessor), told(cast.consultant_nurse)) == ([], [])
    signing.check_guest(administrator, guest, GuestVerdict.ACCEPTED)
    signing.check_guest(administrator, guest, GuestVerdict.ACCEPTED)
    assert (len(told(cast.assessor)), len(told(cast.consultant_nurse))) == (1, 1)


def test_a_low_rating_of_a_guest_is_told_when_they_are_found_to_be_somebody_with_an_account(cast, other, guest):
    signing.join_people(viewer_for(cast.administrator), guest, other, reason="The same registration number.")
    assert len(told(cast.assessor)) == 1


def test_a_refused_guest_opens_no_review(cast, guest):
    signing.check_guest(viewer_for(cast.administrator), guest, GuestVerdict.REFUSED, reason="The ward knows nobody.")
    assert told(cast.assessor) == []


@pytest.mark.parametrize(("verdict", "count"), [(Verdict.STANDS, 2), (Verdict.STRUCK_OUT, 1)])
def test_a_low_rating_that_was_suspended_is_told_again_if_it_stands(cast, other, signed_off, verdict, count):
    low = make.assess(cast.trainee, other, {"D3.1": 2})
    denied = signing.deny_own(viewer_for(other), Purpose.ASSESSMENT, low.id, trainee_id=cast.trainee)
    assert len(told(cast.assessor)) == 1
    signing.decide(viewer_for(cast.consultant_nurse), denied.id, verdict=verdict, reason="Their rota says so.")
    assert len(told(cast.assessor)) == count


def test_a_low_level_agreed_in_a_feedback_conversation_is_told(cast, other, clock):
    feedback.let_supervise(cast.supervisor, cast.trainee)
    people = feedback.colleagues(cast.trust)
    make.assess(
        cast.trainee, cast.assessor, {"D7.1": 3}, form_kind=FormKind.CASE_BASED_DISCUSSION, seen_as=SeenAs.ACCOUNT
    )
    feedback.release(feedback.answered_round(cast.trainee, cast.supervisor, people), cast.supervisor)
    make.sign_off(cast.trainee, cast.assessor, "D7.1", level=3)
    clock.set(clock() + timedelta(days=1))
    again = feedback.answered_round(cast.trainee, cast.supervisor, people)
    feedback.release(again, cast.supervisor, ratings={"D7.1": 1, "D8.3": 3})
    assert len(told(cast.assessor, "D7.1")) == 1
