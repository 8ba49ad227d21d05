"""Pages for people who are not signed in: opening a link, and the form a device may fill in and nothing else."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import DeclineForm, SignedForm, assessment_form
from lms.competencies.rules import IN_THE_FIELD, RequestState, SeenAs, roles_completing
from lms.competencies.views.blueprint import bp
from lms.core.errors import NotFound, RuleViolation
from lms.identity.models import Person
from lms.identity.queries import list_in_roles, people_with_pin
from lms.placements.queries import find_placements
from lms.policy import Role, Viewer
from lms.signing.queries import find_link
from lms.signing.rules import Channel, Purpose
from lms.signing.views.devices import (
    ended_link,
    find_working,
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
from lms.web.access import FormHolder, current, form_only, leave_form, public
from lms.web.forms import form_page


@bp.route("/sign/<token>", methods=["GET", "POST"])
@public
def open_signing_link(token: str) -> ResponseReturnValue:
    """What a link leads to, and the button that opens it."""
    if request.method == "POST":
        return _open(token)
    link, found = find_working(token, Purpose.ASSESSMENT), current()
    if link is None:
        return ended_link(is_cancelled=_is_cancelled(token))
    return link_page(
        "competencies/open_link.html",
        link,
        token=token,
        may_claim=found is not None and link.channel is Channel.SHOWN and Role.ASSESSOR in found.viewer.roles,
        works_until=min(link.expires_at, queries.get_held_request(link.subject_id).row.expires_at),
    )


def _is_cancelled(token: str) -> bool:
    """Say whether the request a link was for was cancelled."""
    link = find_link(token)
    if link is None or link.purpose is not Purpose.ASSESSMENT:
        return False
    return queries.get_held_request(link.subject_id).row.state is RequestState.CANCELLED


def _open(token: str) -> ResponseReturnValue:
    """Open a link, and lead to the form it leads to, on this device or from one's own account."""
    try:
        opened = services.open_signing_link(token, claims=request.form.get("action") == "claim", **opener())
    except (NotFound, RuleViolation) as problem:
        return refused_link(problem, is_cancelled=_is_cancelled(token))
    if opened.form_token is None:
        return redirect(url_for(".complete", request_id=opened.request_id))
    return lead_to_form(opened.form_token, ".sign_form")


@bp.route("/sign", methods=["GET", "POST"])
@form_only
def sign_form() -> ResponseReturnValue:
    """The form this device may fill in. Once it is signed, this says so."""
    holder = holder_of(Purpose.ASSESSMENT)
    if holder.record_id is not None:
        return signed_page(holder, url_for(".list_own_requests"))
    page = queries.get_held_request(holder.subject_id)
    form = _signed_form(page, holder)
    if page.row.state.is_waiting and form.validate_on_submit():
        try:
            services.sign_assessment(holder.subject_id, **proven(form, holder), **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect(url_for(".sign_form"))
    return form_page(
        "competencies/sign_form.html",
        form,
        page=page,
        is_sent=is_sent(holder),
        is_open=page.row.state.is_waiting,
    )


def note_refused_form(refused: Viewer) -> None:
    """Keep a trace of whoever sends the form of an assessor from a session that may not."""
    if request.endpoint in {f"{bp.name}.{name}" for name in ("sign_form", "complete", "save_draft", "correct")}:
        services.note_own_request(refused, (request.view_args or {}).get("request_id"))


def _signed_form(page: queries.RequestPage, holder: FormHolder) -> SignedForm:
    row = page.row
    settings = queries.setting_titles(find_placements())
    settings.setdefault(row.setting, row.setting.replace("-", " ").capitalize())
    start: dict[str, Any] = {
        "setting": row.setting,
        "observed_on": row.seen_on,
        "is_simulated": row.is_simulated,
        "seen_as": SeenAs.LIVE if row.form_kind.is_observed else None,
        "version": 0,
        "method": ways_to_sign(holder)[0],
        "person_id": row.assessor_id,
    }
    made = assessment_form(
        page.form.form, page.version.framework, page.capabilities, settings=settings, start=start, kind=SignedForm
    )
    assert isinstance(made, SignedForm)
    offer_ways(made, holder, lambda: _signers(page))
    return made


def _signers(page: queries.RequestPage) -> list[Person]:
    """Who may sign this form with a PIN: whoever is in the field, and others who see the trainee."""
    completing = roles_completing(page.form.form)
    return people_with_pin(completing & IN_THE_FIELD, list_in_roles(page.row.trainee_id, completing - IN_THE_FIELD))


@bp.route("/sign/decline", methods=["GET", "POST"])
@form_only
def decline_form() -> ResponseReturnValue:
    """Decline with the link that was sent, with a reason the trainee reads."""
    holder = holder_of(Purpose.ASSESSMENT)
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
