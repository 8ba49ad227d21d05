"""What keeps the service running: jobs that were given up."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.home.views.blueprint import bp
from lms.jobs import queries as jobs
from lms.jobs import services as job_services
from lms.policy import Permission
from lms.web.access import requires, viewer


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
