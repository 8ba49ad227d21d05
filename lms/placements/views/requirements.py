"""Pages on which managers keep what sites ask for before a placement."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation, Stale
from lms.placements import queries, services
from lms.placements.forms import ConfirmForm, RequirementForm
from lms.placements.forms.clearances import ChangeRequirementForm
from lms.placements.rules.slots import ClearedBy
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/sites/<uuid:site_id>/requirements/new", methods=["GET", "POST"])
@requires(Permission.SLOT_MANAGE)
def add_requirement(site_id: UUID) -> ResponseReturnValue:
    """Ask what trainees need at a site and keep it."""
    site = queries.get_site(site_id)
    form = RequirementForm(data={"cleared_by": ClearedBy.SITE})
    if form.validate_on_submit():
        try:
            services.add_requirement(viewer(), site_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Requirement added")
            return redirect(url_for(".show_site", site_id=site_id))
    return form_page("placements/add_requirement.html", form, site=site)


@bp.route("/site-requirements/<uuid:requirement_id>", methods=["GET", "POST"])
@requires(Permission.SLOT_MANAGE)
def change_requirement(requirement_id: UUID) -> ResponseReturnValue:
    """Ask what is different about a requirement and change it."""
    row = queries.get_requirement(requirement_id)
    form = ChangeRequirementForm(obj=row)
    if form.validate_on_submit():
        try:
            services.change_requirement(viewer(), requirement_id, version=form.version.data or 0, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Requirement changed")
            return redirect(url_for(".show_site", site_id=row.site_id))
    return form_page("placements/change_requirement.html", form, row=row, site=queries.get_site(row.site_id))


@bp.route("/site-requirements/<uuid:requirement_id>/retire", methods=["GET", "POST"])
@requires(Permission.SLOT_MANAGE)
def retire_requirement(requirement_id: UUID) -> ResponseReturnValue:
    """Ask whether a site is to stop asking for something."""
    row = queries.get_requirement(requirement_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.retire_requirement(viewer(), requirement_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Requirement retired")
            return redirect(url_for(".show_site", site_id=row.site_id))
    return form_page("placements/retire_requirement.html", form, row=row, site=queries.get_site(row.site_id))
