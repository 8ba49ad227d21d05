from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import FrameworkMapping, SignOff
from lms.competencies.rules import Status
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.core.ids import new_id
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.policy import Permission, Role
from tests.factories import competencies as made
from tests.factories import frameworks as make

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
REWORDED = make.reworded("D3.1", title="Asking about suicide", indicator="Asks and listens")


@pytest.fixture
def signed(cast, context):
    """Suicide enquiry, met and signed off under the shipped framework."""
    made.load_framework()
    other = made.another_assessor(cast.trust)
    made.meet_enquiry(cast.trainee, cast.assessor, other)
    return made.sign_off(cast.trainee, cast.assessor).id


@pytest.fixture
def versions(signed, clock):
    """The version signed under and the one that words it anew."""
    older = queries.get_framework().id
    clock.set(clock.moment + timedelta(hours=1))
    make.publish(make.changed(REWORDED))
    return older, queries.get_framework().id


def nurse(cast):
    return viewer_for(cast.consultant_nurse, Permission.FRAMEWORK_MANAGE)


def educator(cast):
    return viewer_for(cast.educator, Permission.FRAMEWORK_REVIEW)


def propose(cast, versions, **changes):
    usual = {"lines": {"D3.1": ["D3.1"]}, "reason": "Only the words changed."}
    return services.propose_mapping(nurse(cast), *versions, **{**usual, **changes})


def approve(cast, mapping, **changes):
    return services.review_mapping(educator(cast), mapping.id, **{"approved": True, **changes})


def page(cast, code="D3.1"):
    viewer = viewer_for(cast.consultant_nurse, Permission.CAPABILITY_READ)
    return queries.get_capability_page(viewer, cast.trainee, code)


def status(cast):
    return page(cast).standing.status


def test_a_signature_under_other_words_counts_only_once_a_second_person_approved(cast, versions):
    assert status(cast) is Status.NOT_STARTED
    assert len(page(cast).set_aside) == 4
    mapping = propose(cast, versions)
    assert status(cast) is Status.NOT_STARTED
    approve(cast, mapping)
    assert status(cast) is Status.SIGNED_OFF
    assert page(cast).set_aside == ()


def test_what_was_signed_keeps_its_words(cast, versions, signed):
    before = db.session.get(SignOff, signed).snapshot
    approve(cast, propose(cast, versions))
    (row,) = page(cast).sign_offs
    assert row.signed_as.name == "D3.1 Suicide enquiry"
    assert page(cast).capability.title == "Asking about suicide"
    assert row.wording == "Signed under an earlier wording. A reviewed mapping says that it counts here."
    db.session.expire_all()
    kept = db.session.get(SignOff, signed)
    assert (kept.snapshot, kept.framework_version_id, kept.capability_code) == (before, versions[0], "D3.1")
    withdrawing = viewer_for(cast.assessor, Permission.CAPABILITY_SIGN_OFF)
    found = queries.get_sign_off(withdrawing, signed, Permission.CAPABILITY_SIGN_OFF)
    assert found.capability == "D3.1 Suicide enquiry"


def test_before_a_mapping_the_page_says_that_the_words_were_others(cast, versions):
    (row,) = page(cast).sign_offs
    assert row.wording == "Signed under an earlier wording. It does not count here unless a reviewed mapping says so."


def test_the_matrix_and_what_waits_to_be_signed_read_by_the_same_mapping(cast, versions):
    viewer = viewer_for(cast.consultant_nurse, Permission.CAPABILITY_READ)
    assert len(queries.get_matrix(viewer, cast.trainee).set_aside) == 4
    approve(cast, propose(cast, versions))
    matrix = queries.get_matrix(viewer, cast.trainee)
    assert matrix.set_aside == ()
    assert matrix.standings["D3.1"].status is Status.SIGNED_OFF


def test_a_mapping_is_used_from_the_moment_it_was_approved(cast, versions, clock):
    mapping = propose(cast, versions)
    before = now()
    clock.set(clock.moment + timedelta(days=1))
    approve(cast, mapping)
    assert queries.load_mappings(known_at=before) == ()
    assert len(queries.load_mappings(known_at=now())) == 1


def test_nobody_reviews_their_own_mapping(cast, versions):
    mapping = propose(cast, versions)
    reviewer = viewer_for(cast.consultant_nurse, Permission.FRAMEWORK_REVIEW)
    with pytest.raises(RuleViolation, match="second person"):
        services.review_mapping(reviewer, mapping.id, approved=True)
    assert queries.list_mappings_waiting(reviewer) == []
    assert [each.row.id for each in queries.list_mappings_waiting(educator(cast))] == [mapping.id]


def test_a_deputy_may_be_the_second_person(cast, versions):
    give_role(None, person_id=cast.stranger, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, cause="Test cast")
    mapping = propose(cast, versions)
    reviewer = viewer_for(cast.stranger, Permission.FRAMEWORK_REVIEW)
    assert services.review_mapping(reviewer, mapping.id, approved=True).role is Role.CONSULTANT_NURSE


def test_a_mapping_is_reviewed_once(cast, versions):
    mapping = propose(cast, versions)
    approve(cast, mapping)
    with pytest.raises(RuleViolation, match="already reviewed"):
        approve(cast, mapping)


def test_a_mapping_that_is_not_approved_needs_a_reason_and_changes_nothing(cast, versions):
    mapping = propose(cast, versions)
    with pytest.raises(RuleViolation) as problem:
        approve(cast, mapping, approved=False)
    assert problem.value.field == "reason"
    approve(cast, mapping, approved=False, reason="The new words ask for more.")
    assert status(cast) is Status.NOT_STARTED
    assert propose(cast, versions).id != mapping.id


def test_a_second_mapping_waits_until_the_first_is_reviewed(cast, versions):
    propose(cast, versions)
    with pytest.raises(RuleViolation, match="waits for its review"):
        propose(cast, versions)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"lines": {}}, "map_D3_1"), ({"reason": " "}, "reason"), ({"reason": "Ask 943 476 5919"}, "reason")],
)
def test_a_mapping_that_cannot_stand_is_refused(cast, versions, changes, field):
    with pytest.raises(RuleViolation) as problem:
        propose(cast, versions, **changes)
    assert problem.value.field == field
    assert db.session.scalars(select(FrameworkMapping)).all() == []


def test_a_mapping_leads_from_an_older_version_to_a_newer_one(cast, versions):
    with pytest.raises(RuleViolation, match="older version to a newer"):
        propose(cast, versions[::-1])
    with pytest.raises(NotFound):
        propose(cast, (versions[0], new_id()))
    with pytest.raises(NotFound):
        propose(cast, (versions[0], versions[0]))


def test_reviewers_and_then_the_proposer_are_told_and_the_ledger_knows(cast, versions):
    mapping = propose(cast, versions)
    approve(cast, mapping)
    told = set(db.session.execute(select(Notice.person_id, Notice.text).where(Notice.url.contains("framework"))))
    waits = "A mapping of the competency framework waits for review"
    assert told == {
        (cast.educator, waits),
        (cast.educator_b, waits),
        (cast.consultant_nurse, "Your mapping of the competency framework was approved"),
    }
    events = db.session.scalars(select(LedgerEntry.event).where(LedgerEntry.event.startswith("framework"))).all()
    assert sorted(events) == ["framework.mapping-proposed", "framework.mapping-reviewed"]


def test_only_reviewers_read_a_mapping_and_see_how_much_was_signed(cast, versions):
    mapping = propose(cast, versions)
    trainee = viewer_for(cast.trainee, Permission.CAPABILITY_READ)
    with pytest.raises(NotFound):
        queries.get_mapping(trainee, mapping.id)
    assert queries.list_mappings_waiting(trainee) == []
    assert {(row.assessments, row.sign_offs) for row in queries.list_versions(trainee)} == {(0, 0)}
    newer, older = queries.list_versions(educator(cast))
    assert (older.id, older.assessments, older.sign_offs, older.is_current) == (versions[0], 3, 1, False)
    assert (newer.id, newer.assessments, newer.sign_offs, newer.is_current) == (versions[1], 0, 0, True)
    assert len(older.published) == 1


def test_two_versions_are_compared_whichever_is_named_first(cast, versions):
    viewer = viewer_for(cast.trainee, Permission.CAPABILITY_READ)
    for pair in (versions, versions[::-1]):
        found = queries.get_comparison(viewer, *pair)
        assert (found.older.id, found.newer.id) == versions
        assert [each.code for each in found.to_map] == ["D3.1"]


def test_a_trainee_keeps_what_was_signed_where_only_the_rule_changed(cast, signed, clock):
    clock.set(clock.moment + timedelta(hours=1))
    make.publish(make.changed(make.reworded("D3.1", review_months=6)))
    assert status(cast) is Status.SIGNED_OFF
    assert page(cast).set_aside == ()
