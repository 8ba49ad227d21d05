"""The page that totals by site what was pulled to operational duty."""

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.placements import queries
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/hours/pulled")
@requires(Permission.HOURS_SITE_READ)
def show_pulled() -> ResponseReturnValue:
    """Show how much placement time each site lost to operational duty, without names."""
    return render_template(
        "placements/show_pulled.html",
        sites=queries.list_pulled_by_site(viewer()),
        placements=queries.get_placements(),
        sees_trainees=viewer().may(Permission.HOURS_UNLOCK),
        own_sites=viewer().may(Permission.HOURS_APPROVE),
    )
