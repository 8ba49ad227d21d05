"""Somebody with a small phone, whose taps and fields are counted."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, FilePayload, Locator

from tests.journeys.people import Pointer, Walker
from tests.journeys.widths import overflow

PHONE = 320


class Thumb(Pointer):
    """Taps and types on a phone of 320 pixels; fails where a page has to be moved sideways to be read."""

    def __init__(self, browser: Browser, url: str) -> None:
        Walker.__init__(self, browser, url, width=PHONE)
        self.interactions = 0

    def at(self, address: str) -> "Thumb":
        """Open an address, as from a bookmark or a message; this is not counted."""
        self.page.goto(address)
        self.fits()
        return self

    def counted(self, task: Callable[[], Any]) -> int:
        """How many taps and fields a task takes."""
        before = self.interactions
        task()
        return self.interactions - before

    def took(self) -> int:
        """How many interactions there were; counting begins again."""
        count, self.interactions = self.interactions, 0
        return count

    def fits(self) -> None:
        """Fail if the page is wider than the phone."""
        assert not overflow(self.page, PHONE), self.page.url

    def open(self, target: Locator) -> None:
        """Tap, and wait for the page it leads to."""
        self.interactions += 1
        super().open(target)
        self.fits()

    def go_to(self, name: str) -> None:
        """Open a page of the header, from the menu where there is no room for it."""
        link = self.page.get_by_role("navigation", name="Menu").locator("a").filter(has_text=re.compile(f"^\\s*{name}"))
        if not link.is_visible():
            self.interactions += 1
            self.page.get_by_role("button", name="Browse More", exact=True).click()
        self.open(link)

    def fill(self, box: Locator, text: str) -> None:
        """Type into a box."""
        self.interactions += 1
        super().fill(box, text)

    def pick(self, box: Locator, position: int) -> None:
        """Choose from a list."""
        self.interactions += 1
        super().pick(box, position)

    def choose_radio(self, target: Locator) -> None:
        """Tap a radio button."""
        self.interactions += 1
        super().choose_radio(target)

    def rate(self, code: str, level: str) -> None:
        """Choose the level of a capability."""
        self.choose_radio(self.page.locator(f'input[name="level_{code.replace(".", "_")}"][value="{level}"]'))

    def tick(self, box: Locator) -> None:
        """Tap a checkbox."""
        self.interactions += 1
        super().tick(box)

    def unfold(self, summary: Locator) -> None:
        """Tap the summary."""
        self.interactions += 1
        super().unfold(summary)

    def attach(self, name: str, content: bytes) -> None:
        """Choose a file, where a page asks for one."""
        self.interactions += 1
        file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": content}
        self.page.locator("input[type=file]").set_input_files(file)
