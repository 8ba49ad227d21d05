"""Pages about shifts that are entered late: why a day is locked, and unlocking it."""

from datetime import date, timedelta
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee
from lms.placements import queries, services
from lms.placements.forms import AskToUnlockForm, UnlockForm
from lms.placements.rules.late_entry import LOG_WITHIN_DAYS, OPEN_USUALLY
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/hours/late-entries", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def show_late_entries() -> ResponseReturnValue:
    """Say why a day is locked and which days are open, and ask for one to be unlocked."""
    form = AskToUnlockForm(data={"worked_on": request.args.get("day", type=date.fromisoformat)})
    if form.validate_on_submit():
        try:
            services.ask_to_unlock(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("They have been told. You are told when the day is unlocked")
            return redirect(url_for(".show_late_entries"))
    return form_page(
        "placements/show_late_entries.html",
        form,
        within=LOG_WITHIN_DAYS,
        who_unlock=queries.list_who_unlock(viewer().id),
        unlocked=queries.list_unlocked(viewer().id),
        today=today(),
    )


@bp.route("/trainees/<uuid:trainee_id>/late-entries", methods=["GET", "POST"])
@requires(Permission.HOURS_UNLOCK)
def unlock_days(trainee_id: UUID) -> ResponseReturnValue:
    """Ask which days to unlock, until when and why."""
    trainee = get_trainee(viewer(), trainee_id, Permission.HOURS_UNLOCK)
    asked = request.args.get("day", type=date.fromisoformat)
    form = UnlockForm(data={"from_on": asked, "until_on": asked, "open_until": today() + timedelta(days=OPEN_USUALLY)})
    if form.validate_on_submit():
        try:
            services.unlock_days(viewer(), trainee_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The days are unlocked and the trainee has been told")
            return redirect(url_for(".unlock_days", trainee_id=trainee_id))
    return form_page(
        "placements/unlock_days.html",
        form,
        trainee=trainee,
        within=LOG_WITHIN_DAYS,
        unlocked=queries.list_unlocked(trainee_id),
        today=today(),
    )
