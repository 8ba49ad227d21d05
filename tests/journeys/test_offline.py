"""Shifts and contacts without a signal: they survive, are sent once and by their owner, and nobody else reads them."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, Route, expect
from sqlalchemy import func, select

from lms.core.db import db
from lms.placements.models import ApprovalRequest, Encounter, Shift
from lms.placements.rules.states import ApprovalWay
from tests.browser import FLAGS, find_chromium
from tests.journeys.counting import PHONE, Thumb
from tests.journeys.people import WATCH
from tests.journeys.service import LiveService
from tests.journeys.test_accessibility import faults

TRAINEE, OTHER = "Amina Yusuf", "Rhys Morgan"
LENGTH = len(b64encode(bytes(65 + 12 + 2048 + 16)))  # Of an entry: key, nonce, answers, tag.
NOTE = "A long night in the rain, two joint visits."
EXPECTED = re.compile(r"ERR_INTERNET_DISCONNECTED|status of (401|409|413|422|503)")
EVERYTHING = """async () => {
  const entries = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("offline");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const all = asked.result.transaction("entries").objectStore("entries").getAll();
      all.onsuccess = () => resolve(all.result);
    };
  });
  const pages = [];
  for (const name of await caches.keys()) {
    for (const key of await (await caches.open(name)).keys()) pages.push(await (await caches.match(key)).text());
  }
  const whole = pages.filter(page => page.startsWith("<!DOCTYPE"));
  return JSON.stringify([entries, {...localStorage}, {...sessionStorage}, whole]);
}"""


class Phone(Thumb):
    """A phone that keeps what it stored when its browser is closed."""

    def __init__(self, browser: Browser, service: LiveService, folder: Path) -> None:
        self.browser, self.service, self.folder = browser, service, folder
        self.problems, self.interactions = [], 0
        self.posted: list[str] = []
        self.switch_on()

    def switch_on(self, *, signal: bool = True) -> None:
        """Open the browser again."""
        self.context = self.browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=find_chromium(),
            args=FLAGS,
            base_url=self.service.url,
            viewport={"width": PHONE, "height": 700},
            offline=not signal,
        )
        self.page = self.context.pages[0]
        self.page.set_default_timeout(20_000)
        self.page.add_init_script(WATCH)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self._heard(said.text))
        self.page.on("request", self._sent)

    def _heard(self, text: str) -> None:
        if not EXPECTED.search(text):
            self.problems.append(text)

    def _sent(self, request: Request) -> None:
        if request.url.endswith("/offline/bundles"):
            self.posted.append(request.post_data or "")

    def switch_off(self) -> None:
        """Close the browser; whoever was signed in is not any more, as with any browser that forgets its session."""
        self.context.close()

    def be(self, name: str) -> None:
        """Be signed in."""
        self.context.clear_cookies()
        self.context.add_cookies([self.service.session_of(self.service.person(name))])  # type: ignore[list-item]

    def tap(self, name: str) -> None:
        """Press a button that stays on the page."""
        self.interactions += 1
        self.page.get_by_role("button", name=re.compile(f"^{name}")).first.click()

    def note_contact(self, presentation: str, part: str = "Led") -> None:
        """Note one contact of the shift that is under way."""
        self.tap("Note a contact")
        for option in (presentation, part, "Referred"):
            self.choose_radio(self.page.get_by_role("radio", name=option, exact=True))
        self.tick(self.page.get_by_role("checkbox", name="Consent", exact=True))
        self.tap("Save contact")
        self.says("Contact saved on this device")

    def end_shift(self, day: date, *, agreed: bool = False, starts: str = "19:00", ends: str = "07:00") -> None:
        """End the shift that is under way."""
        self.tap("End the shift")
        self.write_date("Date the shift began", day)
        self.write("Start", starts)
        self.write("End", ends)
        self.write("Breaks, in minutes", "30")
        self.choose("Were you supernumerary?", "Yes")
        self.write("Note for your supervisor (optional)", NOTE)
        self.choose("Is your supervisor here, and do they agree?", "Yes" if agreed else "No")
        self.tap("Save shift")

    def says(self, text: str) -> None:
        """Fail unless the page says this of itself."""
        expect(self.page.locator("[data-status]")).to_contain_text(text)

    def kept(self) -> str:
        """Everything that lies on the device."""
        found: str = self.page.evaluate(EVERYTHING)
        return found

    def send_again(self, posted: str) -> tuple[int, Any]:
        """Send a shift once more, as whoever is signed in."""
        token = self.page.request.get("/offline/session").json()["token"]
        headers = {"X-CSRFToken": token, "Content-Type": "application/json", "Accept": "application/json"}
        answer = self.page.request.post("/offline/bundles", data=posted, headers=headers)
        return answer.status, answer.json()


@pytest.fixture
def device(browser: Browser, service: LiveService, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(browser, service, tmp_path)
    yield phone
    phone.switch_off()
    assert not phone.problems


@pytest.fixture
def logged(service: LiveService) -> Callable[[], tuple[int, int, int]]:
    """How many shifts, contacts and hand-overs without a signal there are more than at the beginning."""

    def count() -> tuple[int, int, int]:
        handed_over = select(func.count()).where(ApprovalRequest.way == ApprovalWay.OFFLINE)
        shifts, contacts = select(func.count(Shift.id)), select(func.count(Encounter.id))
        return service.ask(
            lambda: (
                db.session.scalar(shifts) or 0,
                db.session.scalar(contacts) or 0,
                db.session.scalar(handed_over) or 0,
            )
        )

    before = count()
    return lambda: tuple(now - then for now, then in zip(count(), before, strict=True))  # type: ignore[return-value]


def test_two_shifts_and_five_contacts_survive_a_night_without_a_signal(
    device: Phone, logged: Callable[[], tuple[int, int, int]]
) -> None:
    device.be(TRAINEE)
    device.page.goto("/modules")  # Wherever a trainee signs in first, the device is made ready.
    device.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(device.page.locator("meta[data-prepared]")).to_have_count(1)
    device.context.set_offline(True)
    device.page.goto("/")  # The service itself is out of reach; the page that is kept comes in its place.
    expect(device.page).to_have_url(re.compile("/offline$"))
    device.says("No signal.")
    assert not faults(device.page)
    device.tap("Begin a shift")
    device.says("1 not sent")
    expect(device.page.get_by_role("button", name=re.compile("^Note a contact"))).to_be_focused()
    device.page.keyboard.press("Enter")
    expect(device.page.get_by_role("heading", name="Note a contact")).to_be_focused()
    device.page.get_by_role("button", name="Save contact").press("Enter")
    expect(device.page.locator(".nhsuk-error-summary")).to_be_focused()
    device.tap("Cancel")
    expect(device.page.locator("[data-status]")).to_be_focused()
    device.took()
    assert device.counted(lambda: device.note_contact("Suicidal thoughts")) == 6
    device.note_contact("Overdose", "Observed")
    device.end_shift(date(2026, 11, 9), agreed=True)
    device.says("3 not sent")
    device.sees("Shift of 9 November 2026")
    device.page.get_by_role("button", name="Begin a shift").dblclick()
    for presentation in ("Psychosis", "Low mood", "Self-harm"):
        device.note_contact(presentation)
    device.says("7 not sent")
    device.fits()
    device.switch_off()

    device.switch_on(signal=False)
    device.page.goto("/offline")
    device.says("7 not sent")
    kept = device.kept()
    assert TRAINEE not in kept
    entries, *_, pages = json.loads(kept)
    assert len(pages) == 1
    sealed = [entry.pop("sealed") for entry in entries if entry["kind"] != "shift"]
    assert {len(text) for text in sealed} == {LENGTH}  # Not even how much was written can be seen.
    assert all(set(entry) - {"refused", "on"} == {"id", "kind", "shift", "person", "at"} for entry in entries)
    for secret in (NOTE, "overdose", "19:00"):
        assert secret not in str(entries)
        assert all(secret.encode() not in b64decode(text) for text in sealed)
    device.end_shift(date(2026, 11, 11))
    device.says("7 not sent")
    assert logged() == (0, 0, 0)

    device.page.goto("about:blank")
    device.context.set_offline(False)
    device.be(TRAINEE)
    device.page.goto("/")
    expect(device.page.get_by_role("status").first).to_contain_text("was sent")
    assert logged() == (2, 5, 1)
    assert json.loads(device.kept())[0] == []
    assert len(device.posted) == 2
    for posted in device.posted:
        assert device.send_again(posted) == (200, {"url": "/hours", "words": "This shift was sent before"})
    assert logged() == (2, 5, 1)

    device.press("Sign out")
    device.page.goto("/offline")
    device.sees("Sign in as a trainee once while there is a signal")
    assert json.loads(device.kept())[1] == {}


def test_nobody_else_sends_or_reads_it_and_what_is_refused_is_put_right(
    device: Phone, logged: Callable[[], tuple[int, int, int]]
) -> None:
    device.be(TRAINEE)
    device.page.goto("/offline")
    expect(device.page.locator("[data-initials]")).to_have_text("AY")
    device.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    device.context.set_offline(True)
    device.tap("Begin a shift")
    device.note_contact("Overdose")
    device.end_shift(date(2026, 10, 25), starts="01:30", ends="09:00")  # The clocks went back: which of the two?
    device.says("2 not sent")

    device.context.clear_cookies()
    device.context.set_offline(False)
    expect(device.page.get_by_role("link", name="Sign in to send 2")).to_be_visible()
    device.be(OTHER)
    device.page.goto("/offline")
    expect(device.page.locator("[data-initials]")).to_have_text("RM")
    device.sees("2 entries of somebody else wait on this device")
    device.sees("only they can delete it")
    expect(device.page.get_by_text("Delete them", exact=True)).to_be_hidden()
    device.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=15))
    device.page.goto("/offline")
    device.unfold(device.page.get_by_text("Delete them", exact=True))
    device.tap("Delete somebody else")
    device.sees("Confirm that these entries are then lost")
    assert not faults(device.page)
    expect(device.page.locator("[data-lines] li")).to_have_count(0)
    assert not device.posted
    lies_here = {entry["kind"]: entry for entry in json.loads(device.kept())[0]}
    taken = {"id": lies_here["shift"]["id"], "contacts": [lies_here["contact"]], "end": lies_here["end"]}
    status, said = device.send_again(json.dumps(taken))
    assert status == 422
    assert "cannot be opened" in said["problems"][0]["message"]
    assert said["opened"] == {}

    device.page.clock.set_fixed_time(datetime.now(UTC))
    device.be(TRAINEE)
    device.page.goto("/offline")
    device.sees("01:30 comes twice")
    assert not faults(device.page)
    assert logged() == (0, 0, 0)
    device.tap("Put it right")
    expect(device.page.get_by_label("Note for your supervisor (optional)")).to_have_value(NOTE)
    assert not faults(device.page)
    expect(device.page.get_by_role("group", name="Which of the two times did the shift begin?")).to_be_visible()
    device.write_date("Date the shift began", date(2026, 11, 12))
    device.tap("Save shift")
    expect(device.page.get_by_role("link", name="Shift of 12 November 2026 with 1 contact")).to_be_visible()
    assert logged() == (1, 1, 0)

    device.context.set_offline(True)
    device.tap("Begin a shift")
    device.note_contact("Psychosis")
    device.end_shift(date(2026, 11, 13))
    device.says("2 not sent")
    beside = device.context.new_page()
    beside.goto("/offline")
    expect(beside.locator("[data-lines] li")).to_have_count(1)
    device.context.set_offline(False)
    for page in (device.page, beside):
        expect(page.locator("[data-lines] li")).to_have_count(0)
    assert logged() == (2, 2, 0)
    assert json.loads(device.kept())[0] == []


def test_what_the_service_does_not_take_is_never_out_of_sight(
    device: Phone, logged: Callable[[], tuple[int, int, int]]
) -> None:
    device.be(TRAINEE)
    device.page.goto("/offline")
    expect(device.page.locator("[data-initials]")).to_have_text("AY")
    device.context.set_offline(True)
    device.tap("Begin a shift")
    device.note_contact("Psychosis")
    device.end_shift(date(2026, 11, 14))
    device.says("2 not sent")

    device.page.route("**/offline/bundles", lose_the_answer)
    with device.page.expect_event("requestfailed", lambda request: request.url.endswith("/offline/bundles")):
        device.context.set_offline(False)
    device.context.set_offline(True)
    assert logged() == (1, 1, 0)
    device.says("No signal. 2 not sent")
    device.tap("Change the shift")
    device.write("Note for your supervisor (optional)", "It rained until six.")
    device.tap("Save shift")
    device.says("2 not sent")
    device.page.unroute_all()
    device.context.set_offline(False)
    device.sees("already sent, before you changed it here")
    expect(device.page.get_by_role("link", name="Your hours", exact=True)).to_have_attribute("href", "/hours")
    assert not faults(device.page)
    device.fits()
    device.tap("Read what you changed")
    expect(device.page.get_by_label("Note for your supervisor (optional)")).to_have_value("It rained until six.")
    assert logged() == (1, 1, 0)

    device.page.route("**/offline/bundles", as_a_proxy_says(503))
    device.page.reload()
    device.says("The service could not take it. Nothing is lost; try again later. 2 not sent")
    device.page.unroute_all()
    device.page.route("**/offline/bundles", as_a_proxy_says(413))
    device.page.reload()
    device.sees("This shift is too large to be sent")
    device.says("2 not sent")
    expect(device.page.locator("[data-status]")).not_to_contain_text("signal")


def as_a_proxy_says(status: int) -> Callable[[Route], None]:
    """Answer in place of the service, in words that are not its own."""
    return lambda route: route.fulfill(status=status, body="<h1>Sorry</h1>", content_type="text/html")


def lose_the_answer(route: Route) -> None:
    """Let the service carry it out, and the signal go before it can say so."""
    route.fetch()
    route.abort("internetdisconnected")
