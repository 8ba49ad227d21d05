import re
import xml.etree.ElementTree as ElementTree

import pytest

from lms.cases.rules.engine import Mode
from lms.cases.services import start_attempt, take_step
from lms.core.confidence import Confidence
from lms.curriculum.services import sync_content
from tests.factories.cases import EVERY_KIND_CASE, GOOD_CASE, play_through, publish_case
from tests.factories.reviews import NAMES, cohort_at, join

NEWER = GOOD_CASE.replace("{name} offers tea.", "{name} offers coffee.")


@pytest.fixture
def cohort(app, cast):
    with app.app_context():
        found = cohort_at(cast, cast.university_a)
        publish_case()
    return found


@pytest.fixture
def educator(cohort, sign_in):
    return sign_in("educator")


def played(app, cast, cohort, count, *options, mode=Mode.GRADED):
    """So many new trainees of the cohort play the small case; a critical error unless told otherwise."""
    with app.app_context():
        for name in NAMES[:count]:
            play_through(join(cast, cohort, name), *(options or ("send", "label", "plan")), mode=mode)


def plain(text):
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def page_of(educator, cohort, **options):
    return educator.get(f"/case-reviews/small-case/cohorts/{cohort}", **options).text


def test_the_list_leads_to_preview_map_and_cohorts(educator, cohort):
    text = educator.get("/case-reviews").text
    for words in (
        "A small case",
        "/case-reviews/small-case/preview",
        "/case-reviews/small-case/map",
        f"/case-reviews/small-case/cohorts/{cohort}",
        "September 2026",
        "Practice, pauses and reflections stay with the trainee",
    ):
        assert words in text


def test_cases_stand_in_the_menu_of_educators_alone(educator, sign_in):
    assert 'href="/case-reviews"' in educator.get("/").text
    for name in ("trainee", "consultant_nurse", "external_examiner"):
        other = sign_in(name)
        assert 'href="/case-reviews"' not in other.get("/").text
        other.get("/case-reviews", status=403)


def test_a_cohort_that_has_not_played_says_so(educator, cohort):
    assert "Nobody in this cohort has finished" in page_of(educator, cohort)


def test_with_fewer_than_five_there_are_counts_only_and_it_says_so(app, cast, educator, cohort):
    played(app, cast, cohort, 4)
    text = page_of(educator, cohort)
    assert "With fewer than five people it shows counts only: no names, percentages, medians or averages." in text
    assert "4 of 4" in text
    assert not re.search(r"\d%", text)
    assert "Median time" not in text
    assert "Half of them" not in text
    assert "app-tally__bar" not in text


def test_with_five_there_are_percentages_medians_and_bars(app, cast, educator, cohort):
    played(app, cast, cohort, 5)
    text = page_of(educator, cohort)
    for words in ("5 of 5 (100%)", "Median time", "Half of them took under a minute or less", "app-tally__bar"):
        assert words in text


def test_a_scene_that_fewer_than_five_reached_has_counts_only(app, cast, educator, cohort):
    played(app, cast, cohort, 5)
    text = page_of(educator, cohort)
    assert "Nobody came here." in text  # He agrees: all five came to the refusal.
    with app.app_context():
        play_through(join(cast, cohort, NAMES[5]), "send", "softly", "beside")
    text = page_of(educator, cohort)
    agreed = re.search(r'<div [^>]*id="scene-agreed".*?(?=<div [^>]*id="scene-|</section>)', text, re.DOTALL)[0]
    assert "1 of 1" in agreed
    assert "%" not in agreed


def test_the_page_shows_errors_choices_facts_and_written_answers(app, cast, educator, cohort):
    played(app, cast, cohort, 2)
    text = page_of(educator, cohort)
    for words in (
        "I note that he is low risk and do not ask at all.",
        "A category predicts nothing, and nobody asked him.",
        "2 of 2",
        "Three hours&#39; sleep a night",
        "2 written answers handed in",
        'href="/marking"',
        "told as of Martin Hale",
    ):
        assert words in text
    assert text.index('id="errors"') < text.index('id="decisions"') < text.index('id="scenes"')


def test_people_are_named_in_the_list_of_who_has_finished_and_nowhere_else(app, cast, educator, cohort):
    played(app, cast, cohort, 5)
    text = page_of(educator, cohort)
    tallies, people = text.split('id="people"')
    assert not [name for name in NAMES[:5] if name in tallies]
    assert [people.index(name) for name in NAMES[:5]] == sorted(people.index(name) for name in NAMES[:5])
    for words in ("Not read yet", "Open in marking", "5 written answers handed in"):
        assert words in people


@pytest.mark.parametrize("count", [1, 4])
def test_below_five_nobody_is_named_and_nothing_leads_to_names(app, cast, educator, cohort, count):
    played(app, cast, cohort, count)
    text = page_of(educator, cohort)
    assert not [name for name in NAMES if name in text]
    people = text.split('id="people"')[1]
    assert "Fewer than five people have finished this version, so nobody is named" in people
    assert f"{count} written answer" in people
    assert "<table" not in people
    assert "/marking/" not in people


def test_whoever_has_stopped_in_the_middle_is_counted_nowhere(app, cast, educator, cohort):
    pages = ("/case-reviews", f"/case-reviews/small-case/cohorts/{cohort}")
    before = [educator.get(page).text for page in pages]
    with app.app_context():
        play_through(join(cast, cohort, NAMES[0]), "send")
    assert [plain(educator.get(page).text) for page in pages] == [plain(text) for text in before]


def test_practice_leaves_no_trace(app, cast, educator, cohort):
    played(app, cast, cohort, 3, mode=Mode.PRACTICE)
    text = page_of(educator, cohort)
    assert not [name for name in NAMES[:3] if name in text]
    assert "Nobody in this cohort has finished" in text


def test_another_version_is_chosen_and_shown_apart(app, cast, educator, cohort):
    played(app, cast, cohort, 1)
    with app.app_context():
        publish_case(NEWER)
    text = page_of(educator, cohort)
    assert "Nobody in this cohort has finished" in text
    chosen = re.findall(r'<option value="([^"]+)"( selected)?', text)
    assert [selected for _, selected in chosen] == [" selected", ""]
    past = educator.get(f"/case-reviews/small-case/cohorts/{cohort}?version={chosen[1][0]}").text
    assert "1 of 1" in past


def test_the_window_names_the_page_and_what_it_is_part_of(educator, cohort):
    for path, title in (
        (f"/cohorts/{cohort}", "A small case - September 2026, "),
        ("/map", "Map of the case - A small case - "),
        ("/preview", "Preview - A small case - "),
    ):
        assert f"<title>{title}" in educator.get(f"/case-reviews/small-case{path}").text


@pytest.mark.parametrize("version", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_version_that_is_not_there_is_not_found(educator, cohort, version):
    educator.get(f"/case-reviews/small-case/cohorts/{cohort}?version={version}", status=404)


def test_a_cohort_of_another_university_is_not_found(educator, cohort, sign_in):
    sign_in("educator_b").get(f"/case-reviews/small-case/cohorts/{cohort}", status=404)
    sign_in("trainee").get(f"/case-reviews/small-case/cohorts/{cohort}", status=403)


def test_every_kind_of_decision_has_its_table(app, cast, sign_in):
    with app.app_context():
        found = cohort_at(cast, cast.university_a)
        publish_case(EVERY_KIND_CASE)
        play_every_kind(join(cast, found, NAMES[0]), LOST)
        play_every_kind(join(cast, found, NAMES[1]), FOUND)
    text = sign_in("educator").get(f"/case-reviews/every-kind/cohorts/{found}").text
    for words in (
        "First: Give naloxone Then: Measure glucose",
        "Air or oxygen: 2",
        "Instead: 0 from 1",
        "Low glucose",
        "Belongs",
        "He breathes, sugar 5.1",
        "Missed by",
        "Looking for causes comes before a label.",
        "Breathing before antidote",
        "1 took the hint",
    ):
        assert words in text


EXCHANGED = {"picks": ["airway", "ventilate", "glucose", "naloxone"]}
NEWS2 = dict.fromkeys(("respirations", "spo2", "systolic", "pulse", "temperature"), 0) | {"consciousness": 3}
END = ({"picks": ["breathing", "bed"]}, {"option": "stay"})
LOST = ({"hint": True}, EXCHANGED, {"scores": {**NEWS2, "air": 0}}, *END)
AUDIT = {"often": 4, "units": 4, "heavy": 3}
FOUND = (EXCHANGED, {"scores": {**NEWS2, "air": 2}}, {"picks": ["sugar", "fever"]}, {"scores": AUDIT}, *END)


def play_every_kind(actor, choices):
    attempt = start_attempt(actor, "every-kind", mode=Mode.GRADED)
    for seq, choice in enumerate(choices):
        sure = None if "hint" in choice else Confidence.CERTAIN
        take_step(actor, attempt.id, seq=seq, choice=choice, confidence=sure)


# --- Map ---


def test_the_map_is_a_drawing_and_the_same_in_words(educator):
    text = educator.get("/case-reviews/small-case/map").text
    drawing = ElementTree.fromstring(re.search(r"<svg [^>]*app-map.*?</svg>", text, re.DOTALL)[0])
    assert drawing.get("aria-label") == "Map of A small case"
    words = " ".join(drawing.itertext())
    for each in ("Start", "The call", "Ending", "Goodbye", "if"):
        assert each in words
    for each in ("Every answer", 'href="#scene-refusal"', "None: the case ends here"):
        assert each in text


def test_an_answer_of_the_map_is_told_once_and_its_ways_are_a_list_within_it(educator):
    text = " ".join(educator.get("/case-reviews/small-case/map").text.split())
    assert text.count("I ask him directly whether he thinks of suicide") == 1
    told = re.search(r"I ask him directly whether he thinks of suicide:(.*?</ul>)", text)[1]
    assert told.strip() == (
        '<ul><li><em>if he has made up his mind</em>: <a href="#scene-refusal">He says no</a></li>'
        '<li><em>otherwise</em>: <a href="#scene-agreed">He agrees</a></li></ul>'
    )
    assert 'do not ask at all: <a href="#scene-refusal">He says no</a></li>' in text


def test_the_drawing_scrolls_by_keyboard_and_has_a_name(educator):
    text = educator.get("/case-reviews/small-case/map").text
    assert re.search(r'<div [^>]*role="region" aria-label="[^"]+" tabindex="0"', text)


def test_the_map_leads_into_a_preview_from_each_scene(educator):
    text = educator.get("/case-reviews/small-case/map").text
    address = re.search(r'href="(/case-reviews/small-case/preview/from/refusal)"', text)[1]
    assert "He will not come with you." in educator.follow(educator.get(address, status=302)).text


def test_a_preview_from_a_scene_of_no_case_is_not_found(educator):
    educator.get("/case-reviews/small-case/preview/from/nowhere", status=404)
    educator.get("/case-reviews/no-such-case/preview/from/home", status=404)


def test_the_map_of_what_is_not_taught_is_not_found(app, educator):
    educator.get("/case-reviews/no-such-case/map", status=404)
    with app.app_context():
        sync_content(None, [])
    educator.get("/case-reviews/small-case/map", status=404)


def test_hostile_titles_are_shown_as_text(app, sign_in):
    with app.app_context():
        publish_case(GOOD_CASE.replace("title: At home", "title: <script>alert(1)</script>"))
    text = sign_in("educator").get("/case-reviews/small-case/map").text
    assert "<script>alert" not in text
