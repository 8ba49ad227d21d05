"""From the token in the cookie to the person who makes the request."""

from datetime import timedelta

from flask import current_app

from lms.config import Settings
from lms.core.clock import now
from lms.identity import queries, rules, services
from lms.identity.rules import CredentialKind, token_digest
from lms.policy import Viewer
from lms.web.access import SignedIn
from lms.web.after import after_response

TOUCH_EVERY = timedelta(minutes=1)


def session_limits() -> dict[str, timedelta]:
    """How long a session may be left alone, and how long it may last."""
    settings: Settings = current_app.config["SETTINGS"]
    return {
        "idle": timedelta(minutes=settings.session_idle_minutes),
        "longest": timedelta(hours=settings.session_hours),
    }


def load_session(token: str) -> SignedIn | None:
    """Who holds this session, if it is still live; with the endpoint they must pass first, if any."""
    settings: Settings = current_app.config["SETTINGS"]
    found = queries.find_session(token_digest(token))
    if found is None:
        return None
    row, person = found
    at = now()
    if not rules.session_is_live(created_at=row.created_at, seen_at=row.seen_at, at=at, **session_limits()):
        return None
    viewer = queries.find_viewer(person.id, row.acting_role)
    if viewer is None:
        return None
    if at - row.seen_at > TOUCH_EVERY:
        session_id = row.id  # The row itself is gone by the time the work is done.
        after_response("identity.touch_session", lambda: services.touch_session(session_id, at))
    detour = None
    if row.second_factor_at is None:
        detour = _detour(viewer, required=settings.second_factor_required)
    return SignedIn(viewer=viewer, session_id=row.id, detour=detour)


def _detour(viewer: Viewer, *, required: bool) -> str | None:
    """The page a password alone leads to: whoever has a second factor is asked for it, whether or not they need one."""
    if queries.find_credential(viewer.id, CredentialKind.TOTP) is not None:
        return "identity.enter_second_factor"
    return "identity.set_up_second_factor" if rules.needs_second_factor(viewer.roles, required=required) else None
