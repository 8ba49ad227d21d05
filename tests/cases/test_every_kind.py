import pytest
from sqlalchemy import select

from lms.cases import queries, services
from lms.cases.models import CaseFinish, CaseStep
from lms.cases.rules.answers import Step
from lms.cases.rules.engine import Mode, replay
from lms.cases.rules.graph import best_paths
from lms.cases.rules.scoring import Outcome
from lms.cases.services import Taken
from lms.core.confidence import Confidence
from lms.core.db import db
from lms.core.errors import RuleViolation
from lms.identity.queries import find_viewer
from tests.factories.cases import EVERY_KIND_CASE, every_kind, publish_case
from tests.statements import count_statements

pytestmark = pytest.mark.both_databases
BEST = best_paths(every_kind())[0][0].steps


@pytest.fixture
def trainee(cast, context):
    publish_case(EVERY_KIND_CASE)
    return find_viewer(cast.trainee)


@pytest.fixture
def attempt(trainee):
    return services.start_attempt(trainee, "every-kind", mode=Mode.GRADED)


def take(trainee, attempt, seq, step):
    return services.take_step(trainee, attempt.id, seq=seq, choice=step.choice, confidence=step.confidence)


def test_every_kind_of_answer_is_stored_and_replays(trainee, attempt):
    for seq, step in enumerate(BEST):
        assert take(trainee, attempt, seq, step) is Taken.NOW
    play = queries.get_play(trainee, attempt.id)
    assert play.result.is_full
    assert tuple(row.step for row in play.steps) == tuple(BEST)
    finish = db.session.scalar(select(CaseFinish))
    assert (finish.points, finish.points_available, finish.critical_errors) == (12, 12, 0)


def test_a_step_of_any_kind_is_taken_once(trainee, attempt):
    for seq, step in enumerate(BEST):
        take(trainee, attempt, seq, step)
        assert take(trainee, attempt, seq, step) is Taken.BEFORE
    other = Step("room", confidence=Confidence.CERTAIN, picks=BEST[0].picks[::-1])
    assert take(trainee, attempt, 0, other) is Taken.ELSEWHERE
    assert len(db.session.scalars(select(CaseStep)).all()) == len(BEST)


def test_a_hint_is_kept_as_a_step_and_can_be_taken_once(trainee, attempt):
    hint = Step("room", hint=True)
    assert take(trainee, attempt, 0, hint) is Taken.NOW
    assert take(trainee, attempt, 0, hint) is Taken.BEFORE
    with pytest.raises(RuleViolation, match="no further hint"):
        take(trainee, attempt, 1, hint)
    for seq, step in enumerate(BEST, start=1):
        take(trainee, attempt, seq, step)
    play = queries.get_play(trainee, attempt.id)
    assert (play.result.points, play.result.outcome) == (11, Outcome.SOUND)


def test_a_mistake_leads_on_by_a_scene_that_asks_nothing(trainee, attempt):
    wrong = ("naloxone", "airway", "ventilate", "glucose")
    take(trainee, attempt, 0, Step("room", confidence=Confidence.CERTAIN, picks=wrong))
    assert queries.get_play(trainee, attempt.id).state.scene == "collapse"
    with pytest.raises(RuleViolation, match="nothing to select"):
        take(trainee, attempt, 1, Step("collapse", "fly", Confidence.CERTAIN))
    assert take(trainee, attempt, 1, Step("collapse")) is Taken.NOW


def test_taking_a_step_costs_the_same_however_long_the_attempt_is(app, trainee, attempt):
    costs = []
    for seq, step in enumerate(BEST[:-1]):
        with count_statements(app) as sent:
            take(trainee, attempt, seq, step)
        costs.append(len(sent))
    assert len(set(costs[1:])) == 1, costs


def test_an_edited_case_leaves_an_attempt_on_its_version(trainee, attempt):
    take(trainee, attempt, 0, BEST[0])
    before = queries.get_play(trainee, attempt.id)
    publish_case(
        EVERY_KIND_CASE.replace(
            "{key: airway, text: Open the airway, place: 1}", "{key: air, text: Air first, place: 1}"
        ).replace("title: The chart", "title: The new chart")
    )
    for seq, step in enumerate(BEST[1:], start=1):
        take(trainee, attempt, seq, step)
    after = queries.get_play(trainee, attempt.id)
    assert after.case == before.case
    assert after.result.is_full
    assert replay(after.case, after.draw, [row.step for row in after.steps]) == after.state
    newer = services.start_attempt(trainee, "every-kind", mode=Mode.GRADED)
    assert newer.content_version_id != attempt.content_version_id
    assert queries.get_play(trainee, newer.id).case.scenes["chart"].title == "The new chart"
