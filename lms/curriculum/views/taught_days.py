"""Pages on which educators keep the taught days of their cohorts."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import to_london
from lms.core.errors import RuleViolation, Stale
from lms.curriculum import queries, services
from lms.curriculum.forms import CancelTaughtDayForm, ChangeTaughtDayForm, TaughtDayForm
from lms.curriculum.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page

MANAGE = Permission.TAUGHT_DAY_MANAGE


@bp.route("/cohorts/<uuid:cohort_id>/taught-days/new", methods=["GET", "POST"])
@requires(MANAGE)
def add_taught_day(cohort_id: UUID) -> ResponseReturnValue:
    """Ask for a taught day and add it."""
    cohort = queries.get_cohort(viewer(), cohort_id, MANAGE).cohort
    form = TaughtDayForm()
    _offer_modules(form)
    if form.validate_on_submit():
        try:
            services.add_taught_day(viewer(), cohort_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Taught day added. The cohort has been told.")
            return redirect(url_for(".show_cohort", cohort_id=cohort_id, _anchor="taught-days"))
    return form_page("curriculum/add_taught_day.html", form, cohort=cohort)


@bp.route("/taught-days/<uuid:day_id>/change", methods=["GET", "POST"])
@requires(MANAGE)
def change_taught_day(day_id: UUID) -> ResponseReturnValue:
    """Ask what is different about a taught day and change it."""
    row, cohort = queries.get_taught_day(viewer(), day_id)
    starts, ends = to_london(row.starts_at), to_london(row.ends_at)
    form = ChangeTaughtDayForm(
        data={
            "module": row.module,
            "title": row.title,
            "on": starts.date(),
            "starts": starts.time(),
            "ends": ends.time(),
            "version": row.version,
        }
    )
    _offer_modules(form)
    if form.validate_on_submit():
        try:
            services.change_taught_day(viewer(), day_id, version=form.version.data or 0, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Taught day changed. The cohort has been told.")
            return redirect(url_for(".show_cohort", cohort_id=cohort.id, _anchor="taught-days"))
    return form_page("curriculum/change_taught_day.html", form, cohort=cohort, row=row)


@bp.route("/taught-days/<uuid:day_id>/cancel", methods=["GET", "POST"])
@requires(MANAGE)
def cancel_taught_day(day_id: UUID) -> ResponseReturnValue:
    """Ask whether a taught day does not take place and cancel it."""
    row, cohort = queries.get_taught_day(viewer(), day_id)
    form = CancelTaughtDayForm()
    if form.validate_on_submit():
        try:
            services.cancel_taught_day(viewer(), day_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Taught day cancelled. The cohort has been told.")
            return redirect(url_for(".show_cohort", cohort_id=cohort.id, _anchor="taught-days"))
    return form_page("curriculum/cancel_taught_day.html", form, cohort=cohort, row=row)


def _offer_modules(form: TaughtDayForm) -> None:
    form.module.choices = [SelectChoice(slug, title) for slug, title in queries.module_titles().items()]
