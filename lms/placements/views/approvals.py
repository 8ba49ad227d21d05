"""Pages on which trainees ask for an approval, and the form a supervisor signs on a device that is not theirs."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import to_london
from lms.core.errors import NotFound, RuleViolation
from lms.core.words import day, duration, join_words, number_of
from lms.identity.queries import people_with_pin
from lms.placements import queries, services
from lms.placements.forms import AskApprovalForm, SignHoursForm
from lms.placements.rules.states import ApprovalWay
from lms.placements.views.blueprint import bp
from lms.policy import Permission, Role, Viewer
from lms.signing.rules import HANDED_OVER_MINUTES, Purpose, Refused
from lms.signing.services import note_own_session
from lms.signing.views.devices import (
    ended_link,
    find_working,
    hand_over_device,
    holder_of,
    is_sent,
    lead_to_form,
    link_page,
    offer_ways,
    opener,
    proven,
    refused_link,
    signed_page,
    ways_to_sign,
)
from lms.web.access import FormHolder, form_only, public, requires, viewer
from lms.web.forms import SelectChoice, form_page


@bp.route("/hours/approvals/new", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def ask_approval() -> ResponseReturnValue:
    """Ask a supervisor to approve shifts on this device or by a link; `shift` in the address selects one."""
    rows = queries.list_askable(viewer())
    chosen = request.args.get("shift", type=UUID)
    form = AskApprovalForm(data={"shifts": [row.fact.id for row in rows if chosen in (None, row.fact.id)]})
    form.shifts.choices = [SelectChoice(str(row.fact.id), _label(row)) for row in rows]
    form.supervisor_id.choices = [
        SelectChoice(str(person.id), person.label) for person in queries.list_supervisors() if person.id != viewer().id
    ]
    if form.validate_on_submit():
        try:
            asked = services.ask_approval(viewer(), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            if asked.way is ApprovalWay.HERE:
                return redirect(url_for(".hand_over_hours", request_id=asked.id))
            flash("The link is on its way to your supervisor")
            return redirect(url_for(".show_own_hours"))
    return form_page("placements/ask_approval.html", form, rows=rows)


@bp.route("/hours/approvals/<uuid:request_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.HOURS_LOG)
def hand_over_hours(request_id: UUID) -> ResponseReturnValue:
    """Hand the device over: the trainee is signed out, and the device can do nothing but fill in this form."""
    page = queries.get_own_approval(viewer(), request_id)
    if page.is_answered or page.way is not ApprovalWay.HERE:
        return redirect(url_for(".show_own_hours"))
    if request.method == "POST":
        return hand_over_device(Purpose.HOURS, page.id, ".sign_hours", trainee_id=page.trainee_id)
    return render_template("placements/hand_over.html", page=page, minutes=HANDED_OVER_MINUTES)


@bp.route("/hours/sign/<token>", methods=["GET", "POST"])
@public
def open_approval_link(token: str) -> ResponseReturnValue:
    """What a link leads to, and the button that opens it."""
    if request.method == "GET":
        link = find_working(token, Purpose.HOURS)
        return link_page("placements/open_link.html", link) if link else ended_link()
    try:
        return lead_to_form(services.open_approval_link(token, **opener()), ".sign_hours")
    except (NotFound, Refused) as problem:
        return refused_link(problem)


@bp.route("/hours/sign", methods=["GET", "POST"])
@form_only
def sign_hours() -> ResponseReturnValue:
    """The shifts this device may approve. Once they are signed, this says so."""
    holder = holder_of(Purpose.HOURS)
    if holder.record_id is not None:
        return signed_page(holder, url_for(".show_own_hours"))
    page = queries.get_held_approval(holder.subject_id)
    form = _sign_form(page, holder)
    if not page.is_answered and form.validate_on_submit():
        try:
            services.sign_hours(holder.subject_id, **proven(form, holder), **form.said)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect(url_for(".sign_hours"))
    return form_page(
        "placements/sign_hours.html",
        form,
        page=page,
        is_sent=is_sent(holder),
        what=number_of(len(page.rows), "shift"),
    )


def note_refused_hours(refused: Viewer) -> None:
    """Keep a trace of whoever sends the form of a supervisor from a session that may not."""
    if request.endpoint == f"{bp.name}.sign_hours":
        note_own_session(refused, Purpose.HOURS)


def _label(row: queries.ShiftRow) -> str:
    """A shift as one line."""
    fact = row.fact
    times = f"{to_london(fact.started_at):%H:%M} to {to_london(fact.ended_at):%H:%M}"
    pulled = f", {duration(fact.pulled_minutes)} of it on operational duty" if fact.pulled_minutes else ""
    extra = {True: ", supernumerary", False: ", not supernumerary", None: ""}[fact.is_supernumerary]
    return f"{day(fact.on)}, {times} ({duration(fact.minutes)}{pulled}), {row.site_name}{extra}"


def _more(row: queries.ShiftRow, note: str | None) -> str:
    """What the time went into, and what the trainee wrote for their supervisor."""
    spent = [f"{kind.label.lower()} {duration(minutes)}" for kind, minutes in row.fact.activities.items() if minutes]
    parts = [join_words(spent).capitalize()] if spent else []
    return ". ".join([*parts, *([f"Note: {note}"] if note else [])])


def _sign_form(page: queries.HeldApproval, holder: FormHolder) -> SignHoursForm:
    form = SignHoursForm(data={"shifts": [row.fact.id for row in page.rows], "method": ways_to_sign(holder)[0]})
    form.shifts.choices = [SelectChoice(str(row.fact.id), _label(row)) for row in page.rows]
    form.shifts.hints = {str(row.fact.id): _more(row, page.notes.get(row.fact.id)) for row in page.rows}
    offer_ways(form, holder, lambda: people_with_pin({Role.SUPERVISOR}, []))
    return form
