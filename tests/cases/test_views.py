import json
import re

import pytest

from lms.cases import queries, services
from lms.cases.rules.engine import Mode
from lms.core.confidence import Confidence
from lms.identity.queries import find_viewer
from tests.factories.cases import GOOD_CASE, play_through, publish_case

BEST = {"martin": ["send", "direct", "beside"], "alan": ["send", "direct", "plan"]}


@pytest.fixture
def trainee(app, cast, sign_in):
    with app.app_context():
        publish_case()
    return sign_in("trainee")


def begin(app, cast, *options, mode=Mode.GRADED):
    """Start an attempt and take steps; gives the id of the attempt and the key of its patient."""
    with app.app_context():
        actor = find_viewer(cast.trainee)
        attempt = services.start_attempt(actor, "small-case", mode=mode)
        variant = attempt.draw["variant"]
        for seq, option in enumerate(options or ()):
            key = BEST[variant][seq] if option == "best" else option
            services.take_step(actor, attempt.id, seq=seq, choice={"option": key}, confidence=Confidence.CERTAIN)
        return attempt.id, variant


def steps_of(app, cast, attempt_id):
    with app.app_context():
        return [row.step.option for row in queries.get_play(find_viewer(cast.trainee), attempt_id).steps]


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def test_the_list_names_each_case_and_where_it_stands(app, cast, trainee):
    assert "Not started" in trainee.get("/cases").text
    begin(app, cast)
    assert "In progress" in trainee.get("/cases").text


def test_the_start_page_warns_supports_and_offers_an_alternative(trainee):
    text = trainee.get("/cases/small-case").text
    for words in ("touches on suicide", "116 123", "0300 373 0898", "arranged discussion", "Practice", "Graded"):
        assert words in text


def test_the_start_page_says_who_will_see_what_beside_the_choice_of_mode(trainee):
    text = trainee.get("/cases/small-case").text
    said = text[text.index("Who will see this") : text.index("Start the case")]
    for words in (
        "Practice:</strong> you alone",
        "added up over your cohort and without names",
        "at least five people",
        "goes to educators for marking, with your name",
        "whether the attempt counts or why it does not",
        "pauses, attempts you leave unfinished, how sure you were, and your reflection",
        'href="/who-may-see-what"',
    ):
        assert words in said


def test_the_window_names_the_scene_and_the_case(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "send")
    for path, title in (("", "At home"), ("/pause", "Take your time")):
        assert f"<title>{title} - A small case - " in trainee.get(f"/case-attempts/{attempt_id}{path}").text
    assert "<title>Discuss this case - A small case - " in trainee.get("/cases/small-case/discussion").text


def test_a_written_task_shows_its_hint_as_a_hint(app, cast, sign_in):
    with app.app_context():
        publish_case(GOOD_CASE.replace("{kind: write,", '{kind: write, hint: "A story, not a list.",'))
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    assert "Hint: A story, not a list." in sign_in("trainee").get(f"/case-attempts/{attempt_id}").text


def test_a_case_that_does_not_exist_is_not_found(trainee):
    trainee.get("/cases/no-such-case", status=404)


def test_starting_needs_a_mode_and_leads_into_the_first_scene(trainee):
    refused = trainee.post("/cases/small-case", {}, status=422)
    assert "Select practice or graded" in refused.text
    page = trainee.follow(trainee.post("/cases/small-case", {"mode": "graded"}, status=303))
    assert "The call" in page.text
    assert "19:21" in page.text
    assert "{relative}" not in page.text


def test_a_whole_case_is_played_with_forms_alone(trainee):
    page = trainee.follow(trainee.post("/cases/small-case", {"mode": "graded"}, status=303))
    url = page.request.path
    for option in ("send", "direct", None):
        option = option or ("beside" if "beside" in page.text else "plan")
        sent = {"option": option, "confidence": "certain", "seq": hidden(page, "seq")}
        page = trainee.follow(trainee.post(url, sent, status=303))
    assert "Write the formulation." in page.text
    sent = {"text": "A calm man who hurts.", "seq": hidden(page, "seq"), "version": hidden(page, "version")}
    page = trainee.follow(trainee.post(url, sent, status=303))
    assert "The case ends here" in page.text
    debrief = trainee.get(f"{url}/debrief")
    for words in ("Outcome: sound", "6 of 6", "A calm man who hurts.", "You found all 2 facts", "Calm may follow"):
        assert words in debrief.text
    done = trainee.follow(trainee.post(f"{url}/debrief", status=303))
    assert "You read this debrief on 18 November 2026" in done.text


def test_choice_and_confidence_are_asked_together_and_kept_when_one_is_missing(app, cast, trainee):
    attempt_id, _ = begin(app, cast)
    page = trainee.post(f"/case-attempts/{attempt_id}", {"option": "send", "seq": "0"}, status=422)
    assert "Select how sure you are" in page.text
    assert re.search(r'value="send"\s+checked', page.text)
    page = trainee.post(f"/case-attempts/{attempt_id}", {"confidence": "certain", "seq": "0"}, status=422)
    assert "Select what you do" in page.text
    assert steps_of(app, cast, attempt_id) == []


def test_an_option_of_another_scene_is_refused(app, cast, trainee):
    attempt_id, _ = begin(app, cast)
    trainee.post(f"/case-attempts/{attempt_id}", {"option": "direct", "confidence": "certain", "seq": "0"}, status=422)


@pytest.mark.parametrize("seq", ["", "x", "-1", "99999999"])
def test_a_form_without_its_place_is_refused_and_can_be_sent_again(app, cast, trainee, seq):
    attempt_id, _ = begin(app, cast)
    sent = {"option": "send", "confidence": "certain", "seq": seq}
    page = trainee.post(f"/case-attempts/{attempt_id}", sent, status=422)
    assert hidden(page, "seq") == "0"


def test_a_second_tab_is_led_to_where_the_case_is_now(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "send")
    sent = {"option": "close", "confidence": "certain", "seq": "0"}
    page = trainee.follow(trainee.post(f"/case-attempts/{attempt_id}", sent, status=303))
    assert "your first answer stands" in page.text
    assert "At home" in page.text
    same = {"option": "send", "confidence": "certain", "seq": "0"}
    page = trainee.follow(trainee.post(f"/case-attempts/{attempt_id}", same, status=303))
    assert "your first answer stands" not in page.text
    assert steps_of(app, cast, attempt_id) == ["send"]


def test_a_graded_case_shows_what_happened_and_keeps_the_reason_for_the_debrief(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "send")
    text = trainee.get(f"/case-attempts/{attempt_id}").text
    assert "A crew is on the way." in text
    assert "An overdose nobody has assessed" not in text
    assert "Best option" not in text


def test_practice_shows_the_reason_at_once(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "close", mode=Mode.PRACTICE)
    text = trainee.get(f"/case-attempts/{attempt_id}").text
    for words in (
        "The call is reopened",
        "Nobody has assessed him yet.",
        "Critical error",
        "stay on the line",
        "Staying safe",
    ):
        assert words in text


def test_every_scene_shows_the_patient_what_is_known_and_a_way_to_pause(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "send")
    text = trainee.get(f"/case-attempts/{attempt_id}").text
    for words in (
        "Tablets taken in several goes",
        "NEWS2 at 19:34",
        "142/88",
        "Pause or find support",
        "116 123",
    ):
        assert words in text
    assert "Your place in the case is kept" in trainee.get(f"/case-attempts/{attempt_id}/pause").text


def test_options_stand_in_the_order_that_was_drawn(app, cast, trainee):
    attempt_id, _ = begin(app, cast)
    with app.app_context():
        order = queries.get_play(find_viewer(cast.trainee), attempt_id).draw.order["call"]
    text = trainee.get(f"/case-attempts/{attempt_id}").text
    places = [text.index(f'value="{key}"') for key in order]
    assert places == sorted(places)


def test_an_attempt_goes_on_after_signing_in_again(app, cast, trainee, sign_in):
    attempt_id, _ = begin(app, cast, "send")
    assert "At home" in sign_in("trainee").get(f"/case-attempts/{attempt_id}").text


def test_what_is_typed_is_saved_and_comes_back(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    url = f"/case-attempts/{attempt_id}"
    saved = trainee.client.post(f"{url}/draft?seq=3", json={"text": "He says <b>sorry</b>", "version": 0})
    assert (saved.status_code, saved.json["saved_at"]) == (200, "10:30")
    page = trainee.get(url)
    assert "He says &lt;b&gt;sorry&lt;/b&gt;" in page.text
    assert hidden(page, "version") == str(saved.json["version"])


def test_an_autosave_leaves_out_half_a_character_and_refuses_a_version_without_end(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    url, headers = f"/case-attempts/{attempt_id}/draft?seq=3", {"Content-Type": "application/json"}
    endless = trainee.client.post(url, data='{"text": "x", "version": 1e999}', headers=headers)
    assert endless.status_code == 400
    assert trainee.client.post(url, json={"text": "Calm\ud800\x00 man", "version": 0}).status_code == 200
    assert "Calm man" in trainee.get(f"/case-attempts/{attempt_id}").text


@pytest.mark.parametrize(
    ("seq", "sent", "status"),
    [
        ("3", {"text": "Other", "version": 0}, 409),
        ("3", {"text": "x"}, 400),
        ("3", ["x"], 400),
        ("3", None, 400),
        ("3", {"text": None, "version": 1}, 400),
        ("3", {"text": ["x"], "version": 1}, 400),
        ("3", {"text": {"x": "y"}, "version": 1}, 400),
        ("3", {"text": 5, "version": 1}, 400),
        ("3", {"text": "x", "version": True}, 400),
        ("3", {"text": "x", "version": "1"}, 400),
        ("2", {"text": "x", "version": 1}, 422),
        ("", {"text": "x", "version": 1}, 400),
    ],
)
def test_a_draft_that_does_not_fit_is_refused_in_json(app, cast, trainee, seq, sent, status):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    url = f"/case-attempts/{attempt_id}/draft?seq={seq}"
    trainee.client.post(f"/case-attempts/{attempt_id}/draft?seq=3", json={"text": "Mine", "version": 0})
    answer = trainee.client.post(url, data=json.dumps(sent), content_type="application/json")
    assert (answer.status_code, bool(answer.json["error"])) == (status, True)


def test_a_draft_nested_without_end_is_refused_like_any_other(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    deep = "[" * 50_000 + "]" * 50_000
    url = f"/case-attempts/{attempt_id}/draft?seq=3"
    answer = trainee.client.post(url, data=deep, content_type="application/json")
    assert (answer.status_code, bool(answer.json["error"])) == (400, True)


def test_a_break_keeps_even_an_unfinished_text(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    url = f"/case-attempts/{attempt_id}"
    page = trainee.follow(
        trainee.post(url, {"text": "Too short", "seq": "3", "version": "0", "save": "yes"}, status=303)
    )
    assert "Your place in the case is kept" in page.text
    assert "Too short" in trainee.get(url).text


def test_a_refused_text_stays_in_the_form(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    sent = {"text": "Too short", "seq": "3", "version": "0"}
    page = trainee.post(f"/case-attempts/{attempt_id}", sent, status=422)
    assert "at least 3 words" in page.text
    assert "Too short</textarea>" in page.text


def test_two_tabs_with_different_texts_see_both(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    trainee.client.post(f"/case-attempts/{attempt_id}/draft?seq=3", json={"text": "From the first tab", "version": 0})
    sent = {"text": "From the second tab", "seq": "3", "version": "0"}
    page = trainee.post(f"/case-attempts/{attempt_id}", sent, status=409)
    assert "From the first tab" in page.text
    assert "From the second tab" in page.text


def test_the_debrief_waits_for_the_end(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "send")
    trainee.get(f"/case-attempts/{attempt_id}/debrief", status=302)


def test_the_debrief_puts_critical_errors_first_and_names_what_was_missed(app, cast, trainee):
    with app.app_context():
        attempt_id = play_through(find_viewer(cast.trainee), "close", "label", "force")
    text = trainee.get(f"/case-attempts/{attempt_id}/debrief").text
    assert text.index('id="critical"') < text.index("Outcome: not yet") < text.index('id="path"')
    for words in (
        "0 of 6",
        "These stayed hidden",
        "Three hours&#39; sleep a night",
        "Certain, and not sound",
        "Best option",
    ):
        assert words in text


def test_a_critical_error_is_told_in_full_once_and_its_step_leads_there(app, cast, trainee):
    with app.app_context():
        attempt_id = play_through(find_viewer(cast.trainee), "close", "label", "force")
    text = trainee.get(f"/case-attempts/{attempt_id}/debrief").text
    assert "<title>Debrief - A small case - " in text
    assert text.count("A category predicts nothing, and nobody asked him.") == 1
    steps = re.findall(r'<li class="app-case-step app-case-step--critical">.*?</li>', text, re.DOTALL)
    assert len(steps) == 3
    for step in steps:
        number = re.search(r'id="step-(\d)"', step)[1]
        assert f'href="#critical-{number}"' in step
        assert f'href="#step-{number}"' in text[: text.index('id="outcome"')]
        assert f'id="critical-{number}"' in text
        assert "<details" in step
        assert "open>" not in step


def test_the_path_is_folded_but_for_what_was_not_sound(app, cast, trainee):
    with app.app_context():
        attempt_id = play_through(find_viewer(cast.trainee), "send", "softly", "beside")
    text = trainee.get(f"/case-attempts/{attempt_id}/debrief").text
    path = text[text.index('id="path"') : text.index('id="facts"')]
    steps = [step for step in path.split('<li class="app-case-step')[1:] if "nhsuk-tag" in step]
    assert ['<details class="nhsuk-details" open>' in step for step in steps] == [False, True, False]
    assert [re.search(r"nhsuk-tag[^>]*>([^<]+)", step)[1] for step in steps] == [
        "Best option",
        "Not good enough",
        "Best option",
    ]
    summary = re.sub(r"<[^>]+>", " ", re.search(r"<summary.*?</summary>", steps[1], re.DOTALL)[0])
    assert "I ask him softly whether he has felt this way." in summary


@pytest.mark.parametrize(
    ("answer", "shown"),
    [("x" * 50 + " " + "y" * 7, "x" * 50 + " " + "y" * 7), ("x" * 50 + " " + "y" * 8, "x" * 50 + " …")],
    ids=["58 characters", "59 characters"],
)
def test_only_what_is_left_out_of_a_long_answer_gets_an_ellipsis(app, cast, sign_in, answer, shown):
    with app.app_context():
        publish_case(GOOD_CASE.replace("I ask him softly whether he has felt this way.", answer))
    client = sign_in("trainee")
    with app.app_context():
        attempt_id = play_through(find_viewer(cast.trainee), "send", "softly", "beside")
    text = client.get(f"/case-attempts/{attempt_id}/debrief").text
    summary = re.search(r"Not good enough</strong>\s*(.*?)<", text)[1]
    assert summary == shown


def test_each_chapter_of_the_teaching_text_has_one_heading_and_it_is_the_line_that_opens_it(app, cast, sign_in):
    with app.app_context():
        publish_case(
            GOOD_CASE.replace("  A formulation says", "  ## *Calm* & formulation [S44]\n\n  A formulation says")
        )
    client = sign_in("trainee")
    with app.app_context():
        attempt_id = play_through(find_viewer(cast.trainee), "send", "softly", "beside")
    text = client.get(f"/case-attempts/{attempt_id}/debrief").text
    part = text[text.index("What to take away</h2>") : text.index(">Capabilities this may support")]
    headings = re.findall(r"<summary[^>]*><h3[^>]*>(.*?)</h3></summary>", part)
    assert headings == ["Calm &amp; formulation [S44]"]
    assert part.count("Calm &amp; formulation") == 1
    assert part.index("Calm may follow") < part.index("<details") < part.index("A formulation says")


COUNTS, NONE_YET, PRACTISED = (
    "Bring what you learned here to an assessor",
    "This attempt supports none",
    "Practice counts nowhere.",
)


@pytest.mark.parametrize(
    ("options", "mode", "said"),
    [
        (("send", "direct", "best"), Mode.GRADED, COUNTS),
        (("send", "label", "plan"), Mode.GRADED, NONE_YET),
        (("send", "direct", "best"), Mode.PRACTICE, PRACTISED),
    ],
)
def test_capabilities_are_named_only_where_the_attempt_can_count(app, cast, trainee, options, mode, said):
    attempt_id, _ = begin(app, cast, *options, mode=mode)
    with app.app_context():
        services.submit_text(find_viewer(cast.trainee), attempt_id, seq=3, text="A calm man who hurts.", version=0)
    text = trainee.get(f"/case-attempts/{attempt_id}/debrief").text
    part = text[text.index("Capabilities this may support") : text.index("Sources of this case")]
    assert [words for words in (COUNTS, NONE_YET, PRACTISED) if words in part] == [said]
    assert ("D3.1" in part) is (said is COUNTS)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (Mode.GRADED, "Your written answer is not scored here: an educator marks it."),
        (Mode.PRACTICE, "Your written answer is not scored: only you can see it."),
    ],
)
def test_a_full_score_says_that_the_written_answer_is_not_part_of_it(app, cast, trainee, mode, said):
    attempt_id, _ = begin(app, cast, "best", "best", "best", mode=mode)
    with app.app_context():
        services.submit_text(find_viewer(cast.trainee), attempt_id, seq=3, text="A calm man who hurts.", version=0)
    text = trainee.get(f"/case-attempts/{attempt_id}/debrief").text
    assert f"Nothing that is scored was left to do better. {said}" in text
    assert "Nothing at all" not in text


def test_what_is_sent_in_the_debrief_leads_back_to_its_part_of_the_page(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    with app.app_context():
        services.submit_text(find_viewer(cast.trainee), attempt_id, seq=3, text="A calm man who hurts.", version=0)
    url = f"/case-attempts/{attempt_id}/debrief"
    assert trainee.post(url, status=303).location == f"{url}#next"
    assert trainee.post(url, {"text": "Slow down.", "version": "0"}, status=303).location == f"{url}#reflection"
    text = trainee.get(url).text
    assert "Saved on 18 November 2026, 10:30" in text
    assert "You read this debrief on 18 November 2026. The attempt counts." in text


def test_nobody_else_reaches_an_attempt(app, cast, trainee, sign_in):
    attempt_id, _ = begin(app, cast, "send")
    other = sign_in("trainee_b")
    for path in ("", "/pause", "/debrief"):
        other.get(f"/case-attempts/{attempt_id}{path}", status=404)
    sent = {"option": "direct", "confidence": "certain", "seq": "1"}
    other.post(f"/case-attempts/{attempt_id}", sent, status=404)
    sign_in("educator").get(f"/case-attempts/{attempt_id}", status=403)


def test_hostile_content_and_answers_are_shown_as_text(app, cast, sign_in):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    with app.app_context():
        publish_case(GOOD_CASE.replace("He says that he is fine.", hostile).replace("He nods.", hostile))
    client = sign_in("trainee")
    attempt_id, _ = begin(app, cast, "best", "best", mode=Mode.PRACTICE)
    text = client.get(f"/case-attempts/{attempt_id}").text
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_a_text_for_a_task_that_was_answered_on_another_page_is_shown_and_not_lost(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    url = f"/case-attempts/{attempt_id}"
    page = trainee.get(url)
    sent = {"seq": hidden(page, "seq"), "version": hidden(page, "version")}
    trainee.post(url, {**sent, "text": "A calm man who hurts."}, status=303)
    late = trainee.post(url, {**sent, "text": "Other <b>words</b> of mine."}, status=409)
    assert "Other &lt;b&gt;words&lt;/b&gt; of mine." in late.text
    assert "that one stands" in late.text
    again = trainee.follow(trainee.post(url, {**sent, "text": "A calm man who hurts."}, status=303))
    assert "The case ends here" in again.text


def test_a_scene_does_not_take_over_what_was_chosen_at_its_address_before(app, cast, trainee):
    attempt_id, _ = begin(app, cast)
    assert re.search(r'<form method="post" [^>]*autocomplete="off"', trainee.get(f"/case-attempts/{attempt_id}").text)


def test_the_saved_words_beside_ones_own_are_not_called_somebody_elses(app, cast, trainee):
    attempt_id, _ = begin(app, cast, "best", "best", "best")
    url = f"/case-attempts/{attempt_id}"
    page = trainee.get(url)
    sent = {"seq": hidden(page, "seq"), "version": hidden(page, "version")}
    trainee.client.post(f"{url}/draft?seq=3", json={"text": "Mine, on the phone.", "version": 0})
    page = trainee.post(url, {**sent, "text": "Mine, on the desk top."}, status=409)
    assert "You saved this in another tab or on another device" in page.text
    assert "Somebody else" not in page.text
