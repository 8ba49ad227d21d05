"""Accounts, roles and invitations, for the administrator."""

from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation, Stale
from lms.identity import queries, services
from lms.identity.forms import CauseForm, ConfirmForm, EditPersonForm, NewPersonForm, OrganisationForm, RoleForm
from lms.identity.rules import OrganisationKind
from lms.identity.views.blueprint import bp
from lms.policy import Permission, Role
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.get("/people")
@requires(Permission.ACCOUNT_MANAGE)
def list_people() -> ResponseReturnValue:
    """All accounts with their roles, searchable by name or address, or those of one role."""
    search = request.args.get("search", "").strip()[:100]
    role = next((each for each in Role if each == request.args.get("role")), None)
    return render_template(
        "identity/list_people.html",
        accounts=queries.list_people(viewer(), search=search, role=role),
        search=search,
        role=role,
        roles=list(Role),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def add_person() -> ResponseReturnValue:
    """Open an account and send the invitation."""
    form = NewPersonForm()
    form.organisation_id.choices = [SelectChoice(row.id, row.name) for row in queries.list_organisations()]
    if form.validate_on_submit():
        try:
            person = services.create_person(viewer(), is_example=bool(current_app.config["DEMO"]), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{person.name} has an account. Give them a role, then send the invitation.")
            return redirect(url_for(".show_person", person_id=person.id))
    return form_page("identity/add_person.html", form)


@bp.get("/people/<uuid:person_id>")
@requires(Permission.ACCOUNT_MANAGE)
def show_person(person_id: UUID) -> ResponseReturnValue:
    """One account: details, roles now and before, invitation and deactivation."""
    assignments = queries.list_role_assignments(viewer(), person_id)
    return render_template(
        "identity/show_person.html",
        account=queries.get_account(viewer(), person_id),
        assignments=assignments,
        places=queries.names_of_scopes(row.scope_id for row in assignments),
        has_second_factor=queries.has_second_factor(viewer(), person_id),
        is_self=person_id == viewer().id,
    )


@bp.route("/people/<uuid:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def edit_person(person_id: UUID) -> ResponseReturnValue:
    """Correct a person's details."""
    person = queries.get_person(viewer(), person_id)
    form = EditPersonForm(obj=person)
    if form.validate_on_submit():
        try:
            services.update_person(viewer(), person_id, version=form.version.data or 0, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash("Details saved.")
            return redirect(url_for(".show_person", person_id=person_id))
    return form_page("identity/edit_person.html", form, person=person)


@bp.route("/people/<uuid:person_id>/roles/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def give_role(person_id: UUID) -> ResponseReturnValue:
    """Give a person a role."""
    person = queries.get_person(viewer(), person_id)
    form = RoleForm()
    form.scope_id.choices = [
        SelectChoice(row.id, row.name)
        for row in queries.list_organisations()
        if row.organisation_kind is not OrganisationKind.PARTNER
    ]
    if form.validate_on_submit():
        try:
            services.give_role(viewer(), person_id=person_id, **form.answers | {"cause": form.cause.data.label})
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{person.name} is now {form.role.data.label.lower()}.")
            return redirect(url_for(".show_person", person_id=person_id))
    return form_page("identity/give_role.html", form, person=person)


@bp.route("/people/<uuid:person_id>/roles/<uuid:assignment_id>/end", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def end_role(person_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """End a role; what the person did in it stays."""
    person = queries.get_person(viewer(), person_id)
    assignment = queries.get_role_assignment(viewer(), person_id, assignment_id)
    form = CauseForm()
    if form.validate_on_submit():
        try:
            services.end_role(viewer(), assignment_id, cause=form.cause.data)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The role has ended.")
            return redirect(url_for(".show_person", person_id=person_id))
    return form_page("identity/end_role.html", form, person=person, assignment=assignment)


@bp.post("/people/<uuid:person_id>/invite")
@requires(Permission.ACCOUNT_MANAGE)
def invite(person_id: UUID) -> ResponseReturnValue:
    """Send a new invitation; an older one stops working."""
    services.invite(viewer(), person_id)
    flash("The invitation is on its way. It works once, for 7 days.")
    return redirect(url_for(".show_person", person_id=person_id))


@bp.post("/people/<uuid:person_id>/second-factor/remove")
@requires(Permission.ACCOUNT_MANAGE)
def remove_second_factor(person_id: UUID) -> ResponseReturnValue:
    """Let somebody who lost their phone set up the second factor again."""
    services.remove_second_factor(viewer(), person_id)
    flash("The second factor is removed. The person sets up a new one at the next sign-in.")
    return redirect(url_for(".show_person", person_id=person_id))


@bp.route("/people/<uuid:person_id>/deactivate", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def deactivate(person_id: UUID) -> ResponseReturnValue:
    """Say what follows, then close an account; nothing the person did is lost."""
    person = queries.get_person(viewer(), person_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.deactivate(viewer(), person_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The account is deactivated.")
            return redirect(url_for(".show_person", person_id=person_id))
    return form_page("identity/deactivate.html", form, person=person)


@bp.post("/people/<uuid:person_id>/reactivate")
@requires(Permission.ACCOUNT_MANAGE)
def reactivate(person_id: UUID) -> ResponseReturnValue:
    """Open a deactivated account again."""
    services.reactivate(viewer(), person_id)
    flash("The account is in use again.")
    return redirect(url_for(".show_person", person_id=person_id))


@bp.route("/universities/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def add_university() -> ResponseReturnValue:
    """Add a partner university."""
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            services.create_organisation(viewer(), kind=OrganisationKind.UNIVERSITY, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{form.name.data} is added.")
            return redirect(url_for(".list_people"))
    return form_page("identity/add_university.html", form)
