from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.core.ids import new_id
from lms.identity.services import give_role, viewer_for
from lms.notifications.models import Notice
from lms.placements import queries, services
from lms.placements.models import Shift, ShiftActivity, ShiftDecision, ShiftDraft
from lms.placements.queries.drafts import UNDO_WITHIN
from lms.placements.rules.states import Activity, Status
from lms.policy import Role
from lms.signing.rules import IdentityGrade
from tests.factories.placements import add_site, answers, book, log, prepare, unlock

pytestmark = pytest.mark.both_databases
STARTS = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
DUTY = {Activity.PATIENT_CONTACT: 300, Activity.BREAK: 30, Activity.OPERATIONAL_DUTY: 120}


@pytest.fixture
def site_id(context, cast):
    return prepare()


@pytest.fixture
def trainee(cast, site_id):
    return viewer_for(cast.trainee)


@pytest.fixture
def supervisor(cast, site_id):
    return viewer_for(cast.supervisor)


def notices(person_id):
    return db.session.scalars(select(Notice.text).where(Notice.person_id == person_id).order_by(Notice.id)).all()


def test_what_a_shift_was_spent_on_is_kept_with_it_and_with_its_correction(cast, trainee, supervisor, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor, activities=DUTY, is_supernumerary=False)
    fact = queries.get_shift(trainee, shift.id).row.fact
    assert (fact.activities, fact.break_minutes, fact.is_supernumerary) == (DUTY, 30, False)
    services.approve_shifts(supervisor, [shift.id])
    changed = answers(site_id, cast.supervisor, activities={Activity.TEACHING: 450}, reason="I was never pulled")
    corrected = services.correct_shift(trainee, shift.id, **changed)
    fact = queries.get_shift(trainee, corrected.id).row.fact
    assert (fact.activities, fact.break_minutes, fact.status) == ({Activity.TEACHING: 450}, 0, Status.SUBMITTED)
    assert queries.get_shift(trainee, shift.id).row.fact.activities == DUTY
    assert notices(cast.supervisor)[-1] == "Amina Yusuf corrected a shift that was approved: it waits for you again"


def test_activities_that_are_not_the_attended_time_are_refused_and_nothing_is_stored(cast, trainee, site_id):
    with pytest.raises(RuleViolation):
        log(cast.trainee, site_id, cast.supervisor, activities={**DUTY, Activity.BREAK: 31})
    assert db.session.scalar(select(func.count()).select_from(ShiftActivity)) == 0


def test_a_supervisors_decision_says_that_it_was_made_with_an_account(cast, trainee, supervisor, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.query_shift(supervisor, shift.id, comment="Was it Monday?")
    services.withdraw_shift(trainee, shift.id)
    grades = db.session.scalars(select(ShiftDecision.identity_grade).order_by(ShiftDecision.id)).all()
    assert grades == [IdentityGrade.ACCOUNT, None]


def test_a_shift_logged_from_its_booking_keeps_the_plan_beside_it(cast, trainee, site_id):
    booking = book(cast.trainee, site_id, STARTS, hours=8)
    assert [each.booking_id for each in queries.list_own_to_log(trainee)] == [booking]
    shift = log(cast.trainee, site_id, cast.supervisor, booking_id=booking)
    assert queries.get_shift(trainee, shift.id).row.comparison.words == "30 min shorter than planned"
    assert queries.list_own_to_log(trainee) == []
    with pytest.raises(RuleViolation, match="logged this booking already"):
        log(cast.trainee, site_id, cast.supervisor, booking_id=booking, worked_on=date(2026, 11, 15))
    corrected = services.correct_shift(
        trainee, shift.id, reason="I stayed on", **answers(site_id, cast.supervisor, ends=time(15, 30))
    )
    assert queries.list_shifts(trainee, cast.trainee)[0].comparison.words == "As long as planned"
    services.withdraw_shift(trainee, corrected.id)
    assert [each.booking_id for each in queries.list_own_to_log(trainee)] == [booking]


@pytest.mark.parametrize("says_so", [True, False])
def test_a_correction_to_another_day_or_site_leaves_the_booking_free_to_be_logged(cast, trainee, site_id, says_so):
    booking = book(cast.trainee, site_id, STARTS, hours=8)
    shift = log(cast.trainee, site_id, cast.supervisor, booking_id=booking)
    named = {"booking_id": booking} if says_so else {}
    elsewhere = add_site("Elsewhere", "control-room").id
    for site, moved in ((site_id, {"worked_on": date(2026, 11, 15)}), (elsewhere, {})):
        changed = answers(site, cast.supervisor, reason="It was another shift", **moved, **named)
        corrected = services.correct_shift(trainee, shift.id, **changed)
        assert corrected.booking_id is None
        assert [each.booking_id for each in queries.list_own_to_log(trainee)] == [booking]
        back = answers(site_id, cast.supervisor, booking_id=booking, reason="It was that one")
        shift = services.correct_shift(trainee, corrected.id, **back)
        assert shift.booking_id == booking


def test_nobody_logs_from_somebody_elses_booking(cast, trainee, site_id):
    booking = book(cast.trainee_b, site_id, STARTS)
    with pytest.raises(RuleViolation, match="does not hold") as refusal:
        log(cast.trainee, site_id, cast.supervisor, booking_id=booking)
    assert refusal.value.field == "booking_id"


def test_a_draft_is_kept_refused_when_stale_and_emptied_once_sent(cast, trainee, site_id):
    draft_id = new_id()
    assert services.save_draft(trainee, draft_id, version=0, body={"note": "", "starts": "07:30"}) == 1
    assert services.save_draft(trainee, draft_id, version=1, body={"starts": "07:3", "note": "A calm day"}) == 2
    with pytest.raises(Stale) as stale:
        services.save_draft(trainee, draft_id, version=1, body={"note": "Something else"})
    assert (stale.value.theirs["note"], stale.value.version) == ("A calm day", 2)
    assert services.save_draft(trainee, draft_id, version=1, body={"note": "A calm day"}) == 2
    assert queries.count_drafts(trainee) == 1
    with pytest.raises(NotFound):
        services.save_draft(viewer_for(cast.trainee_b), draft_id, version=2, body={"note": "Mine"})
    facts = answers(site_id, cast.supervisor)
    with pytest.raises(Stale):
        services.send_shift(trainee, draft_id, version=1, body={"note": "Old words"}, **facts)
    assert db.session.scalar(select(func.count()).select_from(Shift)) == 0
    services.send_shift(trainee, draft_id, version=2, body={"note": "A calm day"}, **facts)
    draft = db.session.get_one(ShiftDraft, draft_id)
    assert (draft.body, draft.ended_at is None, queries.list_drafts(trainee)) == ({}, False, [])
    with pytest.raises(RuleViolation, match="sent or thrown away"):
        services.save_draft(trainee, draft_id, version=draft.version, body={"note": "More"})


@pytest.mark.parametrize("note", ["Seen 943 476 5919 at home", "Mr Smith was kind"])
def test_what_may_identify_somebody_is_not_kept_in_a_draft(trainee, note):
    with pytest.raises(RuleViolation) as refusal:
        services.save_draft(trainee, new_id(), version=0, body={"note": note})
    assert refusal.value.field == "note"
    assert db.session.scalar(select(func.count()).select_from(ShiftDraft)) == 0


def test_a_draft_thrown_away_comes_back_for_a_day_and_then_its_words_are_gone(trainee, clock):
    draft_id = new_id()
    services.save_draft(trainee, draft_id, version=0, body={"note": "A calm day"})
    services.throw_away_draft(trainee, draft_id)
    assert (queries.count_drafts(trainee), [row.is_thrown_away for row in queries.list_drafts(trainee)]) == (0, [True])
    services.bring_back_draft(trainee, draft_id)
    assert queries.get_own_draft(trainee, draft_id).body == {"note": "A calm day"}
    services.throw_away_draft(trainee, draft_id)
    assert services.empty_thrown_away_drafts() == 0
    clock.set(clock.moment + UNDO_WITHIN)
    with pytest.raises(RuleViolation, match="cannot be brought back"):
        services.bring_back_draft(trainee, draft_id)
    assert (services.empty_thrown_away_drafts(), services.empty_thrown_away_drafts()) == (1, 0)
    assert queries.get_own_draft(trainee, draft_id).body == {}


LATE = {"worked_on": date(2026, 11, 2)}


def late(cast, site_id):
    return services.log_shift(viewer_for(cast.trainee), **answers(site_id, cast.supervisor, **LATE))


def test_a_late_shift_is_locked_until_somebody_who_follows_the_trainee_unlocks_its_day(cast, trainee, site_id):
    with pytest.raises(RuleViolation, match="locked") as refusal:
        late(cast, site_id)
    assert refusal.value.field == "worked_on"
    days = {"from_on": LATE["worked_on"], "until_on": LATE["worked_on"], "open_until": date(2026, 11, 20)}
    with pytest.raises(NotFound):
        services.unlock_days(viewer_for(cast.educator_b), cast.trainee, reason="Not mine", **days)
    give_role(None, person_id=cast.trainee, role=Role.CONSULTANT_NURSE, scope_id=cast.trust, cause="Test cast")
    assert cast.trainee not in {person.id for person in queries.list_who_unlock(cast.trainee)}
    with pytest.raises(RuleViolation, match="for themselves"):
        services.unlock_days(viewer_for(cast.trainee), cast.trainee, reason="It is late", **days)
    row = services.unlock_days(viewer_for(cast.educator), cast.trainee, reason="The phone was lost", **days)
    assert (row.role, row.reason.text) == (Role.EDUCATOR, "The phone was lost")
    assert notices(cast.trainee) == [
        f"{viewer_for(cast.educator).name} unlocked days for late shifts until 20 November 2026"
    ]
    assert late(cast, site_id).id
    assert {person.id for person in queries.list_who_unlock(cast.trainee)} >= {cast.educator, cast.consultant_nurse}


def test_a_trainee_asks_those_who_can_unlock_a_day_and_they_find_it_filled_in(cast, trainee, site_id):
    services.ask_to_unlock(trainee, LATE["worked_on"])
    asked = f"{trainee.name} asks you to unlock 2 November 2026 for a late shift"
    told = {person.id for person in queries.list_who_unlock(cast.trainee)}
    assert all(asked in notices(person_id) for person_id in told)
    assert not notices(cast.educator_b)
    with pytest.raises(RuleViolation, match="past") as refusal:
        services.ask_to_unlock(trainee, date(2099, 1, 1))
    assert refusal.value.field == "worked_on"


def test_time_an_entry_lay_with_its_supervisor_does_not_run_against_the_trainee(
    cast, trainee, supervisor, site_id, clock
):
    shift = log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(days=13))
    services.query_shift(supervisor, shift.id, comment="Which site was it?")
    services.withdraw_shift(trainee, shift.id)
    clock.set(clock.moment + timedelta(days=5))
    assert log(cast.trainee, site_id, cast.supervisor).id
    with pytest.raises(RuleViolation, match="locked"):
        services.log_shift(trainee, **answers(site_id, cast.supervisor, worked_on=date(2026, 11, 17)))


def test_a_correction_is_never_too_late(cast, trainee, site_id, clock):
    shift = log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(days=60))
    changed = answers(site_id, cast.supervisor, ends=time(14), reason="I left early")
    assert services.correct_shift(trainee, shift.id, **changed).id


def test_a_correction_moves_a_shift_to_a_locked_day_only_once_it_is_unlocked(cast, trainee, site_id, clock):
    shift = log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(days=60))
    moved = answers(site_id, cast.supervisor, worked_on=date(2026, 11, 11), reason="It was the Wednesday")
    with pytest.raises(RuleViolation, match="locked") as refusal:
        services.correct_shift(trainee, shift.id, **moved)
    assert refusal.value.field == "worked_on"
    unlock(cast.trainee, cast.educator, date(2026, 11, 11))
    assert services.correct_shift(trainee, shift.id, **moved).id


def test_a_chain_of_corrections_reaches_no_locked_day(cast, trainee, site_id, clock):
    shift = log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(days=60))

    def correct(on, starts, ends):
        facts = answers(site_id, cast.supervisor, worked_on=on, starts=starts, ends=ends)
        return services.correct_shift(trainee, shift.id, **facts, reason="One step")

    shift = correct(date(2026, 11, 15), time(19), time(9))
    with pytest.raises(RuleViolation, match="locked"):
        correct(date(2026, 11, 15), time(19), time(23))


def test_what_waits_is_grouped_by_trainee_and_week_and_a_week_is_approved_at_once(cast, supervisor, site_id, clock):
    for day in (13, 16, 17):
        log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, day), activities=DUTY)
    log(cast.trainee_b, site_id, cast.supervisor)
    weeks = queries.by_week(queries.list_waiting(supervisor))
    assert [(week.monday.day, len(week.rows)) for week in weeks] == [(9, 1), (16, 2), (16, 1)]
    assert (weeks[1].totals.attended, weeks[1].totals.counts, weeks[1].totals.pulled) == (900, 660, 240)
    services.approve_shifts(supervisor, [row.fact.id for row in weeks[1].rows])
    assert [len(week.rows) for week in queries.by_week(queries.list_waiting(supervisor))] == [1, 1]
    assert (queries.count_waiting(supervisor), queries.count_waiting_long(supervisor)) == (2, 0)
    clock.set(clock.moment + timedelta(days=7, minutes=1))
    assert queries.count_waiting_long(supervisor) == 2


def test_pulled_time_is_totalled_by_site_for_those_who_follow_trainees_and_for_the_sites_own(cast, supervisor, site_id):
    elsewhere = add_site("Elsewhere", "control-room").id
    nurse = viewer_for(cast.consultant_nurse)
    log(cast.trainee, site_id, cast.supervisor, activities=DUTY)
    log(cast.trainee, elsewhere, cast.supervisor, worked_on=date(2026, 11, 15))
    gone = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 14), activities=DUTY)
    services.withdraw_shift(viewer_for(cast.trainee), gone.id)
    rows = [(row.site_name, row.pulled, row.entered, row.trainees_words) for row in queries.list_pulled_by_site(nurse)]
    assert rows == [("Riverside crisis team", 120, 450, "fewer than 5"), ("Elsewhere", 0, 450, "fewer than 5")]
    assert queries.list_pulled_by_site(supervisor) == []
    assert queries.list_pulled_by_site(viewer_for(cast.educator_b)) == []
    give_role(None, person_id=cast.supervisor, role=Role.SUPERVISOR, scope_id=site_id, cause="Supervises there")
    assert [row.site_id for row in queries.list_pulled_by_site(viewer_for(cast.supervisor))] == [site_id]
