import re

import pytest
from sqlalchemy import func, select

from lms.cases import services
from lms.cases.models import CaseDiscussion, DiscussionOutcome
from lms.cases.rules.discussions import Ended
from lms.cases.rules.engine import Mode
from lms.core.db import db
from lms.core.ids import new_id
from lms.identity.queries import find_viewer
from tests.factories import readiness
from tests.factories.cases import publish_case
from tests.factories.discussions import ask, correct, hold

PAGE = "/cases/small-case/discussion"
HELD = {"held_on-day": "18", "held_on-month": "11", "held_on-year": "2026", "ended": "covered", "note": ""}
NOTE = "You named what he feared, and what would help tonight."
WHY = re.compile(r"\bwhy\b[^.]*\?|reason[^.]*\?", re.IGNORECASE)


@pytest.fixture
def case(app, cast):
    with app.app_context():
        publish_case()


@pytest.fixture
def asked(app, cast, case):
    with app.app_context():
        return ask(cast.trainee)


def held(app, cast, ended=Ended.COVERED, note=NOTE):
    with app.app_context():
        hold(ask(cast.trainee), cast.educator, ended=ended, note=note)


def words(page):
    """A page as it is read."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


# --- The trainee ---


def test_the_case_and_its_list_offer_a_discussion_of_equal_worth(case, sign_in):
    trainee = sign_in("trainee")
    page = trainee.get("/cases/small-case").text
    assert "Arrange a discussion instead" in page
    assert "It counts the same, and nobody asks for a reason" in page
    assert f'href="{PAGE}"' in page
    assert "It counts the same" in trainee.get("/cases").text
    for url in ("/cases", "/cases/small-case", PAGE):
        assert "fail" not in trainee.get(url).text.lower()


def test_a_discussion_is_arranged_with_one_button_and_no_question(app, case, sign_in):
    trainee = sign_in("trainee")
    page = trainee.get(PAGE).text
    main = page[page.index("<main") : page.index("</main>")]
    assert re.findall(r'<(?:input|textarea|select)\b(?![^>]*type="hidden")', main) == []
    assert not WHY.search(re.sub(r"<[^>]+>", " ", main))
    assert "To be covered" in page
    page = words(trainee.follow(trainee.post(PAGE)))
    assert "Discussion asked for on 18 November 2026" in page
    assert "Withdraw the request" in page
    assert count(app, CaseDiscussion) == 1


def test_the_state_stands_on_the_case_in_the_list_and_at_home(asked, sign_in):
    trainee = sign_in("trainee")
    for url in ("/cases", "/cases/small-case"):
        page = words(trainee.get(url))
        assert "Discussion asked for on 18 November 2026" in page
        assert "Not started" not in page
    home = trainee.get("/").text
    assert "Discussion of A small case" in home
    assert "An educator of your university arranges it with you" in home
    assert "Play a case" not in home


def test_asking_twice_or_clicking_twice_asks_once(app, case, sign_in):
    trainee = sign_in("trainee")
    sent = {"request_id": str(new_id())}
    for _ in range(2):
        assert "Discussion asked for on" in words(trainee.follow(trainee.post(PAGE, sent)))
    assert "Discussion asked for on" in words(trainee.follow(trainee.post(PAGE)))
    assert count(app, CaseDiscussion) == 1


def test_a_request_is_withdrawn_without_a_question_and_leaves_no_trace_on_the_pages(app, asked, sign_in):
    trainee = sign_in("trainee")
    sent = {"request_id": str(new_id())}
    for _ in range(2):
        page = trainee.follow(trainee.post(f"/case-discussions/{asked}/withdraw", sent)).text
    assert "Arrange a discussion" in page
    assert "Discussion asked for" not in page
    for url in ("/", "/cases", "/cases/small-case"):
        assert "Discussion asked for" not in trainee.get(url).text
    assert "Play a case" in trainee.get("/").text
    assert count(app, DiscussionOutcome) == 1


def test_a_page_that_is_out_of_date_cannot_withdraw_what_was_held(app, cast, asked, sign_in):
    with app.app_context():
        hold(asked, cast.educator)
    trainee = sign_in("trainee")
    page = trainee.follow(trainee.post(f"/case-discussions/{asked}/withdraw")).text
    assert "This discussion has been held, so it cannot be withdrawn" in page
    assert "capabilities covered" in page


def test_what_the_educator_recorded_reaches_the_trainee(app, cast, case, sign_in):
    held(app, cast)
    trainee = sign_in("trainee")
    home = trainee.get("/").text
    assert f'href="{PAGE}">Your discussion of A small case is recorded</a>' in home
    assert "Play a case" not in home
    for url in ("/cases/small-case", PAGE):
        page = trainee.get(url).text
        assert "Discussed with Edith Lowe on 18 November 2026: capabilities covered" in words(trainee.get(url))
        assert f'<span class="app-text">{NOTE}</span>' in page
        assert "Ask for redaction" not in page
    assert "Discussed with Edith Lowe on 18 November 2026" in words(trainee.get("/cases"))


def test_not_yet_leaves_both_ways_open(app, cast, case, sign_in):
    held(app, cast, Ended.NOT_YET)
    trainee = sign_in("trainee")
    page = trainee.get("/cases/small-case").text
    assert "Not all capabilities are covered yet" in page
    assert "Arrange another discussion" in page
    assert "Play a case" in trainee.get("/").text
    assert "Discussion asked for on 18 November 2026" in words(trainee.follow(trainee.post(PAGE)))
    trainee.post("/cases/small-case", {"mode": "graded"})


def test_somebody_in_the_middle_of_a_case_may_discuss_it_and_is_not_called_back(app, cast, case, sign_in):
    with app.app_context():
        attempt_id = services.start_attempt(find_viewer(cast.trainee), "small-case", mode=Mode.GRADED).id
    trainee = sign_in("trainee")
    assert f'href="{PAGE}"' in trainee.get(f"/case-attempts/{attempt_id}/pause").text
    assert "Go on with your case" in trainee.get("/").text
    trainee.post(PAGE)
    assert "Go on with your case" not in trainee.get("/").text
    trainee.get(f"/case-attempts/{attempt_id}")


def test_a_case_that_does_not_exist_is_not_found(case, sign_in):
    trainee = sign_in("trainee")
    trainee.get("/cases/no-such-case/discussion", 404)
    trainee.post("/cases/no-such-case/discussion", status=404)


def test_nobody_withdraws_for_somebody_else(app, asked, sign_in):
    sign_in("trainee_b").post(f"/case-discussions/{asked}/withdraw", status=404)
    assert "Discussion asked for" not in sign_in("trainee_b").get(PAGE).text
    assert count(app, DiscussionOutcome) == 0


# --- The educator ---


def test_an_educator_finds_what_to_arrange_at_home(asked, sign_in):
    educator = sign_in("educator")
    home = educator.get("/").text
    assert "Discussions to arrange" in home
    assert f'href="/case-discussions/{asked}">Amina Yusuf: A small case</a>' in home
    assert "Asked for on 18 November 2026. To be covered: D3.1" in home
    page = educator.get("/case-discussions").text
    assert f'href="/case-discussions/{asked}"' in page
    assert "To arrange, longest waiting first" in page


def test_a_home_without_requests_lists_none_and_links_to_all(case, sign_in):
    educator = sign_in("educator")
    assert "Discussions to arrange" not in educator.get("/").text
    assert "All discussions of cases" in educator.get("/").text
    assert "No discussion waits to be arranged" in educator.get("/case-discussions").text


def test_an_educator_records_a_discussion_and_reads_it_again(app, asked, sign_in):
    educator = sign_in("educator")
    form = educator.get(f"/case-discussions/{asked}").text
    assert "Who can see this: the trainee and the educators of their university. Nobody at the trust can." in form
    assert "D3.1" in form
    assert form.index("Who can see this") < form.index("<textarea")
    page = educator.follow(educator.post(f"/case-discussions/{asked}", {**HELD, "note": NOTE})).text
    assert "Discussion with Amina Yusuf recorded" in page
    assert "Capabilities covered" in page
    page = educator.get(f"/case-discussions/{asked}").text
    assert NOTE in page
    assert "<form" not in page[page.index("<main") :]
    assert "Discussions to arrange" not in educator.get("/").text
    assert "All discussions of cases" in educator.get("/").text


@pytest.mark.parametrize("record", [None, HELD], ids=["to record", "recorded"])
def test_the_window_names_the_case_and_never_the_trainee(asked, sign_in, record):
    educator = sign_in("educator")
    if record:
        educator.post(f"/case-discussions/{asked}", record)
    pages = [f"/case-discussions/{asked}"] + ([f"/case-discussions/{asked}/correction"] if record else [])
    for page in pages:
        text = educator.get(page).text
        title = re.search(r"<title>(.*?)</title>", text)[1]
        assert "A small case - " in title
        assert "Amina Yusuf" not in title
        assert 'nhsuk-caption-l">Amina Yusuf, A small case<' in text


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        pytest.param({"ended": ""}, "Select whether it covered these capabilities", "ended", id="no answer"),
        pytest.param({"ended": "withdrawn"}, "Select one of the options", "ended", id="not theirs to choose"),
        pytest.param({"held_on-day": ""}, "The date must include a day", "held_on", id="no day"),
        pytest.param({"held_on-day": "19"}, "cannot be in the future", "held_on", id="tomorrow"),
        pytest.param({"held_on-day": "17"}, "it cannot be held before", "held_on", id="before it was asked"),
        pytest.param({"note": "Ring 07700 900123"}, "seems to hold a phone number", "note", id="an identifier"),
        pytest.param({"note": "x" * 2001}, "2,000 characters or fewer", "note", id="too long"),
    ],
)
def test_a_refused_answer_is_shown_beside_its_field_and_nothing_typed_is_lost(
    app, asked, sign_in, change, words, field
):
    sent = {**HELD, "note": NOTE, **change}
    page = sign_in("educator").post(f"/case-discussions/{asked}", sent, 422).text
    assert re.search(rf'id="{field}-error"[^>]*>.*?{words}', page, re.DOTALL)
    assert f"{sent['note']}</textarea>" in page
    assert count(app, DiscussionOutcome) == 0


def test_what_looks_like_an_identifier_can_be_confirmed(app, asked, sign_in):
    educator = sign_in("educator")
    sent = {**HELD, "note": "You quoted Mr Hale of the case."}
    assert 'name="no_identifiers"' in educator.post(f"/case-discussions/{asked}", sent, 422).text
    educator.post(f"/case-discussions/{asked}", {**sent, "no_identifiers": "y"})
    assert count(app, DiscussionOutcome) == 1


def test_a_double_click_records_once_and_leads_to_the_same_page(app, asked, sign_in):
    educator = sign_in("educator")
    sent = {**HELD, "request_id": str(new_id())}
    places = [educator.post(f"/case-discussions/{asked}", sent).headers["Location"] for _ in range(2)]
    assert places == ["/case-discussions"] * 2
    assert count(app, DiscussionOutcome) == 1


WHY_CHANGED = "The second half was held with somebody else."


def correction(educator, asked, **change):
    """What the page of a correction would send, with these changes."""
    page = educator.get(f"/case-discussions/{asked}/correction").text
    seen = re.search(r'name="seen_id" value="([^"]+)"', page)
    return {**HELD, "ended": "not-yet", "note": NOTE, "reason": WHY_CHANGED, "seen_id": seen[1], **change}


def test_an_educator_corrects_a_record_and_both_read_what_stands_and_why(app, cast, asked, sign_in):
    with app.app_context():
        hold(asked, cast.educator, note=NOTE)
    educator = sign_in("educator")
    url = f"/case-discussions/{asked}/correction"
    assert f'href="{url}"' in educator.get(f"/case-discussions/{asked}").text
    form = educator.get(url).text
    assert f"{NOTE}</textarea>" in form
    assert "The trainee and the educators of their university can see this" in form
    page = words(educator.follow(educator.post(url, correction(educator, asked))))
    assert "Record of the discussion with Amina Yusuf corrected" in page
    assert "Corrected on 18 November 2026 by Edith Lowe" in page
    assert "Outcome Not yet: to be continued" in page
    assert "Recorded before Capabilities covered, held 18 November 2026, recorded by Edith Lowe" in page
    assert (page.count(NOTE), page.count(WHY_CHANGED)) == (1, 1)
    assert "Not yet: to be continued" in educator.get("/case-discussions").text
    trainee = sign_in("trainee")
    assert "The record of your discussion of A small case is corrected" in trainee.get("/").text
    for place in ("/cases/small-case", PAGE):
        page = words(trainee.get(place))
        assert "Not all capabilities are covered yet. Corrected by Edith Lowe on 18 November 2026." in page
        assert f"Why the record was corrected {WHY_CHANGED}" in page
        assert "capabilities covered" not in page
    assert "Play a case" in trainee.get("/").text


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        pytest.param({"reason": ""}, "Say why the record changes", "reason", id="no reason"),
        pytest.param({"reason": "x" * 501}, "500 characters or fewer", "reason", id="too long"),
        pytest.param({"reason": "Ring 07700 900123"}, "seems to hold a phone number", "reason", id="an identifier"),
        pytest.param({"ended": "covered"}, "recorded already", "ended", id="nothing changes"),
    ],
)
def test_a_refused_correction_says_so_beside_its_field(app, cast, asked, sign_in, change, words, field):
    with app.app_context():
        hold(asked, cast.educator, note=NOTE)
    educator = sign_in("educator")
    sent = correction(educator, asked, **change)
    page = educator.post(f"/case-discussions/{asked}/correction", sent, 422).text
    assert re.search(rf'id="{field}-error"[^>]*>.*?{words}', page, re.DOTALL)
    assert f"{sent['reason']}</textarea>" in page
    assert count(app, DiscussionOutcome) == 1


def test_a_correction_of_what_somebody_else_corrected_shows_both_and_can_be_sent_again(app, cast, asked, sign_in):
    with app.app_context():
        hold(asked, cast.educator)
    educator = sign_in("educator")
    url, sent = f"/case-discussions/{asked}/correction", correction(educator, asked)
    with app.app_context():
        correct(asked, cast.educator, note="Go on.")
    stale = educator.post(url, sent, 409).text
    assert "Somebody else saved this" in stale
    assert f"{NOTE}</textarea>" in stale
    assert "Did it cover these capabilities?</h3>" not in stale
    seen_id = re.search(r'name="seen_id" value="([^"]+)"', stale)[1]
    educator.post(url, {**sent, "seen_id": seen_id}, 303)
    assert count(app, DiscussionOutcome) == 3


def test_what_was_not_held_offers_no_correction(app, asked, sign_in):
    educator = sign_in("educator")
    assert "Correct this record" not in educator.get(f"/case-discussions/{asked}").text
    page = educator.get(f"/case-discussions/{asked}/correction").text
    assert "This discussion is not recorded yet" in page
    sent = {**HELD, "reason": WHY_CHANGED, "seen_id": ""}
    assert "there is nothing to correct" in educator.post(f"/case-discussions/{asked}/correction", sent, 422).text


def test_a_page_that_is_out_of_date_keeps_what_was_typed_and_says_what_stands(app, cast, asked, sign_in):
    educator = sign_in("educator")
    educator.get(f"/case-discussions/{asked}")
    with app.app_context():
        hold(asked, cast.educator, ended=Ended.NOT_YET)
    page = educator.post(f"/case-discussions/{asked}", {**HELD, "note": NOTE}, 422).text
    assert f"{NOTE}</textarea>" in page
    assert "This discussion is already recorded" in page
    assert "What is recorded" in page
    assert "Not yet: to be continued" in page


def test_a_withdrawn_request_is_gone_for_educators(app, cast, asked, sign_in):
    with app.app_context():
        services.withdraw_discussion(find_viewer(cast.trainee), asked)
    educator = sign_in("educator")
    for url in ("/", "/case-discussions"):
        assert "Amina Yusuf" not in educator.get(url).text
    for url in (f"/case-discussions/{asked}", f"/case-discussions/{asked}/correction"):
        educator.get(url, 404)
        educator.post(url, {**HELD, "reason": WHY_CHANGED, "seen_id": ""}, 404)
    assert count(app, DiscussionOutcome) == 1


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("educator_b", 404),
        ("trainee", 403),
        ("supervisor", 403),
        ("assessor", 403),
        ("external_examiner", 403),
        ("consultant_nurse", 403),
        ("administrator", 403),
        ("stranger", 403),
    ],
)
def test_only_educators_of_the_university_open_or_record_one(app, asked, sign_in, name, status):
    other = sign_in(name)
    other.get(f"/case-discussions/{asked}", status)
    other.post(f"/case-discussions/{asked}", HELD, status)
    other.get(f"/case-discussions/{asked}/correction", status)
    other.post(f"/case-discussions/{asked}/correction", {**HELD, "reason": WHY_CHANGED}, status)
    other.get("/case-discussions", 200 if name == "educator_b" else 403)
    if name == "educator_b":
        assert "Amina Yusuf" not in other.get("/case-discussions").text
        assert "Amina Yusuf" not in other.get("/").text
    assert count(app, DiscussionOutcome) == 0


# --- The trust ---

CASES = """  - key: cases
    title: Cases
    requirements:
      - {kind: cases, key: cases, title: Graded cases, count: 1}
  - key: standing
"""


@pytest.mark.parametrize(("ended", "words"), [(Ended.COVERED, "1 of 1"), (Ended.NOT_YET, "0 of 1")])
def test_the_consultant_nurse_sees_whether_it_counts_and_never_the_note(app, cast, case, sign_in, ended, words):
    held(app, cast, ended)
    with app.app_context():
        readiness.load_content(readiness.BODY.replace("  - key: standing\n", CASES))
    nurse = sign_in("consultant_nurse")
    page = nurse.get(f"/trainees/{cast.trainee}/readiness/{readiness.SETTING}").text
    assert "Discussion held on 18 November 2026, Small case" in page
    assert f"Graded cases: {'met' if ended is Ended.COVERED else 'missing'}. {words}" in page
    assert ("Not all capabilities are covered yet" in page) is (ended is Ended.NOT_YET)
    assert "or a discussion of it that covered its capabilities" in page
    for url in (f"/trainees/{cast.trainee}/readiness", "/readiness", "/"):
        page += nurse.get(url).text
    assert NOTE not in page


def test_the_trust_does_not_see_what_is_asked_for_or_withdrawn(app, cast, case, sign_in):
    with app.app_context():
        services.start_attempt(find_viewer(cast.trainee), "small-case", mode=Mode.PRACTICE)
        readiness.load_content(readiness.BODY.replace("  - key: standing\n", CASES))
    url = f"/trainees/{cast.trainee}/readiness/{readiness.SETTING}"
    nurse, pages = sign_in("consultant_nurse"), []
    pages.append(nurse.get(url).text)
    with app.app_context():
        asked = ask(cast.trainee)
    pages.append(nurse.get(url).text)
    with app.app_context():
        services.withdraw_discussion(find_viewer(cast.trainee), asked)
    pages.append(nurse.get(url).text)
    mains = {re.sub(r'name="\w+_(?:id|token)" value="[^"]*"', "", page[page.index("<main") :]) for page in pages}
    assert len(mains) == 1
