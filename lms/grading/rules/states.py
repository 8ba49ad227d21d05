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


@dataclass(frozen=True, slots=True)
class Waiting:
    """By when the feedback on a piece of work is promised, seen from a day; `due_on` is None where nothing is."""

    due_on: date | None
    on: date

    @property
    def is_overdue(self) -> bool:
        """Whether the promised day has passed."""
        return self.due_on is not None and self.due_on < self.on

    @property
    def deadline(self) -> str:
        """The deadline in words."""
        if self.due_on is None:
            return "No day is promised"
        days_left = (self.due_on - self.on).days
        if days_left < 0:
            return f"Overdue by {number_of(-days_left, 'day')}: was due by {day(self.due_on)}"
        if days_left == 0:
            return "Due today"
        return f"Due by {day(self.due_on)}, in {number_of(days_left, 'day')}"


def waiting(handed_in_on: date, today: date, *, within: int | None) -> Waiting:
    """The day by which work handed in on a day gets its feedback: so many working days later, if that is promised."""
    return Waiting(None if within is None else add_working_days(handed_in_on, within), today)


def is_ready(*, viewer_id: UUID, marker_id: UUID, has_correction: bool) -> bool:
    """Whether a mark is proposed for release: one's own, unless a correction of it is being drafted."""
    return marker_id == viewer_id and not has_correction


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
