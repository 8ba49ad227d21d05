"""Pages about concerns. Who reads one is noted before its text is sent."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.audit.services import note_reading
from lms.competencies import queries, services
from lms.competencies.forms import CloseConcernForm, MoveConcernForm, RaiseConcernForm, ShareConcernForm
from lms.competencies.rules import CIRCLES, Rung
from lms.competencies.views.blueprint import bp
from lms.core.errors import RuleViolation
from lms.identity.queries import get_trainee, may_towards
from lms.policy import Permission, Role
from lms.web.access import requires, viewer
from lms.web.after import before_response
from lms.web.forms import NHSForm, form_page


@bp.get("/concerns")
@requires(Permission.CONCERN_RAISE)
def list_concerns() -> ResponseReturnValue:
    """The concerns the viewer may know of."""
    return render_template(
        "competencies/list_concerns.html",
        rows=queries.list_concerns(viewer()),
        manages=viewer().may(Permission.CONCERN_MANAGE),
        educates=Role.EDUCATOR in viewer().roles,
        circles=CIRCLES,
    )


@bp.route("/trainees/<uuid:trainee_id>/concerns/raise", methods=["GET", "POST"])
@requires(Permission.CONCERN_RAISE)
def raise_concern(trainee_id: UUID) -> ResponseReturnValue:
    """Raise a concern about a trainee."""
    who = viewer()
    trainee = get_trainee(who, trainee_id, Permission.CONCERN_RAISE)
    manages = _manages(trainee.id)
    form = RaiseConcernForm()
    capabilities = queries.find_capabilities(trainee.id)
    form.offer([rung for rung in Rung if manages or not rung.blocks], capabilities.values())
    if form.validate_on_submit():
        try:
            services.raise_concern(who, trainee.id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The concern is recorded. The trainee and the consultant nurse have been told", "success")
            return redirect(url_for(".list_concerns"))
    return form_page("competencies/raise_concern.html", form, trainee=trainee, circles=CIRCLES)


@bp.get("/concerns/<uuid:concern_id>")
@requires(Permission.CONCERN_RAISE)
def show_concern(concern_id: UUID) -> ResponseReturnValue:
    """One concern, what the trainee says to it and what was decided about it."""
    page = queries.get_concern(viewer(), concern_id)
    note_that_read(page)
    return render_template(
        "competencies/show_concern.html",
        page=page,
        manages=_manages(page.row.fact.trainee_id),
        may_give_opinion=queries.may_give_opinion(viewer(), page),
        circles=CIRCLES,
    )


@bp.route("/concerns/<uuid:concern_id>/move", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def move_concern(concern_id: UUID) -> ResponseReturnValue:
    """Move a concern to another rung of the ladder."""
    page = managed(concern_id)
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
    return _decision_page("competencies/move_concern.html", form, page)


@bp.route("/concerns/<uuid:concern_id>/close", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def close_concern(concern_id: UUID) -> ResponseReturnValue:
    """Close a concern with a reason."""
    page = managed(concern_id)
    form = CloseConcernForm()
    if form.validate_on_submit():
        try:
            services.close_concern(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The concern is closed", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return _decision_page("competencies/close_concern.html", form, page)


@bp.route("/concerns/<uuid:concern_id>/share", methods=["GET", "POST"])
@requires(Permission.CONCERN_MANAGE)
def share_concern(concern_id: UUID) -> ResponseReturnValue:
    """Let the university read a concern below an action plan."""
    page = managed(concern_id)
    form = ShareConcernForm()
    if form.validate_on_submit():
        try:
            services.share_concern(viewer(), concern_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The university may read the concern now. The trainee has been told", "success")
            return redirect(url_for(".show_concern", concern_id=concern_id))
    return form_page("competencies/share_concern.html", form, page=page)


def managed(concern_id: UUID) -> queries.ConcernPage:
    """The concern, if the viewer manages this trainee's."""
    page = queries.get_concern(viewer(), concern_id)
    get_trainee(viewer(), page.row.fact.trainee_id, Permission.CONCERN_MANAGE)
    return page


def note_that_read(page: queries.ConcernPage) -> None:
    """Note that the viewer opens this concern; nothing of it is sent before."""
    who, fact = viewer(), page.row.fact
    before_response(
        "audit.note_reading", lambda: note_reading(who, about=fact.trainee_id, what="concern", record_id=fact.id)
    )


def read_page(template: str, form: NHSForm, page: queries.ConcernPage) -> ResponseReturnValue:
    """A page with a form on which words of the concern stand: that it is read is noted first."""
    note_that_read(page)
    return form_page(template, form, page=page)


def _decision_page(
    template: str, form: MoveConcernForm | CloseConcernForm, page: queries.ConcernPage
) -> ResponseReturnValue:
    """A page with what the trainee and an adviser said above the form, which remembers that it was in view."""
    form.seen_reply_id.data = page.process.newest_reply_id
    if page.process.replies or page.process.opinions:
        return read_page(template, form, page)
    return form_page(template, form, page=page)


def _manages(trainee_id: UUID) -> bool:
    return may_towards(viewer(), trainee_id, Permission.CONCERN_MANAGE)
