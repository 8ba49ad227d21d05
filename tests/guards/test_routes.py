"""Addresses: plural or plain nouns, kebab-case, typed arguments; templates named after their endpoint."""

import re

from flask import Flask


def test_addresses_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
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
