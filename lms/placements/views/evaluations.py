"""Pages on which trainees evaluate placements, and on which educators, the consultant nurse and sites read of it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.errors import RuleViolation
from lms.placements import queries, services
from lms.placements.forms import EvaluationForm, SummaryForm
from lms.placements.rules.evaluations import AGREEMENT, Question
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/hours/evaluations")
@requires(Permission.EVALUATION_GIVE)
def list_own_placements() -> ResponseReturnValue:
    """List the viewer's placements, which they can evaluate, and where their reports of a risk stand."""
    return render_template(
        "placements/list_own_placements.html",
        rows=queries.list_own_placements(viewer()),
        reports=queries.list_own_reports(viewer()),
        placements=queries.get_placements(),
    )


@bp.route("/hours/sites/<uuid:site_id>/evaluation", methods=["GET", "POST"])
@requires(Permission.EVALUATION_GIVE)
def evaluate(site_id: UUID) -> ResponseReturnValue:
    """Say who will see it, then ask how the placement was."""
    row = queries.get_own_placement(viewer(), site_id)
    form = EvaluationForm()
    if form.validate_on_submit():
        try:
            services.evaluate(viewer(), site_id, **form.evaluation)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Thank you. Your evaluation is kept.")
            return redirect(url_for(".list_own_placements"))
    return form_page("placements/evaluate.html", form, row=row, fewest=FEWEST_PEOPLE)


@bp.get("/evaluations")
@requires(Permission.EVALUATION_READ)
def list_evaluations() -> ResponseReturnValue:
    """List the sites that the viewer's trainees have evaluated."""
    return render_template("placements/list_evaluations.html", rows=queries.list_evaluated_sites(viewer()))


@bp.get("/evaluations/<uuid:site_id>")
@requires(Permission.EVALUATION_READ)
def show_evaluations(site_id: UUID) -> ResponseReturnValue:
    """Show what the viewer's trainees say of a site, without names, and what the site was told."""
    return render_template(
        "placements/show_evaluations.html",
        found=queries.get_site_evaluations(viewer(), site_id),
        questions=Question,
        agreement=AGREEMENT,
        may_summarise=viewer().may(Permission.EVALUATION_SUMMARISE),
    )


@bp.route("/evaluations/<uuid:site_id>/summary", methods=["GET", "POST"])
@requires(Permission.EVALUATION_SUMMARISE)
def summarise(site_id: UUID) -> ResponseReturnValue:
    """Tell a site what the evaluations of a time say."""
    found = queries.get_site_evaluations(viewer(), site_id)
    form = SummaryForm()
    if form.validate_on_submit():
        try:
            services.summarise(viewer(), site_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The site can read your summary now")
            return redirect(url_for(".show_evaluations", site_id=site_id))
    return form_page("placements/summarise.html", form, found=found)


@bp.get("/my-sites")
@requires(Permission.EVALUATION_SITE_READ)
def list_own_sites() -> ResponseReturnValue:
    """List the sites the viewer supervises at, to read what trainees say of them."""
    return render_template("placements/list_own_sites.html", sites=queries.list_own_sites(viewer()))


@bp.get("/my-sites/<uuid:site_id>")
@requires(Permission.EVALUATION_SITE_READ)
def show_site_feedback(site_id: UUID) -> ResponseReturnValue:
    """Show a site what trainees say of it: five answers together at least, and what an educator sums up."""
    return render_template(
        "placements/show_site_feedback.html", found=queries.get_site_feedback(viewer(), site_id), fewest=FEWEST_PEOPLE
    )
