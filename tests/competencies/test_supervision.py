from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.competencies import queries, services
from lms.competencies.models import SupervisionAnswer, SupervisionEntry
from lms.competencies.rules.agreeing import AgreementState
from lms.competencies.rules.supervision import NamedBecause, Theme
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.curriculum import services as curriculum
from lms.identity.models import Person
from lms.identity.queries import roles_of, visible_trainees
from lms.identity.services import deactivate, give_role, open_grant, viewer_for
from lms.notifications.models import Notice
from lms.placements import services as placements
from lms.policy import Permission, Role
from tests.factories import placements as places
from tests.factories.concerns import let_see
from tests.factories.supervision import another_supervisor, enrol, held, log, name, recorder
from tests.statements import count_statements

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


def sees(person_id, trainee_id, permission=Permission.SUPERVISION_READ):
    found = db.session.scalars(visible_trainees(viewer_for(person_id, permission), permission))
    return trainee_id in set(found)


def notices(person_id):
    return list(db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)))


def events():
    return list(db.session.scalars(select(LedgerEntry.event).order_by(LedgerEntry.recorded_at, LedgerEntry.id)))


def coordinator(trainee_id):
    return queries.find_coordinating_supervisor(trainee_id, on=today(), known_at=now())


@pytest.fixture
def named(cast, context):
    name(cast, cast.supervisor)


# --- Who co-ordinates ---


def test_naming_opens_sight_of_one_trainee_and_tells_both(cast):
    assert not sees(cast.supervisor, cast.trainee)
    row = name(cast, cast.supervisor)
    assert row.role is Role.CONSULTANT_NURSE
    assert coordinator(cast.trainee) == cast.supervisor
    assert sees(cast.supervisor, cast.trainee)
    assert sees(cast.supervisor, cast.trainee, Permission.HOURS_READ)
    assert not sees(cast.supervisor, cast.trainee_b)
    assert notices(cast.supervisor) == ["You co-ordinate the supervision of Amina Yusuf"]
    assert notices(cast.trainee) == ["Your co-ordinating supervisor has changed"]
    assert events()[-2:] == ["supervision.coordinator-named", "access.opened"]


def test_another_name_closes_the_sight_of_the_one_before(cast, named):
    name(cast, cast.assessor, cause=NamedBecause.CHANGED_DUTIES)
    assert coordinator(cast.trainee) == cast.assessor
    assert not sees(cast.supervisor, cast.trainee)
    assert sees(cast.assessor, cast.trainee)
    name(cast, None, cause=NamedBecause.TRAINING_ENDED)
    assert coordinator(cast.trainee) is None
    assert not sees(cast.assessor, cast.trainee, Permission.CAPABILITY_READ)


def test_an_assessor_becomes_a_supervisor_for_this_trainee_until_somebody_else_is_named(cast):
    name(cast, cast.assessor)
    assert roles_of(cast.assessor) == {Role.ASSESSOR, Role.SUPERVISOR}
    assert not sees(cast.assessor, cast.trainee, Permission.CAPABILITY_READ)
    name(cast, cast.supervisor)
    assert roles_of(cast.assessor) == {Role.ASSESSOR}


def test_what_a_shift_opened_stays_open_and_the_other_way_round(cast):
    site_id = places.prepare()
    shift = places.log(cast.trainee, site_id, cast.supervisor)
    name(cast, cast.supervisor)
    other = another_supervisor(cast)
    answers = places.answers(site_id, other, reason="Petra was there.")
    placements.correct_shift(viewer_for(cast.trainee), shift.id, **answers)
    assert sees(cast.supervisor, cast.trainee)
    name(cast, other)
    assert not sees(cast.supervisor, cast.trainee)
    name(cast, cast.assessor)
    assert sees(other, cast.trainee)


def test_only_the_consultant_nurse_names_and_never_themselves_or_a_stranger_to_the_task(cast):
    give_role(None, person_id=cast.consultant_nurse, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test cast")
    for person_id in (cast.educator, cast.trainee, cast.consultant_nurse):
        with pytest.raises(RuleViolation):
            name(cast, person_id)
    actor = viewer_for(cast.supervisor)
    with pytest.raises(NotFound):
        services.name_coordinating_supervisor(
            actor, cast.trainee, person_id=cast.supervisor, from_on=today(), cause=NamedBecause.BEGINS
        )
    assert coordinator(cast.trainee) is None


def test_the_past_knows_who_it_was(cast, clock):
    before = now()
    clock.set(before + timedelta(days=1))
    name(cast, cast.supervisor, from_on=before.date())
    asked = {"on": before.date()}
    assert queries.find_coordinating_supervisor(cast.trainee, known_at=before, **asked) is None
    assert queries.find_coordinating_supervisor(cast.trainee, known_at=now(), **asked) == cast.supervisor
    name(cast, cast.assessor, trainee_id=cast.trainee_b)
    found = queries.find_coordinating_supervisors(select(Person.id), on=today(), known_at=now())
    assert found == {cast.trainee: cast.supervisor, cast.trainee_b: cast.assessor}


def test_somebody_whose_account_is_closed_is_shown_as_unable(cast, named):
    assert queries.find_coordinator(cast.trainee).is_able
    deactivate(viewer_for(cast.administrator), cast.supervisor)
    assert not queries.find_coordinator(cast.trainee).is_able


# --- The log ---


@pytest.mark.parametrize("by_trainee", [True, False])
def test_one_logs_and_the_other_confirms(cast, named, by_trainee):
    one, other = (cast.trainee, cast.supervisor) if by_trainee else (cast.supervisor, cast.trainee)
    entry = log(one, cast.trainee, cast.supervisor)
    assert entry.themes == ["caseload", "wellbeing"]
    assert entry.role is (Role.TRAINEE if by_trainee else Role.SUPERVISOR)
    assert [row.fact.id for row in queries.list_entries_waiting(recorder(other))] == [entry.id]
    assert queries.list_entries_waiting(recorder(one)) == []
    with pytest.raises(RuleViolation, match="The other person confirms"):
        services.confirm_supervision(recorder(one), entry.id)
    answer = services.confirm_supervision(recorder(other), entry.id)
    assert answer.role is (Role.SUPERVISOR if by_trainee else Role.TRAINEE)
    assert queries.get_entry(recorder(one), entry.id).fact.state is AgreementState.CONFIRMED
    assert queries.list_entries_waiting(recorder(other)) == []
    assert events()[-2:] == ["supervision.logged", "supervision.answered"]
    with pytest.raises(RuleViolation, match="answered already"):
        services.decline_supervision(recorder(other), entry.id, reason="No")


def test_no_notice_says_what_it_was_about(cast, named):
    log(cast.trainee, cast.trainee, cast.supervisor)
    assert notices(cast.supervisor)[-1] == "Amina Yusuf logged supervision with you: please confirm"


def test_what_is_declined_is_not_agreed_until_it_is_corrected_and_confirmed(cast, named):
    entry = log(cast.trainee, cast.trainee, cast.supervisor)
    with pytest.raises(RuleViolation, match="not right"):
        services.decline_supervision(recorder(cast.supervisor), entry.id, reason=" ")
    services.decline_supervision(recorder(cast.supervisor), entry.id, reason="It was half an hour.")
    row = queries.get_entry(recorder(cast.trainee), entry.id)
    assert (row.fact.state, row.declined) == (AgreementState.DECLINED, "It was half an hour.")
    newer = services.correct_supervision(
        recorder(cast.trainee),
        entry.id,
        held_on=entry.held_on,
        minutes=30,
        themes=[Theme.WELLBEING],
        action="Swap one night shift.",
        reason="Sam is right.",
    )
    assert newer.action_id == entry.action_id
    with pytest.raises(RuleViolation, match="corrected already"):
        correct(cast.supervisor, entry.id)
    with pytest.raises(RuleViolation, match="corrected since"):
        services.confirm_supervision(recorder(cast.supervisor), entry.id)
    services.confirm_supervision(recorder(cast.supervisor), newer.id)
    (shown,) = queries.get_supervision(viewer_for(cast.trainee), cast.trainee).entries
    assert (shown.fact.minutes, shown.fact.state, shown.reason) == (30, AgreementState.CONFIRMED, "Sam is right.")


def correct(actor_id, entry_id, **changes):
    usual = {"held_on": today(), "minutes": 20, "themes": [Theme.OTHER], "reason": "A slip."}
    return services.correct_supervision(recorder(actor_id), entry_id, **{**usual, **changes})


def test_a_correction_hides_what_it_replaces_from_its_own_moment_only(cast, named, clock):
    entry = log(cast.trainee, cast.trainee, cast.supervisor)
    services.confirm_supervision(recorder(cast.supervisor), entry.id)
    before = now()
    clock.set(before + timedelta(hours=1))
    newer = correct(cast.supervisor, entry.id)
    scope = select(Person.id).where(Person.id == cast.trainee)
    (then,) = queries.load_supervision(scope, known_at=before)[cast.trainee]
    (here,) = queries.load_supervision(scope, known_at=now())[cast.trainee]
    assert (then.id, then.state) == (entry.id, AgreementState.CONFIRMED)
    assert (here.id, here.state) == (newer.id, AgreementState.WAITING)


def test_an_old_entry_can_be_corrected_on_its_own_day(cast, named, clock):
    entry = log(cast.trainee, cast.trainee, cast.supervisor)
    clock.set(now() + timedelta(days=40))
    correct(cast.trainee, entry.id, held_on=entry.held_on)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_on": "tomorrow"}, "future"),
        ({"held_on": "too long ago"}, "28 days"),
        ({"minutes": 0}, "minutes"),
        ({"themes": []}, "theme"),
        ({"action": "Ring 07700 900123."}, "phone number"),
        ({"action": "Follow up 943 476 5919."}, "NHS number"),
        ({"supervisor_id": "stranger"}, "supervises this trainee now"),
        ({"supervisor_id": "trainee"}, "Nobody supervises themselves"),
    ],
)
def test_an_entry_that_could_not_be_defended_is_refused(cast, named, changes, words):
    days = {"tomorrow": today() + timedelta(days=1), "too long ago": today() - timedelta(days=29)}
    real = {
        key: days.get(each) or getattr(cast, str(each), each) if isinstance(each, str) else each
        for key, each in changes.items()
    }
    with pytest.raises(RuleViolation, match=words):
        log(cast.trainee, cast.trainee, **{"supervisor_id": cast.supervisor, **real})
    assert db.session.scalar(select(func.count(SupervisionEntry.id))) == 0


def test_a_third_person_neither_logs_nor_answers(cast, named):
    entry = log(cast.trainee, cast.trainee, cast.supervisor)
    open_grant(
        None, person_id=cast.stranger, scope_id=cast.trainee, role=Role.SUPERVISOR, cause="T", about=cast.trainee
    )
    give_role(None, person_id=cast.stranger, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test cast")
    with pytest.raises(RuleViolation, match="two people"):
        log(cast.stranger, cast.trainee, cast.supervisor)
    for act in (services.confirm_supervision, queries.get_entry):
        with pytest.raises(NotFound):
            act(recorder(cast.stranger), entry.id)
    with pytest.raises(NotFound):
        log(cast.supervisor, cast.trainee_b, cast.supervisor)
    assert db.session.scalar(select(func.count(SupervisionAnswer.id))) == 0


def test_a_booked_supervisor_reads_only_the_entries_that_name_them(cast, named):
    other = another_supervisor(cast)
    open_grant(None, person_id=other, scope_id=cast.trainee, role=Role.SUPERVISOR, cause="Booked", about=cast.trainee)
    log(cast.trainee, cast.trainee, cast.supervisor)
    mine = log(cast.trainee, cast.trainee, other)
    page = queries.get_supervision(recorder(other), cast.trainee)
    assert [row.fact.id for row in page.entries] == [mine.id]
    assert (page.weeks, page.sees_all) == (None, False)
    for person in (cast.trainee, cast.supervisor, cast.consultant_nurse, cast.educator):
        found = queries.get_supervision(viewer_for(person), cast.trainee)
        assert (len(found.entries), found.sees_all) == (2, True)
    for person in (cast.assessor, cast.educator_b, cast.trainee_b):
        with pytest.raises(NotFound):
            queries.get_supervision(viewer_for(person), cast.trainee)


# --- The weeks without ---


@pytest.fixture
def enrolled(cast, named):
    enrol(cast, cast.trainee)


def weeks(viewer_id, trainee_id):
    return queries.get_supervision(viewer_for(viewer_id), trainee_id).weeks


def test_only_what_both_confirmed_fills_a_week(cast, enrolled):
    assert weeks(cast.trainee, cast.trainee).now_without == 10
    entry = log(cast.trainee, cast.trainee, cast.supervisor, held_on=today() - timedelta(days=10))
    assert weeks(cast.trainee, cast.trainee).is_due
    services.confirm_supervision(recorder(cast.supervisor), entry.id)
    found = weeks(cast.consultant_nurse, cast.trainee)
    assert (found.now_without, found.last_on, len(found.without)) == (1, entry.held_on, 9)
    correct(cast.trainee, entry.id, held_on=entry.held_on)
    assert weeks(cast.trainee, cast.trainee).is_due


def test_time_away_is_left_out_and_the_working_share_changes_nothing(cast, enrolled):
    actor = viewer_for(cast.administrator)
    curriculum.change_working_share(actor, cast.trainee, percent=50, from_on=today())
    assert len(weeks(cast.trainee, cast.trainee).counted) == 10
    curriculum.pause(actor, cast.trainee, from_on=today() - timedelta(days=16), until_on=None)
    found = weeks(cast.trainee, cast.trainee)
    assert (len(found.counted), found.is_paused, found.is_due) == (8, True, False)


def test_everybody_is_listed_by_name_with_a_constant_number_of_statements(app, cast, enrolled, clock):
    nurse = viewer_for(cast.consultant_nurse)
    held(cast.trainee, cast.supervisor, days_ago=10)
    queries.list_supervision(nurse)
    with count_statements(app) as few:
        rows = queries.list_supervision(nurse)
    assert [(row.trainee.name, row.sees_all) for row in rows] == [("Amina Yusuf", True), ("Ben Carter", True)]
    assert (rows[0].coordinator.name, rows[0].weeks.now_without, rows[1].coordinator) == ("Sam Okoro", 1, None)
    name(cast, cast.assessor, trainee_id=cast.trainee_b)
    for days_ago in (1, 2, 3):
        held(cast.trainee, cast.supervisor, days_ago)
        log(cast.trainee_b, cast.trainee_b, cast.assessor, held_on=today() - timedelta(days=days_ago))
    with count_statements(app) as many:
        rows = queries.list_supervision(nurse)
    assert rows[1].waiting == 3
    assert len(many) == len(few)


def test_the_list_holds_whom_the_viewer_may_see(cast, enrolled):
    assert [row.trainee.id for row in queries.list_supervision(viewer_for(cast.educator))] == [cast.trainee]
    assert [row.trainee.id for row in queries.list_supervision(viewer_for(cast.supervisor))] == [cast.trainee]
    assert queries.list_supervision(viewer_for(cast.stranger)) == []


def test_those_whose_weeks_the_viewer_may_see_come_first(cast):
    let_see(cast.supervisor, cast.trainee, Role.SUPERVISOR)
    name(cast, cast.supervisor, trainee_id=cast.trainee_b)
    rows = queries.list_supervision(viewer_for(cast.supervisor))
    assert [(row.trainee.name, row.sees_all) for row in rows] == [("Ben Carter", True), ("Amina Yusuf", False)]
