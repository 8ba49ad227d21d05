"""Pages that hold a trainee's hours against what is required."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.core.clock import now
from lms.core.errors import NotFound
from lms.identity.queries import get_trainee, may_towards
from lms.placements import queries
from lms.placements.rules import hours
from lms.placements.rules.activities import PULLED
from lms.placements.rules.waiting import wait_of
from lms.placements.views.blueprint import bp
from lms.policy import Permission
from lms.web.access import requires, viewer


@bp.get("/hours")
@requires(Permission.HOURS_LOG)
def show_own_hours() -> ResponseReturnValue:
    """Show the viewer's own hours by setting and group, their shifts, and what is not sent yet."""
    return _hours_page(
        "placements/show_own_hours.html",
        viewer().id,
        drafts=queries.list_drafts(viewer()),
        to_log=queries.list_own_to_log(viewer()),
    )


@bp.get("/trainees/<uuid:trainee_id>/hours")
@requires(Permission.HOURS_READ)
def show_trainee_hours(trainee_id: UUID) -> ResponseReturnValue:
    """Show the hours of a trainee the viewer may see."""
    trainee = get_trainee(viewer(), trainee_id, Permission.HOURS_READ)
    may_unlock = viewer().id != trainee_id and may_towards(viewer(), trainee_id, Permission.HOURS_UNLOCK)
    return _hours_page("placements/show_trainee_hours.html", trainee_id, trainee=trainee, may_unlock=may_unlock)


@bp.get("/hours/requirements/<string:slug>")
@requires(Permission.HOURS_LOG)
def show_own_requirement(slug: str) -> ResponseReturnValue:
    """Show one requirement with the viewer's own shifts that count and those that do not."""
    return _requirement_page("placements/show_own_requirement.html", viewer().id, slug)


@bp.get("/trainees/<uuid:trainee_id>/hours/<string:slug>")
@requires(Permission.HOURS_READ)
def show_trainee_requirement(trainee_id: UUID, slug: str) -> ResponseReturnValue:
    """Show one requirement with the shifts of a trainee that count and those that do not."""
    trainee = get_trainee(viewer(), trainee_id, Permission.HOURS_READ)
    return _requirement_page("placements/show_trainee_requirement.html", trainee_id, slug, trainee=trainee)


def _hours_page(template: str, trainee_id: UUID, **context: object) -> str:
    placements = queries.get_placements()
    rows = queries.list_shifts(viewer(), trainee_id)
    asked = placements.requirements()
    facts = [row.fact for row in rows]
    results = hours.progress(facts, asked)
    return render_template(
        template,
        placements=placements,
        rows=rows,
        results=results,
        total=placements.total(),
        counted=hours.counted_towards_total(results),
        pulled=sum(fact.pulled_minutes for fact in facts if fact.status.stands),
        pulled_words=PULLED,
        wait_of=wait_of,
        now=now(),
        outside={fact.id for fact in hours.outside_requirements(facts, asked)},
        sees_encounters=queries.may_see_encounters(viewer(), trainee_id),
        trainee_id=trainee_id,
        **context,
    )


def _requirement_page(template: str, trainee_id: UUID, slug: str, **context: object) -> str:
    placements = queries.get_placements()
    asked = next((each for each in placements.requirements() if each.slug == slug), None)
    if asked is None:
        raise NotFound
    rows = {row.fact.id: row for row in queries.list_shifts(viewer(), trainee_id)}
    return render_template(
        template,
        placements=placements,
        rows=rows,
        result=hours.assess_hours(asked, [row.fact for row in rows.values()]),
        settings=[setting for setting in placements.settings if setting.slug in asked.settings],
        trainee_id=trainee_id,
        **context,
    )
