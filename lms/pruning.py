"""Which operational rows are deleted, and how many days after what. Facts and states are never pruned.

The days are a proposal: the service confirms them with its records policy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, delete

from lms.audit.models import ReadEntry, WriteReceipt
from lms.core.clock import now
from lms.core.db import Model, transaction
from lms.identity.models import PasskeyChallenge, SignInAttempts, SignInSession, SingleUseToken
from lms.jobs.models import Job
from lms.notifications.models import Mail, Notice
from lms.placements.models import CalendarFeed
from lms.signing.models import FormSession, SigningLink, SigningReceipt
from lms.web.limits import RateLimit


@dataclass(frozen=True, slots=True)
class Kept:
    """How long the rows of a table are kept: `days` after `since`; `over` picks those whose time ended by a moment."""

    model: type[Model]
    days: int
    since: str
    over: Callable[[datetime], ColumnElement[bool]]


KEPT = (
    Kept(RateLimit, 1, "the limit no longer counts", lambda at: RateLimit.expires < at.timestamp()),
    Kept(SignInAttempts, 1, "the last wrong attempt", lambda at: SignInAttempts.last_failure_at < at),
    Kept(PasskeyChallenge, 1, "the challenge expired", lambda at: PasskeyChallenge.expires_at < at),
    Kept(Job, 30, "the job was done", lambda at: Job.finished_at < at),
    Kept(SignInSession, 90, "the last use", lambda at: SignInSession.seen_at < at),
    Kept(SingleUseToken, 90, "the link expired", lambda at: SingleUseToken.expires_at < at),
    Kept(SigningLink, 90, "the link expired", lambda at: SigningLink.expires_at < at),
    Kept(SigningReceipt, 90, "the receipt expired", lambda at: SigningReceipt.expires_at < at),
    Kept(FormSession, 90, "the form closed", lambda at: FormSession.expires_at < at),
    Kept(CalendarFeed, 90, "the address was revoked", lambda at: CalendarFeed.revoked_at < at),
    Kept(WriteReceipt, 90, "the form was sent", lambda at: WriteReceipt.recorded_at < at),
    Kept(Mail, 90, "the message was sent", lambda at: Mail.sent_at < at),
    Kept(Notice, 90, "the notice was read", lambda at: Notice.read_at < at),
    Kept(ReadEntry, 730, "the text was read", lambda at: ReadEntry.read_at < at),
)


def prune() -> dict[str, int]:
    """Delete what has been kept long enough; say how many rows of each table."""
    deleted = {}
    for kept in KEPT:
        with transaction() as session:
            result = session.execute(delete(kept.model).where(kept.over(now() - timedelta(days=kept.days))))
            assert isinstance(result, CursorResult)
            deleted[str(kept.model.__tablename__)] = result.rowcount
    return deleted
