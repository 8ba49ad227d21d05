"""Letting the supervisors of shifts and bookings see the trainee, and ending it: called inside a transaction."""

from datetime import date
from uuid import UUID

from lms.core.clock import today
from lms.identity.services import add_to_scope, close_grants, open_grant
from lms.placements.queries.sight import load_sight, load_ties
from lms.placements.rules import sight
from lms.placements.rules.times import supervision_window
from lms.policy import Role, Viewer


def let_supervisor_see(actor: Viewer | None, *, trainee_id: UUID, supervisor_id: UUID, on: date, cause: str) -> None:
    """Open the supervisor's access to a trainee around a day, unless grants already last as long."""
    first, last = supervision_window(on, today())
    add_to_scope(actor, trainee_id=trainee_id, scope_id=trainee_id, cause="The trainee's own record")
    _open(actor, trainee_id, supervisor_id, (first, last), cause)


def end_sight(actor: Viewer | None, *, trainee_id: UUID, supervisor_id: UUID, cause: str) -> None:
    """Close the trainee's record to a supervisor on each day for which no shift and no booking keeps it open."""
    kept = sight.open_windows(load_ties(trainee_id, supervisor_id), today())
    seen = sight.open_windows(load_sight(trainee_id, supervisor_id), today())
    if all(sight.covers(kept, window) for window in seen):
        return
    close_grants(
        actor,
        person_id=supervisor_id,
        scope_id=trainee_id,
        role=Role.SUPERVISOR,
        cause=cause,
        about=trainee_id,
        has_end=True,
    )
    for window in kept:
        _open(actor, trainee_id, supervisor_id, window, "Another shift or booking with the same supervisor")


def _open(actor: Viewer | None, trainee_id: UUID, supervisor_id: UUID, window: sight.Window, cause: str) -> None:
    first, last = window
    if not sight.covers(load_sight(trainee_id, supervisor_id), (max(first, today()), last)):
        open_grant(
            actor,
            person_id=supervisor_id,
            scope_id=trainee_id,
            role=Role.SUPERVISOR,
            from_on=first,
            until_on=last,
            cause=cause,
            about=trainee_id,
        )
