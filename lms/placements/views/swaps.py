"""Pages on which trainees offer and answer swaps, and approvers decide about them."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import RuleViolation
from lms.placements.forms import ConfirmForm
from lms.placements.forms.bookings import AnswerSwapForm, ApproveSwapForm, OfferSwapForm, ReasonForm
from lms.placements.queries.holdups import check_slots
from lms.placements.queries.own_bookings import get_own_booking
from lms.placements.queries.swaps import SwapRow, get_own_swap, get_swap_to_decide, list_swappable
from lms.placements.rules.bookings import Checks
from lms.placements.services.swaps import answer_swap, approve_swap, decline_swap, offer_swap, take_back_swap
from lms.placements.views.blueprint import bp
from lms.placements.views.bookings import in_words
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.route("/placements/bookings/<uuid:booking_id>/swap", methods=["GET", "POST"])
@requires(Permission.BOOKING_ASK)
def offer_a_swap(booking_id: UUID) -> ResponseReturnValue:
    """Choose a place of somebody else of the cohort and offer one's own for it."""
    _, row = get_own_booking(viewer(), booking_id)
    form = OfferSwapForm()
    form.wanted_id.choices = [
        SelectChoice(str(each.booking_id), in_words(each.slot)) for each in list_swappable(viewer())
    ]
    if form.validate_on_submit():
        try:
            swap = offer_swap(viewer(), booking_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Offer sent. You are told when it is answered.")
            return redirect(url_for(".show_own_swap", swap_id=swap.id))
    return form_page("placements/offer_a_swap.html", form, row=row)


@bp.route("/placements/swaps/<uuid:swap_id>", methods=["GET", "POST"])
@requires(Permission.BOOKING_ASK)
def show_own_swap(swap_id: UUID) -> ResponseReturnValue:
    """Show a swap the viewer takes part in, and answer it."""
    swap = get_own_swap(viewer(), swap_id)
    form = AnswerSwapForm()
    if form.validate_on_submit():
        agree = form.answer.data == "yes"
        try:
            answer_swap(viewer(), swap_id, agree=agree)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("You agreed. An approver decides now." if agree else "You keep your place.")
            return redirect(url_for(".show_own_swap", swap_id=swap_id))
    is_mine = swap.asked_by_id == viewer().id
    taking = swap.wanted_slot if is_mine else swap.offered_slot
    given = swap.offered if is_mine else swap.wanted
    checks = check_slots([viewer().id], [taking.fact], without={taking.fact.id: [given.id]})
    return form_page(
        "placements/show_own_swap.html",
        form,
        swap=swap,
        is_mine=is_mine,
        checks=checks[viewer().id, taking.fact.id],
    )


@bp.post("/placements/swaps/<uuid:swap_id>/end")
@requires(Permission.BOOKING_ASK)
def take_back_a_swap(swap_id: UUID) -> ResponseReturnValue:
    """Take back an offer."""
    get_own_swap(viewer(), swap_id)
    if ConfirmForm().validate_on_submit():
        try:
            take_back_swap(viewer(), swap_id)
        except RuleViolation as problem:
            flash(problem.message, "important")
        else:
            flash("Offer taken back")
    return redirect(url_for(".show_own_swap", swap_id=swap_id))


@bp.route("/bookings/swaps/<uuid:swap_id>", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def decide_swap(swap_id: UUID) -> ResponseReturnValue:
    """Show a swap both trainees agreed to with what the checks say about each, and approve it."""
    swap = get_swap_to_decide(viewer(), swap_id)
    form = ApproveSwapForm()
    if form.validate_on_submit():
        try:
            approve_swap(viewer(), swap_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Swap approved. Both trainees and their supervisors have been told.")
            return redirect(url_for(".list_bookings_to_decide"))
    return form_page("placements/decide_swap.html", form, swap=swap, checks=_checks(swap))


@bp.route("/bookings/swaps/<uuid:swap_id>/decline", methods=["GET", "POST"])
@requires(Permission.BOOKING_DECIDE)
def decline_a_swap(swap_id: UUID) -> ResponseReturnValue:
    """Ask why a swap is declined, and decline it."""
    swap = get_swap_to_decide(viewer(), swap_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            decline_swap(viewer(), swap_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Swap declined. Both trainees have been told.")
            return redirect(url_for(".list_bookings_to_decide"))
    return form_page("placements/decline_a_swap.html", form, swap=swap)


def _checks(swap: SwapRow) -> list[tuple[str, str, Checks]]:
    """For each of the two: the name, the place they would have, and what the checks say."""
    found = []
    for name, given, taking in (
        (swap.asked_by_name, swap.offered, swap.wanted_slot),
        (swap.asked_of_name, swap.wanted, swap.offered_slot),
    ):
        checks = check_slots([given.trainee_id], [taking.fact], without={taking.fact.id: [given.id]})
        found.append((name, in_words(taking), checks[given.trainee_id, taking.fact.id]))
    return found
