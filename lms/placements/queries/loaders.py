"""Loading many trainees' shifts and encounters as facts, as they were known at a moment."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from lms.core.clock import now
from lms.core.db import db
from lms.placements.models import Encounter, Shift, ShiftDecision
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import DecisionFact, EncounterFact, Status, Verdict, status_of
from lms.placements.rules.times import TakenSpan, started_on

LATER = aliased(Shift)


def load_shifts(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[ShiftFact]]:
    """The shifts of these trainees as they were known at a moment, oldest first. One statement."""
    found: dict[UUID, list[ShiftFact]] = {}
    rows = db.session.execute(standing_shifts(Shift.trainee_id.in_(trainees), known_at))
    for shift, decisions in grouped(rows):
        found.setdefault(shift.trainee_id, []).append(shift_fact(shift, decisions))
    return found


def load_encounters(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[EncounterFact]]:
    """The encounters of these trainees as they were known at a moment, by day. Two statements."""
    standing = db.session.execute(standing_shifts(Shift.trainee_id.in_(trainees), known_at))
    shifts = {shift.first_id: shift_fact(shift, decisions) for shift, decisions in grouped(standing)}
    rows = db.session.execute(
        select(
            Encounter.trainee_id,
            Encounter.shift_id,
            Encounter.id,
            Encounter.presentation,
            Encounter.part,
            Encounter.recorded_at,
        )
        .where(Encounter.trainee_id.in_(trainees), Encounter.recorded_at <= known_at)
        .order_by(Encounter.recorded_at, Encounter.id)
    )
    of_shift: dict[UUID, list[Any]] = {}
    for row in rows:
        of_shift.setdefault(row.shift_id, []).append(row)
    found: dict[UUID, list[EncounterFact]] = {}
    for first_id, shift in shifts.items():
        on = started_on(shift.span)
        for row in of_shift.get(first_id, ()):
            found.setdefault(row.trainee_id, []).append(
                EncounterFact(
                    id=row.id,
                    shift_id=shift.id,
                    setting=shift.setting,
                    on=on,
                    presentation=row.presentation,
                    part=row.part,
                    recorded_at=row.recorded_at,
                    shift_status=shift.status,
                )
            )
    return found


def list_taken(trainee_id: UUID, *, except_first_id: UUID | None = None) -> list[TakenSpan]:
    """The times a trainee's standing shifts hold; withdrawn ones hold none, nor does the one being corrected."""
    rows = db.session.execute(standing_shifts(Shift.trainee_id == trainee_id, now()))
    facts = [(shift.first_id, shift_fact(shift, decisions)) for shift, decisions in grouped(rows)]
    return [
        TakenSpan(fact.id, fact.span)
        for first_id, fact in facts
        if first_id != except_first_id and fact.status is not Status.WITHDRAWN
    ]


def standing_shifts(condition: ColumnElement[bool], known_at: datetime) -> Select[Shift, ShiftDecision]:
    """Shifts with their decisions as known at a moment; what a known correction replaced is left out."""
    return (
        select(Shift, ShiftDecision)
        .outerjoin(LATER, and_(LATER.supersedes_id == Shift.id, LATER.recorded_at <= known_at))
        .outerjoin(ShiftDecision, and_(ShiftDecision.shift_id == Shift.id, ShiftDecision.recorded_at <= known_at))
        .where(condition, Shift.recorded_at <= known_at, LATER.id.is_(None))
        .order_by(Shift.started_at, Shift.id)
    )


def grouped(rows: Iterable[Any]) -> Iterator[tuple[Shift, list[ShiftDecision]]]:
    """Each shift once, with its decisions."""
    found: dict[UUID, tuple[Shift, list[ShiftDecision]]] = {}
    for shift, decision, *_ in rows:
        decisions = found.setdefault(shift.id, (shift, []))[1]
        if decision is not None:
            decisions.append(decision)
    yield from found.values()


def shift_fact(shift: Shift, decisions: Iterable[ShiftDecision], *, corrected: bool = False) -> ShiftFact:
    """The shift as rules see it."""
    facts = [DecisionFact(each.verdict, each.by_id, each.recorded_at, each.id) for each in decisions]
    status = status_of(facts, corrected=corrected)
    approvals = [fact.recorded_at for fact in facts if fact.verdict is Verdict.APPROVED]
    return ShiftFact(
        id=shift.id,
        setting=shift.setting,
        started_at=shift.started_at,
        ended_at=shift.ended_at,
        break_minutes=shift.break_minutes,
        status=status,
        supervisor_id=shift.supervisor_id,
        recorded_at=shift.recorded_at,
        approved_at=max(approvals) if status is Status.APPROVED else None,
    )
