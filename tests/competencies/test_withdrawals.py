"""A sign-off is taken back by two people, or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import SignOffWithdrawal
from lms.competencies.rules import Status
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories.sign_offs import decider, propose, withdraw

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def other(cast, context):
    make.load_framework()
    return make.another_assessor(cast.trust)


@pytest.fixture
def signed(cast, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    return make.sign_off(cast.trainee, cast.assessor).id


def page(cast):
    return queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1")


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def entries(event):
    return db.session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.event == event))


def test_a_sign_off_stands_while_a_withdrawal_is_only_proposed(cast, other, signed):
    propose(other, signed)
    found = page(cast)
    assert found.standing.status is Status.SIGNED_OFF
    assert found.standing.sign_off.withdrawal_proposed_on == today()
    assert [(each.words, each.reason) for each in found.sign_offs[0].said] == [
        ("Withdrawal proposed", "Signed for the wrong person.")
    ]
    words = "proposes to withdraw the sign-off of D3.1 Suicide enquiry"
    for person_id in (cast.trainee, cast.assessor, cast.consultant_nurse):
        assert words in notices(person_id)[-1]
    assert entries("sign-off.withdrawal-proposed") == 1


@pytest.mark.parametrize("second", ["assessor", "consultant_nurse"])
def test_a_second_person_confirms_and_what_was_signed_stays_on_record(cast, other, signed, second):
    row = withdraw(other, getattr(cast, second), signed)
    assert row.role is (Role.ASSESSOR if second == "assessor" else Role.CONSULTANT_NURSE)
    found = page(cast)
    assert found.standing.status is Status.MET
    assert [each.words for each in found.sign_offs[0].said] == ["Withdrawal proposed", "Withdrawn"]
    assert "confirmed that the sign-off" in notices(cast.trainee)[-1]
    assert entries("sign-off.withdrawn") == 1
    with pytest.raises(RuleViolation, match="already withdrawn"):
        propose(other, signed)


def test_a_second_person_declines_and_the_sign_off_goes_on_standing(cast, other, signed):
    propose(other, signed)
    services.decline_withdrawal(decider(cast.consultant_nurse), signed, reason="The ratings carry it.")
    found = page(cast)
    assert found.standing.status is Status.SIGNED_OFF
    assert found.standing.sign_off.withdrawal_proposed_on is None
    assert [each.words for each in found.sign_offs[0].said] == ["Withdrawal proposed", "Withdrawal declined"]
    assert "declined to withdraw" in notices(other)[-1]
    propose(other, signed, reason="Something new was seen.")
    services.confirm_withdrawal(decider(cast.assessor), signed, reason="So it is.")
    assert page(cast).standing.status is Status.MET


def test_whoever_proposed_cannot_be_the_second_person(cast, other, signed):
    propose(other, signed)
    for answer in (services.confirm_withdrawal, services.decline_withdrawal):
        with pytest.raises(RuleViolation, match="You proposed this"):
            answer(decider(other), signed, reason="I am sure.")
    assert db.session.scalar(select(func.count(SignOffWithdrawal.id))) == 0


def test_a_withdrawal_is_proposed_once_and_with_a_reason(cast, other, signed):
    with pytest.raises(RuleViolation, match="Say why") as problem:
        propose(other, signed, reason=" ")
    assert problem.value.field == "reason"
    propose(other, signed)
    with pytest.raises(RuleViolation, match="proposed this already"):
        propose(cast.assessor, signed)


def test_nobody_else_proposes_or_answers(cast, other, signed):
    with pytest.raises(NotFound):
        propose(cast.stranger, signed)
    with pytest.raises(NotFound):
        services.confirm_withdrawal(decider(cast.consultant_nurse), signed, reason="Nothing was proposed.")
    propose(other, signed)
    with pytest.raises(NotFound):
        services.confirm_withdrawal(decider(cast.stranger), signed, reason="I was not asked.")


def test_a_withdrawn_renewal_leaves_the_earlier_sign_off_until_its_own_date(cast, other, signed, clock):
    clock.set(clock() + timedelta(days=300))
    make.ask(cast.trainee, cast.assessor, codes=["D1.1"])
    renewal = make.sign_off(cast.trainee, cast.assessor).id
    withdraw(cast.assessor, cast.consultant_nurse, renewal)
    standing = page(cast).standing
    assert (standing.holds, standing.sign_off.id) == (True, signed)


def test_proposals_wait_for_those_who_see_the_trainee(cast, other, signed):
    propose(other, signed)
    for person_id in (cast.assessor, other, cast.consultant_nurse):
        (row,) = queries.list_proposals(decider(person_id))
        assert (row.sign_off_id, row.by_id, row.trainee_name) == (signed, other, "Amina Yusuf")
    assert queries.list_proposals(decider(cast.stranger)) == []
    services.confirm_withdrawal(decider(cast.assessor), signed, reason="So it is.")
    assert queries.list_proposals(decider(other)) == []


@pytest.mark.parametrize("who", ["supervisor", "educator", "trainee"])
def test_other_roles_cannot_withdraw(cast, other, signed, who):
    assert not viewer_for(getattr(cast, who)).may(Permission.SIGN_OFF_WITHDRAW)
