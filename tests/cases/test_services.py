import pytest
from sqlalchemy import func, select

from lms.audit.models import LedgerEntry, TextBody
from lms.cases import queries, services
from lms.cases.models import CaseAttempt, CaseDraft, CaseFinish, CaseStep, DebriefDone
from lms.cases.rules.engine import Mode
from lms.cases.rules.scoring import score
from lms.cases.services import Taken
from lms.core.confidence import Confidence
from lms.core.db import db
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.identity.queries import find_viewer
from tests.factories.cases import GOOD_CASE, play_through, publish_case

SURE = Confidence.CERTAIN


@pytest.fixture
def trainee(cast, context):
    publish_case()
    return find_viewer(cast.trainee)


@pytest.fixture
def attempt(trainee):
    return services.start_attempt(trainee, "small-case", mode=Mode.GRADED)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def at_writing(trainee, mode=Mode.GRADED):
    started = services.start_attempt(trainee, "small-case", mode=mode)
    travel = "beside" if started.draw["variant"] == "martin" else "plan"
    for seq, option in enumerate(["send", "direct", travel]):
        services.take_step(trainee, started.id, seq=seq, choice={"option": option}, confidence=SURE)
    return started.id


def test_an_attempt_keeps_the_patient_and_the_order_it_drew(trainee, attempt):
    assert attempt.draw["variant"] in ("martin", "alan")
    assert sorted(attempt.draw["order"]["call"]) == ["close", "send", "wait"]


def test_an_open_graded_attempt_goes_on_instead_of_a_second_one(trainee, attempt):
    assert services.start_attempt(trainee, "small-case", mode=Mode.GRADED).id == attempt.id
    assert services.start_attempt(trainee, "small-case", mode=Mode.PRACTICE).id != attempt.id


def test_playing_again_meets_another_patient(trainee, attempt):
    again = services.start_attempt(trainee, "small-case", mode=Mode.PRACTICE)
    assert again.draw["variant"] != attempt.draw["variant"]


def test_a_case_that_is_not_taught_cannot_be_started(trainee):
    with pytest.raises(NotFound):
        services.start_attempt(trainee, "no-such-case", mode=Mode.GRADED)


def test_a_step_is_taken_once_however_often_it_is_sent(trainee, attempt):
    sent = {"seq": 0, "choice": {"option": "send"}, "confidence": SURE}
    assert services.take_step(trainee, attempt.id, **sent) is Taken.NOW
    assert services.take_step(trainee, attempt.id, **sent) is Taken.BEFORE
    assert count(CaseStep) == 1


def test_another_choice_from_an_old_page_changes_nothing(trainee, attempt):
    services.take_step(trainee, attempt.id, seq=0, choice={"option": "send"}, confidence=SURE)
    assert (
        services.take_step(trainee, attempt.id, seq=0, choice={"option": "close"}, confidence=SURE) is Taken.ELSEWHERE
    )
    assert (
        services.take_step(trainee, attempt.id, seq=7, choice={"option": "close"}, confidence=SURE) is Taken.ELSEWHERE
    )
    assert queries.get_play(trainee, attempt.id).steps[0].step.option == "send"


def test_an_answer_from_a_page_without_the_hint_follows_the_hint_taken_on_another(trainee, attempt):
    hint, answer = {"hint": True}, {"option": "send"}
    assert services.take_step(trainee, attempt.id, seq=0, choice=hint) is Taken.NOW
    assert services.take_step(trainee, attempt.id, seq=0, choice=hint) is Taken.BEFORE
    assert services.take_step(trainee, attempt.id, seq=0, choice=answer, confidence=SURE) is Taken.NOW
    assert services.take_step(trainee, attempt.id, seq=0, choice=answer, confidence=SURE) is Taken.BEFORE
    other = {"option": "close"}
    assert services.take_step(trainee, attempt.id, seq=0, choice=other, confidence=SURE) is Taken.ELSEWHERE
    play = queries.get_play(trainee, attempt.id)
    assert [row.step.choice for row in play.steps] == [hint, answer]
    assert play.result.criteria[0].points == 1


def test_a_written_task_takes_no_step_without_words_not_even_a_hint(context, cast):
    publish_case(GOOD_CASE.replace("{kind: write,", '{kind: write, hint: "A story.",'))
    trainee = find_viewer(cast.trainee)
    attempt_id = at_writing(trainee)
    for choice in ({"hint": True}, {}):
        with pytest.raises(RuleViolation, match="your own words"):
            services.take_step(trainee, attempt_id, seq=3, choice=choice)
    assert count(CaseStep) == 3


@pytest.mark.parametrize(("option", "confidence"), [("fly", SURE), ("send", None)])
def test_an_illegal_step_is_refused(trainee, attempt, option, confidence):
    with pytest.raises(RuleViolation):
        services.take_step(trainee, attempt.id, seq=0, choice={"option": option}, confidence=confidence)
    assert count(CaseStep) == 0


def test_nobody_else_can_take_a_step(trainee, attempt, cast):
    other = find_viewer(cast.trainee_b)
    with pytest.raises(NotFound):
        services.take_step(other, attempt.id, seq=0, choice={"option": "send"}, confidence=SURE)
    with pytest.raises(NotFound):
        services.save_draft(other, attempt.id, seq=0, text="x", version=0)
    with pytest.raises(NotFound):
        services.finish_debrief(other, attempt.id)


def test_the_end_is_recorded_with_the_score_that_replaying_gives(trainee):
    attempt_id = play_through(trainee, "send", "label", "force")
    finish = db.session.scalars(select(CaseFinish)).one()
    play = queries.get_play(trainee, attempt_id)
    result = score(play.case, play.state)
    assert play.state.ended
    assert (finish.points, finish.points_available) == (result.points, result.points_available) == (2, 6)
    assert (finish.critical_errors, finish.facts_found, finish.facts_available) == (2, 1, 2)


def test_a_draft_is_kept_and_each_save_has_a_version(trainee):
    attempt_id = at_writing(trainee)
    first = services.save_draft(trainee, attempt_id, seq=3, text="One", version=0)
    assert services.save_draft(trainee, attempt_id, seq=3, text="One two", version=first.version).text == "One two"
    assert count(CaseDraft) == 1


def test_a_draft_saved_from_an_old_page_is_refused_with_what_is_stored(trainee):
    attempt_id = at_writing(trainee)
    services.save_draft(trainee, attempt_id, seq=3, text="Mine", version=0)
    with pytest.raises(Stale) as caught:
        services.save_draft(trainee, attempt_id, seq=3, text="Other", version=0)
    assert caught.value.theirs == {"text": "Mine"}
    with pytest.raises(Stale):
        services.submit_text(trainee, attempt_id, seq=3, text="Other words here", version=0)


def test_a_draft_belongs_to_a_written_task(trainee, attempt):
    with pytest.raises(RuleViolation):
        services.save_draft(trainee, attempt.id, seq=0, text="x", version=0)


def test_a_text_too_long_to_keep_is_refused_unread(trainee, monkeypatch):
    attempt_id = at_writing(trainee)
    monkeypatch.setattr(services, "check_free_text", lambda *_, **__: pytest.fail("was looked at"))
    for save in (services.save_draft, services.submit_text):
        with pytest.raises(RuleViolation, match="Use 20,000 characters or fewer") as caught:
            save(trainee, attempt_id, seq=3, text="a a a " + "a" * 200_000, version=0)
        assert caught.value.field == "text"


def test_a_submitted_text_stands_in_one_place_only(trainee):
    attempt_id = at_writing(trainee)
    draft = services.save_draft(trainee, attempt_id, seq=3, text="A calm man who hurts.", version=0)
    sent = {"seq": 3, "text": "A calm man who hurts.", "version": draft.version}
    assert services.submit_text(trainee, attempt_id, **sent) is Taken.NOW
    assert services.submit_text(trainee, attempt_id, **sent) is Taken.BEFORE
    assert services.submit_text(trainee, attempt_id, **{**sent, "text": "Other words here"}) is Taken.ELSEWHERE
    assert count(CaseDraft) == 0
    assert [body.text for body in db.session.scalars(select(TextBody))] == ["A calm man who hurts."]


@pytest.mark.parametrize("text", ["Too short", "word " * 21])
def test_a_text_of_the_wrong_length_is_refused_beside_its_field(trainee, text):
    attempt_id = at_writing(trainee)
    with pytest.raises(RuleViolation) as caught:
        services.submit_text(trainee, attempt_id, seq=3, text=text, version=0)
    assert caught.value.field == "text"


def test_the_debrief_follows_the_end_and_is_recorded_once(trainee, attempt):
    with pytest.raises(RuleViolation):
        services.finish_debrief(trainee, attempt.id)
    travel = "beside" if attempt.draw["variant"] == "martin" else "plan"
    attempt_id = play_through(trainee, "send", "direct", travel)
    services.finish_debrief(trainee, attempt_id)
    services.finish_debrief(trainee, attempt_id)
    assert count(DebriefDone) == 1


def test_every_step_stands_on_the_trainees_chain(trainee, cast):
    play_through(trainee, "close", "label", "plan")
    rows = db.session.scalars(select(LedgerEntry).where(LedgerEntry.chain == cast.trainee).order_by(LedgerEntry.seq))
    events = [row.event for row in rows if row.event.startswith("case.")]
    assert events == ["case.started", *["case.step-taken"] * 4]


def test_an_attempt_stays_on_the_version_it_began_with(trainee, attempt):
    newer = publish_case(GOOD_CASE.replace("title: A small case", "title: A changed case"))
    services.take_step(trainee, attempt.id, seq=0, choice={"option": "send"}, confidence=SURE)
    assert queries.get_play(trainee, attempt.id).case.title == "A small case"
    fresh = services.start_attempt(trainee, "small-case", mode=Mode.PRACTICE)
    assert db.session.get(CaseAttempt, fresh.id).content_version_id == newer
