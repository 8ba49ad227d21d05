import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from lms.core.db import db
from lms.curriculum import services
from lms.curriculum.models import ContentVersion, Pause, WorkingShare
from lms.curriculum.queries import last_enrolment
from tests.factories import save
from tests.factories.curriculum import STARTS_ON, enrol, open_cohort, small_content

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def enrolment(cast):
    services.sync_content(None, small_content())
    enrol(cast.administrator, open_cohort(cast.administrator, cast.university_a), cast.trainee)
    return last_enrolment(cast.trainee)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE content_version SET source = '{}'",
        "DELETE FROM content_publication",
        "UPDATE cohort SET name = 'Another'",
        "DELETE FROM enrolment",
        "UPDATE working_share SET percent = 50",
    ],
)
def test_facts_are_never_changed_or_deleted(enrolment, statement):
    with pytest.raises(DatabaseError):
        db.session.execute(text(statement))
    db.session.rollback()


def test_a_version_is_stored_once(enrolment):
    version = db.session.query(ContentVersion).first()
    again = ContentVersion(
        content_kind=version.content_kind,
        slug=version.slug,
        digest=version.digest,
        title="Again",
        source="{}",
        refers_to={},
    )
    with pytest.raises(IntegrityError):
        save(again)


@pytest.mark.parametrize("percent", [0, 9, 101])
def test_the_database_refuses_an_impossible_working_share(enrolment, percent):
    with pytest.raises(IntegrityError):
        save(WorkingShare(enrolment_id=enrolment.id, from_on=STARTS_ON, percent=percent))


def test_the_database_refuses_a_pause_that_ends_before_it_begins(enrolment):
    with pytest.raises(IntegrityError):
        save(Pause(enrolment_id=enrolment.id, from_on=STARTS_ON, until_on=STARTS_ON.replace(day=1)))
