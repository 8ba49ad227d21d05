"""Walks the pages from somebody's home along the links, as far as there is something new to see."""

import re
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.client import PageClient, check_page

EACH = 3  # So many pages of one view, unless they were asked for by address.
MORE = {
    "competencies.show_concern": 8,  # Those with an action plan have the longest clock, and come last.
    "competencies.show_capability": 12,  # What is not signed off comes first, and links to less.
    "cases.begin_preview": 40,  # The endings of a case come last on its map, and lead to the debrief.
    "cases.show_preview": 40,
    "placements.ask_for_a_slot": 12,  # What was decided long ago comes last.
    "placements.show_shift": 6,  # What a guest approved comes before what was queried.
    "signing.show_guest": 8,  # Those who were checked come after those who wait.
}
PREVIEWS = ("cases.begin_preview", "cases.show_preview")  # They show content, and of the record nothing.
RAW = re.compile(r"UUID\(|datetime\.d|&lt;\w+[. ]\w+ object|\b[A-Z][a-z]+\.[A-Z_]{2,}\b")  # A value not in words.
REDIRECTS = {
    "cases.begin_preview": "the scene has an address of its own",
    "cases.show_debrief": "the attempt has not ended yet",
    "competencies.answer_round": "it was answered, or is not to be answered yet",
    "competencies.give_own_view": "it was given",
    "competencies.complete": "the request was answered",
    "competencies.hand_over_form": "the request was answered",
    "competencies.show_link": "no link was made in this session",
    "home.ask_redaction": "somebody asked already",
    "grading.correct_mark": "there is no mark yet",
    "grading.mark_work": "there is a mark already",
    "grading.show_mark": "there is no mark yet",
    "placements.hand_over_hours": "it was answered, or was not to be signed on this device",
    "identity.enter_second_factor": "no second factor is set up",
}


LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
FORM = re.compile(r"<form\b[^>]*>")
MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """One page as it was answered."""

    url: str
    endpoint: str
    status: int
    text: str


@dataclass
class Walk:
    """What somebody saw on their way, and what was wrong with it."""

    pages: list[Page] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)

    @property
    def endpoints(self) -> set[str]:
        """The views that were seen."""
        return {page.endpoint for page in self.pages}


class _Walker:
    """One person at a browser, with a list of links to follow."""

    def __init__(self, app: Flask, client: PageClient, but: Collection[str], each: int | None) -> None:
        self.app, self.client, self.but, self.each, self.found = app, client, but, each, Walk()
        self.waiting: deque[tuple[str, str]] = deque()
        self.seen: set[str] = set()
        self.count: Counter[str] = Counter()

    def follow(self) -> None:
        """Open what waits and what it links to, a few pages of each view."""
        while self.waiting:
            url, source = self.waiting.popleft()
            endpoint = _endpoint(self.app, url, "GET")
            if endpoint is None:
                self.found.problems.append(f"{source}: no such address: {url}")
                continue
            self.count[endpoint] += 1
            if endpoint not in self.but and self.count[endpoint] <= (self.each or MORE.get(endpoint, EACH)):
                page = _open(self.client, url, endpoint)
                if page.status != 200:
                    self.found.problems.append(f"{source}: the link to {url} answers {page.status}")
                self.keep(page)

    def keep(self, page: Page) -> None:
        """Note a page and line up its links, and where it stands if a redirect led to it."""
        for link in (page.url, *_look(self.app, self.found, page)):
            if link not in self.seen:
                self.seen.add(link)
                self.waiting.append((link, page.url))


def walk(
    app: Flask, client: PageClient, asked: Iterable[str] = (), *, but: Collection[str] = (), each: int | None = None
) -> Walk:
    """Follow every link from the home page, then try the addresses that are asked for, linked or not, and theirs.

    `but` names views that are not opened; `each` is how many pages of one view are, where the usual is too many.
    """
    walker = _Walker(app, client, but, each)
    walker.seen.add("/")
    walker.waiting.append(("/", "the start"))
    walker.follow()
    walker.found.linked = set(walker.count)
    opened = {page.url for page in walker.found.pages}
    for url in sorted(set(asked) - opened):
        page = _open(client, url, str(_endpoint(app, url, "GET")))
        if page.status in (403, 404):
            walker.found.refused.append(url)
        elif page.status != 200:
            walker.found.problems.append(f"{url} answers {page.status}")
        walker.seen.add(url)
        walker.keep(page)
    walker.follow()
    return walker.found


def _open(client: PageClient, url: str, endpoint: str) -> Page:
    """The page, or the one a declared redirect leads to."""
    answer = client.client.get(url, buffered=True)
    answer.close()
    if answer.status_code in (302, 303) and endpoint in REDIRECTS:
        url = urljoin(url, answer.headers["Location"])
        answer = client.client.get(url, buffered=True)
        answer.close()
    text = answer.text if answer.mimetype == "text/html" else ""
    return Page(url, endpoint, answer.status_code, text)


def _look(app: Flask, found: Walk, page: Page) -> list[str]:
    """Note what is wrong with a page; return the internal links on it."""
    if page.status != 200:
        return []
    found.pages.append(page)
    if not page.text:
        return []
    try:
        check_page(page.text)
    except AssertionError as problem:
        found.problems.append(f"{page.url}: {problem}")
    words = re.sub(r"<[^>]*>", " ", "".join(MAIN.findall(page.text))).split()
    if len(words) < 4 or RAW.search(page.text):
        found.problems.append(f"{page.url}: {RAW.findall(page.text)} {' '.join(words)[:200]}")
    for form in FORM.findall(page.text):
        method = "POST" if 'method="post"' in form else "GET"
        action = unescape(_value(form, "action"))
        if _endpoint(app, urljoin(page.url, action), method) is None:
            found.problems.append(f"{page.url}: the form leads nowhere: {method} {action}")
    return list(_internal(found, page))


def _value(tag: str, name: str) -> str:
    value = re.search(rf'\b{name}="([^"]*)"', tag)
    return value[1] if value else ""


def _internal(found: Walk, page: Page) -> Iterable[str]:
    for link in map(unescape, LINK.findall(page.text)):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        if not (parts.path or parts.query or parts.fragment):
            found.problems.append(f"{page.url}: an empty link")
        elif link.startswith("#"):
            if f'id="{parts.fragment}"' not in page.text:
                found.problems.append(f"{page.url}: nothing has the id {parts.fragment}")
        else:
            yield urljoin(page.url, parts._replace(fragment="").geturl())


def _endpoint(app: Flask, url: str, method: str) -> str | None:
    parts = urlsplit(url)
    try:
        return str(app.url_map.bind("localhost").match(parts.path, method=method)[0])
    except (HTTPException, RequestRedirect):
        return None
