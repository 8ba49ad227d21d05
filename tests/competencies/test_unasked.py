"""What somebody begins to assess unasked is theirs alone until they have signed it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.competencies import queries, services
from lms.competencies.models import AssessmentDraft, AssessmentRequestStep
from lms.competencies.rules import FormKind, RequestState, StepKind, check_throw_away, check_was_asked
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.core.ids import new_id
from lms.home.queries import count_all_waiting, get_trainee_home
from lms.identity.services import viewer_for
from lms.notifications.models import Mail, Notice
from lms.policy import Permission
from tests.factories import competencies as make
from tests.factories.feedback import let_supervise

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def content(cast, context):
    make.load_framework()


def supervisor_of(cast):
    return viewer_for(cast.supervisor, Permission.ASSESSMENT_COMPLETE)


@pytest.fixture
def begun(cast, content):
    let_supervise(cast.supervisor, cast.trainee)
    return services.start_assessment(
        supervisor_of(cast),
        cast.trainee,
        codes=["D4.1"],
        setting="joint-response-car",
        seen_on=today(),
        form_kind=FormKind.DIRECT_OBSERVATION,
    )


def told(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id)))


def sign(request):
    return make.complete(request, {"D4.1": 3}, answers={"stopped": False})


def test_the_trainee_sees_nothing_of_what_is_begun(cast, begun, clock):
    trainee = viewer_for(cast.trainee)
    services.save_draft(supervisor_of(cast), begun.id, version=0, body={"went_well": "Calm"})
    for _ in ("while it waits", "once it has ended"):
        assert queries.list_own_requests(trainee) == []
        home = get_trainee_home(trainee)
        assert (home.requests, home.in_vain, home.asked) == ([], [], frozenset())
        assert count_all_waiting(trainee).lines == []
        for act in (queries.get_own_request, queries.get_asked_before, services.cancel_request, services.show_link):
            with pytest.raises(NotFound):
                act(trainee, begun.id)
        clock.set(clock() + timedelta(days=15))
    assert told(cast.trainee) == []
    assert db.session.scalar(select(func.count(Mail.id))) == 0


def test_the_trainee_may_ask_for_the_same_without_hearing_of_it(cast, content):
    make.assess(cast.trainee, cast.assessor, {"D3.1": 3})
    services.start_assessment(
        viewer_for(cast.assessor, Permission.ASSESSMENT_COMPLETE),
        cast.trainee,
        codes=["D4.1"],
        setting="joint-response-car",
        seen_on=today(),
    )
    make.ask(cast.trainee, cast.assessor, codes=["D4.1"])


def test_once_signed_the_trainee_reads_who_wrote_it_and_cannot_ask_it_again(cast, begun):
    made = sign(begun)
    trainee = viewer_for(cast.trainee)
    [row] = queries.list_own_requests(trainee)
    assert (row.is_unasked, row.state, row.assessment_id) == (True, RequestState.COMPLETED, made.id)
    assert queries.get_own_request(trainee, begun.id).id == begun.id
    assert told(cast.trainee) == [f"{row.assessor_name} saw your work and wrote an assessment"]
    with pytest.raises(NotFound):
        queries.get_asked_before(trainee, begun.id)


def test_who_signs_off_counts_no_request_that_nobody_made(cast, begun):
    def counted():
        return queries.get_capability_page(viewer_for(cast.consultant_nurse), cast.trainee, "D4.1").requests

    assert not counted()
    services.throw_away(supervisor_of(cast), begun.id)
    assert not counted()


def test_whoever_began_it_throws_it_away_and_nobody_is_told(cast, begun):
    actor = supervisor_of(cast)
    services.save_draft(actor, begun.id, version=0, body={"went_well": "Calm"})
    services.throw_away(actor, begun.id)
    step = db.session.scalars(select(AssessmentRequestStep)).one()
    assert (step.step, step.by_id, step.role) == (StepKind.CANCELLED, cast.supervisor, begun.role)
    assert db.session.scalars(select(AssessmentDraft)).one().body == {}
    assert db.session.scalar(select(func.count(Notice.id))) == 0
    assert (queries.list_waiting(actor), queries.list_waiting_in_short(actor)) == ([], [])
    assert queries.count_waiting(actor) == 0
    with pytest.raises(RuleViolation, match="cancelled"):
        services.throw_away(actor, begun.id)
    with pytest.raises(RuleViolation, match="cancelled"):
        sign(begun)


def test_only_whoever_began_it_throws_it_away(cast, begun):
    for person_id in (cast.educator, cast.consultant_nurse, cast.trainee):
        with pytest.raises(NotFound):
            services.throw_away(viewer_for(person_id), begun.id)
    asked = make.ask(cast.trainee, cast.assessor)
    with pytest.raises(RuleViolation, match="without being asked"):
        services.throw_away(viewer_for(cast.assessor), asked.id)


def test_what_is_signed_is_not_thrown_away(cast, begun):
    sign(begun)
    with pytest.raises(RuleViolation, match="completed"):
        services.throw_away(supervisor_of(cast), begun.id)


def test_what_nobody_asked_for_is_neither_declined_nor_passed_on(cast, begun):
    actor = supervisor_of(cast)
    with pytest.raises(RuleViolation, match="throw it away"):
        services.decline_request(actor, begun.id, reason="I was not there.")
    with pytest.raises(RuleViolation, match="throw it away"):
        services.pass_on(actor, begun.id, to_id=cast.assessor)
    assert (told(cast.trainee), told(cast.assessor)) == ([], [])


def test_what_waits_is_listed_in_short_for_whoever_began_it(cast, begun, clock):
    actor = supervisor_of(cast)
    [row] = queries.list_waiting_in_short(actor)
    assert (row.id, row.trainee_name, row.is_unasked, row.recorded_at) == (
        begun.id,
        "Amina Yusuf",
        True,
        begun.recorded_at,
    )
    assert queries.count_waiting(actor) == 1
    assert count_all_waiting(actor).lines == ["1 assessment you began and have not sent"]
    clock.set(clock() + timedelta(days=15))
    assert queries.list_waiting_in_short(actor) == []


def test_what_was_asked_is_listed_in_short_too(cast, content):
    asked = make.ask(cast.trainee, cast.assessor)
    [row] = queries.list_waiting_in_short(viewer_for(cast.assessor))
    assert (row.id, row.is_unasked) == (asked.id, False)
    assert queries.list_waiting_in_short(viewer_for(cast.stranger)) == []


def test_the_day_of_the_work_is_not_after_the_day_it_was_begun(cast, begun):
    with pytest.raises(RuleViolation, match="on or before the day you began this"):
        make.complete(begun, {"D4.1": 3}, answers={"stopped": False}, observed_on=today() + timedelta(days=1))


@pytest.mark.parametrize("state", RequestState)
def test_only_what_waits_is_thrown_away(state):
    person_id = new_id()
    facts = {"actor_id": person_id, "began_by": person_id, "is_unasked": True, "state": state}
    if state.is_waiting:
        check_throw_away(**facts)
    else:
        with pytest.raises(RuleViolation, match="no longer waits"):
            check_throw_away(**facts)
    for changes in ({"is_unasked": False}, {"began_by": new_id()}):
        with pytest.raises(RuleViolation, match="without being asked"):
            check_throw_away(**{**facts, **changes})


def test_what_was_asked_for_may_be_declined():
    check_was_asked(is_unasked=False)
