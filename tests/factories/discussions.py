"""Discussions of the published small case, asked for and held."""

from datetime import date
from uuid import UUID

from lms.cases import queries, services
from lms.cases.models import DiscussionOutcome
from lms.cases.rules.discussions import Ended
from lms.core.clock import today
from lms.identity.queries import find_viewer

CASE = "small-case"


def ask(trainee_id: UUID, case: str = CASE) -> UUID:
    """A trainee asks to discuss a case; gives the id of the discussion."""
    return services.ask_discussion(find_viewer(trainee_id), case)


def hold(
    discussion_id: UUID, educator_id: UUID, *, ended: Ended = Ended.COVERED, on: date | None = None, note: str = ""
) -> None:
    """An educator records that a discussion was held, today unless told otherwise."""
    services.record_discussion(find_viewer(educator_id), discussion_id, ended=ended, held_on=on or today(), note=note)


def correct(
    discussion_id: UUID,
    educator_id: UUID,
    *,
    ended: Ended = Ended.NOT_YET,
    on: date | None = None,
    note: str = "",
    reason: str = "I took it for another discussion.",
) -> DiscussionOutcome:
    """An educator who sees what is recorded now corrects it."""
    actor = find_viewer(educator_id)
    seen_id = queries.get_discussion(actor, discussion_id).outcome_id
    return services.correct_discussion(
        actor, discussion_id, seen_id=seen_id, ended=ended, held_on=on or today(), note=note, reason=reason
    )
