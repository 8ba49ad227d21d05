from datetime import timedelta

import pytest
from sqlalchemy import event, select

from lms.audit.services import keep_text, record
from lms.competencies import models, queries, services
from lms.competencies.rules import Rung, Status
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import list_trainees
from lms.identity.services import viewer_for
from lms.policy import Permission, Role
from tests.factories import competencies as make
from tests.factories.sign_offs import withdraw

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def content(cast, context):
    make.load_framework()


@pytest.fixture
def other(cast, content):
    return make.another_assessor(cast.trust)


def everybody():
    return select(Person.id)


class Statements:
    def __enter__(self):
        self.found = []
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def _note(self, connection, cursor, statement, *rest):
        self.found.append(statement)

    def __exit__(self, *rest):
        event.remove(db.engine, "before_cursor_execute", self._note)

    def __len__(self):
        return len(self.found)


def count(work):
    db.session.rollback()
    with Statements() as seen:
        work()
    return len([each for each in seen.found if each.lstrip().upper().startswith(("SELECT", "WITH"))])


def raise_concern(person_id, trainee_id, rung=Rung.RECORDED):
    return services.raise_concern(
        viewer_for(person_id, Permission.CONCERN_RAISE), trainee_id, rung=rung, text="Left before the plan was agreed."
    )


def correct(first, level):
    """Supersede an assessment as a correction does."""
    with transaction() as session:
        row = models.Assessment(
            **{
                name: getattr(first, name)
                for name in (
                    *("trainee_id", "assessor_id", "role", "identity_grade", "form_kind", "form_version_id"),
                    *("framework_version_id", "setting", "observed_on", "is_simulated", "seen_as"),
                )
            },
            supersedes_id=first.id,
            reason=keep_text("The wrong level was ticked."),
        )
        session.add(row)
        session.flush()
        rating = models.AssessmentRating(assessment_id=row.id, capability_code="D3.1", level=level)
        session.add(rating)
        record(None, "content.synced", row, rating, about=first.trainee_id)
    return row


def test_facts_are_loaded_as_known_at_a_moment(cast, content, other, clock):
    before = now()
    clock.set(before + timedelta(minutes=1))
    first = make.assess(cast.trainee, cast.assessor, {"D3.1": 4})
    known_then = now()
    clock.set(known_then + timedelta(days=1))
    correct(first, 2)

    def levels(known_at):
        found = queries.load_assessments(everybody(), known_at=known_at).get(cast.trainee, [])
        return [each.ratings["D3.1"] for each in found]

    assert levels(before) == []
    assert levels(known_then) == [4]
    assert levels(now()) == [2]


def test_sign_offs_and_their_withdrawals_are_loaded_as_known_at_a_moment(cast, content, other, clock):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    row = make.sign_off(cast.trainee, cast.assessor)
    signed_at = now()
    clock.set(signed_at + timedelta(days=1))
    withdraw(cast.assessor, other, row.id)
    (then,) = queries.load_sign_offs(everybody(), known_at=signed_at)[cast.trainee]
    (later,) = queries.load_sign_offs(everybody(), known_at=now())[cast.trainee]
    assert (then.withdrawn_on, later.withdrawn_on) == (None, today())
    assert then.assessor_name == "Asha Patel"


def test_concerns_and_their_steps_are_loaded_as_known_at_a_moment(cast, content, clock):
    concern = raise_concern(cast.consultant_nurse, cast.trainee)
    raised_at = now()
    clock.set(raised_at + timedelta(days=1))
    services.move_concern(viewer_for(cast.consultant_nurse), concern.id, rung=Rung.ACTION_PLAN, reason="Twice.")
    (then,) = queries.load_concerns(everybody(), known_at=raised_at)[cast.trainee]
    (later,) = queries.load_concerns(everybody(), known_at=now())[cast.trainee]
    assert (then.blocks(today()), later.blocks(today())) == (False, True)


def test_each_loader_takes_one_or_two_statements_however_many_rows(cast, content, other):
    loaders = (queries.load_assessments, queries.load_sign_offs, queries.load_concerns)
    for _ in range(2):
        make.assess(cast.trainee, cast.assessor, {"D3.1": 4, "D4.1": 3})
        make.assess(cast.trainee_b, other, {"D3.1": 4})
        raise_concern(cast.consultant_nurse, cast.trainee)
        assert [count(lambda load=load: load(everybody(), known_at=now())) for load in loaders] == [6, 1, 1]


def test_pages_take_the_same_number_of_statements_with_more_rows(cast, content, other):
    viewer, assessor = viewer_for(cast.trainee), viewer_for(cast.assessor)
    pages = (
        lambda: queries.get_matrix(viewer, cast.trainee),
        lambda: queries.get_capability_page(viewer, cast.trainee, "D3.1"),
        lambda: queries.list_own_requests(viewer),
        lambda: queries.list_waiting(assessor),
        lambda: queries.list_concerns(viewer_for(cast.consultant_nurse)),
    )
    make.ask(cast.trainee, cast.assessor)
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    make.sign_off(cast.trainee, cast.assessor)
    raise_concern(cast.consultant_nurse, cast.trainee)
    few = [count(page) for page in pages]
    for code in ("D1.1", "D1.2", "D1.3", "D1.4", "D1.5"):
        make.ask(cast.trainee, cast.assessor, codes=[code])
        make.assess(cast.trainee, other, {"D3.1": 5, "D4.1": 3, "D5.4": None})
        raise_concern(cast.consultant_nurse, cast.trainee_b)
    assert [count(page) for page in pages] == few
    assert max(few) <= 20


def to_sign(viewer):
    trainees = list_trainees(viewer, Permission.CAPABILITY_SIGN_OFF)
    return queries.list_to_sign(viewer, trainees, queries.load_to_sign(viewer))


def test_what_is_met_and_not_signed_off_waits_for_those_who_may_sign(cast, content, other):
    assessor = viewer_for(cast.assessor)
    assert to_sign(assessor) == []
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    make.assess(cast.trainee, cast.assessor, {"D4.1": 4})
    (row,) = to_sign(assessor)
    assert (row.trainee_name, row.standing.capability.code) == ("Amina Yusuf", "D3.1")
    assert to_sign(viewer_for(cast.stranger)) == []
    make.meet_enquiry(cast.trainee, cast.assessor, other, level=5)
    make.sign_off(cast.trainee, cast.assessor)
    assert to_sign(assessor) == []


def test_a_list_of_what_is_met_takes_the_same_number_of_statements_with_more_rows(cast, content, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other)
    few = count(lambda: to_sign(viewer_for(cast.assessor)))
    make.meet_enquiry(cast.trainee_b, cast.assessor, other)
    assert len(to_sign(viewer_for(cast.assessor))) == 2
    assert count(lambda: to_sign(viewer_for(cast.assessor))) == few


def test_the_matrix_shows_every_capability_at_the_level_of_the_award(cast, content, other):
    make.meet_enquiry(cast.trainee, cast.assessor, other, level=3)
    page = queries.get_matrix(viewer_for(cast.trainee), cast.trainee)
    assert len(page.standings) == 36
    enquiry = page.standings["D3.1"]
    assert (enquiry.level, enquiry.status, enquiry.result.reached) == (4, Status.IN_PROGRESS, 3)
    assert page.counts == {Status.NOT_STARTED: 35, Status.IN_PROGRESS: 1}
    lower = queries.get_capability_page(viewer_for(cast.trainee), cast.trainee, "D3.1", level=3)
    assert lower.standing.status is Status.MET


@pytest.mark.parametrize("name", ["stranger", "educator_b", "trainee_b", "supervisor", "administrator", "assessor"])
def test_outside_the_scope_there_is_nothing_to_see(cast, content, name):
    viewer = viewer_for(getattr(cast, name))
    with pytest.raises(NotFound):
        queries.get_matrix(viewer, cast.trainee)
    with pytest.raises(NotFound):
        queries.get_capability_page(viewer, cast.trainee, "D3.1")


@pytest.mark.parametrize("name", ["trainee", "educator", "consultant_nurse"])
def test_those_who_may_see_a_trainee_read_their_assessments(cast, content, name):
    made = make.assess(cast.trainee, cast.assessor, {"D3.1": 4, "D4.1": None})
    page = queries.get_assessment(viewer_for(getattr(cast, name)), made.id)
    assert [(code, level) for _, code, level in page.ratings] == [("D3.1", 4), ("D4.1", None)]
    assert page.row.went_well.text == "Asked directly and listened."
    with pytest.raises(NotFound):
        queries.get_assessment(viewer_for(cast.educator_b), made.id)


def test_a_role_at_another_university_gives_no_right_here(cast, content):
    from lms.identity.services import give_role

    give_role(None, person_id=cast.educator, role=Role.EXTERNAL_EXAMINER, scope_id=cast.university_b, cause="Test")
    viewer = viewer_for(cast.educator)
    queries.get_matrix(viewer, cast.trainee)
    with pytest.raises(NotFound):
        queries.get_matrix(viewer, cast.trainee_b)


def who_sees(cast, concern):
    found = set()
    for name in ("consultant_nurse", "educator", "educator_b", "assessor", "supervisor", "administrator", "trainee"):
        viewer = viewer_for(getattr(cast, name))
        listed = concern.id in {row.fact.id for row in queries.list_concerns(viewer)}
        try:
            queries.get_concern(viewer, concern.id)
        except NotFound:
            assert not listed
        else:
            assert listed
            found.add(name)
    return found


def test_a_concern_is_seen_by_the_consultant_nurse_and_who_raised_it(cast, content):
    make.ask(cast.trainee, cast.assessor)
    concern = raise_concern(cast.assessor, cast.trainee)
    assert who_sees(cast, concern) == {"consultant_nurse", "assessor"}


def test_the_university_sees_a_concern_from_the_action_plan_up(cast, content):
    concern = raise_concern(cast.consultant_nurse, cast.trainee)
    assert who_sees(cast, concern) == {"consultant_nurse"}
    services.move_concern(viewer_for(cast.consultant_nurse), concern.id, rung=Rung.ACTION_PLAN, reason="Twice.")
    assert who_sees(cast, concern) == {"consultant_nurse", "educator"}


def test_an_educator_sees_the_recorded_concern_they_raised(cast, content):
    concern = raise_concern(cast.educator, cast.trainee)
    assert who_sees(cast, concern) == {"consultant_nurse", "educator"}


def test_requests_are_read_by_the_two_they_concern(cast, content, other):
    request = make.ask(cast.trainee, cast.assessor)
    assert queries.get_own_request(viewer_for(cast.trainee), request.id).assessor_name == "Asha Patel"
    for person_id in (cast.trainee_b, cast.consultant_nurse):
        with pytest.raises(NotFound):
            queries.get_own_request(viewer_for(person_id), request.id)
    with pytest.raises(NotFound):
        queries.get_asked_request(viewer_for(other), request.id)


def test_the_framework_is_the_one_in_force_at_the_moment_asked_about(cast, content, clock):
    first = queries.get_framework()
    assert queries.get_framework(known_at=now()).id == first.id
    with pytest.raises(NotFound):
        queries.get_framework(known_at=now() - timedelta(days=1))
