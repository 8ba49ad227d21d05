"""Pages on which trainees log, correct and withdraw shifts and note encounters."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import to_london
from lms.core.errors import RuleViolation
from lms.identity.queries import may_towards
from lms.placements import queries, services
from lms.placements.forms import ConfirmForm, CorrectionForm, EncounterForm, ShiftForm, finds
from lms.placements.rules import times
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.route("/hours/shifts/new", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def log_shift() -> ResponseReturnValue:
    """Ask for a shift, with what was entered last time filled in, and log it."""
    last = queries.find_last_time(viewer())
    form = ShiftForm(
        data={"site_id": last.site_id, "supervisor_id": last.supervisor_id, "break_minutes": last.break_minutes}
        if last
        else {}
    )
    _offer_choices(form)
    if form.validate_on_submit():
        try:
            shift = services.log_shift(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Shift logged. Your supervisor has been told.")
            return redirect(url_for(".show_shift", shift_id=shift.id))
    return form_page("placements/log_shift.html", form, finds=finds(form.note))


@bp.get("/hours/shifts/<uuid:shift_id>")
@requires(Permission.HOURS_READ)
def show_shift(shift_id: UUID) -> ResponseReturnValue:
    """Show one shift with its decisions and, to the trainee, its encounters."""
    form = EncounterForm(formdata=None)
    return render_template("placements/show_shift.html", form=form, **_shift_page(shift_id))


@bp.route("/hours/shifts/<uuid:shift_id>/correction", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def correct_shift(shift_id: UUID) -> ResponseReturnValue:
    """Ask what really happened and replace the shift."""
    page = queries.get_own_shift(viewer(), shift_id)
    fact = page.row.fact
    started, ended = to_london(fact.started_at), to_london(fact.ended_at)
    form = CorrectionForm(
        data={
            "site_id": page.site_id,
            "supervisor_id": fact.supervisor_id,
            "worked_on": started.date(),
            "starts": started.time(),
            "ends": ended.time(),
            "starts_repeated": times.Repeated.SECOND if started.fold else None,
            "ends_repeated": times.Repeated.SECOND if ended.fold else None,
            "break_minutes": fact.break_minutes,
            "note": page.note,
        }
    )
    _offer_choices(form)
    if form.validate_on_submit():
        try:
            shift = services.correct_shift(viewer(), shift_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Correction sent. Your supervisor has been told.")
            return redirect(url_for(".show_shift", shift_id=shift.id))
    return form_page("placements/correct_shift.html", form, page=page, finds=[*finds(form.note), *finds(form.reason)])


@bp.route("/hours/shifts/<uuid:shift_id>/withdrawal", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def withdraw_shift(shift_id: UUID) -> ResponseReturnValue:
    """Ask whether to take a shift back, and do it."""
    page = queries.get_own_shift(viewer(), shift_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.withdraw_shift(viewer(), shift_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Shift withdrawn")
            return redirect(url_for(".show_own_hours"))
    return form_page("placements/withdraw_shift.html", form, page=page)


@bp.post("/hours/shifts/<uuid:shift_id>/encounters")
@requires(Permission.HOURS_LOG)
def add_encounter(shift_id: UUID) -> ResponseReturnValue:
    """Note one contact of the shift."""
    queries.get_own_shift(viewer(), shift_id)
    form = EncounterForm()
    if form.validate_on_submit():
        try:
            services.add_encounter(viewer(), shift_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Contact added")
            return redirect(url_for(".show_shift", shift_id=shift_id, _anchor="contacts"))
    return form_page("placements/show_shift.html", form, **_shift_page(shift_id))


def _shift_page(shift_id: UUID) -> dict[str, object]:
    who, page = viewer(), queries.get_shift(viewer(), shift_id)
    is_own = page.row.trainee_id == who.id
    return {
        "page": page,
        "approval": ConfirmForm(formdata=None),
        "placements": queries.get_placements(),
        "clock_change": times.clock_change_note(page.row.fact.span),
        "is_own": is_own,
        "may_decide": queries.may_decide(who, page),
        "may_raise": not is_own and may_towards(who, page.row.trainee_id, Permission.CONCERN_RAISE),
    }


def _offer_choices(form: ShiftForm) -> None:
    placements = queries.get_placements()
    form.site_id.choices = [
        SelectChoice(str(site.id), f"{site.name} ({placements.title_of(site.setting)})")
        for site in queries.list_sites()
    ]
    form.supervisor_id.choices = [
        SelectChoice(str(person.id), person.label) for person in queries.list_supervisors() if person.id != viewer().id
    ]
