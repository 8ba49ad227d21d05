"""Pages on which supervisors approve and query the shifts that name them."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now
from lms.core.errors import RuleViolation
from lms.core.words import duration, join_words, number_of
from lms.placements import queries, services
from lms.placements.forms import ApproveForm, ConfirmForm, QueryForm
from lms.placements.rules.activities import PULLED
from lms.placements.rules.waiting import WaitsOn, wait_of
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.route("/hours/waiting", methods=["GET", "POST"])
@requires(Permission.HOURS_APPROVE)
def list_waiting() -> ResponseReturnValue:
    """List the shifts that wait for the viewer by trainee and week, and approve a week or some of it."""
    rows = queries.list_open(viewer())
    weeks = queries.by_week(rows[WaitsOn.SUPERVISOR])
    form = ApproveForm()
    form.shifts.choices = [SelectChoice(str(row.fact.id), row.trainee_name) for week in weeks for row in week.rows]
    if form.validate_on_submit():
        try:
            services.approve_shifts(viewer(), form.shifts.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(_approved([row for row in rows[WaitsOn.SUPERVISOR] if row.fact.id in form.shifts.data]))
            return redirect(url_for(".list_waiting"))
    return form_page(
        "placements/list_waiting.html",
        form,
        weeks=[(week, ApproveForm(formdata=None)) for week in weeks],
        signed_by_guests=rows[WaitsOn.ADMINISTRATOR],
        wait_of=wait_of,
        now=now(),
        pulled_words=PULLED,
        decided=queries.list_supervised(viewer()),
        placements=queries.get_placements(),
    )


def _approved(rows: list[queries.ShiftRow]) -> str:
    """Whose shifts were approved, how many and how long they were."""
    names = join_words(sorted({row.trainee_name for row in rows}))
    hours = duration(sum(row.fact.minutes for row in rows))
    return f"{number_of(len(rows), 'shift')} of {names} approved: {hours}"


@bp.post("/hours/shifts/<uuid:shift_id>/approval")
@requires(Permission.HOURS_APPROVE)
def approve_shift(shift_id: UUID) -> ResponseReturnValue:
    """Approve one shift."""
    if ConfirmForm().validate_on_submit():
        try:
            services.approve_shifts(viewer(), [shift_id])
        except RuleViolation as problem:
            flash(problem.message, "important")
        else:
            flash("Shift approved")
    return redirect(url_for(".show_shift", shift_id=shift_id))


@bp.route("/hours/shifts/<uuid:shift_id>/query", methods=["GET", "POST"])
@requires(Permission.HOURS_APPROVE)
def query_shift(shift_id: UUID) -> ResponseReturnValue:
    """Ask the trainee to check a shift."""
    page = queries.get_supervised_shift(viewer(), shift_id)
    form = QueryForm()
    if form.validate_on_submit():
        try:
            services.query_shift(viewer(), shift_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Query sent. The trainee has been told.")
            return redirect(url_for(".list_waiting"))
    return form_page("placements/query_shift.html", form, page=page)
