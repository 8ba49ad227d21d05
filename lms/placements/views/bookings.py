"""Pages on which trainees look at slots, ask for them and cancel their bookings."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, to_london
from lms.core.errors import RuleViolation
from lms.core.words import day, number_of
from lms.placements.forms.bookings import AskForSlotForm, CancelBookingForm, rank_name, wishes_form
from lms.placements.queries import get_placements
from lms.placements.queries.offers import (
    get_offer,
    list_offers,
    list_wishable,
)
from lms.placements.queries.own_bookings import get_own_booking, list_own_bookings
from lms.placements.queries.slots import SlotRow
from lms.placements.queries.swaps import list_swaps
from lms.placements.queries.wishes import find_beside
from lms.placements.rules.bookings import BookingStatus, is_late, once_cleared
from lms.placements.rules.times import clock_change_note
from lms.placements.services.bookings import ask_by_wishes, ask_for_slot, cancel_booking
from lms.placements.views.blueprint import bp
from lms.policy import Permission, Viewer
from lms.web.access import requires, viewer
from lms.web.forms import form_page

Proposals = Callable[[Viewer], object | None]
_proposals: list[Proposals] = []


def use_proposals(find: Proposals) -> None:
    """Say how the slot is found that closes a trainee's largest gap."""
    _proposals[:] = [find]


@bp.get("/placements")
@requires(Permission.BOOKING_ASK)
def list_placements() -> ResponseReturnValue:
    """Show the viewer's bookings and the slots they may ask for, by setting and month."""
    setting, month = request.args.get("setting") or None, _month(request.args.get("month"))
    placements = get_placements()
    known = placements.setting(setting) if setting else None
    found = list_offers(viewer(), setting=known.slug if known else None, month=month)
    return render_template(
        "placements/list_placements.html",
        bookings=list_own_bookings(viewer()),
        found=found,
        swaps=[row for row in list_swaps(viewer()) if row.status.is_open],
        placements=placements,
        setting=known.slug if known else "",
        month=month,
        proposal=_proposals[0](viewer()) if _proposals else None,
        now=now(),
        viewer_id=viewer().id,
    )


@bp.route("/placements/slots/<uuid:slot_id>", methods=["GET", "POST"])
@requires(Permission.BOOKING_ASK)
def ask_for_a_slot(slot_id: UUID) -> ResponseReturnValue:
    """Show one slot with everything to decide on, and ask for it."""
    page = get_offer(viewer(), slot_id)
    form = AskForSlotForm()
    if form.validate_on_submit():
        try:
            asked = ask_for_slot(viewer(), slot_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(asked.words, "success" if asked.status is BookingStatus.BOOKED else "important")
            return redirect(url_for(".ask_for_a_slot", slot_id=slot_id))
    slot, own = page.offer.row.fact, page.offer.own
    return form_page(
        "placements/ask_for_a_slot.html",
        form,
        page=page,
        placements=get_placements(),
        clock_change=clock_change_note(slot.span),
        once_cleared=once_cleared(slot, page.offer.checks, own.status if own and own.status.is_open else None),
        beside=find_beside(own),
        is_ahead=not slot.has_begun(now()),
        is_over=slot.span.ended_at <= now(),
        filters={name: value for name in ("setting", "month") if (value := request.args.get(name))},
    )


@bp.route("/placements/wishes", methods=["GET", "POST"])
@requires(Permission.BOOKING_ASK)
def rank_wishes() -> ResponseReturnValue:
    """Ask for several slots that an approver decides about, ranked."""
    found = list_wishable(viewer())
    form = wishes_form({offer.row.fact.id: in_words(offer.row) for offer in found.offers})
    if form.validate_on_submit():
        answers = {"note": form.note.data, "no_identifiers": form.no_identifiers.data}
        try:
            made = ask_by_wishes(viewer(), ranks=form.ranks, **answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash(f"{number_of(len(made), 'wish', 'wishes')} sent. An approver decides and you are told.")
            return redirect(url_for(".list_placements"))
    return form_page("placements/rank_wishes.html", form, found=found, rank_name=rank_name, placements=get_placements())


@bp.route("/placements/bookings/<uuid:booking_id>/cancellation", methods=["GET", "POST"])
@requires(Permission.BOOKING_ASK)
def cancel_own_booking(booking_id: UUID) -> ResponseReturnValue:
    """Ask why a booking of the viewer is cancelled, and cancel it."""
    booking, row = get_own_booking(viewer(), booking_id)
    form = CancelBookingForm()
    if form.validate_on_submit():
        try:
            cancel_booking(viewer(), booking_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Booking cancelled. Everybody concerned has been told.")
            return redirect(url_for(".list_placements"))
    return form_page(
        "placements/cancel_own_booking.html", form, booking=booking, row=row, late=is_late(row.fact, booking, now())
    )


def in_words(row: SlotRow) -> str:
    """A slot in a few words, as a label."""
    starts, ends = to_london(row.fact.span.started_at), to_london(row.fact.span.ended_at)
    return f"{row.site_name}, {starts:%A} {day(row.fact.on)}, {starts:%H:%M} to {ends:%H:%M}"


def _month(text: str | None) -> date | None:
    """The first day of a month written 2026-12; none where it is not one."""
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None
