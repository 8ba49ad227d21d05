"""Pages about supervision: everybody, one trainee's log and the weeks without, logging, answering and naming."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import CorrectSupervisionForm, LogSupervisionForm, NameSupervisorForm, NotAgreedForm
from lms.competencies.rules.supervision import expected_words
from lms.competencies.views.blueprint import bp
from lms.core.clock import today
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee, may_towards
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/supervision")
@requires(Permission.SUPERVISION_READ)
def list_supervision() -> ResponseReturnValue:
    """Everybody whose supervision the viewer may see, by name."""
    return render_template(
        "competencies/list_supervision.html",
        rows=queries.list_supervision(viewer()),
        expected=expected_words(),
    )


@bp.get("/trainees/<uuid:trainee_id>/supervision")
@requires(Permission.SUPERVISION_READ)
def show_supervision(trainee_id: UUID) -> ResponseReturnValue:
    """One trainee's supervision: who co-ordinates it, the weeks without, the log."""
    who = viewer()
    return render_template(
        "competencies/show_supervision.html",
        page=queries.get_supervision(who, trainee_id),
        expected=expected_words(),
        is_own=trainee_id == who.id,
        may_record=may_towards(who, trainee_id, Permission.SUPERVISION_RECORD),
        may_name=trainee_id != who.id and may_towards(who, trainee_id, Permission.SUPERVISION_APPOINT),
    )


@bp.route("/trainees/<uuid:trainee_id>/supervision/log", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_RECORD)
def log_supervision(trainee_id: UUID) -> ResponseReturnValue:
    """Log supervision that was held."""
    who = viewer()
    trainee = get_trainee(who, trainee_id, Permission.SUPERVISION_RECORD)
    people = queries.list_supervisors_of(trainee.id)
    form = LogSupervisionForm(
        data={"held_on": today(), "supervisor_id": people[0].id if people else None},
    )
    form.offer(people)
    with_whom: dict[str, Any] = {}
    if trainee.id != who.id:
        del form.supervisor_id
        with_whom["supervisor_id"] = who.id
    if form.validate_on_submit():
        try:
            services.log_supervision(who, trainee.id, **form.answers, **with_whom)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Supervision logged. The other person has been asked to confirm it.", "success")
            return redirect(url_for(".show_supervision", trainee_id=trainee.id))
    return form_page(
        "competencies/log_supervision.html", form, trainee=trainee, is_own=trainee.id == who.id, has_any=bool(people)
    )


@bp.post("/supervision/<uuid:entry_id>/confirm")
@requires(Permission.SUPERVISION_RECORD)
def confirm_supervision(entry_id: UUID) -> ResponseReturnValue:
    """Agree that supervision was held as logged."""
    services.confirm_supervision(viewer(), entry_id)
    flash("Supervision confirmed", "success")
    return redirect(url_for(".show_supervision", trainee_id=queries.get_entry(viewer(), entry_id).fact.trainee_id))


@bp.route("/supervision/<uuid:entry_id>/decline", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_RECORD)
def decline_supervision(entry_id: UUID) -> ResponseReturnValue:
    """Say what is not right about an entry."""
    row = queries.get_entry(viewer(), entry_id)
    form = NotAgreedForm()
    if form.validate_on_submit():
        try:
            services.decline_supervision(viewer(), entry_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The entry stands as not agreed", "success")
            return redirect(url_for(".show_supervision", trainee_id=row.fact.trainee_id))
    return form_page("competencies/decline_supervision.html", form, row=row)


@bp.route("/supervision/<uuid:entry_id>/correct", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_RECORD)
def correct_supervision(entry_id: UUID) -> ResponseReturnValue:
    """Correct an entry; the other person confirms it anew."""
    row = queries.get_entry(viewer(), entry_id)
    fact = row.fact
    form = CorrectSupervisionForm(
        data={"held_on": fact.held_on, "minutes": fact.minutes, "themes": fact.themes, "action": row.action}
    )
    if form.validate_on_submit():
        try:
            services.correct_supervision(viewer(), entry_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Corrected. The other person has been asked to confirm it.", "success")
            return redirect(url_for(".show_supervision", trainee_id=fact.trainee_id))
    return form_page("competencies/correct_supervision.html", form, row=row)


@bp.route("/trainees/<uuid:trainee_id>/co-ordinating-supervisor", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_APPOINT)
def name_coordinating_supervisor(trainee_id: UUID) -> ResponseReturnValue:
    """Say who co-ordinates a trainee's supervision."""
    trainee = get_trainee(viewer(), trainee_id, Permission.SUPERVISION_APPOINT)
    coordinator = queries.find_coordinator(trainee.id)
    form = NameSupervisorForm(
        data={"from_on": today(), "person_id": coordinator.person_id if coordinator else None},
    )
    form.offer(each for each in queries.list_candidates(trainee.id) if each.id != viewer().id)
    if form.validate_on_submit():
        try:
            services.name_coordinating_supervisor(viewer(), trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The co-ordinating supervisor is recorded, and everybody concerned has been told", "success")
            return redirect(url_for(".show_supervision", trainee_id=trainee.id))
    return form_page("competencies/name_coordinating_supervisor.html", form, trainee=trainee, coordinator=coordinator)
