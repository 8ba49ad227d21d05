"""Finding what a token stands for."""

from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import db
from lms.identity.rules import token_digest
from lms.signing.models import FormSession, SigningLink, SigningReceipt
from lms.signing.rules import DONE_FOR


def find_link(token: str) -> SigningLink | None:
    """The link with this token, used or not, or None where there never was one."""
    return db.session.scalar(select(SigningLink).where(SigningLink.token_digest == token_digest(token)))


def find_form_session(token: str) -> FormSession | None:
    """The form session with this token while it may fill in its form, or has just signed it."""
    row = db.session.scalar(select(FormSession).where(FormSession.token_digest == token_digest(token)))
    if row is None:
        return None
    if row.ended_at is not None:
        return row if row.record_id is not None and now() <= row.ended_at + DONE_FOR else None
    return row if now() <= row.expires_at else None


def was_used_up(token: str) -> bool:
    """Whether the form session with this token was used up: the only ones that do not stay are those."""
    return db.session.scalar(select(FormSession.id).where(FormSession.token_digest == token_digest(token))) is None


def find_receipt(token: str) -> SigningReceipt | None:
    """The receipt with this token while one may still object, or None."""
    return db.session.scalar(
        select(SigningReceipt).where(
            SigningReceipt.token_digest == token_digest(token), SigningReceipt.expires_at >= now()
        )
    )
