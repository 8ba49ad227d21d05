"""Pages about assessments: asking, answering, reading."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import AssessmentForm, DeclineForm, ask_form, assessment_form
from lms.competencies.rules import ASK_WITHIN, EXPIRES_AFTER, FormKind, SeenAs, asked_again
from lms.competencies.views.blueprint import bp
from lms.core.clock import now, to_london, today
from lms.core.errors import RuleViolation, Stale
from lms.identity.queries import list_people_with_role
from lms.placements.queries import find_placements
from lms.policy import Permission, Role
from lms.web.access import requires, viewer
from lms.web.forms import form_page
from lms.web.scripts import sent_by_script

OBSERVED = (FormKind.MINI_CEX, FormKind.DIRECT_OBSERVATION)


@bp.route("/assessments/ask", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def ask() -> ResponseReturnValue:
    """Ask an assessor about an encounter; what was asked before in vain is filled in when it is asked again."""
    framework = queries.framework_of(viewer().id).framework
    again = request.args.get("again", type=UUID)
    before, note = queries.get_asked_before(viewer(), again) if again else (None, "")
    form = ask_form(
        framework,
        assessors=[(each.id, each.name) for each in list_people_with_role(Role.ASSESSOR) if each.id != viewer().id],
        forms=[each.form for each in queries.list_forms()],
        settings=queries.setting_titles(find_placements()),
        start=_asked_before(before, note) if before else {"seen_on": today()},
        codes=before.codes if before else [request.args.get("code", "")],
    )
    if form.validate_on_submit():
        try:
            services.ask_for_assessment(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The assessor has been asked", "success")
            return redirect(url_for(".list_own_requests"))
    return form_page(
        "competencies/ask.html",
        form,
        framework=framework,
        asked_before=before,
        is_too_old=before is not None and asked_again(before.asked, before.state, today())[1] is None,
        ask_within=ASK_WITHIN.days,
        expires_after=EXPIRES_AFTER.days,
    )


def _asked_before(row: queries.RequestRow, note: str) -> dict[str, Any]:
    """What a new request starts from."""
    assessor_id, seen_on = asked_again(row.asked, row.state, today())
    return {
        "assessor_id": assessor_id,
        "form_kind": row.form_kind,
        "setting": row.setting,
        "seen_on": seen_on,
        "is_simulated": row.is_simulated,
        "note": note,
    }


@bp.get("/assessments/mine")
@requires(Permission.ASSESSMENT_ASK)
def list_own_requests() -> ResponseReturnValue:
    """What the viewer asked for and what became of it."""
    return render_template(
        "competencies/list_own_requests.html",
        rows=queries.list_own_requests(viewer()),
        titles=queries.find_titles(),
        settings=queries.setting_titles(find_placements()),
    )


@bp.get("/assessments/waiting")
@requires(Permission.ASSESSMENT_COMPLETE)
def list_waiting() -> ResponseReturnValue:
    """The requests that wait for the viewer, and what to look for in each."""
    version = queries.find_framework()
    return render_template(
        "competencies/list_waiting.html",
        rows=queries.list_waiting(viewer()),
        written=queries.list_written(viewer()),
        capabilities=version.framework.capabilities if version else {},
        titles=version.framework.titles if version else {},
        settings=queries.setting_titles(find_placements()),
    )


@bp.post("/assessments/requests/<uuid:request_id>/open")
@requires(Permission.ASSESSMENT_COMPLETE)
def open_request(request_id: UUID) -> ResponseReturnValue:
    """Begin to answer a request."""
    services.open_request(viewer(), request_id)
    return redirect(url_for(".complete", request_id=request_id))


@bp.post("/assessments/requests/<uuid:request_id>/cancel")
@requires(Permission.ASSESSMENT_ASK)
def cancel_request(request_id: UUID) -> ResponseReturnValue:
    """Take back a request nobody has opened."""
    services.cancel_request(viewer(), request_id)
    flash("The request is cancelled", "success")
    return redirect(url_for(".list_own_requests"))


@bp.route("/assessments/requests/<uuid:request_id>/decline", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def decline_request(request_id: UUID) -> ResponseReturnValue:
    """Decline to assess, with a reason."""
    row = queries.get_asked_request(viewer(), request_id)
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            services.decline_request(viewer(), request_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The trainee has been told that you decline", "success")
            return redirect(url_for(".list_waiting"))
    return form_page("competencies/decline_request.html", form, row=row)


@bp.route("/assessments/requests/<uuid:request_id>", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def complete(request_id: UUID) -> ResponseReturnValue:
    """Say what you saw: rate each capability, say what went well and one action."""
    page = queries.get_request_page(viewer(), request_id)
    if page.row.assessment_id is not None:
        return redirect(url_for(".show_assessment", assessment_id=page.row.assessment_id))
    form = _assessment_form(page)
    if request.method == "POST":
        done = _save_for_later(form, request_id) if request.form.get("action") == "later" else _send(form, request_id)
        if done is not None:
            return done
    return form_page("competencies/complete.html", form, page=page)


def _assessment_form(page: queries.RequestPage, sent: dict[str, Any] | None = None) -> AssessmentForm:
    row = page.row
    settings = queries.setting_titles(find_placements())
    settings.setdefault(row.setting, row.setting.replace("-", " ").capitalize())
    start: dict[str, Any] = {
        "setting": row.setting,
        "observed_on": row.seen_on,
        "is_simulated": row.is_simulated,
        "seen_as": SeenAs.LIVE if row.form_kind in OBSERVED else None,
        **{name: value for name, value in page.draft.items() if value is not None},
        "version": page.draft_version,
    }
    if isinstance(start["observed_on"], str):
        start["observed_on"] = date.fromisoformat(start["observed_on"])
    return assessment_form(
        page.form.form, page.version.framework, page.capabilities, settings=settings, start=start, sent=sent
    )


def _save_for_later(form: AssessmentForm, request_id: UUID) -> ResponseReturnValue | None:
    if not form.can_be_kept():
        return None
    try:
        services.save_draft(viewer(), request_id, version=form.version.data, body=form.draft)
    except Stale as stale:
        form.conflict(stale)
    except RuleViolation as problem:
        form.reject(problem)
    else:
        flash("Saved. Nothing has been sent to the trainee.", "success")
        return redirect(url_for(".list_waiting"))
    return None


def _send(form: AssessmentForm, request_id: UUID) -> ResponseReturnValue | None:
    if not form.validate_on_submit():
        return None
    try:
        made = services.complete_assessment(viewer(), request_id, version=form.version.data, **form.answers)
    except Stale as stale:
        form.conflict(stale)
    except RuleViolation as problem:
        form.reject(problem)
    else:
        flash("The assessment is recorded and the trainee has been told", "success")
        return redirect(url_for(".show_assessment", assessment_id=made.id))
    return None


@bp.post("/assessments/requests/<uuid:request_id>/draft")
@requires(Permission.ASSESSMENT_COMPLETE)
def save_draft(request_id: UUID) -> ResponseReturnValue:
    """Keep what is being typed. Answers in JSON, for the page itself."""
    sent = sent_by_script()
    form = _assessment_form(queries.get_request_page(viewer(), request_id), sent)
    if not form.can_be_kept():
        return {"error": form.problems[0][0]}, 400 if form.version.errors else 422
    body = {key: value for key, value in form.draft.items() if key in form.questions and key in sent}
    version = services.save_draft(viewer(), request_id, version=form.version.data, body=body)
    return {"version": version, "saved_at": f"{to_london(now()):%H:%M}"}


@bp.get("/assessments/<uuid:assessment_id>")
@requires(Permission.ASSESSMENT_READ)
def show_assessment(assessment_id: UUID) -> ResponseReturnValue:
    """One assessment as it was written."""
    page = queries.get_assessment(viewer(), assessment_id)
    return render_template("competencies/show_assessment.html", page=page, is_own=page.trainee.id == viewer().id)
