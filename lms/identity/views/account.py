"""One's own account, and the table of who may see what."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from lms.core.errors import RuleViolation
from lms.identity import queries, rules, services
from lms.identity.forms import ChangePasswordForm, PasskeyForm
from lms.identity.rules import CredentialKind
from lms.identity.services.passkeys import passkeys_work
from lms.identity.views.blueprint import bp
from lms.identity.views.session import session_limits
from lms.policy import Role
from lms.web.access import current, public, signed_in, viewer
from lms.web.forms import form_page


@bp.get("/account")
@signed_in
def show_account() -> ResponseReturnValue:
    """The viewer's own account: roles, second factor and devices."""
    found = current()
    return render_template(
        "identity/show_account.html",
        person=queries.get_person(viewer(), viewer().id),
        has_second_factor=queries.find_credential(viewer().id, CredentialKind.TOTP) is not None,
        signs_elsewhere=rules.may_sign_elsewhere(viewer().roles),
        has_pin=queries.find_credential(viewer().id, CredentialKind.PIN) is not None,
        passkeys=queries.list_passkeys(viewer()),
        passkeys_work=passkeys_work(),
        try_form=PasskeyForm(),
        sessions=queries.list_sessions(viewer(), **session_limits()),
        this_session=found.session_id if found else None,
    )


@bp.post("/account/role")
@signed_in
def switch_role() -> ResponseReturnValue:
    """Act in another role of the viewer's, without signing in again."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        raise NoPage from None
    services.act_as(viewer(), role, session["token"])
    return redirect("/")


@bp.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, this device included."""
    services.end_all_sessions(viewer().id)
    session.clear()
    flash("You are signed out on all devices.")
    return redirect(url_for(".sign_in"))


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def change_password() -> ResponseReturnValue:
    """Change one's own password; every device has to sign in again."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            services.change_password(viewer(), current=form.current.data, password=form.password.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            session.clear()
            flash("Your password is changed. Sign in with the new one.")
            return redirect(url_for(".sign_in"))
    return form_page("identity/change_password.html", form)


@bp.get("/who-may-see-what")
@public
def who_may_see() -> ResponseReturnValue:
    """What each kind of person may see of a trainee; a trainee also sees who that is for their own record."""
    found = current()
    is_trainee = found is not None and found.detour is None and Role.TRAINEE in found.viewer.roles
    watchers = queries.list_watchers(found.viewer) if found is not None and is_trainee else []
    return render_template("identity/who_may_see.html", watchers=watchers, is_trainee=is_trainee)
