"""Pages on which trainees report a risk at a placement and the consultant nurse deals with it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.audit.services import note_reading
from lms.core.errors import RuleViolation
from lms.placements import queries, services
from lms.placements.forms import RiskForm, StepForm
from lms.placements.rules.evaluations import next_steps
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.after import before_response
from lms.web.forms import SelectChoice, form_page

TOLD = "Your report has arrived. The consultant nurse has been told."
NOBODY_IN_POST = (
    "Your report is kept, but no consultant nurse is in post to read it. The administrators have been told that "
    "somebody has to be. If it cannot wait, tell the safeguarding team yourself."
)


@bp.route("/hours/sites/<uuid:site_id>/risk", methods=["GET", "POST"])
@requires(Permission.EVALUATION_GIVE)
def report_risk(site_id: UUID) -> ResponseReturnValue:
    """Say what to do in danger, then ask what put somebody at risk."""
    row = queries.get_own_placement(viewer(), site_id)
    form = RiskForm()
    if form.validate_on_submit():
        try:
            made = services.report_risk(viewer(), site_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(TOLD if made.has_reader else NOBODY_IN_POST)
            return redirect(url_for(".list_own_placements"))
    return form_page("placements/report_risk.html", form, row=row)


@bp.get("/safeguarding")
@requires(Permission.SAFEGUARDING_READ)
def list_reports() -> ResponseReturnValue:
    """List the reports of a risk, those that are open first."""
    return render_template("placements/list_reports.html", rows=queries.list_reports(viewer()))


@bp.route("/safeguarding/<uuid:report_id>", methods=["GET", "POST"])
@requires(Permission.SAFEGUARDING_READ)
def show_report(report_id: UUID) -> ResponseReturnValue:
    """Show one report, what was done, and ask what is done next; who reads it is noted before its text is sent."""
    who, page = viewer(), queries.get_report(viewer(), report_id)
    form = StepForm()
    form.outcome.choices = [SelectChoice(each.value, each.label) for each in next_steps(page.row.outcomes)]
    if form.validate_on_submit():
        try:
            services.take_step(who, report_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Noted. The trainee has been told where it stands.")
            return redirect(url_for(".show_report", report_id=report_id))
    before_response(
        "audit.note_reading",
        lambda: note_reading(who, about=page.trainee_id, what="safeguarding-report", record_id=report_id),
    )
    return form_page("placements/show_report.html", form, page=page)
