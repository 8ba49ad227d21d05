"""Signing in and out, second factors, invitations and forgotten passwords."""

from uuid import UUID

import segno
from flask import abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pyotp.totp import TOTP

from lms.config import Settings
from lms.core.errors import RuleViolation
from lms.identity import queries, rules, services
from lms.identity.forms import CodeForm, ForgottenPasswordForm, NewPasswordForm, PasswordAgainForm, SignInForm
from lms.identity.rules import CredentialKind, TokenKind
from lms.identity.services.sign_in import find_token, pending_second_factor
from lms.identity.views.blueprint import bp
from lms.web.access import current, public, safe_next, signed_in, viewer
from lms.web.forms import clean, form_page


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask who somebody is, then lead them to the page they wanted."""
    target = safe_next(request.args.get("next"))
    if current() is not None:
        return redirect(target or "/")
    form = SignInForm()
    if form.validate_on_submit():
        try:
            person = services.sign_in(form.email.data, form.password.data)
            rules.check_has_role(queries.roles_of(person.id))
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return _enter(person.id, target)
    settings: Settings = current_app.config["SETTINGS"]
    everybody = queries.list_example_accounts() if settings.demo else []
    first = queries.first_of_each_role(everybody)
    others = [account for account in everybody if account not in first]
    return form_page("identity/sign_in.html", form, accounts=first, others=others, target=target)


@bp.post("/sign-in/example")
@public
def sign_in_as_example() -> ResponseReturnValue:
    """Sign in as one of the fictional people. There is no such page outside demo mode."""
    settings: Settings = current_app.config["SETTINGS"]
    person = queries.find_account_by_email(clean(request.form.get("email"))) if settings.demo else None
    if person is None or not person.is_example or person.deactivated_at is not None:
        abort(404)
    return _enter(person.id, safe_next(request.form.get("next")))


def _enter(person_id: UUID, target: str | None) -> ResponseReturnValue:
    """Start a fresh session: whatever was in the cookie before does not survive a sign-in."""
    old = session.get("token")
    if isinstance(old, str):
        services.end_session(old)
    session.clear()
    g.pop("signed_in", None)
    session["token"] = services.open_session(person_id, device=request.user_agent.string or "Unknown device")
    return redirect(target or "/")


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session on this device."""
    services.end_session(session["token"])
    session.clear()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"))


@bp.route("/second-factor", methods=["GET", "POST"])
@signed_in
def enter_second_factor() -> ResponseReturnValue:
    """Ask for the code of the authenticator app."""
    found = current()
    if found is None or found.detour is None:
        return redirect("/")
    form = CodeForm()
    if form.validate_on_submit():
        try:
            services.pass_second_factor(session["token"], form.code.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect("/")
    return form_page("identity/enter_second_factor.html", form)


@bp.route("/second-factor/set-up", methods=["GET", "POST"])
@signed_in
def set_up_second_factor() -> ResponseReturnValue:
    """Connect an authenticator app: show the key, then ask for its first code."""
    actor = viewer()
    found = current()
    if queries.find_credential(actor.id, CredentialKind.TOTP) is not None and found is not None and found.detour:
        return redirect(url_for(".enter_second_factor"))
    form = CodeForm()
    form.code.description = "The six digits the app shows after you have added the key."
    if form.validate_on_submit():
        try:
            codes = services.confirm_second_factor(actor.id, form.code.data, token=session["token"])
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return render_template("identity/recovery_codes.html", codes=codes)
    secret = pending_second_factor(actor.id)
    settings: Settings = current_app.config["SETTINGS"]
    picture = None
    if secret is not None:
        uri = TOTP(secret).provisioning_uri(name=actor.name, issuer_name=settings.service_name)
        picture = Markup(segno.make(uri).svg_inline(scale=5, omitsize=True, svgclass="app-qr", lineclass=None))
    replaces = queries.find_credential(actor.id, CredentialKind.TOTP) is not None
    return form_page(
        "identity/set_up_second_factor.html",
        form,
        secret=secret,
        picture=picture,
        ask=PasswordAgainForm() if replaces else None,
    )


@bp.post("/second-factor/begin")
@signed_in
def begin_second_factor() -> ResponseReturnValue:
    """Make a new key for an authenticator app; whoever replaces one says their password again."""
    found = current()
    known = queries.find_credential(viewer().id, CredentialKind.TOTP)
    if known is not None and found is not None and found.detour:
        abort(404)
    try:
        if known is not None:
            services.check_current_password(viewer(), request.form.get("password", ""), field="password")
        services.begin_second_factor(viewer().id)
    except RuleViolation as problem:
        flash(problem.message, "important")
    return redirect(url_for(".set_up_second_factor"))


@bp.route("/invitations/<string:token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    """Choose the first password. Opening the link changes nothing; only the form uses it up."""
    if find_token(token, TokenKind.INVITATION) is None:
        return render_template("identity/used_link.html", what="invitation"), 404
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            person_id = services.accept_invitation(token, password=form.password.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return _enter_first(person_id)
    return form_page("identity/accept_invitation.html", form)


def _enter_first(person_id: UUID) -> ResponseReturnValue:
    """Sign somebody in for the first time, or say that they have no role and whom to ask."""
    try:
        rules.check_has_role(queries.roles_of(person_id))
    except RuleViolation as problem:
        flash(f"Your password is set. {problem.message}", "important")
        return redirect(url_for(".sign_in"))
    answer = _enter(person_id, None)
    flash("Your password is set.")
    return answer


@bp.route("/passwords/forgotten", methods=["GET", "POST"])
@public
def forget_password() -> ResponseReturnValue:
    """Send a link to choose a new password; the answer is the same whether or not the address is known."""
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        services.ask_password_reset(form.email.data)
        return render_template("identity/reset_sent.html", email=form.email.data)
    return form_page("identity/forget_password.html", form)


@bp.route("/password-resets/<string:token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password with a link from an email."""
    if find_token(token, TokenKind.PASSWORD_RESET) is None:
        return render_template("identity/used_link.html", what="link"), 404
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            services.reset_password(token, password=form.password.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            session.clear()
            flash("Your password is changed. Sign in with the new one.")
            return redirect(url_for(".sign_in"))
    return form_page("identity/reset_password.html", form)
