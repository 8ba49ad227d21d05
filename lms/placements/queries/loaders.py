"""Loading many trainees' shifts and encounters as facts, as they were known at a moment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select, true
from sqlalchemy.orm import aliased

from lms.core.clock import now
from lms.core.db import db
from lms.placements.models import (
    ApprovalRequest,
    ApprovalRequestShift,
    Encounter,
    EncounterWithdrawal,
    Shift,
    ShiftActivity,
    ShiftDecision,
)
from lms.placements.queries.doubts import NO_DOUBTS, Doubts, load_doubts
from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.hours import ShiftFact
from lms.placements.rules.states import (
    Activity,
    ApprovalWay,
    DecisionFact,
    Doubt,
    Status,
    Verdict,
    speaking,
    status_of,
)
from lms.placements.rules.times import TakenSpan

LATER = aliased(Shift)


ANSWER = aliased(ShiftDecision)


# What rules need of a shift and of a decision on it, without the weight of whole rows: there are thousands of them.
FACT_COLUMNS = (
    Shift.id,
    Shift.first_id,
    Shift.trainee_id,
    Shift.setting,
    Shift.started_at,
    Shift.ended_at,
    Shift.break_minutes,
    Shift.is_supernumerary,
    Shift.booking_id,
    Shift.supervisor_id,
    Shift.recorded_at,
    ShiftDecision.id.label("decision_id"),
    ShiftDecision.verdict,
    ShiftDecision.by_id,
    ShiftDecision.recorded_at.label("decided_at"),
    ShiftDecision.request_id,
    ShiftDecision.identity_grade,
)


def said_offline_at(known_at: datetime) -> ScalarSelect[Any]:
    """When a supervisor said yes to the shift on a device without a signal, unless that was answered since."""
    answered = select(ANSWER.id).where(
        ANSWER.shift_id == Shift.id, ANSWER.request_id == ApprovalRequest.id, ANSWER.recorded_at <= known_at
    )
    return (
        select(func.max(ApprovalRequest.recorded_at))
        .join(ApprovalRequestShift, ApprovalRequestShift.request_id == ApprovalRequest.id)
        .where(
            ApprovalRequestShift.shift_id == Shift.id,
            ApprovalRequest.way == ApprovalWay.OFFLINE,
            ApprovalRequest.recorded_at <= known_at,
            ~answered.correlate(Shift, ApprovalRequest).exists(),
        )
        .correlate(Shift)
        .scalar_subquery()
    )


def load_encounters(trainees: Select[UUID], *, known_at: datetime) -> dict[UUID, list[EncounterFact]]:
    """The encounters of these trainees as they were known at a moment, by day.

    Two statements, and those of `load_doubts`.
    """
    standing = _standing(Shift.trainee_id.in_(trainees), known_at, {})
    return _encounters(Encounter.trainee_id.in_(trainees), standing, known_at)


def find_encounter(trainee_id: UUID, encounter_id: UUID) -> EncounterFact | None:
    """One encounter of a trainee as it is known now, or None. Two statements, and those of `load_doubts`."""
    mine = and_(Encounter.trainee_id == trainee_id, Encounter.id == encounter_id)
    its_shift = select(Encounter.shift_id).where(mine).scalar_subquery()
    standing = _standing(and_(Shift.trainee_id == trainee_id, Shift.first_id == its_shift), now(), {})
    return next(iter(_encounters(mine, standing, now()).get(trainee_id, ())), None)


def load_practice(
    trainees: Select[UUID], *, known_at: datetime
) -> tuple[dict[UUID, list[ShiftFact]], dict[UUID, list[EncounterFact]]]:
    """The shifts and the encounters of these trainees, as they were known at a moment.

    Three statements, and those of `load_doubts`.
    """
    theirs = Shift.trainee_id.in_(trainees)
    standing = _standing(theirs, known_at, load_activities(theirs))
    return _by_trainee(standing), _encounters(Encounter.trainee_id.in_(trainees), standing, known_at)


def load_statuses(condition: ColumnElement[bool]) -> list[ShiftFact]:
    """The standing shifts of a condition as known now, without what their time went into.

    One statement, and those of `load_doubts`.
    """
    return [each.fact for each in _standing(condition, now(), {})]


@dataclass(frozen=True, slots=True)
class _Standing:
    """One standing shift: whose, the id its encounters hang on, and what rules see of it."""

    trainee_id: UUID
    first_id: UUID
    fact: ShiftFact


def _standing(
    condition: ColumnElement[bool], known_at: datetime, spent: Mapping[UUID, Mapping[Activity, int]]
) -> list[_Standing]:
    columns = (*FACT_COLUMNS, said_offline_at(known_at).label("said_at"))
    statement = standing_shifts(condition, known_at).with_only_columns(*columns, maintain_column_froms=True)
    rows = db.session.execute(statement).all()
    doubts = load_doubts(rows, known_at=known_at)
    shifts: dict[UUID, tuple[Any, list[DecisionFact]]] = {}
    for row in rows:
        decisions = shifts.setdefault(row.id, (row, []))[1]
        if row.decision_id is not None:
            decisions.append(DecisionFact(row.verdict, row.decided_at, row.decision_id, doubts.about(row)))
    return [
        _Standing(row.trainee_id, row.first_id, _fact(row, decisions, spent.get(row.id, {}), said_at=row.said_at))
        for row, decisions in shifts.values()
    ]


def load_activities(condition: ColumnElement[bool]) -> dict[UUID, dict[Activity, int]]:
    """What the time of these shifts went into, by shift; nothing for those that say nothing. One statement."""
    rows = db.session.execute(
        select(ShiftActivity.shift_id, ShiftActivity.activity, ShiftActivity.minutes)
        .join(Shift, Shift.id == ShiftActivity.shift_id)
        .where(condition)
    )
    found: dict[UUID, dict[Activity, int]] = {}
    for shift_id, activity, minutes in rows:
        found.setdefault(shift_id, {})[activity] = minutes
    return found


def _by_trainee(standing: Iterable[_Standing]) -> dict[UUID, list[ShiftFact]]:
    found: dict[UUID, list[ShiftFact]] = {}
    for shift in standing:
        found.setdefault(shift.trainee_id, []).append(shift.fact)
    return found


def _encounters(
    wanted: ColumnElement[bool], standing: Iterable[_Standing], known_at: datetime
) -> dict[UUID, list[EncounterFact]]:
    rows = db.session.execute(
        select(
            Encounter.shift_id,
            Encounter.id,
            Encounter.presentation,
            Encounter.part,
            Encounter.safety_plan_made,
            EncounterWithdrawal.id,
        )
        .outerjoin(
            EncounterWithdrawal,
            and_(EncounterWithdrawal.encounter_id == Encounter.id, EncounterWithdrawal.recorded_at <= known_at),
        )
        .where(wanted, Encounter.recorded_at <= known_at)
        .order_by(Encounter.recorded_at, Encounter.id)
    )
    of_shift: dict[UUID, list[Any]] = {}
    for shift_id, *rest in rows:
        of_shift.setdefault(shift_id, []).append(rest)
    found: dict[UUID, list[EncounterFact]] = {}
    for shift in standing:
        fact, on = shift.fact, shift.fact.on
        for encounter_id, presentation, part, planned, withdrawal_id in of_shift.get(shift.first_id, ()):
            found.setdefault(shift.trainee_id, []).append(
                EncounterFact(
                    id=encounter_id,
                    shift_id=fact.id,
                    setting=fact.setting,
                    on=on,
                    presentation=presentation,
                    part=part,
                    shift_status=fact.status,
                    shift_doubt=fact.doubt,
                    safety_plan_made=bool(planned),
                    taken_back=withdrawal_id is not None,
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


def replaces(shift: type[Shift]) -> ColumnElement[bool]:
    """Whether `LATER` is the correction of a shift.

    Trainee and first version are those of the shift; they are asked for because nearly all shifts correct nothing, so
    that a database with statistics takes the index on `supersedes_id` for useless and reads the whole table.
    """
    return and_(LATER.trainee_id == shift.trainee_id, LATER.first_id == shift.first_id, LATER.supersedes_id == shift.id)


def is_replaced(known_at: datetime | None = None) -> ColumnElement[bool]:
    """A correction had replaced the shift at a moment, or has by now."""
    known = true() if known_at is None else LATER.recorded_at <= known_at
    return select(LATER.id).where(replaces(Shift), known).correlate(Shift).exists()


def stands(known_at: datetime | None = None) -> ColumnElement[bool]:
    """The shift was neither replaced by a correction nor withdrawn; `Status.stands` says the same of a fact."""
    known = true() if known_at is None else ShiftDecision.recorded_at <= known_at
    withdrawn = (
        select(ShiftDecision.id)
        .where(ShiftDecision.shift_id == Shift.id, ShiftDecision.verdict == Verdict.WITHDRAWN, known)
        .correlate(Shift)
        .exists()
    )
    return ~is_replaced(known_at) & ~withdrawn


def standing_shifts(condition: ColumnElement[bool], known_at: datetime) -> Select[Shift, ShiftDecision]:
    """Shifts with their decisions as known at a moment; what a known correction replaced is left out."""
    return (
        select(Shift, ShiftDecision)
        .outerjoin(LATER, and_(replaces(Shift), LATER.recorded_at <= known_at))
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


def shift_fact(
    shift: Shift,
    decisions: Iterable[ShiftDecision],
    activities: Mapping[Activity, int] | None = None,
    *,
    corrected: bool = False,
    doubts: Doubts = NO_DOUBTS,
    said_at: datetime | None = None,
) -> ShiftFact:
    """The shift as rules see it; `activities` and what is in doubt may be left out where only its time matters."""
    facts = [DecisionFact(each.verdict, each.recorded_at, each.id, doubts.about(each)) for each in decisions]
    return _fact(shift, facts, activities or {}, said_at=said_at, corrected=corrected)


def _fact(
    shift: Any,
    facts: list[DecisionFact],
    activities: Mapping[Activity, int],
    *,
    said_at: datetime | None,
    corrected: bool = False,
) -> ShiftFact:
    if said_at is not None:  # It comes before all decisions, whatever its id.
        facts = [DecisionFact(Verdict.APPROVED, said_at, shift.id, Doubt.SAID_OFFLINE), *facts]
    status, decision = status_of(facts, corrected=corrected), speaking(facts)
    is_approved = decision is not None and status in (Status.APPROVED, Status.UNCONFIRMED)
    return ShiftFact(
        id=shift.id,
        setting=shift.setting,
        started_at=shift.started_at,
        ended_at=shift.ended_at,
        break_minutes=shift.break_minutes,
        status=status,
        supervisor_id=shift.supervisor_id,
        recorded_at=shift.recorded_at,
        approved_at=decision.recorded_at if decision and is_approved else None,
        doubt=decision.doubt if decision and is_approved else None,
        activities={activity: activities[activity] for activity in Activity if activity in activities},
        is_supernumerary=shift.is_supernumerary,
        booking_id=shift.booking_id,
    )
