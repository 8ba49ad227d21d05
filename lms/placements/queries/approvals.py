"""Reading requests for the approval of shifts: the trainee's own, and the one a device may answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms.audit.models import TextBody
from lms.core.clock import to_london
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.words import day, duration
from lms.identity.models import Person
from lms.placements.models import ApprovalRequest, ApprovalRequestShift, Shift, ShiftDecision
from lms.placements.queries.shifts import ShiftRow, list_rows, list_shifts
from lms.placements.rules.states import ApprovalWay, Verdict
from lms.policy import Viewer
from lms.signing.rules import Described
from lms.signing.rules.guests import Signed


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One request as the trainee sees it; nobody in particular is asked where whoever is there signs."""

    id: UUID
    way: ApprovalWay
    supervisor_name: str | None
    asked_at: datetime
    is_answered: bool


@dataclass(frozen=True, slots=True)
class HeldApproval:
    """A request as a device that may answer it shows it: its shifts that still wait, oldest first, and their notes.

    A note is left out while somebody asks for its redaction, and once it is redacted.
    """

    id: UUID
    way: ApprovalWay
    trainee_id: UUID
    trainee_name: str
    supervisor_id: UUID | None
    supervisor_name: str
    rows: tuple[ShiftRow, ...]
    notes: Mapping[UUID, str]
    site_ids: frozenset[UUID]
    was_signed: bool

    @property
    def is_answered(self) -> bool:
        """Whether somebody signed it, or nothing of it waits any more."""
        return self.was_signed or not self.rows


def list_askable(viewer: Viewer) -> list[ShiftRow]:
    """The viewer's own shifts that wait for an approval, oldest first."""
    return [row for row in list_shifts(viewer, viewer.id) if row.fact.status.waits][::-1]


def list_approvals_of(shift_id: UUID) -> list[ApprovalRow]:
    """The requests for the approval of a shift, newest first; the caller has made sure that the viewer sees it."""
    answered = select(ShiftDecision.id).where(ShiftDecision.request_id == ApprovalRequest.id).exists()
    rows = db.session.execute(
        select(ApprovalRequest.id, ApprovalRequest.way, Person.name, ApprovalRequest.recorded_at, answered)
        .join(ApprovalRequestShift, ApprovalRequestShift.request_id == ApprovalRequest.id)
        .outerjoin(Person, Person.id == ApprovalRequest.supervisor_id)
        .where(ApprovalRequestShift.shift_id == shift_id)
        .order_by(ApprovalRequest.recorded_at.desc(), ApprovalRequest.id.desc())
    )
    return [ApprovalRow(*row) for row in rows]


def get_own_approval(viewer: Viewer, request_id: UUID) -> HeldApproval:
    """A request the viewer made. Raises NotFound."""
    page = get_held_approval(request_id)
    if page.trainee_id != viewer.id:
        raise NotFound
    return page


def get_held_approval(request_id: UUID) -> HeldApproval:
    """The request a device may answer, whoever holds it. Raises NotFound."""
    request = db.session.scalar(
        select(ApprovalRequest)
        .where(ApprovalRequest.id == request_id)
        .options(joinedload(ApprovalRequest.trainee), joinedload(ApprovalRequest.supervisor))
    )
    if request is None:
        raise NotFound
    shift_ids = db.session.scalars(
        select(ApprovalRequestShift.shift_id).where(ApprovalRequestShift.request_id == request_id)
    ).all()
    sites = db.session.scalars(select(Shift.site_id).where(Shift.id.in_(shift_ids)))
    notes = db.session.execute(
        select(Shift.id, TextBody.text).join(TextBody, TextBody.id == Shift.note_id).where(Shift.id.in_(shift_ids))
    )
    was_signed = select(ShiftDecision.id).where(ShiftDecision.request_id == request_id).limit(1)
    return HeldApproval(
        id=request.id,
        way=request.way,
        trainee_id=request.trainee_id,
        trainee_name=request.trainee.name,
        supervisor_id=request.supervisor_id,
        supervisor_name=request.supervisor.name if request.supervisor else "",
        rows=tuple(row for row in list_rows(Shift.id.in_(shift_ids))[::-1] if row.fact.status.waits),
        notes={shift_id: text for shift_id, text in notes if text},
        site_ids=frozenset(sites),
        was_signed=db.session.scalar(was_signed) is not None,
    )


def describe_hours(request_id: UUID) -> Described:
    """What was signed about shifts as its signer's receipt shows it: no free text."""
    decisions = db.session.execute(
        select(ShiftDecision, Shift)
        .join(Shift, Shift.id == ShiftDecision.shift_id)
        .where(ShiftDecision.request_id == request_id)
        .options(joinedload(ShiftDecision.by), joinedload(Shift.trainee), joinedload(Shift.site))
        .order_by(Shift.started_at, Shift.id)
    ).all()
    if not decisions:
        raise NotFound
    first, shift = decisions[0]
    at = first.recorded_at
    return Described(
        title="Placement hours",
        lines=(
            ("Trainee", shift.trainee.name),
            ("Signed by", first.by.name),
            ("Signed with", first.identity_grade.label if first.identity_grade else ""),
            ("Signed at", f"{to_london(at):%H:%M} on {day(london_day(at))}"),
            *(_line(decision, worked) for decision, worked in decisions),
        ),
        url=f"/hours/shifts/{shift.id}",
    )


def _line(decision: ShiftDecision, shift: Shift) -> tuple[str, str]:
    minutes = int((shift.ended_at - shift.started_at).total_seconds()) // 60
    what = "approved" if decision.verdict is Verdict.APPROVED else "queried"
    return day(london_day(shift.started_at)), f"{duration(minutes)} at {shift.site.name}: {what}"


def count_signed_hours(people: Collection[UUID]) -> Signed:
    """How many decisions on shifts these people signed away from an account, and the day of the last."""
    count, last = db.session.execute(
        select(func.count(ShiftDecision.id), func.max(ShiftDecision.recorded_at)).where(
            ShiftDecision.by_id.in_(people), ShiftDecision.request_id.is_not(None)
        )
    ).one()
    return Signed(count, london_day(last) if last else None)
