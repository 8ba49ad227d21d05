"""Who may reach a view: declared on the view, enforced by one hook. A view that declares nothing is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.policy import Permission, Viewer

PUBLIC = "public"
SIGNED_IN = "signed-in"
BEFORE_DETOUR = ("identity.sign_out", "identity.begin_second_factor")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a session says about its request: who, which session, and the endpoint that must come first, if any."""

    viewer: Viewer
    session_id: UUID
    detour: str | None = None


_loader: list[Callable[[str], SignedIn | None]] = []


def use_session_loader(loader: Callable[[str], SignedIn | None]) -> None:
    """Say how the token in the cookie becomes a signed-in person."""
    _loader[:] = [loader]


def public(view: View) -> View:
    """Declare that anybody may use the view."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Declare that every signed-in person may use the view."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare the permission a person needs to use the view."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


def viewer() -> Viewer:
    """The person who makes this request."""
    found = current()
    if found is None:
        raise RuntimeError("nobody is signed in: the view is not declared @signed_in or @requires")
    return found.viewer


def current() -> SignedIn | None:
    """Who is signed in, or None. Looked up once per request."""
    if "signed_in" not in g:
        token = session.get("token")
        g.signed_in = _loader[0](token) if isinstance(token, str) and _loader else None
    found: SignedIn | None = g.signed_in
    return found


def open_to_all(app: Flask, endpoint: str) -> None:
    """Declare that anybody may use a view that Flask itself brings."""
    app.view_functions[endpoint].access = PUBLIC  # type: ignore[union-attr]


def enforce() -> ResponseReturnValue | None:
    """Refuse a request unless its view declares access and the viewer has it."""
    if request.endpoint is None:
        return None  # No such page: Flask answers 404.
    declared = getattr(current_app.view_functions[request.endpoint], "access", None)
    if declared == PUBLIC:
        return None
    found = current()
    if found is None:
        return _ask_to_sign_in()
    if found.detour is not None:
        return None if request.endpoint in (found.detour, *BEFORE_DETOUR) else redirect(url_for(found.detour))
    if declared is None or (declared != SIGNED_IN and not found.viewer.may(declared)):
        abort(403)
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return {"error": "Sign in again"}, 401
    if request.method in ("GET", "HEAD") and request.endpoint != "home.show_home":
        return redirect(url_for("identity.sign_in", next=request.full_path.rstrip("?")))
    return redirect(url_for("identity.sign_in"))


def safe_next(target: str | None) -> str | None:
    """The page to return to after sign-in: a path of this app, never another site."""
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith("//"):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if "\\" not in target and not parts.scheme and not parts.netloc else None
