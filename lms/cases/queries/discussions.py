"""Discussions of cases: a trainee's own, those an educator arranges and held, and what readiness may know of them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.cases.models import CaseAttempt, CaseDiscussion, DiscussionOutcome
from lms.cases.queries.attempts import case_of
from lms.cases.rules.discussions import DiscussionFact, Ended
from lms.cases.rules.format import Case
from lms.core.clock import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import current_version_ids
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer

Trainee, Educator = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class DiscussionRow:
    """A discussion that was asked for, and how it ended if it has. A note of None was redacted if it has an id."""

    id: UUID
    trainee_id: UUID
    trainee: str
    slug: str
    case: Case
    asked_at: datetime
    ended: Ended | None
    held_on: date | None
    educator: str
    note_id: UUID | None
    note: str | None

    @property
    def is_open(self) -> bool:
        """Say whether the discussion is still to be held."""
        return self.ended is None

    @property
    def asked_on(self) -> date:
        """The day it was asked for."""
        return london_day(self.asked_at)


@dataclass(frozen=True, slots=True)
class Discussable:
    """A case a trainee may discuss instead of playing it, with their own discussions of it, newest first."""

    version_id: UUID
    slug: str
    case: Case
    is_taught: bool
    discussions: tuple[DiscussionRow, ...]

    @property
    def open_discussion(self) -> DiscussionRow | None:
        """The discussion that is asked for and not held yet."""
        return next((row for row in self.discussions if row.is_open), None)


@dataclass(frozen=True, slots=True)
class Discussions:
    """What an educator has to arrange, longest waiting first, and what was held, newest first."""

    to_arrange: tuple[DiscussionRow, ...]
    held: tuple[DiscussionRow, ...]


def list_own_discussions(viewer: Viewer) -> dict[str, tuple[DiscussionRow, ...]]:
    """The viewer's own discussions by case, newest first; one that was withdrawn is not among them."""
    found: dict[str, tuple[DiscussionRow, ...]] = {}
    for row in _rows(CaseDiscussion.trainee_id == viewer.id, _not_withdrawn()):
        found[row.slug] = (*found.get(row.slug, ()), row)
    return found


def get_discussable(viewer: Viewer, slug: str) -> Discussable:
    """A case the viewer may discuss: one that is taught now, or that they have played or asked about before.

    Raises NotFound for any other.
    """
    is_current = ContentVersion.id.in_(current_version_ids())
    played = select(CaseAttempt.content_version_id).where(CaseAttempt.trainee_id == viewer.id)
    asked = select(CaseDiscussion.content_version_id).where(CaseDiscussion.trainee_id == viewer.id)
    version = db.session.execute(
        select(ContentVersion.id, is_current.label("is_taught"))
        .where(
            ContentVersion.content_kind == ContentKind.CASE,
            ContentVersion.slug == slug,
            or_(is_current, ContentVersion.id.in_(played), ContentVersion.id.in_(asked)),
        )
        .order_by(is_current.desc(), ContentVersion.published_at.desc(), ContentVersion.id.desc())
        .limit(1)
    ).one_or_none()
    if version is None:
        raise NotFound
    rows = _rows(CaseDiscussion.trainee_id == viewer.id, ContentVersion.slug == slug, _not_withdrawn())
    return Discussable(version.id, slug, case_of(version.id), bool(version.is_taught), tuple(rows))


def get_own_discussion(viewer: Viewer, discussion_id: UUID) -> DiscussionRow:
    """One of the viewer's own discussions. Raises NotFound for anybody else's."""
    own = CaseDiscussion.trainee_id.in_(visible_trainees(viewer, Permission.CASE_PLAY))
    return _one(_rows(CaseDiscussion.id == discussion_id, CaseDiscussion.trainee_id == viewer.id, own))


def list_discussions(viewer: Viewer) -> Discussions:
    """The discussions of the trainees whose cases the viewer reviews, without their own; one statement."""
    scope = CaseDiscussion.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW))
    rows = _rows(scope, CaseDiscussion.trainee_id != viewer.id, _not_withdrawn())
    held = sorted((row for row in rows if not row.is_open), key=lambda row: row.held_on or date.min, reverse=True)
    return Discussions(tuple(row for row in reversed(rows) if row.is_open), tuple(held))


def get_discussion(viewer: Viewer, discussion_id: UUID) -> DiscussionRow:
    """A discussion with a trainee whose cases the viewer reviews, withdrawn or not; else NotFound."""
    scope = CaseDiscussion.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW))
    return _one(_rows(CaseDiscussion.id == discussion_id, scope))


def load_discussions(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[DiscussionFact]]:
    """The discussions held with a scope, as they were known at a moment. One statement."""
    rows = db.session.execute(
        select(
            CaseDiscussion.trainee_id,
            CaseDiscussion.id,
            ContentVersion.slug,
            DiscussionOutcome.held_on,
            DiscussionOutcome.ended,
        )
        .join(DiscussionOutcome, DiscussionOutcome.discussion_id == CaseDiscussion.id)
        .join(ContentVersion, ContentVersion.id == CaseDiscussion.content_version_id)
        .where(CaseDiscussion.trainee_id.in_(trainees), DiscussionOutcome.recorded_at <= known_at)
        .order_by(DiscussionOutcome.recorded_at, DiscussionOutcome.id)
    )
    found: dict[UUID, list[DiscussionFact]] = {}
    for trainee_id, discussion_id, slug, held_on, ended in rows:
        if held_on is not None:  # What was withdrawn was not held.
            fact = DiscussionFact(discussion_id, slug, held_on, ended is Ended.COVERED)
            found.setdefault(trainee_id, []).append(fact)
    return found


def _not_withdrawn() -> ColumnElement[bool]:
    return or_(DiscussionOutcome.id.is_(None), DiscussionOutcome.ended != Ended.WITHDRAWN)


def _rows(*conditions: ColumnElement[bool]) -> list[DiscussionRow]:
    """The discussions that satisfy the conditions, the last asked for first. One statement."""
    rows = db.session.execute(
        select(CaseDiscussion, ContentVersion.slug, Trainee.name, DiscussionOutcome, Educator.name, TextBody.text)
        .join(ContentVersion, ContentVersion.id == CaseDiscussion.content_version_id)
        .join(Trainee, Trainee.id == CaseDiscussion.trainee_id)
        .outerjoin(DiscussionOutcome, DiscussionOutcome.discussion_id == CaseDiscussion.id)
        .outerjoin(Educator, Educator.id == DiscussionOutcome.recorded_by_id)
        .outerjoin(TextBody, TextBody.id == DiscussionOutcome.note_id)
        .where(*conditions)
        .order_by(CaseDiscussion.recorded_at.desc(), CaseDiscussion.id.desc())
    )
    return [
        DiscussionRow(
            id=asked.id,
            trainee_id=asked.trainee_id,
            trainee=trainee,
            slug=slug,
            case=case_of(asked.content_version_id),
            asked_at=asked.recorded_at,
            ended=outcome.ended if outcome else None,
            held_on=outcome.held_on if outcome else None,
            educator=educator or "",
            note_id=outcome.note_id if outcome else None,
            note=note,
        )
        for asked, slug, trainee, outcome, educator, note in rows
    ]


def _one(rows: list[DiscussionRow]) -> DiscussionRow:
    if not rows:
        raise NotFound
    return rows[0]
