"""Reading suspended records, how they were decided, and signatures that were refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer
from lms.signing.models import RefusedSignature, Suspension, SuspensionEnd
from lms.signing.rules import Purpose, Refusal, SuspensionFact, Verdict, by_record

Trainees = Select[UUID]
PER_PAGE = 50
LAST_PAGE = 1_000_000  # PostgreSQL fails at a number that is too long.
_corrections: list[Select[UUID, UUID | None]] = []


def use_corrections(corrections: Select[UUID, UUID | None]) -> None:
    """Say which records correct others: the ids of each record (`id`) and of the one it corrects (`supersedes_id`)."""
    _corrections[:] = [corrections]


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """One suspended record as a page shows it; a text of None was redacted if it has an id."""

    id: UUID
    purpose: Purpose
    record_id: UUID
    trainee_id: UUID
    trainee_name: str
    by_id: UUID
    by_name: str
    recorded_at: datetime
    words_id: UUID | None
    words: str | None
    verdict: Verdict | None
    decided_at: datetime | None
    reason_id: UUID | None
    reason: str | None

    def waits_for(self, person_id: UUID) -> bool:
        """Say whether it is open and this person may decide: neither the trainee nor the one who reported it."""
        return self.verdict is None and person_id not in (self.trainee_id, self.by_id)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """What somebody was refused at one form, how often and when last; `by_name` is empty where nobody was signed in."""

    trainee_name: str
    refusal: Refusal
    by_name: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """Refused signatures, the newest first, one page of them."""

    rows: Sequence[RefusedRow]
    number: int
    has_older: bool


def _covered(*where: ColumnElement[bool], known_at: datetime | None = None) -> CTE:
    """Each suspension (known at a moment) with every record it covers: the one that was denied, and unless its
    signature was found to stand, whatever corrects that, over any number of corrections.
    """
    ended = SuspensionEnd.suspension_id == Suspension.id
    if known_at is not None:
        ended, where = ended & (SuspensionEnd.recorded_at <= known_at), (*where, Suspension.recorded_at <= known_at)
    covered = (
        select(Suspension.id, Suspension.record_id, Suspension.recorded_at, SuspensionEnd.verdict)
        .outerjoin(SuspensionEnd, ended)
        .where(*where)
        .cte("covered", recursive=True)
    )
    for corrections in _corrections:
        later = corrections.subquery()
        covered = covered.union_all(
            select(covered.c.id, later.c.id, covered.c.recorded_at, covered.c.verdict)
            .join(later, later.c.supersedes_id == covered.c.record_id)
            .where(covered.c.verdict.is_distinct_from(Verdict.STANDS))
        )
    return covered


def _facts(covered: CTE) -> Select[UUID, datetime, Verdict | None]:
    return select(covered.c.record_id, covered.c.recorded_at, covered.c.verdict)


def load_suspensions(trainees: Trainees, *, known_at: datetime) -> dict[UUID, SuspensionFact]:
    """The suspension that decides about each record about these trainees, as known at a moment. One statement."""
    rows = db.session.execute(_facts(_covered(Suspension.trainee_id.in_(trainees), known_at=known_at)))
    return by_record(SuspensionFact(*row) for row in rows)


def load_denied(purpose: Purpose, *, known_at: datetime) -> frozenset[UUID]:
    """The records of one kind that counted for nothing at a moment: suspended, or struck out. One statement."""
    covered = _covered(Suspension.purpose == purpose, known_at=known_at)
    rows = db.session.scalars(select(covered.c.record_id).where(covered.c.verdict.is_distinct_from(Verdict.STANDS)))
    return frozenset(rows)


def find_suspension(record_id: UUID) -> SuspensionFact | None:
    """The suspension that decides about one record, or None."""
    covered = _covered()
    rows = db.session.execute(_facts(covered).where(covered.c.record_id == record_id))
    return by_record(SuspensionFact(*row) for row in rows).get(record_id)


def records_covered(suspension_id: UUID) -> Collection[UUID]:
    """The record that was denied and, unless its signature was found to stand, its corrections."""
    return db.session.scalars(select(_covered(Suspension.id == suspension_id).c.record_id)).all()


def barred_records() -> Select[UUID]:
    """The ids of the records that count for nothing now: suspended, or struck out for good."""
    covered = _covered()
    return select(covered.c.record_id).where(covered.c.verdict.is_distinct_from(Verdict.STANDS))


def list_suspensions(viewer: Viewer) -> list[SuspensionRow]:
    """The suspended records the viewer decides about: open ones first, then newest first."""
    rows = _rows(Suspension.trainee_id.in_(visible_trainees(viewer, Permission.SIGNATURE_DECIDE)))
    return sorted(rows, key=lambda row: row.verdict is not None)


def count_suspensions(viewer: Viewer) -> int:
    """How many suspended records wait for the viewer to decide. One statement."""
    waiting = (
        select(func.count())
        .select_from(Suspension)
        .where(
            Suspension.id.not_in(select(SuspensionEnd.suspension_id)),
            Suspension.trainee_id.in_(visible_trainees(viewer, Permission.SIGNATURE_DECIDE)),
            Suspension.trainee_id != viewer.id,
            Suspension.by_id != viewer.id,
        )
    )
    return db.session.scalar(waiting) or 0


def get_suspension(viewer: Viewer, suspension_id: UUID) -> SuspensionRow:
    """One suspended record the viewer decides about. Raises NotFound."""
    rows = _rows(
        Suspension.id == suspension_id,
        Suspension.trainee_id.in_(visible_trainees(viewer, Permission.SIGNATURE_DECIDE)),
    )
    if not rows:
        raise NotFound
    return rows[0]


def _rows(*where: object) -> list[SuspensionRow]:
    trainee, by = aliased(Person), aliased(Person)
    found = db.session.execute(
        select(Suspension, SuspensionEnd, trainee.name, by.name)
        .join(trainee, trainee.id == Suspension.trainee_id)
        .join(by, by.id == Suspension.by_id)
        .outerjoin(SuspensionEnd, SuspensionEnd.suspension_id == Suspension.id)
        .where(*where)  # type: ignore[arg-type]
        .options(joinedload(Suspension.words), joinedload(SuspensionEnd.reason))
        .order_by(Suspension.recorded_at.desc(), Suspension.id.desc())
    )
    return [
        SuspensionRow(
            id=row.id,
            purpose=row.purpose,
            record_id=row.record_id,
            trainee_id=row.trainee_id,
            trainee_name=trainee_name,
            by_id=row.by_id,
            by_name=by_name,
            recorded_at=row.recorded_at,
            words_id=row.words_id,
            words=row.words.text if row.words else None,
            verdict=end.verdict if end else None,
            decided_at=end.recorded_at if end else None,
            reason_id=end.reason_id if end else None,
            reason=end.reason.text if end else None,
        )
        for row, end, trainee_name, by_name in found
    ]


def list_refused(viewer: Viewer, number: int = 1) -> RefusedPage:
    """One page of the refused signatures about trainees the viewer decides for, newest first. One statement.

    What the same person was refused again at the same form is one row, so that nobody pushes others out of sight.
    """
    number = min(max(number, 1), LAST_PAGE)
    trainee, by = aliased(Person), aliased(Person)
    what = (RefusedSignature.trainee_id, RefusedSignature.subject_id, RefusedSignature.refusal, RefusedSignature.by_id)
    last_at = func.max(RefusedSignature.recorded_at)
    found = db.session.execute(
        select(trainee.name, RefusedSignature.refusal, by.name, func.count(), last_at)
        .join(trainee, trainee.id == RefusedSignature.trainee_id)
        .outerjoin(by, by.id == RefusedSignature.by_id)
        .where(RefusedSignature.trainee_id.in_(visible_trainees(viewer, Permission.SIGNATURE_DECIDE)))
        .group_by(*what, trainee.name, by.name)
        .order_by(last_at.desc(), *what)
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    rows = [RefusedRow(name, refusal, by_name or "", times, at) for name, refusal, by_name, times, at in found]
    return RefusedPage(rows[:PER_PAGE], number, has_older=len(rows) > PER_PAGE)
