"""Pages of the trainee about requests: preparing, rating oneself, asking, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.competencies import queries, services
from lms.competencies.forms import AnswerForm, ask_form, self_rating_form
from lms.competencies.rules import ASK_WITHIN, EXPIRES_AFTER, Way, asked_again, prepared_from
from lms.competencies.views.blueprint import bp
from lms.config import Settings
from lms.core.clock import now, today
from lms.core.errors import NotFound, RuleViolation
from lms.identity.queries import list_people_with_role
from lms.placements.queries import find_own_encounter, find_placements
from lms.policy import Permission, Role
from lms.signing.queries import find_link
from lms.signing.rules import HANDED_OVER_MINUTES, Purpose
from lms.signing.views.devices import hand_over_device
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.route("/assessments/ask", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def ask() -> ResponseReturnValue:
    """Prepare a request: who saw what, when, and which capabilities. Nothing is asked before the trainee rates it."""
    framework = queries.framework_of(viewer().id).framework
    start = _Start()
    form = ask_form(
        framework,
        assessors=[(each.id, each.name) for each in list_people_with_role(Role.ASSESSOR) if each.id != viewer().id],
        forms=[each.form for each in queries.list_forms()],
        settings=queries.setting_titles(find_placements()),
        start=start.data,
        today=today(),
        codes=start.codes,
    )
    if form.validate_on_submit():
        try:
            draft = services.begin_request(
                viewer(),
                form.prepared(start.encounter_id),
                replaces=start.draft_id,
                no_identifiers=form.no_identifiers.data,
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            return redirect(url_for(".rate_oneself", draft_id=draft.id))
    return form_page(
        "competencies/ask.html",
        form,
        framework=framework,
        asked_before=start.before,
        is_too_old=start.is_too_old,
        ask_within=ASK_WITHIN.days,
        expires_after=EXPIRES_AFTER.days,
    )


class _Start:
    """What a request starts from: one asked in vain, a draft, an encounter, the action last agreed, or nothing."""

    def __init__(self) -> None:
        self.codes: list[str] | tuple[str, ...] = [request.args.get("code", "")]
        self.data: dict[str, Any] = {"seen_on": today()}
        self.encounter_id = request.args.get("encounter", type=UUID)
        self.draft_id = request.args.get("draft", type=UUID)
        self.before: queries.RequestRow | None = None
        again, after = request.args.get("again", type=UUID), request.args.get("after", type=UUID)
        if again:
            self._from_request(again)
        elif self.draft_id:
            self._from_draft(self.draft_id)
        elif self.encounter_id:
            self._from_encounter(self.encounter_id)
        elif after:
            self.data["note"] = queries.find_reply(viewer(), after)

    def _from_request(self, request_id: UUID) -> None:
        row, note = queries.get_asked_before(viewer(), request_id)
        assessor_id, seen_on = asked_again(row.asked, row.state, today())
        self.before, self.codes = row, row.codes
        guest = queries.find_asked_guest(assessor_id) if row.way is Way.EMAIL and assessor_id else None
        keeps_way = row.way is Way.HERE or (row.way is Way.EMAIL and (guest is not None or assessor_id is None))
        self.data = {
            "way": row.way if keeps_way else Way.ACCOUNT,
            "assessor_id": assessor_id,
            **(guest or {}),
            "form_kind": row.form_kind,
            "setting": row.setting,
            "seen_on": seen_on,
            "is_simulated": row.is_simulated,
            "note": note,
        }

    def _from_draft(self, draft_id: UUID) -> None:
        prepared = prepared_from(queries.get_request_draft(viewer(), draft_id).body)
        self.data, self.codes, self.encounter_id = prepared.facts, prepared.codes, prepared.encounter_id

    def _from_encounter(self, encounter_id: UUID) -> None:
        found = find_own_encounter(viewer(), encounter_id)
        if found is None:
            raise NotFound
        self.data = {"way": Way.HERE, "setting": found.setting, "seen_on": found.on, "is_simulated": False}

    @property
    def is_too_old(self) -> bool:
        """Whether the day of what was asked before is too long ago to ask again."""
        return self.before is not None and self.data["seen_on"] is None


@bp.route("/assessments/drafts/<uuid:draft_id>", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def rate_oneself(draft_id: UUID) -> ResponseReturnValue:
    """Rate oneself for each capability, then ask. The assessor sees the rating only after they have committed."""
    prepared = prepared_from(queries.get_request_draft(viewer(), draft_id).body)
    framework = queries.framework_of(viewer().id).framework
    known = framework.capabilities
    form = self_rating_form(framework.scale, [known[code] for code in prepared.codes if code in known])
    if form.validate_on_submit():
        try:
            made = services.send_request_draft(viewer(), draft_id, self_levels=form.levels)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            if prepared.way is Way.HERE:
                return hand_over_device(Purpose.ASSESSMENT, made.id, ".sign_form", trainee_id=made.trainee_id)
            flash("The assessor has been asked", "success")
            return redirect(url_for(".show_own_request", request_id=made.id))
    return form_page(
        "competencies/rate_oneself.html",
        form,
        draft_id=draft_id,
        prepared=prepared,
        assessors={each.id: each.name for each in list_people_with_role(Role.ASSESSOR)},
        settings=queries.setting_titles(find_placements()),
        minutes=HANDED_OVER_MINUTES,
    )


@bp.post("/assessments/drafts/<uuid:draft_id>/discard")
@requires(Permission.ASSESSMENT_ASK)
def discard_request_draft(draft_id: UUID) -> ResponseReturnValue:
    """Throw away what was prepared and not asked."""
    services.discard_request_draft(viewer(), draft_id)
    flash("The draft is thrown away")
    return redirect(url_for(".list_own_requests"))


@bp.get("/assessments/mine")
@requires(Permission.ASSESSMENT_ASK)
def list_own_requests() -> ResponseReturnValue:
    """What the viewer prepared and asked for, and what became of it."""
    return render_template(
        "competencies/list_own_requests.html",
        rows=queries.list_own_requests(viewer()),
        drafts=[(row, prepared_from(row.body)) for row in queries.list_request_drafts(viewer())],
        titles=queries.find_titles(),
        settings=queries.setting_titles(find_placements()),
    )


@bp.get("/assessments/requests/<uuid:request_id>/mine")
@requires(Permission.ASSESSMENT_ASK)
def show_own_request(request_id: UUID) -> ResponseReturnValue:
    """One request of the viewer: where it stands, what happened to it, and what the viewer can do."""
    return _own_request(queries.get_own_request(viewer(), request_id))


def _own_request(row: queries.RequestRow, link: str | None = None, works_until: datetime | None = None) -> str:
    picture = None
    if link is not None:
        code = segno.make(link).svg_inline(scale=5, omitsize=True, svgclass="app-qr", lineclass=None)
        picture = Markup(code)
    return render_template(
        "competencies/show_own_request.html",
        row=row,
        may_remind=row.may_remind(now()),
        people=queries.names_of(row),
        titles=queries.find_titles(),
        settings=queries.setting_titles(find_placements()),
        link=link,
        works_until=works_until,
        picture=picture,
    )


@bp.route("/assessments/requests/<uuid:request_id>/link", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def show_link(request_id: UUID) -> ResponseReturnValue:
    """Show a link to the form, to copy or to scan. It proves nothing about who opens it.

    The server keeps a digest alone, so what was just made stays in the trainee's own cookie: the page can be loaded
    again, and come back to, while the link works.
    """
    if request.method == "POST":
        token = services.show_link(viewer(), request_id).rpartition("/")[2]
        session["shown_link"] = {"request_id": str(request_id), "token": token}
        return redirect(url_for(".show_link", request_id=request_id))
    row = queries.get_own_request(viewer(), request_id)
    kept = session.get("shown_link") or {}
    link = find_link(kept["token"]) if kept.get("request_id") == str(request_id) else None
    if link is None or not row.state.is_waiting or link.subject_id != row.id or not link.works_at(now()):
        return redirect(url_for(".show_own_request", request_id=request_id))
    settings: Settings = current_app.config["SETTINGS"]
    path = url_for(".open_signing_link", token=kept["token"])
    return _own_request(row, f"{settings.base_url}{path}", min(link.expires_at, row.expires_at))


@bp.post("/assessments/requests/<uuid:request_id>/remind")
@requires(Permission.ASSESSMENT_ASK)
def remind(request_id: UUID) -> ResponseReturnValue:
    """Remind the assessor."""
    return _try(request_id, lambda: services.remind(viewer(), request_id), "The assessor has been reminded")


@bp.post("/assessments/requests/<uuid:request_id>/reset")
@requires(Permission.ASSESSMENT_ASK)
def reset(request_id: UUID) -> ResponseReturnValue:
    """Give the assessor of an expired request the same time again, once."""
    done = f"The assessor has {EXPIRES_AFTER.days} more days"
    return _try(request_id, lambda: services.reset(viewer(), request_id), done)


@bp.post("/assessments/requests/<uuid:request_id>/cancel")
@requires(Permission.ASSESSMENT_ASK)
def cancel_request(request_id: UUID) -> ResponseReturnValue:
    """Take back a request nobody has opened."""
    return _try(request_id, lambda: services.cancel_request(viewer(), request_id), "The request is cancelled")


def _try(request_id: UUID, act: Any, done: str) -> ResponseReturnValue:
    try:
        act()
    except RuleViolation as problem:
        flash(problem.message, "important")
    else:
        flash(done, "success")
    return redirect(url_for(".show_own_request", request_id=request_id))


@bp.route("/assessments/requests/<uuid:request_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def hand_over_form(request_id: UUID) -> ResponseReturnValue:
    """Hand the device over: the trainee is signed out, and the device can do nothing but fill in this form."""
    row = queries.get_own_request(viewer(), request_id)
    if not row.state.is_waiting:
        return redirect(url_for(".show_own_request", request_id=request_id))
    if request.method == "POST":
        return hand_over_device(Purpose.ASSESSMENT, row.id, ".sign_form", trainee_id=row.trainee_id)
    return render_template("competencies/hand_over.html", row=row, minutes=HANDED_OVER_MINUTES)


@bp.route("/assessments/<uuid:assessment_id>/reply", methods=["GET", "POST"])
@requires(Permission.ASSESSMENT_ASK)
def reply(assessment_id: UUID) -> ResponseReturnValue:
    """Answer an assessment with one action, which opens the next request."""
    page = queries.get_own_assessment(viewer(), assessment_id)
    if page.reply is not None:
        return redirect(url_for(".show_assessment", assessment_id=assessment_id))
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            services.reply(viewer(), assessment_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Your action is recorded. It stands in your next request when you ask from here.", "success")
            return redirect(url_for(".show_assessment", assessment_id=assessment_id))
    return form_page("competencies/reply.html", form, page=page)
