"""Pages on which trainees read concerns about themselves, reply, and ask for a second opinion."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import AskOpinionForm, ProgressForm, ReplyForm
from lms.competencies.rules import CIRCLES
from lms.competencies.views.blueprint import bp
from lms.competencies.views.concern_process import action_words
from lms.competencies.views.concerns import note_that_read, read_page
from lms.core.errors import RuleViolation
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/concerns/about-me")
@requires(Permission.CONCERN_ANSWER)
def list_own_concerns() -> ResponseReturnValue:
    """The concerns about the viewer, and who is told of one at each step."""
    who = viewer()
    return render_template(
        "competencies/list_own_concerns.html",
        rows=queries.list_own_concerns(who),
        notes=queries.count_own_positive_notes(who),
        circles=CIRCLES,
    )


@bp.get("/concerns/about-me/<uuid:concern_id>")
@requires(Permission.CONCERN_ANSWER)
def show_own_concern(concern_id: UUID) -> ResponseReturnValue:
    """A concern about the viewer: step, clock, text, decisions, and what they said to it."""
    page = queries.get_own_concern(viewer(), concern_id)
    note_that_read(page)
    return render_template("competencies/show_own_concern.html", page=page, circles=CIRCLES)


@bp.route("/concerns/about-me/<uuid:concern_id>/reply", methods=["GET", "POST"])
@requires(Permission.CONCERN_ANSWER)
def reply_to_concern(concern_id: UUID) -> ResponseReturnValue:
    """Reply to a concern about oneself."""
    page = queries.get_own_concern(viewer(), concern_id)
    form = ReplyForm()
    if form.validate_on_submit():
        try:
            services.reply_to_concern(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your reply is recorded. It is read before anything more is decided", "success")
            return redirect(url_for(".show_own_concern", concern_id=concern_id))
    return read_page("competencies/reply_to_concern.html", form, page)


@bp.route("/concerns/about-me/<uuid:concern_id>/second-opinion", methods=["GET", "POST"])
@requires(Permission.CONCERN_ANSWER)
def ask_second_opinion(concern_id: UUID) -> ResponseReturnValue:
    """Ask that somebody who is not involved looks at a concern about oneself."""
    page = queries.get_own_concern(viewer(), concern_id)
    form = AskOpinionForm()
    if form.validate_on_submit():
        try:
            services.ask_second_opinion(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("You have asked for a second opinion. Those who may give it have been told", "success")
            return redirect(url_for(".show_own_concern", concern_id=concern_id))
    return read_page("competencies/ask_second_opinion.html", form, page)


@bp.route("/concerns/about-me/<uuid:concern_id>/progress", methods=["GET", "POST"])
@requires(Permission.CONCERN_ANSWER)
def note_own_progress(concern_id: UUID) -> ResponseReturnValue:
    """Write how an action of one's own plan goes."""
    page = queries.get_own_concern(viewer(), concern_id)
    form = ProgressForm()
    form.offer(action_words(page))
    if form.validate_on_submit():
        try:
            services.note_own_progress(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your progress is recorded", "success")
            return redirect(url_for(".show_own_concern", concern_id=concern_id))
    return read_page("competencies/note_own_progress.html", form, page)
