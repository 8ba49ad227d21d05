"""Playing a case in the browser: which scene the page shows, and its best answer."""

import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import expect

from lms.cases.forms import PLACE
from lms.cases.rules.answers import PART, ROW, Step, best_steps
from lms.cases.rules.decisions import ChooseMany, ChooseOne, GoOn, Observe, PutInOrder, Speak, Write
from lms.cases.rules.format import Case, Scene
from lms.config import ROOT
from lms.core.content import load
from tests.journeys.people import Walker

PATHS = sorted((ROOT / "content" / "cases").glob("*.yaml"))


def case_of(path: Path) -> Case:
    """The case of a content file."""
    return load(path, Case, ROOT).model


def scene_on_page(who: Walker, case: Case) -> str:
    """The scene the page shows, known by its clock, its title and what it offers to choose."""
    choices = who.page.locator(f'input[name=option], input[name=picks], input[name^="{PART}"]')
    return scene_called(
        case,
        who.page.locator("h1").inner_text(),
        who.page.locator(".app-case__clock").inner_text(),
        set(choices.evaluate_all("all => all.map(choice => choice.value)")),
    )


def scene_called(case: Case, heading: str, clock: str, offered: set[str]) -> str:
    """The scene with this title and clock that offers this to choose."""
    found = [
        key
        for key, scene in case.scenes.items()
        if re.search(re.sub(r"\\\{\w+\\\}", ".+", re.escape(scene.title)) + r"\s*$", heading)
        and (scene.clock is None or scene.clock in clock)
        and (not offered or offered == set(keys_of(scene)))
    ]
    assert found, f"no scene of {case.slug} is called {heading} at {clock}"
    return found[0]


def keys_of(scene: Scene) -> Iterator[str]:
    """The keys of everything a scene offers to choose or to say."""
    decision = scene.decision
    if isinstance(decision, ChooseOne | ChooseMany):
        yield from (option.key for option in decision.options)
    elif isinstance(decision, Speak):
        yield from (phrase.key for phrase in decision.phrases())


def answer(who: Walker, case: Case, text: str) -> None:
    """Take the best step from the scene the page shows, and send it."""
    key = scene_on_page(who, case)
    decision = case.scenes[key].decision
    if isinstance(decision, GoOn):
        who.press("Go on")
        return
    if isinstance(decision, Write):
        who.fill(who.page.locator("textarea"), text)
        who.press("Submit your answer")
        return
    choose(who, case, next(best_steps(key, case.scenes[key])))
    who.choose("How sure are you?", "Fairly sure")
    who.press("Commit to this")


def choose(who: Walker, case: Case, step: Step) -> None:
    """Choose what a step chooses, in the form of its kind."""
    decision = case.scenes[step.scene].decision
    if isinstance(decision, ChooseOne):
        who.choose_radio(who.page.locator(f"input[type=radio][name=option][value={step.option}]"))
    elif isinstance(decision, ChooseMany):
        for key in step.picks:
            who.tick(who.page.locator(f"input[name=picks][value={key}]"))
    elif isinstance(decision, PutInOrder):
        for place, key in enumerate(step.picks, start=1):
            who.pick(who.page.locator(f'select[name="{PLACE}{key}"]'), place)
    elif isinstance(decision, Speak):
        for part, key in zip(decision.parts, step.picks, strict=True):
            who.choose_radio(who.page.locator(f'input[type=radio][name="{PART}{part.key}"][value={key}]'))
    elif isinstance(decision, Observe):
        for row, points in step.scores.items():
            who.choose_radio(who.page.locator(f'input[type=radio][name="{ROW}{row}"][value="{points}"]'))


def play_to_the_end(who: Walker, case: Case, text: str) -> int:
    """Answer scene after scene until the case ends; gives the number of answers."""
    taken = 0
    while not case.scenes[scene_on_page(who, case)].ending:
        answer(who, case, text)
        taken += 1
        assert taken < 60
    who.follow("Go to the debrief")
    expect(who.page.get_by_role("heading", name="Outcome: sound")).to_be_visible()
    who.sees("You found all")
    return taken
