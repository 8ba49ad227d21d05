"""Pages on which a trainee chooses a case and plays it."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cases import queries, services
from lms.cases.forms import AnswerForm, StartForm, StepForm, WriteForm, answer_form
from lms.cases.queries import Play
from lms.cases.rules.decisions import SCORED, Write
from lms.cases.rules.engine import Mode
from lms.cases.rules.panel import decisions_made, known, measured, reading_names
from lms.cases.rules.review import reviewed
from lms.cases.rules.run import Run
from lms.cases.services import Taken
from lms.cases.views.blueprint import bp
from lms.core.errors import NotFound, RuleViolation, Stale
from lms.curriculum.queries import capability_titles, current_titles
from lms.curriculum.rules.versions import ContentKind
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import NHSForm, clean, form_page
from lms.web.jinja import clock
from lms.web.scripts import text_by_script


@bp.get("/cases")
@requires(Permission.CASE_PLAY)
def list_cases() -> ResponseReturnValue:
    """The cases a trainee can play, and where each stands."""
    titles = {slug: title for (_, slug), title in current_titles(ContentKind.MODULE).items()}
    return render_template(
        "cases/list_cases.html",
        cases=queries.list_cases(viewer()),
        discussions=queries.list_own_discussions(viewer()),
        titles=titles,
    )


@bp.route("/cases/<string:slug>", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def show_case(slug: str) -> ResponseReturnValue:
    """What awaits in a case, the trainee's attempts at it, and the way to begin; `mode` chooses one in advance."""
    _, row = queries.get_case(viewer(), slug)
    form = StartForm(data={"mode": Mode.named(request.args.get("mode"), None)})
    if form.validate_on_submit():
        attempt = services.start_attempt(viewer(), slug, **form.answers)
        return redirect(url_for(".play", attempt_id=attempt.id))
    return form_page(
        "cases/show_case.html",
        form,
        row=row,
        case=row.case,
        discussions=queries.list_own_discussions(viewer()).get(slug, ()),
        capabilities=capability_titles(),
    )


@bp.route("/case-attempts/<uuid:attempt_id>", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def play(attempt_id: UUID) -> ResponseReturnValue:
    """Show the scene the attempt is at and take the next step."""
    found = queries.get_play(viewer(), attempt_id)
    if request.method == "POST" and "text" in request.form:
        return _take_text(found)
    if request.method == "POST":
        return _take_step(found)
    return _scene(found, _form(found))


def _form(found: Play) -> StepForm | None:
    """The form of the scene the attempt is at, as its page begins; None at the end."""
    decision = found.scene.decision
    if decision is None:
        return None
    if isinstance(decision, Write):
        return _write_form(found, decision)
    form = _answer_form(found, found.state.scene) if isinstance(decision, SCORED) else StepForm()
    if not form.is_submitted():
        form.seq.data = len(found.steps)
    return form


def _answer_form(found: Play, scene: str) -> AnswerForm:
    return answer_form(scene, found.case.scenes[scene], found.draw, found.told)


def _write_form(found: Play, decision: Write) -> WriteForm:
    form = WriteForm()
    form.ask(found.told(decision.prompt), found.told(decision.hint), decision.max_words)
    if not form.is_submitted():
        draft = queries.find_draft(viewer(), found.attempt.id)
        form.seq.data = len(found.steps)
        form.version.data = draft.version if draft else 0
        form.text.data = draft.text if draft and draft.scene == found.state.scene else ""
    return form


def _take_step(found: Play) -> ResponseReturnValue:
    """Take a hint, a way on or an answer; an old page is held against the scene it showed."""
    form = StepForm()
    if not form.validate():
        return _refused(found, _form(found), RuleViolation("This page is out of date. Look at the scene again."))
    seq = form.seq.data if "hint" in request.form else found.after_hints(form.seq.data)
    before = found.steps[seq].step.scene if seq < len(found.steps) else found.state.scene
    decision = found.case.scenes[before].decision
    if "hint" in request.form:
        return _carry_out(found, form, {"hint": True})
    if isinstance(decision, SCORED):
        answer = _answer_form(found, before)
        if seq == len(found.steps) and not answer.validate():
            return _scene(found, answer)
        return _carry_out(found, answer, answer.choice)
    return _carry_out(found, form, {})


def _carry_out(found: Play, form: StepForm, choice: dict[str, object]) -> ResponseReturnValue:
    confidence = form.confidence.data if isinstance(form, AnswerForm) else None
    try:
        taken = services.take_step(viewer(), found.attempt.id, seq=form.seq.data, choice=choice, confidence=confidence)
    except RuleViolation as problem:
        return _refused(found, form, problem)
    return _go_on(found, taken)


def _refused(found: Play, form: StepForm | None, problem: RuleViolation) -> ResponseReturnValue:
    """Say why a step was not taken: in the form if it holds an answer, else above the scene as it is now."""
    if not isinstance(form, AnswerForm):
        flash(problem.message, "important")
        return redirect(url_for(".play", attempt_id=found.attempt.id))
    form.seq.data = len(found.steps)
    form.reject(problem)
    return _scene(found, form)


def _take_text(found: Play) -> ResponseReturnValue:
    decision = found.scene.decision
    if not isinstance(decision, Write):
        return _too_late(found)
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
            return _too_late(found) if taken is Taken.ELSEWHERE else _go_on(found, taken)
    return _scene(found, form)


def _too_late(found: Play) -> ResponseReturnValue:
    """A text for a task that was answered on another page: the same goes on, another is shown to be copied."""
    text = clean(request.form["text"])
    if any(row.text == text for row in found.steps) or not text.strip():
        return _go_on(found, Taken.ELSEWHERE)
    return render_template("cases/too_late.html", play=found, text=text), 409


def _go_on(found: Play, taken: Taken) -> ResponseReturnValue:
    if taken is Taken.ELSEWHERE:
        flash(
            "You had already answered that scene, so your first answer stands. This is where the case is now.",
            "important",
        )
    return redirect(url_for(".play", attempt_id=found.attempt.id))


def _scene(found: Play, form: NHSForm | None) -> ResponseReturnValue:
    scene = found.scene
    image_url = scene.image and url_for(".show_image", attempt_id=found.attempt.id, key=scene.image)
    context = scene_context(found, practice=found.attempt.mode is Mode.PRACTICE, image_url=image_url)
    if form is None:
        return render_template("cases/end.html", **context)
    if isinstance(form, WriteForm):
        return form_page("cases/write.html", form, task=scene.decision, **context)
    return form_page("cases/play.html", form, **context)


def scene_context(run: Run, *, practice: bool, image_url: str | None) -> dict[str, object]:
    """What the pages of a scene show, whether it is an attempt or a preview."""
    path, sets = reviewed(run), measured(run)
    return {
        "play": run,
        "scene": run.scene,
        "image": run.case.images.get(run.scene.image or ""),
        "image_url": image_url,
        "practice": practice,
        "is_preview": not isinstance(run, Play),
        "path": path,
        "last": path[-1] if path else None,
        "sets": sets,
        "measures": reading_names(sets),
        "known": known(run),
        "decision": decisions_made(run) + 1,
        "decisions": len(run.case.slots()),
        "hinted": run.state.scene in run.state.hinted,
    }


@bp.get("/case-attempts/<uuid:attempt_id>/images/<string:key>")
@requires(Permission.CASE_PLAY)
def show_image(attempt_id: UUID, key: str) -> ResponseReturnValue:
    """The drawing of a scene the viewer's attempt has come to."""
    found = queries.get_play(viewer(), attempt_id)
    image = found.case.images.get(key)
    if image is None or key not in {found.case.scenes[scene].image for scene in found.state.visited}:
        raise NotFound
    return drawing(image.svg)


def drawing(svg: str) -> Response:
    """A drawing of the content as a file that may show itself and do nothing else."""
    response = Response(svg, mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.cache_control.private = True
    response.cache_control.max_age = 3600
    return response


@bp.post("/case-attempts/<uuid:attempt_id>/draft")
@requires(Permission.CASE_PLAY)
def save_draft(attempt_id: UUID) -> ResponseReturnValue:
    """Keep what a trainee types; answers the page's script."""
    text, version = text_by_script()
    seq = request.args.get("seq", type=int)
    if seq is None:
        return {"error": "Send the step the text belongs to"}, 400
    draft = services.save_draft(viewer(), attempt_id, seq=seq, text=text, version=version)
    return {"version": draft.version, "saved_at": clock(draft.updated_at)}


@bp.get("/case-attempts/<uuid:attempt_id>/pause")
@requires(Permission.CASE_PLAY)
def pause(attempt_id: UUID) -> ResponseReturnValue:
    """A quiet page: support, the way back and the way out. Nothing is recorded."""
    return render_template("cases/pause.html", play=queries.get_play(viewer(), attempt_id))
