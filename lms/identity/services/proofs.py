"""What every proof of identity shares: how secrets are kept, and how often in a row one may be wrong."""

from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.audit.services import transaction_without_receipt
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import RuleViolation
from lms.identity import rules
from lms.identity.models import SignInAttempts
from lms.identity.rules import token_digest

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = HASHER.hash("nobody has this password")


def matches(stored: str, secret: str) -> bool:
    """Say whether a secret is the one a hash was made of. Slow on purpose: never called inside a transaction."""
    try:
        return HASHER.verify(stored, secret)
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_not_locked(key: str, message: str, *, field: str) -> None:
    """Refuse whatever is sent for a key after too many wrong attempts in a row."""
    attempts = db.session.scalar(select(SignInAttempts).where(SignInAttempts.address_digest == token_digest(key)))
    if attempts is not None and rules.is_locked(attempts.failures, attempts.last_failure_at, now()):
        raise RuleViolation(message, field)


def count_failure(key: str) -> None:
    """Count a wrong attempt at a key."""
    with transaction_without_receipt() as session:
        _add_failure(_locked_row(session, key))


def claim_try(key: str, message: str, *, field: str) -> None:
    """Count a try as wrong before it is judged: of tries sent in one moment, no more are judged than are allowed.

    Whoever turns out right forgets the failures. Raises RuleViolation after too many wrong tries in a row.
    """
    if db.session.info.get("in_transaction"):
        raise RuntimeError("a try is counted outside transaction(): it stays counted whatever happens after it")
    with transaction_without_receipt() as session:
        row = _locked_row(session, key)
        if rules.is_locked(row.failures, row.last_failure_at, now()):
            raise RuleViolation(message, field)
        _add_failure(row)


def forget_failures(session: Session, key: str) -> None:
    """Begin to count again after a right one."""
    session.execute(
        update(SignInAttempts)
        .where(SignInAttempts.address_digest == token_digest(key), SignInAttempts.failures > 0)
        .values(failures=0)
    )


def _locked_row(session: Session, key: str) -> SignInAttempts:
    """The row that counts for a key, made if there is none, and held until the transaction ends."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    digest = token_digest(key)
    session.execute(
        insert(SignInAttempts)
        .values(address_digest=digest, failures=0)
        .on_conflict_do_nothing(index_elements=["address_digest"])
    )
    return session.scalars(
        select(SignInAttempts).where(SignInAttempts.address_digest == digest).with_for_update()
    ).one()


def _add_failure(row: SignInAttempts) -> None:
    if row.last_failure_at is not None and now() >= row.last_failure_at + rules.LOCK_FOR:
        row.failures = 0
    row.failures, row.last_failure_at = row.failures + 1, now()
