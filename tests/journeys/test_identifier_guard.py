"""The identifier guard in the browser: it finds what the server finds, and nothing it holds back leaves the page."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, expect

from lms.config import ROOT
from lms.core.identifier_patterns import is_nhs_number
from lms.core.identifiers import find_identifiers
from tests.core.corpus import read_corpus
from tests.journeys.counting import Thumb
from tests.journeys.test_assessors_home import row_about

NUMBER = "999 819 3036"
STATIC = ROOT / "lms" / "static"
FIND = """async ([texts, numbers]) => {
  const guard = await import("/identifiers.js");
  return [texts.map(guard.findIdentifiers), numbers.map(guard.isNhsNumber)];
}"""
SCRAPS = [*" -.,/\n()@#:'_09aİſ½", "\u00a0", "\u200b", "–", "+44", "Mr ", "dob ", "CAD", "’s", "\x85", "٣", "𝟗", "😀"]


def changed(texts: list[str], count: int) -> Iterator[str]:
    """Texts with letters lost and scraps put in: what nobody thought of, the same in every run."""
    chance = random.Random(3)
    for _ in range(count):
        text = list(chance.choice(texts))
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(text) + 1)
            text[place : place + chance.randint(0, 1)] = chance.choice([*SCRAPS, ""])
        yield "".join(text)


def as_browser(text: str) -> list[dict[str, object]]:
    """What Python finds, its places counted as a browser counts them."""

    def place(at: int) -> int:
        return len(text[:at].encode("utf-16-le")) // 2

    return [
        {"kind": each.kind.value, "start": place(each.start), "end": place(each.end)} for each in find_identifiers(text)
    ]


def answer(route: Route) -> None:
    path = STATIC / Path(route.request.url).name
    if path.suffix == ".js":
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Nothing</title>", content_type="text/html")


def test_the_browser_finds_what_the_server_finds(browser: Browser) -> None:
    texts = [sample.text for samples in read_corpus().values() for sample in samples]
    texts += list(changed(texts, 1500))
    numbers = ["9998193036", "9998193037", "999819303", "99981930361", "٩٩٩٧٠٩٧٠٠٩", ""]
    page = browser.new_page()
    page.route("**", answer)
    page.goto("http://guard.test/")
    found: Any = page.evaluate(FIND, [texts, numbers])
    page.close()
    apart = [
        (text, mine, theirs)
        for text, theirs in zip(texts, found[0], strict=True)
        if (mine := as_browser(text)) != theirs
    ]
    assert apart == []
    assert found[1] == [is_nhs_number(number) and number.isascii() for number in numbers]
    assert sum(map(bool, found[0])) > 500


def test_what_may_identify_stays_in_the_page_until_it_is_confirmed(phone: Callable[[str], Thumb]) -> None:
    assessor = phone("Asha Patel")
    assessor.open(row_about(assessor, "Amina Yusuf: D4.3").get_by_role("button", name=re.compile("^(Start|Continue)")))
    sent: list[str] = []
    assessor.page.on("request", lambda request: sent.append(request.post_data or ""))
    well = assessor.page.get_by_label("What went well?", exact=True)

    well.press_sequentially(f"Rang about {NUMBER} and stayed calm.")
    well.blur()
    expect(assessor.page.get_by_text(f"Found: an NHS number “{NUMBER}”. Take the NHS number out.")).to_be_visible()
    well.press("Control+Enter")  # Sends a form.
    expect(well).to_be_focused()
    assert not any("999" in body for body in sent)
    assert "999" not in assessor.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assessor.fits()

    well.fill("")
    well.press_sequentially("Calm with Mr Hale.\nRead the pathway.")
    well.blur()
    expect(assessor.page.get_by_text("Found: a title and surname “Mr Hale” in line 1. Take it out, or")).to_be_visible()
    assert not any("Hale" in body for body in sent)
    assert "Hale" not in assessor.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    with assessor.page.expect_response("**/draft") as saved:
        assessor.page.get_by_role("button", name="Nobody can be identified from it").click()
    assert saved.value.ok
    assert "Mr Hale" in str(saved.value.request.post_data)

    assessor.choose_radio(assessor.page.locator('input[name="level_D4_3"][value="3"]'))
    assessor.choose("How complex was this piece of work?", "Average")
    assessor.write("One action for next time", "Name who decides before you begin.")
    assessor.press("Send to the trainee")
    assessor.sees("The assessment is recorded")


def test_a_tick_on_a_refused_shift_lets_it_be_kept_while_it_is_typed(phone: Callable[[str], Thumb]) -> None:
    trainee = phone("Amina Yusuf").at("/hours/shifts/new")
    note = trainee.page.get_by_label("Note for your supervisor (optional)")
    note.fill("Calm with Mr Hale.")
    note.press_sequentially(" ")
    note.blur()
    trainee.sees("Until then this text is not saved.")
    trainee.press("Log shift")
    trainee.sees("This text seems to hold a title and surname.")
    with trainee.page.expect_response("**/hours/drafts/save?**") as saved:
        trainee.tick(trainee.page.get_by_label("nobody can be identified from it"))
    assert saved.value.ok
    with trainee.page.expect_response("**/hours/drafts/save?**") as saved:
        note.press("End")
        note.press_sequentially(" He slept.")
    assert saved.value.ok
    assert "Calm with Mr Hale. He slept." in str(saved.value.request.post_data)
    trainee.fits()
