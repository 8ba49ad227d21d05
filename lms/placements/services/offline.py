"""Carrying out what was entered without a signal: a shift, its contacts and its hand-over, all of it or nothing."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from lms.audit.services import hold, record
from lms.core.db import db, transaction
from lms.core.errors import AlreadyDone, RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.models import Person
from lms.identity.queries import find_person_by_email
from lms.identity.services import create_guest
from lms.placements import queries
from lms.placements.models import Shift, ShiftDraft
from lms.placements.rules.encounters import Contact
from lms.placements.rules.offline import Agreed, Held, held_as_body, held_in
from lms.placements.rules.states import ApprovalWay
from lms.placements.rules.times import Span
from lms.placements.services.approvals import ask_approval
from lms.placements.services.encounters import add_encounters
from lms.placements.services.shifts import log_shift
from lms.policy import Permission, Viewer
from lms.signing.rules import Purpose
from lms.signing.services import check_not_own_address, noting_refusals


def log_offline(
    actor: Viewer,
    *,
    draft_id: UUID,
    body: Mapping[str, str],
    span: Span,
    contacts: Collection[Contact],
    agreed: Agreed | None,
    **facts: Any,
) -> Shift | ShiftDraft:
    """Log a shift with its contacts; where nobody knows who supervised it, keep it as a draft that holds them.

    `facts` are the keywords of `log_shift` without supervisor and booking, `body` the same as it was typed. That a
    supervisor agreed becomes a request that counts for nothing until they confirm it themselves.

    Raises as `log_shift` and `ask_approval` do; AlreadyDone if there is a draft of this id.
    """
    check_free_text(facts["note"], no_identifiers=facts["no_identifiers"], field="note")
    with noting_refusals(Purpose.HOURS, None, trainee_id=actor.id, actor=actor), transaction():
        hold(actor.id)
        meant = queries.find_meant(actor, facts["site_id"], span)
        if agreed is not None and agreed.email:
            meant = replace(meant, supervisor_id=_supervisor_at(actor, agreed.email) or meant.supervisor_id)
        if meant.supervisor_id is None:
            return _hold_in_draft(actor, draft_id, meant.booking_id, body, tuple(contacts), agreed)
        shift = log_shift(actor, supervisor_id=meant.supervisor_id, booking_id=meant.booking_id, **facts)
        if contacts:
            add_encounters(actor, shift.id, contacts=contacts)
        if agreed is not None:
            _ask(actor, shift, agreed)
    return shift


def carry_out_held(actor: Viewer, shift: Shift, body: Mapping[str, Any]) -> None:
    """Add what a draft held to the shift it has become: its contacts, and that its supervisor agreed."""
    held = held_in(body)
    if held.contacts:
        add_encounters(actor, shift.id, contacts=held.contacts)
    if held.is_agreed:
        guest = db.session.get_one(Person, held.agreed_by) if held.agreed_by else None
        _ask(actor, shift, Agreed(guest.name, guest.email or "") if guest else Agreed())


def _supervisor_at(actor: Viewer, email: str) -> UUID | None:
    """The supervisor with an account of this address; None for a guest."""
    check_not_own_address(actor.id, email)
    person = find_person_by_email(email)
    if person is None or person.is_guest:
        return None
    if all(each.id != person.id for each in queries.list_supervisors()):
        raise RuleViolation("This address belongs to somebody who does not supervise placements", "email")
    return person.id


def _hold_in_draft(
    actor: Viewer,
    draft_id: UUID,
    booking_id: UUID | None,
    body: Mapping[str, str],
    contacts: tuple[Contact, ...],
    agreed: Agreed | None,
) -> ShiftDraft:
    if queries.find_draft(draft_id) is not None:
        raise AlreadyDone
    guest = None
    if agreed is not None and agreed.email:  # Names and addresses stand in the table of people alone.
        guest = create_guest(actor, name=agreed.name, profession="", registration_number="", email=agreed.email)
    held = Held(contacts, agreed is not None, guest.id if guest else None)
    draft = ShiftDraft(
        id=draft_id,
        trainee_id=actor.id,
        booking_id=booking_id,
        body={**body, "booking_id": str(booking_id or ""), **held_as_body(held)},
    )
    db.session.add(draft)
    record(actor, "hours.draft-saved", draft, about=actor.id, under=Permission.HOURS_LOG)
    return draft


def _ask(actor: Viewer, shift: Shift, agreed: Agreed) -> None:
    """Ask for the confirmation of what was said without a signal."""
    known = find_person_by_email(agreed.email) if agreed.email else None
    if not agreed.email or (known is not None and known.id == shift.supervisor_id):
        ask_approval(actor, [shift.id], way=ApprovalWay.OFFLINE, supervisor_id=shift.supervisor_id)
    else:
        ask_approval(actor, [shift.id], way=ApprovalWay.OFFLINE, name=agreed.name, email=agreed.email)
