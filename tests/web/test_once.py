from uuid import UUID

import pytest
from flask import Flask, redirect, url_for

from lms.core.requests import RequestKey, current_request
from lms.web import once

KEY = RequestKey(UUID(int=1), UUID(int=2), "digest", claimed=True)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that receipts of forms would hold."""
    found: list[str] = []
    monkeypatch.setattr(once, "_note", [lambda person_id, request_id, location: found.append(location)])
    return found


def send(app: Flask, location: str, root: str = "") -> None:
    with app.test_request_context("/", base_url=f"http://localhost{root}", method="POST"):
        current_request.set(KEY)
        once.remember(redirect(location))


def test_no_address_with_a_token_is_kept(app: Flask, kept: list[str]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    assert len(rules) >= 5
    for rule in rules:
        with app.test_request_context():
            location = url_for(rule.endpoint, token="s3cret")
        for address in (location, f"{location}?a=1#b", f"http://localhost{location}", location.replace("s3", "/s3")):
            send(app, address)
        send(app, f"/below{location}", root="/below")
    assert set(kept) == {"/"}
    assert len(kept) == 5 * len(rules)


def test_any_other_address_is_kept_as_it_is(app: Flask, kept: list[str]) -> None:
    addresses = ["/", "/signatures", f"/assessments/{UUID(int=3)}?page=2", "/sign", "/sign/decline"]
    for address in addresses:
        send(app, address)
    send(app, "/below/signatures", root="/below")
    assert kept == [*addresses, "/below/signatures"]
