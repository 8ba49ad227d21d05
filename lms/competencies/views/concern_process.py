"""Pages on which others give a second opinion, and whoever manages concerns keeps the actions of a plan."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import ActionForm, EndActionForm, GiveOpinionForm, ProgressForm
from lms.competencies.views.blueprint import bp
from lms.competencies.views.concerns import managed, read_page
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.route("/concerns/<uuid:concern_id>/second-opinion", methods=["GET", "POST"])
@requires(Permission.CONCERN_ADVISE)
def give_second_opinion(concern_id: UUID) -> ResponseReturnValue:
    """Give the second opinion the trainee asked for."""
    page = queries.get_concern(viewer(), concern_id)
    get_trainee(viewer(), page.row.fact.trainee_id, Permission.CONCERN_ADVISE)
    form = GiveOpinionForm()
    if form.validate_on_submit():
        try:
            services.give_second_opinion(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your second opinion is recorded. The trainee has been told", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return read_page("competencies/give_second_opinion.html", form, page)


@bp.route("/concerns/<uuid:concern_id>/actions/set", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def set_action(concern_id: UUID) -> ResponseReturnValue:
    """Add an action to a plan."""
    page = managed(concern_id)
    form = ActionForm()
    if form.validate_on_submit():
        try:
            services.set_action(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The action is part of the plan", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return read_page("competencies/set_action.html", form, page)


@bp.route("/concerns/<uuid:concern_id>/actions/progress", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def note_progress(concern_id: UUID) -> ResponseReturnValue:
    """Write how an action goes."""
    page = managed(concern_id)
    form = ProgressForm()
    form.offer(action_words(page))
    if form.validate_on_submit():
        try:
            services.note_progress(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The progress is recorded", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return read_page("competencies/note_progress.html", form, page)


@bp.route("/concerns/<uuid:concern_id>/actions/end", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def end_action(concern_id: UUID) -> ResponseReturnValue:
    """Decide how an action ended."""
    page = managed(concern_id)
    form = EndActionForm()
    form.offer(action_words(page))
    if form.validate_on_submit():
        try:
            services.end_action(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The decision about the action is recorded", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return read_page("competencies/end_action.html", form, page)


def action_words(page: queries.ConcernPage) -> list[tuple[UUID, str]]:
    """The open actions of a plan, each with its words."""
    return [(each.fact.id, each.what or "Redacted") for each in page.process.open_actions]
