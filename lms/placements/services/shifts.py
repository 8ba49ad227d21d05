"""Logging, correcting and withdrawing shifts: one transaction each, with its ledger entries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lms.audit.services import hold, keep_text, record
from lms.core import words
from lms.core.clock import now, today
from lms.core.days import london_day
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation, check_all
from lms.core.identifiers import check_free_text
from lms.core.ids import new_id
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import Shift, ShiftActivity, ShiftDecision, Site
from lms.placements.rules import activities as spent
from lms.placements.rules import late_entry, planned, states, times
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import Activity, Status, Verdict
from lms.placements.rules.times import Repeated, Span
from lms.placements.services.decisions import shift_decision
from lms.placements.services.sight import end_sight, let_supervisor_see
from lms.policy import Permission, Viewer


def log_shift(
    actor: Viewer,
    *,
    site_id: UUID,
    supervisor_id: UUID,
    worked_on: date,
    starts: time,
    ends: time,
    activities: Mapping[Activity, int],
    is_supernumerary: bool,
    booking_id: UUID | None = None,
    starts_repeated: Repeated | None = None,
    ends_repeated: Repeated | None = None,
    note: str = "",
    no_identifiers: bool = False,
) -> Shift:
    """Send a shift the actor worked to its supervisor, who may see the actor's hours from now on for a while.

    The minutes of `activities` are together exactly its attended time; `booking_id` is the booking it was planned by.

    Raises RuleViolation if it cannot have happened as written, overlaps another shift, is entered too late or may
    identify a patient.
    """
    span = times.resolve_span(worked_on, starts, ends, starts_repeated=starts_repeated, ends_repeated=ends_repeated)
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(actor.id)
        check_all(
            lambda: _check_people(actor, site_id, supervisor_id),
            *_checks_of_new(actor, span, activities.get(Activity.BREAK, 0)),
            lambda: spent.check_activities(activities, span.minutes),
            lambda: _check_booking(actor, booking_id),
        )
        site = session.get_one(Site, site_id)
        entry = _Entry(site, supervisor_id, span, activities, is_supernumerary, booking_id)
        shift = entry.as_shift(actor, **_kept_note(note))
        spent_on = _add_with_activities(session, shift, activities)
        record(actor, "hours.logged", shift, *spent_on, about=actor.id, under=Permission.HOURS_LOG)
        _let_supervisor_see(actor, supervisor_id, span)
        tell(supervisor_id, f"{actor.name} logged a shift for you to approve", f"/hours/shifts/{shift.id}")
    return shift


def check_entered(
    actor: Viewer, *, site_id: UUID | None, supervisor_id: UUID | None, span: Span | None, break_minutes: int | None
) -> None:
    """Say what is wrong with a shift that cannot be logged yet, as far as it was entered.

    Raises RuleViolation as `log_shift` does.
    """
    checks = _checks_of_new(actor, span, break_minutes or 0) if span else []
    if site_id and supervisor_id:
        checks.append(lambda: _check_people(actor, site_id, supervisor_id))
    check_all(*checks)


def correct_shift(
    actor: Viewer,
    shift_id: UUID,
    *,
    site_id: UUID,
    supervisor_id: UUID,
    worked_on: date,
    starts: time,
    ends: time,
    activities: Mapping[Activity, int],
    is_supernumerary: bool,
    booking_id: UUID | None = None,
    reason: str,
    starts_repeated: Repeated | None = None,
    ends_repeated: Repeated | None = None,
    note: str = "",
    no_identifiers: bool = False,
) -> Shift:
    """Replace a shift the actor worked by what really happened; the supervisor decides again, the old one stays.

    A note left as it was stays the same text, so that both entries lose it if it is redacted; so does one that is
    hidden from the actor while two people decide about it, unless another is written. Without a `booking_id` it stays
    with the booking it was logged from, as long as it fits that. It is never too late for a correction, unless it moves
    the shift to a day that is locked.

    Raises NotFound for somebody else's shift; RuleViolation as log_shift does, without a reason, or once replaced.
    """
    states.check_reason(reason)
    span = times.resolve_span(worked_on, starts, ends, starts_repeated=starts_repeated, ends_repeated=ends_repeated)
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(actor.id)
        old = queries.get_own_shift(actor, shift_id)
        states.check_standing(old.row.fact.status)
        before = old.row.fact
        check_all(
            lambda: _check_people(actor, site_id, supervisor_id),
            *_checks_of_time(actor, span, activities.get(Activity.BREAK, 0), except_first_id=old.first_id),
            lambda: spent.check_activities(activities, span.minutes),
            lambda: _check_moved(actor, queries.first_span(old.first_id), span),
        )
        site = session.get_one(Site, site_id)
        if booking_id in (None, before.booking_id):
            booking_id = _kept_booking(before.booking_id, span, site_id)
        else:
            _check_booking(actor, booking_id)
        entry = _Entry(site, supervisor_id, span, activities, is_supernumerary, booking_id)
        shift = entry.as_shift(actor, corrects=old, reason=keep_text(reason), **_kept_note(note, old))
        spent_on = _add_with_activities(session, shift, activities)
        record(actor, "hours.corrected", shift, *spent_on, about=actor.id, under=Permission.HOURS_LOG)
        _let_supervisor_see(actor, supervisor_id, span)
        if supervisor_id != before.supervisor_id:
            session.flush()
            cause = "A correction names another supervisor"
            end_sight(actor, trainee_id=actor.id, supervisor_id=before.supervisor_id, cause=cause)
        _tell_of_correction(actor, shift, before)
    return shift


def _tell_of_correction(actor: Viewer, shift: Shift, before: ShiftFact) -> None:
    """Tell whoever has to decide again, and whoever does not any more."""
    was = "a shift that was approved" if before.status is Status.APPROVED else "a shift"
    if shift.supervisor_id != before.supervisor_id:
        text = f"{actor.name} corrected {was}: another supervisor decides on it now"
        tell(before.supervisor_id, text, "/hours/waiting")
    tell(shift.supervisor_id, f"{actor.name} corrected {was}: it waits for you again", f"/hours/shifts/{shift.id}")


def withdraw_shift(actor: Viewer, shift_id: UUID) -> ShiftDecision:
    """Take back a shift the actor logged. It counts no longer; it and its encounters stay readable to the trainee.

    Its supervisor sees the actor no longer on its account, as after a correction that names another one.

    Raises NotFound for somebody else's shift, RuleViolation if it no longer stands.
    """
    with transaction() as session:
        hold(actor.id)
        page = queries.get_own_shift(actor, shift_id)
        states.check_standing(page.row.fact.status)
        decision = shift_decision(actor, page.row, Verdict.WITHDRAWN, Permission.HOURS_LOG)
        session.add(decision)
        record(actor, "hours.withdrawn", decision, about=actor.id, under=Permission.HOURS_LOG)
        session.flush()
        supervisor_id = page.row.fact.supervisor_id
        end_sight(actor, trainee_id=actor.id, supervisor_id=supervisor_id, cause="The shift was withdrawn")
        tell(supervisor_id, f"{actor.name} withdrew a shift", "/hours/waiting")
    return decision


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a trainee says of a shift, as it is logged and as it is corrected."""

    site: Site
    supervisor_id: UUID
    span: Span
    activities: Mapping[Activity, int]
    is_supernumerary: bool
    booking_id: UUID | None

    def as_shift(self, actor: Viewer, *, corrects: queries.ShiftPage | None = None, **texts: Any) -> Shift:
        """The shift to store: a new one, or the correction of one; `texts` are the columns of its texts."""
        shift_id = new_id()
        return Shift(
            id=shift_id,
            first_id=corrects.first_id if corrects else shift_id,
            supersedes_id=corrects.row.fact.id if corrects else None,
            trainee_id=actor.id,
            site_id=self.site.id,
            setting=self.site.setting,
            booking_id=self.booking_id,
            started_at=self.span.started_at,
            ended_at=self.span.ended_at,
            break_minutes=self.activities.get(Activity.BREAK, 0),
            is_supernumerary=self.is_supernumerary,
            supervisor_id=self.supervisor_id,
            **texts,
        )


def _kept_note(note: str, old: queries.ShiftPage | None = None) -> dict[str, Any]:
    """The note of a shift as its columns take it; one that a correction leaves as it was stays the same text.

    One that is hidden stands empty in the form, and stays unless another is written.
    """
    if old is not None and old.note_id is not None and (old.note or "") == note:
        return {"note_id": old.note_id}
    return {"note": keep_text(note) if note else None}


def _add_with_activities(session: Session, shift: Shift, activities: Mapping[Activity, int]) -> list[ShiftActivity]:
    """Store the shift, then what its time went into."""
    session.add(shift)
    session.flush()
    rows = [
        ShiftActivity(shift_id=shift.id, activity=activity, minutes=activities[activity])
        for activity in Activity
        if activities.get(activity)
    ]
    session.add_all(rows)
    return rows


def _check_in_time(actor: Viewer, span: Span) -> None:
    """Refuse a shift that is entered too late; what stops the clock is read only where it matters."""
    ended_on = london_day(span.ended_at)
    if today() <= (late_entry.last_day_to_log(ended_on) or today()):
        return
    last_day = queries.find_last_day_to_log(actor.id, span)
    unlocked = [row.unlocked for row in queries.list_unlocked(actor.id)]
    late_entry.check_not_locked(times.started_on(span), last_day, unlocked, today=today())


def _check_booking(actor: Viewer, booking_id: UUID | None) -> None:
    """Refuse a booking that is not the actor's, or that was logged already."""
    if booking_id is not None:
        found = queries.find_own_booking(actor, booking_id)
        planned.check_booking(found, logged=queries.is_logged(actor, booking_id))


def _kept_booking(booking_id: UUID | None, span: Span, site_id: UUID) -> UUID | None:
    """The booking a shift was logged from, unless a correction gives it another time or site than was planned."""
    if booking_id is None or not queries.load_planned([booking_id])[booking_id].fits(span, site_id):
        return None
    return booking_id


def _checks_of_time(
    actor: Viewer, span: Span, break_minutes: int, *, except_first_id: UUID | None = None
) -> list[Callable[[], object]]:
    """Whether the shift can have happened then, beside the others of the actor."""
    return [
        lambda: times.check_span(span, now=now()),
        lambda: times.check_breaks(span, break_minutes),
        lambda: times.check_no_overlap(span, queries.list_taken(actor.id, except_first_id=except_first_id)),
    ]


def _checks_of_new(actor: Viewer, span: Span, break_minutes: int) -> list[Callable[[], object]]:
    """Whether a new shift can have happened then and can still be logged."""
    return [*_checks_of_time(actor, span, break_minutes), lambda: _check_in_time(actor, span)]


def _check_moved(actor: Viewer, before: Span, after: Span) -> None:
    """Refuse a correction that moves a shift to a day that is locked."""
    if late_entry.moves_away(before, after):
        _check_in_time(actor, after)


def _check_people(actor: Viewer, site_id: UUID, supervisor_id: UUID) -> None:
    """Refuse a site or a supervisor that cannot be, together or alone."""
    states.check_names_another(actor.id, supervisor_id)
    supervisors = queries.list_supervisors()
    if all(person.id != supervisor_id for person in supervisors):
        raise RuleViolation("Choose a supervisor from the list", "supervisor_id")
    site = db.session.get(Site, site_id)
    if site is None:
        raise RuleViolation("Choose a site from the list", "site_id")
    named = {person.id: person.name for person in supervisors if site.id in person.sites}
    states.check_supervises(supervisor_id, named, site=site.name)


def _let_supervisor_see(actor: Viewer, supervisor_id: UUID, span: Span) -> None:
    on = times.started_on(span)
    cause = f"Named as supervisor of the shift on {words.day(on)}"
    let_supervisor_see(actor, trainee_id=actor.id, supervisor_id=supervisor_id, on=on, cause=cause)
