"""Pages on which a trainee arranges to discuss a case, and an educator records that it was held."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cases import queries, services
from lms.cases.forms import DiscussionCorrectionForm, DiscussionForm
from lms.cases.views.blueprint import bp
from lms.core.errors import RuleViolation, Stale
from lms.curriculum.queries import capability_titles
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/cases/<string:slug>/discussion", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def arrange_discussion(slug: str) -> ResponseReturnValue:
    """What a discussion of a case is and where the trainee's own stands; asking for one takes one button."""
    if request.method == "POST":
        services.ask_discussion(viewer(), slug)
        flash("Discussion asked for")
        return redirect(url_for(".arrange_discussion", slug=slug))
    found = queries.get_discussable(viewer(), slug)
    return render_template("cases/arrange_discussion.html", found=found, capabilities=capability_titles())


@bp.post("/case-discussions/<uuid:discussion_id>/withdraw")
@requires(Permission.CASE_PLAY)
def withdraw_discussion(discussion_id: UUID) -> ResponseReturnValue:
    """Take back a request."""
    row = queries.get_own_discussion(viewer(), discussion_id)
    try:
        services.withdraw_discussion(viewer(), discussion_id)
    except RuleViolation as problem:
        flash(problem.message, "important")
    else:
        flash("Request withdrawn")
    return redirect(url_for(".arrange_discussion", slug=row.slug))


@bp.get("/case-discussions")
@requires(Permission.CASE_REVIEW)
def list_discussions() -> ResponseReturnValue:
    """The discussions to arrange, and those that were held."""
    found = queries.list_discussions(viewer())
    return render_template("cases/list_discussions.html", found=found, capabilities=capability_titles())


@bp.route("/case-discussions/<uuid:discussion_id>", methods=["GET", "POST"])
@requires(Permission.CASE_REVIEW)
def record_discussion(discussion_id: UUID) -> ResponseReturnValue:
    """One discussion: what it has to cover, and the way to record it, or what was recorded."""
    row = queries.get_discussion(viewer(), discussion_id)
    form = DiscussionForm()
    if form.validate_on_submit():
        try:
            services.record_discussion(viewer(), discussion_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
            row = queries.get_discussion(viewer(), discussion_id)
        else:
            flash(f"Discussion with {row.trainee} recorded")
            return redirect(url_for(".list_discussions"))
    is_own = row.trainee_id == viewer().id
    if request.method == "GET" and (is_own or not row.is_open):
        return render_template("cases/show_discussion.html", row=row, is_own=is_own, **_around(discussion_id))
    return form_page("cases/record_discussion.html", form, row=row, **_around(discussion_id))


@bp.route("/case-discussions/<uuid:discussion_id>/correction", methods=["GET", "POST"])
@requires(Permission.CASE_REVIEW)
def correct_discussion(discussion_id: UUID) -> ResponseReturnValue:
    """Correct what is recorded of a discussion that was held."""
    row = queries.get_discussion(viewer(), discussion_id)
    is_own = row.trainee_id == viewer().id
    if request.method == "GET" and (is_own or not row.was_held):
        return render_template("cases/show_discussion.html", row=row, is_own=is_own, **_around(discussion_id))
    form = DiscussionCorrectionForm(seen_id=row.outcome_id, held_on=row.held_on, ended=row.ended, note=row.note)
    if form.validate_on_submit():
        try:
            services.correct_discussion(viewer(), discussion_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            row = queries.get_discussion(viewer(), discussion_id)
            form.conflict(stale)
            form.seen_id.data = row.outcome_id
        else:
            flash(f"Record of the discussion with {row.trainee} corrected")
            return redirect(url_for(".record_discussion", discussion_id=discussion_id))
    return form_page("cases/correct_discussion.html", form, row=row, **_around(discussion_id))


def _around(discussion_id: UUID) -> dict[str, object]:
    """What a page shows around a discussion: the titles of the capabilities, and what corrections superseded."""
    return {
        "capabilities": capability_titles(),
        "earlier": queries.list_earlier_outcomes(viewer(), discussion_id),
    }
