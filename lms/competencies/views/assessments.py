"""Pages of the assessor: what waits, answering, correcting, adding, and reading an assessment."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import (
    AssessmentForm,
    CorrectionForm,
    DeclineForm,
    PassOnForm,
    StartForm,
    WordsForm,
    assessment_form,
)
from lms.competencies.queries.own_work import list_pass_on_to
from lms.competencies.rules import ASK_WITHIN, SeenAs, answer_name, as_entered, had_it
from lms.competencies.rules.declining import DeclineReason
from lms.competencies.views.blueprint import bp
from lms.core.clock import now, to_london, today
from lms.core.errors import RuleViolation, Stale
from lms.identity.queries import get_trainee, list_people_with_role, list_trainees, may_towards
from lms.placements.queries import find_placements
from lms.policy import Permission, Role
from lms.signing.forms import DenyForm
from lms.signing.rules import Purpose, Refused
from lms.signing.services import deny_own
from lms.signing.views.drawings import send_drawing
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page
from lms.web.scripts import sent_by_script


@bp.get("/assessments/waiting")
@requires(Permission.ASSESSMENT_COMPLETE)
def list_waiting() -> ResponseReturnValue:
    """The requests that wait for the viewer, and what to look for in each."""
    version, rows = queries.find_framework(), queries.list_waiting(viewer())
    return render_template(
        "competencies/list_waiting.html",
        rows=rows,
        pass_on_to=list_pass_on_to(viewer(), rows),
        written=queries.list_written(viewer()),
        decline_reasons=list(DeclineReason),
        capabilities=version.framework.capabilities if version else {},
        titles=version.framework.titles if version else {},
        settings=queries.setting_titles(find_placements()),
        reads=viewer().may(Permission.CAPABILITY_READ),
        trainees=[each for each in list_trainees(viewer(), Permission.ASSESSMENT_COMPLETE) if each.id != viewer().id],
    )


@bp.post("/assessments/requests/<uuid:request_id>/open")
@requires(Permission.ASSESSMENT_COMPLETE)
def open_request(request_id: UUID) -> ResponseReturnValue:
    """Begin to answer a request."""
    services.open_request(viewer(), request_id)
    return redirect(url_for(".complete", request_id=request_id))


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


@bp.route("/assessments/requests/<uuid:request_id>/pass-on", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def pass_on(request_id: UUID) -> ResponseReturnValue:
    """Hand a request to somebody else who assesses."""
    row = queries.get_asked_request(viewer(), request_id)
    form = PassOnForm()
    before = had_it(row.steps, row.first_asked) | {viewer().id, row.trainee_id}
    form.to_id.choices = [
        SelectChoice(str(each.id), each.name) for each in list_people_with_role(Role.ASSESSOR) if each.id not in before
    ]
    if form.validate_on_submit():
        try:
            services.pass_on(viewer(), request_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The request is passed on and the trainee has been told", "success")
            return redirect(url_for(".list_waiting"))
    return form_page("competencies/pass_on.html", form, row=row)


@bp.post("/assessments/requests/<uuid:request_id>/throw-away")
@requires(Permission.ASSESSMENT_COMPLETE)
def throw_away(request_id: UUID) -> ResponseReturnValue:
    """Throw away what the viewer began without being asked."""
    try:
        services.throw_away(viewer(), request_id)
    except RuleViolation as problem:
        flash(problem.message, "important")
    else:
        flash("The assessment is thrown away. Nobody else knew of it.")
    return redirect(url_for(".list_waiting"))


@bp.route("/trainees/<uuid:trainee_id>/assess", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def start(trainee_id: UUID) -> ResponseReturnValue:
    """Begin to assess something that was seen without being asked."""
    trainee = get_trainee(viewer(), trainee_id, Permission.ASSESSMENT_COMPLETE)
    framework = queries.framework_of(trainee.id).framework
    forms = queries.list_startable(viewer(), trainee.id)
    start = {"form_kind": next((each.slug for each in forms), None), "seen_on": today(), "is_simulated": False}
    form = StartForm(data=start)
    form.offer(
        forms,
        queries.setting_titles(find_placements()),
        framework.capabilities.values(),
    )
    if form.validate_on_submit():
        try:
            made = services.start_assessment(viewer(), trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect(url_for(".complete", request_id=made.id))
    return form_page("competencies/start_assessment.html", form, trainee=trainee, ask_within=ASK_WITHIN.days)


@bp.route("/assessments/requests/<uuid:request_id>", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def complete(request_id: UUID) -> ResponseReturnValue:
    """Say what you saw: rate each capability, say what went well and one action."""
    page = queries.get_request_page(viewer(), request_id)
    if page.row.assessment_id is not None and request.method == "GET":
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
        "seen_as": SeenAs.LIVE if row.form_kind.is_observed else None,
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
    try:
        version = services.save_draft(viewer(), request_id, version=form.version.data, body=body)
    except Refused as problem:
        return {"error": problem.message}, 410  # The page stops: nothing it keeps can be sent any more.
    return {"version": version, "saved_at": f"{to_london(now()):%H:%M}"}


@bp.get("/assessments/<uuid:assessment_id>")
@requires(Permission.ASSESSMENT_OPEN)
def show_assessment(assessment_id: UUID) -> ResponseReturnValue:
    """One assessment as it was written, for who may read the trainee's assessments and for who signed it."""
    page = queries.get_assessment(viewer(), assessment_id)
    return render_template(
        "competencies/show_assessment.html",
        page=page,
        is_own=page.trainee.id == viewer().id,
        is_signer=page.is_signed_by(viewer()),
        reads=may_towards(viewer(), page.trainee.id, Permission.CAPABILITY_READ),
        unsafe=queries.find_unsafe_moment(viewer(), page.row),
    )


@bp.get("/assessments/<uuid:assessment_id>/signature")
@requires(Permission.ASSESSMENT_READ)
def download_signature(assessment_id: UUID) -> ResponseReturnValue:
    """The drawing of a signature, as a download."""
    return send_drawing(queries.get_assessment(viewer(), assessment_id).row.signature_id)


@bp.route("/assessments/<uuid:assessment_id>/correction", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def correct(assessment_id: UUID) -> ResponseReturnValue:
    """Replace an assessment of one's own by what is right, and say why."""
    page = queries.get_signed_assessment(viewer(), assessment_id)
    if page.replaced_by_id is not None:
        return redirect(url_for(".show_assessment", assessment_id=page.replaced_by_id))
    form = _correction_form(page)
    if form.validate_on_submit():
        try:
            made = services.correct_assessment(viewer(), assessment_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The correction is recorded and the trainee has been told", "success")
            return redirect(url_for(".show_assessment", assessment_id=made.id))
    return form_page("competencies/correct_assessment.html", form, page=page)


def _correction_form(page: queries.AssessmentPage) -> CorrectionForm:
    row = page.row
    settings = queries.setting_titles(find_placements())
    settings.setdefault(row.setting, page.setting)
    free = {field.key for field in page.form.form.free_fields}
    given = {
        answer_name(each.key) if each.key in free else each.key: each.text if each.text_id else each.value
        for each in page.answers
    }
    start = {
        "setting": row.setting,
        "observed_on": row.observed_on,
        "is_simulated": row.is_simulated,
        "seen_as": row.seen_as,
        "version": 0,
        **given,
        **as_entered({code: level for _, code, level in page.ratings}, [code for _, code, _ in page.ratings]),
    }
    made = assessment_form(
        page.form.form,
        page.version.framework,
        [capability for capability, _, _ in page.ratings if capability],
        settings=settings,
        start=start,
        kind=CorrectionForm,
    )
    assert isinstance(made, CorrectionForm)
    return made


@bp.route("/assessments/<uuid:assessment_id>/words", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def add_words(assessment_id: UUID) -> ResponseReturnValue:
    """Add words to an assessment one signed."""
    page = queries.get_signed_assessment(viewer(), assessment_id)
    form = WordsForm()
    if form.validate_on_submit():
        try:
            services.add_words(viewer(), assessment_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your words are added and the trainee has been told", "success")
            return redirect(url_for(".show_assessment", assessment_id=assessment_id))
    return form_page("competencies/add_words.html", form, page=page)


@bp.route("/assessments/<uuid:assessment_id>/not-mine", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_COMPLETE)
def not_mine(assessment_id: UUID) -> ResponseReturnValue:
    """Say that one did not sign an assessment that names one."""
    page = queries.get_signed_assessment(viewer(), assessment_id)
    form = DenyForm()
    if form.validate_on_submit():
        try:
            deny_own(viewer(), Purpose.ASSESSMENT, page.row.id, trainee_id=page.trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The assessment is suspended and the consultant nurse has been told", "success")
            return redirect(url_for(".show_assessment", assessment_id=assessment_id))
    return form_page("competencies/not_mine.html", form, page=page)
