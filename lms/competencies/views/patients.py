"""Pages about feedback of patients and carers: the supervisor asks, the person answers on an easy-read page."""

from uuid import UUID

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms.feedback import MomentForm, SettingForm, patient_form
from lms.competencies.rules import FormKind
from lms.competencies.views.blueprint import bp
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import viewer_for
from lms.placements.queries import find_placements
from lms.policy import Permission
from lms.signing.rules import HANDED_OVER_MINUTES, Purpose
from lms.signing.views.devices import hand_over_device
from lms.web.access import form_holder, form_only, leave_form, public, requires, viewer
from lms.web.forms import form_page


@bp.get("/trainees/<uuid:trainee_id>/patient-feedback")
@requires(Permission.FEEDBACK_COLLECT)
def show_patient_feedback(trainee_id: UUID) -> ResponseReturnValue:
    """Whether patients and carers are asked about a trainee, and how many answered."""
    page = queries.get_patient_page(viewer(), trainee_id)
    return render_template(
        "competencies/show_patient_feedback.html", page=page, settings=queries.setting_titles(find_placements())
    )


@bp.route("/trainees/<uuid:trainee_id>/patient-feedback/start", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_COLLECT)
def ask_patients(trainee_id: UUID) -> ResponseReturnValue:
    """Say that patients and carers are asked from now on."""
    page = queries.get_patient_page(viewer(), trainee_id)
    form = SettingForm()
    titles = queries.setting_titles(find_placements())
    form.offer({slug: title for slug, title in titles.items() if slug not in page.settings})
    if form.validate_on_submit():
        try:
            services.ask_patients(viewer(), trainee_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Noted: patients and carers are asked", "success")
            return redirect(url_for(".show_patient_feedback", trainee_id=trainee_id))
    return form_page("competencies/ask_patients.html", form, page=page)


@bp.route("/trainees/<uuid:trainee_id>/patient-feedback/moment", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_COLLECT)
def choose_moment(trainee_id: UUID) -> ResponseReturnValue:
    """Ask the supervisor whether the person can be asked now. Nothing is stored."""
    page = queries.get_patient_page(viewer(), trainee_id)
    titles = queries.setting_titles(find_placements())
    form = MomentForm()
    form.offer({slug: titles.get(slug, slug) for slug in page.settings})
    if form.validate_on_submit():
        try:
            services.check_moment(viewer(), trainee_id, is_settled=form.is_settled.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            start_id = page.starts[form.setting.data]
            whose = {"trainee_id": trainee_id, "person_id": viewer().id}
            return hand_over_device(Purpose.PATIENT_FEEDBACK, start_id, ".answer_as_patient", **whose)
    return form_page("competencies/choose_moment.html", form, page=page, minutes=HANDED_OVER_MINUTES)


@bp.route("/patient-feedback", methods=["GET", "POST"])
@form_only
def answer_as_patient() -> ResponseReturnValue:
    """The easy-read questions, on a device that can do nothing else. Who says no leaves nothing behind."""
    holder = form_holder()
    if holder.purpose != Purpose.PATIENT_FEEDBACK or holder.person_id is None:
        raise NotFound
    supervisor = viewer_for(holder.person_id, Permission.FEEDBACK_COLLECT)
    page = queries.get_patient_page(supervisor, holder.trainee_id)
    setting = next((slug for slug, start_id in page.starts.items() if start_id == holder.subject_id), None)
    if setting is None:
        raise NotFound
    form = patient_form(queries.get_form(FormKind.PATIENT_FEEDBACK).form)
    if form.validate_on_submit():
        try:
            services.keep_patient_feedback(
                supervisor,
                holder.trainee_id,
                token=session["form_token"],
                setting=setting,
                is_settled=True,
                **form.answers,
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            leave_form()
            return redirect(url_for(".thank"))
    return form_page("competencies/answer_as_patient.html", form, page=page)


@bp.get("/patient-feedback/thanks")
@public
def thank() -> ResponseReturnValue:
    """What the device shows after the questions, the same after a yes and after a no; it knows of nobody."""
    return render_template("competencies/thank.html")
