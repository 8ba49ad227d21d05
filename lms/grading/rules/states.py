"""Where a piece of work stands on its way from handed in to read, derived from what is recorded."""

import enum
import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core.days import add_working_days
from lms.core.words import day, number_of


class WorkKind(enum.StrEnum):
    """What sort of work is marked."""

    CASE_STEP = "case-step"

    @property
    def label(self) -> str:
        """The kind in words."""
        return {"case-step": "Written task of a case"}[self.value]


class WorkState(enum.StrEnum):
    """How far a piece of work has come."""

    NOT_MARKED = "not-marked"
    IN_MARKING = "in-marking"
    MARKED = "marked"
    RELEASED = "released"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("-", " ").capitalize()

    @property
    def next_step(self) -> str:
        """Who does what next."""
        return {
            WorkState.NOT_MARKED: "Waits for an educator to mark it",
            WorkState.IN_MARKING: "An educator has begun; nothing is recorded yet",
            WorkState.MARKED: "The mark is recorded; the trainee cannot see it until it is released",
            WorkState.RELEASED: "The trainee can read the mark and the feedback",
        }[self]


def work_state(*, has_draft: bool, has_mark: bool, is_released: bool) -> WorkState:
    """The state that follows from what is recorded; a draft beside a mark is a correction in the making."""
    if not has_mark:
        return WorkState.IN_MARKING if has_draft else WorkState.NOT_MARKED
    return WorkState.RELEASED if is_released else WorkState.MARKED


MARK_WITHIN = 20
"""Working days from handing in to the feedback, as the programme promises; 15 to 20 are usual at UK universities."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a piece of work has waited, and by when its feedback is promised."""

    days: int
    due_on: date
    days_left: int

    @property
    def words(self) -> str:
        """The wait in words."""
        return "Handed in today" if self.days <= 0 else number_of(self.days, "day")

    @property
    def is_overdue(self) -> bool:
        """Whether the promised day has passed."""
        return self.days_left < 0

    @property
    def deadline(self) -> str:
        """The deadline in words."""
        if self.is_overdue:
            return f"Overdue by {number_of(-self.days_left, 'day')}: was due by {day(self.due_on)}"
        if self.days_left == 0:
            return "Due today"
        return f"Due by {day(self.due_on)}, in {number_of(self.days_left, 'day')}"

    @property
    def order(self) -> tuple[bool, date]:
        """The place in a queue: what is overdue, then by the day it is due."""
        return not self.is_overdue, self.due_on


def waiting(handed_in_on: date, today: date) -> Waiting:
    """The whole days since the work was handed in, and the days to the end of the working days a marker has."""
    due_on = add_working_days(handed_in_on, MARK_WITHIN)
    return Waiting((today - handed_in_on).days, due_on, (due_on - today).days)


def candidate_number(work_id: UUID) -> str:
    """The short code under which an external examiner sees a piece of work; the same each time.

    It is derived from the work, not from the person, so two pieces of one person do not point at each other.
    """
    number = int.from_bytes(hashlib.sha256(b"candidate/1:" + work_id.bytes).digest()[:8], "big")
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    code = ""
    for _ in range(6):
        number, index = divmod(number, len(letters))
        code += letters[index]
    return f"{code[:3]}-{code[3:]}"
