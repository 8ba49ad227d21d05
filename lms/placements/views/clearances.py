"""What stands before a placement: the trainee's own page, and the pages of those who clear it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.placements import queries, services
from lms.placements.forms import ClearanceCorrectionForm, ClearanceForm
from lms.placements.queries.clearance_ahead import get_people_to_clear, list_own_requirements
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/placements/before")
@requires(Permission.BOOKING_ASK)
def show_before_placement() -> ResponseReturnValue:
    """What the viewer has and lacks for their placements, and what that blocks."""
    return render_template(
        "placements/show_before_placement.html", page=queries.get_before_page(viewer()), today=today()
    )


@bp.get("/clearances")
@requires(Permission.CLEARANCE_RECORD)
def list_clearances() -> ResponseReturnValue:
    """What blocks bookings and waits for the viewer, and what they may record ahead."""
    return render_template(
        "placements/list_clearances.html",
        rows=queries.list_clearance_work(viewer()),
        requirements=list_own_requirements(viewer()),
    )


@bp.get("/clearances/ahead/<uuid:requirement_id>")
@requires(Permission.CLEARANCE_RECORD)
def list_people_to_clear(requirement_id: UUID) -> ResponseReturnValue:
    """For whom the viewer may record what a site asks for, whether or not anything is booked."""
    return render_template("placements/list_people_to_clear.html", page=get_people_to_clear(viewer(), requirement_id))


@bp.route("/trainees/<uuid:trainee_id>/clearances/<uuid:requirement_id>", methods=["GET", "POST"])
@requires(Permission.CLEARANCE_RECORD)
def record_clearance(trainee_id: UUID, requirement_id: UUID) -> ResponseReturnValue:
    """Show what is recorded of a requirement, ask from when the trainee has it, and record it."""
    task = queries.get_to_clear(viewer(), trainee_id, requirement_id)
    form = ClearanceForm(data={"issued_on": today()})
    if form.validate_on_submit():
        try:
            services.record_clearance(viewer(), trainee_id, requirement_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Clearance recorded. The trainee has been told.")
            return redirect(url_for(".list_clearances"))
    return form_page("placements/record_clearance.html", form, task=task, today=today())


@bp.route("/clearances/<uuid:clearance_id>/correct", methods=["GET", "POST"])
@requires(Permission.CLEARANCE_RECORD)
def correct_clearance(clearance_id: UUID) -> ResponseReturnValue:
    """Ask what is right about a clearance and why; both stay in the record."""
    task, row = queries.get_clearance(viewer(), clearance_id)
    form = ClearanceCorrectionForm(data={"issued_on": row.issued_on, "valid_until": row.valid_until})
    if form.validate_on_submit():
        try:
            services.record_clearance(
                viewer(), row.trainee_id, row.requirement_id, supersedes_id=clearance_id, **form.answers
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Clearance corrected. The trainee has been told.")
            url = url_for(".record_clearance", trainee_id=row.trainee_id, requirement_id=row.requirement_id)
            return redirect(url)
    return form_page("placements/correct_clearance.html", form, task=task)
