"""Who signs off, what a later lower rating opens, and the notices before a review falls due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, rules, services
from lms.competencies.models import SentReviewNotice, SignOff
from lms.competencies.rules import Status, notices_due, open_reviews
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
from tests.factories import frameworks
from tests.factories import placements as places
from tests.factories.evidence import ANA, CAT, TRAINEE, seen, signed
from tests.factories.sign_offs import accept, claim, decider
from tests.factories.supervision import name
from tests.statements import count_statements

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
    texts = db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id))
    return [text for text in texts if about in text]


def low(cast, other, level=2):
    return make.assess(cast.trainee, other, {"D3.1": level, "D4.1": level})


def standing(cast):
    return queries.get_matrix(viewer_for(cast.trainee), cast.trainee).standings["D3.1"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"assessor_id": TRAINEE}, "own capability", id="oneself"),
        pytest.param({"is_supervisor": True}, "You supervise this trainee now", id="a supervisor"),
        pytest.param({"is_consultant_nurse": True}, "decides about authorisations", id="a consultant nurse"),
    ],
)
def test_some_people_sign_off_nothing(changes, words):
    usual = {"assessor_id": CAT, "trainee_id": TRAINEE, "is_consultant_nurse": False, "is_supervisor": False}
    assert rules.why_no_signer(**usual) == ""
    assert words in rules.why_no_signer(**{**usual, **changes})


def test_an_assessor_who_is_a_deputy_consultant_nurse_signs_off_nothing(cast, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    give_role(None, person_id=other, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, cause="Deputy")
    with pytest.raises(RuleViolation, match="or a deputy"):
        make.sign_off(cast.trainee, other)
    assert db.session.scalar(select(func.count(SignOff.id))) == 0


@pytest.mark.parametrize("by_shift", [True, False], ids=["named in a shift", "co-ordinating"])
def test_whoever_supervises_the_trainee_now_decides_about_none_of_their_capabilities(cast, other, clock, by_shift):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    asked, assessor = claim(cast.trainee, cast.assessor, code="D1.1"), viewer_for(cast.assessor)

    def offered():
        codes = [row.standing.capability.code for row in to_sign(cast)]
        return codes, [row.id for row in queries.list_claims_waiting(assessor)]

    assert offered() == (["D3.1"], [asked.id])
    if by_shift:
        site_id = places.add_site().id
        give_role(None, person_id=cast.assessor, role=Role.SUPERVISOR, scope_id=site_id, cause="Also supervises")
        places.log(cast.trainee, site_id, cast.assessor)
    else:
        name(cast, cast.assessor)
    assert offered() == ([], [])
    assert cast.assessor not in {each.id for each in queries.list_deciders(cast.trainee)}
    for decide in (lambda: make.sign_off(cast.trainee, cast.assessor), lambda: accept(cast.assessor, asked.id)):
        with pytest.raises(RuleViolation, match="You supervise this trainee now"):
            decide()
    if by_shift:
        clock.set(clock() + timedelta(days=29))
    else:
        name(cast, cast.supervisor)
    assert offered() == (["D3.1"], [asked.id])
    make.sign_off(cast.trainee, cast.assessor)
    accept(cast.assessor, asked.id)


def test_a_review_is_not_for_a_signer_who_supervises_the_trainee_now(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=10))
    low(cast, other)
    name(cast, cast.assessor)
    who = {person_id: queries.list_reviews(decider(person_id))[0].may_decide for person_id in (cast.assessor, other)}
    assert who == {cast.assessor: False, other: True}
    assert not queries.list_reviews(decider(cast.consultant_nurse))[0].may_decide
    with pytest.raises(RuleViolation, match="You supervise this trainee now"):
        services.review_sign_off(viewer_for(cast.assessor), signed_off, reason="One hard call.")


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


def test_the_two_weeks_begin_on_the_london_day_the_rating_was_recorded():
    framework = framework_from(make.framework_items()[0].body)
    late = seen(ANA, date(2026, 10, 1), 2, recorded_at=datetime(2026, 10, 21, 23, 30, tzinfo=UTC))
    soon = seen(ANA, date(2026, 10, 2), 2)
    for pieces, due in (([late], date(2026, 11, 5)), ([late, soon], date(2026, 10, 16))):
        (review,) = open_reviews(framework, pieces, [signed(date(2026, 9, 1))], date(2026, 10, 22))
        assert review.due == due


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


def test_a_sign_off_is_announced_by_the_names_it_is_read_under(cast, other, signed_off, clock):
    older = queries.get_framework().id
    clock.set(clock() + timedelta(days=365 - 90))
    split = frameworks.with_copy("D3.1", "D3.6", title="Asking"), frameworks.with_copy("D3.1", "D3.7", title="Hearing")
    frameworks.publish(frameworks.changed(*split, frameworks.without("D3.1")))
    assert services.send_review_notices() == 0
    mapping = services.propose_mapping(
        viewer_for(cast.consultant_nurse, Permission.FRAMEWORK_MANAGE),
        older,
        queries.get_framework().id,
        lines={"D3.1": ["D3.6", "D3.7"]},
        reason="Two capabilities in one.",
    )
    services.review_mapping(viewer_for(cast.educator, Permission.FRAMEWORK_REVIEW), mapping.id, approved=True)
    assert [services.send_review_notices(), services.send_review_notices()] == [2, 0]
    for capability in ("D3.6 Asking", "D3.7 Hearing"):
        assert len(notices(cast.trainee, f"Your sign-off of {capability} ends on 18 November 2027")) == 1


def test_looking_for_notices_costs_the_same_for_two_trainees_and_for_one(app, cast, other, signed_off, clock):
    def cost():
        with count_statements(app) as sent:
            assert services.send_review_notices() == 0
        return len(sent)

    one = cost()
    make.meet_enquiry(cast.trainee_b, cast.assessor, other)
    make.sign_off(cast.trainee_b, cast.assessor)
    assert cost() == one


def test_a_renewal_and_a_withdrawal_end_the_notices():
    framework = framework_from(make.framework_items()[0].body)
    old, new = signed(date(2025, 12, 1)), signed(date(2026, 11, 1))
    assert [each.days for each in notices_due(framework, [old], date(2026, 11, 10), {})] == [30]
    assert notices_due(framework, [old, new], date(2026, 11, 10), {}) == []
    gone = signed(date(2025, 12, 1), withdrawn_on=date(2026, 10, 1))
    assert notices_due(framework, [gone], date(2026, 11, 10), {}) == []
    assert notices_due(framework, [old], date(2026, 11, 10), {(old.id, "D3.1"): frozenset({90, 60})})[0].days == 30
    assert notices_due(framework, [old], date(2026, 11, 10), {(old.id, "D3.1"): frozenset({30})}) == []


def to_sign(cast):
    viewer = viewer_for(cast.assessor)
    return queries.list_to_sign(viewer, [db.session.get_one(Person, cast.trainee)], queries.load_to_sign(viewer))


def test_a_refresher_renews_an_expired_capability(cast, other, signed_off, clock):
    clock.set(clock() + timedelta(days=400))
    assert standing(cast).status is Status.EXPIRED
    make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    assert standing(cast).next_step == "This expired. Ask an assessor to sign this off again at level 4."
    (row,) = [each for each in to_sign(cast) if each.standing.capability.code == "D3.1"]
    assert row.standing.is_renewable
    again = make.sign_off(cast.trainee, cast.assessor)
    assert again.snapshot["met"] is False
    assert again.snapshot["renewal"]["met"] is True
    assert standing(cast).status is Status.SIGNED_OFF
