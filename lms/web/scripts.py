"""Reads what the script of a page sent."""

from flask import abort, request

from lms.web.forms.asked import clean


def sent_by_script() -> dict[str, str | int]:
    """The texts and whole numbers a page's script sent, by field; anything else, however made, is answered with 400."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # Nested deeper than the parser goes.
        sent = None
    if not isinstance(sent, dict) or any(type(value) not in (str, int) for value in sent.values()):
        abort(400, "Open the page again before you save")
    return sent


def text_by_script() -> tuple[str, int]:
    """The text a page's script sent, as it is kept, and the version it was read at; anything else is answered 400."""
    sent = sent_by_script()
    text, version = sent.get("text"), sent.get("version")
    if not isinstance(text, str) or not isinstance(version, int):
        abort(400, "Send a text and its version")
    return clean(text), version
