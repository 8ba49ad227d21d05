"""Making links, opening sessions that can do nothing but fill in one form, ending both, and noting what is refused."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update

from lms.audit.services import record, transaction_without_receipt
from lms.core.clock import now
from lms.core.db import db, transaction
from lms.identity.rules import token_digest
from lms.identity.services import end_session
from lms.policy import Viewer
from lms.signing import rules
from lms.signing.models import FormSession, RefusedSignature, SigningLink
from lms.signing.rules import Channel, Purpose, Refusal, Refused


def make_link(
    purpose: Purpose,
    subject_id: UUID,
    *,
    trainee_id: UUID,
    channel: Channel,
    person_id: UUID | None = None,
) -> str:
    """Make a link to a form and return its token, which is stored nowhere; earlier ones of its kind no longer work."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        end_links(subject_id, channel=channel)
        session.add(
            SigningLink(
                token_digest=token_digest(token),
                purpose=purpose,
                subject_id=subject_id,
                trainee_id=trainee_id,
                person_id=person_id,
                channel=channel,
                expires_at=now() + rules.LINK_LASTS,
            )
        )
    return token


def check_link(link: SigningLink, actor: Viewer | None) -> None:
    """Refuse a link in the hands of the trainee it is about, and one that was used or has ended.

    Raises Refused.
    """
    if actor is not None and actor.id == link.trainee_id:
        raise Refused(Refusal.OWN_SESSION, "This form is for the person who saw you work.")
    refusal = rules.refusal_of(used_at=link.used_at, expires_at=link.expires_at, at=now())
    if refusal is not None:
        raise Refused(refusal, "This link was used, or it has ended.")


def end_links(subject_id: UUID, *, channel: Channel | None = None) -> None:
    """Let the links to a form, or those of one channel, work no longer."""
    statement = update(SigningLink).where(SigningLink.subject_id == subject_id, SigningLink.expires_at > now())
    if channel is not None:
        statement = statement.where(SigningLink.channel == channel)
    with transaction() as session:
        session.execute(statement.values(expires_at=now()))


def end_sent(subject_id: UUID) -> None:
    """Let whom the link to a form was sent to neither open nor fill it in any more: it is somebody else's to answer."""
    with transaction() as session:
        end_links(subject_id, channel=Channel.SENT)
        session.execute(
            update(FormSession)
            .where(
                FormSession.subject_id == subject_id,
                FormSession.channel == Channel.SENT,
                FormSession.ended_at.is_(None),
            )
            .values(ended_at=now())
        )


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
                token_digest=token_digest(token),
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


def use_up_form(token: str) -> bool:
    """Forget that this device may fill in its form; False where that was done before, or by somebody at this moment.

    Nothing of it stays, so that nothing says whether its form was answered, or when.
    """
    with transaction() as session:
        used = delete(FormSession).where(FormSession.token_digest == token_digest(token)).returning(FormSession.id)
        return session.scalar(used) is not None


@contextmanager
def noting_refusals(
    purpose: Purpose, subject_id: UUID | None, *, trainee_id: UUID, actor: Viewer | None = None
) -> Iterator[None]:
    """Keep a trace of what is refused inside, although nothing else of it is kept. Stands around the transaction."""
    try:
        yield
    except Refused as problem:
        if not db.session.info.get("in_transaction"):  # Else an outer one notes it, once everything is undone.
            note_refusal(problem.refusal, purpose, subject_id, trainee_id=trainee_id, actor=actor)
        raise


def note_refusal(
    refusal: Refusal, purpose: Purpose, subject_id: UUID | None, *, trainee_id: UUID, actor: Viewer | None
) -> None:
    """Keep a trace of what was refused."""
    with transaction_without_receipt() as session:
        row = RefusedSignature(
            purpose=purpose,
            subject_id=subject_id,
            trainee_id=trainee_id,
            refusal=refusal,
            by_id=actor.id if actor else None,
            role=actor.acting if actor else None,
        )
        session.add(row)
        record(actor, "signature.refused", row, about=trainee_id)
