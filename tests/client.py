"""A client without JavaScript that looks at every page it gets."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.core.ids import new_id
from lms.identity import services

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TAG = re.compile(
    r"""(<!--.*?-->|<!doctype[^>]*>|</?[a-z][^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>)""", re.DOTALL | re.I
)
ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


@dataclass(frozen=True, slots=True)
class _Tag:
    """One tag as it stands in a page: most tags stand there again and again, and are read once."""

    name: str
    opens: bool
    closes: bool
    id: str | None = None
    names: str = ""  # The id of the field a label belongs to.
    unnamed: str = ""  # A field that needs a label, for somebody who looks for it.
    problems: tuple[str, ...] = ()


@lru_cache(maxsize=100_000)
def _read(text: str) -> _Tag | None:
    """The tag of a piece of markup; none for a comment or the doctype."""
    if text.startswith("<!"):
        return None
    name, _, rest = re.sub(r"^</?([\w-]+)", r"\1 ", text.removesuffix(">")).partition(" ")
    name = name.lower()
    if text.startswith("</"):
        return _Tag(name, opens=False, closes=name not in VOID)
    found = {key.lower(): a or b or c for key, a, b, c in ATTRIBUTE.findall(rest)}
    return _Tag(
        name,
        opens=name not in VOID,
        closes=text.endswith("/>") and name not in VOID,
        id=found.get("id"),
        names=found.get("for", "") if name == "label" else "",
        unnamed=f"<{name} name={found.get('name')}>" if _needs_label(name, found) else "",
        problems=tuple(_inside(name, found)),
    )


def _needs_label(name: str, found: dict[str, str]) -> bool:
    is_field = name in ("input", "select", "textarea") and found.get("type") not in ("hidden", "submit")
    return is_field and not found.get("aria-label") and not found.get("aria-labelledby")


def _inside(name: str, found: dict[str, str]) -> Iterator[str]:
    if "style" in found or name == "style" or any(key.startswith("on") for key in found):
        yield f"inline style or script on <{name}>"
    if name == "script" and "src" not in found:
        yield "inline script"
    if name == "img" and "alt" not in found:
        yield "img without alt"


def problems_of(text: str) -> list[str]:
    """What a page must keep: balanced tags, one h1, a title, unique ids, labels, no inline style or script."""
    pieces = TAG.split(text)
    problems = [f"a < that begins no tag: {piece[:80]}" for piece in pieces[::2] if "<" in piece]
    tags = [tag for tag in map(_read, pieces[1::2]) if tag is not None]
    is_open: list[str] = []
    for tag in tags:
        problems += tag.problems
        if tag.opens:
            is_open.append(tag.name)
        if tag.closes:
            if is_open[-1:] == [tag.name]:
                is_open.pop()
            else:
                problems.append(f"</{tag.name}> closes {is_open[-1:] or 'nothing'}")
    ids = Counter(tag.id for tag in tags if tag.id is not None)
    problems += [f"id {each} twice" for each, count in ids.items() if count > 1]
    counts = Counter(tag.name for tag in tags if tag.opens)
    problems += [f"{counts[name]} <{name}>" for name in ("h1", "title", "main") if counts[name] != 1]
    labels = {tag.names for tag in tags if tag.names}
    return problems + [f"{tag.unnamed} without a label" for tag in tags if tag.unnamed and tag.id not in labels]


def check_page(text: str) -> None:
    """Fail with what is wrong in the HTML of a page."""
    problems = problems_of(text)
    assert not problems, problems


class PageClient:
    """Wraps Flask's test client: each HTML page is checked, each form gets a fresh request id."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def sign_in(self, person_id: UUID) -> None:
        """Open a session for a person without asking for a password."""
        with self.app.app_context():
            token = services.open_session(person_id, device="test", second_factor=True)
        with self.client.session_transaction() as session:
            session["token"] = token

    def get(self, url: str, status: int = 200, **options: object) -> TestResponse:
        """Open a page; fails unless it answers with `status` and is well made."""
        return self._seen(self.client.get(url, **options), status)

    def post(
        self, url: str, data: dict[str, object] | None = None, status: int = 303, **options: object
    ) -> TestResponse:
        """Send a form; fails unless it answers with `status`."""
        fields = {"request_id": str(new_id()), **(data or {})}
        return self._seen(self.client.post(url, data=fields, **options), status)

    def follow(self, response: TestResponse) -> TestResponse:
        """Open the page a form led to."""
        return self.get(response.headers["Location"])

    @staticmethod
    def _seen(response: TestResponse, status: int) -> TestResponse:
        assert response.status_code == status, f"{response.request.path}: {response.status}\n{response.text[:1500]}"
        if response.mimetype == "text/html" and response.text and status not in (301, 302, 303):
            check_page(response.text)
        response.get_data()
        response.close()  # Work after the answer runs now, as it does behind a real server.
        return response
