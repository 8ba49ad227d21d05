import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from lms.cases.models import CaseAttempt, CaseStep
from lms.core.clock import now, today
from lms.core.db import db
from lms.curriculum.services import sync_content
from tests.factories.cases import EVERY_KIND_CASE, GOOD_CASE, publish_case

START = "/case-reviews/small-case/preview"
NEWER = GOOD_CASE.replace("{name} offers tea.", "{name} offers coffee.")


@pytest.fixture
def educator(app, cast, sign_in):
    with app.app_context():
        publish_case()
    return sign_in("educator")


def asked(on=None, **other):
    """The fields of the first page, as its form sends them."""
    on = on or today()
    day = {"on-day": on.day, "on-month": on.month, "on-year": on.year}
    return {"sent": "yes", "at": "call", "variant": "martin", "mode": "practice", **day, **other}


def begin(client, start=START, **other):
    """The first page of a preview."""
    return client.follow(client.get(f"{start}?{urlencode(asked(**other))}", status=302))


def fields(page):
    """What the forms of a page keep in hidden fields."""
    return {
        name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    }


def send(client, page, status=302, **answer):
    """Send the form of a page in the address."""
    kept = {name: value for name, value in fields(page).items() if name not in ("csrf_token", "role")}
    return client.get(f"{page.request.path}?{urlencode({**kept, **answer}, doseq=True)}", status=status)


def step(client, page, **answer):
    return client.follow(send(client, page, confidence="certain", **answer))


def rows(app):
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(each)) for each in (CaseAttempt, CaseStep)]


def test_the_first_page_offers_scenes_patients_manners_and_versions(educator):
    text = educator.get(START).text
    for words in (
        "19:34, At home",
        "Martin Hale",
        "Alan Pryce",
        "Graded",
        "the current version",
        "Nothing is recorded",
    ):
        assert words in text


def test_the_first_page_takes_what_the_last_preview_had(educator):
    text = educator.get(f"{START}?at=refusal&variant=alan&mode=graded&on=2026-11-18").text
    assert 'value="refusal" selected' in text
    assert re.search(r'value="alan"\s+checked', text)
    assert re.search(r'value="graded"\s+checked', text)


def test_a_whole_case_is_tried_out_and_nothing_is_recorded(app, educator):
    page = begin(educator)
    for option in ("send", "direct", "beside"):
        for words in ("Preview: nothing is recorded", "as Martin Hale", "18 November 2026"):
            assert words in page.text
        page = step(educator, page, option=option)
    assert "A preview has no text to write" in page.text
    page = educator.follow(send(educator, page))
    assert "The case ends here" in page.text
    assert "Your answer is kept" not in page.text
    debrief = educator.get(unescape(re.search(r'href="([^"]+/preview/debrief[^"]+)"', page.text)[1]))
    assert "<title>Preview: Debrief - A small case - " in debrief.text
    for words in (
        "Preview: nothing is recorded",
        "Outcome: sound",
        "6 of 6",
        "Calm may follow",
        "as a trainee reads it",
    ):
        assert words in debrief.text
    for words in ("Your reflection", "I have read the debrief", "Play again", "Read your answer"):
        assert words not in debrief.text
    assert rows(app) == [0, 0]


def test_practice_gives_the_reason_at_once_and_graded_does_not(educator):
    practice = step(educator, begin(educator), option="close")
    assert "Nobody has assessed him yet." in practice.text
    graded = step(educator, begin(educator, mode="graded"), option="close")
    assert "The call is reopened" in graded.text
    assert "Nobody has assessed him yet." not in graded.text


def test_a_preview_can_go_back_begin_again_and_change_its_settings(educator):
    first = begin(educator)
    page = step(educator, first, option="send")
    links = {text: unescape(href) for href, text in re.findall(r'<a href="([^"]+)">([^<]+)</a>', page.text)}
    assert "What do you ask for?" in educator.get(links["One step back"]).text
    assert "What do you ask for?" in educator.get(links["Begin again"]).text
    assert 'value="home" selected' in educator.get(links["Another scene, patient or day"]).text
    assert "One step back" not in first.text


def test_a_preview_begins_in_any_scene(educator):
    page = begin(educator, at="refusal", variant="alan")
    assert "He will not come with you." in page.text
    assert "begun at He says no as somebody who came there by the best answers" in page.text
    assert "Tablets taken in several goes" in page.text
    assert "One step back" not in page.text
    page = step(educator, page, option="plan")
    links = {text: unescape(href) for href, text in re.findall(r'<a href="([^"]+)">([^<]+)</a>', page.text)}
    for way in ("One step back", "Begin again"):
        assert "He will not come with you." in educator.get(links[way]).text
    ended = begin(educator, at="goodbye")
    assert "You leave Martin Hale with Beth." in ended.text


def test_a_patient_who_never_comes_to_a_scene_is_refused_and_another_offered(app, cast, sign_in):
    with app.app_context():
        publish_case(
            GOOD_CASE.replace("goto: refusal\n", "goto: agreed\n").replace("{goto: refusal}", "{goto: agreed}")
        )
    educator = sign_in("educator")
    page = educator.get(f"{START}?{urlencode(asked(at='refusal'))}", status=422)
    assert "This patient never comes to this scene. Select Alan Pryce." in page.text
    assert re.search(r'value="alan"\s+checked', educator.get(f"{START}?at=refusal").text)


def test_an_answer_that_is_missing_is_asked_for_again(educator):
    page = begin(educator)
    refused = send(educator, page, 422, option="send")
    assert "Select how sure you are" in refused.text
    assert re.search(r'value="send"\s+checked', refused.text)
    assert "Select what you do" in send(educator, page, 422, confidence="certain").text
    assert "option" in send(educator, page, 422, confidence="certain", option="direct").text
    assert "Preview: nothing is recorded" in refused.text


def test_a_hint_is_a_step_of_its_own(educator):
    page = begin(educator)
    assert "Would a hint help?" in page.text
    page = educator.follow(send(educator, page, hint="yes"))
    assert "Think of who can be with him." in page.text
    assert "Would a hint help?" not in page.text
    again = send(educator, page, 422, hint="yes")
    assert "no further hint" in again.text


def test_every_kind_of_decision_can_be_tried_out(app, cast, sign_in):
    with app.app_context():
        publish_case(EVERY_KIND_CASE)
    client = sign_in("educator")
    page = begin(client, "/case-reviews/every-kind/preview", at="room", variant="dean")
    image = unescape(re.search(r'src="([^"]+/preview/images/plan[^"]+)"', page.text)[1])
    assert client.get(image).mimetype == "image/svg+xml"
    page = step(client, page, **{"place-airway": 1, "place-naloxone": 2, "place-ventilate": 3, "place-glucose": 4})
    assert "Take a breath." in page.text
    page = client.follow(send(client, page))
    scores = dict.fromkeys(("respirations", "spo2", "systolic", "pulse", "temperature"), 0) | {
        "air": 2,
        "consciousness": 3,
    }
    page = step(client, page, **{f"row-{key}": points for key, points in scores.items()})
    page = step(client, page, picks=["sugar", "head"])
    page = step(client, page, **{"row-often": 4, "row-units": 4, "row-heavy": 3})
    page = step(client, page, **{"part-situation": "breathing", "part-request": "bed"})
    page = step(client, page, option="stay")
    assert "The case ends here" in page.text
    debrief = client.get(unescape(re.search(r'href="([^"]+/preview/debrief[^"]+)"', page.text)[1])).text
    assert "Give naloxone" in debrief
    assert rows(app) == [0, 0]


def test_a_place_given_twice_is_refused(app, cast, sign_in):
    with app.app_context():
        publish_case(EVERY_KIND_CASE)
    client = sign_in("educator")
    page = begin(client, "/case-reviews/every-kind/preview", at="room", variant="dean")
    answer = dict.fromkeys(("place-airway", "place-naloxone", "place-ventilate", "place-glucose"), 1)
    assert "give each step its own" in send(client, page, 422, confidence="certain", **answer).text


# --- The day ---


def later(app, clock, sign_in, text=None, **time):
    """So much later another text of the case is published, or it is retired; somebody signs in again."""
    clock.set(now() + timedelta(**time))
    with app.app_context():
        publish_case(text) if text else sync_content(None, [])
    return sign_in("educator")


def test_the_version_is_the_one_that_was_taught_on_the_day(app, educator, clock, sign_in):
    began = now()
    educator = later(app, clock, sign_in, NEWER, days=3)
    assert "offers coffee" in begin(educator, at="home").text
    past = begin(educator, at="home", on=(began + timedelta(days=2)).date())
    assert "offers tea" in past.text
    assert "The case as it was on 20 November 2026: the version first taught on 18 November 2026." in past.text


@pytest.mark.parametrize(("days", "words"), [(1, "lies in the future"), (-1, "was not taught on 17 November 2026")])
def test_a_day_on_which_the_case_was_not_taught_is_refused(educator, days, words):
    sent = asked(on=today() + timedelta(days=days))
    page = educator.get(f"{START}?{urlencode(sent)}", status=422)
    assert words in page.text


def test_a_retired_case_can_still_be_tried_out_as_it_was(app, educator, clock, sign_in):
    began = now()
    educator = later(app, clock, sign_in, days=2)
    assert "What do you ask for?" in begin(educator, on=began.date()).text
    assert "was not taught on" in educator.get(f"{START}?{urlencode(asked())}", status=422).text


def test_a_case_that_was_changed_meanwhile_begins_again_with_a_sentence(app, educator, clock, sign_in):
    page = step(educator, begin(educator), option="send")
    educator = later(app, clock, sign_in, NEWER, hours=1)
    again = educator.get(f"{page.request.path}?{page.request.query_string.decode()}", status=422)
    assert "The preview begins again" in again.text
    assert "From which scene?" in again.text


# --- Addresses that do not fit ---


@pytest.mark.parametrize(
    "change",
    [
        {"steps": "zz"},
        {"steps": "c0.c0.c0.c0.c0.c0"},
        {"steps": "c0" * 4000},
        {"steps": "\x01"},
        {"given": "1"},
        {"given": ""},
        {"variant": "nobody"},
        {"mode": "exam"},
        {"on": "yesterday"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"on": "2999-01-01"},
        {"seed": "x"},
        {"seed": ""},
        {"version": "000000000000"},
    ],
)
@pytest.mark.parametrize("page", ["scene", "debrief"])
def test_an_address_that_does_not_fit_begins_again_with_a_sentence(educator, change, page):
    good = dict(re.findall(r"[?&](\w+)=([^&]*)", begin(educator).request.full_path))
    refused = educator.get(f"{START}/{page}?{urlencode({**good, **change})}", status=422)
    assert "The preview begins again" in refused.text


@pytest.mark.parametrize("seed", ["-1", "99999999999999999999"])
def test_any_number_is_a_seed(educator, seed):
    good = dict(re.findall(r"[?&](\w+)=([^&]*)", begin(educator).request.full_path))
    educator.get(f"{START}/scene?{urlencode({**good, 'seed': seed})}")


def test_the_debrief_waits_for_the_end(educator):
    page = begin(educator)
    answer = educator.get(page.request.full_path.replace("/scene", "/debrief"), status=302)
    assert "What do you ask for?" in educator.follow(answer).text


def test_nothing_of_a_case_that_never_was_is_found(educator):
    for path in ("", "/scene", "/debrief", "/images/plan"):
        educator.get(f"/case-reviews/no-such-case/preview{path}", status=404)
    educator.get(f"{START}/images/no-such-image?on=2026-11-18", status=404)
    educator.get(f"{START}/images/plan?on=x", status=404)


def test_only_educators_try_out_cases(educator, sign_in):
    for name in ("trainee", "consultant_nurse", "external_examiner", "administrator"):
        sign_in(name).get(START, status=403)


def test_texts_of_a_preview_are_text(app, sign_in):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    with app.app_context():
        publish_case(GOOD_CASE.replace("He says that he is fine.", hostile))
    text = begin(sign_in("educator")).text
    assert "<img src=x" not in text
    assert "<script>alert" not in text
