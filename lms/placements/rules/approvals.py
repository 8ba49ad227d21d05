"""Asking a supervisor to approve shifts, and what they answer on a device that is not theirs. Pure."""

from collections.abc import Collection, Iterable
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.placements.rules.states import ApprovalWay, Status


def check_ask(statuses: Collection[Status]) -> None:
    """Refuse to ask for an approval of nothing, or of a shift that no longer waits for one.

    Raises RuleViolation on `shifts`.
    """
    if not statuses:
        raise RuleViolation("Select at least one shift", "shifts")
    for status in statuses:
        if not status.waits:
            raise RuleViolation(
                f"One of these shifts does not wait for approval: it is {status.label.lower()}", "shifts"
            )


def check_reachable(way: ApprovalWay, *, supervisor_id: UUID | None, email: str) -> None:
    """Refuse a request that has to reach somebody elsewhere and says neither who nor where.

    Raises RuleViolation on `email`.
    """
    if way is not ApprovalWay.HERE and supervisor_id is None and not email.strip():
        raise RuleViolation("Enter the email address of the supervisor, so that they can confirm it", "email")


def check_answer(asked: Iterable[UUID], approved: Collection[UUID], comment: str) -> None:
    """Refuse an answer about other shifts than were asked, or that leaves one out without a word.

    Raises RuleViolation on `shifts` or `comment`.
    """
    wanted = set(asked)
    if not set(approved) <= wanted:
        raise RuleViolation("Select shifts from the list", "shifts")
    if set(approved) != wanted and not comment.strip():
        raise RuleViolation("Say what the trainee should check in the shifts you do not approve", "comment")
