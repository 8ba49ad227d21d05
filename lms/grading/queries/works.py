"""The work that is marked, whatever it comes from. The one place that knows where work is kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from lms.cases.models import CaseAttempt, CaseFinish, CaseStep
from lms.cases.queries import load_written_steps
from lms.cases.rules.engine import Mode
from lms.core.db import db
from lms.core.words import count_words
from lms.grading.models import Mark, MarkDraft
from lms.grading.rules.states import WorkKind


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that was handed in. A text of None was redacted.

    `assignment_id` is the version of the assignment that was set, with the rubric it is marked by.
    """

    kind: WorkKind
    id: UUID
    trainee_id: UUID
    title: str
    prompt: str
    text: str | None
    text_id: UUID
    assignment_id: UUID
    handed_in_at: datetime

    @property
    def words(self) -> int:
        """How many words were written."""
        return count_words(self.text or "")


def list_works(trainees: Select[UUID], work_id: UUID | None = None) -> list[Work]:
    """The work that the trainees of a scope handed in, the longest waiting first; or one piece of it."""
    steps = load_written_steps(trainees, step_id=work_id, taken_up=_taken_up())
    works = [
        Work(
            kind=WorkKind.CASE_STEP,
            id=step.id,
            trainee_id=step.trainee_id,
            title=step.title,
            prompt=step.prompt,
            text=step.text,
            text_id=step.text_id,
            assignment_id=step.assignment_id,
            handed_in_at=step.handed_in_at,
        )
        for step in steps
    ]
    return sorted(works, key=lambda work: (work.handed_in_at, work.id))


def _taken_up() -> Select[UUID]:
    """The work that somebody marks or has marked."""
    drafted = select(MarkDraft.work_id).where(MarkDraft.work_kind == WorkKind.CASE_STEP)
    return drafted.union(select(Mark.work_id).where(Mark.work_kind == WorkKind.CASE_STEP)).subquery().select()


def count_unmarked(trainees: Select[UUID], *, without: UUID) -> int:
    """How much work of the trainees of a scope has no mark, leaving out one person's own; one statement."""
    statement = (
        select(func.count(CaseStep.id))
        .join(CaseAttempt, CaseAttempt.id == CaseStep.attempt_id)
        .outerjoin(CaseFinish, CaseFinish.attempt_id == CaseAttempt.id)
        .outerjoin(Mark, (Mark.work_id == CaseStep.id) & (Mark.work_kind == WorkKind.CASE_STEP))
        .where(
            CaseAttempt.trainee_id.in_(trainees),
            CaseAttempt.trainee_id != without,
            CaseAttempt.mode == Mode.GRADED,
            CaseStep.text_id.is_not(None),
            or_(CaseFinish.id.is_not(None), CaseStep.id.in_(_taken_up())),
            Mark.id.is_(None),
        )
    )
    return db.session.scalar(statement) or 0
