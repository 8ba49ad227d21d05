"""Somebody at a device: a browser that fails the test when a page breaks, and hands that use the keyboard only."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

WATCH = "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
LOOK = """e => {
  const parts = [getComputedStyle(e)];
  if (e.labels && e.labels.length) parts.push(getComputedStyle(e.labels[0], '::before'));
  return parts.map(s => [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor,
                         s.borderTopWidth, s.borderTopColor, s.color].join('|')).join('//');
}"""
IN_VIEW = """e => {
  const seen = r => r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight;
  return [e, ...(e.labels || [])].some(part => seen(part.getBoundingClientRect()));
}"""
FOCUSED = "e => e === document.activeElement"
LONGEST_WAY = 250


class Person:
    """One person at their own device. `problems` collects what went wrong in their pages."""

    def __init__(self, browser: Browser, url: str, *, javascript: bool = True, width: int = 1280) -> None:
        self.context = browser.new_context(
            base_url=url, java_script_enabled=javascript, viewport={"width": width, "height": 900}
        )
        self.problems: list[str] = []
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        if javascript:
            self.page.add_init_script(WATCH)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", self._see)
        self.page.on("dialog", self._refuse)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(r"status of (403|404|409|422)", message.text):
            self.problems.append(f"{self.page.url}: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.url} answered {response.status}")

    def _refuse(self, dialog: object) -> None:
        if dialog.type == "beforeunload":  # type: ignore[attr-defined]
            dialog.accept()  # type: ignore[attr-defined]
            return
        self.problems.append(f"{self.page.url} opened a dialog: {dialog.message}")  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    def sign_in_as(self, name: str) -> "Person":
        """Choose one of the example accounts."""
        self.page.goto("/sign-in")
        button = self.page.get_by_role("button", name=name, exact=True)
        if not button.is_visible():
            self.page.locator("summary").click()
        with self.page.expect_navigation():
            button.click()
        return self

    def leave(self) -> None:
        """Put the device away; fails if anything went wrong on it."""
        self.context.close()
        assert not self.problems, self.problems


class Hands(Person):
    """Somebody who never touches a mouse: every step is a key, and the focus has to be in sight."""

    def reach(self, target: Locator) -> Locator:
        """Press Tab until the target has the focus; fails if it never gets it, or gets it out of sight."""
        expect(target).to_have_count(1)
        element = target.element_handle()
        assert element is not None
        if element.evaluate(FOCUSED):
            return target
        before = element.evaluate(LOOK)
        for _ in range(LONGEST_WAY):
            self.page.keyboard.press("Tab")
            if element.evaluate(FOCUSED):
                break
        else:
            raise AssertionError(f"Tab never reaches {target} on {self.page.url}")
        assert element.evaluate(LOOK) != before, f"The focus on {target} cannot be seen on {self.page.url}"
        assert element.evaluate(IN_VIEW), f"{target} has the focus outside the window on {self.page.url}"
        return target

    def _press(self, target: Locator) -> None:
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name: str | re.Pattern[str], *, inside: Locator | None = None) -> None:
        """Open a link, or a link that looks like a button."""
        place = inside or self.page
        exact = isinstance(name, str)
        self._press(place.get_by_role("link", name=name, exact=exact).or_(_button_link(place, name)).first)

    def press(self, name: str | re.Pattern[str], *, inside: Locator | None = None) -> None:
        """Press a button that sends a form."""
        self._press((inside or self.page).get_by_role("button", name=name, exact=isinstance(name, str)).first)

    def write(self, label: str, text: str) -> None:
        """Type into a box, in place of what is there."""
        box = self.reach(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text) if len(text) < 80 else self.page.keyboard.insert_text(text)
        expect(box).to_have_value(text)

    def write_date(self, legend: str, day: date) -> None:
        """Type a date into its three boxes."""
        group = self.page.get_by_role("group", name=legend, exact=True)
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            self.reach(group.get_by_role("textbox", name=part, exact=True))
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(str(value))

    def select(self, label: str, option: str | re.Pattern[str]) -> None:
        """Choose from a list with the arrow keys."""
        box = self.reach(self.page.get_by_label(label, exact=True))
        texts = [text.strip() for text in box.locator("option").all_inner_texts()]
        hit = re.compile(option if isinstance(option, re.Pattern) else re.escape(option) + "$")
        wanted = next(number for number, text in enumerate(texts) if hit.match(text))
        now = box.evaluate("e => e.selectedIndex")
        for _ in range(abs(wanted - now)):
            self.page.keyboard.press("ArrowDown" if wanted > now else "ArrowUp")
        assert box.evaluate("e => e.selectedIndex") == wanted, f"{label}: {option}"

    def choose(self, legend: str | re.Pattern[str], option: str) -> None:
        """Choose a radio button of a group by its words."""
        group = self.page.get_by_role("group", name=legend, exact=isinstance(legend, str))
        self.choose_radio(group.get_by_role("radio", name=option, exact=True))

    def choose_radio(self, target: Locator) -> None:
        """Tab into a group of radio buttons, then use the arrow keys until the wanted one is chosen."""
        expect(target).to_have_count(1)
        name = target.get_attribute("name")
        radios = self.page.locator(f'input[type=radio][name="{name}"]')
        values = [radio.get_attribute("value") for radio in radios.all()]
        wanted = values.index(target.get_attribute("value"))
        checked = [number for number, radio in enumerate(radios.all()) if radio.is_checked()]
        start = checked[0] if checked else 0
        self.reach(radios.nth(start))
        self.page.keyboard.press("Space")
        for _ in range(abs(wanted - start)):
            self.page.keyboard.press("ArrowDown" if wanted > start else "ArrowUp")
        expect(target).to_be_checked()

    def tick(self, box: Locator) -> None:
        """Tick a checkbox."""
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def sign_in_as(self, name: str) -> "Hands":
        """Choose one of the example accounts."""
        self.page.goto("/sign-in")
        others = self.page.locator("summary")
        if others.count() and not self.page.locator(f'button:text-is("{name}")').is_visible():
            self.reach(others)
            self.page.keyboard.press("Enter")
        self.press(name)
        return self

    def sees(self, text: str) -> None:
        """Fail unless the page says this."""
        expect(self.page.locator("body")).to_contain_text(text)

    def sign_out(self) -> None:
        """Sign out."""
        self.press("Sign out")


def _button_link(place: Page | Locator, name: str | re.Pattern[str]) -> Locator:
    return place.locator("a").and_(place.get_by_role("button", name=name, exact=isinstance(name, str)))


Meet = Callable[..., Person]
