"""Discussions of cases: a trainee's own, those an educator arranges and held, and what readiness may know of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from lms.audit.models import TextBody
from lms.cases.models import CaseAttempt, CaseDiscussion, DiscussionOutcome
from lms.cases.queries.attempts import case_of
from lms.cases.rules.discussions import DiscussionFact, Ended
from lms.cases.rules.format import Case
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.models import ContentVersion
from lms.curriculum.queries import current_version_ids
from lms.curriculum.rules.versions import ContentKind
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer

Trainee, Educator, Recorder = aliased(Person), aliased(Person), aliased(Person)
First, Newer = aliased(DiscussionOutcome), aliased(DiscussionOutcome)
Why = aliased(TextBody)

HELD_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DiscussionRow:
    """A discussion that was asked for, and the outcome in force if it has ended.

    `educator` held it and recorded it first, `recorded_by` the outcome in force. A text of None was redacted if it has
    an id.
    """

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
    outcome_id: UUID | None
    recorded_by: str
    recorded_at: datetime | None
    reason_id: UUID | None
    reason: str | None

    @property
    def was_held(self) -> bool:
        """Say whether the discussion was held, so that its record can be corrected."""
        return self.held_on is not None

    @property
    def is_corrected(self) -> bool:
        """Say whether the outcome in force supersedes another."""
        return self.reason_id is not None

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
class EarlierOutcome:
    """An outcome that a correction superseded. A text of None was redacted if it has an id."""

    ended: Ended
    held_on: date | None
    recorded_by: str
    recorded_at: datetime
    note_id: UUID | None
    note: str | None
    reason_id: UUID | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Discussions:
    """What an educator has to arrange, longest waiting first, and the last that were held, newest first."""

    to_arrange: tuple[DiscussionRow, ...]
    held: tuple[DiscussionRow, ...]

    @property
    def is_cut(self) -> bool:
        """Say whether there may be more that were held than are shown."""
        return len(self.held) == HELD_SHOWN


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


def list_to_arrange(viewer: Viewer) -> tuple[DiscussionRow, ...]:
    """What the trainees whose cases the viewer reviews have asked for, longest waiting first; one statement."""
    return tuple(reversed(_rows(*_reviewed(viewer), DiscussionOutcome.id.is_(None))))


def list_discussions(viewer: Viewer) -> Discussions:
    """The discussions of the trainees whose cases the viewer reviews, without their own; two statements."""
    held = (
        _select(*_reviewed(viewer), DiscussionOutcome.held_on.is_not(None))
        .order_by(DiscussionOutcome.held_on.desc(), CaseDiscussion.recorded_at.desc(), CaseDiscussion.id.desc())
        .limit(HELD_SHOWN)
    )
    return Discussions(list_to_arrange(viewer), tuple(_read(held)))


def _reviewed(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    scope = CaseDiscussion.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW))
    return scope, CaseDiscussion.trainee_id != viewer.id


def get_discussion(viewer: Viewer, discussion_id: UUID) -> DiscussionRow:
    """A discussion with a trainee whose cases the viewer reviews; one that was withdrawn is NotFound like any other."""
    scope = CaseDiscussion.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW))
    return _one(_rows(CaseDiscussion.id == discussion_id, scope, _not_withdrawn()))


def list_earlier_outcomes(viewer: Viewer, discussion_id: UUID) -> list[EarlierOutcome]:
    """What corrections superseded in the record of a discussion the viewer may review, the latest first."""
    rows = db.session.execute(
        select(DiscussionOutcome, Recorder.name, TextBody.text, Why.text)
        .join(CaseDiscussion, CaseDiscussion.id == DiscussionOutcome.discussion_id)
        .join(Newer, Newer.supersedes_id == DiscussionOutcome.id)
        .join(Recorder, Recorder.id == DiscussionOutcome.recorded_by_id)
        .outerjoin(TextBody, TextBody.id == DiscussionOutcome.note_id)
        .outerjoin(Why, Why.id == DiscussionOutcome.reason_id)
        .where(
            DiscussionOutcome.discussion_id == discussion_id,
            CaseDiscussion.trainee_id.in_(visible_trainees(viewer, Permission.CASE_REVIEW)),
        )
        .order_by(DiscussionOutcome.recorded_at.desc(), DiscussionOutcome.id.desc())
    )
    return [
        EarlierOutcome(
            ended=outcome.ended,
            held_on=outcome.held_on,
            recorded_by=recorder,
            recorded_at=outcome.recorded_at,
            note_id=outcome.note_id,
            note=note,
            reason_id=outcome.reason_id,
            reason=why,
        )
        for outcome, recorder, note, why in rows
    ]


def load_discussions(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[DiscussionFact]]:
    """The discussions held with a scope, as they were known at a moment: what was corrected by then is left out.

    One statement.
    """
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
        .outerjoin(Newer, (Newer.supersedes_id == DiscussionOutcome.id) & (Newer.recorded_at <= known_at))
        .where(
            CaseDiscussion.trainee_id.in_(trainees),
            DiscussionOutcome.recorded_at <= known_at,
            Newer.id.is_(None),
        )
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
    return _read(_select(*conditions).order_by(CaseDiscussion.recorded_at.desc(), CaseDiscussion.id.desc()))


def _select(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The discussions that satisfy the conditions, each with its outcome in force as `DiscussionOutcome`."""
    return (
        select(
            CaseDiscussion,
            ContentVersion.slug,
            Trainee.name,
            DiscussionOutcome,
            Educator.name,
            Recorder.name,
            TextBody.text,
            Why.text,
        )
        .join(ContentVersion, ContentVersion.id == CaseDiscussion.content_version_id)
        .join(Trainee, Trainee.id == CaseDiscussion.trainee_id)
        .outerjoin(DiscussionOutcome, DiscussionOutcome.discussion_id == CaseDiscussion.id)
        .outerjoin(Newer, Newer.supersedes_id == DiscussionOutcome.id)
        .outerjoin(First, (First.discussion_id == CaseDiscussion.id) & First.supersedes_id.is_(None))
        .outerjoin(Educator, Educator.id == First.recorded_by_id)
        .outerjoin(Recorder, Recorder.id == DiscussionOutcome.recorded_by_id)
        .outerjoin(TextBody, TextBody.id == DiscussionOutcome.note_id)
        .outerjoin(Why, Why.id == DiscussionOutcome.reason_id)
        .where(Newer.id.is_(None), *conditions)
    )


def _read(statement: Select[*tuple[Any, ...]]) -> list[DiscussionRow]:
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
            outcome_id=outcome.id if outcome else None,
            recorded_by=recorder or "",
            recorded_at=outcome.recorded_at if outcome else None,
            reason_id=outcome.reason_id if outcome else None,
            reason=why,
        )
        for asked, slug, trainee, outcome, educator, recorder, note, why in db.session.execute(statement)
    ]


def _one(rows: list[DiscussionRow]) -> DiscussionRow:
    if not rows:
        raise NotFound
    return rows[0]
