"""Headers of every answer, addresses no page has, and the limit on forms that nobody is signed in for."""

from collections.abc import MutableMapping
from hashlib import sha256

from flask import Flask, Response, abort, current_app, request, session

from lms.web.access import FORM_ONLY, PUBLIC

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
PUBLIC_POSTS_PER_MINUTE = 30


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
    told = (text for pair in request.args.items(multi=True) for text in pair)
    if "\0" in request.path or any("\0" in text for text in told):
        abort(404)


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
    app.before_request(throttle)
    app.after_request(protect)
