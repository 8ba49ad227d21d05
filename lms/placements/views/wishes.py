"""Pages on which the wishes that are left are ended together, once another of the same asking is booked."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.core.words import number_of
from lms.placements.forms.bookings import DeclineWishesForm, WithdrawWishesForm
from lms.placements.queries.deciding import get_booking_to_decide
from lms.placements.queries.own_bookings import get_own_booking
from lms.placements.queries.wishes import get_asking
from lms.placements.services import wishes as services
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/bookings/<uuid:booking_id>/other-wishes", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def decline_other_wishes(booking_id: UUID) -> ResponseReturnValue:
    """Ask why the wishes that are left of an asking are declined, and decline them."""
    booking, row, name = get_booking_to_decide(viewer(), booking_id)
    wishes, form = get_asking(booking), DeclineWishesForm()
    if form.validate_on_submit():
        try:
            made = services.decline_other_wishes(viewer(), booking_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{number_of(len(made), 'wish', 'wishes')} declined. The trainee has been told.")
            return redirect(url_for(".decide_slot", slot_id=row.fact.id))
    return form_page("placements/decline_other_wishes.html", form, wishes=wishes, row=row, name=name)


@bp.route("/placements/bookings/<uuid:booking_id>/other-wishes", methods=["GET", "POST"])
@requires(Permission.BOOKING_ASK)
def withdraw_other_wishes(booking_id: UUID) -> ResponseReturnValue:
    """Ask why the viewer's wishes that are left of an asking are withdrawn, and withdraw them."""
    booking, row = get_own_booking(viewer(), booking_id)
    wishes, form = get_asking(booking), WithdrawWishesForm()
    if form.validate_on_submit():
        try:
            made = services.withdraw_other_wishes(viewer(), booking_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{number_of(len(made), 'wish', 'wishes')} withdrawn.")
            return redirect(url_for(".list_placements"))
    return form_page("placements/withdraw_other_wishes.html", form, wishes=wishes, row=row)
