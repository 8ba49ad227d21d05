"""Opening a link to a form, whatever the form is about, and noting who tries to fill in the form about themselves."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from lms.audit.services import hold
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.identity.services import end_session
from lms.policy import Role, Viewer
from lms.signing.models import SigningLink
from lms.signing.queries import find_link
from lms.signing.rules import Purpose, Refusal
from lms.signing.services.links import check_link, note_refusal, noting_refusals, open_form

log = logging.getLogger(__name__)


@contextmanager
def opening(token: str, purpose: Purpose, actor: Viewer | None) -> Iterator[SigningLink]:
    """The link with this token, inside the transaction in which it is opened. What is refused inside leaves a trace.

    Raises NotFound for no link of this kind; Refused for the trainee, and for a link that was used or has ended.
    """
    link = find_link(token)
    if link is None or link.purpose is not purpose:
        log.warning("refused: a link that never was, tried by %s", actor.id if actor else "nobody who is signed in")
        if actor is not None and Role.TRAINEE in actor.roles:
            note_refusal(Refusal.UNKNOWN_LINK, purpose, None, trainee_id=actor.id, actor=actor)
        raise NotFound
    with noting_refusals(purpose, link.subject_id, trainee_id=link.trainee_id, actor=actor), transaction():
        hold(link.trainee_id)
        check_link(link, actor)
        yield link


def open_on_device(link: SigningLink, session_token: str | None) -> str:
    """Let this device fill in the form of a link; its session, if there is one, ends. Returns the token of a cookie."""
    if session_token is not None:
        end_session(session_token)
    return open_form(link)


def note_own_session(actor: Viewer, purpose: Purpose, subject_id: UUID | None = None) -> None:
    """Keep a trace of a trainee who sends the form of whoever signs from their own session; it was refused already."""
    if Role.TRAINEE in actor.roles:
        note_refusal(Refusal.OWN_SESSION, purpose, subject_id, trainee_id=actor.id, actor=actor)
