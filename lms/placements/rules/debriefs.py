"""Who may be asked for a debrief after a hard shift, and what may become of it. Nothing is said about the shift."""

from collections.abc import Collection
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.placements.rules.states import DebriefOutcome


def check_debrief_asked(asked_of_id: UUID, *, may_be_asked: Collection[UUID], already: Collection[UUID]) -> None:
    """Refuse to ask somebody who cannot be asked, or whom the trainee has asked and who has not answered.

    Raises RuleViolation on `asked_of_id`.
    """
    if asked_of_id not in may_be_asked:
        raise RuleViolation("Choose somebody from the list", "asked_of_id")
    if asked_of_id in already:
        raise RuleViolation("You have asked them already. They see it on their first page.", "asked_of_id")


def check_debrief_open(outcome: DebriefOutcome | None) -> None:
    """Refuse to end a request twice.

    Raises RuleViolation.
    """
    if outcome is not None:
        raise RuleViolation(f"This request for a debrief is closed: {_ENDED[outcome]}.")


_ENDED = {
    DebriefOutcome.HELD: "the debrief was held",
    DebriefOutcome.PASSED_ON: "it was passed on",
    DebriefOutcome.NO_LONGER_WANTED: "the trainee took it back",
}
