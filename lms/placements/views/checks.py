"""Pages on which the administrator keeps the checks of people."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.files.services import path_of
from lms.placements import queries, services
from lms.placements.forms import CheckCorrectionForm, CheckForm
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/people/<uuid:person_id>/checks")
@requires(Permission.CHECK_MANAGE)
def list_checks(person_id: UUID) -> ResponseReturnValue:
    """The checks of one person, with their dates."""
    person, rows = queries.list_checks(viewer(), person_id)
    return render_template(
        "placements/list_checks.html",
        person=person,
        rows=rows,
        items=queries.list_trust_items(viewer(), person_id),
        today=today(),
    )


@bp.route("/people/<uuid:person_id>/checks/record", methods=["GET", "POST"])
@requires(Permission.CHECK_MANAGE)
def record_check(person_id: UUID) -> ResponseReturnValue:
    """Record a check of one person."""
    person, _ = queries.list_checks(viewer(), person_id)
    form = CheckForm()
    if form.validate_on_submit():
        try:
            services.record_check(viewer(), person_id, **_with_upload(form.answers))
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Check recorded")
            return redirect(url_for(".list_checks", person_id=person_id))
    return form_page("placements/record_check.html", form, person=person)


@bp.route("/people/<uuid:person_id>/checks/<uuid:check_id>/correct", methods=["GET", "POST"])
@requires(Permission.CHECK_MANAGE)
def correct_check(person_id: UUID, check_id: UUID) -> ResponseReturnValue:
    """Correct a check that was recorded wrongly; both stay in the record."""
    check = queries.get_check(viewer(), person_id, check_id)
    form = CheckCorrectionForm(
        data={
            "check_kind": check.check_kind,
            "issued_on": check.issued_on,
            "valid_until": check.valid_until,
            "reference": check.reference.text if check.reference else "",
        }
    )
    if form.validate_on_submit():
        try:
            services.record_check(viewer(), person_id, supersedes_id=check_id, **_with_upload(form.answers))
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Check corrected")
            return redirect(url_for(".list_checks", person_id=person_id))
    return form_page("placements/correct_check.html", form, person_id=person_id, check=check)


@bp.route("/people/<uuid:person_id>/checks/<uuid:check_id>/proof")
@requires(Permission.CHECK_MANAGE)
def download_proof(person_id: UUID, check_id: UUID) -> ResponseReturnValue:
    """The scan of a certificate, as a download and never shown in the page."""
    stored, path = path_of(queries.get_proof_id(viewer(), person_id, check_id))
    return send_file(path, mimetype=stored.media_type, as_attachment=True, download_name=stored.name)


def _with_upload(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with the uploaded file as the service takes it."""
    sent = answers.pop("proof")
    return {**answers, "proof": sent.stream if sent else None}
