from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import playing
from tests.journeys.people import Pointer
from tests.journeys.places import FORMULATION
from tests.journeys.service import LiveService


@pytest.mark.parametrize("path", playing.PATHS, ids=lambda path: path.stem)
def test_a_case_is_played_to_its_end_on_its_best_path(
    path: Path, browser: Browser, example_on_sqlite: LiveService
) -> None:
    case = playing.case_of(path)
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
