"""Reads what the script of a page sent."""

from typing import Any

from flask import abort, request

from lms.web.forms.asked import clean


def json_by_script() -> Any:
    """What a page's script sent, as it came; None for what is no JSON, however it was made."""
    try:
        return request.get_json(silent=True)
    except RecursionError:  # Nested deeper than the parser goes.
        return None


def sent_by_script() -> dict[str, str | int]:
    """The texts and whole numbers a page's script sent, by field; anything else, however made, is answered with 400."""
    sent = json_by_script()
    if not isinstance(sent, dict) or any(type(value) not in (str, int) for value in sent.values()):
        abort(400, "Open the page again before you save")
    return sent


def confirmed_by_script() -> bool:
    """Say whether the writer confirmed on the page that nobody can be identified from what its script sent."""
    return bool(sent_by_script().get("no_identifiers"))


def text_by_script() -> tuple[str, int]:
    """The text a page's script sent, as it is kept, and the version it was read at; anything else is answered 400."""
    sent = sent_by_script()
    text, version = sent.get("text"), sent.get("version")
    if not isinstance(text, str) or not isinstance(version, int):
        abort(400, "Send a text and its version")
    return clean(text), version
