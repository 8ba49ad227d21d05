"""Somebody at a device: a browser that fails the test when a page breaks, and hands that use the keyboard only."""

import re
from datetime import date
from typing import Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Response, expect

WATCH = "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
FOCUS = """e => {
  const parts = [getComputedStyle(e)];
  if (e.labels && e.labels.length) parts.push(getComputedStyle(e.labels[0], '::before'));
  const look = parts.map(s => [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor,
                               s.borderTopWidth, s.borderTopColor, s.color].join('|')).join('//');
  const seen = r => r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight;
  const inView = [e, ...(e.labels || [])].some(part => seen(part.getBoundingClientRect()));
  return [e === document.activeElement, look, inView];
}"""
WAY = """e => {
  const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const here = document.activeElement;
  const stops = [...document.querySelectorAll(all)].filter(stop => {
    if (!(here.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING)) return false;
    if (stop.disabled || stop.type === 'hidden' || !stop.checkVisibility({visibilityProperty: true})) return false;
    if (stop.type !== 'radio' || stop === e) return true;
    const group = [...document.getElementsByName(stop.name)];
    return stop === (group.find(radio => radio.checked) ?? group[0]);
  });
  const outside = here === document.body ? stops.findIndex(stop => stop.closest('main')) : 0;
  return [stops.indexOf(e), e.closest('main') ? outside : 0];
}"""
RADIOS = """e => {
  const all = [...document.getElementsByName(e.name)];
  return [e.name, all.indexOf(e), Math.max(all.findIndex(radio => radio.checked), 0)];
}"""
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

    def leave(self) -> None:
        """Put the device away; fails if anything went wrong on it."""
        self.context.close()
        assert not self.problems, self.problems


class Walker(Person):
    """Somebody who walks a road through the service; how they use a page is said by the classes below."""

    def open(self, target: Locator) -> None:
        """Use a link or a button that leads to another page."""
        raise NotImplementedError

    def fill(self, box: Locator, text: str) -> None:
        """Put a text into a box, in place of what is there."""
        raise NotImplementedError

    def pick(self, box: Locator, position: int) -> None:
        """Choose from a list by position."""
        raise NotImplementedError

    def choose_radio(self, target: Locator) -> None:
        """Choose one of a group of radio buttons."""
        raise NotImplementedError

    def tick(self, box: Locator) -> None:
        """Tick a checkbox."""
        raise NotImplementedError

    def unfold(self, summary: Locator) -> None:
        """Open what is folded."""
        raise NotImplementedError

    def follow(self, name: str | re.Pattern[str], *, inside: Locator | None = None) -> None:
        """Open a link, or a link that looks like a button."""
        place = inside or self.page
        exact = isinstance(name, str)
        link = place.get_by_role("link", name=name, exact=exact)
        self.open(link.or_(place.locator("a").and_(place.get_by_role("button", name=name, exact=exact))).first)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button that sends a form."""
        self.open(self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first)

    def write(self, label: str, text: str) -> None:
        """Write into the box with this label."""
        self.fill(self.page.get_by_label(label, exact=True), text)

    def write_date(self, legend: str, day: date) -> None:
        """Write a date into its three boxes."""
        group = self.page.get_by_role("group", name=legend, exact=True)
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            self.fill(group.get_by_role("textbox", name=part, exact=True), str(value))

    def select(self, label: str, option: str | re.Pattern[str]) -> None:
        """Choose from the list with this label."""
        box = self.page.get_by_label(label, exact=True)
        texts = [text.strip() for text in box.locator("option").all_inner_texts()]
        hit = option if isinstance(option, re.Pattern) else re.compile(re.escape(option) + "$")
        self.pick(box, next(number for number, text in enumerate(texts) if hit.match(text)))

    def choose(self, legend: str, option: str) -> None:
        """Choose a radio button of a group by its words."""
        group = self.page.get_by_role("group", name=legend, exact=True)
        self.choose_radio(group.get_by_role("radio", name=option, exact=True))

    def sees(self, text: str) -> None:
        """Fail unless the page says this."""
        expect(self.page.locator("body")).to_contain_text(text)

    def sign_in_as(self, name: str) -> Self:
        """Choose one of the example accounts."""
        self.page.goto("/sign-in")
        button = self.page.get_by_role("button", name=name, exact=True)
        if not button.count():
            self.unfold(self.page.locator("summary"))
        self.open(button)
        return self

    def with_session(self, cookie: dict[str, str]) -> Self:
        """Be signed in already, where signing in is not what a journey is about."""
        self.context.add_cookies([cookie])  # type: ignore[list-item]
        return self

    def sign_out(self) -> None:
        """Sign out."""
        self.press("Sign out")


class Pointer(Walker):
    """Somebody who uses a mouse, in a browser without JavaScript."""

    def __init__(self, browser: Browser, url: str) -> None:
        super().__init__(browser, url, javascript=False)

    def open(self, target: Locator) -> None:
        """Click, and wait for the page it leads to."""
        with self.page.expect_event("load"):  # A saved draft changes the address as well.
            target.click()

    def fill(self, box: Locator, text: str) -> None:
        """Put a text into a box."""
        box.fill(text)

    def pick(self, box: Locator, position: int) -> None:
        """Choose from a list."""
        box.select_option(index=position)

    def choose_radio(self, target: Locator) -> None:
        """Click a radio button."""
        target.check()

    def tick(self, box: Locator) -> None:
        """Click a checkbox."""
        box.check()

    def unfold(self, summary: Locator) -> None:
        """Click on the summary."""
        summary.click()


class Hands(Walker):
    """Somebody who never touches a mouse: every step is a key, and the focus has to be in sight."""

    def reach(self, target: Locator) -> Locator:
        """Hold Tab until the target has the focus; fails if it never gets it, or gets it out of sight."""
        element = target.element_handle()
        assert element is not None
        focused, before, _ = element.evaluate(FOCUS)
        if focused:
            return target
        between, to_skip = element.evaluate(WAY)
        if to_skip > 3:  # Over the header, with the link that is there for it.
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.matches('.nhsuk-skip-link')"):
                self.page.keyboard.press("Enter")
            between, _ = element.evaluate(WAY)
        for _ in range(between):  # So far nobody has to look where the focus is.
            self.page.keyboard.down("Tab")
        for _ in range(LONGEST_WAY):
            self.page.keyboard.down("Tab")
            focused, look, is_in_view = element.evaluate(FOCUS)
            if focused:
                break
        else:
            raise AssertionError(f"Tab never reaches {target} on {self.page.url}")
        self.page.keyboard.up("Tab")
        assert look != before, f"The focus on {target} cannot be seen on {self.page.url}"
        assert is_in_view, f"{target} has the focus outside the window on {self.page.url}"
        return target

    def open(self, target: Locator) -> None:
        """Reach a link or button and press Enter."""
        self.reach(target)
        with self.page.expect_event("load"):  # A saved draft changes the address as well.
            self.page.keyboard.press("Enter")

    def fill(self, box: Locator, text: str) -> None:
        """Type, in place of what is there."""
        self.reach(box)
        self.page.keyboard.press("Control+a")
        if len(text) < 40:
            self.page.keyboard.type(text)
        else:
            self.page.keyboard.insert_text(text)
        expect(box).to_have_value(text)

    def pick(self, box: Locator, position: int) -> None:
        """Choose from a list with the arrow keys."""
        self.reach(box)
        steps = position - box.evaluate("e => e.selectedIndex")
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert box.evaluate("e => e.selectedIndex") == position

    def choose_radio(self, target: Locator) -> None:
        """Tab into a group of radio buttons, then use the arrow keys until the wanted one is chosen."""
        name, wanted, start = target.evaluate(RADIOS)
        self.reach(self.page.locator(f'input[type=radio][name="{name}"]').nth(start))
        self.page.keyboard.press("Space")
        for _ in range(abs(wanted - start)):
            self.page.keyboard.press("ArrowDown" if wanted > start else "ArrowUp")
        expect(target).to_be_checked()

    def tick(self, box: Locator) -> None:
        """Reach a checkbox and press Space."""
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def unfold(self, summary: Locator) -> None:
        """Reach the summary and press Enter."""
        self.reach(summary)
        self.page.keyboard.press("Enter")
