"""Proving who somebody is: passwords, second factors, sessions and single-use links."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy import select, update

from lms.audit.services import record, transaction_without_receipt
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.core.errors import NotFound, RuleViolation
from lms.identity import queries, rules
from lms.identity.models import Credential, Person, SignInSession, SingleUseToken
from lms.identity.rules import CredentialKind, TokenKind, token_digest
from lms.identity.services.proofs import (
    HASHER,
    NOBODY,
    check_not_locked,
    count_failure,
    forget_failures,
    matches,
)
from lms.notifications.services import send_mail
from lms.policy import Permission, Role, Viewer

WRONG = "Enter the email address and password of an account that is in use"
USED_LINK = "This link has been used or has expired. Ask for a new one."
LOCKED = "Too many wrong attempts. Wait 15 minutes, or reset your password."


def sign_in(email: str, password: str) -> Person:
    """The person with this address and password.

    Raises RuleViolation with the same words for a wrong address, a wrong password and a deactivated account, and
    after five wrong attempts in a row at one address whether or not it has an account.
    """
    address = email.strip().lower()
    check_not_locked(address, LOCKED, field="password")
    person = queries.find_account_by_email(address)
    credential = queries.find_credential(person.id, CredentialKind.PASSWORD) if person else None
    db.session.rollback()  # Nothing is held open while the hash is computed.
    right = matches(credential.secret if credential else NOBODY, password)
    if person is None or credential is None or not right or person.deactivated_at is not None:
        count_failure(address)
        raise RuleViolation(WRONG, "password")
    renewed = HASHER.hash(password) if HASHER.check_needs_rehash(credential.secret) else None
    with transaction() as session:
        forget_failures(session, address)
        if renewed:
            session.execute(update(Credential).where(Credential.id == credential.id).values(secret=renewed))
    return person


def open_session(person_id: UUID, *, device: str, second_factor: bool = False) -> str:
    """Start a session on this device; the token goes into the cookie and is stored nowhere."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            SignInSession(
                token_digest=token_digest(token),
                person_id=person_id,
                device=device[:200],
                second_factor_at=now() if second_factor else None,
            )
        )
    return token


def touch_session(session_id: UUID, at: datetime) -> None:
    """Note that a session was used."""
    with transaction() as session:
        session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=at))


def end_session(token: str) -> None:
    """Sign this device out."""
    with transaction() as session:
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == token_digest(token), SignInSession.ended_at.is_(None))
            .values(ended_at=now())
        )


def end_all_sessions(person_id: UUID, *, keep_token: str | None = None) -> None:
    """Sign a person out everywhere, or everywhere but on one device."""
    statement = update(SignInSession).where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
    if keep_token is not None:
        statement = statement.where(SignInSession.token_digest != token_digest(keep_token))
    with transaction() as session:
        session.execute(statement.values(ended_at=now()))


def act_as(actor: Viewer, role: Role, token: str) -> None:
    """Switch to another role the person holds, on this device."""
    if role not in actor.roles:
        raise NotFound
    with transaction() as session:
        session.execute(
            update(SignInSession).where(SignInSession.token_digest == token_digest(token)).values(acting_role=role)
        )


def set_password(person_id: UUID, password: str) -> None:
    """Store a new password for somebody who proved who they are; all their sessions end."""
    hashed = _hash_for(person_id, password)
    with transaction():
        _store_password(person_id, hashed, "account.changed")


def _hash_for(person_id: UUID, password: str) -> str:
    """The hash of a password that is good enough; made outside any transaction, because it is slow."""
    person = db.session.get_one(Person, person_id)
    rules.check_password(password, email=person.email or "")
    db.session.rollback()
    return HASHER.hash(password)


def _store_password(person_id: UUID, hashed: str, event: str) -> None:
    person = db.session.get_one(Person, person_id)
    row = queries.find_credential(person_id, CredentialKind.PASSWORD)
    if row is None:
        row = Credential(person_id=person_id, credential_kind=CredentialKind.PASSWORD, confirmed_at=now())
        db.session.add(row)
    row.secret = hashed
    person.updated_at = now()
    end_all_sessions(person_id)
    forget_failures(db.session, person.email or "")
    record(None, event, person)


def check_current_password(actor: Viewer, password: str, *, field: str) -> None:
    """Make sure it is still the person who signed in; a wrong password counts like one at sign-in.

    Raises RuleViolation on the field, and after five wrong attempts in a row whatever the password.
    """
    address = db.session.get_one(Person, actor.id).email or ""
    check_not_locked(address, LOCKED, field=field)
    credential = queries.find_credential(actor.id, CredentialKind.PASSWORD)
    db.session.rollback()
    if credential is None or not matches(credential.secret, password):
        count_failure(address)
        raise RuleViolation("Enter your current password", field)
    with transaction_without_receipt() as session:
        forget_failures(session, address)


def change_password(actor: Viewer, *, current: str, password: str) -> None:
    """Change one's own password; the current one is asked again."""
    check_current_password(actor, current, field="current")
    set_password(actor.id, password)


def _new_token(person_id: UUID, kind: TokenKind, lasts: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    db.session.execute(
        update(SingleUseToken)
        .where(
            SingleUseToken.person_id == person_id, SingleUseToken.token_kind == kind, SingleUseToken.used_at.is_(None)
        )
        .values(used_at=now())
    )
    db.session.add(
        SingleUseToken(token_kind=kind, person_id=person_id, token_digest=token_digest(token), expires_at=now() + lasts)
    )
    return token


def find_token(token: str, kind: TokenKind) -> SingleUseToken | None:
    """The unused, unexpired link of an account in use, or None."""
    return db.session.scalar(
        select(SingleUseToken)
        .join(Person, Person.id == SingleUseToken.person_id)
        .where(
            Person.deactivated_at.is_(None),
            SingleUseToken.token_digest == token_digest(token),
            SingleUseToken.token_kind == kind,
            SingleUseToken.used_at.is_(None),
            SingleUseToken.expires_at > now(),
        )
    )


def _consume(token: str, kind: TokenKind, password: str, event: str) -> UUID:
    """Use a link up and store the password, both or neither; a link works once even when two people race for it."""
    row = find_token(token, kind)
    if row is None:
        raise NotFound(USED_LINK)
    token_id, person_id = row.id, row.person_id
    hashed = _hash_for(person_id, password)
    with transaction() as session:
        used = session.execute(
            update(SingleUseToken)
            .where(SingleUseToken.id == token_id, SingleUseToken.used_at.is_(None))
            .values(used_at=now())
            .returning(SingleUseToken.id)
        ).one_or_none()
        if used is None:
            raise NotFound(USED_LINK)
        _store_password(person_id, hashed, event)
    return person_id


def invite(actor: Viewer, person_id: UUID) -> str:
    """Send a person a single-use link to choose a password; returns the link's path, shown once to the sender."""
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or person.is_guest or person.deactivated_at is not None:
            raise NotFound
        token = _new_token(person_id, TokenKind.INVITATION, rules.INVITATION_LASTS)
        send_mail(person_id, "invitation", url=f"/invitations/{token}")
        person.updated_at = now()
        record(actor, "invitation.sent", person, under=Permission.ACCOUNT_MANAGE)
    return f"/invitations/{token}"


def accept_invitation(token: str, *, password: str) -> UUID:
    """Choose the first password with an invitation; returns the person's id."""
    return _consume(token, TokenKind.INVITATION, password, "invitation.accepted")


def ask_password_reset(email: str) -> None:
    """Send a reset link if the address has an account in use. Says nothing either way."""
    person = queries.find_account_by_email(email)
    if person is None or person.deactivated_at is not None:
        return
    with transaction():
        token = _new_token(person.id, TokenKind.PASSWORD_RESET, rules.RESET_LASTS)
        send_mail(person.id, "password-reset", url=f"/password-resets/{token}")


def reset_password(token: str, *, password: str) -> UUID:
    """Choose a new password with a reset link; returns the person's id and ends all sessions."""
    return _consume(token, TokenKind.PASSWORD_RESET, password, "account.changed")


def begin_second_factor(person_id: UUID) -> str:
    """Make a new TOTP secret, not yet in force; returns it for the QR code."""
    secret = pyotp.random_base32()
    with transaction() as session:
        for row in session.scalars(
            select(Credential).where(
                Credential.person_id == person_id,
                Credential.credential_kind == CredentialKind.TOTP,
                Credential.confirmed_at.is_(None),
            )
        ):
            session.delete(row)
        session.add(Credential(person_id=person_id, credential_kind=CredentialKind.TOTP, secret=secret))
    return secret


def pending_second_factor(person_id: UUID) -> str | None:
    """The TOTP secret that waits for its first code, or None."""
    return db.session.scalar(
        select(Credential.secret).where(
            Credential.person_id == person_id,
            Credential.credential_kind == CredentialKind.TOTP,
            Credential.confirmed_at.is_(None),
        )
    )


def confirm_second_factor(person_id: UUID, code: str, *, token: str) -> list[str]:
    """Put the new secret in force with its first code; returns the recovery codes, shown once.

    The session that holds `token` counts as confirmed.
    """
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(rules.RECOVERY_CODES)]
    with transaction() as session:
        row = session.scalar(
            select(Credential)
            .where(
                Credential.person_id == person_id,
                Credential.credential_kind == CredentialKind.TOTP,
                Credential.confirmed_at.is_(None),
            )
            .with_for_update()
        )
        step = _totp_step(row.secret, code, None) if row else None
        if row is None or step is None:
            raise RuleViolation("Enter the six-digit code your app shows now", "code")
        for old in session.scalars(
            select(Credential).where(
                Credential.person_id == person_id,
                Credential.credential_kind.in_([CredentialKind.TOTP, CredentialKind.RECOVERY_CODE]),
                Credential.id != row.id,
            )
        ):
            session.delete(old)
        row.confirmed_at, row.last_step = now(), step
        session.add_all(
            Credential(
                person_id=person_id,
                credential_kind=CredentialKind.RECOVERY_CODE,
                secret=token_digest(text),
                confirmed_at=now(),
            )
            for text in codes
        )
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == token_digest(token))
            .values(second_factor_at=now())
        )
        person = session.get_one(Person, person_id)
        person.updated_at = now()
        record(None, "account.changed", person)
    return codes


def _totp_step(secret: str, code: str, last_step: int | None) -> int | None:
    """The 30-second step a code belongs to (one either side is allowed), or None; no step works twice."""
    at = int(now().timestamp()) // 30
    for step in (at, at - 1, at + 1):
        if (last_step is None or step > last_step) and secrets.compare_digest(
            pyotp.TOTP(secret).at(step * 30).encode(), code.replace(" ", "").encode()
        ):
            return step
    return None


def pass_second_factor(token: str, code: str) -> None:
    """Complete the sign-in of a session with a TOTP or recovery code.

    Wrong codes count like wrong passwords. Raises RuleViolation with the reason.
    """
    found = queries.find_session(token_digest(token))
    if found is None:
        raise NotFound
    row, person = found
    key = f"second-factor:{person.id}"
    check_not_locked(key, "Too many wrong codes. Wait 15 minutes.", field="code")
    if not _use_code(person.id, code.strip()):
        count_failure(key)
        raise RuleViolation("Enter the six-digit code your app shows now, or a recovery code", "code")
    with transaction() as session:
        session.execute(
            update(SignInSession).where(SignInSession.id == row.id).values(second_factor_at=now(), seen_at=now())
        )
        forget_failures(session, key)


def _use_code(person_id: UUID, code: str) -> bool:
    with transaction() as session:
        totp = session.scalar(
            select(Credential)
            .where(
                Credential.person_id == person_id,
                Credential.credential_kind == CredentialKind.TOTP,
                Credential.confirmed_at.is_not(None),
            )
            .with_for_update()
        )
        step = _totp_step(totp.secret, code, totp.last_step) if totp else None
        if totp is not None and step is not None:
            totp.last_step, totp.used_at = step, now()
            return True
        used = session.execute(
            update(Credential)
            .where(
                Credential.person_id == person_id,
                Credential.credential_kind == CredentialKind.RECOVERY_CODE,
                Credential.secret == token_digest(code.lower()),
                Credential.used_at.is_(None),
            )
            .values(used_at=now())
            .returning(Credential.id)
        ).first()
        return used is not None
