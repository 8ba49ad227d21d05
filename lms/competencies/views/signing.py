"""Pages for people who are not signed in: opening a link, and the form a device may fill in and nothing else."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import DeclineForm, SignedForm, assessment_form
from lms.competencies.rules import IN_THE_FIELD, RequestState, SeenAs, roles_completing
from lms.competencies.views.blueprint import bp
from lms.core.clock import now
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import Person
from lms.identity.queries import list_in_roles, people_with_pin
from lms.identity.services.passkeys import passkeys_work
from lms.placements.queries import find_placements
from lms.policy import Role, Viewer
from lms.signing.models import SigningLink
from lms.signing.queries import find_link
from lms.signing.rules import Channel, Method, Purpose, Refusal, Refused, methods_for
from lms.signing.services import Proof
from lms.web.access import FormHolder, current, enter_form, form_holder, form_only, leave_form, public
from lms.web.forms import form_page


@bp.route("/sign/<token>", methods=["GET", "POST"])
@public
def open_signing_link(token: str) -> ResponseReturnValue:
    """What a link leads to, and the button that opens it. Mail programs open links: only the button does anything."""
    if request.method == "POST":
        return _open(token)
    link = find_link(token)
    is_ours = link is not None and link.purpose is Purpose.ASSESSMENT
    if link is None or not is_ours or not link.works_at(now()):
        return _ended_link(link, 404)
    found = current()
    return render_template(
        "competencies/open_link.html",
        link=link,
        token=token,
        account=found.viewer if found else None,
        is_trainee=found is not None and found.viewer.id == link.trainee_id,
        may_claim=found is not None and link.channel is Channel.SHOWN and Role.ASSESSOR in found.viewer.roles,
        is_sent=link.channel is Channel.SENT,
        works_until=min(link.expires_at, queries.get_held_request(link.subject_id).row.expires_at),
    )


def _ended_link(link: SigningLink | None, status: int, *, is_trainee: bool = False) -> ResponseReturnValue:
    """Why a link leads nowhere, without a name: whoever holds it need not be whom it was sent to."""
    is_cancelled = (
        link is not None
        and link.purpose is Purpose.ASSESSMENT
        and queries.get_held_request(link.subject_id).row.state is RequestState.CANCELLED
    )
    return render_template("signing/ended_link.html", is_trainee=is_trainee, is_cancelled=is_cancelled), status


def _open(token: str) -> ResponseReturnValue:
    """Open a link, and lead to the form it leads to, on this device or from one's own account."""
    found, own = current(), session.get("token")
    try:
        opened = services.open_signing_link(
            token,
            actor=found.viewer if found else None,
            session_token=own if isinstance(own, str) else None,
            claims=request.form.get("action") == "claim",
        )
    except NotFound:
        return _ended_link(find_link(token), 404)
    except RuleViolation as problem:
        is_trainee = isinstance(problem, Refused) and problem.refusal is Refusal.OWN_SESSION
        return _ended_link(find_link(token), 403, is_trainee=is_trainee)
    if opened.form_token is None:
        return redirect(url_for(".complete", request_id=opened.request_id))
    enter_form(opened.form_token)
    return redirect(url_for(".sign_form"))


@bp.route("/sign", methods=["GET", "POST"])
@form_only
def sign_form() -> ResponseReturnValue:
    """The form this device may fill in. Once it is signed, this says so."""
    holder = _holder()
    if holder.record_id is not None:
        return render_template(
            "signing/signed.html", is_sent=holder.channel == Channel.SENT, afterwards=url_for(".list_own_requests")
        )
    page = queries.get_held_request(holder.subject_id)
    form = _signed_form(page, holder)
    if page.row.state.is_waiting and form.validate_on_submit():
        try:
            services.sign_assessment(
                holder.subject_id,
                channel=Channel(holder.channel),
                sent_to=holder.person_id,
                proof=Proof(**form.proof),
                **form.answers,
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect(url_for(".sign_form"))
    return form_page(
        "competencies/sign_form.html",
        form,
        page=page,
        is_sent=holder.channel == Channel.SENT,
        is_open=page.row.state.is_waiting,
    )


def note_refused_form(refused: Viewer) -> None:
    """Keep a trace of whoever sends the form of an assessor from a session that may not."""
    if request.endpoint in {f"{bp.name}.{name}" for name in ("sign_form", "complete", "save_draft", "correct")}:
        services.note_own_session(refused, (request.view_args or {}).get("request_id"))


def _holder() -> FormHolder:
    holder = form_holder()
    if holder.purpose != Purpose.ASSESSMENT:
        raise NotFound
    return holder


def _signed_form(page: queries.RequestPage, holder: FormHolder) -> SignedForm:
    row = page.row
    settings = queries.setting_titles(find_placements())
    settings.setdefault(row.setting, row.setting.replace("-", " ").capitalize())
    methods = [each for each in methods_for(Channel(holder.channel)) if each is not Method.PASSKEY or passkeys_work()]
    start: dict[str, Any] = {
        "setting": row.setting,
        "observed_on": row.seen_on,
        "is_simulated": row.is_simulated,
        "seen_as": SeenAs.LIVE if row.form_kind.is_observed else None,
        "version": 0,
        "method": methods[0],
        "person_id": row.assessor_id,
    }
    made = assessment_form(
        page.form.form, page.version.framework, page.capabilities, settings=settings, start=start, kind=SignedForm
    )
    assert isinstance(made, SignedForm)
    people = _signers(page) if Method.PIN in methods else []
    made.offer(methods, [(each.id, each.name) for each in people if each.id != row.trainee_id])
    return made


def _signers(page: queries.RequestPage) -> list[Person]:
    """Who may sign this form with a PIN: whoever is in the field, and others who see the trainee."""
    completing = roles_completing(page.form.form)
    return people_with_pin(completing & IN_THE_FIELD, list_in_roles(page.row.trainee_id, completing - IN_THE_FIELD))


@bp.route("/sign/decline", methods=["GET", "POST"])
@form_only
def decline_form() -> ResponseReturnValue:
    """Decline with the link that was sent, with a reason the trainee reads."""
    holder = _holder()
    if holder.person_id is None or holder.record_id is not None:
        raise NotFound
    page = queries.get_held_request(holder.subject_id)
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            services.decline_by_link(holder.subject_id, _sent_to(holder), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            leave_form()
            flash("The trainee has been told that you decline. Thank you.", "success")
            return redirect(url_for("identity.sign_in"))
    return form_page("competencies/decline_form.html", form, row=page.row)


def _sent_to(holder: FormHolder) -> UUID:
    if holder.person_id is None:
        raise NotFound
    return holder.person_id
