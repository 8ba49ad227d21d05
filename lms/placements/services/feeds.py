"""Making and revoking the private address of one's calendar."""

import secrets

from sqlalchemy import update

from lms.core.clock import now
from lms.core.db import transaction
from lms.identity.rules import token_digest
from lms.placements.models import CalendarFeed
from lms.policy import Viewer


def make_feed(actor: Viewer) -> str:
    """Make an address for the actor's calendar and return its token, which is stored nowhere; an earlier one ends."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        revoke_feed(actor)
        session.add(CalendarFeed(person_id=actor.id, token_digest=token_digest(token)))
    return token


def revoke_feed(actor: Viewer) -> None:
    """Let the address of the actor's calendar lead nowhere. Doing it again changes nothing."""
    with transaction() as session:
        session.execute(
            update(CalendarFeed)
            .where(CalendarFeed.person_id == actor.id, CalendarFeed.revoked_at.is_(None))
            .values(revoked_at=now())
        )
