"""Pages on which trainees ask for an approval, and the form a supervisor signs on a device that is not theirs."""

from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.core.clock import now, to_london
from lms.core.errors import NotFound, RuleViolation
from lms.core.words import day, duration, number_of
from lms.identity.queries import people_with_pin
from lms.identity.services.passkeys import passkeys_work
from lms.placements import queries, services
from lms.placements.forms import AskApprovalForm, SignHoursForm
from lms.placements.rules.states import ApprovalWay
from lms.placements.views.blueprint import bp
from lms.policy import Permission, Role, Viewer
from lms.signing.queries import find_link
from lms.signing.rules import HANDED_OVER_MINUTES, Channel, Method, Purpose, Refusal, Refused, methods_for
from lms.signing.services import Proof, hand_over
from lms.web.access import FormHolder, current, enter_form, form_holder, form_only, public, requires, viewer
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
        enter_form(hand_over(Purpose.HOURS, page.id, trainee_id=page.trainee_id, token=session["token"]))
        return redirect(url_for(".sign_hours"))
    return render_template("placements/hand_over.html", page=page, minutes=HANDED_OVER_MINUTES)


@bp.route("/hours/sign/<token>", methods=["GET", "POST"])
@public
def open_approval_link(token: str) -> ResponseReturnValue:
    """What a link leads to, and the button that opens it. Mail programs open links: only the button does anything."""
    found, own = current(), session.get("token")
    if request.method == "POST":
        return _open(token, found.viewer if found else None, own if isinstance(own, str) else None)
    link = find_link(token)
    if link is None or link.purpose is not Purpose.HOURS or not link.works_at(now()):
        return render_template("signing/ended_link.html", is_trainee=False), 404
    return render_template(
        "placements/open_link.html",
        link=link,
        account=found.viewer if found else None,
        is_trainee=found is not None and found.viewer.id == link.trainee_id,
    )


def _open(token: str, actor: Viewer | None, session_token: str | None) -> ResponseReturnValue:
    try:
        enter_form(services.open_approval_link(token, actor=actor, session_token=session_token))
    except NotFound:
        return render_template("signing/ended_link.html", is_trainee=False), 404
    except Refused as problem:
        is_trainee = problem.refusal is Refusal.OWN_SESSION
        return render_template("signing/ended_link.html", is_trainee=is_trainee), 403
    return redirect(url_for(".sign_hours"))


@bp.route("/hours/sign", methods=["GET", "POST"])
@form_only
def sign_hours() -> ResponseReturnValue:
    """The shifts this device may approve. Once they are signed, this says so."""
    holder = _holder()
    is_sent = holder.channel == Channel.SENT
    if holder.record_id is not None:
        return render_template("signing/signed.html", is_sent=is_sent, afterwards=url_for(".show_own_hours"))
    page = queries.get_held_approval(holder.subject_id)
    form = _sign_form(page, holder)
    if not page.is_answered and form.validate_on_submit():
        try:
            services.sign_hours(
                holder.subject_id,
                channel=Channel(holder.channel),
                sent_to=holder.person_id,
                proof=Proof(**form.proof),
                **form.said,
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect(url_for(".sign_hours"))
    return form_page(
        "placements/sign_hours.html",
        form,
        page=page,
        is_sent=is_sent,
        what=number_of(len(page.rows), "shift"),
    )


def note_refused_hours(refused: Viewer) -> None:
    """Keep a trace of whoever sends the form of a supervisor from a session that may not."""
    if request.endpoint == f"{bp.name}.sign_hours":
        services.note_own_hours(refused)


def _label(row: queries.ShiftRow) -> str:
    """A shift as one line."""
    fact = row.fact
    times = f"{to_london(fact.started_at):%H:%M} to {to_london(fact.ended_at):%H:%M}"
    pulled = f", {duration(fact.pulled_minutes)} of it on operational duty" if fact.pulled_minutes else ""
    extra = {True: ", supernumerary", False: ", not supernumerary", None: ""}[fact.is_supernumerary]
    return f"{day(fact.on)}, {times} ({duration(fact.minutes)}{pulled}), {row.site_name}{extra}"


def _holder() -> FormHolder:
    holder = form_holder()
    if holder.purpose != Purpose.HOURS:
        raise NotFound
    return holder


def _sign_form(page: queries.HeldApproval, holder: FormHolder) -> SignHoursForm:
    methods = [each for each in methods_for(Channel(holder.channel)) if each is not Method.PASSKEY or passkeys_work()]
    form = SignHoursForm(data={"shifts": [row.fact.id for row in page.rows], "method": methods[0]})
    form.shifts.choices = [SelectChoice(str(row.fact.id), _label(row)) for row in page.rows]
    people = people_with_pin({Role.SUPERVISOR}, []) if Method.PIN in methods else []
    form.offer(methods, [(each.id, each.name) for each in people if each.id != page.trainee_id])
    return form
