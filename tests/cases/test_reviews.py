from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.cases import queries, services
from lms.cases.rules.decisions import Grade
from lms.cases.rules.engine import Mode
from lms.core.clock import now, today
from lms.core.errors import NotFound
from lms.curriculum.services import sync_content
from lms.identity.models import Person
from lms.identity.queries import find_viewer
from tests.factories.cases import GOOD_CASE, play_through, publish_case
from tests.factories.reviews import NAMES, cohort_at, join
from tests.statements import count_statements

pytestmark = pytest.mark.both_databases
NEWER = GOOD_CASE.replace("{name} offers tea.", "{name} offers coffee.")


@pytest.fixture
def cohort(cast, context):
    return cohort_at(cast, cast.university_a)


@pytest.fixture
def educator(cast, context):
    return find_viewer(cast.educator)


@pytest.fixture
def people(cast, cohort):
    """Three trainees of the cohort, with the case published."""
    found = [join(cast, cohort, name) for name in NAMES[:3]]
    publish_case()
    return found


def counts(educator):
    [row] = queries.list_reviews(educator)
    return {count.cohort.cohort.name: count.finished for count in row.cohorts}


@pytest.fixture
def five(people, cast, cohort):
    """Enough trainees of the cohort for them to be named."""
    return [*people, *(join(cast, cohort, name) for name in NAMES[3:5])]


def test_the_list_counts_the_people_of_each_own_cohort_who_have_finished(people, educator, cast):
    assert counts(educator) == {"September 2026": 0}
    play_through(people[0], "send", "label", "plan")
    play_through(people[0], "send", "label", "plan")
    assert counts(educator) == {"September 2026": 1}
    [elsewhere] = queries.list_reviews(find_viewer(cast.educator_b))
    assert elsewhere.cohorts == ()


def test_practice_is_not_even_counted(people, educator, cohort):
    play_through(people[0], "send", "label", "plan", mode=Mode.PRACTICE)
    play_through(people[1], "send", mode=Mode.PRACTICE)
    assert counts(educator) == {"September 2026": 0}
    assert queries.get_review(educator, "small-case", cohort).tally.people == 0


def test_an_attempt_that_somebody_has_stopped_leaves_no_trace(people, educator, cohort):
    before = queries.get_review(educator, "small-case", cohort)
    play_through(people[0], "send")
    assert counts(educator) == {"September 2026": 0}
    assert queries.get_review(educator, "small-case", cohort) == before
    publish_case(NEWER)
    assert len(queries.get_review(educator, "small-case", cohort).versions) == 1
    sync_content(None, [])
    with pytest.raises(NotFound):
        queries.get_review(educator, "small-case", cohort)


def test_a_review_is_for_educators_of_the_university_alone(people, cohort, cast):
    for name in ("educator_b", "trainee", "consultant_nurse", "external_examiner", "administrator", "stranger"):
        with pytest.raises(NotFound):
            queries.get_review(find_viewer(getattr(cast, name)), "small-case", cohort)


@pytest.mark.parametrize("slug", ["no-such-case", "pgcert", "case-formulation"])
def test_what_is_no_case_has_no_review(people, educator, cohort, slug):
    with pytest.raises(NotFound):
        queries.get_review(educator, slug, cohort)


def test_each_person_counts_once_with_their_first_finished_graded_attempt(five, educator, cohort, clock):
    people, others = five[:1], five[1:]
    first = play_through(people[0], "close", "label", "force")
    services.finish_debrief(people[0], first)
    for person in others:
        play_through(person, "send", "label", "plan")
    clock.set(now() + timedelta(days=1))
    play_through(people[0], "send", "label", "plan")
    play_through(people[0], "send")
    review = queries.get_review(educator, "small-case", cohort)
    person = review.people[0]
    assert (person.name, person.finished_at.date(), person.critical_errors) == (
        "Ana Marsh",
        today() - timedelta(days=1),
        3,
    )
    assert person.debriefed_at is not None
    assert (len(review.people), review.tally.people, review.with_critical_error, review.debriefed) == (5, 5, 5, 1)
    assert [scene.grades.get(Grade.CRITICAL) for scene in review.tally.scenes[:2]] == [1, 5]


def test_people_stand_in_the_order_of_their_names_with_the_work_they_handed_in(five, educator, cohort):
    for person in reversed(five):
        play_through(person, "send", "label", "plan")
    review = queries.get_review(educator, "small-case", cohort)
    assert [row.name for row in review.people] == sorted(NAMES[:5])
    works = {work.id for work in queries.load_written_steps(select(Person.id))}
    assert {work_id for row in review.people for work_id in row.works} == works
    assert review.tally.written == 5


def test_below_five_people_nobody_is_named_and_no_name_is_read(app, five, educator, cohort):
    for person in five[:4]:
        play_through(person, "send", "label", "plan")
    with count_statements(app) as sent:
        review = queries.get_review(educator, "small-case", cohort)
    assert review.people == ()
    assert (review.tally.people, review.with_critical_error, review.tally.written) == (4, 4, 4)
    assert not [statement for statement in sent if "person.name" in statement]
    play_through(five[4], "send", "label", "plan")
    with count_statements(app) as sent:
        assert len(queries.get_review(educator, "small-case", cohort).people) == 5
    assert [statement for statement in sent if "person.name" in statement]


def test_trainees_of_another_cohort_are_not_counted(people, educator, cohort, cast, clock):
    clock.set(now() + timedelta(minutes=1))
    other = cohort_at(cast, cast.university_a, "January 2027")
    beside = join(cast, other, NAMES[4])
    clock.set(now() + timedelta(minutes=1))
    publish_case()
    play_through(beside, "send", "label", "plan")
    assert queries.get_review(educator, "small-case", cohort).tally.people == 0
    assert queries.get_review(educator, "small-case", other).tally.people == 1


def test_versions_are_never_mixed_and_the_current_one_comes_first(people, educator, cohort):
    play_through(people[0], "send", "label", "plan")
    older = queries.get_review(educator, "small-case", cohort).version
    newer = publish_case(NEWER)
    play_through(people[1], "send", "label", "plan")
    play_through(people[2], "send", "label", "plan")
    review = queries.get_review(educator, "small-case", cohort)
    assert [(row.id, row.is_current, row.finished) for row in review.versions] == [
        (newer, True, 2),
        (older.id, False, 1),
    ]
    assert (review.version.id, review.tally.people) == (newer, 2)
    past = queries.get_review(educator, "small-case", cohort, older.id)
    assert (past.version.id, past.tally.people) == (older.id, 1)
    assert "tea" in past.case.scenes["home"].text


def test_a_version_nobody_played_is_not_offered(people, educator, cohort):
    older = queries.get_review(educator, "small-case", cohort).version
    publish_case(NEWER)
    assert len(queries.get_review(educator, "small-case", cohort).versions) == 1
    with pytest.raises(NotFound):
        queries.get_review(educator, "small-case", cohort, older.id)


def test_a_case_that_is_no_longer_taught_is_still_reviewed_where_it_was_played(people, educator, cohort, cast):
    play_through(people[0], "send", "label", "plan")
    sync_content(None, [])
    assert queries.list_reviews(educator) == []
    review = queries.get_review(educator, "small-case", cohort)
    assert (review.version.is_current, review.tally.people) == (False, 1)


def test_a_review_costs_the_same_however_many_played(app, people, educator, cohort, cast):
    play_through(people[0], "send", "label", "plan")
    queries.get_review(educator, "small-case", cohort)
    costs = []
    for person in people[1:]:
        with count_statements(app) as sent:
            queries.get_review(educator, "small-case", cohort)
            queries.list_reviews(educator)
        costs.append(len(sent))
        play_through(person, "send", "label", "plan")
        play_through(person, "send", "label", "plan", mode=Mode.PRACTICE)
    assert costs == [7, 7]


# --- Which version was taught when ---


def test_a_case_is_found_as_it_was_taught_at_the_end_of_a_day_in_london(context, clock):
    assert queries.find_case_on("small-case", today()) is None
    first = publish_case()
    began = now()
    clock.set(began + timedelta(days=3))
    second = publish_case(NEWER)
    found = {
        days: queries.find_case_on("small-case", (began + timedelta(days=days)).date()) for days in (-1, 0, 2, 3, 9)
    }
    assert found[-1] is None
    assert [found[days].version_id for days in (0, 2, 3, 9)] == [first, first, second, second]
    assert (found[2].first_at, found[3].first_at) == (began, began + timedelta(days=3))
    assert "tea" in found[0].case.scenes["home"].text
    assert len(found[0].version) == 12


def test_a_retired_case_is_found_until_the_day_before(context, clock):
    publish_case()
    began = now()
    clock.set(began + timedelta(days=2))
    sync_content(None, [])
    assert queries.find_case_on("small-case", began.date()) is not None
    assert queries.find_case_on("small-case", today()) is None
    assert [row.is_current for row in queries.list_case_versions("small-case")] == [False]


def test_versions_are_listed_once_each_the_latest_first(context, clock):
    first = publish_case()
    began = now()
    clock.set(began + timedelta(days=1))
    second = publish_case(NEWER)
    clock.set(began + timedelta(days=2))
    publish_case()
    rows = queries.list_case_versions("small-case")
    assert [(row.id, row.first_at, row.is_current) for row in rows] == [
        (first, began, True),
        (second, began + timedelta(days=1), False),
    ]
    assert queries.list_case_versions("no-such-case") == []
