"""Pages on which an administrator checks guests and knows organisations."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation, Stale
from lms.identity.queries import list_organisations
from lms.identity.services import update_guest
from lms.policy import Permission
from lms.signing import queries, services
from lms.signing.forms import CheckGuestForm, DomainForm, GuestAccountForm, GuestForm, MergeForm
from lms.signing.views.blueprint import bp
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.get("/guests")
@requires(Permission.GUEST_CHECK)
def list_guests() -> ResponseReturnValue:
    """Everybody who signed without an account, those to check first."""
    rows = queries.list_guests(viewer())
    return render_template(
        "signing/list_guests.html",
        waiting=[row for row in rows if row.verdict is None],
        decided=[row for row in rows if row.verdict is not None],
        joined=queries.list_joined(viewer()),
    )


@bp.get("/guests/<uuid:guest_id>")
@requires(Permission.GUEST_CHECK)
def show_guest(guest_id: UUID) -> ResponseReturnValue:
    """One guest, what was decided and who may be the same person."""
    return render_template("signing/show_guest.html", page=queries.get_guest(viewer(), guest_id))


@bp.route("/guests/<uuid:guest_id>/edit", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def edit_guest(guest_id: UUID) -> ResponseReturnValue:
    """Correct or complete a guest's details."""
    page = queries.get_guest(viewer(), guest_id)
    form = GuestForm(data={**page.details, "version": page.version})
    if form.validate_on_submit():
        try:
            update_guest(viewer(), guest_id, version=form.version.data or 0, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Details saved.")
            return redirect(url_for(".show_guest", guest_id=guest_id))
    return form_page("signing/edit_guest.html", form, page=page)


@bp.route("/guests/<uuid:guest_id>/check", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def check_guest(guest_id: UUID) -> ResponseReturnValue:
    """Accept or refuse a guest."""
    page = queries.get_guest(viewer(), guest_id)
    form = CheckGuestForm()
    if form.validate_on_submit():
        try:
            services.check_guest(viewer(), guest_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{page.row.entry.name} is {form.verdict.data.value}.")
            return redirect(url_for(".show_guest", guest_id=guest_id))
    return form_page("signing/check_guest.html", form, page=page)


@bp.route("/guests/<uuid:guest_id>/same-person", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def merge_guest(guest_id: UUID) -> ResponseReturnValue:
    """Say that a guest, or an account no longer in use, is the same person as somebody else."""
    page = queries.get_joinable(viewer(), guest_id)
    form = MergeForm()
    form.offer(page.twins, page.others)
    if form.validate_on_submit():
        try:
            services.merge_people(viewer(), guest_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{page.entry.name} is joined with the other entry. What was signed stays as it was.")
            return redirect(url_for(".list_guests"))
    return form_page("signing/merge_guest.html", form, page=page)


@bp.route("/guests/<uuid:guest_id>/account", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def open_account(guest_id: UUID) -> ResponseReturnValue:
    """Say what follows, then make an accepted guest an assessor with an account."""
    page = queries.get_guest(viewer(), guest_id)
    form = GuestAccountForm()
    if form.validate_on_submit():
        try:
            services.open_guest_account(viewer(), guest_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{page.row.entry.name} is now an assessor. The invitation is on its way.")
            return redirect(url_for(".list_guests"))
    return form_page("signing/open_account.html", form, page=page)


@bp.route("/known-organisations", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def list_domains() -> ResponseReturnValue:
    """The mail domains that show where somebody works, and a form for another one."""
    form = DomainForm()
    form.organisation_id.choices = [SelectChoice(str(each.id), each.name) for each in list_organisations()]
    if form.validate_on_submit():
        try:
            services.add_domain(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The mail domain is known now.")
            return redirect(url_for(".list_domains"))
    return form_page("signing/list_domains.html", form, rows=queries.list_domains(viewer()))


@bp.post("/known-organisations/<uuid:domain_id>/remove")
@requires(Permission.GUEST_CHECK)
def remove_domain(domain_id: UUID) -> ResponseReturnValue:
    """Know a mail domain no longer."""
    services.remove_domain(viewer(), domain_id)
    flash("The mail domain is removed. Who was accepted with it stays accepted.")
    return redirect(url_for(".list_domains"))
