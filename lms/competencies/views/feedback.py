"""Pages about rounds of feedback: opening, inviting, answering, booking the conversation and releasing in it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms.feedback import BookForm, InviteForm, SettingForm, release_form, sheet_form
from lms.competencies.rules import profession_words
from lms.competencies.views.blueprint import bp
from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee
from lms.placements.queries import find_placements
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/feedback-rounds")
@requires(Permission.FEEDBACK_COLLECT)
def list_collected_feedback() -> ResponseReturnValue:
    """The trainees whose feedback the viewer collects, and where each stands."""
    return render_template("competencies/list_collected_feedback.html", collected=queries.list_collected(viewer()))


@bp.route("/trainees/<uuid:trainee_id>/feedback-rounds/open", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_COLLECT)
def open_round(trainee_id: UUID) -> ResponseReturnValue:
    """Begin to ask colleagues about a trainee."""
    trainee = get_trainee(viewer(), trainee_id, Permission.FEEDBACK_COLLECT)
    form = SettingForm()
    form.offer(queries.setting_titles(find_placements()))
    if form.validate_on_submit():
        try:
            made = services.open_round(viewer(), trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The round is open and the trainee has been told", "success")
            return redirect(url_for(".invite_raters", round_id=made.id))
    return form_page("competencies/open_round.html", form, trainee=trainee)


@bp.get("/feedback-rounds/<uuid:round_id>")
@requires(Permission.FEEDBACK_COLLECT)
def show_round(round_id: UUID) -> ResponseReturnValue:
    """Where a round stands; the answers together once nobody can add one."""
    row = queries.get_round(viewer(), round_id)
    return render_template(
        "competencies/show_round.html",
        row=row,
        invited=queries.list_invited(row),
        summary=queries.find_summary(row),
        answered_words=profession_words(row.fact.professions, row.needs),
        least=FEWEST_PEOPLE,
        settings=queries.setting_titles(find_placements()),
    )


@bp.route("/feedback-rounds/<uuid:round_id>/raters", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_COLLECT)
def invite_raters(round_id: UUID) -> ResponseReturnValue:
    """Choose who is asked."""
    row = queries.get_round(viewer(), round_id)
    search = request.args.get("search", "").strip()[:100]
    people = queries.list_to_invite(viewer(), row, search=search)
    form = InviteForm()
    form.offer((each.id, each.name, each.profession) for each in people)
    if form.validate_on_submit():
        try:
            made = services.invite_raters(viewer(), round_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"Invited: {len(made)}", "success")
            return redirect(url_for(".show_round", round_id=round_id))
    return form_page("competencies/invite_raters.html", form, row=row, search=search)


@bp.route("/feedback-rounds/<uuid:round_id>/conversation", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_COLLECT)
def book_conversation(round_id: UUID) -> ResponseReturnValue:
    """Book the conversation, which ends the answering, or move it."""
    row = queries.get_round(viewer(), round_id)
    form = BookForm(data={"conversation_on": row.fact.conversation_on})
    if form.validate_on_submit():
        try:
            services.book_conversation(viewer(), round_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The conversation is booked and the trainee has been told", "success")
            return redirect(url_for(".show_round", round_id=round_id))
    return form_page("competencies/book_conversation.html", form, row=row)


@bp.route("/feedback-rounds/<uuid:round_id>/release", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_COLLECT)
def release_round(round_id: UUID) -> ResponseReturnValue:
    """Release the answers to the trainee, with the levels agreed in the conversation."""
    row = queries.get_round(viewer(), round_id)
    version = queries.get_framework_version(row.framework_version_id)
    form = release_form(row.form.form, queries.capabilities_of(row), version.framework.scale)
    if form.validate_on_submit():
        try:
            services.release_round(viewer(), round_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The feedback is released and the trainee has been told", "success")
            return redirect(url_for(".show_round", round_id=round_id))
    return form_page(
        "competencies/release_round.html",
        form,
        row=row,
        scale=version.framework.scale,
        summary=queries.find_summary(row),
        answered_words=profession_words(row.fact.professions, row.needs),
    )


@bp.get("/feedback-rounds/<uuid:round_id>/own")
@requires(Permission.ASSESSMENT_ASK)
def show_own_round(round_id: UUID) -> ResponseReturnValue:
    """A round about the viewer: their own view, the day of the conversation, and the answers once released."""
    row = queries.get_own_round(viewer(), round_id)
    released = row.fact.is_released
    return render_template(
        "competencies/show_own_round.html",
        row=row,
        summary=queries.find_summary(row) if released else queries.find_own_view(row),
        answered_words=profession_words(row.fact.professions, row.needs) if released else "",
    )


@bp.route("/feedback-rounds/<uuid:round_id>/own-view", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def give_own_view(round_id: UUID) -> ResponseReturnValue:
    """Say how one sees one's own work, before colleagues are asked."""
    row = queries.get_own_round(viewer(), round_id)
    if row.fact.has_own_view:
        return redirect(url_for(".show_own_round", round_id=round_id))
    form = sheet_form(row.needs.fields)
    if form.validate_on_submit():
        try:
            services.give_own_view(viewer(), round_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your own view is kept, and your colleagues are asked now", "success")
            return redirect(url_for(".show_own_round", round_id=round_id))
    return form_page("competencies/give_own_view.html", form, row=row)


@bp.get("/feedback-rounds/asked")
@requires(Permission.FEEDBACK_GIVE)
def list_asked_feedback() -> ResponseReturnValue:
    """The colleagues about whom the viewer is asked."""
    return render_template("competencies/list_asked_feedback.html", invitations=queries.list_invitations(viewer()))


@bp.route("/feedback-raters/<uuid:rater_id>/answer", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_GIVE)
def answer_round(rater_id: UUID) -> ResponseReturnValue:
    """Answer about a colleague. What is said is kept apart from who says it."""
    found = queries.get_invitation(viewer(), rater_id)
    if not found.is_waiting:
        return redirect(url_for(".list_asked_feedback"))
    form = sheet_form(found.row.needs.fields, found.row.needs)
    if form.validate_on_submit():
        try:
            services.answer_round(viewer(), rater_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Thank you. Your answers are kept, without your name", "success")
            return redirect(url_for(".list_asked_feedback"))
    return form_page("competencies/answer_round.html", form, found=found, least=FEWEST_PEOPLE)
