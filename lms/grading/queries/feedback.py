"""Released marks: for the trainee whose work it is, and for the external examiner without names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.errors import NotFound
from lms.grading.queries.assignments import Paper, papers_by_id
from lms.grading.queries.marks import Current, MarkView, describe, released_marks
from lms.grading.queries.works import Work, list_works
from lms.grading.rules.marks import Result
from lms.grading.rules.states import candidate_number
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One piece of the viewer's own work; without `released_at` nothing more is known to them."""

    work: Work
    released_at: datetime | None
    percent: int | None
    result: Result | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A released mark beside the work and the rubric."""

    work: Work
    paper: Paper
    mark: MarkView

    @property
    def candidate(self) -> str:
        """The number an external examiner knows the work by."""
        return candidate_number(self.work.id)


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One released mark in the external examiner's sample."""

    work: Work
    candidate: str
    percent: int
    result: Result
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample, and whether so few people stand behind it that a number hides nobody."""

    rows: tuple[SampleRow, ...]
    is_nominal: bool


def list_own_feedback(viewer: Viewer) -> list[FeedbackRow]:
    """The viewer's own work, the latest first, each with its mark once it was released."""
    own = _own(viewer)
    released = released_marks(own)
    rows = [_feedback_row(work, released.get(work.id)) for work in list_works(own)]
    return rows[::-1]


def get_own_feedback(viewer: Viewer, work_id: UUID) -> Feedback:
    """The released mark of the viewer's own work. Raises NotFound before the release and for anybody else's."""
    return _released(_own(viewer), work_id)


def list_sample(viewer: Viewer) -> Sample:
    """The released marks of the trainees in the examiner's scope, by candidate number."""
    scope = visible_trainees(viewer, Permission.SUBMISSION_SAMPLE)
    released = released_marks(scope)
    works = [work for work in list_works(scope) if work.id in released]
    rows = [_sample_row(work, released[work.id]) for work in works]
    return Sample(
        tuple(sorted(rows, key=lambda row: (row.work.title, row.candidate))),
        is_nominal=len({work.trainee_id for work in works}) < FEWEST_PEOPLE,
    )


def get_sample(viewer: Viewer, work_id: UUID) -> Feedback:
    """One released mark in the examiner's scope; else NotFound."""
    return _released(visible_trainees(viewer, Permission.SUBMISSION_SAMPLE), work_id)


def _own(viewer: Viewer) -> Select[UUID]:
    return select(Person.id).where(Person.id == viewer.id)


def _released(scope: Select[UUID], work_id: UUID) -> Feedback:
    current = released_marks(scope, work_id).get(work_id)
    works = list_works(scope, work_id)
    if current is None or not works:
        raise NotFound
    found = papers_by_id([current.mark.assignment_id])
    return Feedback(works[0], found[current.mark.assignment_id], describe([current.mark], found)[0])


def _feedback_row(work: Work, current: Current | None) -> FeedbackRow:
    if current is None:
        return FeedbackRow(work, None, None, None)
    return FeedbackRow(work, current.released_at, current.mark.percent, current.mark.result)


def _sample_row(work: Work, current: Current) -> SampleRow:
    if current.released_at is None:
        raise NotFound
    return SampleRow(work, candidate_number(work.id), current.mark.percent, current.mark.result, current.released_at)
