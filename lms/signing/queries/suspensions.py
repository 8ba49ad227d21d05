"""Reading suspended records, how they were decided, and signatures that were refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.db import db
from lms.core.errors import NotFound
from lms.identity.models import Person
from lms.identity.queries import visible_trainees
from lms.policy import Permission, Viewer
from lms.signing.models import RefusedSignature, Suspension, SuspensionEnd
from lms.signing.rules import Purpose, Refusal, SuspensionFact, Verdict

Trainees = Select[UUID]


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


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One refused signature; `by_name` is empty where nobody was signed in."""

    trainee_name: str
    refusal: Refusal
    by_name: str
    recorded_at: datetime


def load_suspensions(trainees: Trainees, *, known_at: datetime) -> dict[UUID, SuspensionFact]:
    """The newest suspension of each record about these trainees, as known at a moment. One statement."""
    rows = db.session.execute(
        select(Suspension.record_id, Suspension.recorded_at, SuspensionEnd.verdict)
        .outerjoin(
            SuspensionEnd,
            (SuspensionEnd.suspension_id == Suspension.id) & (SuspensionEnd.recorded_at <= known_at),
        )
        .where(Suspension.trainee_id.in_(trainees), Suspension.recorded_at <= known_at)
        .order_by(Suspension.recorded_at, Suspension.id)
    )
    return {row.record_id: SuspensionFact(*row) for row in rows}


def list_suspensions(viewer: Viewer) -> list[SuspensionRow]:
    """The suspended records the viewer decides about: open ones first, then newest first."""
    rows = _rows(Suspension.trainee_id.in_(visible_trainees(viewer, Permission.SIGNATURE_DECIDE)))
    return sorted(rows, key=lambda row: row.verdict is not None)


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


def list_refused(viewer: Viewer, *, limit: int = 50) -> Sequence[RefusedRow]:
    """The refused signatures about trainees the viewer decides for, newest first."""
    trainee, by = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(trainee.name, RefusedSignature.refusal, by.name, RefusedSignature.recorded_at)
        .join(trainee, trainee.id == RefusedSignature.trainee_id)
        .outerjoin(by, by.id == RefusedSignature.by_id)
        .where(RefusedSignature.trainee_id.in_(visible_trainees(viewer, Permission.SIGNATURE_DECIDE)))
        .order_by(RefusedSignature.recorded_at.desc(), RefusedSignature.id.desc())
        .limit(limit)
    )
    return [RefusedRow(name, refusal, by_name or "", at) for name, refusal, by_name, at in rows]


def find_suspension(record_id: UUID) -> SuspensionFact | None:
    """The newest suspension of one record, or None."""
    row = db.session.execute(
        select(Suspension.record_id, Suspension.recorded_at, SuspensionEnd.verdict)
        .outerjoin(SuspensionEnd, SuspensionEnd.suspension_id == Suspension.id)
        .where(Suspension.record_id == record_id)
        .order_by(Suspension.recorded_at.desc(), Suspension.id.desc())
        .limit(1)
    ).one_or_none()
    return SuspensionFact(*row) if row else None
