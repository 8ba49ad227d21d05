"""Reads what the script of a page sent."""

from typing import Any

from flask import request


def sent_by_script() -> dict[str, Any]:
    """The JSON object a page's script sent; empty for anything else, however it is made."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # Nested deeper than the parser goes.
        return {}
    return sent if isinstance(sent, dict) else {}
