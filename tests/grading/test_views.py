import json
import re
from datetime import date

import pytest
from sqlalchemy import event, select

from lms.core.db import db
from lms.grading import queries, services
from lms.grading.models import Mark, MarkDraft, ModuleOutcome
from lms.grading.rules.outcomes import Outcome, Standing
from lms.grading.rules.states import candidate_number
from lms.identity.queries import find_viewer
from lms.identity.services import create_person, give_role
from lms.policy import Role
from tests.factories.grading import SOUND, enrol, hand_in, teach

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ANSWERS = {
    "level_needs": "50",
    "level_safe-plan": "100",
    "feedback": "Clear and kind.",
    "version": "0",
    "action": "mark",
}


@pytest.fixture
def taught(app, cast):
    with app.app_context():
        teach()
        enrol(cast.trainee, cast.university_a)
        enrol(cast.trainee_b, cast.university_b)
        give_role(None, person_id=cast.assessor, role=Role.EDUCATOR, scope_id=cast.university_a, cause="Second marker")
    return cast


@pytest.fixture
def work(app, taught):
    with app.app_context():
        return hand_in(taught.trainee)


@pytest.fixture
def educator(sign_in, taught):
    return sign_in("educator")


@pytest.fixture
def rows(app):
    def load(model):
        with app.app_context():
            return list(db.session.scalars(select(model).order_by(model.id)))

    return load


def marked(app, cast, work, *, release=False, by=None, **change):
    with app.app_context():
        actor = find_viewer(by or cast.educator)
        given = {"levels": SOUND, "comments": {}, "feedback": "Clear and kind.", **change}
        entry = services.mark(actor, work, version=0, seen_mark_id=None, **given)
        if release:
            services.release(actor, [entry.id])
    return entry.id


def field(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def test_the_queue_leads_to_the_work(educator, work):
    page = educator.get("/marking")
    assert "To mark, overdue first, then by the day it is due (1)" in page.text
    assert "Due by 16 December 2026, in 28 days" in page.text
    assert "Due by 16 December 2026" in educator.get("/").text
    assert "Your formulation: A small case" in page.text
    assert f"/marking/{work}" in page.text


def test_marks_that_are_ready_are_ticked_so_that_one_step_releases_them(educator, app, taught):
    with app.app_context():
        works = [hand_in(taught.trainee), hand_in(taught.trainee_b), hand_in(taught.trainee)]
    first, second = marked(app, taught, works[0]), marked(app, taught, works[2])
    page = educator.get("/marking").text
    assert page.count(" checked>") == 2
    assert "Release 2 marks that trainees cannot read yet" in educator.get("/").text
    done = educator.follow(educator.post("/marking/release", {"marks": [str(first), str(second)]})).text
    assert "2 marks released" in done
    assert "Marks are released; no outcome is recorded" in done


def test_a_colleagues_mark_is_not_ticked(educator, app, taught):
    with app.app_context():
        colleague = create_person(None, name="Col League", email="col@example.org", organisation_id=taught.university_a)
        colleague_id = colleague.id
        give_role(None, person_id=colleague_id, role=Role.EDUCATOR, scope_id=taught.university_a, cause="Test")
        work = hand_in(taught.trainee)
    marked(app, taught, work, by=colleague_id)
    page = educator.get("/marking").text
    assert "Marked, not released (1)" in page
    assert " checked>" not in page


def test_an_empty_queue_says_what_to_expect(educator):
    assert "Nothing waits to be marked" in educator.get("/marking").text


def test_the_work_stands_beside_the_rubric(educator, work):
    page = educator.get(f"/marking/{work}")
    for words in (
        "He lost his work, and tomorrow is the anniversary.",
        "Write the formulation.",
        "The reader hears the person.",
        "Strong (100 of 100)",
        "This criterion must be passed.",
        "9 words",
        "<strong>one</strong>",
    ):
        assert words in page.text


def test_from_the_queue_to_a_released_mark_without_javascript(educator, sign_in, work, rows):
    saved = educator.post(f"/marking/{work}", {**ANSWERS, "action": "save", "comment_needs": "Quote him."})
    page = educator.follow(saved)
    assert field(page, "version") == "1"
    assert "Draft last saved by Edith Lowe" in page.text
    assert "Quote him." in page.text
    done = educator.post(f"/marking/{work}", {**ANSWERS, "version": "1", "comment_needs": "Quote him."})
    queue = educator.follow(done)
    assert "Mark recorded: 70 per cent, pass. It is not released yet." in queue.text
    assert "Marked, not released (1)" in queue.text
    [entry] = rows(Mark)
    assert rows(MarkDraft) == []
    assert "released" in educator.follow(educator.post("/marking/release", {"marks": str(entry.id)})).text
    trainee = sign_in("trainee")
    assert "70 per cent, pass" in trainee.get("/feedback").text
    read = trainee.get(f"/feedback/{work}").text
    for words in (
        "Clear and kind.",
        "Quote him.",
        "Edith Lowe",
        "50 of 100 points, weight 60 per cent, gives 30 of 60",
    ):
        assert words in read


def test_a_mark_that_is_not_complete_says_everything_that_is_missing(educator, work, rows):
    page = educator.post(f"/marking/{work}", {"version": "0", "action": "mark", "comment_needs": "Kept."}, status=422)
    for words in ("Choose a level for Needs", "Choose a level for Safe plan", "Write overall feedback", "Kept."):
        assert words in page.text
    assert rows(Mark) == []


def test_a_level_the_rubric_does_not_have_is_refused(educator, work, rows):
    educator.post(f"/marking/{work}", {**ANSWERS, "level_needs": "77"}, status=422)
    assert rows(Mark) == []


def test_a_name_asks_for_a_confirmation(educator, work, rows):
    texts = {"feedback": "You met Mr Hale with kindness.", "comment_needs": "As Mrs Hale said."}
    answers = {**ANSWERS, **texts}
    page = educator.post(f"/marking/{work}", answers, status=422)
    assert "Found: a title and surname “Mr Hale”." in page.text
    assert "Found: a title and surname “Mrs Hale”." in page.text
    assert "confirm that nobody can be identified" in page.text
    assert "You met Mr Hale with kindness." in page.text
    assert page.text.count('name="no_identifiers"') == 1
    educator.post(f"/marking/{work}", {**answers, "action": "save"}, status=303)  # A draft need not be confirmed.
    answers["version"] = "1"
    educator.post(f"/marking/{work}", {**answers, "no_identifiers": "y"})
    assert len(rows(Mark)) == 1


def test_two_markers_see_both_texts_and_lose_nothing(educator, sign_in, work, rows):
    second = sign_in("assessor")
    educator.post(f"/marking/{work}", {**ANSWERS, "action": "save", "feedback": "First thoughts."})
    page = second.post(f"/marking/{work}", {**ANSWERS, "action": "save", "feedback": "Other thoughts."}, status=409)
    assert "First thoughts." in page.text
    assert "Other thoughts." in page.text
    assert field(page, "version") == "1"
    assert rows(MarkDraft)[0].body["feedback"] == "First thoughts."
    second.post(f"/marking/{work}", {**ANSWERS, "action": "save", "feedback": "Both.", "version": "1"})
    assert rows(MarkDraft)[0].body["feedback"] == "Both."


def test_a_mark_recorded_meanwhile_is_shown_and_may_be_corrected(app, taught, educator, work, rows):
    first = marked(app, taught, work, feedback="Recorded first.")
    page = educator.post(f"/marking/{work}", {**ANSWERS, "feedback": "Mine."}, status=409)
    assert "Recorded first." in page.text
    assert "Mine." in page.text
    assert field(page, "seen_mark") == str(first)
    again = {**ANSWERS, "feedback": "Mine.", "seen_mark": str(first)}
    assert "Say why the recorded mark changes" in educator.post(f"/marking/{work}", again, status=422).text
    educator.post(f"/marking/{work}", {**again, "reason": "We agreed on this."})
    assert [entry.reason_id is None for entry in rows(Mark)] == [True, False]
    assert "We agreed on this." in educator.get(f"/marking/{work}/mark").text


def test_a_recorded_mark_opens_read_only_with_a_way_to_correct_it(app, taught, educator, work):
    marked(app, taught, work)
    page = educator.follow(educator.get(f"/marking/{work}", status=302))
    assert "The mark is recorded; the trainee cannot see it until it is released" in page.text
    correction = educator.get(f"/marking/{work}/correction")
    assert "Why does the mark change?" in correction.text
    answers = {
        **ANSWERS,
        "seen_mark": field(correction, "seen_mark"),
        "level_needs": "100",
        "reason": "A page was overlooked.",
    }
    educator.post(f"/marking/{work}/correction", answers)
    assert "Earlier marks" in educator.get(f"/marking/{work}/mark").text


def test_pages_for_marks_lead_to_marking_while_there_is_none(educator, work):
    for path in ("mark", "correction"):
        assert educator.get(f"/marking/{work}/{path}", status=302).headers["Location"] == f"/marking/{work}"


def autosave(client, work, status, seen="", **sent):
    answer = client.client.post(f"/marking/{work}/draft?seen={seen}", json=sent)
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_draft_saves_itself_and_says_when(educator, work, rows):
    said = autosave(educator, work, 200, version=0, feedback="While typing", level_needs="50")
    assert said == {"version": 1, "saved_at": "10:30"}
    assert rows(MarkDraft)[0].body == {"levels": {"needs": 50}, "comments": {}, "feedback": "While typing"}
    assert autosave(educator, work, 200, version=1, feedback="Typed more")["version"] == 2


@pytest.mark.parametrize("sent", [None, ["x"], {"feedback": None}, {"feedback": ["x"]}, {"comment_needs": {"x": 1}}])
def test_an_autosave_that_holds_no_texts_changes_nothing(educator, work, rows, sent):
    autosave(educator, work, 200, version=0, feedback="While typing")
    sent = {"version": 1, **sent} if isinstance(sent, dict) else sent
    url, headers = f"/marking/{work}/draft", {"Content-Type": "application/json"}
    assert educator.client.post(url, data=json.dumps(sent), headers=headers).status_code == 400
    assert rows(MarkDraft)[0].body["feedback"] == "While typing"


def test_the_draft_of_a_correction_keeps_its_reason(app, taught, educator, work, rows):
    marked(app, taught, work)
    url = f"/marking/{work}/correction"
    seen = field(educator.get(url), "seen_mark")
    educator.post(url, {**ANSWERS, "action": "draft", "seen_mark": seen, "reason": "A page was overlooked."})
    assert rows(MarkDraft)[0].body["reason"] == "A page was overlooked."
    assert "A page was overlooked." in educator.get(url).text
    autosave(educator, work, 200, seen, version=1, feedback="Typed more", reason="Two pages were.")
    assert rows(MarkDraft)[0].body["reason"] == "Two pages were."
    assert "NHS number" in autosave(educator, work, 422, seen, version=2, reason="943 476 5919")["error"]


def test_an_autosave_leaves_out_half_a_character(educator, work, rows):
    autosave(educator, work, 200, version=0, feedback="Clear\ud800\x00 and kind")
    assert rows(MarkDraft)[0].body["feedback"] == "Clear and kind"


def test_a_stale_autosave_is_refused(educator, sign_in, work, rows):
    autosave(educator, work, 200, version=0, feedback="First")
    said = autosave(sign_in("assessor"), work, 409, version=0, feedback="Second")
    assert "Somebody else saved" in said["error"]
    assert rows(MarkDraft)[0].body["feedback"] == "First"


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": 0, "feedback": "x" * 4001}])
def test_an_autosave_that_cannot_be_read_is_refused_in_words(educator, work, sent):
    assert autosave(educator, work, 422, **sent)["error"]


def test_an_autosave_never_keeps_an_nhs_number(educator, work, rows):
    assert "NHS number" in autosave(educator, work, 422, version=0, feedback="943 476 5919")["error"]
    assert rows(MarkDraft) == []


def test_a_release_of_nothing_is_refused_on_the_same_page(app, taught, educator, work):
    marked(app, taught, work)
    page = educator.post("/marking/release", {}, status=422)
    assert "Select at least one mark to release" in page.text
    assert "Marked, not released (1)" in page.text


def test_many_marks_are_released_at_once(app, taught, educator):
    with app.app_context():
        works = [hand_in(taught.trainee) for _ in range(3)]
    marks = [str(marked(app, taught, work)) for work in works]
    page = educator.follow(educator.post("/marking/release", {"marks": marks}))
    assert "3 marks released" in page.text


def test_a_trainee_sees_nothing_before_the_release(app, taught, sign_in, work):
    marked(app, taught, work)
    trainee = sign_in("trainee")
    page = trainee.get("/feedback")
    assert "an educator has not released a mark yet" in page.text
    assert "70 per cent" not in page.text
    trainee.get(f"/feedback/{work}", status=404)


def test_a_trainee_without_work_is_told_what_appears_here(sign_in, taught):
    assert "You have not handed in any work yet" in sign_in("trainee_b").get("/feedback").text


@pytest.mark.parametrize(
    "name", ["educator_b", "trainee_b", "consultant_nurse", "supervisor", "stranger", "administrator"]
)
def test_scripts_marks_and_feedback_stay_with_the_university(app, taught, sign_in, work, name):
    marked(app, taught, work, release=True)
    client = sign_in(name)
    for path in (
        f"/marking/{work}",
        f"/marking/{work}/mark",
        f"/marking/{work}/correction",
        f"/marking/sample/{work}",
        f"/feedback/{work}",
    ):
        assert client.client.get(path).status_code in (403, 404), path
    assert client.client.post(f"/marking/{work}/draft", json={"version": 0}).status_code in (403, 404)


def test_the_examiner_reads_the_sample_without_names(app, taught, sign_in, work):
    marked(app, taught, work, release=True)
    examiner = sign_in("external_examiner")
    page = examiner.get("/marking/sample")
    assert candidate_number(work) in page.text
    assert "Fewer than five people stand behind this sample" in page.text
    detail = examiner.get(f"/marking/sample/{work}")
    assert "He lost his work" in detail.text
    for text in (page.text, detail.text):
        assert "Amina" not in text
        assert "Yusuf" not in text
    for path in ("/marking", f"/marking/{work}"):
        examiner.get(path, status=403)


def test_an_outcome_is_recorded_and_read_by_the_trust(taught, educator, sign_in, rows):
    path = f"/trainees/{taught.trainee}/modules"
    assert "No outcome yet" in educator.get(path).text
    answers = {
        "outcome": "pass",
        "standing": "provisional",
        "decided_on-day": "10",
        "decided_on-month": "11",
        "decided_on-year": "2026",
    }
    page = educator.follow(educator.post(f"{path}/mhp703/outcome", answers))
    assert "Outcome recorded for MHP703" in page.text
    for name in ("consultant_nurse", "trainee"):
        seen = sign_in(name).get(path).text
        assert "Pass (provisional)" in seen
        assert "10 November 2026" in seen
        assert "/outcome" not in seen
    form = educator.get(f"{path}/mhp703/outcome")
    assert "recorded by Edith Lowe" in form.text
    assert field(form, "seen") == str(rows(ModuleOutcome)[0].id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Select what was decided"),
        ({"outcome": "excellent"}, "Select one of the options"),
        ({"decided_on-day": "31", "decided_on-month": "2", "decided_on-year": "2026"}, "Enter a real date"),
        (
            {
                "outcome": "pass",
                "standing": "ratified",
                "decided_on-day": "1",
                "decided_on-month": "1",
                "decided_on-year": "2027",
            },
            "cannot be in the future",
        ),
    ],
)
def test_an_outcome_that_is_wrong_is_refused_in_words(taught, educator, rows, change, words):
    page = educator.post(f"/trainees/{taught.trainee}/modules/mhp703/outcome", change, status=422)
    assert words in page.text
    assert rows(ModuleOutcome) == []


def test_an_outcome_recorded_meanwhile_is_shown(app, taught, educator):
    with app.app_context():
        services.record_module_outcome(
            find_viewer(taught.educator),
            taught.trainee,
            "mhp703",
            outcome=Outcome.REFER,
            standing=Standing.PROVISIONAL,
            decided_on=date(2026, 11, 9),
        )
    answers = {
        "outcome": "pass",
        "standing": "provisional",
        "decided_on-day": "10",
        "decided_on-month": "11",
        "decided_on-year": "2026",
    }
    page = educator.post(f"/trainees/{taught.trainee}/modules/mhp703/outcome", answers, status=409)
    assert "Refer" in page.text
    assert "Why does the outcome change?" in page.text


def test_outcomes_of_another_university_are_not_found(taught, educator, sign_in):
    for path in ("", "/mhp703/outcome"):
        educator.get(f"/trainees/{taught.trainee_b}/modules{path}", status=404)
    educator.get(f"/trainees/{taught.trainee}/modules/mhp999/outcome", status=404)
    sign_in("supervisor").get(f"/trainees/{taught.trainee}/modules", status=403)


def test_hostile_text_shows_as_text_everywhere(app, taught, educator, sign_in):
    with app.app_context():
        work = hand_in(taught.trainee, HOSTILE)
    answers = {**ANSWERS, "feedback": HOSTILE, "comment_needs": HOSTILE}
    pages = [educator.follow(educator.post(f"/marking/{work}", {**answers, "action": "save"}))]
    educator.post(f"/marking/{work}", {**answers, "version": "1"})
    [entry] = queries_current(app, taught, work)
    pages.append(educator.get(f"/marking/{work}/mark"))
    educator.post(f"/marking/{work}", {**answers, "seen_mark": str(entry), "reason": HOSTILE})
    [entry] = queries_current(app, taught, work)
    educator.post("/marking/release", {"marks": str(entry)})
    pages.append(educator.get(f"/marking/{work}/mark"))
    pages.append(sign_in("trainee").get(f"/feedback/{work}"))
    pages.append(sign_in("external_examiner").get(f"/marking/sample/{work}"))
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


def queries_current(app, cast, work):
    with app.app_context():
        return [queries.get_marking(find_viewer(cast.educator), work).current.id]


@pytest.mark.parametrize(
    ("name", "path"),
    [("educator", "/marking"), ("trainee", "/feedback"), ("external_examiner", "/marking/sample")],
)
def test_a_page_costs_the_same_number_of_statements_for_3_and_30_pieces(app, taught, sign_in, name, path):
    def add(count):
        with app.app_context():
            works = [hand_in(taught.trainee) for _ in range(count)]
        for work in works:
            marked(app, taught, work, release=True)

    def cost():
        seen = []

        def note(*arguments):
            seen.append(arguments[2])

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        client.get(path)
        event.remove(engine, "before_cursor_execute", note)
        return len([text for text in seen if text.startswith("SELECT")])

    add(3)
    client = sign_in(name)
    client.get(path)
    few = cost()
    add(27)
    assert cost() == few
