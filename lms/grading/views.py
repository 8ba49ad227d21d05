"""Pages for marking, releasing and reading marks, and for module outcomes."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, to_london
from lms.core.errors import RuleViolation, Stale
from lms.core.words import number_of
from lms.grading import queries, services
from lms.grading.forms import MarkForm, OutcomeForm, ReleaseForm, mark_form
from lms.grading.queries.marking import Marking
from lms.identity.queries import may_towards
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page
from lms.web.scripts import sent_by_script

bp = Blueprint("grading", __name__)


@bp.get("/marking")
@requires(Permission.SUBMISSION_MARK)
def show_queue() -> ResponseReturnValue:
    """What waits to be marked and to be released."""
    queue = queries.list_queue(viewer())
    return _queue_page(ReleaseForm(), queue, [row.mark.id for row in queue.marked if row.mark and row.is_ready])


@bp.post("/marking/release")
@requires(Permission.SUBMISSION_MARK)
def release_marks() -> ResponseReturnValue:
    """Release the chosen marks."""
    form = ReleaseForm()
    chosen = _ids(request.form.getlist("marks"))
    if form.validate_on_submit():
        try:
            count = services.release(viewer(), chosen)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{number_of(count, 'mark')} released")
            return redirect(url_for(".show_queue"))
    return _queue_page(form, queries.list_queue(viewer()), chosen)


def _queue_page(form: ReleaseForm, queue: queries.Queue, chosen: Collection[UUID]) -> ResponseReturnValue:
    outcomes = queries.list_outcomes_waiting(viewer())
    return form_page("grading/show_queue.html", form, queue=queue, chosen=chosen, outcomes=outcomes)


@bp.route("/marking/<uuid:work_id>", methods=["GET", "POST"])
@requires(Permission.SUBMISSION_MARK)
def mark_work(work_id: UUID) -> ResponseReturnValue:
    """Mark a piece of work beside its rubric."""
    marking = queries.get_marking(viewer(), work_id)
    if marking.current is not None and request.method == "GET":
        return redirect(url_for(".show_mark", work_id=work_id))
    return _mark("grading/mark_work.html", marking)


@bp.route("/marking/<uuid:work_id>/correction", methods=["GET", "POST"])
@requires(Permission.SUBMISSION_MARK)
def correct_mark(work_id: UUID) -> ResponseReturnValue:
    """Correct a recorded mark and say why."""
    marking = queries.get_marking(viewer(), work_id)
    if marking.current is None:
        return redirect(url_for(".mark_work", work_id=work_id))
    return _mark("grading/mark_work.html", marking)


@bp.post("/marking/<uuid:work_id>/draft")
@requires(Permission.SUBMISSION_MARK)
def save_draft(work_id: UUID) -> ResponseReturnValue:
    """Keep what a marker types; answers the page's script."""
    marking = queries.get_marking(viewer(), work_id)
    form = _form(marking, sent_by_script())
    form.seen_mark.data = next(iter(_ids([request.args.get("seen", "")])), None)
    if not form.validate():
        return {"error": form.problems[0][0]}, 422
    try:
        version = services.save_draft(viewer(), work_id, **form.entered)
    except Stale as stale:
        return {"error": stale.message, "version": stale.version}, 409
    except RuleViolation as problem:
        return {"error": problem.message}, 422
    return {"version": version, "saved_at": f"{to_london(now()):%H:%M}"}


@bp.get("/marking/<uuid:work_id>/mark")
@requires(Permission.SUBMISSION_MARK)
def show_mark(work_id: UUID) -> ResponseReturnValue:
    """A recorded mark with its history, as its markers see it."""
    marking = queries.get_marking(viewer(), work_id)
    if marking.current is None:
        return redirect(url_for(".mark_work", work_id=work_id))
    return form_page("grading/show_mark.html", ReleaseForm(), marking=marking, mark=marking.current)


@bp.get("/marking/sample")
@requires(Permission.SUBMISSION_SAMPLE)
def show_sample() -> ResponseReturnValue:
    """The released marks by candidate number, for the external examiner."""
    return render_template("grading/show_sample.html", sample=queries.list_sample(viewer()))


@bp.get("/marking/sample/<uuid:work_id>")
@requires(Permission.SUBMISSION_SAMPLE)
def show_sample_work(work_id: UUID) -> ResponseReturnValue:
    """One released mark beside the work, for the external examiner."""
    return render_template("grading/show_sample_work.html", feedback=queries.get_sample(viewer(), work_id))


@bp.get("/feedback")
@requires(Permission.SUBMISSION_WRITE)
def list_feedback() -> ResponseReturnValue:
    """The viewer's own work and which of it has feedback."""
    return render_template("grading/list_feedback.html", rows=queries.list_own_feedback(viewer()))


@bp.get("/feedback/<uuid:work_id>")
@requires(Permission.SUBMISSION_WRITE)
def show_feedback(work_id: UUID) -> ResponseReturnValue:
    """The mark and the feedback on the viewer's own work."""
    return render_template("grading/show_feedback.html", feedback=queries.get_own_feedback(viewer(), work_id))


@bp.get("/trainees/<uuid:trainee_id>/modules")
@requires(Permission.MODULE_OUTCOME_READ)
def list_outcomes(trainee_id: UUID) -> ResponseReturnValue:
    """The outcome and its date for each module of a trainee's programme."""
    outcomes = queries.get_outcomes(viewer(), trainee_id, Permission.MODULE_OUTCOME_READ)
    is_own = trainee_id == viewer().id
    may_record = not is_own and may_towards(viewer(), trainee_id, Permission.MODULE_OUTCOME_RECORD)
    return render_template("grading/list_outcomes.html", outcomes=outcomes, is_own=is_own, may_record=may_record)


@bp.route("/trainees/<uuid:trainee_id>/modules/<string:slug>/outcome", methods=["GET", "POST"])
@requires(Permission.MODULE_OUTCOME_RECORD)
def record_outcome(trainee_id: UUID, slug: str) -> ResponseReturnValue:
    """Record what the university decided about a module."""
    outcomes = queries.get_outcomes(viewer(), trainee_id, Permission.MODULE_OUTCOME_RECORD)
    module = outcomes.module(slug)
    form = OutcomeForm(seen=module.outcome.id if module.outcome else None)
    if form.validate_on_submit():
        answers = form.answers
        try:
            services.record_module_outcome(viewer(), trainee_id, slug, seen_id=answers.pop("seen"), **answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            outcomes = queries.get_outcomes(viewer(), trainee_id, Permission.MODULE_OUTCOME_RECORD)
            module = outcomes.module(slug)
            form.conflict(stale)
            form.seen.data = module.outcome.id if module.outcome else None
        else:
            flash(f"Outcome recorded for {module.code}")
            return redirect(url_for(".list_outcomes", trainee_id=trainee_id))
    history = queries.outcome_history(trainee_id, slug)
    return form_page("grading/record_outcome.html", form, outcomes=outcomes, module=module, history=history)


def _mark(template: str, marking: Marking) -> ResponseReturnValue:
    """Ask for a mark; keep a draft or record it, by the button that was pressed."""
    form = _form(marking)
    is_correction = form.seen_mark.data is not None
    wants_mark = request.form.get("action") == "mark"
    if form.validate_on_submit() and (not wants_mark or form.is_complete(is_correction=is_correction)):
        try:
            if wants_mark:
                return _recorded(marking, form)
            services.save_draft(viewer(), marking.work.id, **form.entered)
            flash("Draft saved")
            return redirect(url_for(str(request.endpoint), work_id=marking.work.id))
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            marking = queries.get_marking(viewer(), marking.work.id)
            form.conflict(stale)
            form.seen_mark.data = marking.current.id if marking.current else None
    return form_page(template, form, marking=marking, rubric=marking.paper.rubric)


def _recorded(marking: Marking, form: MarkForm) -> ResponseReturnValue:
    entry = services.mark(viewer(), marking.work.id, **form.decision)
    flash(f"Mark recorded: {entry.percent} per cent, {entry.result.label.lower()}. It is not released yet.")
    return redirect(url_for(".show_queue"))


def _form(marking: Marking, sent: dict[str, Any] | None = None) -> MarkForm:
    """The form of this work's rubric, started from the draft, else from the mark that stands."""
    current = marking.current
    start: dict[str, Any] = {}
    if marking.draft is not None:
        start = marking.draft.body
    elif current is not None:
        start = {"levels": current.levels, "comments": current.comments, "feedback": current.feedback or ""}
    seen = current.id if current else None
    return mark_form(marking.paper.rubric, start, version=marking.version, seen_mark=seen, sent=sent)


def _ids(texts: list[str]) -> list[UUID]:
    """The ids among these texts; anything else was not sent by our pages and is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
