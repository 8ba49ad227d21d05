"""The page on which trainees see what is known of their main rota."""

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.core.clock import today
from lms.placements import queries
from lms.placements.rules.rota import runs_out_soon
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/rota")
@requires(Permission.ROTA_IMPORT)
def show_rota() -> ResponseReturnValue:
    """Show what is known of the viewer's main rota, until when, and when it was imported."""
    rota = queries.get_own_rota(viewer())
    booked = queries.check_own_bookings(viewer())
    return render_template(
        "placements/show_rota.html", rota=rota, booked=booked, runs_out_soon=runs_out_soon(rota.known, today())
    )
