"""The board, one trainee's readiness and the decision."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.competencies.queries import find_coordinator
from lms.core.clock import now, today
from lms.core.errors import NotFound, RuleViolation
from lms.identity.queries import may_towards, roles_towards
from lms.placements.rules.states import Part, Presentation
from lms.policy import Permission, allows
from lms.readiness import queries, services
from lms.readiness.forms import NO_SUPERVISION, DecisionForm
from lms.readiness.rules import Overall, describe, separation_words
from lms.web.access import requires, viewer
from lms.web.forms import form_page

bp = Blueprint("readiness", __name__)

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day a page is seen from, today if the day asked for was refused.

    `shown` stands in the field, `problem` beside it.
    """

    on: date
    shown: date
    problem: str = ""

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 422 if self.problem else 200


@bp.route("/readiness")
@requires(Permission.READINESS_BOARD)
def show_board() -> ResponseReturnValue:
    """Who is ready for what, what blocks the others, and what waits for a decision today."""
    as_of = _as_of()
    found = queries.board(
        viewer(),
        on=as_of.on,
        known_at=queries.known_by(as_of.on),
        setting=request.args.get("setting"),
        cohort_id=_uuid(request.args.get("cohort")),
        sort=request.args.get("sort", "name"),
        descending=request.args.get("order") == "descending",
    )
    page = render_template("readiness/show_board.html", board=found, as_of=as_of, today=today(), shown_at=now())
    return page, as_of.status


@bp.route("/trainees/<uuid:trainee_id>/readiness")
@requires(Permission.READINESS_READ)
def show_trainee(trainee_id: UUID) -> ResponseReturnValue:
    """One trainee: every setting, what blocks it, and what was decided."""
    as_of = _as_of()
    known_at = queries.known_by(as_of.on)
    found = queries.get_readiness(viewer(), trainee_id, on=as_of.on, known_at=known_at)
    page = render_template(
        "readiness/show_trainee.html",
        found=found,
        as_of=as_of,
        about=_about(trainee_id, enrolled=found.enrolment is not None),
        coordinator=find_coordinator(trainee_id, on=as_of.on, known_at=known_at),
        decisions=queries.list_decisions(viewer(), trainee_id, known_at=known_at),
        titles={view.setting: view.title for view in found.settings},
        today=today(),
        may_decide=_may_decide(trainee_id),
    )
    return page, as_of.status


@bp.route("/trainees/<uuid:trainee_id>/readiness/<string:setting>")
@requires(Permission.READINESS_READ)
def show_setting(trainee_id: UUID, setting: str) -> ResponseReturnValue:
    """One trainee in one setting: every rule in words, what counts, what does not and why."""
    as_of = _as_of()
    found = queries.get_readiness(viewer(), trainee_id, on=as_of.on, known_at=queries.known_by(as_of.on))
    view = found.setting(setting)
    explained = describe(view.result)
    page = render_template(
        "readiness/show_setting.html",
        found=found,
        as_of=as_of,
        view=view,
        explained=explained,
        names=queries.names_in(explained),
        today=today(),
        may_decide=_may_decide(trainee_id),
    )
    return page, as_of.status


@bp.route("/trainees/<uuid:trainee_id>/readiness/<string:setting>/decide", methods=["GET", "POST"])
@requires(Permission.AUTHORISATION_DECIDE)
def decide(trainee_id: UUID, setting: str) -> ResponseReturnValue:
    """Decide about one person in one setting, with the evidence in view."""
    person, granted, _ = queries.get_for_decision(viewer(), trainee_id, setting)
    form = DecisionForm()
    form.offer(granted.result.supervision)
    if form.validate_on_submit():
        try:
            row = services.decide(viewer(), trainee_id, setting, **{**form.answers, "seen": form.seen.data or ""})
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Decision recorded")
            return redirect(url_for(".show_authorisation", authorisation_id=row.id))
        person, granted, _ = queries.get_for_decision(viewer(), trainee_id, setting)
    form.seen.data = services.evidence_digest(granted)
    if request.method == "GET":
        form.supervision.data = (
            granted.result.supervision if granted.result.overall is Overall.READY else NO_SUPERVISION
        )
    explained = describe(granted.result)
    return form_page(
        "readiness/decide.html",
        form,
        person=person,
        view=granted,
        explained=explained,
        names=queries.names_in(explained),
        separate=separation_words(granted.signed_by_viewer),
    )


@bp.route("/authorisations/<uuid:authorisation_id>")
@requires(Permission.READINESS_READ)
def show_authorisation(authorisation_id: UUID) -> ResponseReturnValue:
    """One decision with its reason and the evidence as it was seen."""
    row = queries.get_authorisation(viewer(), authorisation_id)
    return render_template(
        "readiness/show_authorisation.html", row=row, explained=row.snapshot, names=queries.names_in(row.snapshot)
    )


@bp.get("/trainees/<uuid:trainee_id>/exposure")
@requires(Permission.CAPABILITY_READ)
def show_exposure(trainee_id: UUID) -> ResponseReturnValue:
    """What a trainee observed, assisted and led, what was never led and where the next slot would give it."""
    found = queries.get_exposure(viewer(), trainee_id)
    return render_template(
        "readiness/show_exposure.html",
        found=found,
        parts=Part,
        is_own=viewer().id == trainee_id,
        slot_page=_slot_page(trainee_id),
        may_export=viewer().may(Permission.ENCOUNTER_EXPORT),
    )


def _slot_page(trainee_id: UUID) -> str | None:
    """The page on which the viewer asks for a slot, or decides about it for this trainee."""
    if viewer().id == trainee_id:
        return "placements.ask_for_a_slot" if viewer().may(Permission.BOOKING_ASK) else None
    return "placements.decide_slot" if viewer().may(Permission.BOOKING_DECIDE) else None


@bp.get("/trainees/<uuid:trainee_id>/exposure/<string:presentation>/<string:part>")
@requires(Permission.CAPABILITY_READ)
def show_exposure_cell(trainee_id: UUID, presentation: str, part: str) -> ResponseReturnValue:
    """The contacts behind one number: a list for the trainee, counts by month and setting for everybody else."""
    if presentation not in list(Presentation) or part not in list(Part):
        raise NotFound
    about, did = Presentation(presentation), Part(part)
    found = queries.get_cell(viewer(), trainee_id, about, did)
    return render_template(
        "readiness/show_exposure_cell.html", found=found, about=about, part=did, is_own=viewer().id == trainee_id
    )


def _may_decide(trainee_id: UUID) -> bool:
    return viewer().id != trainee_id and may_towards(viewer(), trainee_id, Permission.AUTHORISATION_DECIDE)


def _about(trainee_id: UUID, *, enrolled: bool) -> list[tuple[str, str]]:
    """Where else the viewer may read about a trainee, or raise a concern; nothing about oneself.

    Module outcomes are those of a programme, so only somebody enrolled has them.
    """
    places = (
        ("Capabilities", Permission.CAPABILITY_READ, "competencies.list_capabilities"),
        ("Contacts", Permission.CAPABILITY_READ, "readiness.show_exposure"),
        ("Hours", Permission.HOURS_READ, "placements.show_trainee_hours"),
        ("Supervision", Permission.SUPERVISION_READ, "competencies.show_supervision"),
        ("Module outcomes", Permission.MODULE_OUTCOME_READ, "grading.list_outcomes"),
        ("Raise a concern", Permission.CONCERN_RAISE, "competencies.raise_concern"),
        ("Write a positive note", Permission.CONCERN_RAISE, "competencies.write_positive_note"),
        ("Positive notes", Permission.POSITIVE_NOTE_READ, "competencies.list_positive_notes"),
    )
    who = viewer()
    if who.id == trainee_id:
        return []
    roles = roles_towards(who, [trainee_id])[trainee_id]
    return [
        (text, url_for(endpoint, trainee_id=trainee_id))
        for text, permission, endpoint in places
        if (enrolled or permission is not Permission.MODULE_OUTCOME_READ) and allows(roles, permission)
    ]


def _as_of() -> AsOf:
    """The day asked for in the address; today if there is none, or with what is wrong about it."""
    text, day = request.args.get("as_of", "").strip(), today()
    if not text:
        return AsOf(day, day)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return AsOf(day, day, "The date must be a real date, like 2026-04-25")
    if found > day:
        return AsOf(day, found, "The date must be today or in the past")
    if found < EARLIEST:
        return AsOf(day, found, "The date must be in or after the year 2000")
    return AsOf(found, found)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
