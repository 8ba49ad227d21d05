"""Pages after a hard shift: whom to turn to, asking for a debrief, and answering such a request."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.placements import queries, services
from lms.placements.forms import AskDebriefForm, ConfirmForm, PassOnDebriefForm
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.route("/hours/support", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def show_support() -> ResponseReturnValue:
    """Say whom to turn to after a hard shift, and offer to ask for a debrief. Nothing is kept unless it is asked."""
    people = queries.list_who_debrief(viewer().id, _supervisor_id())
    form = AskDebriefForm()
    form.asked_of_id.choices = [SelectChoice(str(each.id), each.name) for each in people if each.id != viewer().id]
    if form.validate_on_submit():
        try:
            services.ask_debrief(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("They have been told that you ask for a debrief, and nothing else.")
            return redirect(url_for(".show_support"))
    return form_page("placements/show_support.html", form, asked=queries.list_own_debriefs(viewer()))


def _supervisor_id() -> UUID | None:
    """The supervisor of the shift the page was opened from, else of the last one."""
    shift_id = request.args.get("shift", type=UUID)
    if shift_id is not None:
        return queries.get_own_shift(viewer(), shift_id).row.fact.supervisor_id
    last = queries.find_last_time(viewer())
    return last.supervisor_id if last else None


@bp.post("/debriefs/<uuid:request_id>/take-back")
@requires(Permission.HOURS_LOG)
def take_back_debrief(request_id: UUID) -> ResponseReturnValue:
    """Take one's own request for a debrief back."""
    if ConfirmForm().validate_on_submit():
        try:
            services.take_back_debrief(viewer(), request_id)
        except RuleViolation as problem:
            flash(problem.message, "important")
        else:
            flash("Your request is taken back")
    return redirect(url_for(".show_support"))


@bp.get("/debriefs")
@requires(Permission.DEBRIEF_ANSWER)
def list_debriefs() -> ResponseReturnValue:
    """List who asks the viewer for a debrief."""
    return render_template("placements/list_debriefs.html", rows=queries.list_debriefs_asked(viewer()))


@bp.post("/debriefs/<uuid:request_id>/held")
@requires(Permission.DEBRIEF_ANSWER)
def hold_debrief(request_id: UUID) -> ResponseReturnValue:
    """Mark a debrief as held."""
    if ConfirmForm().validate_on_submit():
        try:
            services.hold_debrief(viewer(), request_id)
        except RuleViolation as problem:
            flash(problem.message, "important")
        else:
            flash("Marked as held. What was said is recorded nowhere.")
    return redirect(url_for(".list_debriefs"))


@bp.route("/debriefs/<uuid:request_id>/pass-on", methods=["GET", "POST"])
@requires(Permission.DEBRIEF_ANSWER)
def pass_on_debrief(request_id: UUID) -> ResponseReturnValue:
    """Ask who takes a request over, and pass it on."""
    row = queries.get_debrief_asked(viewer(), request_id)
    form = PassOnDebriefForm()
    form.to_id.choices = [
        SelectChoice(str(each.id), each.name) for each in queries.list_who_take_over(row.trainee_id, not_id=viewer().id)
    ]
    if form.validate_on_submit():
        try:
            services.pass_on_debrief(viewer(), request_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The request is passed on and the trainee has been told")
            return redirect(url_for(".list_debriefs"))
    return form_page("placements/pass_on_debrief.html", form, row=row)
