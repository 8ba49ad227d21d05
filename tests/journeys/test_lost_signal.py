"""A form whose signal is lost: what was typed stays on the device for its writer, comes back, and goes in time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.service import LiveService
from tests.journeys.test_offline import OTHER, TRAINEE, Phone

NEW = "/hours/shifts/new"
NOTE = "A long night in the rain."
NUMBER = "999 819 3036"
KEPT = "() => JSON.stringify(Object.entries({...localStorage}).filter(([key]) => key.startsWith('autosave ')))"


class Form(Phone):
    """A phone on which a shift is entered in the form that needs a signal."""

    def open_form(self, address: str) -> None:
        """Open the page with a signal and wait until it saves what is typed."""
        self.context.set_offline(False)
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def open(self, target: Locator) -> None:
        """Tap, and wait for the page it leads to; that a draft gets an address of its own is no other page."""
        with self.page.expect_event("load"):
            target.click()
        self.fits()

    def lose_signal(self) -> None:
        """Have none any more."""
        self.context.set_offline(True)

    def close_tab(self) -> None:
        """Close the tab and open another one, which lets the first send for a moment: here that reaches nobody."""
        self.page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
        before, self.page = self.page, self.context.new_page()
        before.close()

    def type_in(self, label: str, text: str) -> None:
        """Type at the end of a box, key by key."""
        self.page.get_by_label(label).press("End")
        self.page.get_by_label(label).press_sequentially(text)

    def holds(self, label: str, text: str) -> None:
        """Fail unless the box holds this."""
        expect(self.page.get_by_label(label)).to_have_value(text)

    def copies(self) -> str:
        """What the device keeps of forms, asked again where the page was just being left."""
        found = json.loads(str(self.page.wait_for_function(KEPT).json_value()))
        return json.dumps(found) if found else ""

    def keeps(self, text: str) -> None:
        """Wait until the device keeps this of a form."""
        self.page.wait_for_function("text => JSON.stringify({...localStorage}).includes(text)", arg=text)


@pytest.fixture
def device(browser: Browser, service: LiveService, tmp_path: Path) -> Iterator[Form]:
    device = Form(browser, service, tmp_path)
    device.be(TRAINEE)
    yield device
    device.switch_off()
    assert not device.problems


def test_what_is_typed_without_a_signal_comes_back_and_goes_in_time(device: Form) -> None:
    status, note = device.page.locator("[data-autosave-status]"), "Note for your supervisor (optional)"
    device.open_form(NEW)
    device.lose_signal()
    device.type_in("Start", "19:00")
    device.type_in(note, NOTE)
    device.tap("Log shift")
    device.sees("No signal. What you entered is kept on this device. Try again when there is a signal, or log it")
    device.fits()
    expect(device.page).to_have_url(re.compile(f"{NEW}$"))

    device.close_tab()
    device.open_form(NEW)
    status = device.page.locator("[data-autosave-status]")
    device.sees("Restored from this device, ")
    device.fits()
    device.holds("Start", "19:00")
    device.holds(note, NOTE)
    device.page.reload()
    device.holds(note, NOTE)
    device.page.wait_for_load_state("networkidle")
    device.type_in("End", "07:00")
    expect(status).to_contain_text("Saved")
    assert device.copies() == ""

    draft = device.page.url
    device.lose_signal()
    device.type_in(note, " Two visits.")
    expect(status).to_contain_text("What you typed stays on this device and is sent again.")
    device.close_tab()
    device.open_form(draft)
    device.holds(note, f"{NOTE} Two visits.")
    device.tap("Discard what was restored")
    device.holds(note, NOTE)
    assert device.copies() == ""
    device.type_in(note, " One visit.")
    device.press("Save draft")
    device.sees("Draft saved")
    device.holds(note, f"{NOTE} One visit.")
    assert device.copies() == ""

    device.lose_signal()
    device.type_in(note, f" {NUMBER}")
    device.type_in("Breaks, in minutes", "5")
    device.tap("Save draft")
    device.page.get_by_text("Found: an NHS number").wait_for()
    assert "Breaks, in minutes" not in device.copies()
    device.keeps("break_minutes")
    assert "999" not in device.copies()
    device.close_tab()
    device.be(OTHER)
    device.open_form("/hours")
    assert device.copies() == ""

    device.be(TRAINEE)
    device.open_form(draft)
    device.holds(note, f"{NOTE} One visit.")
    device.lose_signal()
    device.type_in(note, " Three.")
    device.keeps("Three.")
    device.page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    device.context.set_offline(False)
    device.press("Sign out")
    assert device.copies() == ""
