import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.audit.models import ReadEntry
from lms.competencies import models, services
from lms.competencies.rules import Rung, Way
from lms.core.clock import today
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.services import viewer_for
from lms.policy import Permission
from tests.factories import competencies as make
from tests.factories.sign_offs import withdraw

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def content(app, cast):
    with app.app_context():
        make.load_framework()


@pytest.fixture
def asked(app, cast, content):
    with app.app_context():
        return make.ask(cast.trainee, cast.assessor, codes=["D3.1", "D4.1"]).id


@pytest.fixture
def assessed(app, cast, content):
    with app.app_context():
        return make.assess(cast.trainee, cast.assessor, {"D3.1": 4, "D4.1": None}).id


@pytest.fixture
def enough(app, cast, content):
    with app.app_context():
        make.meet_enquiry(cast.trainee, cast.assessor, make.another_assessor(cast.trust))


def parts(name, on):
    return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}


def question(cast, **changes):
    usual = {
        "way": "account",
        "assessor_id": cast.assessor,
        "form_kind": "mini-cex",
        "setting": "crisis-team",
        "is_simulated": "no",
        "codes_D3": ["D3.1", "D3.3"],
        "note": "Was I clear?",
        **parts("seen_on", today()),
    }
    return {**usual, **changes}


def answer(**changes):
    usual = {
        "version": 0,
        "setting": "crisis-team",
        "is_simulated": "no",
        "seen_as": "live",
        "level_D3_1": "4",
        "level_D4_1": "not-observed",
        "complexity": "average",
        "went_well": "Asked directly.",
        "next_time": "Say the plan back.",
        **parts("observed_on", today()),
    }
    return {**usual, **changes}


def test_the_matrix_shows_all_capabilities_with_a_word_for_each_state(cast, enough, sign_in):
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities").text
    assert page.count("Not started") >= 35
    assert "D3.1 Suicide enquiry" in page
    assert "Met" in page
    assert "example content, not yet clinically approved" in page.lower()
    assert "Ask an assessor to sign this off at level 4." in page


def test_a_capability_explains_itself(app, cast, enough, sign_in):
    with app.app_context():
        make.assess(cast.trainee, cast.assessor, {"D3.1": 2}, days_ago=2)
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities/D3.1").text
    assert "At least 3 mini-CEX at level 4 or above, by at least 2 assessors" in page
    assert "The rule is met at level 4" in page
    assert "Rated level 2: level 4 or above is asked for" in page
    assert "Early low ratings do no harm" in page
    assert "Nobody has signed this off yet" in page
    assert "Sign off" not in page.replace("Sign-offs", "")


def test_a_capability_can_be_looked_at_at_another_level(cast, enough, sign_in):
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities/D3.1?level=5").text
    assert "The rule is not met at level 5" in page
    assert "It is met at level 4" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("trainee", 200),
        ("educator", 200),
        ("consultant_nurse", 200),
        ("assessor", 404),
        ("stranger", 404),
        ("trainee_b", 404),
        ("educator_b", 404),
        ("supervisor", 403),
        ("administrator", 403),
    ],
)
def test_capabilities_are_seen_by_those_who_may(cast, content, sign_in, name, status):
    client = sign_in(name)
    client.get(f"/trainees/{cast.trainee}/capabilities", status=status)
    client.get(f"/trainees/{cast.trainee}/capabilities/D3.1", status=status)


def test_a_trainee_asks_an_assessor(app, cast, content, sign_in):
    client = sign_in("trainee")
    page = client.get("/assessments/ask?code=D3.1").text
    assert "Asha Patel" in page
    assert 'value="D3.1" checked' in page
    prepared = client.post("/assessments/ask", question(cast)).headers["Location"]
    assert "Rate yourself, then ask" in client.get(prepared).text
    assert "Drafts: not asked yet" in client.get("/assessments/mine").text
    assert "that you cannot tell" in client.post(prepared, {"level_D3_1": "3"}, status=422).text
    page = client.follow(client.post(prepared, {"level_D3_1": "3", "level_D3_3": "not-observed"})).text
    assert "The assessor has been asked" in page
    assert "Waiting for the assessor" in page
    client.get(prepared, status=404)
    with app.app_context():
        made = db.session.scalar(select(models.AssessmentRequest))
        assert (made.codes, made.self_levels) == (["D3.1", "D3.3"], {"D3.1": 3, "D3.3": None})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"assessor_id": ""}, "Select an assessor"),
        ({"codes_D3": []}, "Select at least 1 capability"),
        ({"codes_D1": ["D1.1", "D1.2", "D1.3", "D1.4"]}, "Select 5 capabilities or fewer"),
        ({"seen_on-day": "31", "seen_on-month": "2"}, "Enter a real date"),
        (parts("seen_on", date(2026, 12, 18)), "cannot be in the future"),
        ({"note": "Call 07700 900123"}, "phone number"),
        ({"is_simulated": ""}, "Select yes if it was a simulation"),
    ],
)
def test_a_refused_request_says_why_and_keeps_what_was_typed(cast, content, sign_in, changes, words):
    page = sign_in("trainee").post("/assessments/ask", question(cast, note="Was I clear?") | changes, status=422).text
    assert words in page
    assert "There is a problem" in page
    assert changes.get("note", "Was I clear?") in page


def test_a_request_sent_twice_is_recorded_once(app, cast, content, sign_in):
    client = sign_in("trainee")
    sent = {**question(cast), "request_id": str(new_id())}
    draft = client.post("/assessments/ask", sent).headers["Location"]
    assert client.post("/assessments/ask", sent).headers["Location"] == draft
    rated = {"level_D3_1": "3", "level_D3_3": "3", "request_id": str(new_id())}
    first = client.post(draft, rated).headers["Location"]
    assert client.post(draft, rated).headers["Location"] == first
    with app.app_context():
        assert len(db.session.scalars(select(models.AssessmentRequest)).all()) == 1


def test_a_trainee_cancels_until_the_assessor_has_opened(cast, asked, sign_in):
    client = sign_in("trainee")
    assert "Cancel" in client.get(f"/assessments/requests/{asked}/mine").text
    page = client.follow(client.post(f"/assessments/requests/{asked}/cancel")).text
    assert "The request is cancelled" in page
    again = client.follow(client.post(f"/assessments/requests/{asked}/cancel")).text
    assert "This request no longer waits for an answer" in again


def test_the_assessor_sees_who_waits_and_what_to_look_for(cast, asked, sign_in):
    client = sign_in("assessor")
    page = client.get("/assessments/waiting").text
    assert "Amina Yusuf" in page
    assert "Asks directly; explores intent, means, supports" in page
    form = client.follow(client.post(f"/assessments/requests/{asked}/open")).text
    assert "D3.1 Suicide enquiry" in form
    assert "4 Alone" in form
    assert "Not observed" in form
    assert "Continue" in client.get("/assessments/waiting").text


def test_a_request_is_passed_on_in_one_tap(app, cast, asked, sign_in):
    with app.app_context():
        make.assess(cast.trainee, cast.stranger, {"D3.1": 4}, days_ago=1)
    client = sign_in("assessor")
    for page in ("/", "/assessments/waiting"):
        shown = client.get(page).text
        assert "Pass on to Stan Grey" in shown
        assert f'name="to_id" value="{cast.stranger}"' in shown
        assert "Pass on to somebody else" in shown
    client.post(f"/assessments/requests/{asked}/pass-on", {"to_id": cast.stranger})
    assert "Nobody waits for you" in client.get("/assessments/waiting").text
    assert "Amina Yusuf" in sign_in("stranger").get("/assessments/waiting").text


def test_the_assessor_completes_a_mini_cex(app, cast, asked, sign_in):
    client = sign_in("assessor")
    page = client.follow(client.post(f"/assessments/requests/{asked}", answer())).text
    assert "4 Alone" in page
    assert "Not observed. This is no fail." in page
    assert "Asked directly." in page
    trainee = sign_in("trainee")
    assert "Completed" in trainee.get("/assessments/mine").text
    assert "level 4" in trainee.get(f"/trainees/{cast.trainee}/capabilities/D3.1").text.lower()


def test_the_assessor_adds_a_capability_that_was_not_proposed(app, cast, asked, sign_in):
    client = sign_in("assessor")
    refused = client.post(f"/assessments/requests/{asked}", answer(extra_code="D5.4"), status=422).text
    assert "Select the level of the capability you added" in refused
    page = client.follow(client.post(f"/assessments/requests/{asked}", answer(extra_code="D5.4", extra_level="3"))).text
    assert "D5.4 Handover" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"level_D3_1": ""}, "Select a level for D3.1, or not observed"),
        ({"level_D3_1": "9"}, "Select one of the options"),
        ({"went_well": ""}, "Answer: What went well?"),
        ({"next_time": "Seen with Mrs Green"}, "title and surname"),
        ({"went_well": "943 476 5919", "no_identifiers": "y"}, "NHS number"),
        ({"complexity": ""}, "Answer: How complex was this piece of work?"),
        ({"minutes": "many"}, "Enter a whole number"),
        (parts("observed_on", date(2024, 6, 1)), "The earliest date is"),
    ],
)
def test_a_refused_assessment_says_why_and_keeps_what_was_typed(cast, asked, sign_in, changes, words):
    page = sign_in("assessor").post(f"/assessments/requests/{asked}", answer(**changes), status=422).text
    assert words in page
    assert changes.get("next_time", "Say the plan back.") in page


def test_a_draft_is_kept_without_javascript(cast, asked, sign_in):
    client = sign_in("assessor")
    half = {"version": 0, "action": "later", "went_well": "Calm voice", "level_D3_1": "3", "is_simulated": "yes"}
    assert "Saved" in client.follow(client.post(f"/assessments/requests/{asked}", half)).text
    page = client.get(f"/assessments/requests/{asked}").text
    assert "Calm voice" in page
    assert 'name="version" value="1"' in page
    assert 'value="3" checked' in page


def test_a_draft_is_kept_while_it_is_typed(cast, asked, sign_in):
    client = sign_in("assessor")
    url = f"/assessments/requests/{asked}/draft"
    saved = client.client.post(url, json={"version": 0, "went_well": "Calm", "unknown": "x"})
    assert (saved.status_code, saved.json["version"]) == (200, 1)
    again = client.client.post(url, json={"version": 1, "went_well": "Calm voice"})
    assert again.json["version"] == 2
    stale = client.client.post(url, json={"version": 1, "went_well": "Something else"})
    assert stale.status_code == 409
    refused = client.client.post(url, json={"version": 2, "went_well": "943 476 5919"})
    assert (refused.status_code, "NHS number" in refused.json["error"]) == (422, True)
    assert client.client.post(url, json={"went_well": "x"}).status_code == 400
    assert "Calm voice" in client.get(f"/assessments/requests/{asked}").text


@pytest.mark.parametrize("version", [None, "", "x", "9" * 5_000])
def test_a_draft_without_its_version_writes_over_nothing(cast, asked, sign_in, version):
    client = sign_in("assessor")
    url = f"/assessments/requests/{asked}"
    client.post(url, {"version": 0, "action": "later", "went_well": "First text"})
    sent = {"action": "later", "went_well": "Second text"} | ({} if version is None else {"version": version})
    page = client.post(url, sent, status=422).text
    assert "This page is out of date" in page
    assert "Second text" in page
    assert "First text" in client.get(url).text


def test_a_level_chosen_elsewhere_is_shown_beside_the_own_one(cast, asked, sign_in):
    client = sign_in("assessor")
    url = f"/assessments/requests/{asked}"
    usual = {"version": 0, "action": "later", "is_simulated": "yes", **parts("observed_on", today())}
    client.post(url, usual | {"level_D3_1": "3"})
    page = client.post(url, usual | {"level_D3_1": "not-observed"}, status=409).text
    assert "3 " in page
    assert 'name="version" value="1"' in page
    client.post(url, usual | {"version": 1, "level_D3_1": "not-observed"}, status=303)


def test_a_draft_keeps_only_what_the_form_offers(app, cast, asked, sign_in):
    client = sign_in("assessor")
    odd = dict.fromkeys(("minutes", "complexity", "setting", "extra_code", "extra_level", "level_D3_1"), "9434765919")
    odd |= {"is_simulated": "9434765919", "seen_as": "9434765919"}
    client.post(f"/assessments/requests/{asked}", {"version": 0, "action": "later", "went_well": "Calm", **odd})
    with app.app_context():
        body = db.session.scalar(select(models.AssessmentDraft)).body
    assert {key: value for key, value in body.items() if value} == {"went_well": "Calm"}
    assert "9434765919" not in str(body)


def test_a_draft_that_is_too_long_is_refused_whole(app, cast, asked, sign_in):
    client = sign_in("assessor")
    url = f"/assessments/requests/{asked}"
    long = {"version": 0, "went_well": "a" * 2_001}
    assert "Use 2,000 characters or fewer" in client.post(url, long | {"action": "later"}, status=422).text
    answer = client.client.post(f"{url}/draft", json=long)
    assert (answer.status_code, answer.json["error"]) == (422, "Use 2,000 characters or fewer")
    with app.app_context():
        assert db.session.scalar(select(models.AssessmentDraft)) is None


@pytest.mark.parametrize("version", ["1e999", "true", "null", "1.5", '"x"', "-1", "9" * 5_000])
def test_an_autosave_with_a_version_that_is_none_is_refused(cast, asked, sign_in, version):
    url, headers = f"/assessments/requests/{asked}/draft", {"Content-Type": "application/json"}
    answer = sign_in("assessor").client.post(url, data=f'{{"version": {version}}}', headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("text", [None, ["x"], {"x": "y"}, True, 1.5])
def test_an_autosave_of_what_is_no_text_is_refused(cast, asked, sign_in, text):
    url = f"/assessments/requests/{asked}/draft"
    answer = sign_in("assessor").client.post(url, json={"version": 0, "went_well": text})
    assert (answer.status_code, answer.json["error"]) == (400, "Open the page again before you save")


def test_an_autosave_leaves_out_half_a_character_and_answers_that_are_not_offered(app, cast, asked, sign_in):
    url = f"/assessments/requests/{asked}/draft"
    sent = {"version": 0, "went_well": "Calm\ud800\x00 voice", "complexity": "9434765919", "minutes": "9434765919"}
    assert sign_in("assessor").client.post(url, json=sent).status_code == 200
    with app.app_context():
        body = db.session.scalar(select(models.AssessmentDraft)).body
    assert body == {"went_well": "Calm voice", "complexity": None, "minutes": None}


def test_two_saves_of_one_assessment_show_both_texts(cast, asked, sign_in):
    client = sign_in("assessor")
    first = {"version": 0, "action": "later", "went_well": "First text"}
    client.post(f"/assessments/requests/{asked}", first)
    page = client.post(f"/assessments/requests/{asked}", answer(went_well="Second text"), status=409).text
    assert "First text" in page
    assert "Second text" in page
    assert 'name="version" value="1"' in page
    client.post(f"/assessments/requests/{asked}", answer(went_well="Second text", version=1))


def test_a_level_chosen_elsewhere_is_shown_before_the_assessment_is_sent(cast, asked, sign_in):
    client = sign_in("assessor")
    url = f"/assessments/requests/{asked}"
    client.post(url, {"version": 0, "action": "later", "level_D3_1": "2"})
    page = client.post(url, answer(version=0), status=409).text
    sides = re.findall(r'app-stale__words">([^<]*)<', page)
    assert sides[-2:] == ["4 Alone", "2 With a supervisor beside them"]
    assert 'name="version" value="1"' in page
    client.post(url, answer(version=1))


def test_asking_again_starts_from_what_was_asked(app, cast, asked, sign_in, clock):
    sign_in("assessor").post(f"/assessments/requests/{asked}/decline", {"reason": "I was not there."})
    client = sign_in("trainee")
    link = f"/assessments/ask?again={asked}"
    assert link in client.get("/assessments/mine").text
    page = client.get(link).text
    assert 'value="D3.1" checked' in page
    assert "What you entered then is filled in" in page
    assert f'value="{cast.assessor}" selected' not in page
    clock.set(clock() + timedelta(days=8))
    assert "more than 7 days ago, so ask about a newer one" in sign_in("trainee").get(link).text
    sign_in("trainee_b").get(link, status=404)


def test_an_assessor_declines_with_a_reason_the_trainee_reads(cast, asked, sign_in):
    client = sign_in("assessor")
    client.get(f"/assessments/requests/{asked}/decline")
    assert "Say why" in client.post(f"/assessments/requests/{asked}/decline", {"reason": ""}, status=422).text
    client.follow(client.post(f"/assessments/requests/{asked}/decline", {"reason": "I was not there."}))
    assert "I was not there." in sign_in("trainee").get("/assessments/mine").text
    client.get(f"/assessments/requests/{asked}", status=404)


def test_an_expired_request_says_so(cast, asked, sign_in, clock):
    clock.set(clock() + timedelta(days=15))
    client = sign_in("assessor")
    assert "can no longer be answered" in client.get(f"/assessments/requests/{asked}").text
    data = answer(**parts("observed_on", today() - timedelta(days=15)))
    assert "no longer waits" in client.post(f"/assessments/requests/{asked}", data, status=422).text


@pytest.mark.parametrize(
    ("name", "status"), [("stranger", 404), ("consultant_nurse", 404), ("educator", 404), ("trainee", 403)]
)
def test_nobody_else_opens_a_request(cast, asked, sign_in, name, status):
    client = sign_in(name)
    client.get(f"/assessments/requests/{asked}", status=status)
    client.post(f"/assessments/requests/{asked}", answer(), status=status)
    client.post(f"/assessments/requests/{asked}/open", status=status)


@pytest.mark.parametrize(
    ("name", "status"),
    [("trainee", 200), ("assessor", 200), ("educator", 200), ("consultant_nurse", 200), ("trainee_b", 404)],
)
def test_an_assessment_is_read_by_those_who_may(cast, assessed, sign_in, name, status):
    sign_in(name).get(f"/assessments/{assessed}", status=status)


def test_an_assessor_signs_off_with_the_evidence_in_view(cast, enough, sign_in):
    client = sign_in("assessor")
    url = f"/trainees/{cast.trainee}/capabilities/D3.1"
    assert "Sign off" in client.get(url).text
    page = client.get(f"{url}/sign-off").text
    assert "What counts" in page
    assert "5 Alone and supervises" not in page
    assert "Select a level" in client.post(f"{url}/sign-off", {"level": ""}, status=422).text
    shown = client.follow(client.post(f"{url}/sign-off", {"level": "4", "note": "Three good conversations."})).text
    assert "D3.1 Suicide enquiry is signed off at level 4" in shown
    assert "Three good conversations." in shown
    again = client.post(f"{url}/sign-off", {"level": "4"}, status=422).text
    assert "already signed off" in again
    assert "Signed off" in sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities").text


def test_a_sign_off_that_is_not_met_is_not_offered(cast, assessed, sign_in):
    client = sign_in("assessor")
    page = client.get(f"/trainees/{cast.trainee}/capabilities/D3.1/sign-off").text
    assert "cannot be signed off yet" in page
    client.post(f"/trainees/{cast.trainee}/capabilities/D3.1/sign-off", {"level": "4"}, status=422)


@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("trainee", 403), ("consultant_nurse", 403)])
def test_nobody_else_signs_off(cast, enough, sign_in, name, status):
    client = sign_in(name)
    client.get(f"/trainees/{cast.trainee}/capabilities/D3.1/sign-off", status=status)
    client.post(f"/trainees/{cast.trainee}/capabilities/D3.1/sign-off", {"level": "4"}, status=status)


def test_the_assessors_home_leads_to_what_can_be_signed_off(app, cast, enough, sign_in):
    client = sign_in("assessor")
    page = client.get("/").text
    link = f"/trainees/{cast.trainee}/capabilities/D3.1/sign-off?level=4"
    assert f'href="{link}">Sign off D3.1 Suicide enquiry for Amina Yusuf</a>' in page
    client.post(link, {"level": "4", "note": ""})
    assert "Nothing that is met waits for a sign-off." in client.get("/").text
    assert "there is nothing to sign now" in client.get(link).text
    assert "/sign-off?level" not in client.get(f"/trainees/{cast.trainee}/capabilities/D3.1").text


def test_a_withdrawn_renewal_is_said_on_the_page_of_the_capability(app, cast, enough, sign_in, clock):
    with app.app_context():
        make.sign_off(cast.trainee, cast.assessor)
    clock.set(clock() + timedelta(days=300))
    with app.app_context():
        make.ask(cast.trainee, cast.assessor, codes=["D1.1"])
        renewal = make.sign_off(cast.trainee, cast.assessor).id
        withdraw(cast.assessor, cast.consultant_nurse, renewal)
    page = sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities/D3.1").text
    assert "was withdrawn on 14 September 2027" in page
    assert "stands only until its own review date, 18 November 2027" in page


def test_an_unknown_capability_is_not_found(cast, content, sign_in):
    sign_in("trainee").get(f"/trainees/{cast.trainee}/capabilities/D9.9", status=404)


def test_a_concern_walks_the_ladder(cast, asked, sign_in):
    assessor, nurse = sign_in("assessor"), sign_in("consultant_nurse")
    url = f"/trainees/{cast.trainee}/concerns/raise"
    form = assessor.get(url).text
    assert "Action plan" not in form.split("<form")[-1]
    assert "Say what you saw or heard" in assessor.post(url, {"rung": "heads-up"}, status=422).text
    sent = {"rung": "recorded-concern", "code": "D3.3", "text": "Left before the plan was agreed."}
    assert "Recorded concern" in assessor.follow(assessor.post(url, sent)).text
    listed = nurse.get("/concerns").text
    where = listed.split('href="/concerns/')[1].split('"')[0]
    assert "Left before the plan was agreed." in nurse.get(f"/concerns/{where}").text
    nurse.get(f"/concerns/{where}/move")
    moved = nurse.follow(nurse.post(f"/concerns/{where}/move", {"rung": "action-plan", "reason": "It happened twice."}))
    assert "It happened twice." in moved.text
    assert "action plan" in sign_in("educator").get(f"/concerns/{where}").text.lower()
    nurse.get(f"/concerns/{where}/close")
    assert "Say why" in nurse.post(f"/concerns/{where}/close", {"reason": ""}, status=422).text
    assert "Closed" in nurse.follow(nurse.post(f"/concerns/{where}/close", {"reason": "Done."})).text
    assessor.get(f"/concerns/{where}/move", status=403)


def test_whoever_reads_a_concern_is_noted_before_its_text_is_sent(app, cast, asked, sign_in, monkeypatch):
    with app.app_context():
        actor = viewer_for(cast.assessor, Permission.CONCERN_RAISE)
        concern = services.raise_concern(actor, cast.trainee, rung=Rung.HEADS_UP, text="Left early.").id
    nurse = sign_in("consultant_nurse")
    nurse.get("/concerns")
    sign_in("educator").get(f"/concerns/{concern}", status=404)
    assert read_entries(app) == []
    nurse.get(f"/concerns/{concern}")
    noted = (cast.consultant_nurse, cast.trainee, "concern", concern)
    assert read_entries(app) == [noted]
    refused = {"rung": "action-plan", "reason": "", "request_id": str(new_id())}
    nurse.post(f"/concerns/{concern}/move", refused, status=422)
    assert read_entries(app) == [noted]
    nurse.post(f"/concerns/{concern}/move", {**refused, "reason": "It happened twice."})

    def fail(*args, **kwargs):
        raise RuntimeError("the note could not be made")

    monkeypatch.setattr("lms.competencies.views.concerns.note_reading", fail)
    assert "Left early." not in nurse.get(f"/concerns/{concern}", status=500).text


def read_entries(app):
    with app.app_context():
        rows = db.session.execute(
            select(ReadEntry.reader_id, ReadEntry.about_id, ReadEntry.what, ReadEntry.record_id).order_by(
                ReadEntry.read_at, ReadEntry.id
            )
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("name", "status"), [("administrator", 403), ("trainee", 403), ("supervisor", 404), ("educator_b", 404)]
)
def test_a_concern_is_hidden_from_everybody_else(app, cast, asked, sign_in, name, status):
    with app.app_context():
        actor = viewer_for(cast.consultant_nurse, Permission.CONCERN_RAISE)
        made = services.raise_concern(actor, cast.trainee, rung=Rung.FORMAL_REVIEW, text="Details.").id
    client = sign_in(name)
    client.get(f"/concerns/{made}", status=status)
    client.get(f"/trainees/{cast.trainee}/concerns/raise", status=status)


def test_text_is_shown_as_text(cast, asked, sign_in):
    client = sign_in("assessor")
    sent = answer(went_well=SCRIPT, next_time=SCRIPT, what_seen=SCRIPT)
    page = client.follow(client.post(f"/assessments/requests/{asked}", sent)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_everything_missing_in_a_request_is_said_at_once(cast, content, sign_in):
    empty = {"assessor_id": "", "setting": "", "is_simulated": "", "codes_D3": [], "note": "Call 07700 900123"}
    sent = question(cast, **empty, **parts("seen_on", date(2026, 11, 1)))
    page = sign_in("trainee").post("/assessments/ask", sent, status=422).text
    for words in (
        "Select an assessor",
        "Select a setting",
        "Ask within 7 days of the encounter",
        "Select yes if it was a simulation",
        "Select at least 1 capability",
        "seems to hold a phone number",
    ):
        assert words in page


def test_who_is_asked_by_email_is_named_whole(cast, content, sign_in):
    page = sign_in("trainee").post("/assessments/ask", question(cast, way="email", assessor_id=""), status=422).text
    for words in ("Enter their name", "Enter their profession", "Enter their email address"):
        assert words in page
    assert "There is a problem" in page
    assert "#assessor_id" not in page


def test_asking_again_by_email_keeps_the_person(app, cast, content, sign_in):
    facts = {"name": "Nell Abara", "profession": "Liaison nurse", "email": "nell@northmere-general.example"}
    with app.app_context():
        request = make.ask(cast.trainee, None, way=Way.EMAIL, **facts)
        asked = request.id
        services.cancel_request(viewer_for(cast.trainee), asked)
    page = sign_in("trainee").get(f"/assessments/ask?again={asked}").text
    assert re.search(r'value="email"\s+checked', page)
    for value in facts.values():
        assert f'value="{value}"' in page


def test_asking_again_does_not_offer_a_guest_who_declined(app, cast, content, sign_in):
    facts = {"name": "Nell Abara", "profession": "Liaison nurse", "email": "nell@northmere-general.example"}
    with app.app_context():
        request = make.ask(cast.trainee, None, way=Way.EMAIL, **facts)
        asked = request.id
        services.decline_by_link(asked, request.assessor_id, reason="I was not there.")
    page = sign_in("trainee").get(f"/assessments/ask?again={asked}").text
    assert re.search(r'value="email"\s+checked', page)
    assert facts["email"] not in page


def test_asking_again_whoever_is_here_keeps_the_way(app, cast, content, sign_in):
    with app.app_context():
        request = make.ask(cast.trainee, None, way=Way.HERE)
        asked = request.id
        services.cancel_request(viewer_for(cast.trainee), asked)
    assert re.search(r'value="here"\s+checked', sign_in("trainee").get(f"/assessments/ask?again={asked}").text)


def test_a_link_is_shown_first_and_again_after_a_reload(app, cast, content, sign_in):
    with app.app_context():
        request = make.ask(cast.trainee, None, way=Way.HERE).id
    client, url = sign_in("trainee"), f"/assessments/requests/{request}"
    assert client.get(f"{url}/link", status=302).headers["Location"] == f"{url}/mine"
    shown = client.post(f"{url}/link").headers["Location"]
    assert shown == f"{url}/link"
    page = client.get(shown).text
    assert page.index("app-qr") < page.index("/sign/") < page.index("nhsuk-summary-list")
    assert "2 December 2026" in page
    link = re.search(r"/sign/[\w-]+", page)[0]
    assert link in client.get(shown).text
    client.post(f"{url}/link")
    page = client.get(shown).text
    assert "/sign/" in page
    assert link not in page
    client.post(f"{url}/cancel")
    client.get(shown, status=302)


def test_a_link_is_shown_for_its_own_request_only(app, cast, content, sign_in):
    with app.app_context():
        first, other = (make.ask(cast.trainee, None, way=Way.HERE, codes=[code]).id for code in ("D3.1", "D4.1"))
    client = sign_in("trainee")
    client.post(f"/assessments/requests/{first}/link")
    client.get(f"/assessments/requests/{other}/link", status=302)
    sign_in("trainee").get(f"/assessments/requests/{first}/link", status=302)
