"""The one way a reading request may write: named operational work, after the answer or just before it is sent."""

import logging
from collections.abc import Callable

from flask import Flask, Response, current_app, g

log = logging.getLogger(__name__)
ALLOWED = frozenset({"audit.note_reading", "identity.touch_session"})


def before_response(name: str, work: Callable[[], None]) -> None:
    """Do this now: if it fails, there is no answer. Only the named operational writes may use it."""
    _check_allowed(name)
    work()


def after_response(name: str, work: Callable[[], None]) -> None:
    """Do this once the answer is on its way. Only the named operational writes may use it."""
    _check_allowed(name)
    g.setdefault("after_response", []).append(work)


def _check_allowed(name: str) -> None:
    if name not in ALLOWED:
        raise ValueError(f"{name} may not write on a reading request: see lms/web/after.py")


def attach(response: Response) -> Response:
    """Hang the waiting work on the end of the answer."""
    waiting: list[Callable[[], None]] = g.pop("after_response", [])
    if waiting:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        response.call_on_close(lambda: _run(app, waiting))
    return response


def _run(app: Flask, waiting: list[Callable[[], None]]) -> None:
    with app.app_context():
        for work in waiting:
            try:
                work()
            except Exception:  # The answer is out; what is lost is a time stamp.
                log.exception("work after the answer failed")
