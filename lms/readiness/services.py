"""Recording checks, and the decision who may work where: one transaction each."""

from datetime import date
from uuid import UUID

from lms.audit.rules import digest
from lms.audit.services import hold, keep_text, record
from lms.core.clock import now, today
from lms.core.db import transaction
from lms.core.errors import RuleViolation
from lms.core.identifiers import check_free_text
from lms.notifications.services import send_mail, tell
from lms.policy import Permission, Viewer
from lms.readiness import queries
from lms.readiness.models import Authorisation
from lms.readiness.rules import (
    RULES_VERSION,
    Decision,
    Supervision,
    check_decision,
    check_separate,
    describe,
)

CHANGED = "What is recorded about this person changed after you opened this page. Look at it again before you decide."


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
