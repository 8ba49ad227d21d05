import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry, TextBody
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import AccessGrant
from lms.identity.queries import get_trainee, visible_trainees
from lms.identity.services import create_person, give_role, viewer_for
from lms.notifications.models import Notice
from lms.placements import queries, services
from lms.placements.models import Encounter, Shift, ShiftDecision
from lms.placements.rules.states import Part, Presentation, Status, Verdict
from lms.placements.rules.times import Repeated
from lms.policy import Permission, Role
from tests.factories.encounters import contact
from tests.factories.placements import add_site, answers, log, prepare


@pytest.fixture
def site_id(context, cast):
    return prepare()


@pytest.fixture
def trainee(cast, site_id):
    return viewer_for(cast.trainee)


@pytest.fixture
def supervisor(cast, site_id):
    return viewer_for(cast.supervisor)


def status(viewer, shift):
    return queries.get_shift(viewer, shift.id).row.fact.status


def events(trainee):
    return list(
        db.session.scalars(select(LedgerEntry.event).where(LedgerEntry.chain == trainee.id).order_by(LedgerEntry.seq))
    )


def test_logging_a_shift_stores_it_lets_the_supervisor_see_and_tells_them(cast, trainee, supervisor, site_id):
    with pytest.raises(NotFound):
        get_trainee(supervisor, cast.trainee, Permission.HOURS_APPROVE)
    shift = log(cast.trainee, site_id, cast.supervisor, note="A calm day.")
    assert (shift.started_at, shift.ended_at) == (
        datetime(2026, 11, 16, 7, 30, tzinfo=UTC),
        datetime(2026, 11, 16, 15, 0, tzinfo=UTC),
    )
    assert shift.setting == "crisis-team"
    assert events(trainee)[-2:] == ["hours.logged", "access.opened"]
    assert get_trainee(supervisor, cast.trainee, Permission.HOURS_APPROVE).id == cast.trainee
    grant = db.session.scalars(select(AccessGrant).where(AccessGrant.person_id == cast.supervisor)).one()
    assert (grant.from_on, grant.until_on) == (date(2026, 11, 2), date(2026, 12, 16))
    assert grant.role is Role.SUPERVISOR
    notice = db.session.scalars(select(Notice).where(Notice.person_id == cast.supervisor)).one()
    assert notice.url == f"/hours/shifts/{shift.id}"
    assert status(trainee, shift) is Status.SUBMITTED


def test_access_ends_28_days_after_the_shift(cast, supervisor, site_id, clock):
    log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 18), starts=time(1), ends=time(9))
    clock.set(datetime(2026, 12, 16, 23, 59, tzinfo=UTC))
    assert get_trainee(supervisor, cast.trainee, Permission.HOURS_READ)
    clock.set(datetime(2026, 12, 17, 0, 1, tzinfo=UTC))
    with pytest.raises(NotFound):
        get_trainee(supervisor, cast.trainee, Permission.HOURS_READ)


def test_a_second_shift_opens_no_second_grant_while_the_first_lasts_as_long(cast, trainee, site_id):
    log(cast.trainee, site_id, cast.supervisor)
    log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 10))
    grants = select(func.count()).select_from(AccessGrant).where(AccessGrant.person_id == cast.supervisor)
    assert db.session.scalar(grants) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"worked_on": date(2026, 11, 19)}, "worked_on"),
        ({"ends": time(7, 30)}, "ends"),
        ({"break_minutes": 450}, "break_minutes"),
        ({"note": "Seen 943 476 5919 at home", "no_identifiers": True}, "note"),
        ({"note": "Mr Smith was kind"}, "note"),
        ({"worked_on": date(2026, 3, 28), "starts": time(19), "ends": time(1, 30)}, "ends"),
        ({"worked_on": date(2026, 10, 24), "starts": time(19), "ends": time(1, 30)}, "ends_repeated"),
    ],
)
def test_a_shift_that_breaks_a_rule_is_refused_and_nothing_is_stored(cast, trainee, site_id, changes, field):
    with pytest.raises(RuleViolation) as refusal:
        services.log_shift(trainee, **answers(site_id, cast.supervisor, **changes))
    assert refusal.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Shift)) == 0
    assert db.session.scalar(select(func.count()).select_from(TextBody)) == 0


def test_a_confirmed_note_is_kept(cast, trainee, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor, note="Dr Foster's talk on sleep", no_identifiers=True)
    assert queries.get_shift(trainee, shift.id).note == "Dr Foster's talk on sleep"


def test_the_repeated_hour_is_taken_as_answered(cast, trainee, site_id):
    shift = log(
        cast.trainee,
        site_id,
        cast.supervisor,
        worked_on=date(2026, 10, 24),
        starts=time(19),
        ends=time(1, 30),
        ends_repeated=Repeated.SECOND,
    )
    assert shift.ended_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_nobody_is_their_own_supervisor_and_only_supervisors_are_named(cast, trainee, site_id):
    for other in (cast.trainee, cast.assessor):
        with pytest.raises(RuleViolation) as refusal:
            services.log_shift(trainee, **answers(site_id, other))
        assert refusal.value.field == "supervisor_id"


def test_a_site_that_names_its_supervisors_takes_no_other(cast, trainee, other, site_id):
    give_role(None, person_id=other, role=Role.SUPERVISOR, scope_id=site_id, cause="Supervises there")
    with pytest.raises(RuleViolation, match="supervises at Riverside crisis team: Nora Quinn") as refusal:
        log(cast.trainee, site_id, cast.supervisor)
    assert refusal.value.field == "supervisor_id"
    log(cast.trainee, site_id, other)
    elsewhere = add_site("Elsewhere", "control-room")
    log(cast.trainee, elsewhere.id, cast.supervisor, worked_on=date(2026, 11, 15))


def test_overlapping_shifts_are_refused_until_the_first_is_withdrawn(cast, trainee, site_id):
    first = log(cast.trainee, site_id, cast.supervisor)
    with pytest.raises(RuleViolation, match="overlaps"):
        log(cast.trainee, site_id, cast.supervisor, starts=time(14), ends=time(22))
    log(cast.trainee, site_id, cast.supervisor, starts=time(15), ends=time(22))
    services.withdraw_shift(trainee, first.id)
    assert status(trainee, first) is Status.WITHDRAWN
    log(cast.trainee, site_id, cast.supervisor)


def test_two_trainees_may_work_at_the_same_time(cast, site_id):
    log(cast.trainee, site_id, cast.supervisor)
    log(cast.trainee_b, site_id, cast.supervisor)


def test_the_supervisor_approves_once_and_the_trainee_is_told(cast, trainee, supervisor, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    (decision,) = services.approve_shifts(supervisor, [shift.id])
    assert (decision.role, decision.by_id) == (Role.SUPERVISOR, cast.supervisor)
    assert status(trainee, shift) is Status.APPROVED
    assert events(trainee)[-1] == "hours.approved"
    assert db.session.scalars(select(Notice.text).where(Notice.person_id == cast.trainee)).all() == [
        "Sam Okoro approved 1 shift"
    ]
    with pytest.raises(RuleViolation, match="already approved"):
        services.approve_shifts(supervisor, [shift.id])


def test_several_shifts_are_approved_together_or_not_at_all(cast, trainee, supervisor, site_id):
    mine = log(cast.trainee, site_id, cast.supervisor)
    theirs = log(cast.trainee_b, site_id, cast.supervisor)
    later = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 17))
    services.withdraw_shift(trainee, later.id)
    with pytest.raises(RuleViolation):
        services.approve_shifts(supervisor, [mine.id, theirs.id, later.id])
    assert len(queries.list_waiting(supervisor)) == 2
    assert len(services.approve_shifts(supervisor, [mine.id, theirs.id])) == 2
    assert queries.list_waiting(supervisor) == []


def test_only_the_named_supervisor_decides(cast, trainee, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    for other in (cast.trainee, cast.stranger, cast.educator, cast.consultant_nurse):
        with pytest.raises(NotFound):
            services.approve_shifts(viewer_for(other), [shift.id])
        with pytest.raises(NotFound):
            services.query_shift(viewer_for(other), shift.id, comment="Why?")


def test_a_query_waits_for_a_correction_which_waits_for_the_supervisor(cast, trainee, supervisor, site_id, clock):
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.add_encounter(trainee, shift.id, contact=contact(Presentation.SELF_HARM, Part.LED))
    services.query_shift(supervisor, shift.id, comment="Did you not leave at 14:00?")
    assert status(trainee, shift) is Status.QUERIED
    clock.set(clock.moment + timedelta(hours=1))
    with pytest.raises(RuleViolation) as refusal:
        services.correct_shift(trainee, shift.id, reason=" ", **answers(site_id, cast.supervisor))
    assert refusal.value.field == "reason"
    corrected = services.correct_shift(
        trainee, shift.id, reason="I left early", **answers(site_id, cast.supervisor, ends=time(14))
    )
    assert status(trainee, shift) is Status.CORRECTED
    assert status(trainee, corrected) is Status.SUBMITTED
    assert [row.fact.id for row in queries.list_waiting(supervisor)] == [corrected.id]
    page = queries.get_shift(trainee, corrected.id)
    assert page.reason == "I left early"
    assert [each.presentation for each in page.encounters] == [Presentation.SELF_HARM]
    with pytest.raises(RuleViolation):
        services.approve_shifts(supervisor, [shift.id])
    services.approve_shifts(supervisor, [corrected.id])
    assert events(trainee)[-2:] == ["hours.corrected", "hours.approved"]


def test_an_approved_shift_is_corrected_and_waits_again(cast, trainee, supervisor, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.approve_shifts(supervisor, [shift.id])
    corrected = services.correct_shift(
        trainee, shift.id, reason="Wrong end", **answers(site_id, cast.supervisor, ends=time(14))
    )
    assert status(trainee, corrected) is Status.SUBMITTED
    with pytest.raises(RuleViolation):
        services.correct_shift(trainee, shift.id, reason="Again", **answers(site_id, cast.supervisor))


@pytest.fixture
def other(cast, site_id):
    person = create_person(None, name="Nora Quinn", email="nora.quinn@example.org", organisation_id=cast.trust)
    give_role(None, person_id=person.id, role=Role.SUPERVISOR, scope_id=cast.trust, cause="Test cast")
    return person.id


def test_a_correction_to_another_supervisor_closes_the_record_to_the_first(cast, trainee, supervisor, other, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.correct_shift(trainee, shift.id, reason="Nora was there", **answers(site_id, other))
    for permission in (Permission.HOURS_READ, Permission.HOURS_APPROVE, Permission.CONCERN_RAISE):
        assert cast.trainee not in set(db.session.scalars(visible_trainees(supervisor, permission)))
    assert get_trainee(viewer_for(other), cast.trainee, Permission.HOURS_APPROVE)
    assert queries.list_waiting(supervisor) == []
    told = db.session.execute(
        select(Notice.text, Notice.url).where(Notice.person_id == cast.supervisor).order_by(Notice.id)
    ).all()[-1]
    assert told == ("Amina Yusuf corrected a shift: another supervisor decides on it now", "/hours/waiting")
    assert "access.closed" in events(trainee)


def test_another_shift_that_stands_keeps_the_first_supervisors_sight(cast, trainee, supervisor, other, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    kept = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, 17))
    services.correct_shift(trainee, shift.id, reason="Nora was there", **answers(site_id, other))
    assert get_trainee(supervisor, cast.trainee, Permission.HOURS_APPROVE)
    services.withdraw_shift(trainee, kept.id)
    more = log(cast.trainee, site_id, other, worked_on=date(2026, 11, 15))
    services.correct_shift(
        trainee, more.id, reason="A break more", **answers(site_id, other, worked_on=date(2026, 11, 15))
    )
    assert get_trainee(viewer_for(other), cast.trainee, Permission.HOURS_APPROVE)


def test_a_withdrawn_shift_keeps_the_record_open_to_nobody(cast, trainee, supervisor, site_id):
    first, last = (log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 11, day)) for day in (16, 17))
    services.withdraw_shift(trainee, first.id)
    assert get_trainee(supervisor, cast.trainee, Permission.HOURS_APPROVE)
    services.withdraw_shift(trainee, last.id)
    with pytest.raises(NotFound):
        get_trainee(supervisor, cast.trainee, Permission.HOURS_APPROVE)
    (told,) = set(db.session.scalars(select(Notice.url).where(Notice.text.endswith("withdrew a shift"))))
    assert told == "/hours/waiting"


def test_a_shift_whose_time_to_be_seen_has_run_out_keeps_nothing_open(cast, trainee, supervisor, other, site_id, clock):
    log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(days=40))
    shift = log(cast.trainee, site_id, cast.supervisor, worked_on=date(2026, 12, 20))
    assert get_trainee(supervisor, cast.trainee, Permission.HOURS_READ)
    services.correct_shift(
        trainee, shift.id, reason="Nora was there", **answers(site_id, other, worked_on=date(2026, 12, 20))
    )
    with pytest.raises(NotFound):
        get_trainee(supervisor, cast.trainee, Permission.HOURS_READ)


def test_contacts_are_added_while_nobody_else_changes_the_trainees_shifts(cast, trainee, site_id, statements):
    shift = log(cast.trainee, site_id, cast.supervisor)
    db.session.rollback()
    statements.clear()
    services.add_encounter(trainee, shift.id, contact=contact(Presentation.OTHER, Part.LED))
    tables = [next((name for name in ("ledger_head", "FROM shift") if name in sent), "") for sent in statements]
    assert next(name for name in tables if name) == "ledger_head"


def test_a_query_needs_words_and_keeps_identifiers_out(cast, supervisor, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    for comment in ("", "The person with 943 476 5919?"):
        with pytest.raises(RuleViolation) as refusal:
            services.query_shift(supervisor, shift.id, comment=comment)
        assert refusal.value.field == "comment"
    assert db.session.scalar(select(func.count()).select_from(ShiftDecision)) == 0


def test_strangers_neither_correct_nor_withdraw_nor_add_contacts(cast, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    other = viewer_for(cast.trainee_b)
    with pytest.raises(NotFound):
        services.correct_shift(other, shift.id, reason="Mine", **answers(site_id, cast.supervisor))
    with pytest.raises(NotFound):
        services.withdraw_shift(other, shift.id)
    with pytest.raises(NotFound):
        services.add_encounter(other, shift.id, contact=contact(Presentation.OTHER, Part.LED))


def test_contacts_are_added_until_the_shift_is_withdrawn_and_stay(cast, trainee, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.add_encounter(trainee, shift.id, contact=contact(Presentation.PERINATAL, Part.OBSERVED))
    decision = services.withdraw_shift(trainee, shift.id)
    assert (decision.verdict, decision.role) == (Verdict.WITHDRAWN, Role.TRAINEE)
    with pytest.raises(RuleViolation):
        services.add_encounter(trainee, shift.id, contact=contact(Presentation.OTHER, Part.LED))
    assert db.session.scalar(select(func.count()).select_from(Encounter)) == 1
    assert events(trainee)[-3:] == ["encounter.added", "hours.withdrawn", "access.closed"]


def test_a_site_has_a_name_of_its_own_and_a_known_setting(cast, site_id):
    administrator = viewer_for(cast.administrator)
    with pytest.raises(RuleViolation, match="already a site"):
        services.add_site(administrator, name="riverside CRISIS team", setting="crisis-team")
    with pytest.raises(RuleViolation):
        services.add_site(administrator, name="Elsewhere", setting="no-such-setting")
    services.add_site(administrator, name="Elsewhere", setting="control-room")
    assert [site.name for site in queries.list_sites()] == ["Elsewhere", "Riverside crisis team"]


def test_of_four_equal_shifts_sent_at_once_one_is_stored(app, cast, site_id):
    barrier, refused = threading.Barrier(4), []

    def send():
        with app.app_context():
            actor = viewer_for(cast.trainee)
            barrier.wait()
            try:
                services.log_shift(actor, **answers(site_id, cast.supervisor))
            except RuleViolation as problem:
                refused.append(problem.message)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Shift)) == 1
    assert len(refused) == 3
    assert all("overlaps" in message for message in refused)
