"""Pages on which the administrator keeps the list of sites."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.placements import queries, services
from lms.placements.forms import SiteForm
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.get("/sites")
@requires(Permission.ACCOUNT_MANAGE)
def list_sites() -> ResponseReturnValue:
    """List the sites with their settings."""
    return render_template(
        "placements/list_sites.html", sites=queries.list_sites(), placements=queries.get_placements()
    )


@bp.route("/sites/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def add_site() -> ResponseReturnValue:
    """Ask for a site and add it."""
    form = SiteForm()
    form.setting.choices = [SelectChoice(each.slug, each.title) for each in queries.get_placements().settings]
    if form.validate_on_submit():
        try:
            services.add_site(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Site added")
            return redirect(url_for(".list_sites"))
    return form_page("placements/add_site.html", form)
