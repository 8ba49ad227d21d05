"""Pages on which managers keep the list of sites."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now
from lms.core.errors import RuleViolation, Stale
from lms.placements import queries, services
from lms.placements.forms import ChangeSiteForm, ConfirmForm, SiteForm
from lms.placements.queries.clearance_ahead import list_own_requirements
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page

NEXT = 10


@bp.get("/sites")
@requires(Permission.SLOT_MANAGE)
def list_sites() -> ResponseReturnValue:
    """List the sites with their settings, supervisors and slots ahead."""
    return render_template(
        "placements/list_sites.html", sites=queries.list_site_rows(now()), placements=queries.get_placements()
    )


@bp.route("/sites/new", methods=["GET", "POST"])
@requires(Permission.SLOT_MANAGE)
def add_site() -> ResponseReturnValue:
    """Ask for a site and add it."""
    form = SiteForm()
    form.setting.choices = [SelectChoice(each.slug, each.title) for each in queries.get_placements().settings]
    if form.validate_on_submit():
        try:
            site = services.add_site(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Site added")
            return redirect(url_for(".show_site", site_id=site.id))
    return form_page("placements/add_site.html", form)


@bp.route("/sites/<uuid:site_id>/change", methods=["GET", "POST"])
@requires(Permission.SLOT_MANAGE)
def change_site(site_id: UUID) -> ResponseReturnValue:
    """Ask what is wrong about the name or the setting of a site and correct it."""
    site = queries.get_site(site_id)
    form = ChangeSiteForm(obj=site)
    form.setting.choices = [SelectChoice(each.slug, each.title) for each in queries.get_placements().settings]
    if form.validate_on_submit():
        try:
            services.change_site(viewer(), site_id, version=form.version.data or 0, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Site changed")
            return redirect(url_for(".show_site", site_id=site_id))
    return form_page("placements/change_site.html", form, site=site)


@bp.get("/sites/<uuid:site_id>")
@requires(Permission.SLOT_MANAGE)
def show_site(site_id: UUID) -> ResponseReturnValue:
    """One site: who supervises there, what trainees need before a placement, and its next slots."""
    site = queries.get_site(site_id)
    moment = now()
    return render_template(
        "placements/show_site.html",
        site=site,
        now=moment,
        placements=queries.get_placements(),
        supervisors=[person for person in queries.list_supervisors() if site_id in person.sites],
        requirements=queries.list_requirements(site_id),
        clears={each.id for each in list_own_requirements(viewer())},
        slots=queries.list_slots_of_site(site_id, after=moment, limit=NEXT),
        may_give_roles=viewer().may(Permission.ACCOUNT_MANAGE),
    )


@bp.route("/sites/<uuid:site_id>/close", methods=["GET", "POST"])
@requires(Permission.SLOT_MANAGE)
def close_site(site_id: UUID) -> ResponseReturnValue:
    """Ask whether a site is to offer no slots any more, and close it."""
    site = queries.get_site(site_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.close_site(viewer(), site_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Site closed")
            return redirect(url_for(".show_site", site_id=site_id))
    booked = [row for row in queries.list_slots_of_site(site_id, after=now(), limit=NEXT) if row.taken]
    return form_page("placements/close_site.html", form, site=site, booked=booked)


@bp.post("/sites/<uuid:site_id>/reopen")
@requires(Permission.SLOT_MANAGE)
def reopen_site(site_id: UUID) -> ResponseReturnValue:
    """Let a closed site offer slots again."""
    queries.get_site(site_id)
    try:
        services.reopen_site(viewer(), site_id)
    except RuleViolation as problem:
        flash(problem.message)
    else:
        flash("Site open again")
    return redirect(url_for(".show_site", site_id=site_id))
