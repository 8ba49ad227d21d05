"""Pages about signatures: receipts, records somebody did not sign, and signatures that were refused."""

import logging
from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.policy import Permission
from lms.signing import queries, services
from lms.signing.forms import DecideForm, DenyForm
from lms.signing.queries import find_form_session
from lms.signing.rules import Described, Purpose
from lms.signing.views.blueprint import bp
from lms.web.access import FormHolder, current, public, requires, viewer
from lms.web.forms import form_page

log = logging.getLogger(__name__)
_describe: dict[Purpose, Callable[[UUID], Described]] = {}


def use_description(purpose: Purpose, describe: Callable[[UUID], Described]) -> None:
    """Say how a signed record of one kind is described."""
    _describe[purpose] = describe


def load_form(token: str) -> FormHolder | None:
    """The form a form-only token stands for, while it may be filled in or was just signed."""
    row = find_form_session(token)
    if row is None:
        return None
    return FormHolder(
        purpose=row.purpose.value,
        subject_id=row.subject_id,
        trainee_id=row.trainee_id,
        channel=row.channel.value,
        person_id=row.person_id,
        record_id=row.record_id,
    )


@bp.route("/receipts/<token>", methods=["GET", "POST"])
@public
def show_receipt(token: str) -> ResponseReturnValue:
    """What was signed in somebody's name, and the way to say that it was not them. Opening it changes nothing."""
    receipt = queries.find_receipt(token)
    if receipt is None:
        if request.method == "POST":
            log.warning("refused: a receipt that never was, or has ended")
        return render_template("signing/ended_receipt.html"), 404
    record_id, purpose = receipt.record_id, receipt.purpose
    form = DenyForm()
    if form.validate_on_submit():
        try:
            services.deny(token, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Thank you. The record is suspended and the consultant nurse has been told.", "success")
            return redirect(url_for(".show_receipt", token=token) if current() is None else url_for("home.show_home"))
    return form_page(
        "signing/show_receipt.html",
        form,
        described=_describe[purpose](record_id),
        suspension=queries.find_suspension(record_id),
    )


@bp.get("/signatures")
@requires(Permission.SIGNATURE_DECIDE)
def list_suspensions() -> ResponseReturnValue:
    """Records somebody says they did not sign, and signatures that were refused."""
    return render_template(
        "signing/list_suspensions.html",
        rows=queries.list_suspensions(viewer()),
        refused=queries.list_refused(viewer(), request.args.get("page", 1, type=int)),
    )


@bp.route("/signatures/<uuid:suspension_id>", methods=["GET", "POST"])
@requires(Permission.SIGNATURE_DECIDE)
def show_suspension(suspension_id: UUID) -> ResponseReturnValue:
    """One record somebody says they did not sign, and the decision about it."""
    row = queries.get_suspension(viewer(), suspension_id)
    form = DecideForm()
    if form.validate_on_submit():
        try:
            services.decide(viewer(), suspension_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your decision is recorded and the trainee has been told", "success")
            return redirect(url_for(".show_suspension", suspension_id=suspension_id))
    return form_page("signing/show_suspension.html", form, row=row, described=_describe[row.purpose](row.record_id))
