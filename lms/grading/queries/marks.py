"""Marks with everything that explains them; who may see them is decided by the callers of this package."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.core.db import db
from lms.grading.models import Mark, MarkComment, MarkRelease
from lms.grading.queries.assignments import Paper
from lms.grading.rules.marks import Calculation, Result, calculate
from lms.identity.queries import people_by_id

REASON = aliased(TextBody)


@dataclass(frozen=True, slots=True)
class MarkView:
    """One mark as people read it. A feedback or comment of None was redacted, and so was a reason that has an id."""

    id: UUID
    work_id: UUID
    trainee_id: UUID
    percent: int
    result: Result
    calculation: Calculation
    levels: dict[str, int]
    feedback: str | None
    feedback_id: UUID
    comments: dict[str, str | None]
    comment_ids: dict[str, UUID]
    marker: str
    reason: str | None
    reason_id: UUID | None
    recorded_at: datetime
    released_at: datetime | None
    released_by: str


@dataclass(frozen=True, slots=True)
class Current:
    """The mark that stands for a piece of work, and whether it was released."""

    mark: Mark
    released_at: datetime | None


def current_marks(
    trainees: Select[UUID], *, work_id: UUID | None = None, marks: Collection[UUID] | None = None
) -> dict[UUID, Current]:
    """The mark that stands, by work, for the trainees of a scope; one statement."""
    newer = aliased(Mark)
    statement = (
        select(Mark, MarkRelease.recorded_at)
        .outerjoin(newer, newer.supersedes_id == Mark.id)
        .outerjoin(MarkRelease, MarkRelease.mark_id == Mark.id)
        .where(Mark.trainee_id.in_(trainees), newer.id.is_(None))
        .order_by(Mark.recorded_at, Mark.id)
    )
    if work_id is not None:
        statement = statement.where(Mark.work_id == work_id)
    if marks is not None:
        statement = statement.where(Mark.id.in_(marks))
    return {mark.work_id: Current(mark, released_at) for mark, released_at in db.session.execute(statement)}


def released_marks(trainees: Select[UUID], work_id: UUID | None = None) -> dict[UUID, Current]:
    """The latest released mark, by work, for the trainees of a scope; one statement."""
    statement = (
        select(Mark, MarkRelease.recorded_at)
        .join(MarkRelease, MarkRelease.mark_id == Mark.id)
        .where(Mark.trainee_id.in_(trainees))
        .order_by(Mark.recorded_at, Mark.id)
    )
    if work_id is not None:
        statement = statement.where(Mark.work_id == work_id)
    return {mark.work_id: Current(mark, released_at) for mark, released_at in db.session.execute(statement)}


def history(trainee_id: UUID, work_id: UUID) -> list[Mark]:
    """Every mark of a piece of work, oldest first."""
    return list(
        db.session.scalars(
            select(Mark)
            .where(Mark.work_id == work_id, Mark.trainee_id == trainee_id)
            .order_by(Mark.recorded_at, Mark.id)
        )
    )


def describe(marks: Sequence[Mark], papers: Mapping[UUID, Paper]) -> list[MarkView]:
    """Marks as people read them, in the same order; three statements."""
    if not marks:
        return []
    ids = [mark.id for mark in marks]
    found = {
        mark_id: (release, feedback, reason)
        for mark_id, release, feedback, reason in db.session.execute(
            select(Mark.id, MarkRelease, TextBody.text, REASON.text)
            .join(TextBody, TextBody.id == Mark.feedback_id)
            .outerjoin(REASON, REASON.id == Mark.reason_id)
            .outerjoin(MarkRelease, MarkRelease.mark_id == Mark.id)
            .where(Mark.id.in_(ids))
        )
    }
    comments = _comments(ids)
    releasers = [release.released_by_id for release, *_ in found.values() if release is not None]
    people = people_by_id([*(mark.marker_id for mark in marks), *releasers])
    views = []
    for mark in marks:
        release, feedback, reason = found[mark.id]
        said = comments.get(mark.id, {})
        views.append(
            MarkView(
                id=mark.id,
                work_id=mark.work_id,
                trainee_id=mark.trainee_id,
                percent=mark.percent,
                result=mark.result,
                calculation=calculate(papers[mark.assignment_id].rubric, mark.levels),
                levels=dict(mark.levels),
                feedback=feedback,
                feedback_id=mark.feedback_id,
                comments={criterion: text for criterion, (_, text) in said.items()},
                comment_ids={criterion: text_id for criterion, (text_id, _) in said.items()},
                marker=people[mark.marker_id].name,
                reason=reason,
                reason_id=mark.reason_id,
                recorded_at=mark.recorded_at,
                released_at=release.recorded_at if release else None,
                released_by=people[release.released_by_id].name if release else "",
            )
        )
    return views


def _comments(marks: Collection[UUID]) -> dict[UUID, dict[str, tuple[UUID, str | None]]]:
    found: dict[UUID, dict[str, tuple[UUID, str | None]]] = {}
    rows = db.session.execute(
        select(MarkComment.mark_id, MarkComment.criterion, TextBody.id, TextBody.text)
        .join(TextBody, TextBody.id == MarkComment.text_id)
        .where(MarkComment.mark_id.in_(marks))
    )
    for mark_id, criterion, text_id, text in rows:
        found.setdefault(mark_id, {})[criterion] = (text_id, text)
    return found
