"""Pages on which a trainee plays cases and reads their debriefs."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cases import queries, services
from lms.cases.forms import ChooseForm, DebriefForm, StartForm, WriteForm
from lms.cases.queries import Play
from lms.cases.rules.engine import Mode
from lms.cases.rules.format import ChooseOne, Write
from lms.cases.rules.review import criterion_title, measured, missed, reading_names, reviewed, shown_options
from lms.cases.services import Taken
from lms.core.errors import RuleViolation, Stale
from lms.curriculum.queries import capability_titles
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import NHSForm, clean, form_page
from lms.web.jinja import clock

bp = Blueprint("cases", __name__)


@bp.get("/cases")
@requires(Permission.CASE_PLAY)
def list_cases() -> ResponseReturnValue:
    """The cases a trainee can play, and where each stands."""
    return render_template("cases/list_cases.html", cases=queries.list_cases(viewer()))


@bp.route("/cases/<string:slug>", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def show_case(slug: str) -> ResponseReturnValue:
    """What awaits in a case, the trainee's attempts at it, and the way to begin."""
    _, row = queries.get_case(viewer(), slug)
    form = StartForm()
    if form.validate_on_submit():
        attempt = services.start_attempt(viewer(), slug, **form.answers)
        return redirect(url_for(".play", attempt_id=attempt.id))
    return form_page("cases/show_case.html", form, row=row, case=row.case, capabilities=capability_titles())


@bp.route("/case-attempts/<uuid:attempt_id>", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def play(attempt_id: UUID) -> ResponseReturnValue:
    """Show the scene the attempt is at and take the next step."""
    found = queries.get_play(viewer(), attempt_id)
    if request.method == "POST" and "text" in request.form:
        return _take_text(found)
    if request.method == "POST":
        return _take_choice(found)
    form: NHSForm | None = None
    decision = found.case.scenes[found.state.scene].decision
    if isinstance(decision, ChooseOne):
        form = _choose_form(found)
    elif isinstance(decision, Write):
        form = _write_form(found, decision)
    return _scene(found, form)


def _choose_form(found: Play) -> ChooseForm:
    form = ChooseForm()
    decision = found.case.scenes[found.state.scene].decision
    options = shown_options(found.case, found.state.scene, found.draw)
    prompt = decision.prompt if decision else ""
    form.offer(found.told(prompt), [(option.key, found.told(option.text)) for option in options])
    if not form.is_submitted():
        form.seq.data = len(found.steps)
    return form


def _write_form(found: Play, decision: Write) -> WriteForm:
    form = WriteForm()
    form.ask(found.told(decision.prompt), found.told(decision.hint), decision.max_words)
    if not form.is_submitted():
        draft = queries.find_draft(viewer(), found.attempt.id)
        form.seq.data = len(found.steps)
        form.version.data = draft.version if draft else 0
        form.text.data = draft.text if draft and draft.scene == found.state.scene else ""
    return form


def _take_choice(found: Play) -> ResponseReturnValue:
    form = _choose_form(found)
    valid = form.validate()
    if form.seq.errors:
        form.seq.data = len(found.steps)
    elif form.seq.data != len(found.steps):
        # An old page offers other options than the present scene: what was sent counts, not what is offered now.
        sent = str(next(iter(form.option.raw_data or ()), ""))
        answers = {**form.answers, "option": sent}
        return _go_on(found, services.choose(viewer(), found.attempt.id, **answers))
    if valid:
        try:
            taken = services.choose(viewer(), found.attempt.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return _go_on(found, taken)
    return _scene(found, form)


def _take_text(found: Play) -> ResponseReturnValue:
    decision = found.case.scenes[found.state.scene].decision
    if not isinstance(decision, Write):
        return _go_on(found, Taken.ELSEWHERE)
    form = _write_form(found, decision)
    wants_break = "save" in request.form
    valid = form.validate() or (wants_break and not form.seq.errors and not form.version.errors)
    if valid:
        try:
            if wants_break:
                services.save_draft(viewer(), found.attempt.id, **form.answers, version=form.version.data)
                return redirect(url_for(".pause", attempt_id=found.attempt.id))
            taken = services.submit_text(viewer(), found.attempt.id, **form.answers, version=form.version.data)
        except Stale as stale:
            form.conflict(stale)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return _go_on(found, taken)
    return _scene(found, form)


def _go_on(found: Play, taken: Taken) -> ResponseReturnValue:
    if taken is Taken.ELSEWHERE:
        flash(
            "You had already answered that scene, so your first answer stands. This is where the case is now.",
            "important",
        )
    return redirect(url_for(".play", attempt_id=found.attempt.id))


def _scene(found: Play, form: NHSForm | None) -> ResponseReturnValue:
    scene = found.case.scenes[found.state.scene]
    last = reviewed(found.case, found.state, found.result)[-1:]
    sets = measured(found.case, found.state)
    context = {
        "play": found,
        "scene": scene,
        "last": last[0] if last else None,
        "sets": sets,
        "measures": reading_names(sets),
        "practice": found.attempt.mode is Mode.PRACTICE,
        "decision": sum(step.option is not None for step in found.state.path) + 1,
        "decisions": len(found.case.slots()),
    }
    if form is None:
        return render_template("cases/end.html", **context)
    if isinstance(form, WriteForm):
        return form_page("cases/write.html", form, task=scene.decision, **context)
    return form_page("cases/play.html", form, **context)


@bp.post("/case-attempts/<uuid:attempt_id>/draft")
@requires(Permission.CASE_PLAY)
def save_draft(attempt_id: UUID) -> ResponseReturnValue:
    """Keep what a trainee types; answers the page's script."""
    sent = request.get_json(silent=True) or {}
    try:
        text, version, seq = clean(str(sent["text"])), int(sent["version"]), int(request.args["seq"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return {"error": "Send a text, its version and the step it belongs to"}, 400
    draft = services.save_draft(viewer(), attempt_id, seq=seq, text=text, version=version)
    return {"version": draft.version, "saved_at": clock(draft.updated_at)}


@bp.get("/case-attempts/<uuid:attempt_id>/pause")
@requires(Permission.CASE_PLAY)
def pause(attempt_id: UUID) -> ResponseReturnValue:
    """A quiet page: support, the way back and the way out. Nothing is recorded."""
    return render_template("cases/pause.html", play=queries.get_play(viewer(), attempt_id))


@bp.route("/case-attempts/<uuid:attempt_id>/debrief", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def show_debrief(attempt_id: UUID) -> ResponseReturnValue:
    """The debrief of a finished attempt, and the way to say that it was read."""
    found = queries.get_play(viewer(), attempt_id)
    if found.finish is None:
        return redirect(url_for(".play", attempt_id=attempt_id))
    form = DebriefForm()
    if form.validate_on_submit():
        services.finish_debrief(viewer(), attempt_id)
        flash("Debrief recorded as read")
        return redirect(url_for(".show_debrief", attempt_id=attempt_id))
    result = found.result
    return form_page(
        "cases/show_debrief.html",
        form,
        play=found,
        result=result,
        path=reviewed(found.case, found.state, result),
        missed=missed(found.case, result),
        criteria=[(criterion_title(found.case, criterion), criterion) for criterion in result.criteria],
        graded=found.attempt.mode is Mode.GRADED,
        capabilities=capability_titles(),
    )
