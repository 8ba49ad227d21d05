"""Opening a link to a request: on this device as a form and nothing else, or from one's own account."""

from dataclasses import dataclass
from uuid import UUID

from lms.competencies import queries, rules
from lms.competencies.services.requests import check_holder, note_opened, take
from lms.core.errors import NotFound
from lms.policy import Role, Viewer
from lms.signing.rules import Channel, Purpose
from lms.signing.services import note_own_session, open_on_device, opening


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
    with opening(token, Purpose.ASSESSMENT, actor) as link:
        row = queries.get_held_request(link.subject_id).row
        check_holder(row, link.person_id)
        if actor is not None and claims and link.channel is Channel.SHOWN:
            _claim(actor, row)
            return Opened(row.id, None)
        note_opened(None, row, link.person_id)
        return Opened(row.id, open_on_device(link, session_token))


def note_own_request(actor: Viewer, request_id: UUID | None = None) -> None:
    """Keep a trace of a trainee who sends an assessor's form from their own session, where it is about them."""
    own = request_id is not None and queries.is_own_request(actor, request_id)
    note_own_session(actor, Purpose.ASSESSMENT, request_id if own else None)


def _claim(actor: Viewer, row: queries.RequestRow) -> None:
    if Role.ASSESSOR not in actor.roles:
        raise NotFound
    rules.check_waiting(row.state)
    if row.assessor_id != actor.id:
        take(actor, row, actor.id, role=Role.ASSESSOR)
