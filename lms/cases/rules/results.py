"""What other domains may know of a graded attempt."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """One graded attempt at a case: when it ended, its critical errors, and when its debrief was read."""

    id: UUID
    case: str
    finished_on: date | None
    critical_errors: int
    debriefed_on: date | None


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A written answer of a graded attempt, handed in with its end and ready to be marked. A text of None was redacted.

    `assignment_id` is the version of the assignment the case was published with.
    """

    id: UUID
    trainee_id: UUID
    title: str
    prompt: str
    text: str | None
    text_id: UUID
    assignment_id: UUID
    handed_in_at: datetime
