"""Pages for people who are not signed in: opening a link, and the form a device may fill in and nothing else."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import DeclineForm, SignedForm, assessment_form
from lms.competencies.rules import SeenAs
from lms.competencies.views.blueprint import bp
from lms.competencies.views.seen import OBSERVED
from lms.core.clock import now
from lms.core.errors import NotFound, RuleViolation
from lms.identity.services import end_session
from lms.identity.services.passkeys import passkeys_work
from lms.identity.services.pins import people_with_pin
from lms.placements.queries import find_placements
from lms.policy import Permission, Role
from lms.signing.models import SigningLink
from lms.signing.queries import find_link
from lms.signing.rules import Channel, Method, Purpose, Refusal, methods_for, refusal_of
from lms.signing.services import note_refused, open_form
from lms.web.access import FormHolder, current, enter_form, form_holder, form_only, leave_form, public
from lms.web.forms import form_page


@bp.route("/sign/<token>", methods=["GET", "POST"])
@public
def open_signing_link(token: str) -> ResponseReturnValue:
    """What a link leads to, and the button that opens it. Mail programs open links: only the button does anything."""
    link = _link(token)
    if request.method == "POST":
        return _open(link)
    if link is None or refusal_of(used_at=link.used_at, expires_at=link.expires_at, at=now()):
        return render_template("competencies/ended_link.html", is_trainee=False), 404
    found = current()
    return render_template(
        "competencies/open_link.html",
        link=link,
        token=token,
        account=found.viewer if found else None,
        is_trainee=found is not None and found.viewer.id == link.trainee_id,
        may_claim=found is not None and link.channel is Channel.SHOWN and Role.ASSESSOR in found.viewer.roles,
        is_sent=link.channel is Channel.SENT,
    )


def _open(link: SigningLink | None) -> ResponseReturnValue:
    """Open a link: from now on this device may fill in the form. Whoever was signed in on it is signed out."""
    if link is None:
        return render_template("competencies/ended_link.html", is_trainee=False), 404
    found = current()
    refusal = refusal_of(used_at=link.used_at, expires_at=link.expires_at, at=now())
    if found is not None and found.viewer.id == link.trainee_id:
        refusal = Refusal.OWN_SESSION
    if refusal is not None:
        note_refused(
            refusal,
            purpose=link.purpose,
            subject_id=link.subject_id,
            trainee_id=link.trainee_id,
            actor=found.viewer if found else None,
        )
        return render_template("competencies/ended_link.html", is_trainee=refusal is Refusal.OWN_SESSION), 403
    if found is not None and request.form.get("action") == "claim" and link.channel is Channel.SHOWN:
        services.claim_by_link(found.viewer, link.subject_id)
        return redirect(url_for(".complete", request_id=link.subject_id))
    try:
        services.open_by_link(link.subject_id, link.person_id)
    except RuleViolation:
        return render_template("competencies/ended_link.html", is_trainee=False), 403
    old = session.get("token")
    if isinstance(old, str):
        end_session(old)
    enter_form(open_form(link))
    return redirect(url_for(".sign_form"))


def _link(token: str) -> SigningLink | None:
    link = find_link(token)
    return link if link is not None and link.purpose is Purpose.ASSESSMENT else None


@bp.route("/sign", methods=["GET", "POST"])
@form_only
def sign_form() -> ResponseReturnValue:
    """The form this device may fill in. Once it is signed, this says so."""
    holder = _holder()
    if holder.record_id is not None:
        return render_template("competencies/signed.html", is_sent=holder.channel == Channel.SENT)
    page = queries.get_held_request(holder.subject_id)
    form = _signed_form(page, holder)
    if page.row.state.is_waiting and form.validate_on_submit():
        try:
            services.sign_assessment(
                holder.subject_id,
                channel=Channel(holder.channel),
                sent_to=holder.person_id,
                proof=services.Proof(**form.proof),
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
        "seen_as": SeenAs.LIVE if row.form_kind in OBSERVED else None,
        "version": 0,
        "method": methods[0],
        "person_id": row.assessor_id,
    }
    made = assessment_form(
        page.form.form, page.version.framework, page.capabilities, settings=settings, start=start, kind=SignedForm
    )
    assert isinstance(made, SignedForm)
    people = people_with_pin(Permission.ASSESSMENT_COMPLETE) if Method.PIN in methods else []
    made.offer(methods, [(each.id, each.name) for each in people if each.id != row.trainee_id])
    return made


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
