"""Receipts for those who signed, "this was not me", and the decision about it."""

import secrets
from uuid import UUID

from sqlalchemy import select

from lms.audit.services import hold, keep_text, record
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.core.identifiers import check_free_text
from lms.identity.models import Person
from lms.identity.queries import list_seeing
from lms.identity.rules import token_digest
from lms.notifications.services import send_mail, tell
from lms.policy import Permission, Viewer
from lms.signing import queries, rules
from lms.signing.models import SigningReceipt, Suspension, SuspensionEnd
from lms.signing.rules import Purpose, Verdict
from lms.signing.services.counting import RECORD_COUNTS

_OWN_PAGES = {
    Purpose.ASSESSMENT: "/assessments/mine",
    Purpose.PATIENT_FEEDBACK: "/assessments/mine",
    Purpose.HOURS: "/hours",
}
"""Where trainees see their own records of a kind."""


def send_receipt(purpose: Purpose, record_id: UUID, *, trainee_id: UUID, person_id: UUID) -> None:
    """Tell a signer what was signed in their name, with a link to say that it was not them."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            SigningReceipt(
                token_digest=token_digest(token),
                purpose=purpose,
                record_id=record_id,
                trainee_id=trainee_id,
                person_id=person_id,
                expires_at=now() + rules.RECEIPT_LASTS,
            )
        )
        send_mail(person_id, "signed", url=f"/receipts/{token}")


def deny(token: str, *, words: str = "", no_identifiers: bool = False) -> Suspension:
    """Say with a receipt that one did not sign: the record counts for nothing from now on, until it is decided.

    So does every correction of it. The consultant nurse and the trainee are told. Raises NotFound for an unknown link,
    RuleViolation if the record, or what it corrects, is suspended or was decided already.
    """
    receipt = queries.find_receipt(token)
    if receipt is None:
        raise NotFound("This link has ended or never was.")
    return _suspend(
        None,
        receipt.purpose,
        receipt.record_id,
        trainee_id=receipt.trainee_id,
        by_id=receipt.person_id,
        words=words,
        no_identifiers=no_identifiers,
    )


def deny_own(
    actor: Viewer,
    purpose: Purpose,
    record_id: UUID,
    *,
    trainee_id: UUID,
    words: str = "",
    no_identifiers: bool = False,
) -> Suspension:
    """Say from one's own account that one did not sign. The caller has made sure that the record names the actor.

    Raises RuleViolation if the record, or what it corrects, is suspended or was decided already.
    """
    return _suspend(
        actor,
        purpose,
        record_id,
        trainee_id=trainee_id,
        by_id=actor.id,
        words=words,
        no_identifiers=no_identifiers,
    )


def _suspend(
    actor: Viewer | None,
    purpose: Purpose,
    record_id: UUID,
    *,
    trainee_id: UUID,
    by_id: UUID,
    words: str,
    no_identifiers: bool,
) -> Suspension:
    check_free_text(words, no_identifiers=no_identifiers, field="words")
    with transaction() as session:
        hold(trainee_id)
        if queries.find_suspension(record_id) is not None:
            raise RuleViolation("This is in doubt already, or was decided. The consultant nurse has been told.")
        row = Suspension(
            purpose=purpose,
            record_id=record_id,
            trainee_id=trainee_id,
            by_id=by_id,
            role=actor.acting if actor else None,
            words=keep_text(words) if words else None,
        )
        session.add(row)
        session.flush()
        record(actor, "signature.denied", row, about=trainee_id)
        for person_id in list_seeing(trainee_id, Permission.SIGNATURE_DECIDE):
            tell(person_id, "Somebody says that a signature was not theirs", f"/signatures/{row.id}")
            send_mail(person_id, "signature-denied", url=f"/signatures/{row.id}")
        tell(trainee_id, "A record about you is suspended: its signature is being checked", _OWN_PAGES[purpose])
    return row


def decide(
    actor: Viewer, suspension_id: UUID, *, verdict: Verdict, reason: str, no_identifiers: bool = False
) -> SuspensionEnd:
    """Decide about a suspended record: the signature stands, or the record is struck out for good.

    Raises NotFound outside the actor's scope, RuleViolation as rules.check_decision does.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction() as session:
        hold(queries.get_suspension(actor, suspension_id).trainee_id)
        found = queries.get_suspension(actor, suspension_id)
        rules.check_decision(
            actor_id=actor.id,
            trainee_id=found.trainee_id,
            by_id=found.by_id,
            verdict=found.verdict,
            reason=reason,
        )
        covered = queries.records_covered(found.id)
        row = SuspensionEnd(
            suspension_id=found.id,
            verdict=verdict,
            by_id=actor.id,
            role=actor.role_for(Permission.SIGNATURE_DECIDE),
            reason=keep_text(reason),
        )
        session.add(row)
        session.flush()
        record(actor, "signature.decided", row, about=found.trainee_id, under=Permission.SIGNATURE_DECIDE)
        if verdict is Verdict.STANDS:
            for tell_of in RECORD_COUNTS:
                for record_id in covered:
                    tell_of(actor, found.trainee_id, record_id)
        tell(found.trainee_id, "It was decided about a record that was suspended", _OWN_PAGES[found.purpose])
        if db.session.scalar(select(Person.email).where(Person.id == found.by_id)):
            send_mail(found.by_id, "signature-decided")
    return row
