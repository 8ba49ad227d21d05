"""Prior learning is claimed with evidence, decided by an assessor, and counts until a day of its own."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import PriorLearningClaim, SignOff
from lms.competencies.rules import Status
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.files.models import StoredFile
from lms.identity.queries import visible_trainees
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories.sign_offs import accept, claim, decider, propose

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def content(cast, context):
    make.load_framework()


def signer(person_id):
    return viewer_for(person_id, Permission.CAPABILITY_SIGN_OFF)


def standing(cast):
    return queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings["D3.1"]


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def entries(event):
    return db.session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.event == event))


def test_a_claim_is_asked_of_an_assessor_who_sees_the_record_from_then_on(cast):
    made = claim(cast.trainee, cast.assessor, with_file=True)
    scope = visible_trainees(signer(cast.assessor), Permission.CAPABILITY_SIGN_OFF)
    assert cast.trainee in set(db.session.scalars(scope))
    assert notices(cast.assessor) == ["Amina Yusuf claims prior learning and asks you to decide"]
    (row,) = queries.list_claims_waiting(signer(cast.assessor))
    assert (row.id, row.state) == (made.id, "Waiting for Asha Patel")
    assert queries.list_claims_waiting(signer(cast.stranger)) == []
    stored = db.session.get_one(StoredFile, made.file_id)
    assert (stored.media_type, stored.name) == ("application/pdf", f"prior-learning-{today()}.pdf")
    assert standing(cast).status is Status.NOT_STARTED
    assert entries("prior-learning.claimed") == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"code": "D9.9"}, "code", id="unknown capability"),
        pytest.param({"level": 6}, "level", id="off the scale"),
        pytest.param({"evidence": " "}, "evidence", id="no evidence"),
        pytest.param({"evidence": "He was born on 4 May 1961"}, "evidence", id="identifies"),
    ],
)
def test_a_claim_that_cannot_stand_is_refused_and_leaves_nothing(cast, changes, field):
    with pytest.raises(RuleViolation) as problem:
        claim(cast.trainee, cast.assessor, **changes)
    assert problem.value.field == field
    assert db.session.scalar(select(func.count(PriorLearningClaim.id))) == 0


def test_a_claim_is_asked_of_an_assessor_and_never_of_oneself(cast):
    for person_id in (cast.trainee, cast.educator, cast.consultant_nurse):
        with pytest.raises(RuleViolation) as problem:
            claim(cast.trainee, person_id)
        assert problem.value.field == "assessor_id"


def test_a_file_that_is_neither_pdf_nor_picture_is_refused(cast):
    from io import BytesIO

    with pytest.raises(RuleViolation) as problem:
        claim(cast.trainee, cast.assessor, proof=BytesIO(b"<html>"))
    assert problem.value.field == "proof"


def test_the_same_claim_waits_once_with_the_same_assessor(cast):
    first = claim(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match="waits with this assessor"):
        claim(cast.trainee, cast.assessor)
    claim(cast.trainee, cast.stranger)
    services.decline_claim(signer(cast.assessor), first.id, reason="The course was about something else.")
    claim(cast.trainee, cast.assessor)


def test_an_accepted_claim_counts_as_a_sign_off_until_its_own_last_day(cast, clock):
    decided = accept(cast.assessor, claim(cast.trainee, cast.assessor).id)
    found = standing(cast)
    assert (found.status, found.review_by) == (Status.SIGNED_OFF, today() + timedelta(days=180))
    assert found.sign_off.by_prior_learning
    assert found.sign_off.level_words == "level 4 by prior learning"
    made = db.session.get_one(SignOff, decided.sign_off_id)
    assert made.snapshot["by"] == "prior-learning"
    assert "accepted your prior learning of D3.1 Suicide enquiry at level 4" in notices(cast.trainee)[-1]
    assert entries("prior-learning.accepted") == 1
    clock.set(clock() + timedelta(days=181))
    assert standing(cast).status is Status.EXPIRED


def test_an_accepted_claim_is_withdrawn_as_any_sign_off_by_two_people(cast):
    made = accept(cast.assessor, claim(cast.trainee, cast.assessor).id).sign_off_id
    propose(cast.assessor, made)
    services.confirm_withdrawal(decider(cast.consultant_nurse), made, reason="The certificate was not hers.")
    assert standing(cast).status is Status.NOT_STARTED


@pytest.mark.parametrize(
    ("days", "words"),
    [
        pytest.param(0, "in the future", id="today"),
        pytest.param(366, "The latest date is 18 November 2027", id="longer than a sign-off"),
    ],
)
def test_prior_learning_is_accepted_until_a_day_that_can_be_defended(cast, days, words):
    made = claim(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match=words) as problem:
        accept(cast.assessor, made.id, expires_on=today() + timedelta(days=days))
    assert problem.value.field == "expires_on"
    assert standing(cast).status is Status.NOT_STARTED


def test_a_claim_is_decided_once_with_a_reason(cast):
    made = claim(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match="Say why"):
        services.decline_claim(signer(cast.assessor), made.id, reason=" ")
    services.decline_claim(signer(cast.assessor), made.id, reason="The course was about something else.")
    (row,) = queries.list_own_claims(viewer_for(cast.trainee))
    assert (row.state, row.reason) == ("Declined", "The course was about something else.")
    with pytest.raises(RuleViolation, match="already decided"):
        accept(cast.assessor, made.id)
    assert standing(cast).status is Status.NOT_STARTED


def test_nobody_decides_about_their_own_claim(cast):
    give_role(None, person_id=cast.trainee, role=Role.ASSESSOR, scope_id=cast.trust, cause="Assesses others")
    made = claim(cast.trainee, cast.assessor)
    with pytest.raises((RuleViolation, NotFound)):
        accept(cast.trainee, made.id)
    with pytest.raises(NotFound):
        accept(cast.stranger, made.id)


def test_a_deputy_consultant_nurse_decides_no_claim(cast):
    made = claim(cast.trainee, cast.assessor)
    give_role(None, person_id=cast.assessor, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, cause="Deputy")
    with pytest.raises(RuleViolation, match="decides about authorisations"):
        accept(cast.assessor, made.id)
