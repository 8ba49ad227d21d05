"""Choosing how often the digest comes, stopping it, and sending it."""

from uuid import UUID

from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, record
from lms.core.clock import today
from lms.core.db import db, transaction
from lms.core.errors import Stale
from lms.home import queries
from lms.home.models import DigestSetting
from lms.home.rules import DigestPace, digest_id, stop_token
from lms.identity.queries import find_viewer
from lms.notifications.models import Mail
from lms.notifications.services import send_mail
from lms.policy import Viewer


def choose_digest(actor: Viewer, *, pace: DigestPace, version: int) -> DigestSetting:
    """Choose how often the digest comes to oneself. Raises Stale if it was changed since `version`."""
    with transaction():
        hold(SERVICE_CHAIN)
        found = queries.find_digest_setting(actor.id)
        if version != (found.version if found else 0):
            raise Stale({"pace": found.pace.label if found else ""}, found.version if found else 0)
        row = _set(actor.id, found, pace)
        record(actor, "digest.chosen", row)
    return row


def stop_digest(person_id: UUID) -> None:
    """Stop a person's digest, from the link in it. Doing it again changes nothing."""
    with transaction():
        hold(SERVICE_CHAIN)
        found = queries.find_digest_setting(person_id)
        if found is None or found.pace is not DigestPace.NONE:
            record(None, "digest.chosen", _set(person_id, found, DigestPace.NONE))


def _set(person_id: UUID, found: DigestSetting | None, pace: DigestPace) -> DigestSetting:
    row = found or DigestSetting(person_id=person_id, pace=pace)
    row.pace = pace
    db.session.add(row)
    db.session.flush()
    return row


def send_digests(secret: str) -> int:
    """Put today's digests in the outbox and say how many: to whom one is due and for whom something waits.

    Run again on the same day, it sends only what it has not sent.
    """
    on, sent = today(), 0
    for person_id, pace in queries.paces_of_everybody().items():
        if pace.is_due(on):
            sent += _send_digest(person_id, digest_id(person_id, on), stop_token(secret, person_id))
    return sent


def _send_digest(person_id: UUID, mail_id: UUID, token: str) -> bool:
    viewer = find_viewer(person_id)
    if viewer is None or db.session.get(Mail, mail_id) is not None:
        return False
    lines = queries.count_all_waiting(viewer).lines
    if not lines:
        return False
    with transaction():
        send_mail(person_id, "digest", mail_id=mail_id, lines=lines, stop=f"/digest/stop/{token}")
    return True
