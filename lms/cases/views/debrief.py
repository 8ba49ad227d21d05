"""The debrief of a finished attempt, and what a trainee writes for themselves after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.cases import queries, services
from lms.cases.forms import ReflectionForm
from lms.cases.queries import Play
from lms.cases.rules.engine import Mode
from lms.cases.rules.review import criterion_title, judged_well, missed, reviewed, turning_points
from lms.cases.rules.run import Run
from lms.cases.views.blueprint import bp
from lms.core.errors import RuleViolation, Stale
from lms.curriculum.queries import capability_titles
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page
from lms.web.jinja import clock
from lms.web.scripts import confirmed_by_script, text_by_script


@bp.route("/case-attempts/<uuid:attempt_id>/debrief", methods=["GET", "POST"])
@requires(Permission.CASE_PLAY)
def show_debrief(attempt_id: UUID) -> ResponseReturnValue:
    """The debrief of a finished attempt, the way to say that it was read, and a reflection of one's own."""
    found = queries.get_play(viewer(), attempt_id)
    if found.finish is None:
        return redirect(url_for(".play", attempt_id=attempt_id))
    if request.method == "POST" and "text" in request.form:
        return _take_reflection(found)
    if request.method == "POST":
        services.finish_debrief(viewer(), attempt_id)
        return _back_to("next", attempt_id)
    reflection = queries.find_reflection(viewer(), attempt_id)
    form = ReflectionForm()
    form.version.data = reflection.version if reflection else 0
    form.text.data = reflection.text if reflection else ""
    return _debrief(found, form, saved_at=reflection.updated_at if reflection else None)


def _take_reflection(found: Play) -> ResponseReturnValue:
    form = ReflectionForm()
    if form.validate():
        try:
            services.save_reflection(viewer(), found.attempt.id, **form.answers, version=form.version.data)
        except Stale as stale:
            form.conflict(stale)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return _back_to("reflection", found.attempt.id)
    return _debrief(found, form)


def _back_to(part: str, attempt_id: UUID) -> ResponseReturnValue:
    """Lead back to the part of the page that was used; it says itself what was done, where the eye is."""
    return redirect(url_for(".show_debrief", attempt_id=attempt_id, _anchor=part))


def _debrief(found: Play, form: ReflectionForm, *, saved_at: datetime | None = None) -> ResponseReturnValue:
    context = debrief_context(found, graded=found.attempt.mode is Mode.GRADED)
    taught = queries.is_taught(found.case.slug)
    return form_page("cases/show_debrief.html", form, saved_at=saved_at, is_taught=taught, **context)


def debrief_context(run: Run, *, graded: bool) -> dict[str, Any]:
    """What the debrief shows, whether it is of an attempt or of a preview."""
    case, result, path = run.case, run.result, reviewed(run)
    return {
        "play": run,
        "result": result,
        "path": path,
        "heard": missed(case, result.facts_heard),
        "missed": missed(case, result.facts_missed),
        "points": turning_points(case, result),
        "judged_well": judged_well(path, case),
        "criteria": [(criterion_title(case, criterion), criterion) for criterion in result.criteria],
        "graded": graded,
        "is_preview": not isinstance(run, Play),
        "capabilities": capability_titles(),
    }


@bp.post("/case-attempts/<uuid:attempt_id>/reflection")
@requires(Permission.CASE_PLAY)
def save_reflection(attempt_id: UUID) -> ResponseReturnValue:
    """Keep a reflection while it is written; answers the page's script."""
    text, version = text_by_script()
    reflection = services.save_reflection(
        viewer(), attempt_id, text=text, version=version, no_identifiers=confirmed_by_script()
    )
    return {"version": reflection.version, "saved_at": clock(reflection.updated_at)}
