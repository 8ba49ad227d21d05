"""Pages on which trainees note the contacts of a shift and take them back."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import NotFound, RuleViolation
from lms.placements import queries, services
from lms.placements.forms import ConfirmForm, EncounterForm
from lms.placements.rules.encounters import AgeBand
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/hours/shifts/<uuid:shift_id>/encounters/new", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def add_encounter(shift_id: UUID) -> ResponseReturnValue:
    """Ask for one contact of the shift by taps alone, and offer the next."""
    page = queries.get_own_shift(viewer(), shift_id)
    form = EncounterForm(data={"part": queries.find_last_part(viewer()), "age_band": AgeBand.NOT_KNOWN})
    if form.validate_on_submit():
        try:
            services.add_encounter(viewer(), shift_id, contact=form.contact)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Contact added")
            if request.form.get("action") == "next":
                return redirect(url_for(".add_encounter", shift_id=shift_id))
            return redirect(url_for(".show_shift", shift_id=shift_id, _anchor="contacts"))
    return form_page("placements/add_encounter.html", form, page=page)


@bp.route("/hours/shifts/<uuid:shift_id>/encounters/<uuid:encounter_id>/take-back", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def take_back_encounter(shift_id: UUID, encounter_id: UUID) -> ResponseReturnValue:
    """Ask whether to take a contact back, and do it."""
    page = queries.get_own_shift(viewer(), shift_id)
    encounter = next((each for each in page.encounters if each.id == encounter_id), None)
    if encounter is None:
        raise NotFound
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.take_back_encounter(viewer(), encounter_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Contact taken back")
            return redirect(url_for(".show_shift", shift_id=shift_id, _anchor="contacts"))
    return form_page("placements/take_back_encounter.html", form, page=page, encounter=encounter)
