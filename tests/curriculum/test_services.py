from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation
from lms.curriculum import queries, services
from lms.curriculum.models import ContentPublication, ContentRetirement, ContentVersion, ReadingProgress
from lms.curriculum.models import Pause as PauseRow
from lms.curriculum.rules.enrolment import EnrolmentOutcome
from lms.curriculum.rules.pace import Pause, Share
from lms.curriculum.rules.versions import ContentKind
from lms.identity.queries import roles_of, visible_trainees
from lms.identity.services import create_person, deactivate, viewer_for
from lms.policy import Permission, Role
from tests.factories.curriculum import (
    ENDS_ON,
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
DAY = timedelta(days=1)


def rows(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def events() -> list[str]:
    return list(db.session.scalars(select(LedgerEntry.event).order_by(LedgerEntry.recorded_at, LedgerEntry.id)))


@pytest.fixture
def admin(cast):
    return viewer_for(cast.administrator, Permission.ENROLMENT_MANAGE)


@pytest.fixture
def cohort(cast):
    services.sync_content(None, [*small_content(), requirement_set()])
    return open_cohort(cast.administrator, cast.university_a)


@pytest.fixture
def newcomer(cast):
    return create_person(None, name="Nia Holt", email="nia.holt@example.org", organisation_id=cast.trust).id


def test_the_first_sync_adds_everything():
    report = services.sync_content(None, small_content())
    assert (report.added, report.changed, report.retired) == (4, 0, 0)
    assert queries.get_content(ContentKind.READING, "asking").body["minutes"] == 12
    assert "content.synced" in events()


def test_the_same_content_again_changes_nothing():
    services.sync_content(None, small_content())
    before = queries.content_digest(), rows(ContentVersion), rows(ContentPublication), rows(LedgerEntry)
    report = services.sync_content(None, small_content()[::-1])
    assert (report.added, report.changed, report.retired) == (0, 0, 0)
    assert (queries.content_digest(), rows(ContentVersion), rows(ContentPublication), rows(LedgerEntry)) == before


def test_an_edit_adds_versions_up_to_the_programme_and_keeps_the_old_ones():
    services.sync_content(None, small_content())
    old = queries.get_content(ContentKind.READING, "asking")
    report = services.sync_content(
        None, [programme(), module(), reading("asking", text="## New\n\nText."), reading("planning")]
    )
    assert (report.added, report.changed, report.retired) == (0, 3, 0)
    assert set(report.names["changed"]) == {"reading/asking", "module/mhp703", "programme/pgcert"}
    new = queries.get_content(ContentKind.READING, "asking")
    assert new.id != old.id
    assert queries.get_content_version(old.id).body["text"].startswith("Ask directly")


def test_a_version_names_the_exact_versions_it_refers_to():
    services.sync_content(None, small_content())
    version = queries.get_content(ContentKind.MODULE, "mhp703")
    current = {slug: str(queries.get_content(ContentKind.READING, slug).id) for slug in ("asking", "planning")}
    assert version.refers_to == {f"reading/{slug}": version_id for slug, version_id in current.items()}


def test_going_back_makes_the_older_version_current_again_without_a_new_one():
    first, edited = small_content(), [*small_content()[:3], reading("planning", text="## Other\n\nText.")]
    services.sync_content(None, first)
    old, digest = queries.get_content(ContentKind.READING, "planning").id, queries.content_digest()
    services.sync_content(None, edited)
    stored = rows(ContentVersion)
    report = services.sync_content(None, first)
    assert report.changed == 3
    assert rows(ContentVersion) == stored
    assert queries.get_content(ContentKind.READING, "planning").id == old
    assert queries.content_digest() == digest


def test_a_deleted_file_retires_its_slug_and_its_return_makes_it_current_again(clock):
    services.sync_content(None, [*small_content(), requirement_set()])
    version = queries.get_content(ContentKind.REQUIREMENT_SET, "joint-response-car").id
    clock.set(clock() + DAY)
    assert services.sync_content(None, small_content()).retired == 1
    assert queries.find_content(ContentKind.REQUIREMENT_SET, "joint-response-car") is None
    assert queries.get_content_version(version).title == "Joint response car"
    assert services.sync_content(None, small_content()).retired == 0
    assert rows(ContentRetirement) == 1
    clock.set(clock() + DAY)
    assert services.sync_content(None, [*small_content(), requirement_set()]).added == 1
    assert queries.get_content(ContentKind.REQUIREMENT_SET, "joint-response-car").id == version


def test_a_dry_run_says_what_would_change_and_writes_nothing():
    report = services.sync_content(None, small_content(), dry_run=True)
    assert report.added == 4
    assert rows(ContentVersion) == 0
    assert queries.content_digest() == ""


def test_content_that_refers_to_nothing_is_refused_as_a_whole():
    with pytest.raises(RuleViolation, match="reading/planning, which does not exist"):
        services.sync_content(None, small_content()[:3])
    assert rows(ContentVersion) == 0


def test_numbers_with_decimals_survive(cast):
    body = module(slug="mhp701", readings=(), temperature=36.7)
    services.sync_content(None, [body])
    assert queries.get_content(ContentKind.MODULE, "mhp701").body["temperature"] == 36.7


def test_a_cohort_is_pinned_to_the_programme_and_requirement_sets_of_its_opening(cast, admin, cohort):
    pinned = queries.get_content(ContentKind.REQUIREMENT_SET, "joint-response-car")
    services.sync_content(None, [programme(modules=()), requirement_set(title="Another title")])
    row = queries.get_cohort(admin, cohort)
    assert queries.get_content_version(row.cohort.programme_version_id).body["modules"] == ["mhp703"]
    assert [one.version_id for one in queries.list_pinned_sets(admin, cohort)] == [pinned.id]


def test_a_cohort_is_moved_to_another_requirement_set_version_by_decision(cast, admin, cohort):
    services.sync_content(None, [*small_content(), requirement_set(title="Another title")])
    version = queries.get_content(ContentKind.REQUIREMENT_SET, "joint-response-car")
    services.pin_requirement_sets(admin, cohort, version_ids=[version.id])
    assert [one.title for one in queries.list_pinned_sets(admin, cohort)] == ["Another title"]
    with pytest.raises(RuleViolation, match="Only requirement sets"):
        services.pin_requirement_sets(
            admin, cohort, version_ids=[queries.get_content(ContentKind.READING, "asking").id]
        )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "September 2026"}, "name"),
        ({"name": "943 476 5919"}, "name"),
        ({"programme": "no-such-programme"}, "programme"),
        ({"ends_on": STARTS_ON}, "ends_on"),
    ],
)
def test_a_cohort_that_does_not_fit_is_refused(cast, admin, cohort, change, field):
    facts = {
        "name": "Another",
        "programme": "pgcert",
        "university_id": cast.university_a,
        "starts_on": STARTS_ON,
        "ends_on": ENDS_ON,
    }
    with pytest.raises(RuleViolation) as refused:
        services.create_cohort(admin, **{**facts, **change})
    assert refused.value.field == field


def test_a_cohort_belongs_to_a_university_and_not_to_the_trust(cast, admin, cohort):
    with pytest.raises(RuleViolation, match="Select a university"):
        services.create_cohort(
            admin, name="A", programme="pgcert", university_id=cast.trust, starts_on=STARTS_ON, ends_on=ENDS_ON
        )


def test_enrolling_makes_a_trainee_whom_cohort_university_and_trust_may_see(cast, admin, cohort, newcomer):
    services.enrol_by_email(admin, cohort, email="Nia.Holt@example.org", from_on=STARTS_ON, percent=60)
    assert roles_of(newcomer) == {Role.TRAINEE}
    for person, sees in (
        (newcomer, True),
        (cast.educator, True),
        (cast.consultant_nurse, True),
        (cast.educator_b, False),
        (cast.trainee, False),
    ):
        viewer = viewer_for(person, Permission.ENROLMENT_READ)
        found = set(db.session.scalars(visible_trainees(viewer, Permission.ENROLMENT_READ)))
        assert (newcomer in found) is sees
    assert queries.last_enrolment(newcomer).shares == (Share(STARTS_ON, 60),)
    assert "enrolment.opened" in events()


def test_without_a_first_day_an_enrolment_begins_with_the_cohort(cast, cohort, newcomer):
    enrol(cast.administrator, cohort, newcomer)
    assert queries.last_enrolment(newcomer).from_on == STARTS_ON


@pytest.mark.parametrize(
    ("email", "words"), [("nobody@example.org", "Nobody has an account"), ("nia.holt@example.org", "closed")]
)
def test_an_unknown_or_closed_account_cannot_be_enrolled(cast, admin, cohort, newcomer, email, words):
    deactivate(admin, newcomer)
    with pytest.raises(RuleViolation, match=words) as refused:
        services.enrol_by_email(admin, cohort, email=email, from_on=STARTS_ON, percent=100)
    assert refused.value.field == "email"


def test_nobody_is_in_two_cohorts_at_once_but_may_move(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    other = open_cohort(cast.administrator, cast.university_b)
    with pytest.raises(RuleViolation, match="already enrolled in September 2026"):
        enrol(cast.administrator, other, cast.trainee)
    services.end_enrolment(admin, cast.trainee, ended_on=date(2026, 11, 18), outcome=EnrolmentOutcome.MOVED)
    enrol(cast.administrator, other, cast.trainee, from_on=date(2026, 11, 19))
    assert queries.last_enrolment(cast.trainee).cohort_id == other
    own = viewer_for(cast.trainee)
    assert list(db.session.scalars(visible_trainees(own, Permission.ENROLMENT_READ))) == [cast.trainee]


def test_the_university_somebody_moves_away_from_sees_them_no_longer(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.end_enrolment(admin, cast.trainee, ended_on=date(2026, 11, 18), outcome=EnrolmentOutcome.MOVED)
    other = open_cohort(cast.administrator, cast.university_b)
    enrol(cast.administrator, other, cast.trainee, from_on=date(2026, 11, 19))

    def seen(person) -> list[object]:
        return list(db.session.scalars(visible_trainees(viewer_for(person), Permission.SUBMISSION_MARK)))

    assert cast.trainee not in seen(cast.educator)
    assert cast.trainee in seen(cast.educator_b)


def test_an_enrolment_outside_the_actors_scope_is_not_found(cast, cohort, newcomer):
    stranger = viewer_for(cast.educator_b)
    with pytest.raises(NotFound):
        services.enrol(stranger, cohort, trainee_id=newcomer)
    enrol(cast.administrator, cohort, newcomer)
    with pytest.raises(NotFound):
        services.pause(stranger, newcomer, from_on=STARTS_ON, until_on=None)


def test_a_changed_working_share_counts_from_its_day_and_a_later_row_corrects_it(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.change_working_share(admin, cast.trainee, percent=80, from_on=date(2026, 12, 1))
    services.change_working_share(admin, cast.trainee, percent=60, from_on=date(2026, 12, 1))
    found = queries.last_enrolment(cast.trainee)
    assert found.share_on(date(2026, 11, 30)) == 100
    assert found.share_on(date(2026, 12, 1)) == 60
    with pytest.raises(RuleViolation, match="before the enrolment began"):
        services.change_working_share(admin, cast.trainee, percent=60, from_on=STARTS_ON - DAY)


def test_a_pause_stops_the_clock_until_the_recorded_return(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.pause(admin, cast.trainee, from_on=date(2026, 11, 2), until_on=None)
    assert queries.last_enrolment(cast.trainee).expected_end() is None
    services.resume(admin, cast.trainee, back_on=date(2026, 11, 16))
    found = queries.last_enrolment(cast.trainee)
    assert found.pauses == (Pause(date(2026, 11, 2), date(2026, 11, 16)),)
    assert found.expected_end() == ENDS_ON + 14 * DAY
    assert rows(PauseRow) == 2
    assert events().count("enrolment.changed") == 2


def test_a_pause_that_has_not_begun_can_be_cancelled(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.pause(admin, cast.trainee, from_on=date(2026, 12, 1), until_on=date(2026, 12, 20))
    services.resume(admin, cast.trainee, back_on=date(2026, 12, 1))
    found = queries.last_enrolment(cast.trainee)
    assert found.expected_end() == ENDS_ON
    with pytest.raises(RuleViolation, match="not paused"):
        services.resume(admin, cast.trainee, back_on=date(2026, 12, 2))
    services.pause(admin, cast.trainee, from_on=date(2026, 12, 1), until_on=None)


def test_a_return_may_not_run_into_the_next_pause(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.pause(admin, cast.trainee, from_on=date(2026, 11, 2), until_on=date(2026, 11, 30))
    services.pause(admin, cast.trainee, from_on=date(2026, 12, 10), until_on=date(2026, 12, 20))
    with pytest.raises(RuleViolation, match="Another pause"):
        services.resume(admin, cast.trainee, back_on=date(2026, 12, 15))
    services.resume(admin, cast.trainee, back_on=date(2026, 11, 16))


def test_an_administrator_cannot_enrol_themselves_or_change_their_own_enrolment(cast, admin, cohort):
    with pytest.raises(RuleViolation, match="Another administrator"):
        services.enrol(admin, cohort, trainee_id=cast.administrator)
    enrol(cast.second_administrator, cohort, cast.administrator)
    admin = viewer_for(cast.administrator, Permission.ENROLMENT_MANAGE)
    for change in (
        lambda: services.change_working_share(admin, cast.administrator, percent=50, from_on=STARTS_ON),
        lambda: services.pause(admin, cast.administrator, from_on=STARTS_ON, until_on=None),
        lambda: services.resume(admin, cast.administrator, back_on=STARTS_ON),
        lambda: services.end_enrolment(
            admin, cast.administrator, ended_on=STARTS_ON, outcome=EnrolmentOutcome.WITHDRAWN
        ),
    ):
        with pytest.raises(RuleViolation, match="Another administrator"):
            change()


def test_an_ended_enrolment_changes_no_more(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.end_enrolment(admin, cast.trainee, ended_on=date(2026, 11, 1), outcome=EnrolmentOutcome.WITHDRAWN)
    with pytest.raises(RuleViolation, match="has ended"):
        services.pause(admin, cast.trainee, from_on=date(2026, 11, 2), until_on=None)
    with pytest.raises(RuleViolation, match="has ended"):
        services.end_enrolment(admin, cast.trainee, ended_on=date(2026, 11, 1), outcome=EnrolmentOutcome.WITHDRAWN)


def test_the_last_day_belongs_to_the_enrolment(cast, admin, cohort, clock):
    enrol(cast.administrator, cohort, cast.trainee)
    services.end_enrolment(admin, cast.trainee, ended_on=date(2026, 11, 18), outcome=EnrolmentOutcome.WITHDRAWN)
    assert queries.get_cohort(admin, cohort).enrolled == 1
    assert queries.last_enrolment(cast.trainee).status(date(2026, 11, 18)) == "Active, last day 18 November 2026"
    services.change_working_share(admin, cast.trainee, percent=60, from_on=date(2026, 11, 18))
    clock.set(datetime(2026, 11, 19, 9, tzinfo=UTC))
    assert queries.get_cohort(admin, cohort).enrolled == 0
    with pytest.raises(RuleViolation, match="has ended"):
        services.change_working_share(admin, cast.trainee, percent=80, from_on=date(2026, 11, 18))


def test_the_end_of_an_enrolment_is_recorded_once(cast, admin, cohort):
    enrol(cast.administrator, cohort, cast.trainee)
    services.end_enrolment(admin, cast.trainee, ended_on=date(2027, 1, 31), outcome=EnrolmentOutcome.WITHDRAWN)
    with pytest.raises(RuleViolation, match="already recorded"):
        services.end_enrolment(admin, cast.trainee, ended_on=date(2027, 2, 28), outcome=EnrolmentOutcome.WITHDRAWN)


def test_reading_progress_only_goes_forward(cast):
    services.sync_content(None, small_content())
    trainee = viewer_for(cast.trainee)
    version = queries.get_content(ContentKind.READING, "asking")
    services.mark_reading(trainee, "asking", version_id=version.id, section=2)
    row = services.mark_reading(trainee, "asking", version_id=version.id, section=1)
    assert (row.section, row.finished_at) == (2, None)
    row = services.mark_reading(trainee, "asking", version_id=version.id, finished=True)
    finished_at = row.finished_at
    assert finished_at is not None
    row = services.mark_reading(trainee, "asking", version_id=version.id, section=99)
    assert (row.section, row.finished_at) == (2, finished_at)
    assert rows(ReadingProgress) == 1


def test_a_reading_that_changed_says_so_until_it_is_read_again(cast):
    services.sync_content(None, small_content())
    trainee = viewer_for(cast.trainee)
    old = queries.get_content(ContentKind.READING, "asking")
    services.mark_reading(trainee, "asking", version_id=old.id, finished=True)
    services.sync_content(None, [programme(), module(), reading("asking", text="## New\n\nText."), reading("planning")])
    assert queries.get_reading(trainee, "asking").progress.has_changed
    new = queries.get_content(ContentKind.READING, "asking")
    services.mark_reading(trainee, "asking", version_id=new.id, section=1)
    assert queries.get_reading(trainee, "asking").progress.has_changed
    services.mark_reading(trainee, "asking", version_id=new.id, finished=True)
    assert not queries.get_reading(trainee, "asking").progress.has_changed


def test_progress_belongs_to_the_reading_of_its_version(cast):
    services.sync_content(None, small_content())
    other = queries.get_content(ContentKind.READING, "planning")
    with pytest.raises(NotFound):
        services.mark_reading(viewer_for(cast.trainee), "asking", version_id=other.id, finished=True)
