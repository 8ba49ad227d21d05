"""Pages on which approvers decide about bookings, and on which supervisors see who comes to them."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now
from lms.core.errors import RuleViolation
from lms.placements.forms.bookings import ApproveBookingsForm, CancelBookingForm, GiveSlotForm, ReasonForm
from lms.placements.queries import get_placements
from lms.placements.queries.coming import list_coming as coming
from lms.placements.queries.deciding import (
    get_booking_to_decide,
    get_slot_to_decide,
    list_booked_ahead,
    list_to_decide,
    list_to_give,
)
from lms.placements.queries.giving import get_slot_to_give
from lms.placements.queries.seen import list_seen
from lms.placements.queries.swaps import list_swaps_to_decide
from lms.placements.rules.bookings import BookingStatus, is_late
from lms.placements.rules.times import clock_change_note
from lms.placements.services.bookings import approve_bookings, cancel_booking, decline_booking, give_slot
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page

GIVEN_WORDS = {
    BookingStatus.BOOKED: "Booked. Everybody concerned has been told.",
    BookingStatus.GIVEN: "Given: booked as soon as everything is cleared. The trainee and whoever clears it are told.",
}


@bp.get("/bookings/waiting")
@requires(Permission.BOOKING_DECIDE)
def list_bookings_to_decide() -> ResponseReturnValue:
    """List what waits for the viewer: slots somebody asked for, swaps, slots to give, and who is booked ahead."""
    return render_template(
        "placements/list_bookings_to_decide.html",
        slots=list_to_decide(viewer()),
        swaps=list_swaps_to_decide(viewer()),
        to_give=list_to_give(),
        booked=list_booked_ahead(viewer()),
        placements=get_placements(),
    )


@bp.route("/bookings/slots/<uuid:slot_id>", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def decide_slot(slot_id: UUID) -> ResponseReturnValue:
    """Show everybody who asked for a slot with what holds them up, and book those chosen."""
    page = get_slot_to_decide(viewer(), slot_id)
    form = ApproveBookingsForm()
    form.bookings.choices = [SelectChoice(str(each.fact.id), each.name) for each in (*page.asked, *page.waiting)]
    if form.validate_on_submit():
        try:
            approve_bookings(viewer(), slot_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Decided. Everybody concerned has been told.")
            return redirect(url_for(".list_bookings_to_decide"))
    slot = page.row.fact
    return form_page(
        "placements/decide_slot.html",
        form,
        page=page,
        placements=get_placements(),
        clock_change=clock_change_note(slot.span),
        may_book=not slot.is_cancelled and not slot.has_begun(now()),
    )


@bp.route("/bookings/slots/<uuid:slot_id>/gift", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def give_a_slot(slot_id: UUID) -> ResponseReturnValue:
    """Choose a trainee who did not ask for a slot, and give it: booked at once, or once everything is cleared."""
    page = get_slot_to_give(viewer(), slot_id)
    form = GiveSlotForm()
    form.trainee_id.choices = [SelectChoice(str(each.trainee_id), each.name) for each in page.fit]
    form.trainee_id.hints = {str(each.trainee_id): each.words for each in page.fit}
    if form.validate_on_submit():
        try:
            booking = give_slot(viewer(), slot_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            made, _, _ = get_booking_to_decide(viewer(), booking.id)
            flash(GIVEN_WORDS[made.status])
            return redirect(url_for(".decide_slot", slot_id=slot_id))
    chosen = next((each for each in page.fit if each.trainee_id == form.trainee_id.data), None) if form.errors else None
    return form_page("placements/give_a_slot.html", form, page=page, placements=get_placements(), chosen=chosen)


@bp.route("/bookings/<uuid:booking_id>/decline", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def decline_a_booking(booking_id: UUID) -> ResponseReturnValue:
    """Ask why a booking is declined, and decline it."""
    _, row, name = get_booking_to_decide(viewer(), booking_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            decline_booking(viewer(), booking_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Declined. The trainee has been told.")
            return redirect(url_for(".decide_slot", slot_id=row.fact.id))
    return form_page("placements/decline_a_booking.html", form, row=row, name=name)


@bp.route("/bookings/<uuid:booking_id>/cancellation", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def cancel_a_booking(booking_id: UUID) -> ResponseReturnValue:
    """Ask why the booking of a trainee is cancelled, and cancel it."""
    booking, row, name = get_booking_to_decide(viewer(), booking_id)
    form = CancelBookingForm()
    if form.validate_on_submit():
        try:
            cancel_booking(viewer(), booking_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Booking cancelled. Everybody concerned has been told.")
            return redirect(url_for(".decide_slot", slot_id=row.fact.id))
    return form_page(
        "placements/cancel_a_booking.html", form, row=row, name=name, late=is_late(row.fact, booking, now())
    )


@bp.get("/placements/coming")
@requires(Permission.HOURS_APPROVE)
def list_coming() -> ResponseReturnValue:
    """List the trainees booked in slots the viewer supervises, soon and lately."""
    rows = coming(viewer())
    others = list_seen(viewer(), but={each.trainee_id for each in rows})
    return render_template("placements/list_coming.html", rows=rows, others=others, placements=get_placements())
