"""What may be recorded about cohorts and enrolments, and what an enrolment says on a day."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from lms.core.errors import RuleViolation
from lms.core.words import day
from lms.curriculum.rules import pace
from lms.curriculum.rules.pace import FULL, SMALLEST_SHARE, Pause, Share

LONGEST_COHORT = timedelta(days=5 * 366)


class EnrolmentOutcome(enum.StrEnum):
    """How an enrolment ended."""

    COMPLETED = "completed"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return {
            EnrolmentOutcome.COMPLETED: "Completed the programme",
            EnrolmentOutcome.MOVED: "Moved to another cohort",
            EnrolmentOutcome.WITHDRAWN: "Left the programme",
        }[self]


@dataclass(frozen=True, slots=True)
class EnrolmentFact:
    """One trainee's enrolment in a cohort: dates, working share and pauses as they were known at one moment."""

    id: UUID
    trainee_id: UUID
    cohort_id: UUID
    cohort_name: str
    university_id: UUID
    programme: str
    programme_version_id: UUID
    cohort_starts_on: date
    cohort_ends_on: date
    from_on: date
    shares: tuple[Share, ...] = ()
    pauses: tuple[Pause, ...] = ()
    ended_on: date | None = None
    outcome: EnrolmentOutcome | None = None
    requirement_sets: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def starts_on(self) -> date:
        """The day the trainee's own clock starts: the cohort's first day, or the day they joined later."""
        return max(self.cohort_starts_on, self.from_on)

    def is_open(self, on: date) -> bool:
        """Say whether the enrolment has not ended by the day; the last day belongs to it."""
        return self.ended_on is None or on <= self.ended_on

    def is_paused(self, on: date) -> bool:
        """Say whether a recorded pause covers the day."""
        return pace.is_paused(on, self.pauses)

    def share_on(self, on: date) -> int:
        """The working share of the day, in percent."""
        return pace.share_on(on, self.shares)

    def due_on(self, offset_days: int) -> date | None:
        """The trainee's own date for something due so many days after the start; None while an open pause stops it."""
        return pace.due_on(self.starts_on, offset_days, self.shares, self.pauses)

    def expected_end(self) -> date | None:
        """The trainee's own last day, from the length of the cohort; None while an open pause stops the clock."""
        return self.due_on((self.cohort_ends_on - self.cohort_starts_on).days)

    def expected_percent(self, on: date) -> int:
        """How far through the programme an even pace would be on the day, 0 to 100."""
        return pace.expected_percent(self.starts_on, self._full_time_end(), on, self.shares, self.pauses)

    def expected_minutes(self, needed_minutes: int, on: date) -> int:
        """How much of a number of minutes an even pace would have reached by the day."""
        return pace.expected_minutes(
            needed_minutes, self.starts_on, self._full_time_end(), on, self.shares, self.pauses
        )

    def status(self, on: date) -> str:
        """The enrolment in a few words; a pause is named, its reason is not known here."""
        if not self.is_open(on):
            return self.outcome.label if self.outcome else "Ended"
        now = "Not started yet" if on < self.starts_on else "Paused" if self.is_paused(on) else "Active"
        return f"{now}, last day {day(self.ended_on)}" if self.ended_on else now

    def pause_ahead(self, on: date) -> Pause | None:
        """The first pause that covers the day or lies after it, if any."""
        ahead = [p for p in self.pauses if not p.is_withdrawn and (p.until_on is None or p.until_on > on)]
        return min(ahead, key=lambda pause: pause.from_on, default=None)

    def _full_time_end(self) -> date:
        return self.starts_on + min(self.cohort_ends_on - self.cohort_starts_on, date.max - self.starts_on)


def check_cohort(*, name: str, starts_on: date, ends_on: date) -> None:
    """Refuse a cohort without a name, or whose dates are out of order or too far apart."""
    if not name.strip():
        raise RuleViolation("Enter a name for the cohort", "name")
    if ends_on <= starts_on:
        raise RuleViolation("The last day must be after the first", "ends_on")
    if ends_on - starts_on > LONGEST_COHORT:
        raise RuleViolation("A cohort lasts at most five years", "ends_on")


def check_share(percent: int) -> None:
    """Refuse a working share outside 10 to 100 percent."""
    if not SMALLEST_SHARE <= percent <= FULL:
        raise RuleViolation(f"Enter a working share from {SMALLEST_SHARE} to {FULL} percent", "percent")


def check_another(actor_id: UUID, trainee_id: UUID) -> None:
    """Refuse to change one's own enrolment."""
    if actor_id == trainee_id:
        raise RuleViolation("Another administrator has to change your own enrolment.")


def check_joining(
    fact: "EnrolmentFact | None", *, from_on: date, cohort_starts_on: date, cohort_ends_on: date, on: date
) -> None:
    """Refuse to enrol somebody who is enrolled beyond today or the first day, or outside the dates of the cohort.

    On the last day of one enrolment the next one may be recorded, from the day after.
    """
    if fact is not None and (fact.ended_on is None or fact.ended_on > on):
        raise RuleViolation(f"This person is already enrolled in {fact.cohort_name}", "email")
    if not cohort_starts_on <= from_on <= cohort_ends_on:
        raise RuleViolation(
            f"The first day must be from {day(cohort_starts_on)} to {day(cohort_ends_on)}, the dates of the cohort",
            "from_on",
        )
    if fact is not None and fact.ended_on is not None and from_on <= fact.ended_on:
        raise RuleViolation(
            f"The first day must be after {day(fact.ended_on)}, the last day in {fact.cohort_name}", "from_on"
        )


def check_pause(pauses: Sequence[Pause], *, from_on: date, until_on: date | None, starts_on: date) -> None:
    """Refuse a pause that is out of order, lies before the start or overlaps one already recorded."""
    if from_on < starts_on:
        raise RuleViolation("A pause cannot begin before the enrolment does", "from_on")
    if until_on is not None and until_on <= from_on:
        raise RuleViolation("The first day back must be after the first day away", "until_on")
    for other in pauses:
        begins_before_other_ends = other.until_on is None or from_on < other.until_on
        ends_after_other_begins = until_on is None or other.from_on < until_on
        if not other.is_withdrawn and begins_before_other_ends and ends_after_other_begins:
            raise RuleViolation("Another pause already covers some of these days", "from_on")


def check_return(pause: Pause | None, *, back_on: date) -> None:
    """Refuse a return from no pause, or before the pause began."""
    if pause is None:
        raise RuleViolation("This enrolment is not paused")
    if back_on < pause.from_on:
        raise RuleViolation("The first day back must not be before the first day away", "back_on")


def check_open(fact: EnrolmentFact, on: date) -> None:
    """Refuse to change an enrolment that has ended."""
    if not fact.is_open(on):
        raise RuleViolation("This enrolment has ended")
