"""Opening a link to a request: on this device as a form and nothing else, or from one's own account."""

import logging
from dataclasses import dataclass
from uuid import UUID

from lms.audit.services import hold
from lms.competencies import queries, rules
from lms.competencies.services.requests import check_holder, note_opened, take
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.identity.services import end_session
from lms.policy import Role, Viewer
from lms.signing.models import SigningLink
from lms.signing.queries import find_link
from lms.signing.rules import Channel, Purpose, Refusal
from lms.signing.services import check_link, note_refusal, noting_refusals, open_form

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """Which request a link led to, and the token of the form on this device; none where one's account answers."""

    request_id: UUID
    form_token: str | None


def open_signing_link(token: str, *, actor: Viewer | None, session_token: str | None, claims: bool) -> Opened:
    """Open a link: from now on this device may fill in the form, and its session, if there is one, ends.

    `claims` answers from the actor's account instead, where the trainee shows the link: the request becomes theirs.
    Raises NotFound for no link, or who claims and assesses nobody; Refused, which leaves a trace, for the trainee and a
    link that was used or has ended; RuleViolation if the request no longer waits.
    """
    link = find_link(token)
    if link is None or link.purpose is not Purpose.ASSESSMENT:
        log.warning("refused: a link that never was, tried by %s", actor.id if actor else "nobody who is signed in")
        if actor is not None and Role.TRAINEE in actor.roles:
            note_refusal(Refusal.UNKNOWN_LINK, Purpose.ASSESSMENT, None, trainee_id=actor.id, actor=actor)
        raise NotFound
    request_id, trainee_id = link.subject_id, link.trainee_id
    with noting_refusals(link.purpose, request_id, trainee_id=trainee_id, actor=actor), transaction():
        hold(trainee_id)
        row = queries.get_held_request(request_id).row
        _check_link(link, row, actor)
        if actor is not None and claims and link.channel is Channel.SHOWN:
            _claim(actor, row)
            return Opened(request_id, None)
        note_opened(None, row, link.person_id)
        if session_token is not None:
            end_session(session_token)
        return Opened(request_id, open_form(link))


def note_own_session(actor: Viewer, request_id: UUID | None = None) -> None:
    """Keep a trace of a trainee who sends an assessor's form from their own session; it was refused already."""
    if Role.TRAINEE in actor.roles:
        own = request_id is not None and queries.is_own_request(actor, request_id)
        note_refusal(
            Refusal.OWN_SESSION, Purpose.ASSESSMENT, request_id if own else None, trainee_id=actor.id, actor=actor
        )


def _check_link(link: SigningLink, row: queries.RequestRow, actor: Viewer | None) -> None:
    check_link(link, actor)
    check_holder(row, link.person_id)


def _claim(actor: Viewer, row: queries.RequestRow) -> None:
    if Role.ASSESSOR not in actor.roles:
        raise NotFound
    rules.check_waiting(row.state)
    if row.assessor_id != actor.id:
        take(actor, row, actor.id, role=Role.ASSESSOR)
