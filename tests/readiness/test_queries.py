from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select

from lms.competencies.queries import framework_of, get_framework, get_matrix, load_held
from lms.core.clock import end_of_day, now, today
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import Cohort, CohortRequirementSet, Enrolment, EnrolmentEnd
from lms.curriculum.queries import get_content
from lms.curriculum.rules.enrolment import EnrolmentOutcome
from lms.curriculum.rules.pace import Pause
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.placements import services as placements
from lms.policy import Permission
from lms.readiness import queries, services
from lms.readiness.rules import CheckKind, Decision, Overall, StatusKind, Supervision, TraineeFacts
from tests.factories import readiness as make
from tests.factories import save

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def nurse(cast):
    make.load_content()
    return make.viewer(cast.consultant_nurse)


def look(viewer, trainee_id, on=None, known_at=None):
    day = on or today()
    found = queries.get_readiness(viewer, trainee_id, on=day, known_at=known_at or queries.known_by(day))
    return found.setting(make.SETTING)


def counted(run):
    """How many statements a call sends."""
    sent = []
    db.session.rollback()

    def note(*facts):
        sent.append(facts[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(sent)


def test_rows_become_facts_and_a_trainee_with_everything_is_ready(nurse, cast):
    make.make_ready(cast.trainee, cast, make.make_site())
    view = look(nurse, cast.trainee)
    assert view.result.overall is Overall.READY
    assert view.due.words == "Ready: may be authorised, alone with advice on call and review after"


def test_a_trainee_without_any_record_still_has_facts_and_a_result(nurse, cast):
    facts, _ = queries.load_facts_and_enrolments(visible_trainees(nurse, Permission.READINESS_BOARD), known_at=now())
    assert facts[cast.trainee] == TraineeFacts(cast.trainee)
    assert look(nurse, cast.trainee).result.overall is Overall.NOT_READY


def test_what_is_recorded_later_does_not_change_what_was_known(nurse, cast, clock):
    site = make.make_site()
    known_at = now()
    before = queries.explain(nurse, cast.trainee, make.SETTING, on=today(), known_at=known_at)
    day = today()
    clock.set(known_at + timedelta(days=2))
    make.add_assessment(cast.trainee, cast.assessor, on=day - timedelta(days=3))
    make.add_shift(cast.trainee, cast.supervisor, site, on=day - timedelta(days=3))
    for kind in make.CHECKS:
        make.add_check(cast.trainee, cast.administrator, kind)
    make.raise_concern(cast.trainee, cast.supervisor, on=day)
    assert queries.explain(nurse, cast.trainee, make.SETTING, on=day, known_at=known_at) == before
    assert queries.explain(nurse, cast.trainee, make.SETTING, on=day, known_at=now()) != before


def test_a_correction_of_a_check_hides_it_only_from_its_own_recording_on(nurse, cast, clock):
    administrator = make.viewer(cast.administrator)
    day = today()
    first = placements.record_check(
        administrator,
        cast.trainee,
        check_kind=CheckKind.REGISTRATION,
        issued_on=day - timedelta(days=10),
        valid_until=day + timedelta(days=300),
    )
    then = now()
    clock.set(then + timedelta(hours=1))
    placements.record_check(
        administrator,
        cast.trainee,
        check_kind=CheckKind.REGISTRATION,
        issued_on=day - timedelta(days=10),
        valid_until=day - timedelta(days=1),
        supersedes_id=first.id,
        reason="The year was mistyped.",
    )

    def state(known_at):
        result = look(nurse, cast.trainee, known_at=known_at).result
        return next(each for each in result.requirements if each.key == "registration").state

    assert state(then) == "met"
    assert state(now()) == "lapsed"


def test_nobody_outside_the_scope_sees_anything(nurse, cast):
    for name in ("stranger", "trainee_b", "administrator"):
        with pytest.raises(NotFound):
            look(make.viewer(getattr(cast, name)), cast.trainee)
    assert look(make.viewer(cast.trainee), cast.trainee).result.trainee_id == cast.trainee


def test_a_setting_is_found_by_its_slug_and_an_unknown_one_is_not(nurse, cast):
    with pytest.raises(NotFound):
        queries.explain(nurse, cast.trainee, "space-station", on=today(), known_at=now())


def test_a_requirement_set_keeps_the_framework_it_was_published_with(nurse, cast):
    set_before = get_content(ContentKind.REQUIREMENT_SET, make.SETTING)
    make.load_content(framework_title="Another framework")
    cohort = SimpleNamespace(requirement_sets={make.SETTING: set_before.id})
    sets = queries.load_requirement_sets([cohort], known_at=now())
    assert sets.current[make.SETTING].framework.title == "Another framework"
    assert sets.pinned[set_before.id].framework.title != "Another framework"
    assert sets.current[make.SETTING].version_id != set_before.id


def test_a_trainee_is_assessed_and_signed_off_under_the_framework_their_cohort_keeps(nurse, cast):
    version = get_content(ContentKind.REQUIREMENT_SET, make.SETTING)
    before = framework_of(cast.trainee)
    cohort_id = enrol(cast.trainee, cast.university_a, from_on=today())
    save(CohortRequirementSet(cohort_id=cohort_id, slug=make.SETTING, content_version_id=version.id))
    make.load_content(framework_title="Another framework")
    assert framework_of(cast.trainee) == before
    assert framework_of(cast.trainee_b).framework.title == "Another framework"
    assert get_matrix(nurse, cast.trainee).version == before


def test_records_are_read_under_the_framework_that_was_kept_at_the_moment_asked(nurse, cast, clock):
    kept, before = get_content(ContentKind.REQUIREMENT_SET, make.SETTING), framework_of(cast.trainee)
    cohort_id, then = enrol(cast.trainee, cast.university_a, from_on=today()), now()
    clock.set(clock.moment + timedelta(minutes=5))
    save(CohortRequirementSet(cohort_id=cohort_id, slug=make.SETTING, content_version_id=kept.id))
    make.load_content(framework_title="Another framework")
    scope = select(Person.id).where(Person.id == cast.trainee)

    def held(known_at):
        return load_held(scope, get_framework(), known_at=known_at).version(cast.trainee)

    assert (held(then), held(now())) == (get_framework(), before)


def test_before_any_content_was_loaded_there_is_no_requirement_set(nurse, cast):
    day = today() - timedelta(days=400)
    found = queries.get_readiness(nurse, cast.trainee, on=day, known_at=end_of_day(day))
    assert found.settings == ()


def test_the_explained_result_can_be_read_as_text(nurse, cast):
    text = queries.in_words(queries.explain(nurse, cast.trainee, make.SETTING, on=today(), known_at=now()))
    assert "Joint response car on 2026-11-18: Not ready" in text
    assert "Decided: Not decided" in text
    assert "[missing] Hours on the car: 0 h of 10 h" in text
    assert "next (administrator): Record the check with its dates." in text


def board(viewer, **options):
    return queries.board(viewer, on=today(), known_at=now(), **options)


def test_the_board_shows_everybody_with_what_blocks_and_what_waits(nurse, cast):
    make.make_ready(cast.trainee, cast, make.make_site())
    found = board(nurse)
    assert [row.person.name for row in found.rows] == ["Amina Yusuf", "Ben Carter"]
    assert [key for key, _ in found.columns] == ["capabilities", "hours", "checks", "standing"]
    assert [(row.person.name, row.due.rank) for row in found.due] == [("Amina Yusuf", 3)]
    assert found.may_work == 0
    assert board(nurse, sort="hours").rows[0].person.name == "Ben Carter"
    assert board(nurse, sort="overall").rows[0].person.name == "Amina Yusuf"
    assert board(nurse, sort="name", descending=True).rows[0].person.name == "Ben Carter"
    assert board(nurse, sort="nonsense").sort == "name"
    assert board(make.viewer(cast.trainee)).rows == ()


def test_the_board_costs_the_same_number_of_statements_at_3_and_30_trainees(nurse, cast):
    site = make.make_site()
    for number in range(1):
        make.make_ready(make.make_trainee(f"Early {number}", cast.trust), cast, site)
    few = counted(lambda: board(nurse))
    assert len(board(nurse).rows) == 3
    for number in range(27):
        make.make_ready(make.make_trainee(f"Later {number}", cast.trust), cast, site)
    assert len(board(nurse).rows) == 30
    assert counted(lambda: board(nurse)) == few
    assert few <= 28


def authorise(nurse, trainee_id):
    services.decide(
        nurse,
        trainee_id,
        make.SETTING,
        decision=Decision.AUTHORISE,
        supervision=Supervision.ACCOMPANIED,
        reason="Everything is there.",
        valid_until=today() + timedelta(days=100),
    )


def test_an_authorisation_shows_on_the_board_until_it_expires_or_lapses(nurse, cast, clock):
    make.make_ready(cast.trainee, cast, make.make_site(), until=today() + timedelta(days=200))
    authorise(nurse, cast.trainee)
    assert board(nurse).may_work == 1
    assert look(nurse, cast.trainee).status.words == "Authorised, accompanied"
    clock.set(now() + timedelta(days=90))
    assert "ends in 10 days" in board(nurse).due[0].due.words
    clock.set(now() + timedelta(days=20))
    status = look(nurse, cast.trainee).status
    assert (status.kind, status.valid_until) == (StatusKind.EXPIRED, today() - timedelta(days=10))
    then = date(2026, 12, 1)
    assert look(nurse, cast.trainee, on=then).status.kind is StatusKind.AUTHORISED


def enrol(trainee_id, university_id, *, from_on, left_on=None):
    version = get_content(ContentKind.REQUIREMENT_SET, make.SETTING).id
    cohort = Cohort(
        name=f"Cohort {trainee_id}",
        programme="pgcert",
        programme_version_id=version,
        university_id=university_id,
        starts_on=from_on,
        ends_on=from_on + timedelta(days=700),
    )
    save(cohort)
    enrolment = Enrolment(trainee_id=trainee_id, cohort_id=cohort.id, from_on=from_on)
    save(enrolment, about=trainee_id)
    if left_on:
        save(
            EnrolmentEnd(enrolment_id=enrolment.id, ended_on=left_on, outcome=EnrolmentOutcome.WITHDRAWN),
            about=trainee_id,
        )
    return cohort.id


def test_who_left_is_on_the_board_only_while_an_authorisation_runs(nurse, cast, clock):
    make.make_ready(cast.trainee, cast, make.make_site(), until=today() + timedelta(days=200))
    authorise(nurse, cast.trainee)
    for trainee_id in (cast.trainee, cast.trainee_b):
        enrol(trainee_id, cast.university_a, from_on=today() - timedelta(days=60), left_on=today())
    clock.set(now() + timedelta(days=1))
    assert [row.person.id for row in board(nurse).rows] == [cast.trainee]
    clock.set(now() + timedelta(days=120))
    assert board(nurse).rows == ()


def test_nobody_is_on_the_board_of_a_day_before_they_began(nurse, cast, clock):
    begins = today() + timedelta(days=10)
    enrol(cast.trainee, cast.university_a, from_on=begins)
    clock.set(now() + timedelta(days=20))
    later = make.make_trainee("Later Comer", cast.trust)
    then = begins - timedelta(days=1)
    on_then = {row.person.id for row in queries.board(nurse, on=then, known_at=end_of_day(then)).rows}
    assert on_then == {cast.trainee_b}
    assert {row.person.id for row in board(nurse).rows} == {cast.trainee, cast.trainee_b, later}


def test_pauses_reach_the_rules(nurse, cast, monkeypatch):
    make.make_ready(cast.trainee, cast, make.make_site())

    class Enrolled:
        pauses = (Pause(today() - timedelta(days=120)),)
        requirement_sets = {}

    monkeypatch.setattr(queries.facts, "load_enrolments", lambda scope, *, known_at: {cast.trainee: Enrolled()})
    result = look(nurse, cast.trainee).result
    assert result.overall is Overall.NOT_READY
    assert [each.key for each in result.blockers] == ["absence"]
