"""The digest, and reminders of placement shifts; asking for a text that identifies somebody to go."""

from datetime import time, timedelta
from uuid import UUID

from lms.audit import services as audit
from lms.audit.models import RedactionRequest
from lms.audit.queries import kind_of_record
from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, record
from lms.core.clock import from_london, to_london, today
from lms.core.db import db, transaction
from lms.core.errors import Stale
from lms.core.words import day
from lms.home import queries
from lms.home.models import DigestSetting
from lms.home.rules import DigestPace, digest_id, reminder_id, stop_token
from lms.identity.queries import find_viewer, list_people_with_role
from lms.notifications.models import Mail, Notice
from lms.notifications.services import information_governance, send_mail, tell, tell_information_governance
from lms.placements.queries import list_beginning, list_to_log
from lms.policy import Role, Viewer


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


def ask_redaction(actor: Viewer, text_id: UUID, *, reason: str, where_found: str) -> RedactionRequest:
    """Hide a text until a second person decides whether it goes, and tell information governance.

    They are told what kind of record it is and when, and nothing of the text; where the service has no address of
    theirs, the administrators are. Raises NotFound if the text is gone, RuleViolation if somebody has asked already.
    """
    with transaction():
        request = audit.ask_redaction(actor, text_id, reason=reason, where_found=where_found)
        if information_governance():
            found = to_london(request.recorded_at)
            told = {"kind": kind_of_record(text_id), "found_at": f"{day(found)}, {found:%H:%M}", "url": "/redactions"}
            tell_information_governance("text-in-question", **told)
        else:
            for person in list_people_with_role(Role.ADMINISTRATOR):
                tell(person.id, "A text may identify somebody: a second person has to decide", "/redactions")
    return request


def send_reminders() -> int:
    """Remind trainees of shifts that begin tomorrow and of those that ended two days ago and were not logged.

    Says how many were reminded. Run again, it reminds nobody twice. Whoever wants no digest gets a notice alone.
    """
    tomorrow = from_london(today() + timedelta(days=1), time(0))
    day_before = from_london(today() - timedelta(days=2), time(0))
    paces, sent = queries.paces_of_everybody(), 0
    for what, text, path, rows in (
        (
            "tomorrow",
            "You have a placement shift tomorrow",
            "/placements/slots/{slot_id}",
            list_beginning(tomorrow, from_london(today() + timedelta(days=2), time(0))),
        ),
        (
            "to-log",
            "A placement shift has not been logged yet",
            "/hours/shifts/new?booking={booking_id}",
            list_to_log(day_before, from_london(today() - timedelta(days=1), time(0))),
        ),
    ):
        for row in rows:
            mail_id = reminder_id(row.booking_id, what, row.starts_at)
            url = path.format(slot_id=row.slot_id, booking_id=row.booking_id)
            wants_mail = paces.get(row.trainee_id) is not DigestPace.NONE
            sent += _remind(row.trainee_id, mail_id, text, url, wants_mail=wants_mail)
    return sent


def _remind(person_id: UUID, mail_id: UUID, text: str, url: str, *, wants_mail: bool) -> bool:
    with transaction() as session:
        if session.get(Mail, mail_id) is not None or session.get(Notice, mail_id) is not None:
            return False
        session.add(Notice(id=mail_id, person_id=person_id, text=text, url=url))
        if wants_mail:
            send_mail(person_id, "placement-reminder", mail_id=mail_id, text=text, url=url)
    return True
