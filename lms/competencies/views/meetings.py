"""Pages about the meetings of placements and the actions agreed in them."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.competencies import queries, services
from lms.competencies.forms import DropActionForm, NotAgreedForm, meeting_form
from lms.competencies.rules.meetings import MeetingActionOutcome, MeetingKind
from lms.competencies.views.blueprint import bp
from lms.core.clock import today
from lms.core.errors import NotFound, RuleViolation
from lms.core.words import day
from lms.identity.queries import get_trainee, may_towards
from lms.policy import Permission
from lms.web.access import requires, viewer
from lms.web.forms import form_page


@bp.get("/trainees/<uuid:trainee_id>/meetings")
@requires(Permission.SUPERVISION_READ)
def show_meetings(trainee_id: UUID) -> ResponseReturnValue:
    """A trainee's open actions and the meetings of each placement."""
    who = viewer()
    return render_template(
        "competencies/show_meetings.html",
        page=queries.get_meetings(who, trainee_id),
        kinds=MeetingKind,
        is_own=trainee_id == who.id,
        may_record=may_towards(who, trainee_id, Permission.SUPERVISION_RECORD),
    )


@bp.route(
    "/trainees/<uuid:trainee_id>/placements/<uuid:site_id>/meetings/<string:kind>/record", methods=["GET", "POST"]
)
@requires(Permission.SUPERVISION_RECORD)
def record_meeting(trainee_id: UUID, site_id: UUID, kind: str) -> ResponseReturnValue:
    """Record a meeting: first what became of the open actions, then what was said and agreed."""
    who = viewer()
    trainee = get_trainee(who, trainee_id, Permission.SUPERVISION_RECORD)
    if kind not in list(MeetingKind):
        raise NotFound
    people, open_actions = queries.list_supervisors_of(trainee.id), queries.list_open_actions(trainee.id)
    form = meeting_form(
        MeetingKind(kind),
        {row.fact.id: f"{row.text or 'Redacted'} (by {day(row.fact.due_on)})" for row in open_actions},
        held_on=today(),
        supervisor_id=people[0].id if people else None,
    )
    form.offer(people)
    with_whom: dict[str, Any] = {}
    if trainee.id != who.id:
        del form.supervisor_id
        with_whom["supervisor_id"] = who.id
    if form.validate_on_submit():
        try:
            meeting = services.record_meeting(
                who, trainee.id, site_id, kind=MeetingKind(kind), **form.facts, **with_whom
            )
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("Meeting recorded. The other person has been asked to confirm it.", "success")
            return redirect(url_for(".show_meeting", meeting_id=meeting.id))
    return form_page(
        "competencies/record_meeting.html",
        form,
        trainee=trainee,
        kind=MeetingKind(kind),
        site=queries.get_site_name(site_id),
        open_actions=open_actions,
        dropped=MeetingActionOutcome.DROPPED.value,
        has_any=bool(people),
    )


@bp.get("/meetings/<uuid:meeting_id>")
@requires(Permission.SUPERVISION_READ)
def show_meeting(meeting_id: UUID) -> ResponseReturnValue:
    """One meeting with the actions agreed in it."""
    row, actions = queries.get_meeting(viewer(), meeting_id)
    return render_template("competencies/show_meeting.html", row=row, actions=actions, on=today(), me=viewer().id)


@bp.post("/meetings/<uuid:meeting_id>/confirm")
@requires(Permission.SUPERVISION_RECORD)
def confirm_meeting(meeting_id: UUID) -> ResponseReturnValue:
    """Agree that a meeting was held as recorded."""
    services.confirm_meeting(viewer(), meeting_id)
    flash("Meeting confirmed", "success")
    return redirect(url_for(".show_meeting", meeting_id=meeting_id))


@bp.route("/meetings/<uuid:meeting_id>/decline", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_RECORD)
def decline_meeting(meeting_id: UUID) -> ResponseReturnValue:
    """Say what is not right about the record of a meeting."""
    row = queries.get_own_meeting(viewer(), meeting_id)
    form = NotAgreedForm()
    if form.validate_on_submit():
        try:
            services.decline_meeting(viewer(), meeting_id, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The meeting stands as not agreed", "success")
            return redirect(url_for(".show_meeting", meeting_id=meeting_id))
    return form_page("competencies/decline_meeting.html", form, row=row)


@bp.post("/meeting-actions/<uuid:action_id>/done")
@requires(Permission.SUPERVISION_RECORD)
def finish_action(action_id: UUID) -> ResponseReturnValue:
    """Note that an action is done."""
    row = queries.get_action(viewer(), action_id)
    services.close_action(viewer(), action_id, outcome=MeetingActionOutcome.DONE)
    flash("The action is done", "success")
    return redirect(url_for(".show_meetings", trainee_id=row.fact.trainee_id))


@bp.route("/meeting-actions/<uuid:action_id>/drop", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_RECORD)
def drop_action(action_id: UUID) -> ResponseReturnValue:
    """Say why an action is no longer needed."""
    row = queries.get_action(viewer(), action_id)
    form = DropActionForm()
    if form.validate_on_submit():
        try:
            services.close_action(viewer(), action_id, outcome=MeetingActionOutcome.DROPPED, **form.answers)
        except RuleViolation as problem:
            form.reject(problem)
        else:
            flash("The action is dropped", "success")
            return redirect(url_for(".show_meetings", trainee_id=row.fact.trainee_id))
    return form_page("competencies/drop_action.html", form, row=row)
