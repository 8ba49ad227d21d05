"""Pages on which somebody says what a trainee did well, and the trainee reads it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import PositiveNoteForm
from lms.competencies.views.blueprint import bp
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee, may_towards
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/trainees/<uuid:trainee_id>/positive-notes/write", methods=["GET", "POST"])
@requires(Permission.CONCERN_RAISE)
def write_positive_note(trainee_id: UUID) -> ResponseReturnValue:
    """Say what a trainee did well."""
    who = viewer()
    trainee = get_trainee(who, trainee_id, Permission.CONCERN_RAISE)
    form = PositiveNoteForm()
    form.offer(queries.find_capabilities(trainee.id).values())
    if form.validate_on_submit():
        try:
            services.write_positive_note(who, trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"Your note is with {trainee.name}", "success")
            return redirect(url_for("home.show_home"))
    return form_page("competencies/write_positive_note.html", form, trainee=trainee)


@bp.get("/trainees/<uuid:trainee_id>/positive-notes")
@requires(Permission.POSITIVE_NOTE_READ)
def list_positive_notes(trainee_id: UUID) -> ResponseReturnValue:
    """What others say a trainee did well."""
    who = viewer()
    trainee, notes = queries.list_positive_notes(who, trainee_id)
    return render_template(
        "competencies/list_positive_notes.html",
        trainee=trainee,
        notes=notes,
        is_own=trainee.id == who.id,
        may_write=trainee.id != who.id and may_towards(who, trainee.id, Permission.CONCERN_RAISE),
    )
