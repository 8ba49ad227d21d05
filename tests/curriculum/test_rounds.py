import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry
from lms.core.confidence import Confidence
from lms.core.db import Model, db
from lms.core.errors import NotFound, RuleViolation
from lms.curriculum import queries, services
from lms.curriculum.models import QuestionAnswer, QuestionRound
from lms.curriculum.rules.questions import Standing
from lms.curriculum.rules.versions import ContentKind
from lms.curriculum.services import Kept
from lms.identity.services import viewer_for
from lms.policy import Viewer
from tests.cast import Cast
from tests.factories.curriculum import content_with_questions, module, programme, reading

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]
SLUG = "mhp703-knowledge-check"


@pytest.fixture
def trainee(cast: Cast) -> Viewer:
    services.sync_content(None, content_with_questions())
    return viewer_for(cast.trainee)


def rows(model: type[Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def standing(viewer: Viewer) -> Standing:
    db.session.rollback()
    return queries.get_knowledge_check(viewer, SLUG).standing


def answer(viewer: Viewer, key: str, option: str = "ask", confidence: Confidence = Confidence.CERTAIN) -> Kept:
    asked = standing(viewer).round
    assert asked
    return services.answer_question(viewer, SLUG, key, round_id=asked.id, option=option, confidence=confidence)


def finish(viewer: Viewer, **options: str) -> None:
    for key, option in options.items():
        assert answer(viewer, key, option) is Kept.NOW


def test_a_round_asks_all_questions_and_goes_on_where_it_was_left(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    answer(trainee, "one")
    assert standing(trainee).label == "1 of 3 answered"
    assert [asked.next_question for asked in standing(trainee).rounds] == ["two"]


def test_a_round_begun_twice_is_one_round(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    services.begin_round(trainee, SLUG, number=1)
    assert rows(QuestionRound) == 1


def test_the_first_answer_of_a_round_stands(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    assert answer(trainee, "one", "wait", Confidence.NOT_SURE) is Kept.NOW
    assert answer(trainee, "one", "wait", Confidence.NOT_SURE) is Kept.BEFORE
    assert answer(trainee, "one", "ask", Confidence.NOT_SURE) is Kept.FIRST_STANDS
    assert answer(trainee, "one", "wait", Confidence.CERTAIN) is Kept.FIRST_STANDS
    assert rows(QuestionAnswer) == 1
    assert [(one.chosen.key, one.confidence) for one in standing(trainee).answered] == [("wait", Confidence.NOT_SURE)]


def test_only_what_was_wrong_is_tried_again(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    finish(trainee, one="ask", two="wait", three="tell")
    services.begin_round(trainee, SLUG, number=2, only_wrong=True)
    services.begin_round(trainee, SLUG, number=2, only_wrong=True)
    present = standing(trainee).round
    assert present
    assert (present.number, present.questions) == (2, ("two", "three"))
    finish(trainee, two="ask", three="wait")
    assert standing(trainee).label == "2 of 3 right"
    services.begin_round(trainee, SLUG, number=3, only_wrong=True)
    finish(trainee, three="ask")
    assert standing(trainee).label == "3 of 3 right"


def test_with_nothing_wrong_a_new_round_asks_everything(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    finish(trainee, one="ask", two="ask", three="ask")
    services.begin_round(trainee, SLUG, number=2, only_wrong=True)
    assert standing(trainee).label == "0 of 3 answered"


def test_an_answer_from_a_page_of_an_earlier_round_is_not_kept(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    old = standing(trainee).round
    assert old
    finish(trainee, one="ask", two="wait", three="tell")
    services.begin_round(trainee, SLUG, number=2, only_wrong=True)
    sent = {"option": "ask", "confidence": Confidence.CERTAIN}
    assert services.answer_question(trainee, SLUG, "two", round_id=old.id, **sent) is Kept.MOVED_ON
    assert answer(trainee, "one") is Kept.MOVED_ON
    assert standing(trainee).label == "0 of 2 answered again"


def test_new_questions_begin_a_new_round(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    old = standing(trainee).round
    assert old
    finish(trainee, one="ask", two="wait", three="tell")
    assert not queries.get_knowledge_check(trainee, SLUG).has_changed
    services.sync_content(None, content_with_questions("one", "four"))
    page = queries.get_knowledge_check(trainee, SLUG)
    assert page.has_changed
    assert page.standing.label == "Not started"
    sent = {"option": "ask", "confidence": Confidence.CERTAIN}
    assert services.answer_question(trainee, SLUG, "one", round_id=old.id, **sent) is Kept.MOVED_ON
    services.begin_round(trainee, SLUG, number=2, only_wrong=True)
    page = queries.get_knowledge_check(trainee, SLUG)
    assert page.standing.label == "0 of 2 answered"
    assert not page.has_changed


def test_answers_are_ones_own(trainee: Viewer, cast: Cast) -> None:
    educator, other = viewer_for(cast.educator), viewer_for(cast.trainee_b)
    services.begin_round(trainee, SLUG, number=1)
    answer(trainee, "one")
    mine = standing(trainee).round
    assert mine
    services.begin_round(educator, SLUG, number=1)
    for viewer in (educator, other):
        sent = {"option": "ask", "confidence": Confidence.CERTAIN}
        assert services.answer_question(viewer, SLUG, "two", round_id=mine.id, **sent) is Kept.MOVED_ON
    assert [standing(viewer).label for viewer in (trainee, educator, other)] == [
        "1 of 3 answered",
        "0 of 3 answered",
        "Not started",
    ]


def test_what_is_not_there_cannot_be_answered(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    with pytest.raises(RuleViolation, match="Select one of the options"):
        answer(trainee, "one", "no-such-option")
    with pytest.raises(NotFound):
        answer(trainee, "no-such-question")
    with pytest.raises(NotFound):
        services.begin_round(trainee, "no-such-check", number=1)
    assert rows(QuestionAnswer) == 0


def test_answers_leave_nothing_in_the_ledger(trainee: Viewer) -> None:
    before = rows(LedgerEntry)
    services.begin_round(trainee, SLUG, number=1)
    answer(trainee, "one")
    assert rows(LedgerEntry) == before


def test_standings_are_told_by_slug(trainee: Viewer) -> None:
    services.begin_round(trainee, SLUG, number=1)
    found = queries.list_standings(trainee, [SLUG, "no-such-check"])
    assert {slug: standing.label for slug, standing in found.items()} == {SLUG: "0 of 3 answered"}
    assert queries.list_standings(trainee, []) == {}


def test_a_knowledge_check_that_is_retired_is_not_taught(trainee: Viewer) -> None:
    services.sync_content(None, [programme(), module(readings=("asking",)), reading("asking")])
    assert queries.list_standings(trainee, [SLUG]) == {}
    with pytest.raises(NotFound):
        queries.get_knowledge_check(trainee, SLUG)


def test_a_module_names_the_exact_version_of_its_knowledge_check(trainee: Viewer) -> None:
    version = queries.get_knowledge_check(trainee, SLUG).version
    pinned = queries.get_content(ContentKind.MODULE, "mhp703")
    assert pinned.refers_to[f"questions/{SLUG}"] == str(version.id)
