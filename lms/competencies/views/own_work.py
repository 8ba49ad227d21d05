"""An assessor's own work as a certificate, for their professional development."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from lms.competencies.queries.own_work import get_own_work
from lms.competencies.rules.own_hours import Period
from lms.competencies.views.blueprint import bp
from lms.core.clock import today
from lms.identity.queries import get_person, get_trust
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/assessments/certificate")
@requires(Permission.ASSESSMENT_COMPLETE)
def show_certificate() -> ResponseReturnValue:
    """The viewer's own assessments by month with minutes, and no trainee's name."""
    try:
        period = Period(request.args.get("period", Period.YEAR.value))
    except ValueError:
        abort(404)
    return render_template(
        "competencies/show_certificate.html",
        person=get_person(viewer(), viewer().id),
        trust=get_trust(),
        work=get_own_work(viewer(), period),
        period=period,
        periods=list(Period),
        today=today(),
    )
