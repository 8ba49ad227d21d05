import html
import re

import pytest
from playwright.sync_api import Browser

from lms.cases.forms import PLACE
from lms.cases.rules.answers import PART, ROW, best_steps
from lms.cases.rules.decisions import ChooseMany, ChooseOne, GoOn, Observe, PutInOrder, Speak, Write
from lms.cases.rules.format import Case
from lms.core.confidence import Confidence
from tests.client import PageClient
from tests.example import aside
from tests.journeys import playing, road
from tests.journeys.people import Pointer
from tests.journeys.places import FORMULATION
from tests.journeys.service import LiveService
from tests.resilience.server import Form, forms_of

CASES = {path.stem: playing.case_of(path) for path in playing.PATHS}
IN_THE_BROWSER = "the-flat-upstairs"  # The roads play another one, which asks for everything a case can ask for.


def test_a_case_is_played_to_its_end_on_its_best_path(browser: Browser, example_on_sqlite: LiveService) -> None:
    case = CASES[IN_THE_BROWSER]
    who = Pointer(browser, example_on_sqlite.url).sign_in_as("Amina Yusuf")
    who.page.goto(f"/cases/{case.slug}")
    who.choose("How do you want to play it?", "Practice")
    who.press(
        "Start a new attempt"
        if who.page.get_by_role("button", name="Start a new attempt").count()
        else "Start the case"
    )

    assert playing.play_to_the_end(who, case, FORMULATION) >= len(case.slots())

    who.press("I have read the debrief")
    who.leave()


@pytest.mark.parametrize("name", sorted(set(CASES) - {IN_THE_BROWSER}))
def test_the_forms_of_a_case_lead_to_its_end_on_its_best_path(name: str, example_on_sqlite: LiveService) -> None:
    case = CASES[name]
    aside(lambda: play_by_forms(example_on_sqlite, case))


def test_every_kind_of_decision_is_played_in_the_browser() -> None:
    def kinds(*cases: Case) -> set[type]:
        return {type(scene.decision) for case in cases for scene in case.scenes.values()}

    assert kinds(CASES[IN_THE_BROWSER], road.CASE) == kinds(*CASES.values())


def play_by_forms(service: LiveService, case: Case) -> None:
    """Play a case by sending its forms, each with what its page offers."""
    client = PageClient(service.app)
    client.sign_in(service.person("Amina Yusuf"))
    start = form_with(client.get(f"/cases/{case.slug}").text, "mode")
    answer = client.post(f"/cases/{case.slug}", {**start.fields, "mode": "practice"})
    address, text, taken = answer.headers["Location"], client.follow(answer).text, 0
    while not case.scenes[key := scene_in(text, case)].ending:
        form = form_with(text, "seq")
        answer = client.post(address, {**form.fields, **best_answer(form, case, key)})
        assert answer.headers["Location"] == address
        text, taken = client.follow(answer).text, taken + 1
        assert taken < 60
    assert taken >= len(case.slots())
    ((debrief, _),) = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>\s*(Go to the debrief)', text)
    page = client.get(debrief).text
    assert "Outcome: sound" in words(page, "h2")
    assert "You found all" in page
    read = next(form for form in forms_of(page) if form.action == debrief)
    assert "You read this debrief on" in client.follow(client.post(debrief, dict(read.fields))).text


def form_with(text: str, name: str) -> Form:
    """The last form of a page that has this field: a hint is offered before the answer."""
    return [form for form in forms_of(text) if name in form.fields or name in form.choices][-1]


def words(text: str, tag: str) -> str:
    """What the elements of a tag say."""
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", text, re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]*>", "", each)) for each in found)


def scene_in(text: str, case: Case) -> str:
    """The scene a page shows, known by its clock, its title and what it offers to choose."""
    (clock,) = re.findall(r'<p class="app-case__clock">(.*?)</p>', text, re.DOTALL)
    choices = [form.choices for form in forms_of(text)]
    offered = {
        value
        for each in choices
        for name, values in each.items()
        if name in ("option", "picks") or name.startswith(PART)
        for value in values
    }
    return playing.scene_called(case, words(text, "h1"), html.unescape(clock), offered)


def best_answer(form: Form, case: Case, key: str) -> dict[str, object]:
    """What the best step chooses, in the fields of its kind; fails where the page does not offer it."""
    decision = case.scenes[key].decision
    if isinstance(decision, GoOn):
        return {}
    if isinstance(decision, Write):
        assert "text" in form.fields
        return {"text": FORMULATION}
    step = next(best_steps(key, case.scenes[key]))
    chosen: dict[str, object] = {"confidence": Confidence.FAIRLY_SURE.value}
    if isinstance(decision, ChooseOne):
        chosen["option"] = step.option
    elif isinstance(decision, ChooseMany):
        chosen["picks"] = list(step.picks)
    elif isinstance(decision, PutInOrder):
        chosen |= {f"{PLACE}{item}": str(place) for place, item in enumerate(step.picks, start=1)}
        assert chosen.keys() <= {*form.fields, "confidence"}
        return chosen
    elif isinstance(decision, Speak):
        chosen |= {f"{PART}{part.key}": pick for part, pick in zip(decision.parts, step.picks, strict=True)}
    elif isinstance(decision, Observe):
        chosen |= {f"{ROW}{row}": str(points) for row, points in step.scores.items()}
    for name, value in chosen.items():
        assert {*value} <= set(form.choices[name]) if isinstance(value, list) else value in form.choices[name]
    return chosen
