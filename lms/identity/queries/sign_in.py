"""Reading sessions and credentials."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from lms.core.clock import now
from lms.core.db import db
from lms.identity.models import (
    Credential,
    Person,
    SignInSession,
)
from lms.identity.queries.people import ids_with_roles, roles_of
from lms.identity.rules import (
    CredentialKind,
)
from lms.policy import Permission, Role, Viewer, allows

BY_TOKEN = (  # Made once: every request asks.
    select(SignInSession, Person)
    .join(Person, Person.id == SignInSession.person_id)
    .where(
        SignInSession.token_digest == bindparam("token_digest"),
        SignInSession.ended_at.is_(None),
        Person.deactivated_at.is_(None),
    )
)


def find_session(token_digest: str) -> tuple[SignInSession, Person] | None:
    """The live session row and its person, or None."""
    row = db.session.execute(BY_TOKEN, {"token_digest": token_digest}).one_or_none()
    return None if row is None else (row[0], row[1])


def list_sessions(viewer: Viewer, *, idle: timedelta, longest: timedelta) -> list[SignInSession]:
    """The viewer's own live sessions, last used first: neither ended nor left alone too long nor too old."""
    at = now()
    return list(
        db.session.scalars(
            select(SignInSession)
            .where(
                SignInSession.person_id == viewer.id,
                SignInSession.ended_at.is_(None),
                SignInSession.seen_at >= at - idle,
                SignInSession.created_at >= at - longest,
            )
            .order_by(SignInSession.seen_at.desc())
        )
    )


def find_credential(person_id: UUID, kind: CredentialKind) -> Credential | None:
    """The confirmed credential of this kind, or None."""
    return db.session.scalar(
        select(Credential).where(
            Credential.person_id == person_id,
            Credential.credential_kind == kind,
            Credential.confirmed_at.is_not(None),
        )
    )


def has_second_factor(viewer: Viewer, person_id: UUID) -> bool:
    """Say whether the person has an authenticator app in force."""
    return find_credential(person_id, CredentialKind.TOTP) is not None


def list_passkeys(viewer: Viewer) -> list[Credential]:
    """The viewer's own passkeys, oldest first."""
    return list(
        db.session.scalars(
            select(Credential)
            .where(Credential.person_id == viewer.id, Credential.credential_kind == CredentialKind.PASSKEY)
            .order_by(Credential.created_at, Credential.id)
        )
    )


def find_passkey(key_id: str) -> Credential | None:
    """The passkey with this id, in letters, whosever it is."""
    return db.session.scalar(
        select(Credential).where(Credential.credential_kind == CredentialKind.PASSKEY, Credential.secret == key_id)
    )


def may_today(person_id: UUID, permission: Permission) -> bool:
    """Say whether somebody has an account in use and, today, a role with the permission."""
    person = db.session.get(Person, person_id)
    return person is not None and person.deactivated_at is None and allows(roles_of(person_id), permission)


def people_with_pin(roles: Collection[Role], others: Collection[UUID] = ()) -> list[Person]:
    """The people with a PIN who hold one of these roles today or are among the others, by name: the choices when one
    signs on somebody else's phone.
    """
    having = select(Credential.person_id).where(
        Credential.credential_kind == CredentialKind.PIN, Credential.confirmed_at.is_not(None)
    )
    return list(
        db.session.scalars(
            select(Person)
            .where(
                Person.id.in_(having),
                or_(Person.id.in_(ids_with_roles(roles)), Person.id.in_(others)),
                Person.deactivated_at.is_(None),
            )
            .order_by(func.lower(Person.name), Person.id)
        )
    )
