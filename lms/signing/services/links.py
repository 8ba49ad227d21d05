"""Making links, opening sessions that can do nothing but fill in one form, ending both, and noting what is refused."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from lms.audit.services import record, transaction_without_receipt
from lms.core.clock import now
from lms.core.db import transaction
from lms.identity.services import end_session
from lms.policy import Viewer
from lms.signing import rules
from lms.signing.models import FormSession, RefusedSignature, SigningLink
from lms.signing.queries.links import digest_of
from lms.signing.rules import Channel, Purpose, Refusal


def make_link(
    purpose: Purpose,
    subject_id: UUID,
    *,
    trainee_id: UUID,
    channel: Channel,
    person_id: UUID | None = None,
    lasts: timedelta = rules.LINK_LASTS,
) -> str:
    """Make a link to a form and return its token, which is stored nowhere; earlier ones of its kind no longer work."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        end_links(subject_id, channel=channel)
        session.add(
            SigningLink(
                token_digest=digest_of(token),
                purpose=purpose,
                subject_id=subject_id,
                trainee_id=trainee_id,
                person_id=person_id,
                channel=channel,
                expires_at=now() + lasts,
            )
        )
    return token


def end_links(subject_id: UUID, *, channel: Channel | None = None) -> None:
    """Let the links to a form, or those of one channel, work no longer."""
    statement = update(SigningLink).where(SigningLink.subject_id == subject_id, SigningLink.expires_at > now())
    if channel is not None:
        statement = statement.where(SigningLink.channel == channel)
    with transaction() as session:
        session.execute(statement.values(expires_at=now()))


def open_form(link: SigningLink) -> str:
    """Let this device fill in the form the link leads to; returns the token for its cookie.

    A link may be opened again until the form is signed: a phone can lose the page.
    """
    return _open(
        link.purpose,
        link.subject_id,
        trainee_id=link.trainee_id,
        person_id=link.person_id,
        channel=link.channel,
        lasts=rules.OPENED_FOR,
    )


def hand_over(
    purpose: Purpose, subject_id: UUID, *, trainee_id: UUID, token: str, person_id: UUID | None = None
) -> str:
    """Put a form-only session in the place of the one on this device; returns the token for its cookie.

    `token` is that of the session, which ends in the same transaction; `person_id` is the supervisor who asks a
    patient or carer.
    """
    with transaction():
        end_session(token)
        return _open(
            purpose,
            subject_id,
            trainee_id=trainee_id,
            person_id=person_id,
            channel=Channel.HANDED_OVER,
            lasts=rules.HANDED_OVER_FOR,
        )


def _open(
    purpose: Purpose,
    subject_id: UUID,
    *,
    trainee_id: UUID,
    person_id: UUID | None,
    channel: Channel,
    lasts: timedelta,
) -> str:
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            FormSession(
                token_digest=digest_of(token),
                purpose=purpose,
                subject_id=subject_id,
                trainee_id=trainee_id,
                person_id=person_id,
                channel=channel,
                expires_at=now() + lasts,
            )
        )
    return token


def signed(subject_id: UUID, record_id: UUID) -> None:
    """Use up every link to a form and end every device that may fill it in: it was signed."""
    with transaction() as session:
        session.execute(
            update(SigningLink)
            .where(SigningLink.subject_id == subject_id, SigningLink.used_at.is_(None))
            .values(used_at=now())
        )
        session.execute(
            update(FormSession)
            .where(FormSession.subject_id == subject_id, FormSession.ended_at.is_(None))
            .values(ended_at=now(), record_id=record_id)
        )


def end_form_session(token: str) -> None:
    """Let this device fill in its form no longer."""
    with transaction() as session:
        session.execute(
            update(FormSession)
            .where(FormSession.token_digest == digest_of(token), FormSession.ended_at.is_(None))
            .values(ended_at=now())
        )


def note_refused(
    refusal: Refusal, *, purpose: Purpose, subject_id: UUID, trainee_id: UUID, actor: Viewer | None = None
) -> None:
    """Keep a trace of a signature that was refused, although what was tried left nothing else behind."""
    with transaction_without_receipt() as session:
        row = RefusedSignature(
            purpose=purpose,
            subject_id=subject_id,
            trainee_id=trainee_id,
            refusal=refusal,
            by_id=actor.id if actor else None,
        )
        session.add(row)
        record(actor, "signature.refused", row, about=trainee_id)
