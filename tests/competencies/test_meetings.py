from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import MeetingAction, PlacementMeeting
from lms.competencies.rules.agreeing import AgreementState
from lms.competencies.rules.meetings import LookedAt, MeetingActionOutcome, MeetingKind, MeetingState, NewAction
from lms.core.clock import today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.curriculum import services as curriculum
from lms.identity.services import viewer_for
from lms.notifications.models import Notice
from lms.placements import services as placements
from lms.policy import Role
from tests.factories import placements as places
from tests.factories.supervision import another_supervisor, enrol, meet, name, recorder
from tests.statements import count_statements

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def site(cast, context):
    site_id = places.prepare()
    places.log(cast.trainee, site_id, cast.supervisor)
    return site_id


def page(cast, person=None):
    return queries.get_meetings(viewer_for(person or cast.trainee), cast.trainee)


def states(cast, number=0):
    return [each.state for each in page(cast).placements[number].meetings]


def test_a_placement_begins_with_a_shift_and_asks_for_its_first_meeting(cast, site):
    found = page(cast)
    assert found.placements[0].placement.site == "Riverside crisis team"
    assert states(cast) == [MeetingState.DUE, MeetingState.LATER, MeetingState.LATER]
    for person in (cast.trainee, cast.supervisor):
        (due,) = queries.list_meetings_due(recorder(person))
        assert (due.trainee_name, due.planned.kind) == ("Amina Yusuf", MeetingKind.INITIAL)


def test_a_withdrawn_shift_begins_nothing(cast, context):
    site_id = places.prepare()
    shift = places.log(cast.trainee, site_id, cast.supervisor)
    elsewhere = places.add_site("Eastgate control room", "control-room").id  # It lets the supervisor see the trainee.
    places.log(cast.trainee, elsewhere, cast.supervisor, worked_on=today() - timedelta(days=5))
    placements.withdraw_shift(viewer_for(cast.trainee), shift.id)
    assert [each.placement.site for each in page(cast).placements] == ["Eastgate control room"]
    with pytest.raises(RuleViolation, match="first shift"):
        meet(cast.trainee, cast.trainee, site_id, cast.supervisor)


@pytest.mark.parametrize("by_trainee", [True, False])
def test_one_records_a_meeting_and_the_other_confirms_it(cast, site, by_trainee):
    one, other = (cast.trainee, cast.supervisor) if by_trainee else (cast.supervisor, cast.trainee)
    meeting = meet(one, cast.trainee, site, cast.supervisor)
    assert meeting.role is (Role.TRAINEE if by_trainee else Role.SUPERVISOR)
    assert states(cast)[0] is MeetingState.WAITING
    assert [row.fact.id for row in queries.list_meetings_waiting(recorder(other))] == [meeting.id]
    assert queries.list_meetings_waiting(recorder(one)) == []
    with pytest.raises(RuleViolation, match="The other person confirms"):
        services.confirm_meeting(recorder(one), meeting.id)
    services.confirm_meeting(recorder(other), meeting.id)
    assert states(cast)[0] is MeetingState.HELD
    row, actions = queries.get_meeting(viewer_for(cast.consultant_nurse), meeting.id)
    assert (row.summary, row.goals) == ("What there is to see here.", "Take part in joint assessments.")
    assert [(each.text, each.fact.due_on) for each in actions] == [
        ("Read the local pathway", today() + timedelta(weeks=2))
    ]
    events = set(db.session.scalars(select(LedgerEntry.event)))
    assert {"meeting.recorded", "meeting.answered"} <= events
    told = list(db.session.scalars(select(Notice.text).where(Notice.person_id == other)))
    assert told[-1].endswith("recorded a meeting with you: please confirm")


def test_a_meeting_that_is_not_agreed_was_not_held_and_its_actions_stay(cast, site):
    meeting = meet(cast.trainee, cast.trainee, site, cast.supervisor)
    services.decline_meeting(recorder(cast.supervisor), meeting.id, reason="We only spoke on the phone.")
    assert states(cast)[0] is MeetingState.DUE
    assert [row.text for row in page(cast).open_actions] == ["Read the local pathway"]
    assert page(cast).meetings[0].fact.state is AgreementState.DECLINED
    assert page(cast).meetings[0].declined == "We only spoke on the phone."


def second_placement(cast):
    other = another_supervisor(cast)
    site_id = places.add_site("Northmere General", "liaison-psychiatry").id
    places.log(cast.trainee, site_id, other, starts=time(17), ends=time(21))
    return site_id, other


def test_open_actions_go_into_the_next_meeting_and_the_next_placement(cast, site):
    actions = [NewAction("Read the local pathway", 2), NewAction("Shadow a clinic", 4), NewAction("Ask for a bleep", 1)]
    meet(cast.trainee, cast.trainee, site, cast.supervisor, actions=actions)
    next_site, other = second_placement(cast)
    rows = {row.text: row for row in queries.list_open_actions(cast.trainee)}
    assert list(rows) == ["Ask for a bleep", "Read the local pathway", "Shadow a clinic"]
    assert rows["Shadow a clinic"].agreed_at == "Initial meeting at Riverside crisis team"
    carried = {
        rows["Ask for a bleep"].fact.id: LookedAt(MeetingActionOutcome.DONE),
        rows["Read the local pathway"].fact.id: LookedAt(MeetingActionOutcome.DROPPED, "The pathway is withdrawn."),
        rows["Shadow a clinic"].fact.id: LookedAt(MeetingActionOutcome.STILL_OPEN),
    }
    new = [NewAction("", 4), NewAction("Lead one assessment", 4)]
    meet(other, cast.trainee, next_site, other, carried=carried, actions=new)
    assert [row.text for row in queries.list_open_actions(cast.trainee)] == ["Shadow a clinic", "Lead one assessment"]
    closed = {row.text: row for row in page(cast).closed_actions}
    assert closed["Read the local pathway"].reason == "The pathway is withdrawn."
    assert closed["Ask for a bleep"].fact.outcome(today()) is MeetingActionOutcome.DONE
    assert len(closed) + len(page(cast).open_actions) == 4


def test_a_meeting_that_names_a_closed_action_is_refused_whole(cast, site):
    meet(cast.trainee, cast.trainee, site, cast.supervisor)
    (row,) = queries.list_open_actions(cast.trainee)
    carried = {row.fact.id: LookedAt(MeetingActionOutcome.DONE)}
    services.close_action(recorder(cast.trainee), row.fact.id, outcome=MeetingActionOutcome.DONE)
    with pytest.raises(RuleViolation, match="Look at the list again"):
        meet(cast.trainee, cast.trainee, site, cast.supervisor, kind=MeetingKind.FINAL, carried=carried)
    assert db.session.scalar(select(func.count(PlacementMeeting.id))) == 1


@pytest.mark.parametrize(
    ("changes", "words", "field"),
    [
        ({"held_on": 1}, "future", "held_on"),
        ({"held_on": -29}, "28 days", "held_on"),
        ({"summary": ""}, "talked about", "summary"),
        ({"summary": "Rang 07700 900123."}, "phone number", "summary"),
        ({"goals": "See Mr Jones again."}, "surname", "goals"),
        ({"actions": [NewAction("", 1), NewAction("Ring 07700 900123", 1)]}, "phone number", "action_2"),
        ({"kind": MeetingKind.MIDPOINT, "held_on": -10}, "first shift", "held_on"),
        ({"supervisor_id": "stranger"}, "supervises this trainee now", "supervisor_id"),
    ],
)
def test_a_meeting_that_could_not_be_defended_is_refused_beside_its_field(cast, site, changes, words, field):
    real = dict(changes)
    if "held_on" in real:
        real["held_on"] = today() + timedelta(days=real["held_on"])
    person = cast.stranger if real.pop("supervisor_id", None) else cast.supervisor
    with pytest.raises(RuleViolation, match=words) as caught:
        meet(cast.trainee, cast.trainee, site, person, **real)
    assert caught.value.field == field
    assert db.session.scalar(select(func.count(MeetingAction.id))) == 0


def test_an_action_is_closed_once_by_the_trainee_or_a_supervisor(cast, site):
    meet(cast.trainee, cast.trainee, site, cast.supervisor)
    (row,) = queries.list_open_actions(cast.trainee)
    for person in (cast.trainee_b, cast.educator, cast.stranger):
        with pytest.raises(NotFound):
            services.close_action(viewer_for(person), row.fact.id, outcome=MeetingActionOutcome.DONE)
    with pytest.raises(RuleViolation, match="no longer needed"):
        services.close_action(recorder(cast.supervisor), row.fact.id, outcome=MeetingActionOutcome.DROPPED)
    step = services.close_action(
        recorder(cast.supervisor), row.fact.id, outcome=MeetingActionOutcome.DROPPED, reason="Done in the induction."
    )
    assert step.role is Role.SUPERVISOR
    with pytest.raises(RuleViolation, match="closed already"):
        services.close_action(recorder(cast.trainee), row.fact.id, outcome=MeetingActionOutcome.DONE)


def test_an_action_that_is_closed_was_open_on_the_days_before(cast, site, clock):
    meet(cast.trainee, cast.trainee, site, cast.supervisor)
    (row,) = queries.list_open_actions(cast.trainee)
    before = today()
    clock.set(clock() + timedelta(days=3))
    services.close_action(recorder(cast.trainee), row.fact.id, outcome=MeetingActionOutcome.DONE)
    (closed,) = page(cast).closed_actions
    assert closed.fact.is_open(before)
    assert not closed.fact.is_open(today())


def test_a_supervisor_is_asked_for_meetings_where_a_shift_names_them_or_they_co_ordinate(cast, site):
    _, other = second_placement(cast)
    assert [each.planned.placement.site for each in queries.list_meetings_due(recorder(other))] == ["Northmere General"]
    name(cast, other)
    assert len(queries.list_meetings_due(recorder(other))) == 2
    assert len(queries.list_meetings_due(recorder(cast.supervisor))) == 1


def test_nothing_is_asked_while_training_is_paused(cast, site):
    enrol(cast, cast.trainee)
    assert queries.list_meetings_due(recorder(cast.trainee))
    curriculum.pause(viewer_for(cast.administrator), cast.trainee, from_on=today(), until_on=None)
    assert queries.list_meetings_due(recorder(cast.trainee)) == []


@pytest.mark.parametrize("name_of", ["assessor", "educator_b", "trainee_b", "stranger", "administrator"])
def test_others_find_no_meetings(cast, site, name_of):
    meeting = meet(cast.trainee, cast.trainee, site, cast.supervisor)
    person = viewer_for(getattr(cast, name_of))
    with pytest.raises(NotFound):
        queries.get_meetings(person, cast.trainee)
    with pytest.raises(NotFound):
        queries.get_meeting(person, meeting.id)


def test_what_waits_for_a_supervisor_costs_a_constant_number_of_statements(app, cast, site):
    name(cast, cast.supervisor)
    supervisor = recorder(cast.supervisor)
    meet(cast.trainee, cast.trainee, site, cast.supervisor)
    queries.list_supervision_tasks(supervisor)
    with count_statements(app) as few:
        assert queries.list_supervision_tasks(supervisor)
    places.log(cast.trainee_b, site, cast.supervisor)
    meet(cast.trainee_b, cast.trainee_b, site, cast.supervisor)
    second_placement(cast)
    with count_statements(app) as many:
        tasks = queries.list_supervision_tasks(supervisor)
    assert (len(tasks.meetings), len(tasks.due)) == (2, 1)
    assert len(many) == len(few)
