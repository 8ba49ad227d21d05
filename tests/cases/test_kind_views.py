import re
from uuid import UUID

import pytest

from lms.cases import queries, services
from lms.cases.rules.answers import Step
from lms.cases.rules.engine import Mode
from lms.core.confidence import Confidence
from lms.curriculum.services import sync_content
from lms.identity.queries import find_viewer
from tests.factories.cases import EVERY_KIND_CASE, publish_case

SURE, UNSURE = Confidence.CERTAIN, Confidence.NOT_SURE
# What is sent to each scene on the best path, and on the worst.
BEST = {
    "room": {"place-airway": "1", "place-ventilate": "2", "place-naloxone": "3", "place-glucose": "4"},
    "chart": {f"row-{key}": "0" for key in ("respirations", "spo2", "systolic", "pulse", "temperature")}
    | {"row-air": "2", "row-consciousness": "3"},
    "screen": {"picks": ["sugar", "head"]},
    "drinking": {"row-often": "4", "row-units": "4", "row-heavy": "3"},
    "phone": {"part-situation": "breathing", "part-request": "bed"},
    "last": {"option": "stay"},
}
WORST = {
    "room": {"place-naloxone": "1", "place-glucose": "2", "place-airway": "3", "place-ventilate": "4"},
    "collapse": {},
    "chart": dict.fromkeys(BEST["chart"], "0"),
    "phone": {"part-situation": "fine", "part-request": "none"},
    "last": {"option": "alone"},
}
EMPTY = {
    "room": ("Select a place: Open the airway", "Select a place: Give naloxone"),
    "chart": ("Select the points: Respirations", "Select the points: Temperature"),
    "screen": ("Select at least one",),
    "drinking": ("Select the points: Units on a typical day",),
    "phone": ("Select what you say: Situation", "Select what you say: Request"),
    "last": ("Select what you do",),
}
SCENES = tuple(BEST)


@pytest.fixture
def trainee(app, cast, sign_in):
    with app.app_context():
        publish_case(EVERY_KIND_CASE)
    return sign_in("trainee")


@pytest.fixture
def start(app, cast, trainee):
    """Begin an attempt and play its best path as far as a scene; gives its address and the number of steps taken."""

    def go(scene="room", mode=Mode.GRADED):
        with app.app_context():
            actor = find_viewer(cast.trainee)
            attempt = services.start_attempt(actor, "every-kind", mode=mode)
            before = SCENES[: SCENES.index(scene)]
            for seq, key in enumerate(before):
                step = stored(key, BEST[key])
                services.take_step(actor, attempt.id, seq=seq, choice=step.choice, confidence=UNSURE)
            return f"/case-attempts/{attempt.id}", len(before)

    return go


def stored(scene, sent):
    """The step of what a form sends."""
    places = {key.removeprefix("place-"): value for key, value in sent.items() if key.startswith("place-")}
    said = [value for key, value in sent.items() if key.startswith("part-")]
    scores = {key.removeprefix("row-"): int(value) for key, value in sent.items() if key.startswith("row-")}
    picks = sorted(places, key=places.__getitem__) or said or sent.get("picks", [])
    return Step(scene, sent.get("option"), picks=tuple(picks), scores=scores)


def sent_to(seq, answer, sure="certain"):
    return {**answer, "confidence": sure, "seq": str(seq)}


def play_all(client, url, answers, sure="certain"):
    for seq, answer in enumerate(answers.values()):
        client.post(url, sent_to(seq, answer, sure), status=303)


def steps_of(app, cast, url):
    with app.app_context():
        return [row.step for row in queries.get_play(find_viewer(cast.trainee), UUID(url.rpartition("/")[2])).steps]


def plain(page):
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)).replace("&#39;", "'")


# --- Every kind is asked, answered once, and refused without losing anything ---


def test_a_case_of_every_kind_is_played_with_forms_alone(trainee):
    page = trainee.follow(trainee.post("/cases/every-kind", {"mode": "graded"}, status=303))
    url = page.request.path
    play_all(trainee, url, BEST)
    assert "The case ends here" in trainee.get(url).text
    words = plain(trainee.get(f"{url}/debrief"))
    for expected in (
        "Outcome: sound",
        "12 of 12 points",
        "2 of 2 facts",
        "No critical error in 6 decisions",
        "4 of 4 kept",
    ):
        assert expected in words
    assert "Nothing at all was left to do better." in words


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(app, cast, trainee, start, scene):
    url, seq = start(scene)
    page = trainee.post(url, {"seq": str(seq)}, status=422)
    words = plain(page)
    for message in (*EMPTY[scene], "Select how sure you are"):
        assert words.count(message) >= 2, f"{message} stands in the summary and beside its field"
    assert words.index(EMPTY[scene][0]) < words.index("Select how sure you are")

    page = trainee.post(url, {**BEST[scene], "seq": str(seq)}, status=422)
    assert "Select how sure you are" in page.text
    for name, values in BEST[scene].items():
        for value in [values] if isinstance(values, str) else values:
            assert re.search(
                rf'name="{name}"[^>]*value="{value}"\s+checked|name="{name}"[\s\S]*?value="{value}" selected', page.text
            )
    assert len(steps_of(app, cast, url)) == seq


@pytest.mark.parametrize("scene", SCENES)
def test_an_answer_sent_twice_is_taken_once_and_another_one_comes_too_late(app, cast, trainee, start, scene):
    url, seq = start(scene)
    page = trainee.follow(trainee.post(url, sent_to(seq, BEST[scene]), status=303))
    assert "your first answer stands" not in page.text
    page = trainee.follow(trainee.post(url, sent_to(seq, BEST[scene]), status=303))
    assert "your first answer stands" not in page.text
    page = trainee.follow(
        trainee.post(url, sent_to(seq, {**BEST[scene], **WORST.get(scene, {"picks": ["drink"]})}), status=303)
    )
    assert ("your first answer stands" in page.text) is (scene != "drinking")
    assert len(steps_of(app, cast, url)) == seq + 1


def test_two_steps_of_a_sequence_cannot_have_the_same_place(app, cast, trainee, start):
    url, _ = start()
    page = trainee.post(url, sent_to(0, {**BEST["room"], "place-glucose": "1"}), status=422)
    assert "Place 1 is given twice: give each step its own" in page.text
    assert page.text.count('value="1" selected') == 2
    assert steps_of(app, cast, url) == []


def test_a_selection_of_everything_that_applies_says_so(trainee, start):
    url, _ = start("screen")
    page = trainee.get(url)
    assert "Select all that apply." in page.text
    assert page.text.count('type="checkbox"') == 5


def test_each_part_of_what_is_said_is_a_group_of_its_own(trainee, start):
    url, _ = start("phone")
    text = trainee.get(url).text
    assert text.index("What do you say?") < text.index("Situation</legend>") < text.index("Request</legend>")


def test_going_on_needs_no_answer(app, cast, trainee, start):
    url, _ = start()
    page = trainee.follow(trainee.post(url, sent_to(0, WORST["room"]), status=303))
    assert "The story goes on" in page.text
    assert "How sure are you?" not in page.text
    page = trainee.follow(trainee.post(url, {"seq": "1"}, status=303))
    assert "Score the chart." in page.text


def test_names_in_braces_are_told_everywhere(trainee, start):
    for scene in SCENES:
        url, _ = start(scene, Mode.PRACTICE)
        assert not re.search(r"\{(name|street)\}", trainee.get(url).text)


def test_a_form_that_fits_no_scene_leads_back_to_the_case(trainee, start, ended):
    url, _ = start("last")
    page = trainee.post(url, {"option": "stay", "confidence": "certain"}, status=422)
    assert re.search(r'value="stay"\s+checked', page.text)
    over = ended(Mode.PRACTICE).replace("/debrief", "")
    for sent in ({}, {"seq": "6"}, {"seq": "6", "hint": "yes"}, {"seq": "99"}):
        assert "The case ends here" in trainee.follow(trainee.post(over, sent, status=303)).text


# --- Hints ---


def test_a_hint_is_a_form_of_its_own_and_stays(app, cast, trainee, start):
    url, _ = start()
    page = trainee.get(url)
    assert "Think of what he lacks most." not in page.text
    assert len(set(re.findall(r'name="request_id" value="([^"]+)"', page.text))) >= 2
    page = trainee.follow(trainee.post(url, {"hint": "yes", "seq": "0"}, status=303))
    assert "Think of what he lacks most." in page.text
    assert "Decision 1 of up to 6" in page.text
    assert "Show a hint" not in page.text
    assert [step.hint for step in steps_of(app, cast, url)] == [True]
    page = trainee.follow(trainee.post(url, {"hint": "yes", "seq": "1"}, status=303))
    assert "There is no further hint in this scene." in page.text


def test_the_debrief_shows_the_hint_with_its_decision_and_what_it_costs(trainee, start):
    url, _ = start()
    trainee.post(url, {"hint": "yes", "seq": "0"}, status=303)
    for seq, answer in enumerate(BEST.values(), start=1):
        trainee.post(url, sent_to(seq, answer), status=303)
    words = plain(trainee.get(f"{url}/debrief"))
    assert "11 of 12 points" in words
    assert "With a hint: at most 1 point of 2." in words
    assert words.count("The hint Think of what he lacks most.") == 1


def test_a_scene_without_a_hint_offers_none(trainee, start):
    url, _ = start("last")
    assert "hint" not in trainee.get(url).text


# --- The panel ---


def test_a_score_that_is_asked_for_is_nowhere_on_the_page(trainee, start):
    url, _ = start("chart")
    page = trainee.get(url)
    words = plain(page)
    assert "For you to score" in words
    assert "NEWS2 over time: 11 at 14:18, for you to score at 14:26." in page.text
    assert "12 breaths a minute" in words
    assert [int(points) for points in re.findall(r"\+(\d)<span", page.text)] == [3, 3, 2, 3]  # of the first set alone


def test_the_trend_and_every_set_of_observations_are_told(trainee, start):
    url, _ = start("screen")
    page = trainee.get(url)
    assert 'role="img" aria-label="NEWS2 over time: 11 at 14:18, 5 at 14:26. Urgent response' in page.text
    words = plain(page)
    for expected in ("14:18 14:26", "98/60", "112/70", "Responds to voice", "NEWS2 11 5"):
        assert expected in words


def test_what_the_last_answer_found_is_marked_as_new(trainee, start):
    url, _ = start("drinking")
    assert "New: A glucose of 5.1" in plain(trainee.get(url))
    url, _ = start("phone")
    assert "New:" not in plain(trainee.get(url)).partition("What you know so far")[2].partition("The story so far")[0]


def test_the_story_so_far_can_be_read_again(trainee, start):
    url, _ = start("screen")
    words = plain(trainee.get(url)).partition("The story so far")[2]
    assert words.index("His chest rises.") < words.index("You say five.")


def test_every_scene_leads_to_a_pause_and_to_support(trainee, start):
    for scene in SCENES:
        url, _ = start(scene, Mode.PRACTICE)
        page = trainee.get(url)
        assert f'href="{url}/pause"' in page.text
        assert "116 123" in page.text


# --- Images ---


def test_an_image_is_shown_with_its_words_and_served_so_that_it_can_do_nothing(trainee, start):
    url, _ = start()
    source, alt = re.search(r'<img class="app-case-image" src="([^"]+)" alt="([^"]+)"', trainee.get(url).text).groups()
    assert alt == "A room with one door and one window."
    drawing = trainee.get(source)
    assert drawing.mimetype == "image/svg+xml"
    assert "sandbox" in drawing.headers["Content-Security-Policy"]
    assert "default-src 'none'" in drawing.headers["Content-Security-Policy"]
    assert drawing.headers["X-Content-Type-Options"] == "nosniff"
    assert drawing.cache_control.private
    assert not drawing.cache_control.no_store


def test_an_image_is_seen_by_nobody_else_and_not_before_its_scene(app, cast, sign_in):
    later = EVERY_KIND_CASE.replace("    image: plan\n", "").replace(
        "    title: At the door\n", "    title: At the door\n    image: plan\n"
    )
    with app.app_context():
        publish_case(later)
        attempt = services.start_attempt(find_viewer(cast.trainee), "every-kind", mode=Mode.PRACTICE)
    url = f"/case-attempts/{attempt.id}"
    trainee = sign_in("trainee")
    trainee.get(f"{url}/images/plan", status=404)
    trainee.get(f"{url}/images/other", status=404)
    play_all(trainee, url, {scene: BEST[scene] for scene in SCENES[:-1]})
    trainee.get(f"{url}/images/plan")
    sign_in("trainee_b").get(f"{url}/images/plan", status=404)
    sign_in("educator").get(f"{url}/images/plan", status=403)


# --- Practice tells at once, graded at the end ---


@pytest.mark.parametrize(
    ("scene", "answer", "told"),
    [
        ("room", WORST["room"], ()),
        ("chart", WORST["chart"], ("2 0 Not right", "Total 5 0")),
        ("screen", {"picks": ["sugar", "leave"]}, ("Not selected, not right. Belongs.", "What was right (3)")),
        ("phone", WORST["phone"], ("You said: He looks quite well", "Best words: He breathes, sugar 5.1")),
    ],
)
def test_practice_tells_a_task_part_by_part_at_once_and_a_graded_attempt_does_not(trainee, start, scene, answer, told):
    for mode in Mode:
        url, seq = start(scene, mode)
        words = plain(trainee.follow(trainee.post(url, sent_to(seq, answer), status=303)))
        assert ("Critical error" in words) is (mode is Mode.PRACTICE)
        for expected in told:
            assert (expected in words) is (mode is Mode.PRACTICE), expected


# --- The debrief ---


@pytest.fixture
def worst(trainee, start):
    url, _ = start()
    play_all(trainee, url, WORST)
    return plain(trainee.get(f"{url}/debrief"))


def test_critical_errors_come_first_with_what_was_chosen_in_any_kind(worst):
    errors = worst.partition("4 critical errors 14:18")[2].partition("Outcome: not yet")[0]
    for expected in (
        "You chose: Give naloxone, before: Ventilate with oxygen Why it matters: Air comes before the antidote.",
        "You chose: NEWS2 0, where it is 5 Why it matters: Oxygen and a voice make five.",
        "You chose: He looks quite well Why it matters: He is not.",
        "You chose: He stays alone Why it matters: He may sink.",
    ):
        assert expected in errors


def test_everybody_is_measured_on_the_same_whatever_the_path(worst):
    for expected in (
        "0 of 12 points",
        "0 of 2 facts",
        "4 critical errors in 6 decisions",
        "0 of 4 kept",
        "0 of 6 decisions",
    ):
        assert expected in worst
    assert "measured on the same criteria, whatever path they take" in worst
    assert "6 decisions, 2 facts and 4 criteria of process" in worst
    assert worst.count("Not met on your path") == 2


def test_the_debrief_names_turning_points_order_and_time(worst):
    for expected in (
        "Not reached: a scene to come to. What else Looking for causes comes before a label.",
        "Not avoided: a scene to keep out of. He stops He should not have been left to breathe alone.",
        "Order, not kept. Breathing before antidote Air first. Source: NEWS2 Chart 1",
        "Time, not kept. The hospital knew in time",
    ):
        assert expected in worst


def test_a_scene_without_a_clock_is_told_at_the_time_the_story_had_reached(worst):
    assert "14:24 He stops" in worst


def test_the_debrief_says_which_question_finds_what_was_missed(worst):
    facts = worst.partition("These stayed hidden")[2].partition("How sure you were")[0]
    assert "A glucose of 5.1 What else Low glucose" in facts
    assert "A fall yesterday What else A head injury" in facts


def test_wrong_answers_given_with_certainty_stand_out(worst):
    sure = worst.partition("How sure you were, and how right")[2]
    assert "4 decisions made with certainty turned out not to be sound." in sure
    assert "Certain 4 0 4" in sure


def test_the_debrief_has_a_table_of_contents_that_leads_to_each_part(trainee, start):
    url, _ = start()
    play_all(trainee, url, WORST)
    page = trainee.get(f"{url}/debrief")
    keys = re.findall(r'<li><a href="#([a-z]+)">', page.text)
    assert keys == ["critical", "outcome", "path", "course", "facts", "confidence", "teaching", "reflection", "next"]
    for key in keys:
        assert f'id="{key}"' in page.text


def test_the_debrief_sets_order_and_points_beside_the_best(worst):
    path = worst.partition("Your path")[2]
    assert "Open the airway 1 3 Not right" in path
    assert "Consciousness Responds to voice 3 0 Not right" in path


# --- A reflection of one's own ---


@pytest.fixture
def ended(trainee, start):
    def go(mode=Mode.GRADED):
        url, _ = start(mode=mode)
        play_all(trainee, url, BEST)
        return f"{url}/debrief"

    return go


def version(page):
    return re.search(r'name="version" value="(\d+)"', page.text)[1]


@pytest.mark.parametrize("mode", Mode)
def test_a_reflection_is_saved_for_its_author_alone(trainee, ended, sign_in, mode):
    url = ended(mode)
    page = trainee.get(url)
    assert "Only you can see this." in page.text
    page = trainee.follow(trainee.post(url, {"text": "Slow down <b>first</b>.", "version": version(page)}, status=303))
    assert "Slow down &lt;b&gt;first&lt;/b&gt;.</textarea>" in page.text
    assert "You read this debrief" not in page.text
    for other in ("trainee_b", "educator", "consultant_nurse"):
        client, mine = sign_in(other).client, {"text": "Mine", "version": 0}
        assert client.post(url, data=mine).status_code in (403, 404)
        assert client.post(url.replace("debrief", "reflection"), json=mine).status_code in (403, 404)


def test_a_reflection_that_names_a_patient_is_refused_and_stays_in_the_page(trainee, ended):
    url = ended()
    page = trainee.post(url, {"text": "NHS number 943 476 5919.", "version": "0"}, status=422)
    assert "943 476 5919." in page.text
    assert "Error: Debrief" in page.text
    assert "943 476 5919" not in trainee.get(url).text


def test_a_reflection_that_may_name_somebody_asks_once_and_is_then_saved(trainee, ended):
    url = ended()
    page = trainee.get(url)
    assert "I have checked what I wrote" not in page.text
    sent = {"text": "Mr Smith would not speak.", "version": version(page)}
    saving = url.replace("debrief", "reflection")
    assert "confirm" in trainee.client.post(saving, json={"text": sent["text"], "version": 0}).json["error"]
    refused = trainee.post(url, sent, status=422)
    for words in ("Mr Smith would not speak.</textarea>", "I have checked what I wrote"):
        assert words in refused.text
    page = trainee.follow(trainee.post(url, {**sent, "no_identifiers": "y"}, status=303))
    assert "Mr Smith would not speak.</textarea>" in page.text


def test_two_tabs_with_different_reflections_see_both(trainee, ended):
    url = ended()
    trainee.post(url, {"text": "From the first tab", "version": "0"}, status=303)
    page = trainee.post(url, {"text": "From the second tab", "version": "0"}, status=409)
    assert "From the first tab" in page.text
    assert "From the second tab" in page.text
    trainee.post(url, {"text": "From the second tab", "version": version(page)}, status=303)


def test_a_reflection_is_saved_while_it_is_written(trainee, ended):
    url = ended()
    saving = url.replace("debrief", "reflection")
    saved = trainee.client.post(saving, json={"text": "Slow down", "version": 0})
    assert (saved.status_code, saved.json["version"], saved.json["saved_at"]) == (200, 1, "10:30")
    assert "Slow down</textarea>" in trainee.get(url).text
    assert trainee.client.post(saving, json={"text": "Other", "version": 0}).status_code == 409
    assert trainee.client.post(saving, json={"text": "x"}).status_code == 400
    for text in (None, ["x"], {"x": "y"}, 5):
        assert trainee.client.post(saving, json={"text": text, "version": 1}).status_code == 400
    for sent in (["x"], "x", {"text": "x", "version": None}):
        assert trainee.client.post(saving, json=sent).status_code == 400
    assert "Slow down</textarea>" in trainee.get(url).text


def test_a_reflection_waits_for_the_end(trainee, start):
    url, _ = start()
    assert trainee.client.post(f"{url}/reflection", json={"text": "x", "version": 0}).status_code == 422
    trainee.post(f"{url}/debrief", {"text": "x", "version": "0"}, status=303)
    assert trainee.client.post(f"{url}/reflection", json={"text": "", "version": 0}).status_code == 422


# --- Again ---


def test_the_debrief_of_a_case_that_is_no_longer_taught_leads_nowhere_that_is_gone(app, trainee, ended):
    url = ended(Mode.GRADED)
    with app.app_context():
        sync_content(None, [])
    text = trainee.get(url).text
    assert "Play again" not in text
    assert "/cases/every-kind" not in text


@pytest.mark.parametrize("mode", Mode)
def test_playing_again_leads_to_the_page_of_the_case_in_the_same_mode_and_starts_nothing(
    app, cast, trainee, ended, mode
):
    url = ended(mode)
    way = re.search(r'href="([^"]+)"[^>]*>Play again as another patient', trainee.get(url).text)[1]
    page = trainee.get(way)
    assert re.findall(r'value="(practice|graded)"\s+checked', page.text) == [mode]
    assert page.text.index("Before you start") < page.text.index("Start a new attempt")
    with app.app_context():
        _, row = queries.get_case(find_viewer(cast.trainee), "every-kind")
        assert len(row.attempts) == 1
    page = trainee.follow(trainee.post(way, {"mode": mode.value}, status=303))
    first, second = (UUID(path.split("/")[2]) for path in (url, page.request.path))
    with app.app_context():
        old, new = (queries.get_play(find_viewer(cast.trainee), one) for one in (first, second))
        assert (new.attempt.mode, new.steps) == (mode, ())
        assert new.draw.variant != old.draw.variant


@pytest.mark.parametrize("mode", ["", "?mode=", "?mode=other", "?mode=<b>"])
def test_a_mode_that_is_none_is_not_chosen_in_advance(trainee, mode):
    assert not re.search(r'value="(practice|graded)"\s+checked', trainee.get(f"/cases/every-kind{mode}").text)


def test_the_start_page_lists_attempts_of_every_kind(trainee, ended):
    ended()
    words = plain(trainee.get("/cases/every-kind"))
    assert "12 of 12 None Read it now" in words
    assert "Decisions 6, one at a time" in words


def test_the_debrief_tells_what_was_told_apart_from_what_was_found(app, cast, sign_in):
    with app.app_context():
        publish_case(EVERY_KIND_CASE.replace("    title: What else\n", "    title: What else\n    tells: [fall]\n"))
        viewer = find_viewer(cast.trainee)
        attempt = services.start_attempt(viewer, "every-kind", mode=Mode.PRACTICE).id
    client = sign_in("trainee")
    play_all(client, f"/case-attempts/{attempt}", BEST)
    text = plain(client.get(f"/case-attempts/{attempt}/debrief"))
    assert "You found 1 of 2 facts." in text
    assert "These you were told before you asked A fall yesterday" in text
    assert "You were told A fall" in text
    assert "These stayed hidden" not in text
