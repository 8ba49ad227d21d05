"""Pages about versions of the framework: all of them, what changed, and what signatures are read as."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import MappingReviewForm, mapping_form
from lms.competencies.forms.mappings import fields_of
from lms.competencies.rules.mappings import Fate
from lms.competencies.views.blueprint import bp
from lms.core.errors import NotFound, RuleViolation
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/frameworks")
@requires(Permission.CAPABILITY_READ)
def list_frameworks() -> ResponseReturnValue:
    """Every version of the framework, with what was recorded under it."""
    who = viewer()
    return render_template(
        "competencies/list_frameworks.html",
        versions=queries.list_versions(who),
        waiting=queries.list_mappings_waiting(who),
        manages=who.may(Permission.FRAMEWORK_MANAGE),
        reviews=who.may(Permission.FRAMEWORK_REVIEW),
    )


@bp.get("/frameworks/changes")
@requires(Permission.CAPABILITY_READ)
def compare_frameworks() -> ResponseReturnValue:
    """What changed between two versions, and what is read as what."""
    who = viewer()
    page = queries.get_comparison(who, _version("older"), _version("newer"))
    return render_template(
        "competencies/compare_frameworks.html",
        page=page,
        manages=who.may(Permission.FRAMEWORK_MANAGE),
        reviews=who.may(Permission.FRAMEWORK_REVIEW),
    )


@bp.route("/frameworks/<uuid:older_id>/mapping-to/<uuid:newer_id>", methods=["GET", "POST"])
@requires(Permission.FRAMEWORK_MANAGE)
def propose_mapping(older_id: UUID, newer_id: UUID) -> ResponseReturnValue:
    """Propose what each capability is read as in a newer version."""
    page = queries.get_comparison(viewer(), older_id, newer_id)
    form = mapping_form(page.to_map, page.newer.framework)
    if form.validate_on_submit():
        try:
            row = services.propose_mapping(viewer(), older_id, newer_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The mapping waits for a second person. Until they approve it, nothing is read by it.", "success")
            return redirect(url_for(".show_mapping", mapping_id=row.id))
    return form_page("competencies/propose_mapping.html", form, page=page, fields_of=fields_of, fates=tuple(Fate))


@bp.route("/framework-mappings/<uuid:mapping_id>", methods=["GET", "POST"])
@requires(Permission.FRAMEWORK_REVIEW)
def show_mapping(mapping_id: UUID) -> ResponseReturnValue:
    """One mapping, with the question whether it is right for whoever did not propose it."""
    mapping = queries.get_mapping(viewer(), mapping_id)
    form = MappingReviewForm()
    if form.validate_on_submit():
        try:
            services.review_mapping(viewer(), mapping_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your review is recorded", "success")
            return redirect(url_for(".show_mapping", mapping_id=mapping_id))
    may_review = mapping.review is None and mapping.row.proposed_by_id != viewer().id
    return form_page("competencies/show_mapping.html", form, mapping=mapping, may_review=may_review)


def _version(name: str) -> UUID:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError as error:
        raise NotFound from error
