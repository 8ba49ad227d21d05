"""Pages about sampling: a quarter's draw, the policy, looking at one assessment, what was said of one's own."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies.forms.sampling import LookForm, PolicyForm
from lms.competencies.queries import setting_titles
from lms.competencies.queries.calibration import list_calibrated
from lms.competencies.queries.sampling import get_look_page, get_sampling, list_looks_at_own, list_policies
from lms.competencies.rules.sampling import PROPOSED_SHARES, Quarter, may_look
from lms.competencies.services.sampling import look_at_assessment, set_sampling_policy
from lms.competencies.views.blueprint import bp
from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.placements.queries import find_placements
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/sampling")
@requires(Permission.ASSESSMENT_SAMPLE)
def show_sampling() -> ResponseReturnValue:
    """The draw of a quarter: how far each share is reached, what waits for the viewer, and what was said."""
    current = Quarter.of(today())
    quarter = Quarter.named(request.args.get("quarter", current.name))
    if quarter is None or quarter > current:
        abort(404)
    sets = viewer().may(Permission.SAMPLING_SET)
    return render_template(
        "competencies/show_sampling.html",
        page=get_sampling(viewer(), quarter),
        may_set=sets,
        calibrated=list_calibrated(viewer()) if sets else [],
    )


@bp.route("/sampling/policy", methods=["GET", "POST"])
@requires(Permission.SAMPLING_SET)
def set_policy() -> ResponseReturnValue:
    """Set which shares are looked at, from when and why."""
    current, policies = Quarter.of(today()), list_policies(viewer())
    start = PROPOSED_SHARES
    if policies:
        last = policies[0].fact
        start = {name: getattr(last, name) for name in PROPOSED_SHARES}
    form = PolicyForm(data=start)
    form.offer(current)
    if form.validate_on_submit():
        try:
            set_sampling_policy(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The sampling policy is set", "success")
            return redirect(url_for(".show_sampling"))
    return form_page("competencies/set_policy.html", form, policies=policies)


@bp.route("/sampling/assessments/<uuid:assessment_id>", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_SAMPLE)
def look_at(assessment_id: UUID) -> ResponseReturnValue:
    """Look at one sampled assessment as a second person."""
    page = get_look_page(viewer(), assessment_id)
    form = LookForm()
    if form.validate_on_submit():
        try:
            look_at_assessment(viewer(), assessment_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("What you said is recorded", "success")
            return redirect(url_for(".show_sampling", quarter=page.quarter.name))
    return form_page(
        "competencies/look_at.html",
        form,
        page=page,
        may_look=may_look(page.piece, viewer().id),
        settings=setting_titles(find_placements()),
    )


@bp.get("/assessments/looked-at")
@requires(Permission.ASSESSMENT_COMPLETE)
def list_looks() -> ResponseReturnValue:
    """What second persons said of assessments the viewer wrote."""
    return render_template("competencies/list_looks.html", rows=list_looks_at_own(viewer()))
