"""Pages for what one signs with on somebody else's phone: a PIN, and passkeys."""

import json
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.identity import queries, rules, services
from lms.identity.forms import NewPasskeyForm, PasskeyForm, PinForm
from lms.identity.rules import CredentialKind
from lms.identity.services import passkeys, pins
from lms.identity.views.blueprint import bp
from lms.web.access import public, signed_in, viewer
from lms.web.forms import form_page
from lms.web.scripts import sent_by_script


@bp.route("/account/pin", methods=["GET", "POST"])
@signed_in
def set_pin() -> ResponseReturnValue:
    """Choose the PIN to sign with on somebody else's phone."""
    rules.check_signs_elsewhere(viewer().roles)
    form = PinForm()
    if form.validate_on_submit():
        try:
            pins.set_pin(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your PIN is set.")
            return redirect(url_for(".show_account"))
    has_pin = queries.find_credential(viewer().id, CredentialKind.PIN) is not None
    return form_page("identity/set_pin.html", form, has_pin=has_pin)


@bp.post("/account/pin/remove")
@signed_in
def remove_pin() -> ResponseReturnValue:
    """Forget one's PIN."""
    pins.remove_pin(viewer())
    flash("Your PIN is removed.")
    return redirect(url_for(".show_account"))


@bp.route("/account/passkeys/new", methods=["GET", "POST"])
@signed_in
def add_passkey() -> ResponseReturnValue:
    """Name a passkey and keep what the browser made."""
    rules.check_signs_elsewhere(viewer().roles)
    form = NewPasskeyForm()
    if form.validate_on_submit():
        try:
            passkeys.finish_passkey_registration(viewer(), form.passkey.data or "", form.name.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"The passkey {form.name.data} is added.")
            return redirect(url_for(".show_account"))
    form.passkey.data = ""  # What was refused is not sent again.
    return form_page("identity/add_passkey.html", form, passkeys_work=passkeys.passkeys_work())


@bp.post("/account/passkeys/begin")
@signed_in
def begin_passkey() -> ResponseReturnValue:
    """What the browser needs to make a passkey, for somebody who says their password again."""
    password = sent_by_script().get("password", "")
    rules.check_signs_elsewhere(viewer().roles)
    try:
        services.check_current_password(viewer(), str(password), field="password")
        options = passkeys.begin_passkey_registration(viewer())
    except RuleViolation as problem:
        return {"error": problem.message}, 422
    return {"options": json.loads(options)}


@bp.post("/account/passkeys/<uuid:passkey_id>/remove")
@signed_in
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Forget one of one's passkeys."""
    passkeys.remove_passkey(viewer(), passkey_id)
    flash("The passkey is removed. Delete it on your device as well.")
    return redirect(url_for(".show_account"))


@bp.post("/account/passkeys/try")
@signed_in
def try_passkey() -> ResponseReturnValue:
    """Say whether a passkey is accepted at this device, and whose it is not."""
    rules.check_signs_elsewhere(viewer().roles)
    form = PasskeyForm()
    permission = next(each for each in rules.SIGNS_ELSEWHERE if viewer().may(each))
    try:
        owner = passkeys.finish_passkey_assertion(
            form.challenge.data or "", form.passkey.data or "", permission=permission
        )
    except RuleViolation as problem:
        flash(problem.message, "important")
    else:
        if owner == viewer().id:
            flash("Your passkey works here.")
        else:
            flash("This is somebody else’s passkey.", "important")
    return redirect(url_for(".show_account"))


@bp.post("/passkeys/assertion/begin")
@public
def begin_assertion() -> ResponseReturnValue:
    """What a browser needs to ask for a passkey; the form it stands in sends the answer with the challenge's name."""
    try:
        options, challenge = passkeys.begin_passkey_assertion()
    except RuleViolation as problem:
        return {"error": problem.message}, 422
    return {"options": json.loads(options), "challenge": challenge}
