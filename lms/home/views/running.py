"""What keeps the service running: jobs that were given up, and texts that must go."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.audit import queries as audit
from lms.audit import services as audit_services
from lms.core.errors import NotFound, RuleViolation
from lms.home.forms import RedactionForm
from lms.home.views.blueprint import bp
from lms.identity.queries import people_by_id
from lms.jobs import queries as jobs
from lms.jobs import services as job_services
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/jobs")
@requires(Permission.JOB_MANAGE)
def list_jobs() -> ResponseReturnValue:
    """Jobs that were given up, with the last error, and how many wait."""
    return render_template(
        "home/list_jobs.html", failed=jobs.list_failed(viewer()), counts=jobs.count_by_state(viewer())
    )


@bp.post("/jobs/<uuid:job_id>/retry")
@requires(Permission.JOB_MANAGE)
def retry_job(job_id: UUID) -> ResponseReturnValue:
    """Put a job that was given up back in the queue."""
    job_services.retry(viewer(), job_id)
    flash("The job is in the queue again.")
    return redirect(url_for(".list_jobs"))


@bp.get("/redactions")
@requires(Permission.TEXT_REDACT)
def list_redactions() -> ResponseReturnValue:
    """Texts that somebody asked to destroy and a second person has to confirm."""
    waiting = audit.list_open_redactions(viewer())
    people = people_by_id(row.asked_by_id for row in waiting)
    return render_template("home/list_redactions.html", waiting=waiting, people=people)


@bp.route("/texts/<uuid:text_id>/redaction", methods=["GET", "POST"])
@requires(Permission.TEXT_REDACT)
def ask_redaction(text_id: UUID) -> ResponseReturnValue:
    """Ask for one text to be destroyed."""
    body = audit.find_text(text_id)
    if body is None or body.text is None:
        raise NotFound("There is no such text, or it is already redacted.")
    form = RedactionForm()
    if form.validate_on_submit():
        try:
            audit_services.ask_redaction(viewer(), text_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("A second person now has to confirm the redaction.")
            return redirect(url_for(".list_redactions"))
    return form_page("home/ask_redaction.html", form)


@bp.post("/redactions/<uuid:request_id>/confirm")
@requires(Permission.TEXT_REDACT)
def confirm_redaction(request_id: UUID) -> ResponseReturnValue:
    """Destroy a text, as the second person."""
    try:
        audit_services.confirm_redaction(viewer(), request_id)
    except RuleViolation as problem:
        flash(problem.message, "important")
    else:
        flash("The text is destroyed. The record and the ledger stay.")
    return redirect(url_for(".list_redactions"))
