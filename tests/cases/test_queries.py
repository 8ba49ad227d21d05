from datetime import timedelta

import pytest
from sqlalchemy import event, select

from lms.cases import queries, services
from lms.cases.models import CaseStep
from lms.cases.rules.engine import Mode
from lms.core.clock import now, today
from lms.core.confidence import Confidence
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.queries import get_content
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.identity.queries import find_viewer
from tests.factories.cases import GOOD_CASE, play_through, publish_case

EVERYBODY = select(Person.id)


@pytest.fixture
def trainee(cast, context):
    publish_case()
    return find_viewer(cast.trainee)


@pytest.fixture
def statements(context):
    seen = []

    def note(connection, cursor, statement, *rest):
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_trainee_sees_each_case_with_their_own_attempts(trainee, cast):
    play_through(trainee, "send")
    [row] = queries.list_cases(trainee)
    assert (row.slug, len(row.attempts), row.open_attempt is not None) == ("small-case", 1, True)
    [row] = queries.list_cases(find_viewer(cast.trainee_b))
    assert row.attempts == ()


def test_nobody_else_sees_an_attempt(trainee, cast):
    attempt_id = play_through(trainee, "send")
    for name in ("trainee_b", "educator", "consultant_nurse", "stranger"):
        with pytest.raises(NotFound):
            queries.get_play(find_viewer(getattr(cast, name)), attempt_id)
    assert queries.find_draft(find_viewer(cast.trainee_b), attempt_id) is None


def test_reading_an_attempt_costs_the_same_however_long_it_is(trainee, statements):
    started = services.start_attempt(trainee, "small-case", mode=Mode.GRADED)
    queries.get_play(trainee, started.id)
    costs = []
    for seq, option in enumerate(["send", "label"]):
        statements.clear()
        queries.get_play(trainee, started.id)
        costs.append(len(statements))
        services.take_step(trainee, started.id, seq=seq, choice={"option": option}, confidence=Confidence.CERTAIN)
    assert costs == [2, 2]


def test_a_graded_attempt_reaches_readiness_and_practice_does_not(trainee, cast):
    graded = play_through(trainee, "send", "label", "plan")
    services.finish_debrief(trainee, graded)
    play_through(trainee, "send", "label", "plan", mode=Mode.PRACTICE)
    [fact] = queries.load_attempts(EVERYBODY, known_at=now())[cast.trainee]
    assert (fact.id, fact.case, fact.critical_errors) == (graded, "small-case", 1)
    assert fact.finished_on == fact.debriefed_on == today()


def test_what_was_recorded_later_was_not_known_before(trainee, cast, clock):
    graded = play_through(trainee, "send", "label", "plan")
    finished = now()
    clock.set(finished + timedelta(hours=1))
    services.finish_debrief(trainee, graded)
    [fact] = queries.load_attempts(EVERYBODY, known_at=finished)[cast.trainee]
    assert (fact.finished_on, fact.debriefed_on) == (finished.date(), None)
    assert queries.load_attempts(EVERYBODY, known_at=finished - timedelta(seconds=1)) == {}


def test_a_written_answer_waits_for_the_end_so_that_nobody_sees_who_stopped(trainee):
    walk = "  walk:\n    title: A walk\n    text: You walk.\n    decision: {kind: go-on, prompt: On., goto: goodbye}\n"
    publish_case(GOOD_CASE.replace("goto: goodbye}", "goto: walk}").replace("  goodbye:\n", f"{walk}  goodbye:\n"))
    attempt_id = play_through(trainee, "send", "label", "plan")
    assert queries.load_written_steps(EVERYBODY) == []
    taken_up = select(CaseStep.id).where(CaseStep.seq == 3)
    assert len(queries.load_written_steps(EVERYBODY, taken_up=taken_up)) == 1
    services.take_step(trainee, attempt_id, seq=4, choice={})
    [work] = queries.load_written_steps(EVERYBODY)
    assert work.handed_in_at == queries.get_play(trainee, attempt_id).finish.recorded_at


def test_written_answers_of_graded_attempts_go_to_marking(trainee, cast):
    play_through(trainee, "send", "label", "plan", mode=Mode.PRACTICE, text="Mine alone, please")
    attempt_id = play_through(trainee, "send", "label", "plan")
    [work] = queries.load_written_steps(EVERYBODY)
    assert (work.trainee_id, work.text, work.prompt) == (
        cast.trainee,
        "A calm man who hurts.",
        "Write the formulation.",
    )
    assert work.title == "Your formulation: A small case"
    assert work.assignment_id == get_content(ContentKind.ASSIGNMENT, "case-formulation").id
    step = db.session.scalars(select(CaseStep).where(CaseStep.attempt_id == attempt_id, CaseStep.seq == 3)).one()
    assert [found.id for found in queries.load_written_steps(EVERYBODY, step_id=step.id)] == [step.id]
    assert queries.load_facts_known(EVERYBODY, step.id) == ("Tablets taken in several goes",)
    with pytest.raises(NotFound):
        queries.load_facts_known(select(Person.id).where(Person.id == cast.trainee_b), step.id)
    assert queries.load_written_steps(select(Person.id).where(Person.id == cast.trainee_b)) == []
