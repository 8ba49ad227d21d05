"""Recording checks, and the decision who may work where: one transaction each."""

from datetime import date
from typing import BinaryIO
from uuid import UUID

from lms.audit.rules import digest
from lms.audit.services import hold, keep_text, record
from lms.core.clock import now, today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.files.services import add_file, receive
from lms.identity.queries import get_person
from lms.notifications.services import send_mail, tell
from lms.policy import Permission, Viewer
from lms.readiness import queries
from lms.readiness.models import Authorisation, Check
from lms.readiness.rules import (
    RULES_VERSION,
    CheckKind,
    Decision,
    Supervision,
    check_check,
    check_decision,
    check_separate,
    describe,
)

CHANGED = "What is recorded about this person changed after you opened this page. Look at it again before you decide."


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
    """Record a check of a person, or correct one and say why.

    `proof` is a scan of the certificate: its bytes are kept, and not the name the file came with, which may hold
    anything. Raises NotFound for somebody who is not there, RuleViolation if nobody could rely on the check.
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
    received = receive(f"{check_kind.value}-{issued_on}", proof) if proof else None
    with transaction() as session:
        hold(person_id)
        get_person(actor, person_id)
        if supersedes_id is not None:
            queries.get_check(actor, person_id, supersedes_id)
            if not reason.strip():
                raise RuleViolation("Say why you correct this check", "reason")
        stored = add_file(received, owner_id=person_id) if received else None
        check = Check(
            person_id=person_id,
            check_kind=check_kind,
            issued_on=issued_on,
            valid_until=valid_until,
            reference=keep_text(reference) if reference else None,
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
    return check


def decide(
    actor: Viewer,
    trainee_id: UUID,
    setting: str,
    *,
    decision: Decision,
    supervision: Supervision | None = None,
    reason: str,
    valid_until: date | None,
    seen: str | None = None,
) -> Authorisation:
    """Authorise, restrict or defer, freeze what was seen, and tell the trainee: all or nothing.

    The facts are read inside the transaction. `seen` is the digest of the evidence on the page the decision was made
    on; without it nothing is compared.

    Raises NotFound outside the actor's scope, RuleViolation if the decision could not be defended, the evidence changed
    since the page was opened, or who authorises signed off a capability of the person.
    """
    check_free_text(reason, no_identifiers=True, field="reason")
    with transaction() as session:
        hold(trainee_id)
        person, granted, view = queries.get_for_decision(
            actor, trainee_id, setting, supervision=supervision if decision is Decision.AUTHORISE else None
        )
        if seen is not None and seen != evidence_digest(granted):
            raise RuleViolation(CHANGED, "decision")
        check_decision(
            actor_id=actor.id,
            trainee_id=trainee_id,
            decision=decision,
            supervision=supervision,
            reason=reason,
            valid_until=valid_until,
            today=today(),
            result=view.result,
            status=view.status,
        )
        check_separate(decision=decision, signed=view.signed_by_viewer)
        assert valid_until is not None
        assert view.requirements.version_id is not None
        snapshot = describe(view.result) | {"status_before": queries.describe_status(view.status)}
        end = granted.ends_first
        snapshot["ends_first"] = {"on": end.last_on.isoformat(), "words": end.words} if end else None
        row = Authorisation(
            trainee_id=trainee_id,
            setting=view.setting,
            decision=decision,
            supervision=supervision,
            reason=keep_text(reason),
            valid_from=today(),
            valid_until=valid_until,
            requirement_set_version_id=view.requirements.version_id,
            rules_version=RULES_VERSION,
            snapshot=snapshot,
            snapshot_digest=digest(snapshot),
            decided_by_id=actor.id,
            role=actor.role_for(Permission.AUTHORISATION_DECIDE),
            recorded_at=now(),
        )
        session.add(row)
        session.flush()
        record(actor, "authorisation.decided", row, about=trainee_id, under=Permission.AUTHORISATION_DECIDE)
        url = f"/authorisations/{row.id}"
        tell(trainee_id, f"{view.title}: {decision.label.lower()}", url)
        send_mail(trainee_id, "authorisation-decided", setting=view.title, decision=decision.label.lower(), path=url)
    return row


def evidence_digest(view: queries.SettingView) -> str:
    """What a page shows, in one digest: equal as long as nothing that matters has changed."""
    return digest(describe(view.result) | {"status": queries.describe_status(view.status)})
