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


def renew_sight(actor: Viewer | None, *, trainee_id: UUID, supervisor_id: UUID, cause: str) -> None:
    """Let the supervisor see the trainee on each day for which a shift or a booking keeps the record open, on no other.

    For what was changed after it was booked.
    """
    kept, seen = _windows(trainee_id, supervisor_id)
    if not all(sight.covers(kept, window) for window in seen):
        _close(actor, trainee_id, supervisor_id, cause)
        seen = []
    add_to_scope(actor, trainee_id=trainee_id, scope_id=trainee_id, cause="The trainee's own record")
    for window in kept:
        if not sight.covers(seen, window):
            _grant(actor, trainee_id, supervisor_id, window, cause)


def end_sight(actor: Viewer | None, *, trainee_id: UUID, supervisor_id: UUID, cause: str) -> None:
    """Close the trainee's record to a supervisor on each day for which no shift and no booking keeps it open."""
    kept, seen = _windows(trainee_id, supervisor_id)
    if all(sight.covers(kept, window) for window in seen):
        return
    _close(actor, trainee_id, supervisor_id, cause)
    for window in kept:
        _grant(actor, trainee_id, supervisor_id, window, "Another shift or booking with the same supervisor")


def _windows(trainee_id: UUID, supervisor_id: UUID) -> tuple[list[sight.Window], list[sight.Window]]:
    """On which days from today on a record is to be open, and on which it is."""
    kept = sight.open_windows(load_ties(trainee_id, supervisor_id), today())
    return kept, sight.open_windows(load_sight(trainee_id, supervisor_id), today())


def _close(actor: Viewer | None, trainee_id: UUID, supervisor_id: UUID, cause: str) -> None:
    close_grants(
        actor,
        person_id=supervisor_id,
        scope_id=trainee_id,
        role=Role.SUPERVISOR,
        cause=cause,
        about=trainee_id,
        has_end=True,
    )


def _open(actor: Viewer | None, trainee_id: UUID, supervisor_id: UUID, window: sight.Window, cause: str) -> None:
    first, last = window
    if not sight.covers(load_sight(trainee_id, supervisor_id), (max(first, today()), last)):
        _grant(actor, trainee_id, supervisor_id, window, cause)


def _grant(actor: Viewer | None, trainee_id: UUID, supervisor_id: UUID, window: sight.Window, cause: str) -> None:
    open_grant(
        actor,
        person_id=supervisor_id,
        scope_id=trainee_id,
        role=Role.SUPERVISOR,
        from_on=window[0],
        until_on=window[1],
        cause=cause,
        about=trainee_id,
    )
