from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select

from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum import queries, services
from lms.curriculum.rules.pace import Pause, Share
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.identity.services import create_person, viewer_for
from lms.policy import Permission
from tests.factories.curriculum import (
    STARTS_ON,
    enrol,
    module,
    open_cohort,
    programme,
    reading,
    requirement_set,
    small_content,
)

pytestmark = pytest.mark.usefixtures("context")
EVERYBODY = select(Person.id)


class Statements:
    def __enter__(self):
        self.count = 0
        event.listen(db.engine, "before_cursor_execute", self._count)
        return self

    def _count(self, *_):
        self.count += 1

    def __exit__(self, *_):
        event.remove(db.engine, "before_cursor_execute", self._count)


@pytest.fixture
def cohort(cast):
    services.sync_content(None, [*small_content(), requirement_set()])
    return open_cohort(cast.administrator, cast.university_a)


def test_what_was_current_at_a_moment_stays_known(clock):
    services.sync_content(None, [requirement_set()])
    then = now()
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    services.sync_content(None, [requirement_set(title="Another title")])
    clock.set(datetime(2026, 11, 20, 9, tzinfo=UTC))
    services.sync_content(None, [])
    kind = ContentKind.REQUIREMENT_SET
    assert [one.title for one in queries.list_content(kind, known_at=then)] == ["Joint response car"]
    assert [one.title for one in queries.list_content(kind, known_at=datetime(2026, 11, 19, 10, tzinfo=UTC))] == [
        "Another title"
    ]
    assert queries.list_content(kind) == []


def test_cohorts_are_seen_by_their_university_and_the_trust(cast, cohort):
    for person, sees in (
        (cast.educator, True),
        (cast.consultant_nurse, True),
        (cast.administrator, True),
        (cast.educator_b, False),
        (cast.stranger, False),
        (cast.trainee, False),
    ):
        viewer = viewer_for(person)
        assert [row.cohort.id for row in queries.list_cohorts(viewer)] == ([cohort] if sees else [])
        if sees:
            assert queries.get_cohort(viewer, cohort).university == "University of Northmere"
        else:
            with pytest.raises(NotFound):
                queries.get_cohort(viewer, cohort)


def test_the_trainees_of_a_cohort_are_listed_with_their_enrolment_in_it(cast, cohort):
    enrol(cast.administrator, cohort, cast.trainee, percent=60)
    found = queries.list_cohort_trainees(viewer_for(cast.educator), cohort)
    assert [(row.person.name, row.enrolment.shares) for row in found] == [("Amina Yusuf", (Share(STARTS_ON, 60),))]
    assert queries.list_cohort_trainees(viewer_for(cast.educator_b), cohort) == []
    assert queries.list_cohorts(viewer_for(cast.educator))[0].enrolled == 1


def test_an_enrolment_is_seen_as_it_was_known_at_a_moment(cast, cohort, clock):
    admin = viewer_for(cast.administrator)
    before = now()
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    enrol(cast.administrator, cohort, cast.trainee)
    services.pause(admin, cast.trainee, from_on=date(2026, 11, 1), until_on=None)
    enrolled = now()
    clock.set(datetime(2026, 11, 20, 9, tzinfo=UTC))
    services.resume(admin, cast.trainee, back_on=date(2026, 11, 20))
    services.change_working_share(admin, cast.trainee, percent=60, from_on=STARTS_ON)
    assert queries.load_enrolments(EVERYBODY, known_at=before) == {}
    then = queries.load_enrolments(EVERYBODY, known_at=enrolled)[cast.trainee]
    assert (then.pauses, then.shares) == ((Pause(date(2026, 11, 1), None),), (Share(STARTS_ON, 100),))
    today = queries.load_enrolments(EVERYBODY, known_at=now())[cast.trainee]
    assert (today.pauses, today.shares) == (
        (Pause(date(2026, 11, 1), date(2026, 11, 20)),),
        (Share(STARTS_ON, 60),),
    )
    assert list(today.requirement_sets) == ["joint-response-car"]


def test_enrolments_are_loaded_in_as_many_statements_for_many_as_for_few(cast, cohort):
    def cost() -> int:
        with Statements() as statements:
            queries.load_enrolments(EVERYBODY, known_at=now())
        return statements.count

    enrol(cast.administrator, cohort, cast.trainee)
    few = cost()
    for number in range(8):
        person = create_person(None, name=f"P {number}", email=f"p{number}@example.org", organisation_id=cast.trust)
        enrol(cast.administrator, cohort, person.id)
    assert cost() == few
    assert len(queries.load_enrolments(EVERYBODY, known_at=now())) == 9


def test_a_trainee_sees_the_modules_their_cohort_began_with(cast, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.sync_content(
        None,
        [
            programme(modules=("mhp702",)),
            module("mhp702", readings=()),
            module(),
            reading("asking"),
            reading("planning"),
        ],
    )
    (own,) = queries.list_programmes(viewer_for(cast.trainee))
    assert [one.slug for one in own.modules] == ["mhp703"]
    (current,) = queries.list_programmes(viewer_for(cast.educator))
    assert [one.slug for one in current.modules] == ["mhp702"]
    assert current.enrolment is None


def test_a_module_counts_what_the_viewer_has_read(cast, cohort):
    trainee = viewer_for(cast.trainee)
    assert queries.get_module(trainee, "mhp703").progress == "0 of 2 readings read"
    version = queries.get_content(ContentKind.READING, "asking")
    services.mark_reading(trainee, "asking", version_id=version.id, finished=True)
    found = queries.get_module(trainee, "mhp703")
    assert found.progress == "1 of 2 readings read"
    assert found.next_reading.slug == "planning"
    assert queries.get_module(viewer_for(cast.trainee_b), "mhp703").progress == "0 of 2 readings read"


def test_a_reading_knows_its_module_and_the_next_reading(cast, cohort):
    page = queries.get_reading(viewer_for(cast.trainee), "asking")
    assert (page.module.slug, page.next_reading.slug) == ("mhp703", "planning")
    assert queries.get_reading(viewer_for(cast.trainee), "planning").next_reading is None
    with pytest.raises(NotFound):
        queries.get_reading(viewer_for(cast.trainee), "no-such-reading")


def test_an_enrolment_outside_the_scope_is_not_found(cast, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    assert queries.get_enrolment(viewer_for(cast.trainee), cast.trainee).cohort_id == cohort
    for stranger in (cast.trainee_b, cast.educator_b, cast.assessor):
        with pytest.raises(NotFound):
            queries.get_enrolment(viewer_for(stranger, Permission.ENROLMENT_READ), cast.trainee)
