from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Error, Page, expect
from sqlalchemy import select

from lms.cases.models import CaseStep
from lms.core.db import db
from tests.example import aside
from tests.journeys import playing
from tests.journeys.people import Hands, Pointer
from tests.journeys.service import LiveService

CASE = playing.case_of(next(path for path in playing.PATHS if path.stem == "wasting-your-time"))
COMMIT = "Commit to this"


def session(service: LiveService) -> dict[str, str]:
    """The cookie of a trainee who has signed in."""
    return service.session_of(service.person("Amina Yusuf"))


@pytest.fixture
def player(browser: Browser, example_on_sqlite: LiveService) -> Iterator[Pointer]:
    """A trainee at the first scene of a practice attempt, in a browser without JavaScript."""
    who = Pointer(browser, example_on_sqlite.url).with_session(session(example_on_sqlite))
    who.page.goto(f"/cases/{CASE.slug}")
    who.choose("How do you want to play it?", "Practice")
    who.press("Start a new attempt")
    yield who
    who.leave()


def choose_first(page: Page) -> None:
    """Choose the first option, without sending it."""
    page.locator("input[type=radio][name=option]").first.check()
    page.get_by_role("radio", name="Fairly sure").check()


def steps(service: LiveService, page: Page) -> list[int]:
    """The numbers of the steps of the attempt the page is about, as they are stored."""
    attempt_id = UUID(page.url.rsplit("/", 1)[-1])

    def stored() -> list[int]:
        with service.app.app_context():
            statement = select(CaseStep.seq).where(CaseStep.attempt_id == attempt_id).order_by(CaseStep.seq)
            return list(db.session.scalars(statement))

    return aside(stored)


def test_a_double_click_takes_one_step(player: Pointer, example_on_sqlite: LiveService) -> None:
    choose_first(player.page)
    player.page.get_by_role("button", name=COMMIT).dblclick()
    player.page.wait_for_load_state()
    expect(player.page.get_by_role("heading", name="What happened")).to_be_visible()
    assert steps(example_on_sqlite, player.page) == [0]


def test_the_back_button_changes_nothing_that_was_committed(player: Pointer, example_on_sqlite: LiveService) -> None:
    choose_first(player.page)
    player.press(COMMIT)
    second = player.page.locator("h1").inner_text()
    player.page.go_back()
    expect(player.page.locator("h1")).to_have_text(second)
    expect(player.page.locator("input[name=seq]").first).to_have_value("1")
    # Both scenes stand at one address: what was chosen in the first must not be chosen in the second.
    expect(player.page.locator("form.app-case-form input:checked")).to_have_count(0)
    assert steps(example_on_sqlite, player.page) == [0]


def test_of_two_tabs_the_first_answer_stands(player: Pointer, example_on_sqlite: LiveService) -> None:
    other = player.context.new_page()
    other.goto(player.page.url)
    choose_first(player.page)
    player.press(COMMIT)
    options = other.locator("input[type=radio][name=option]")
    options.nth(1).check()
    other.get_by_role("radio", name="Certain").check()
    with other.expect_navigation():
        other.get_by_role("button", name=COMMIT).click()
    expect(other.locator("body")).to_contain_text("your first answer stands")
    assert other.locator("h1").inner_text() == player.page.locator("h1").inner_text()
    assert steps(example_on_sqlite, player.page) == [0]


def test_asking_for_a_hint_keeps_what_was_chosen(
    player: Pointer, browser: Browser, example_on_sqlite: LiveService
) -> None:
    hinted = player.page.locator("summary", has_text="Would a hint help?")
    while not hinted.count():
        choose_first(player.page)
        player.press(COMMIT)
    person = Hands(browser, example_on_sqlite.url).with_session(session(example_on_sqlite))
    page = person.page
    page.goto(player.page.url)
    choose_first(page)
    chosen = page.locator("form.app-case-form input:checked")
    before = chosen.evaluate_all("all => all.map(one => one.value)")
    page.locator("summary", has_text="Would a hint help?").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Show a hint").click()
    expect(page.get_by_text("Hint", exact=True)).to_be_visible()
    expect(chosen).to_have_count(2)
    assert chosen.evaluate_all("all => all.map(one => one.value)") == before
    person.leave()


def test_a_lost_connection_loses_no_step_and_doubles_none(player: Pointer, example_on_sqlite: LiveService) -> None:
    here = player.page.url
    choose_first(player.page)
    player.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        player.page.goto(here)
    player.context.set_offline(False)
    player.page.goto(here)
    choose_first(player.page)
    player.press(COMMIT)
    assert steps(example_on_sqlite, player.page) == [0]
    # The answer arrives and its reply is lost: sent again, it is known.
    choose_first(player.page)
    form = player.page.locator("form.app-case-form")
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    player.page.request.post(here, form=sent, max_redirects=0)
    player.press(COMMIT)
    assert steps(example_on_sqlite, player.page) == [0, 1]


def test_another_device_goes_on_where_this_one_stopped(
    player: Pointer, browser: Browser, example_on_sqlite: LiveService
) -> None:
    choose_first(player.page)
    player.press(COMMIT)
    phone = Pointer(browser, example_on_sqlite.url).with_session(session(example_on_sqlite))
    phone.page.goto(player.page.url)
    assert phone.page.locator("h1").inner_text() == player.page.locator("h1").inner_text()
    phone.leave()
