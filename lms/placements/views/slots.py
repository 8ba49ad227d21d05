"""Pages on which managers keep slots: the list, one slot, making, changing and cancelling."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, start_of_day, today
from lms.core.errors import RuleViolation, Stale
from lms.core.words import number_of
from lms.placements import queries, services
from lms.placements.forms import CancelSlotForm, ChangeSlotForm, SlotsForm, TermsForm
from lms.placements.forms.slots import LATER, ONLY_THIS
from lms.placements.rules.planning import PlannedSlot, clock_change_ahead, digest_of, plan_slots, terms_of
from lms.placements.rules.series import Repeats
from lms.placements.rules.shown import Shown, shown_from
from lms.placements.rules.slots import SignUp, SlotState
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page

MANAGE = Permission.SLOT_MANAGE


@bp.get("/slots")
@requires(MANAGE)
def list_slots() -> ResponseReturnValue:
    """The slots of a week or a month, with what the address asks for."""
    shown = shown_from(request.args, today())
    rows = queries.list_slots(
        start_of_day(shown.first),
        start_of_day(shown.end),
        site_id=shown.site_id,
        setting=shown.setting,
    )
    moment, placements = now(), queries.get_placements()
    kept = [row for row in rows if shown.state is None or row.state(moment) is shown.state]
    return render_template(
        "placements/list_slots.html",
        shown=shown,
        ahead=[row for row in kept if not row.fact.has_begun(moment)],
        begun=[row for row in kept if row.fact.has_begun(moment)],
        now=moment,
        sites=[(str(site.id), site.name) for site in queries.list_sites()],
        settings=[(each.slug, each.title) for each in placements.settings],
        states=[(state.value, state.label) for state in SlotState],
    )


@bp.get("/slots/<uuid:slot_id>")
@requires(MANAGE)
def show_slot(slot_id: UUID) -> ResponseReturnValue:
    """One slot: when, where, how long, who is booked and what blocks them."""
    row, moment = queries.get_slot(slot_id), now()
    people = queries.list_people(viewer(), slot_id)
    return render_template(
        "placements/show_slot.html",
        row=row,
        now=moment,
        people=people,
        blocks=queries.find_blocks([person.trainee_id for person in people.rows], row.fact),
        may_change=not (row.fact.is_cancelled or row.fact.has_begun(moment)),
        clock_change=clock_change_ahead(row.fact.span),
        series=queries.count_series(row.series_id),
        cancellation=queries.find_cancellation(slot_id),
        placements=queries.get_placements(),
    )


@bp.route("/sites/<uuid:site_id>/slots/new", methods=["GET", "POST"])
@requires(MANAGE)
def make_slots(site_id: UUID) -> ResponseReturnValue:
    """Ask for a slot or a series, show every date of it, then make them."""
    site = queries.get_site(site_id)
    form = SlotsForm(data={"capacity": 1, "sign_up": SignUp.FIRST_COME, "repeats": Repeats.ONCE})
    _offer_supervisors(form, site_id)
    planned: Sequence[PlannedSlot] = ()
    if form.validate_on_submit():
        try:
            planned = plan_slots(form.pattern, form.terms, site=queries.get_site_fact(site_id), now=now())
            seen = digest_of(planned)
            if form.seen.data == seen:
                made = services.make_slots(viewer(), site_id, pattern=form.pattern, terms=form.terms)
                flash(f"{number_of(len(made), 'slot')} made")
                if len(made) == 1:
                    return redirect(url_for(".show_slot", slot_id=made[0].id))
                return redirect(
                    url_for(".list_slots", **Shown(planned[0].on, is_month=True, site_id=site_id).address())
                )
            form.seen.data = seen
        except RuleViolation as problem:
            form.reject(problem)
            planned = ()
    if not planned:
        form.seen.data = ""
    return form_page("placements/make_slots.html", form, site=site, planned=planned)


@bp.route("/slots/<uuid:slot_id>/change", methods=["GET", "POST"])
@requires(MANAGE)
def change_slot(slot_id: UUID) -> ResponseReturnValue:
    """Ask what is different and change the slot, or the later ones of its series too."""
    row = queries.get_slot(slot_id)
    terms = terms_of(row.fact)
    form = ChangeSlotForm(
        data={
            **{name: getattr(terms, name) for name in terms.__dataclass_fields__},
            "first_on": row.fact.on,
            "scope": ONLY_THIS,
            "version": row.version,
        }
    )
    _offer_supervisors(form, row.fact.site_id)
    if row.series_id is None:
        del form.scope
    if form.validate_on_submit():
        try:
            changed = services.change_slot(
                viewer(),
                slot_id,
                version=form.version.data or 0,
                on=form.day,
                terms=form.terms,
                later="scope" in form and form.scope.data == LATER,
            )
        except RuleViolation as problem:
            form.reject(problem)
        except Stale as stale:
            form.conflict(stale)
        else:
            flash(f"{number_of(len(changed), 'slot')} changed")
            return redirect(url_for(".show_slot", slot_id=slot_id))
    return form_page("placements/change_slot.html", form, row=row)


@bp.route("/slots/<uuid:slot_id>/cancel", methods=["GET", "POST"])
@requires(MANAGE)
def cancel_slot(slot_id: UUID) -> ResponseReturnValue:
    """Ask why a slot does not take place and cancel it."""
    row = queries.get_slot(slot_id)
    form = CancelSlotForm(data={"scope": ONLY_THIS})
    if row.series_id is None:
        del form.scope
    if form.validate_on_submit():
        try:
            later = "scope" in form and form.scope.data == LATER
            made = services.cancel_slot(viewer(), slot_id, reason=form.reason.data, later=later)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{number_of(len(made), 'slot')} cancelled. Everybody who was booked has been told.")
            return redirect(url_for(".show_slot", slot_id=slot_id))
    series = [each.fact.id for each in queries.list_later(row, now())] if row.series_id else []
    return form_page(
        "placements/cancel_slot.html",
        form,
        row=row,
        standing=len(queries.list_standing([slot_id])),
        later=len(series),
        standing_later=len(queries.list_standing(series)) if series else 0,
    )


def _offer_supervisors(form: TermsForm, site_id: UUID) -> None:
    form.supervisor_id.choices = [
        SelectChoice(str(person.id), person.name) for person in queries.supervisors_of(site_id)
    ]
