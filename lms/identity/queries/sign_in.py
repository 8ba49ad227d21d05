"""Reading sessions and credentials."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import db
from lms.identity.models import (
    Credential,
    Person,
    SignInSession,
)
from lms.identity.rules import (
    CredentialKind,
)
from lms.policy import Viewer


def find_session(token_digest: str) -> tuple[SignInSession, Person] | None:
    """The live session row and its person, or None."""
    row = db.session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(
            SignInSession.token_digest == token_digest,
            SignInSession.ended_at.is_(None),
            Person.deactivated_at.is_(None),
        )
    ).one_or_none()
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
