"""Who signs off, what a later lower rating opens, and the notices before a review falls due."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, rules, services
from lms.competencies.models import SentReviewNotice, SignOff
from lms.competencies.rules import Status, notices_due
from lms.competencies.rules.format import framework_from
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories.evidence import CAT, TRAINEE, signed
from tests.factories.sign_offs import decider

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def other(cast, context):
    make.load_framework()
    return make.another_assessor(cast.trust)


@pytest.fixture
def signed_off(cast, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    return make.sign_off(cast.trainee, cast.assessor).id


def notices(person_id, about="D3.1"):
    texts = db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.created_at))
    return [text for text in texts if about in text]


def low(cast, other, level=2):
    return make.assess(cast.trainee, other, {"D3.1": level, "D4.1": level})


def standing(cast):
    return queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings["D3.1"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"assessor_id": TRAINEE}, "own capability", id="oneself"),
        pytest.param({"coordinating_id": CAT}, "co-ordinating supervisor", id="the supervisor"),
        pytest.param({"is_consultant_nurse": True}, "decides about authorisations", id="a consultant nurse"),
    ],
)
def test_some_people_sign_off_nothing(changes, words):
    usual = {"assessor_id": CAT, "trainee_id": TRAINEE, "is_consultant_nurse": False, "coordinating_id": None}
    rules.check_signer(**usual)
    with pytest.raises(RuleViolation, match=words):
        rules.check_signer(**{**usual, **changes})


def test_an_assessor_who_is_a_deputy_consultant_nurse_signs_off_nothing(cast, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    give_role(None, person_id=other, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, cause="Deputy")
    with pytest.raises(RuleViolation, match="or a deputy"):
        make.sign_off(cast.trainee, other)
    assert db.session.scalar(select(func.count(SignOff.id))) == 0


def test_a_later_lower_rating_tells_the_signer_and_the_consultant_nurses(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=10))
    low(cast, other)
    due = "Look at it by 12 December 2026"
    assert due in notices(cast.assessor)[-1]
    assert "Asha Patel looks at it by 12 December 2026" in notices(cast.consultant_nurse)[-1]
    assert standing(cast).status is Status.REVIEW_DUE
    for person_id in (cast.assessor, cast.consultant_nurse):
        (row,) = queries.list_reviews(decider(person_id))
        assert (row.trainee_name, row.review.due) == ("Amina Yusuf", today() + timedelta(days=14))
        assert not row.is_overdue
    assert queries.list_reviews(decider(cast.stranger)) == []


def test_a_signer_whose_access_has_run_out_sees_the_record_again(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=120))
    permission = Permission.CAPABILITY_SIGN_OFF
    scope = visible_trainees(viewer_for(cast.assessor, permission), permission)
    assert cast.trainee not in set(db.session.scalars(scope))
    low(cast, other)
    scope = visible_trainees(viewer_for(cast.assessor, permission), permission)
    assert cast.trainee in set(db.session.scalars(scope))


@pytest.mark.parametrize("level", [4, 5, None])
def test_other_ratings_open_no_review(cast, other, signed_off, clock, level):
    clock.set(clock() + timedelta(days=10))
    before = len(notices(cast.assessor))
    low(cast, other, level)
    assert len(notices(cast.assessor)) == before
    assert queries.list_reviews(decider(cast.assessor)) == []


def test_an_early_low_rating_opens_no_review(cast, other, signed_off):
    make.assess(cast.trainee, other, {"D3.1": 1}, days_ago=4)
    assert queries.list_reviews(decider(cast.assessor)) == []


def test_whoever_looks_at_it_lets_it_stand_with_a_reason(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=10))
    low(cast, other)
    review_by = standing(cast).review_by
    assessor = viewer_for(cast.assessor, Permission.CAPABILITY_SIGN_OFF)
    with pytest.raises(RuleViolation, match="Say why"):
        services.review_sign_off(assessor, signed_off, reason="  ")
    services.review_sign_off(assessor, signed_off, reason="One hard call; the others carry it.")
    found = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1")
    assert (found.standing.status, found.standing.review_by) == (Status.SIGNED_OFF, review_by)
    assert found.sign_offs[0].said[0].reason == "One hard call; the others carry it."
    assert queries.list_reviews(decider(cast.assessor)) == []
    assert db.session.scalar(select(func.count()).where(LedgerEntry.event == "sign-off.reviewed")) == 1
    with pytest.raises(RuleViolation, match="No review"):
        services.review_sign_off(assessor, signed_off, reason="Again.")
    with pytest.raises(NotFound):
        services.review_sign_off(viewer_for(cast.stranger), signed_off, reason="Not mine.")


def test_a_review_that_nobody_looked_at_is_overdue_after_two_weeks(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=10))
    low(cast, other)
    clock.set(clock() + timedelta(days=14))
    assert not queries.list_reviews(decider(cast.assessor))[0].is_overdue
    clock.set(clock() + timedelta(days=1))
    assert queries.list_reviews(decider(cast.assessor))[0].is_overdue


def test_a_coming_review_is_announced_at_90_60_and_30_days_once_each(cast, other, signed_off, clock):
    ends = standing(cast).review_by
    counts = []
    for left in (91, 90, 90, 89, 60, 30, 30, 1, 0, -1):
        clock.set(clock() + ((ends - timedelta(days=left)) - today()))
        services.send_review_notices()
        counts.append(len(notices(cast.trainee, "ends on")))
    assert counts == [0, 1, 1, 1, 2, 3, 3, 3, 3, 3]
    assert len(notices(cast.assessor, "ends on")) == 3
    assert "Your sign-off of D3.1 Suicide enquiry ends on 18 November 2027, in 90 days or fewer" in notices(
        cast.trainee, "ends on"
    )
    assert db.session.scalar(select(func.count(SentReviewNotice.id))) == 3


def test_days_on_which_nobody_looked_are_made_up_for_by_the_nearest_notice_alone(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=365 - 20))
    assert services.send_review_notices() == 1
    assert "in 30 days or fewer" in notices(cast.trainee, "ends on")[0]
    assert services.send_review_notices() == 0


def test_a_renewal_and_a_withdrawal_end_the_notices():
    framework = framework_from(make.framework_items()[0].body)
    old, new = signed(date(2025, 12, 1)), signed(date(2026, 11, 1))
    assert [each.days for each in notices_due(framework, [old], date(2026, 11, 10), {})] == [30]
    assert notices_due(framework, [old, new], date(2026, 11, 10), {}) == []
    gone = signed(date(2025, 12, 1), withdrawn_on=date(2026, 10, 1))
    assert notices_due(framework, [gone], date(2026, 11, 10), {}) == []
    assert notices_due(framework, [old], date(2026, 11, 10), {old.id: frozenset({90, 60})})[0].days == 30
    assert notices_due(framework, [old], date(2026, 11, 10), {old.id: frozenset({30})}) == []


def test_a_refresher_renews_an_expired_capability(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=400))
    assert standing(cast).status is Status.EXPIRED
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    assert standing(cast).next_step == "This expired. Ask an assessor to sign this off again at level 4."
    (row,) = [
        each
        for each in queries.list_to_sign(viewer_for(cast.assessor), [db.session.get_one(Person, cast.trainee)])
        if each.standing.capability.code == "D3.1"
    ]
    assert row.standing.is_renewable
    again = make.sign_off(cast.trainee, cast.assessor)
    assert again.snapshot["met"] is False
    assert again.snapshot["renewal"]["met"] is True
    assert standing(cast).status is Status.SIGNED_OFF
