"""Pages about the digest: how often it comes, and stopping it from the link in it."""

from uuid import UUID

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.config import Settings
from lms.core.errors import NotFound, Stale
from lms.home import queries, services
from lms.home.forms import DigestForm, StopDigestForm
from lms.home.rules import person_to_stop
from lms.home.views.blueprint import bp
from lms.web.access import public, signed_in, viewer
from lms.web.forms import form_page


@bp.route("/account/digest", methods=["GET", "POST"])
@signed_in
def choose_digest() -> ResponseReturnValue:
    """Choose how often the digest comes."""
    pace, version = queries.get_digest_setting(viewer())
    form = DigestForm(data={"pace": pace, "version": version})
    if form.validate_on_submit():
        try:
            services.choose_digest(viewer(), pace=form.pace.data, version=form.version.data)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Your choice is saved", "success")
            return redirect(url_for("identity.show_account"))
    return form_page("home/choose_digest.html", form)


@bp.route("/digest/stop/<token>", methods=["GET", "POST"])
@public
def stop_digest(token: str) -> ResponseReturnValue:
    """Ask whether the digest should stop, and stop it: opening the link alone changes nothing."""
    person_id = _person(token)
    form = StopDigestForm()
    if form.validate_on_submit():
        services.stop_digest(person_id)
        flash("The digest is stopped. You can have it again from your account page.", "success")
        return redirect(url_for("identity.sign_in"))
    return form_page("home/stop_digest.html", form)


def _person(token: str) -> UUID:
    settings: Settings = current_app.config["SETTINGS"]
    person_id = person_to_stop(settings.secret_key, token)
    if person_id is None:
        raise NotFound
    return person_id
