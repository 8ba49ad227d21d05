from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select

from lms.audit.models import TextBody
from lms.audit.services import ask_redaction, confirm_redaction
from lms.cases.rules.engine import Mode
from lms.core.db import db
from lms.core.errors import NotFound
from lms.grading import queries, services
from lms.grading.rules.outcomes import Outcome, Standing
from lms.grading.rules.states import WorkState, candidate_number
from lms.identity.queries import find_viewer
from lms.identity.services import create_person, give_role, open_grant
from lms.policy import Permission, Role
from tests.factories.grading import SOUND, enrol, hand_in, teach

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def taught(cast):
    teach()
    enrol(cast.trainee, cast.university_a)
    enrol(cast.trainee_b, cast.university_b)
    return cast


@pytest.fixture
def educator(taught):
    return find_viewer(taught.educator)


def draft(actor, work):
    services.save_draft(actor, work, version=0, seen_mark_id=None, levels={}, comments={}, feedback="A start.")


def mark(actor, work, feedback="Clear and kind."):
    return services.mark(
        actor, work, version=0, seen_mark_id=None, levels=SOUND, comments={"needs": "Quote him."}, feedback=feedback
    )


def statements(work) -> int:
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len([text for text in seen if not text.startswith("BEGIN")])


def test_the_queue_sorts_work_by_state_with_the_longest_waiting_first(taught, educator):
    late = hand_in(taught.trainee, at=datetime(2026, 11, 17, 9, tzinfo=UTC))
    early = hand_in(taught.trainee, at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    begun, marked, released = (hand_in(taught.trainee) for _ in range(3))
    draft(educator, begun)
    mark(educator, marked)
    services.release(educator, [mark(educator, released).id])
    queue = queries.list_queue(educator)
    assert [row.work.id for row in queue.to_mark] == [early, late]
    assert [row.waiting.due_on for row in queue.to_mark] == [date(2026, 11, 30), date(2026, 12, 15)]
    assert [(row.work.id, row.by) for row in queue.in_marking] == [(begun, "Edith Lowe")]
    assert [(row.work.id, row.mark.percent) for row in queue.marked] == [(marked, 70)]
    assert [row.work.id for row in queue.released] == [released]
    assert queries.count_to_mark(educator) == 3


def test_the_feedback_is_due_when_the_programme_promises_it(taught, educator):
    hand_in(taught.trainee, at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    teach(promised=10)
    queue = queries.list_queue(educator)
    assert (queue.promise, queue.to_mark[0].waiting.due_on) == ("10 working days", date(2026, 11, 16))


def test_module_outcomes_wait_from_the_release_to_the_board(taught, educator):
    def waits():
        return [(row.trainee, row.module, row.words) for row in queries.list_outcomes_waiting(educator)]

    assert waits() == []
    entry = mark(educator, hand_in(taught.trainee))
    assert waits() == []
    services.release(educator, [entry.id])
    assert waits() == [("Amina Yusuf", "mhp703", "Marks are released; no outcome is recorded")]
    facts = {"outcome": Outcome.PASS, "decided_on": date(2026, 11, 17)}
    row = services.record_module_outcome(educator, taught.trainee, "mhp703", standing=Standing.PROVISIONAL, **facts)
    assert waits() == [("Amina Yusuf", "mhp703", "Pass (provisional): waits for the board")]
    services.record_module_outcome(
        educator, taught.trainee, "mhp703", standing=Standing.RATIFIED, seen_id=row.id, **facts
    )
    assert waits() == []
    assert queries.list_outcomes_waiting(find_viewer(taught.educator_b)) == []


def test_practice_attempts_are_nobodys_to_mark(taught, educator):
    practice = hand_in(taught.trainee, mode=Mode.PRACTICE)
    assert queries.list_queue(educator).to_mark == []
    with pytest.raises(NotFound):
        queries.get_marking(educator, practice)
    assert queries.list_own_feedback(find_viewer(taught.trainee)) == []


def test_a_correction_in_the_making_is_said_in_the_queue(taught, educator):
    work = hand_in(taught.trainee)
    entry = mark(educator, work)
    services.save_draft(
        educator, work, version=0, seen_mark_id=entry.id, levels=SOUND, comments={}, feedback="Looked again."
    )
    [row] = queries.list_queue(educator).marked
    assert (row.state, row.has_correction) == (WorkState.MARKED, True)


def test_two_roles_at_two_universities_never_add_up(taught):
    person = create_person(None, name="Dana Cross", email="dana@example.org", organisation_id=taught.university_a)
    for role, scope in ((Role.EDUCATOR, taught.university_a), (Role.EXTERNAL_EXAMINER, taught.university_b)):
        give_role(None, person_id=person.id, role=role, scope_id=scope, cause="Test")
    crossed = find_viewer(person.id)
    there = hand_in(taught.trainee_b)
    with pytest.raises(NotFound):
        queries.get_marking(crossed, there)
    here = hand_in(taught.trainee)
    services.release(find_viewer(taught.educator), [mark(find_viewer(taught.educator), here).id])
    with pytest.raises(NotFound):
        queries.get_sample(crossed, here)
    assert [row.work.id for row in queries.list_queue(crossed).released] == [here]


def test_a_grant_that_ended_shows_nothing(taught):
    work = hand_in(taught.trainee)
    person = create_person(None, name="Past Marker", email="past@example.org", organisation_id=taught.university_a)
    give_role(None, person_id=person.id, role=Role.EDUCATOR, scope_id=taught.university_b, cause="Now elsewhere")
    open_grant(
        None,
        person_id=person.id,
        scope_id=taught.university_a,
        role=Role.EDUCATOR,
        from_on=date(2026, 1, 1),
        until_on=date(2026, 11, 17),
        cause="Covered a colleague",
    )
    with pytest.raises(NotFound):
        queries.get_marking(find_viewer(person.id), work)


def test_a_trainee_reads_only_their_own_released_feedback(taught, educator):
    waiting, released = hand_in(taught.trainee), hand_in(taught.trainee)
    mark(educator, waiting)
    services.release(educator, [mark(educator, released).id])
    trainee, other = find_viewer(taught.trainee), find_viewer(taught.trainee_b)
    rows = {row.work.id: row for row in queries.list_own_feedback(trainee)}
    assert (rows[waiting].percent, rows[waiting].released_at) == (None, None)
    assert rows[released].percent == 70
    for viewer, work in ((trainee, waiting), (other, released)):
        with pytest.raises(NotFound):
            queries.get_own_feedback(viewer, work)
    assert queries.get_own_feedback(trainee, released).mark.comments == {"needs": "Quote him."}


def test_the_examiner_sees_released_marks_by_candidate_number(taught, educator):
    examiner = find_viewer(taught.external_examiner)
    mark(educator, hand_in(taught.trainee))
    shown = hand_in(taught.trainee)
    services.release(educator, [mark(educator, shown).id])
    there = hand_in(taught.trainee_b)
    colleague = find_viewer(taught.educator_b)
    services.release(colleague, [mark(colleague, there).id])
    sample = queries.list_sample(examiner)
    assert [row.candidate for row in sample.rows] == [candidate_number(shown)]
    assert sample.is_nominal
    assert queries.get_sample(examiner, shown).candidate == candidate_number(shown)
    with pytest.raises(NotFound):
        queries.get_sample(examiner, there)
    with pytest.raises(NotFound):
        queries.get_marking(examiner, shown)


def test_the_trust_sees_outcomes_and_no_marks(taught):
    nurse = find_viewer(taught.consultant_nurse)
    outcomes = queries.get_outcomes(nurse, taught.trainee, Permission.MODULE_OUTCOME_READ)
    assert [(row.slug, row.outcome) for row in outcomes.modules] == [("mhp703", None)]
    for permission in (Permission.SUBMISSION_MARK, Permission.SUBMISSION_SAMPLE):
        assert not nurse.may(permission)


def test_redacted_feedback_is_said_to_be_redacted(taught, educator):
    work = hand_in(taught.trainee)
    entry = mark(educator, work, feedback="Something that must go.")
    administrator, second = find_viewer(taught.administrator), find_viewer(taught.second_administrator)
    request = ask_redaction(administrator, entry.feedback_id, reason="Names a person", where_found="Feedback")
    confirm_redaction(second, request.id)
    view = queries.get_marking(educator, work).current
    assert view.feedback is None
    assert view.comments == {"needs": "Quote him."}
    assert "Something that must go." not in set(db.session.scalars(select(TextBody.text)))


@pytest.mark.parametrize("page", ["queue", "marking", "own", "sample"])
def test_a_page_costs_the_same_number_of_statements_for_3_and_30_pieces(taught, educator, page):
    trainee, examiner = find_viewer(taught.trainee), find_viewer(taught.external_examiner)
    work = hand_in(taught.trainee)
    services.release(educator, [mark(educator, work).id])
    load = {
        "queue": lambda: queries.list_queue(educator),
        "marking": lambda: queries.get_marking(educator, work),
        "own": lambda: queries.list_own_feedback(trainee),
        "sample": lambda: queries.list_sample(examiner),
    }[page]

    def add(count):
        made = [hand_in(taught.trainee) for _ in range(count)]
        draft(educator, made[0])
        services.release(educator, [mark(educator, made[-1]).id])

    add(2)
    load()
    few = statements(load)
    add(27)
    assert statements(load) == few
    assert few <= 10
