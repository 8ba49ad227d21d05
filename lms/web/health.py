"""Whether this process can serve: database, migrations, content."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lms.web.access import public

bp = Blueprint("health", __name__)
_checks: dict[str, Callable[[], tuple[bool, str]]] = {}


def use_health_check(name: str, check: Callable[[], tuple[bool, str]]) -> None:
    """Add a check: it says whether all is well, and a word about it."""
    _checks[name] = check


@bp.get("/healthz")
@public
def show_health() -> ResponseReturnValue:
    """Answer 200 when everything this process needs is there, else 503, and say what."""
    answer: dict[str, str] = {}
    well = True
    for name, check in _checks.items():
        try:
            fine, word = check()
        except Exception as error:  # A health page answers whatever is broken.
            fine, word = False, type(error).__name__
        well = well and fine
        answer[name] = word
    return {"status": "ok" if well else "unavailable", **answer}, 200 if well else 503
