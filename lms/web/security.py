"""Headers of every answer, addresses no page has, and the limit on forms that nobody is signed in for."""

import re
from collections.abc import Iterator, MutableMapping
from hashlib import sha256
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, flash, redirect, request, session
from flask.typing import ResponseReturnValue

from lms.core.identifiers import holds_nhs_number
from lms.web.access import FORM_ONLY, PUBLIC

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
PUBLIC_POSTS_PER_MINUTE = 30
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)  # Its digits are nobody's number.


def protect(response: Response) -> Response:
    """Set the headers that keep a page from being framed, sniffed, cached or run with foreign code."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.endpoint != "static" and not response.cache_control.private:
        headers["Cache-Control"] = "no-store"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def protect_file(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Set on static files what keeps a browser from guessing their type."""
    headers["X-Content-Type-Options"] = "nosniff"


def refuse_nul() -> None:
    """Refuse a NUL in the address: nothing is named with one, and PostgreSQL keeps none in a text."""
    if "\0" in request.path or any("\0" in text for text in _told()):
        abort(404)


def drop_nhs_numbers() -> ResponseReturnValue | None:
    """Answer an address whose query holds an NHS number without looking anything up, and without the query.

    So it is in no link of a page, no address of a later one and nowhere on a way through sign-in.
    """
    if request.method in ("GET", "HEAD") and any(holds_nhs_number(_ID.sub("x", each)) for each in _told()):
        flash("Nothing is looked up by an NHS number here. Search without it.", "important")
        return redirect(f"/{quote(request.path.lstrip('/'))}")  # Never another site.
    return None


def _told() -> Iterator[str]:
    return (text for pair in request.args.items(multi=True) for text in pair)


def throttle() -> None:
    """Refuse an address that sends too many public forms in a minute, or a device too many of its one form.

    Runs before any row of a session is read. Many devices of a hospital share one address.
    """
    if request.method != "POST" or request.endpoint is None:
        return
    access = getattr(current_app.view_functions[request.endpoint], "access", None)
    if access not in (PUBLIC, FORM_ONLY):
        return
    token = session.get("form_token") if access == FORM_ONLY else None
    sender = (
        f"form {sha256(token.encode()).hexdigest()}" if isinstance(token, str) else request.remote_addr or "unknown"
    )
    if not current_app.extensions["limiter"].hit(sender):
        abort(429)


def register_security(app: Flask) -> None:
    """Refuse what no page takes, then count, before all else; put the headers on every answer."""
    app.before_request(refuse_nul)
    app.before_request(drop_nhs_numbers)
    app.before_request(throttle)
    app.after_request(protect)
