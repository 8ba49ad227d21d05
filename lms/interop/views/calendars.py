"""The private calendar of a person: its address, and the file behind it."""

from flask import Response, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from lms.config import Settings
from lms.core.errors import NotFound
from lms.interop.rules.calendar_ics import write_calendar
from lms.interop.views.blueprint import bp
from lms.placements.queries import find_feed_owner, find_own_feed, list_feed_entries
from lms.placements.services import make_feed, revoke_feed
from lms.web.access import public, signed_in, viewer


@bp.get("/calendar/<token>")
@public
def download_calendar(token: str) -> ResponseReturnValue:
    """The calendar of whoever has this address. A revoked address is no page."""
    owner = find_feed_owner(token)
    if owner is None:
        raise NotFound
    settings = _settings()
    text = write_calendar(list_feed_entries(owner), service_name=settings.service_name, base_url=settings.base_url)
    return Response(text, content_type="text/calendar; charset=utf-8")


@bp.get("/account/calendar")
@signed_in
def show_calendar() -> ResponseReturnValue:
    """Say whether the viewer's calendar has an address, and show one just made.

    The server keeps a digest alone, so what was just made stays in the viewer's own cookie until they sign out.
    """
    token = session.get("calendar_token")
    made = token if isinstance(token, str) and find_feed_owner(token) == viewer().id else None
    address = f"{_settings().base_url}{url_for('.download_calendar', token=made)}" if made else ""
    return render_template("interop/show_calendar.html", feed=find_own_feed(viewer()), address=address)


@bp.post("/account/calendar/address")
@signed_in
def make_address() -> ResponseReturnValue:
    """Make an address; an earlier one leads nowhere from now on."""
    session["calendar_token"] = make_feed(viewer())
    return redirect(url_for(".show_calendar"))


@bp.post("/account/calendar/revocation")
@signed_in
def revoke_address() -> ResponseReturnValue:
    """Let the address lead nowhere."""
    revoke_feed(viewer())
    session.pop("calendar_token", None)
    flash("The address no longer works. Remove the calendar from your phone or computer too.")
    return redirect(url_for(".show_calendar"))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
