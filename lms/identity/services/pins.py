"""The PIN with which somebody with an account signs on another person's phone."""

from uuid import UUID

from sqlalchemy import delete, update

from lms.audit.services import record, transaction_without_receipt
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import RuleViolation
from lms.identity import queries, rules
from lms.identity.models import Credential, Person
from lms.identity.rules import CredentialKind
from lms.identity.services.proofs import HASHER, NOBODY, claim_try, forget_failures, matches
from lms.identity.services.sign_in import check_current_password
from lms.policy import Permission, Viewer

WRONG_PIN = "Choose your name and enter your own PIN"
LOCKED_PIN = "Too many wrong PINs. Wait 15 minutes, or sign in with your own account."

__all__ = ["LOCKED_PIN", "WRONG_PIN", "check_pin", "remove_pin", "set_pin"]


def set_pin(actor: Viewer, *, pin: str, current: str) -> None:
    """Choose one's PIN, or another one; the current password is asked again.

    Raises RuleViolation for a PIN that is easy to guess and a wrong password, NotFound for whoever signs nothing.
    """
    rules.check_signs_elsewhere(actor.roles)
    chosen = pin.strip()
    rules.check_pin_choice(chosen, registration_number=db.session.get_one(Person, actor.id).registration_number)
    check_current_password(actor, current, field="current")
    db.session.rollback()
    hashed = HASHER.hash(chosen)
    with transaction() as session:
        person = session.get_one(Person, actor.id, with_for_update=True)  # Two devices at once leave one PIN.
        _delete_pin(actor.id)
        session.add(
            Credential(person_id=actor.id, credential_kind=CredentialKind.PIN, secret=hashed, confirmed_at=now())
        )
        forget_failures(session, _key(actor.id))
        person.updated_at = now()
        record(actor, "account.changed", person)


def remove_pin(actor: Viewer) -> None:
    """Forget one's PIN; nobody signs with it any more."""
    with transaction() as session:
        person = session.get_one(Person, actor.id, with_for_update=True)
        if queries.find_credential(actor.id, CredentialKind.PIN) is None:
            return
        _delete_pin(actor.id)
        person.updated_at = now()
        record(actor, "account.changed", person)


def check_pin(person_id: UUID, pin: str, *, permission: Permission) -> None:
    """Make sure that a PIN is this person's, and that they may do today what they sign.

    Raises RuleViolation with the same words for a wrong PIN, for somebody without a PIN, without an account in use or
    without the permission, and after five wrong tries in a row whatever the PIN. Called outside any transaction.
    """
    claim_try(_key(person_id), LOCKED_PIN, field="pin")
    credential = queries.find_credential(person_id, CredentialKind.PIN)
    may = queries.may_today(person_id, permission)
    secret, credential_id = (credential.secret, credential.id) if credential else (NOBODY, None)
    db.session.rollback()  # Nothing is held open while the hash is computed.
    if not matches(secret, pin.strip()) or credential_id is None or not may:
        raise RuleViolation(WRONG_PIN, "pin")
    with transaction_without_receipt() as session:
        forget_failures(session, _key(person_id))
        session.execute(update(Credential).where(Credential.id == credential_id).values(used_at=now()))


def _key(person_id: UUID) -> str:
    return f"pin:{person_id}"


def _delete_pin(person_id: UUID) -> None:
    db.session.execute(
        delete(Credential).where(Credential.person_id == person_id, Credential.credential_kind == CredentialKind.PIN)
    )
