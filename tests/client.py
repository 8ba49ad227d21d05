"""A client without JavaScript that looks at every page it gets."""

from html.parser import HTMLParser
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.core.ids import new_id
from lms.identity import services

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Page(HTMLParser):
    """What a page must keep: balanced tags, one h1, a title, unique ids, labels, no inline style or script."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.ids: set[str] = set()
        self.labels: set[str] = set()
        self.fields: list[tuple[str, dict[str, str | None]]] = []
        self.counts: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            if found["id"] in self.ids:
                self.problems.append(f"id {found['id']} twice")
            self.ids.add(found["id"] or "")
        if "style" in found or tag == "style" or any(name.startswith("on") for name in found):
            self.problems.append(f"inline style or script on <{tag}>")
        if tag == "script" and "src" not in found:
            self.problems.append("inline script")
        if tag == "label" and found.get("for"):
            self.labels.add(found["for"] or "")
        if tag in ("input", "select", "textarea") and found.get("type") not in ("hidden", "submit"):
            self.fields.append((tag, found))
        if tag == "img" and "alt" not in found:
            self.problems.append("img without alt")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        else:
            self.open.pop()

    def verdict(self) -> list[str]:
        for name, wanted in (("h1", 1), ("title", 1), ("main", 1)):
            if self.counts.get(name, 0) != wanted:
                self.problems.append(f"{self.counts.get(name, 0)} <{name}>")
        for tag, field in self.fields:
            if field.get("id") not in self.labels and not field.get("aria-label") and not field.get("aria-labelledby"):
                self.problems.append(f"<{tag} name={field.get('name')}> without a label")
        return self.problems


def check_page(text: str) -> None:
    """Fail with what is wrong in the HTML of a page."""
    page = _Page()
    page.feed(text)
    problems = page.verdict()
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
