"""The digest, and reminders of placement shifts; asking for a text that identifies somebody to go."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from lms.audit import services as audit
from lms.audit.models import RedactionRequest
from lms.audit.queries import kind_of_record
from lms.audit.rules import SERVICE_CHAIN
from lms.audit.services import hold, record
from lms.core.clock import from_london, now, to_london, today
from lms.core.days import london_day
from lms.core.db import db, transaction
from lms.core.errors import Stale
from lms.core.words import day
from lms.home import queries
from lms.home.models import DigestSetting
from lms.home.queries.questioned import get_questioned
from lms.home.rules import DigestPace, digest_id, reminder_id, stop_token
from lms.home.rules.questioned import Fate, check_may_decide, check_sure
from lms.identity.queries import find_viewer, list_people_with_role
from lms.notifications.models import Mail, Notice
from lms.notifications.services import information_governance, send_mail, tell, tell_information_governance
from lms.placements.queries import BookedShift, list_beginning, list_to_log
from lms.policy import Role, Viewer

REMINDED_WITHIN = timedelta(days=7)
"""For how long a reminder that a shift was not logged is caught up with. A proposal, to be confirmed by the service."""


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


def decide_redaction(actor: Viewer, request_id: UUID, *, fate: Fate, is_sure: bool) -> None:
    """Destroy a questioned text, or let it show again, as the second person.

    Raises RuleViolation without the tick that it is gone for good, for whoever asked, and for whoever may not read the
    text while somebody else who decides may; NotFound where it is decided already.
    """
    check_sure(fate, is_sure=is_sure)
    page = get_questioned(actor, request_id)
    check_may_decide(reads=page.shown is not None, others_read=bool(page.readers))
    if fate is Fate.DESTROY:
        audit.confirm_redaction(actor, request_id)
    else:
        audit.decline_redaction(actor, request_id)


def pass_on_redaction(actor: Viewer, request_id: UUID) -> list[str]:
    """Tell those who may read a questioned text that it waits for them, and say their names.

    Raises NotFound where it is decided already.
    """
    with transaction():
        page = get_questioned(actor, request_id)
        for person_id, _ in page.readers:
            tell(person_id, "A text may identify somebody: it waits for you to decide", f"/redactions/{request_id}")
    return [name for _, name in page.readers]


def send_reminders() -> int:
    """Remind trainees of shifts that begin tomorrow, and of those not logged once they ended two days ago.

    It looks back over a week and at what begins today, so that a day on which nobody ran it loses no reminder; run
    again, it reminds nobody twice. Says how many were reminded. Whoever wants no digest gets a notice alone.
    """
    paces, on, sent = queries.paces_of_everybody(), today(), 0
    for row in list_beginning(now(), _midnight(2)):
        when = "today" if london_day(row.starts_at) == on else "tomorrow"
        text, url = f"You have a placement shift {when}", f"/placements/slots/{row.slot_id}"
        sent += _remind(row, "tomorrow", text, url, paces)
    for row in list_to_log(_midnight(-1) - REMINDED_WITHIN, _midnight(-1)):
        url = f"/hours/shifts/new?booking={row.booking_id}"
        sent += _remind(row, "to-log", "A placement shift has not been logged yet", url, paces)
    return sent


def _midnight(days: int) -> datetime:
    """The beginning of the day so many days from today."""
    return from_london(today() + timedelta(days=days), time(0))


def _remind(row: BookedShift, what: str, text: str, url: str, paces: Mapping[UUID, DigestPace]) -> bool:
    mail_id, person_id = reminder_id(row.booking_id, what, row.starts_at), row.trainee_id
    with transaction() as session:
        if session.get(Mail, mail_id) is not None or session.get(Notice, mail_id) is not None:
            return False
        session.add(Notice(id=mail_id, person_id=person_id, text=text, url=url))
        if paces.get(person_id) is not DigestPace.NONE:
            send_mail(person_id, "placement-reminder", mail_id=mail_id, text=text, url=url)
    return True
