"""Changing shifts, decisions, encounters and sites: one transaction each, with its ledger entries."""

from collections.abc import Collection
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.audit.services import hold, keep_text, record
from lms.core import words
from lms.core.clock import now, today
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.core.ids import new_id
from lms.identity.models import AccessGrant
from lms.identity.queries import get_trust, in_force
from lms.identity.services import add_to_scope, close_grants, open_grant
from lms.notifications.services import tell
from lms.placements import queries
from lms.placements.models import Encounter, Shift, ShiftDecision, Site
from lms.placements.rules import states, times
from lms.placements.rules.hours import keeps_sight
from lms.placements.rules.states import Part, Presentation, Verdict
from lms.placements.rules.times import Repeated, Span
from lms.policy import Permission, Role, Viewer


def log_shift(
    actor: Viewer,
    *,
    site_id: UUID,
    supervisor_id: UUID,
    worked_on: date,
    starts: time,
    ends: time,
    break_minutes: int,
    starts_repeated: Repeated | None = None,
    ends_repeated: Repeated | None = None,
    note: str = "",
    no_identifiers: bool = False,
) -> Shift:
    """Send a shift the actor worked to its supervisor, who may see the actor's hours from now on for a while.

    Raises RuleViolation if it cannot have happened as written, overlaps another shift or may identify a patient.
    """
    span = times.resolve_span(worked_on, starts, ends, starts_repeated=starts_repeated, ends_repeated=ends_repeated)
    check_free_text(note, no_identifiers=no_identifiers, field="note")
    with transaction() as session:
        hold(actor.id)
        site = _check_facts(actor, span, site_id=site_id, supervisor_id=supervisor_id, break_minutes=break_minutes)
        times.check_no_overlap(span, queries.list_taken(actor.id))
        shift_id = new_id()
        shift = Shift(
            id=shift_id,
            first_id=shift_id,
            trainee_id=actor.id,
            site_id=site.id,
            setting=site.setting,
            started_at=span.started_at,
            ended_at=span.ended_at,
            break_minutes=break_minutes,
            supervisor_id=supervisor_id,
            **_kept_note(note),
        )
        session.add(shift)
        record(actor, "hours.logged", shift, about=actor.id, under=Permission.HOURS_LOG)
        _let_supervisor_see(actor, supervisor_id, span)
        tell(supervisor_id, f"{actor.name} logged a shift for you to approve", f"/hours/shifts/{shift_id}")
    return shift


def correct_shift(
    actor: Viewer,
    shift_id: UUID,
    *,
    site_id: UUID,
    supervisor_id: UUID,
    worked_on: date,
    starts: time,
    ends: time,
    break_minutes: int,
    reason: str,
    starts_repeated: Repeated | None = None,
    ends_repeated: Repeated | None = None,
    note: str = "",
    no_identifiers: bool = False,
) -> Shift:
    """Replace a shift the actor worked by what really happened; the supervisor decides again, the old one stays.

    A note left as it was stays the same text, so that both entries lose it if it is redacted.

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
        site = _check_facts(actor, span, site_id=site_id, supervisor_id=supervisor_id, break_minutes=break_minutes)
        times.check_no_overlap(span, queries.list_taken(actor.id, except_first_id=old.first_id))
        shift = Shift(
            id=new_id(),
            first_id=old.first_id,
            supersedes_id=shift_id,
            reason=keep_text(reason),
            trainee_id=actor.id,
            site_id=site.id,
            setting=site.setting,
            started_at=span.started_at,
            ended_at=span.ended_at,
            break_minutes=break_minutes,
            supervisor_id=supervisor_id,
            **_kept_note(note, old),
        )
        session.add(shift)
        record(actor, "hours.corrected", shift, about=actor.id, under=Permission.HOURS_LOG)
        _let_supervisor_see(actor, supervisor_id, span)
        before = old.row.fact.supervisor_id
        if supervisor_id != before:
            session.flush()
            _close_to_supervisor(actor, before)
            tell(before, f"{actor.name} corrected a shift: another supervisor decides on it now", "/hours/waiting")
        tell(supervisor_id, f"{actor.name} corrected a shift: it waits for you again", f"/hours/shifts/{shift.id}")
    return shift


def withdraw_shift(actor: Viewer, shift_id: UUID) -> ShiftDecision:
    """Take back a shift the actor logged. It counts no longer; it and its encounters stay readable.

    Raises NotFound for somebody else's shift, RuleViolation if it no longer stands.
    """
    with transaction() as session:
        hold(actor.id)
        page = queries.get_own_shift(actor, shift_id)
        states.check_standing(page.row.fact.status)
        decision = _decision(actor, page.row, Verdict.WITHDRAWN, Permission.HOURS_LOG)
        session.add(decision)
        record(actor, "hours.withdrawn", decision, about=actor.id, under=Permission.HOURS_LOG)
        tell(page.row.fact.supervisor_id, f"{actor.name} withdrew a shift", f"/hours/shifts/{shift_id}")
    return decision


def approve_shifts(actor: Viewer, shift_ids: Collection[UUID]) -> list[ShiftDecision]:
    """Confirm that trainees worked these shifts: all of them or, if one cannot be approved, none.

    Raises NotFound for a shift that does not name the actor, RuleViolation for one that does not wait.
    """
    if not shift_ids:
        raise RuleViolation("Select at least one shift", "shifts")
    with transaction() as session:
        hold(*{row.trainee_id for row in queries.list_named(actor, shift_ids)})
        made: dict[UUID, list[ShiftDecision]] = {}
        for row in queries.list_named(actor, shift_ids):
            states.check_approval(row.fact.status, actor_id=actor.id, trainee_id=row.trainee_id)
            made.setdefault(row.trainee_id, []).append(
                _decision(actor, row, Verdict.APPROVED, Permission.HOURS_APPROVE)
            )
        for trainee_id, decisions in made.items():
            session.add_all(decisions)
            record(actor, "hours.approved", *decisions, about=trainee_id, under=Permission.HOURS_APPROVE)
            what = words.number_of(len(decisions), "shift")
            where = f"/hours/shifts/{decisions[0].shift_id}" if len(decisions) == 1 else "/hours"
            tell(trainee_id, f"{actor.name} approved {what}", where)
    return [decision for decisions in made.values() for decision in decisions]


def query_shift(actor: Viewer, shift_id: UUID, *, comment: str, no_identifiers: bool = False) -> ShiftDecision:
    """Ask the trainee to check a shift; until they answer with a correction or the actor approves, it does not count.

    Raises NotFound for a shift that does not name the actor, RuleViolation without a comment or if it no longer stands.
    """
    check_free_text(comment, no_identifiers=no_identifiers, field="comment")
    with transaction() as session:
        hold(queries.get_supervised_shift(actor, shift_id).row.trainee_id)
        row = queries.get_supervised_shift(actor, shift_id).row
        states.check_query(row.fact.status, comment, actor_id=actor.id, trainee_id=row.trainee_id)
        decision = _decision(actor, row, Verdict.QUERIED, Permission.HOURS_APPROVE)
        decision.comment = keep_text(comment)
        session.add(decision)
        record(actor, "hours.queried", decision, about=row.trainee_id, under=Permission.HOURS_APPROVE)
        tell(row.trainee_id, f"{actor.name} has a question about a shift", f"/hours/shifts/{shift_id}")
    return decision


def add_encounter(actor: Viewer, shift_id: UUID, *, presentation: Presentation, part: Part) -> Encounter:
    """Note one de-identified contact of a shift the actor worked.

    Raises NotFound for somebody else's shift, RuleViolation if the shift no longer stands.
    """
    return add_encounters(actor, shift_id, contacts=[(presentation, part)])[0]


def add_encounters(
    actor: Viewer, shift_id: UUID, *, contacts: Collection[tuple[Presentation, Part]]
) -> list[Encounter]:
    """Note several de-identified contacts of one shift the actor worked: what each was about and the actor's part.

    Raises NotFound for somebody else's shift, RuleViolation if the shift no longer stands.
    """
    with transaction() as session:
        hold(actor.id)
        page = queries.get_own_shift(actor, shift_id)
        states.check_standing(page.row.fact.status)
        encounters = [
            Encounter(shift_id=page.first_id, trainee_id=actor.id, presentation=presentation, part=part)
            for presentation, part in contacts
        ]
        session.add_all(encounters)
        record(actor, "encounter.added", *encounters, about=actor.id, under=Permission.HOURS_LOG)
    return encounters


def add_site(actor: Viewer | None, *, name: str, setting: str) -> Site:
    """Add a place where shifts are worked.

    Raises RuleViolation if the name is taken or holds an NHS number, or there is no such setting.
    """
    check_free_text(name, no_identifiers=True, field="name")
    with transaction() as session:
        if queries.get_placements().setting(setting) is None:
            raise RuleViolation("Select a setting from the list", "setting")
        if any(site.name.lower() == name.lower() for site in queries.list_sites()):
            raise RuleViolation("There is already a site with this name", "name")
        site = Site(name=name, setting=setting, organisation_id=get_trust().id)
        session.add(site)
        record(actor, "site.changed", site)
    return site


def _kept_note(note: str, old: queries.ShiftPage | None = None) -> dict[str, Any]:
    """The note of a shift as its columns take it; one that a correction leaves as it was stays the same text."""
    if old is not None and old.note_id is not None and old.note == note:
        return {"note_id": old.note_id}
    return {"note": keep_text(note) if note else None}


def _check_facts(actor: Viewer, span: Span, *, site_id: UUID, supervisor_id: UUID, break_minutes: int) -> Site:
    """Everything about a shift that one can say without looking at other shifts."""
    times.check_span(span, break_minutes=break_minutes, now=now())
    states.check_names_another(actor.id, supervisor_id)
    supervisors = queries.list_supervisors()
    if all(person.id != supervisor_id for person in supervisors):
        raise RuleViolation("Choose a supervisor from the list", "supervisor_id")
    site = db.session.get(Site, site_id)
    if site is None:
        raise RuleViolation("Choose a site from the list", "site_id")
    named = {person.id: person.name for person in supervisors if site.id in person.sites}
    states.check_supervises(supervisor_id, named, site=site.name)
    return site


def _decision(actor: Viewer, row: queries.ShiftRow, verdict: Verdict, under: Permission) -> ShiftDecision:
    return ShiftDecision(
        shift_id=row.fact.id,
        trainee_id=row.trainee_id,
        verdict=verdict,
        by_id=actor.id,
        role=actor.role_for(under),
    )


def _close_to_supervisor(actor: Viewer, supervisor_id: UUID) -> None:
    """Close the actor's record to a supervisor a correction no longer names, unless another shift keeps it open."""
    if not keeps_sight((row.fact for row in queries.list_shifts(actor, actor.id)), supervisor_id, today()):
        close_grants(
            actor,
            person_id=supervisor_id,
            scope_id=actor.id,
            role=Role.SUPERVISOR,
            cause="A correction names another supervisor",
            about=actor.id,
            has_end=True,
        )


def _let_supervisor_see(actor: Viewer, supervisor_id: UUID, span: Span) -> None:
    """Open the supervisor's access to the actor, unless a grant already lasts as long."""
    from_on, until_on = times.supervision_window(times.started_on(span), today())
    add_to_scope(actor, trainee_id=actor.id, scope_id=actor.id, cause="The trainee's own record")
    lasting = db.session.scalar(
        select(AccessGrant.id)
        .where(
            AccessGrant.person_id == supervisor_id,
            AccessGrant.scope_id == actor.id,
            AccessGrant.role == Role.SUPERVISOR,
            AccessGrant.until_on >= until_on,
            in_force(),
        )
        .limit(1)
    )
    if lasting is None:
        open_grant(
            actor,
            person_id=supervisor_id,
            scope_id=actor.id,
            role=Role.SUPERVISOR,
            from_on=from_on,
            until_on=until_on,
            cause=f"Named as supervisor of the shift on {words.day(times.started_on(span))}",
            about=actor.id,
        )
