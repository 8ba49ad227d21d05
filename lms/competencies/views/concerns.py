"""Pages about concerns. Who reads one is noted before its text is sent."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.audit.services import note_reading
from lms.competencies import queries, services
from lms.competencies.forms import CloseConcernForm, MoveConcernForm, RaiseConcernForm
from lms.competencies.rules import Rung
from lms.competencies.views.blueprint import bp
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee, may_towards
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.after import before_response
from lms.web.forms import form_page


@bp.get("/concerns")
@requires(Permission.CONCERN_RAISE)
def list_concerns() -> ResponseReturnValue:
    """The concerns the viewer may know of."""
    rows = queries.list_concerns(viewer())
    return render_template(
        "competencies/list_concerns.html", rows=rows, manages=viewer().may(Permission.CONCERN_MANAGE)
    )


@bp.route("/trainees/<uuid:trainee_id>/concerns/raise", methods=["GET", "POST"])
@requires(Permission.CONCERN_RAISE)
def raise_concern(trainee_id: UUID) -> ResponseReturnValue:
    """Raise a concern about a trainee."""
    who = viewer()
    trainee = get_trainee(who, trainee_id, Permission.CONCERN_RAISE)
    manages = _manages(trainee.id)
    form = RaiseConcernForm()
    version = queries.find_framework()
    capabilities = version.framework.capabilities.values() if version else ()
    form.offer([rung for rung in Rung if manages or not rung.blocks], capabilities)
    if form.validate_on_submit():
        try:
            services.raise_concern(who, trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The concern is recorded and the consultant nurse has been told", "success")
            return redirect(url_for(".list_concerns"))
    return form_page("competencies/raise_concern.html", form, trainee=trainee)


@bp.get("/concerns/<uuid:concern_id>")
@requires(Permission.CONCERN_RAISE)
def show_concern(concern_id: UUID) -> ResponseReturnValue:
    """One concern and what was decided about it."""
    who = viewer()
    page = queries.get_concern(who, concern_id)
    about = page.row.fact.trainee_id
    before_response("audit.note_reading", lambda: note_reading(who, about=about, what="concern", record_id=concern_id))
    return render_template("competencies/show_concern.html", page=page, manages=_manages(page.row.fact.trainee_id))


@bp.route("/concerns/<uuid:concern_id>/move", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def move_concern(concern_id: UUID) -> ResponseReturnValue:
    """Move a concern to another step of the ladder."""
    page = _managed(concern_id)
    form = MoveConcernForm()
    form.offer(rung for rung in Rung if rung is not page.row.rung)
    if form.validate_on_submit():
        try:
            services.move_concern(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"The concern is now: {form.rung.data.label.lower()}", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return form_page("competencies/move_concern.html", form, page=page)


@bp.route("/concerns/<uuid:concern_id>/close", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def close_concern(concern_id: UUID) -> ResponseReturnValue:
    """Close a concern with a reason."""
    page = _managed(concern_id)
    form = CloseConcernForm()
    if form.validate_on_submit():
        try:
            services.close_concern(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The concern is closed", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return form_page("competencies/close_concern.html", form, page=page)


def _manages(trainee_id: UUID) -> bool:
    return may_towards(viewer(), trainee_id, Permission.CONCERN_MANAGE)


def _managed(concern_id: UUID) -> queries.ConcernPage:
    """The concern, if the viewer manages this trainee's."""
    page = queries.get_concern(viewer(), concern_id)
    get_trainee(viewer(), page.row.fact.trainee_id, Permission.CONCERN_MANAGE)
    return page
