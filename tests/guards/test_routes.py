"""Addresses: plural or plain nouns, kebab-case, typed arguments, and nothing in them that a database refuses."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from tests.client import PageClient
from tests.guards.test_access import url_of

FOR_BROWSERS = {"/manifest.webmanifest", "/sw.js"}  # Named as browsers expect.


def test_addresses_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule in FOR_BROWSERS:
            continue
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/-]*", fixed), rule.rule


def test_ids_in_addresses_are_typed(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for argument in re.findall(r"<([^>]+)>", rule.rule):
            if argument.endswith("_id"):
                assert argument.startswith("uuid:"), rule.rule


def test_no_two_views_share_an_address(app: Flask) -> None:
    seen = [
        (re.sub(r":\w+>", ":x>", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    ]
    assert len(seen) == len(set(seen))


def test_no_address_takes_a_nul(app: Flask) -> None:
    client, tried = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        texts = [name for name, converter in rule._converters.items() if "uuid" not in repr(converter).lower()]
        url = url_of(app, rule)
        for method in methods:
            assert client.open(f"{url}?code=a%00b", method=method).status_code == 404, (method, rule.rule)
            assert client.open(f"{url}?a%00b=code", method=method).status_code == 404, (method, rule.rule)
            for name in texts:
                hostile = re.sub(rf"<(?:\w+:)?{name}>", "a%00b", rule.rule)
                hostile = re.sub(r"<[^>]+>", "x", re.sub(r"<uuid:\w+>", str(UUID(int=7)), hostile))
                answer = client.open(hostile, method=method)
                assert answer.status_code == 404, (method, hostile)
                tried += 1
    assert tried > 20


@pytest.mark.both_databases
def test_a_nul_in_an_address_or_a_form_is_no_error_of_the_service(
    app: Flask, sign_in: Callable[[str], PageClient]
) -> None:
    trainee, administrator = sign_in("trainee"), sign_in("administrator")
    for url in ("/cases/a%00b", "/modules/%00", "/readings/a%00b", "/cases/a%00b/discussion"):
        trainee.get(url, 404)
    trainee.get("/assessments/ask?code=%00", 404)
    administrator.get("/people?search=a%00b", 404)
    assert app.test_client().get("/invitations/a%00b").status_code == 404
    sent = {"email": "a\0b@example.org", "password": "a\0b"}
    assert app.test_client().post("/sign-in", data=sent).status_code == 422
    assert app.test_client().post("/sign-in/example", data=sent).status_code == 404
    university = {"name": "North\0mere"}
    assert administrator.client.post("/universities/new", data=university).status_code < 500
