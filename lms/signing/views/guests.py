"""Pages on which an administrator checks guests and knows organisations."""

from collections.abc import Callable, Collection
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation, Stale
from lms.identity.queries import list_organisations
from lms.policy import Permission
from lms.signing import queries, services
from lms.signing.forms import CheckGuestForm, DomainForm, GuestAccountForm, GuestForm, JoinForm
from lms.signing.rules import Purpose
from lms.signing.rules.guests import Signed, lacking
from lms.signing.views.blueprint import bp
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page

_count: dict[Purpose, Callable[[Collection[UUID]], Signed]] = {}


def use_count(purpose: Purpose, count: Callable[[Collection[UUID]], Signed]) -> None:
    """Say how records of one kind that some people signed are counted."""
    _count[purpose] = count


@bp.get("/guests")
@requires(Permission.GUEST_CHECK)
def list_guests() -> ResponseReturnValue:
    """Everybody who signed without an account, those to check first."""
    rows = queries.list_guests(viewer())
    return render_template(
        "signing/list_guests.html",
        waiting=[row for row in rows if row.waits],
        decided=[row for row in rows if not row.waits],
        joined=queries.list_joined(viewer()),
    )


@bp.get("/guests/<uuid:guest_id>")
@requires(Permission.GUEST_CHECK)
def show_guest(guest_id: UUID) -> ResponseReturnValue:
    """One guest, how much they signed and what they drew, what was decided and who may be the same person."""
    page = queries.get_guest(viewer(), guest_id)
    entries = queries.entries_of(guest_id)
    found = [count(entries) for count in _count.values()]
    last = max((each.last_on for each in found if each.last_on), default=None)
    signed = Signed(sum(each.count for each in found), last)
    drawings = queries.list_drawings(viewer(), entries)
    return render_template("signing/show_guest.html", page=page, signed=signed, drawings=drawings)


@bp.route("/guests/<uuid:guest_id>/edit", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def edit_guest(guest_id: UUID) -> ResponseReturnValue:
    """Correct or complete a guest's details, then go back to where one came from: the guest, or checking them."""
    page = queries.get_guest(viewer(), guest_id)
    form = GuestForm(data={**page.details, "version": page.version})
    came_from = ".check_guest" if request.args.get("then") == "check" else ".show_guest"
    if form.validate_on_submit():
        try:
            services.update_guest(viewer(), guest_id, version=form.version.data or 0, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Details saved.")
            return redirect(url_for(came_from, guest_id=guest_id))
    return form_page("signing/edit_guest.html", form, page=page, came_from=came_from)


@bp.route("/guests/<uuid:guest_id>/check", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def check_guest(guest_id: UUID) -> ResponseReturnValue:
    """Accept or refuse a guest."""
    page = queries.get_guest(viewer(), guest_id)
    form = CheckGuestForm(data={"version": page.version})
    if form.validate_on_submit():
        try:
            services.check_guest(viewer(), guest_id, version=form.version.data, **form.answers)
        except RuleViolation as problem:
            form.version.data = page.version
            form.reject(problem)
        else:
            flash(f"{page.row.entry.name} is {form.verdict.data.value}.")
            return redirect(url_for(".show_guest", guest_id=guest_id))
    return form_page("signing/check_guest.html", form, page=page, lacks=lacking(page.row.entry))


@bp.route("/guests/<uuid:guest_id>/same-person", methods=["GET", "POST"])
@requires(Permission.GUEST_CHECK)
def join_guest(guest_id: UUID) -> ResponseReturnValue:
    """Say that a guest, or an account no longer in use, is the same person as somebody else."""
    page = queries.get_joinable(viewer(), guest_id)
    form = JoinForm()
    form.offer(page.twins, page.others)
    if form.validate_on_submit():
        try:
            services.join_people(viewer(), guest_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{page.entry.name} is joined with the other entry. What was signed stays as it was.")
            return redirect(url_for(".list_guests"))
    return form_page("signing/join_guest.html", form, page=page)


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
    """The email domains that show where somebody works, and a form for another one."""
    form = DomainForm()
    form.organisation_id.choices = [SelectChoice(str(each.id), each.name) for each in list_organisations()]
    if form.validate_on_submit():
        try:
            services.add_domain(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The email domain is known now.")
            return redirect(url_for(".list_domains"))
    return form_page("signing/list_domains.html", form, rows=queries.list_domains(viewer()))


@bp.post("/known-organisations/<uuid:domain_id>/remove")
@requires(Permission.GUEST_CHECK)
def remove_domain(domain_id: UUID) -> ResponseReturnValue:
    """Know an email domain no longer."""
    services.remove_domain(viewer(), domain_id)
    flash("The email domain is removed. Who was accepted with it stays accepted.")
    return redirect(url_for(".list_domains"))
