"""What educators mark: the queue and one piece of work. Only the work of trainees in the viewer's scope."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select

from lms.cases.queries import load_facts_known
from lms.core.clock import today
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.words import join_words, number_of
from lms.grading.models import Mark, MarkDraft
from lms.grading.queries.assignments import Paper, feedback_within, papers_by_id
from lms.grading.queries.marks import Current, MarkView, current_marks, describe, history
from lms.grading.queries.works import Work, count_unmarked, list_works
from lms.grading.rules.states import Waiting, WorkState, is_ready, waiting, work_state
from lms.identity.models import Person
from lms.identity.queries import people_by_id, visible_trainees
from lms.policy import Permission, Viewer


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One piece of work in the queue; `by` and `since` say who drafted or marked it, and when."""

    work: Work
    trainee: str
    state: WorkState
    waiting: Waiting
    by: str
    since: datetime | None
    mark: Mark | None
    has_correction: bool
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The viewer's marking queue, each list with what is overdue first, then by the day it is due.

    `within` are the working days to the feedback that are promised for this work.
    """

    within: tuple[int, ...] = ()
    to_mark: list[QueueRow] = field(default_factory=list)
    in_marking: list[QueueRow] = field(default_factory=list)
    marked: list[QueueRow] = field(default_factory=list)
    released: list[QueueRow] = field(default_factory=list)

    @property
    def promise(self) -> str:
        """The working days that are promised, in words; empty where nothing is."""
        return join_words([number_of(days, "working day") for days in self.within], "or")


@dataclass(frozen=True, slots=True)
class Marking:
    """One piece of work as its marker sees it. `known` is what the trainee knew of the patient when they wrote it."""

    work: Work
    known: tuple[str, ...]
    paper: Paper
    trainee: Person
    state: WorkState
    draft: MarkDraft | None
    drafted_by: str
    marks: tuple[MarkView, ...]

    @property
    def current(self) -> MarkView | None:
        """The mark that stands, if there is one."""
        return self.marks[-1] if self.marks else None

    @property
    def version(self) -> int:
        """The version of the draft, 0 while there is none."""
        return self.draft.version if self.draft else 0


def list_queue(viewer: Viewer) -> Queue:
    """The work of the viewer's trainees by state; a constant number of statements."""
    scope = visible_trainees(viewer, Permission.SUBMISSION_MARK)
    works = [work for work in list_works(scope) if work.trainee_id != viewer.id]
    drafts, marks = _drafts(scope), current_marks(scope)
    people = people_by_id(
        [
            *(work.trainee_id for work in works),
            *(draft.marker_id for draft in drafts.values()),
            *(current.mark.marker_id for current in marks.values()),
        ]
    )
    papers, promised = papers_by_id({work.assignment_id for work in works}), feedback_within()
    within = {work.id: promised.get(papers[work.assignment_id].assignment.module) for work in works}
    queue = Queue(within=tuple(sorted({days for days in within.values() if days is not None})))
    lists = {
        WorkState.NOT_MARKED: queue.to_mark,
        WorkState.IN_MARKING: queue.in_marking,
        WorkState.MARKED: queue.marked,
        WorkState.RELEASED: queue.released,
    }
    for work in works:
        due = waiting(london_day(work.handed_in_at), today(), within=within[work.id])
        row = _row(viewer, work, drafts.get(work.id), marks.get(work.id), people, due)
        lists[row.state].append(row)
    for rows in (queue.to_mark, queue.in_marking, queue.marked):
        rows.sort(key=lambda row: row.waiting.due_on or date.max)
    queue.released.reverse()
    return queue


def count_to_mark(viewer: Viewer) -> int:
    """How much work waits for a mark in the viewer's scope; one statement."""
    return count_unmarked(visible_trainees(viewer, Permission.SUBMISSION_MARK), without=viewer.id)


def _row(
    viewer: Viewer,
    work: Work,
    draft: MarkDraft | None,
    current: Current | None,
    people: dict[UUID, Person],
    due: Waiting,
) -> QueueRow:
    state = work_state(
        has_draft=draft is not None,
        has_mark=current is not None,
        is_released=current is not None and current.released_at is not None,
    )
    by, since = None, None
    has_correction = current is not None and draft is not None
    if current is not None:
        by, since = current.mark.marker_id, current.released_at or current.mark.recorded_at
    elif draft is not None:
        by, since = draft.marker_id, draft.updated_at
    return QueueRow(
        work=work,
        trainee=people[work.trainee_id].name,
        state=state,
        waiting=due,
        by=people[by].name if by else "",
        since=since,
        mark=current.mark if current else None,
        has_correction=has_correction,
        is_ready=current is not None
        and is_ready(viewer_id=viewer.id, marker_id=current.mark.marker_id, has_correction=has_correction),
    )


def get_marking(viewer: Viewer, work_id: UUID) -> Marking:
    """One piece of work with its draft and its marks. Raises NotFound outside the viewer's scope."""
    work = get_work(viewer, work_id)
    draft = find_draft(work)
    marks = history(work.trainee_id, work.id)
    versions = {work.assignment_id, *(mark.assignment_id for mark in marks)}
    found = papers_by_id(versions)
    people = people_by_id([work.trainee_id, *([draft.marker_id] if draft else [])])
    views = tuple(describe(marks, found))
    return Marking(
        work=work,
        known=load_facts_known(visible_trainees(viewer, Permission.SUBMISSION_MARK), work.id),
        paper=found[work.assignment_id],
        trainee=people[work.trainee_id],
        state=work_state(
            has_draft=draft is not None,
            has_mark=bool(views),
            is_released=bool(views) and views[-1].released_at is not None,
        ),
        draft=draft,
        drafted_by=people[draft.marker_id].name if draft else "",
        marks=views,
    )


def get_work(viewer: Viewer, work_id: UUID) -> Work:
    """One piece of work the viewer may mark; else NotFound."""
    return _one(list_works(visible_trainees(viewer, Permission.SUBMISSION_MARK), work_id))


def _one(works: list[Work]) -> Work:
    if not works:
        raise NotFound
    return works[0]


def find_draft(work: Work) -> MarkDraft | None:
    """What has been entered for a piece of work so far."""
    return db.session.scalar(select(MarkDraft).where(MarkDraft.work_kind == work.kind, MarkDraft.work_id == work.id))


def _drafts(scope: Select[UUID]) -> dict[UUID, MarkDraft]:
    rows = db.session.scalars(select(MarkDraft).where(MarkDraft.trainee_id.in_(scope)))
    return {row.work_id: row for row in rows}


def has_draft(marks: Collection[Mark]) -> bool:
    """Say whether a correction of one of these marks is being drafted."""
    works = {mark.work_id for mark in marks}
    return db.session.scalar(select(MarkDraft.id).where(MarkDraft.work_id.in_(works)).limit(1)) is not None


def list_releasable(viewer: Viewer, mark_ids: Collection[UUID]) -> list[tuple[Mark, datetime | None]]:
    """The marks with these ids that stand, and when they were released. Raises NotFound if one is out of scope."""
    scope = visible_trainees(viewer, Permission.SUBMISSION_MARK)
    wanted = set(mark_ids)
    known = set(db.session.scalars(select(Mark.id).where(Mark.id.in_(wanted), Mark.trainee_id.in_(scope))))
    if known != wanted:
        raise NotFound
    return [(current.mark, current.released_at) for current in current_marks(scope, marks=wanted).values()]
