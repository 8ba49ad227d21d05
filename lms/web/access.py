"""Who may reach a view: declared on the view, enforced by one hook. A view that declares nothing is refused."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, abort, current_app, g, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.policy import Permission, Viewer

log = logging.getLogger(__name__)
PUBLIC = "public"
SIGNED_IN = "signed-in"
FORM_ONLY = "form-only"
BEFORE_DETOUR = ("identity.sign_out", "identity.begin_second_factor")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a session says about its request: who, which session, and the endpoint that must come first, if any."""

    viewer: Viewer
    session_id: UUID
    detour: str | None = None


@dataclass(frozen=True, slots=True)
class FormHolder:
    """Who holds a device that may fill in one form and nothing else: which form, about whom, and how they came to it.

    `person_id` is whom the link was sent to, or the supervisor who asks a patient or carer; `record_id` what was signed
    on this device, once it was.
    """

    purpose: str
    subject_id: UUID
    trainee_id: UUID
    channel: str
    person_id: UUID | None
    record_id: UUID | None


_loader: list[Callable[[str], SignedIn | None]] = []
_form_loader: list[Callable[[str], FormHolder | None]] = []
_used_up: list[tuple[Callable[[str], bool], str]] = []
_note: list[Callable[[Viewer], None]] = []


def use_session_loader(loader: Callable[[str], SignedIn | None]) -> None:
    """Say how the token in the cookie becomes a signed-in person."""
    _loader[:] = [loader]


def use_form_loader(
    loader: Callable[[str], FormHolder | None], was_used_up: Callable[[str], bool], thanks: str
) -> None:
    """Say how the form-only token in the cookie becomes the form it stands for, and what is shown for a used one.

    Who presses the last button twice has no form any more when the second press arrives: `thanks` is the page to see.
    """
    _form_loader[:] = [loader]
    _used_up[:] = [(was_used_up, thanks)]


def use_refusal_note(*notes: Callable[[Viewer], None]) -> None:
    """Say what is done when somebody sends a form they may not send, before they are refused."""
    _note[:] = notes


def public(view: View) -> View:
    """Declare that anybody may use the view."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Declare that every signed-in person may use the view."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def form_only(view: View) -> View:
    """Declare that only a device that was handed over, or that opened a link, may use the view."""
    view.access = FORM_ONLY  # type: ignore[attr-defined]
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


def known() -> Viewer | None:
    """Who makes this request, if that was looked up already; for what must not look it up itself."""
    found: SignedIn | None = g.get("signed_in") if has_request_context() else None
    return found.viewer if found else None


def form_holder() -> FormHolder:
    """The form this device may fill in."""
    found = current_form()
    if found is None:
        raise RuntimeError("no form is open on this device: the view is not declared @form_only")
    return found


def current_form() -> FormHolder | None:
    """The form this device may fill in, or None. Looked up once per request."""
    if "form_holder" not in g:
        token = session.get("form_token")
        g.form_holder = _form_loader[0](token) if isinstance(token, str) and _form_loader else None
    found: FormHolder | None = g.form_holder
    return found


def enter_form(token: str) -> None:
    """Put a form in the place of whatever this device's cookie held."""
    leave_form()
    session["form_token"] = token


def leave_form() -> None:
    """Empty this device's cookie: it stands at the sign-in page."""
    session.clear()
    g.pop("signed_in", None)
    g.pop("form_holder", None)


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
    if declared == FORM_ONLY:
        if (found := current()) is not None:
            _refuse(found.viewer)
            return redirect(url_for("home.show_home"))
        return None if current_form() is not None else _without_form()
    found = current()
    if found is None:
        return _ask_to_sign_in()
    if found.detour is not None:
        return None if request.endpoint in (found.detour, *BEFORE_DETOUR) else redirect(url_for(found.detour))
    if declared is None or (declared != SIGNED_IN and not found.viewer.may(declared)):
        _refuse(found.viewer)
        abort(403)
    return None


def _refuse(refused: Viewer) -> None:
    log.warning("refused: %s %s to %s", request.method, request.endpoint, refused.id)
    for note in _note if request.method == "POST" else ():
        note(refused)


def _without_form() -> ResponseReturnValue:
    token = session.get("form_token")
    for was_used_up, thanks in _used_up:
        if isinstance(token, str) and was_used_up(token):
            return redirect(url_for(thanks))
    return _ask_to_sign_in()


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
