from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.services import viewer_for
from lms.placements import queries, services
from lms.placements.rules.states import Part, Presentation, Status
from tests.factories.encounters import contact
from tests.factories.placements import add_site, answers, load_settings, log, prepare


@pytest.fixture
def site_id(context, cast):
    return prepare()


EVERYBODY = select(Person.id)


def test_shifts_load_in_three_statements_however_many_there_are(cast, site_id, statements):
    for number in range(6):
        log(
            cast.trainee if number % 2 else cast.trainee_b,
            site_id,
            cast.supervisor,
            worked_on=date(2026, 11, 1 + number),
        )
    db.session.rollback()
    statements.clear()
    found = queries.load_practice(EVERYBODY, known_at=now())[0]
    assert len(statements) == 3
    assert {person: len(facts) for person, facts in found.items()} == {cast.trainee: 3, cast.trainee_b: 3}
    assert [fact.on.day for fact in found[cast.trainee_b]] == [1, 3, 5]


def test_what_was_recorded_later_is_not_known_yet(cast, site_id, clock):
    trainee, supervisor = viewer_for(cast.trainee), viewer_for(cast.supervisor)
    start = clock.moment

    def known(hours):
        facts = queries.load_practice(EVERYBODY, known_at=start + timedelta(hours=hours))[0].get(cast.trainee, [])
        return [(fact.status, fact.minutes) for fact in facts]

    def contacts(hours):
        facts = queries.load_encounters(EVERYBODY, known_at=start + timedelta(hours=hours)).get(cast.trainee, [])
        return [(fact.presentation, fact.part, fact.setting, fact.on, fact.shift_status) for fact in facts]

    clock.set(start + timedelta(hours=1))
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.add_encounter(trainee, shift.id, contact=contact(Presentation.OVERDOSE, Part.ASSISTED))
    clock.set(start + timedelta(hours=2))
    services.approve_shifts(supervisor, [shift.id])
    clock.set(start + timedelta(hours=3))
    services.correct_shift(trainee, shift.id, reason="Left early", **answers(site_id, cast.supervisor, ends=time(14)))
    assert known(0) == []
    assert known(1) == [(Status.SUBMITTED, 450)]
    assert known(2) == [(Status.APPROVED, 450)]
    assert known(3) == [(Status.SUBMITTED, 390)]
    noted = (Presentation.OVERDOSE, Part.ASSISTED, "crisis-team", date(2026, 11, 16))
    assert contacts(0) == []
    assert contacts(1) == [(*noted, Status.SUBMITTED)]
    assert contacts(2) == [(*noted, Status.APPROVED)]
    assert contacts(3) == [(*noted, Status.SUBMITTED)]


def test_encounters_load_in_two_statements_and_once_each(cast, site_id, statements):
    trainee, supervisor = viewer_for(cast.trainee), viewer_for(cast.supervisor)
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.query_shift(supervisor, shift.id, comment="Was it Monday?")
    services.approve_shifts(supervisor, [shift.id])
    for part in Part:
        services.add_encounter(trainee, shift.id, contact=contact(Presentation.PSYCHOSIS, part))
    db.session.rollback()
    statements.clear()
    found = queries.load_encounters(EVERYBODY, known_at=now())
    assert len(statements) == 2
    assert sorted(fact.part for fact in found[cast.trainee]) == sorted(Part)


def test_only_trainees_in_scope_are_loaded(cast, site_id):
    log(cast.trainee, site_id, cast.supervisor)
    log(cast.trainee_b, site_id, cast.supervisor)
    scope = select(Person.id).where(Person.id == cast.trainee_b)
    assert set(queries.load_practice(scope, known_at=now())[0]) == {cast.trainee_b}


def test_a_shift_is_seen_by_those_concerned_and_by_nobody_else(cast, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    for person in (cast.trainee, cast.supervisor, cast.educator, cast.consultant_nurse):
        assert queries.get_shift(viewer_for(person), shift.id).row.fact.id == shift.id
        assert len(queries.list_shifts(viewer_for(person), cast.trainee)) == 1
    for person in (cast.trainee_b, cast.educator_b, cast.assessor, cast.external_examiner, cast.administrator):
        with pytest.raises(NotFound):
            queries.get_shift(viewer_for(person), shift.id)
        assert queries.list_shifts(viewer_for(person), cast.trainee) == []


def test_encounters_are_not_for_placement_supervisors(cast, site_id):
    trainee = viewer_for(cast.trainee)
    shift = log(cast.trainee, site_id, cast.supervisor)
    services.add_encounter(trainee, shift.id, contact=contact(Presentation.PSYCHOSIS, Part.LED))
    seen = {
        person: len(queries.list_encounters(viewer_for(person), cast.trainee))
        for person in (cast.trainee, cast.educator, cast.consultant_nurse, cast.supervisor, cast.educator_b)
    }
    assert seen == {
        cast.trainee: 1,
        cast.educator: 1,
        cast.consultant_nurse: 1,
        cast.supervisor: 0,
        cast.educator_b: 0,
    }
    assert queries.get_shift(viewer_for(cast.supervisor), shift.id).encounters == ()


def test_a_supervisor_decides_only_on_shifts_that_name_them(cast, site_id):
    shift = log(cast.trainee, site_id, cast.supervisor)
    supervisor = viewer_for(cast.supervisor)
    assert queries.may_decide(supervisor, queries.get_shift(supervisor, shift.id))
    nurse = viewer_for(cast.consultant_nurse)
    assert not queries.may_decide(nurse, queries.get_shift(nurse, shift.id))
    with pytest.raises(NotFound):
        queries.get_supervised_shift(nurse, shift.id)
    assert queries.count_waiting(supervisor) == 1
    assert queries.count_waiting(nurse) == 0


def test_the_last_entry_is_offered_again(cast, site_id, clock):
    trainee = viewer_for(cast.trainee)
    assert queries.find_last_time(trainee) is None
    log(cast.trainee, site_id, cast.supervisor)
    clock.set(clock.moment + timedelta(minutes=5))
    room = add_site("Control room", "control-room")
    log(cast.trainee, room.id, cast.supervisor, worked_on=date(2026, 11, 15), break_minutes=45)
    last = queries.find_last_time(trainee)
    assert (last.site_id, last.supervisor_id, last.break_minutes) == (room.id, cast.supervisor, 45)


def test_supervisors_are_offered_once_each(cast, site_id):
    assert [person.label for person in queries.list_supervisors()] == ["Sam Okoro"]


def test_without_content_there_are_no_settings(context):
    assert queries.find_placements() is None
    assert queries.get_placements().requirements() == ()


def test_settings_are_those_current_at_the_moment(context, clock):
    before = clock.moment - timedelta(hours=1)
    load_settings()
    assert queries.get_placements().total().required_minutes == 22500
    assert queries.find_placements(known_at=before) is None
