"""Recording checks of people: one transaction each, with its ledger entries."""

from datetime import date
from typing import Any, BinaryIO
from uuid import UUID

from lms.audit.services import keep_text, record
from lms.core.clock import today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.files.services import add_file, receive
from lms.identity.queries import get_person
from lms.placements import queries
from lms.placements.models import Check
from lms.placements.rules.checks import CheckKind, check_check
from lms.placements.services.clearing import follow_clearing, hold_waiting_of
from lms.policy import Permission, Viewer


def record_check(
    actor: Viewer,
    person_id: UUID,
    *,
    check_kind: CheckKind,
    issued_on: date,
    valid_until: date,
    reference: str = "",
    proof: BinaryIO | None = None,
    supersedes_id: UUID | None = None,
    reason: str = "",
) -> Check:
    """Record a check of a person, or correct one and say why; what it alone held up is looked at again.

    `proof` is a scan of the certificate: its bytes are kept, and not the name the file came with, which may hold
    anything. Raises NotFound for somebody who is not there, RuleViolation if nobody could rely on the check, or for a
    file that cannot be taken.
    """
    for field, text in (("reference", reference), ("reason", reason)):
        check_free_text(text, no_identifiers=True, field=field)
    check_check(
        actor_id=actor.id,
        person_id=person_id,
        issued_on=issued_on,
        valid_until=valid_until,
        reference=reference,
        today=today(),
    )
    # A certificate names the colleague it is about.
    received = receive(f"{check_kind.value}-{issued_on}", proof, is_about_care=False) if proof else None
    with transaction() as session:
        waiting = hold_waiting_of(person_id)
        get_person(actor, person_id)
        before = queries.get_check(actor, person_id, supersedes_id) if supersedes_id else None
        if before is not None and not reason.strip():
            raise RuleViolation("Say why you correct this check", "reason")
        stored = add_file(received, owner_id=person_id) if received else None
        check = Check(
            person_id=person_id,
            check_kind=check_kind,
            issued_on=issued_on,
            valid_until=valid_until,
            **_kept_reference(reference, before),
            proof_id=stored.id if stored else None,
            supersedes_id=supersedes_id,
            reason=keep_text(reason) if supersedes_id else None,
            recorded_by_id=actor.id,
            role=actor.role_for(Permission.CHECK_MANAGE),
        )
        session.add(check)
        session.flush()
        rows = [check, stored] if stored else [check]
        record(actor, "check.recorded", *rows, about=person_id, under=Permission.CHECK_MANAGE)
        follow_clearing(waiting)
    return check


def _kept_reference(reference: str, before: Check | None) -> dict[str, Any]:
    """The reference as its columns take it; one that a correction leaves as it was stays the same text."""
    if before is not None and before.reference is not None and before.reference.text == reference:
        return {"reference_id": before.reference_id}
    return {"reference": keep_text(reference) if reference else None}
