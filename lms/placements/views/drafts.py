"""Pages of a shift that is begun and not sent: going on with it, keeping it while typing, throwing it away."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, to_london
from lms.core.errors import RuleViolation
from lms.placements import queries, services
from lms.placements.forms import ConfirmForm, ShiftForm, drafted_form
from lms.placements.rules.offline import held_in
from lms.placements.views.blueprint import bp
from lms.placements.views.shifts import entry_page
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.scripts import sent_by_script


@bp.route("/hours/drafts/<uuid:draft_id>", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def continue_draft(draft_id: UUID) -> ResponseReturnValue:
    """Go on entering a shift that was not sent, and log it."""
    draft = queries.get_own_draft(viewer(), draft_id)
    if draft.ended_at is not None:
        flash("This draft was sent or thrown away.", "important")
        return redirect(url_for(".show_own_hours"))
    if request.method == "POST":
        form = ShiftForm()
    else:
        form = drafted_form(draft.body)
        form.version.data = draft.version
    form.draft_id.data = draft_id
    return entry_page(form, held=held_in(draft.body).words)


@bp.post("/hours/drafts/save")
@requires(Permission.HOURS_LOG)
def save_draft() -> ResponseReturnValue:
    """Keep what is being typed, as the draft the page names. Answers in JSON, for the page itself."""
    draft_id = request.args.get("draft", type=UUID)
    if draft_id is None:
        abort(400, "Open the page again before you save")
    sent = {**sent_by_script(), "booking_id": request.args.get("booking", "")}
    form = drafted_form(sent)
    if not form.can_be_kept():
        return {"error": form.problems[0][0]}, 400 if form.version.errors else 422
    body = {name: text for name, text in form.draft.items() if name in sent}  # A page leaves out what may identify.
    version = services.save_draft(
        viewer(), draft_id, version=form.version.data, body=body, no_identifiers=form.no_identifiers.data
    )
    return {
        "version": version,
        "saved_at": f"{to_london(now()):%H:%M}",
        "said": form.said,
        "page": url_for(".continue_draft", draft_id=draft_id),
    }


@bp.post("/hours/drafts/<uuid:draft_id>/throw-away")
@requires(Permission.HOURS_LOG)
def throw_away_draft(draft_id: UUID) -> ResponseReturnValue:
    """Throw away a shift that was not sent; the hours page offers to bring it back."""
    return _change(draft_id, services.throw_away_draft, "Draft thrown away. You can bring it back until tomorrow.")


@bp.post("/hours/drafts/<uuid:draft_id>/bring-back")
@requires(Permission.HOURS_LOG)
def bring_back_draft(draft_id: UUID) -> ResponseReturnValue:
    """Undo that a draft was thrown away."""
    return _change(draft_id, services.bring_back_draft, "The draft is back. Nothing has been sent.")


def _change(draft_id: UUID, service: Callable[..., object], done: str) -> ResponseReturnValue:
    if ConfirmForm().validate_on_submit():
        try:
            service(viewer(), draft_id)
        except RuleViolation as problem:
            flash(problem.message, "important")
        else:
            flash(done)
    return redirect(url_for(".show_own_hours"))
