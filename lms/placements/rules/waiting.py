"""How long a shift has waited for its supervisor: it never counts against the trainee."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.core.words import number_of
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import Status

CONFIRM_WITHIN = timedelta(days=7)
"""How soon a supervisor confirms a shift (fact sheet 9, a proposal)."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Since when a shift waits for its supervisor."""

    since: datetime

    def is_long(self, now: datetime) -> bool:
        """Say whether it waits for longer than a supervisor has to confirm it."""
        return now - self.since > CONFIRM_WITHIN

    def words(self, now: datetime) -> str:
        """How long it has waited, in words."""
        days = (now - self.since).days
        return "since today" if not days else f"for {number_of(days, 'day')}"


def wait_of(fact: ShiftFact) -> Wait | None:
    """The wait of a shift that lies with its supervisor; None for all others, and while it is queried."""
    return Wait(fact.recorded_at) if fact.status in (Status.SUBMITTED, Status.UNCONFIRMED) else None
