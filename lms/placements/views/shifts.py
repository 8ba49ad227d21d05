"""Pages on which trainees log, correct and withdraw shifts."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, to_london
from lms.core.errors import RuleViolation, Stale
from lms.core.ids import new_id
from lms.identity.queries import may_towards
from lms.placements import queries, services
from lms.placements.forms import MINUTES, ConfirmForm, CorrectionForm, ShiftForm
from lms.placements.queries.bookings import find_ended_booking
from lms.placements.rules import times, waiting
from lms.placements.rules.activities import PULLED, USUAL_MAIN, main_activity
from lms.placements.rules.planned import BookedTime
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.signing.views.drawings import send_drawing
from lms.web.access import requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.route("/hours/shifts/new", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def log_shift() -> ResponseReturnValue:
    """Ask for a shift, with its booking or what was entered last time filled in, and log it."""
    form = ShiftForm() if request.method == "POST" else _new_form()
    if form.draft_id.data is None:
        form.draft_id.data = new_id()
    return entry_page(form)


def entry_page(form: ShiftForm, *, held: str = "") -> ResponseReturnValue:
    """The page of a shift that is being entered: show it, keep it, or log it."""
    _offer_choices(form)
    if request.method == "POST":
        done = _keep(form) if request.form.get("action") == "keep" else _send(form)
        if done is not None:
            return done
    booking = queries.find_own_booking(viewer(), form.booking_id.data) if form.booking_id.data else None
    return form_page("placements/log_shift.html", form, booking=booking, held=held)


def _keep(form: ShiftForm) -> ResponseReturnValue | None:
    if not form.can_be_kept():
        return None
    try:
        services.save_draft(
            viewer(),
            form.draft_id.data,
            version=form.version.data,
            body=form.draft,
            no_identifiers=form.no_identifiers.data,
        )
    except Stale as stale:
        form.conflict(stale)
    except RuleViolation as problem:
        form.reject(problem)
    else:
        flash("Draft saved. Nothing has been sent.")
        return redirect(url_for(".continue_draft", draft_id=form.draft_id.data))
    return None


def _send(form: ShiftForm) -> ResponseReturnValue | None:
    if not form.validate_on_submit():
        _say_the_rest(form)
        return None
    try:
        shift = services.send_shift(
            viewer(), form.draft_id.data, version=form.version.data, body=form.draft, **form.answers
        )
    except Stale as stale:
        form.conflict(stale)
    except RuleViolation as problem:
        form.reject(problem)
    else:
        flash("Shift logged. Your supervisor has been told.")
        return redirect(url_for(".show_shift", shift_id=shift.id))
    return None


def _say_the_rest(form: ShiftForm) -> None:
    """Say what else is wrong with an entry that is not complete, so that nobody has to send it again to hear it."""
    try:
        services.check_entered(viewer(), **form.entered)
    except RuleViolation as problem:
        for each in problem.each:
            if not (each.field and form[each.field].errors):
                form.reject(each)


def _new_form() -> ShiftForm:
    """An empty entry with what is known already: the booking it is about, and what was entered last time."""
    start: dict[str, Any] = {"main_activity": USUAL_MAIN}
    last = queries.find_last_time(viewer())
    if last:
        start = {
            "site_id": last.site_id,
            "supervisor_id": last.supervisor_id,
            "break_minutes": last.break_minutes,
            "is_supernumerary": last.is_supernumerary,
            "main_activity": last.main,
        }
    booking_id = request.args.get("booking", type=UUID)
    booking = queries.find_own_booking(viewer(), booking_id) if booking_id else None
    return ShiftForm(data=start | (_planned(booking) if booking else {}))


def _planned(booking: BookedTime) -> dict[str, Any]:
    started, ended = to_london(booking.starts_at), to_london(booking.ends_at)
    supervisor = {"supervisor_id": booking.supervisor_id} if booking.supervisor_id else {}
    return {
        "booking_id": booking.booking_id,
        "site_id": booking.site_id,
        "worked_on": started.date(),
        "starts": started.time(),
        "ends": ended.time(),
        "starts_repeated": times.Repeated.SECOND if started.fold else None,
        "ends_repeated": times.Repeated.SECOND if ended.fold else None,
        **supervisor,
    }


@bp.get("/hours/shifts/<uuid:shift_id>")
@requires(Permission.HOURS_READ)
def show_shift(shift_id: UUID) -> ResponseReturnValue:
    """Show one shift with its decisions and, to the trainee, its encounters."""
    return render_template("placements/show_shift.html", **_shift_page(shift_id))


@bp.get("/hours/shifts/<uuid:shift_id>/decisions/<uuid:decision_id>/signature")
@requires(Permission.HOURS_READ)
def download_signature(shift_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """The drawn signature of a decision on a shift, as a download."""
    decisions = queries.get_shift(viewer(), shift_id).decisions
    return send_drawing(next((each.drawing_id for each in decisions if each.id == decision_id), None))


@bp.route("/hours/shifts/<uuid:shift_id>/correction", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def correct_shift(shift_id: UUID) -> ResponseReturnValue:
    """Ask what really happened and replace the shift."""
    page = queries.get_own_shift(viewer(), shift_id)
    form = CorrectionForm(data=_as_logged(page))
    _offer_choices(form)
    if form.validate_on_submit():
        try:
            shift = services.correct_shift(viewer(), shift_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Correction sent. Your supervisor has been told.")
            return redirect(url_for(".show_shift", shift_id=shift.id))
    return form_page("placements/correct_shift.html", form, page=page)


def _as_logged(page: queries.ShiftPage) -> dict[str, Any]:
    """The shift as it was entered; its main activity stays empty, so that it takes the rest of another time too."""
    fact = page.row.fact
    started, ended = to_london(fact.started_at), to_london(fact.ended_at)
    main = main_activity(fact.activities)
    return {
        "booking_id": fact.booking_id,
        "site_id": page.site_id,
        "supervisor_id": fact.supervisor_id,
        "worked_on": started.date(),
        "starts": started.time(),
        "ends": ended.time(),
        "starts_repeated": times.Repeated.SECOND if started.fold else None,
        "ends_repeated": times.Repeated.SECOND if ended.fold else None,
        "main_activity": main,
        **{MINUTES[each]: minutes for each, minutes in fact.activities.items() if each is not main},
        "break_minutes": fact.break_minutes,
        "is_supernumerary": fact.is_supernumerary,
        "note": page.note,
    }


@bp.route("/hours/shifts/<uuid:shift_id>/withdrawal", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def withdraw_shift(shift_id: UUID) -> ResponseReturnValue:
    """Ask whether to take a shift back, and do it."""
    page = queries.get_own_shift(viewer(), shift_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.withdraw_shift(viewer(), shift_id)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Shift withdrawn")
            return redirect(url_for(".show_own_hours"))
    return form_page("placements/withdraw_shift.html", form, page=page)


def _shift_page(shift_id: UUID) -> dict[str, object]:
    who, page = viewer(), queries.get_shift(viewer(), shift_id)
    is_own = page.row.trainee_id == who.id
    return {
        "page": page,
        "approval": ConfirmForm(formdata=None),
        "requests": [each for each in queries.list_approvals_of(page.row.fact.id) if not each.is_answered],
        "placements": queries.get_placements(),
        "clock_change": times.clock_change_note(page.row.fact.span),
        "pulled_words": PULLED if page.row.fact.pulled_minutes else "",
        "waits": waiting.wait_of(page.row.fact),
        "now": now(),
        "ended_booking": find_ended_booking(shift_id),
        "is_own": is_own,
        "may_decide": queries.may_decide(who, page),
        "may_raise": not is_own and may_towards(who, page.row.trainee_id, Permission.CONCERN_RAISE),
    }


def _offer_choices(form: ShiftForm) -> None:
    """The sites and supervisors to choose from; those whom the chosen site names come first."""
    people = [each for each in queries.list_supervisors() if each.id != viewer().id]
    people.sort(key=lambda each: form.site_id.data not in each.sites)
    by_site: dict[str, list[str]] = {}
    for person in people:
        for site_id in person.sites:
            by_site.setdefault(str(site_id), []).append(str(person.id))
    form.offer(site_choices(), [SelectChoice(str(each.id), each.label) for each in people], by_site)


def site_choices() -> list[SelectChoice]:
    """The sites to choose from, each with its setting."""
    placements = queries.get_placements()
    return [
        SelectChoice(str(site.id), f"{site.name} ({placements.title_of(site.setting)})")
        for site in queries.list_sites()
    ]
