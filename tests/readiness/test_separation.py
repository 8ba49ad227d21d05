"""Whoever signed off does not authorise, and the board shows sign-offs that are looked at again."""

from datetime import date, timedelta

import pytest

from lms.audit.services import keep_text, record
from lms.competencies.models import SignOff, SignOffWithdrawal
from lms.competencies.rules import Capability, FormKind, Part, Rule
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.policy import Role
from lms.readiness import services
from lms.readiness.rules import Decision, Supervision, check_separate, separation_words
from lms.readiness.rules.capability import capability_result
from lms.signing.rules import IdentityGrade
from tests.factories import readiness as make
from tests.factories.evidence import ANA, BEN, seen

both = pytest.mark.both_databases
LATEST = Rule("D3.1", (Part(2, (FormKind.MINI_CEX,)),), latest=2, window_months=12)
CAPABILITY = Capability("D3.1", "Suicide enquiry", "Asks directly", "D3", ("clinical",), ("SHSP",), True, 12, LATEST)


def add_sign_off(trainee_id, assessor_id, *, days_ago, code="D2.5"):
    """A sign-off as it would have been made so many days ago."""
    version, day = make.framework_version(), today() - timedelta(days=days_ago)
    with transaction() as session:
        row = SignOff(
            trainee_id=trainee_id,
            capability_code=code,
            framework_version_id=version.id,
            assessor_id=assessor_id,
            role=Role.ASSESSOR,
            identity_grade=IdentityGrade.ACCOUNT,
            level=4,
            decided_on=day,
            rules_version="test",
            snapshot={},
            recorded_at=make.at(day),
        )
        session.add(row)
        session.flush()
        record(None, "sign-off.recorded", row, about=trainee_id)
        return row.id


def withdraw(sign_off_id, by_id, trainee_id):
    with transaction() as session:
        row = SignOffWithdrawal(
            sign_off_id=sign_off_id,
            by_id=by_id,
            role=Role.ASSESSOR,
            withdrawn_on=today(),
            reason=keep_text("Signed for the wrong person."),
        )
        session.add(row)
        record(None, "sign-off.withdrawn", row, about=trainee_id)


def decide(cast, decision=Decision.AUTHORISE):
    return services.decide(
        make.viewer(cast.consultant_nurse),
        cast.trainee,
        make.SETTING,
        decision=decision,
        supervision=Supervision.ALONE_WITH_ADVICE if decision is Decision.AUTHORISE else None,
        reason="Seen at work for a month.",
        valid_until=today() + timedelta(days=200),
    )


@pytest.fixture
def ready(cast, context):
    make.load_content()
    make.make_ready(cast.trainee, cast, make.make_site())


def test_the_refusal_names_what_was_signed_and_says_who_decides():
    words = separation_words(["D1.1 A", "D1.2 B", "D1.3 C", "D1.4 D", "D1.5 E"])
    assert words.startswith("You signed off D1.1 A, D1.2 B, D1.3 C and 2 more of this person.")
    assert "another consultant nurse or a deputy decides" in words
    assert separation_words([]) == ""
    check_separate(decision=Decision.AUTHORISE, signed=[])
    check_separate(decision=Decision.RESTRICT, signed=["D1.1 A"])
    with pytest.raises(RuleViolation) as refused:
        check_separate(decision=Decision.AUTHORISE, signed=["D1.1 A"])
    assert refused.value.field == "decision"


@both
def test_whoever_signed_off_cannot_authorise_but_may_defer(cast, ready):
    add_sign_off(cast.trainee, cast.consultant_nurse, days_ago=20)
    with pytest.raises(RuleViolation, match="You signed off D2.5 Physical health inequality of this person"):
        decide(cast)
    assert decide(cast, Decision.DEFER).decision is Decision.DEFER


@both
def test_a_sign_off_of_somebody_else_or_one_renewed_since_stands_in_nobodys_way(cast, ready):
    add_sign_off(cast.trainee, cast.consultant_nurse, days_ago=20)
    add_sign_off(cast.trainee, cast.assessor, days_ago=10)
    add_sign_off(cast.trainee_b, cast.consultant_nurse, days_ago=10)
    assert decide(cast).decision is Decision.AUTHORISE


@both
def test_a_sign_off_that_was_withdrawn_or_has_expired_stands_in_nobodys_way(cast, ready):
    withdraw(add_sign_off(cast.trainee, cast.consultant_nurse, days_ago=20), cast.assessor, cast.trainee)
    add_sign_off(cast.trainee, cast.consultant_nurse, days_ago=800, code="D2.4")
    assert decide(cast).decision is Decision.AUTHORISE


def test_the_page_says_so_before_anything_is_typed(app, cast, sign_in):
    with app.app_context():
        make.load_content()
        make.make_ready(cast.trainee, cast, make.make_site())
        add_sign_off(cast.trainee, cast.consultant_nurse, days_ago=20)
    page = sign_in("consultant_nurse").get(f"/trainees/{cast.trainee}/readiness/{make.SETTING}/decide").text
    assert "Whoever signs off cannot be the one who authorises" in page


def test_the_board_shows_a_sign_off_that_is_looked_at_again(app, cast, sign_in, clock):
    with app.app_context():
        make.load_content()
        make.make_ready(cast.trainee, cast, make.make_site())
        add_sign_off(cast.trainee, cast.assessor, days_ago=20)
    client = sign_in("consultant_nurse")
    assert "Sign-offs looked at again" not in client.get("/readiness").text
    with app.app_context():
        make.add_assessment(cast.trainee, cast.stranger, on=today() - timedelta(days=2), level=1)
    page = client.get("/readiness").text
    assert "Sign-offs looked at again: 1" in page
    assert "D2.5 Physical health inequality" in page
    assert "2 December 2026" in page
    assert "Asha Patel" in page
    clock.set(clock() + timedelta(days=20))
    assert "Overdue" in sign_in("consultant_nurse").get("/readiness").text


def test_a_low_rating_among_the_latest_lapses_a_critical_capability_from_its_day():
    pieces = [seen(ANA, date(2026, 5, 4), 4), seen(BEN, date(2026, 7, 6), 4), seen(ANA, date(2026, 9, 7), 1)]
    result = capability_result(CAPABILITY, pieces, [], level=4, sign_off=False, on=date(2026, 11, 1))
    assert (result.met, result.restricts_from) == (False, date(2026, 9, 7))
