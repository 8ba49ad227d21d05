"""Loading all working time of many trainees, as it was known at a moment, for the rules on rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from lms.core.clock import now
from lms.core.db import db
from lms.curriculum.queries import load_taught_days
from lms.identity.models import Person
from lms.placements.models import Booking, BookingDecision, Shift, Slot, SlotCancellation
from lms.placements.queries.loaders import grouped, shift_fact, standing_shifts
from lms.placements.queries.rota import load_rotas
from lms.placements.rules.duties import NOTHING_KNOWN, REFERENCE, Duty, DutyKind, WorkingTime, reach
from lms.placements.rules.findings import RestResult
from lms.placements.rules.rest import check_rest
from lms.placements.rules.rota import RotaFact, known_days, standing_rota
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.states import Status
from lms.placements.rules.times import Span
from lms.policy import Viewer

LATER = aliased(BookingDecision)  # A later decision about the same booking.


@dataclass(frozen=True, slots=True)
class _Range:
    """Whose working time between which moments, as known when."""

    trainees: Select[UUID]
    from_at: datetime
    until_at: datetime
    known_at: datetime

    def shares(self, begins: Any, ends: Any) -> Any:
        """The condition that a row shares time with the range."""
        return and_(begins < self.until_at, ends > self.from_at)


@dataclass
class _Found:
    """What was found of one trainee."""

    duties: list[Duty] = field(default_factory=list)
    rotas: list[RotaFact] = field(default_factory=list)


def load_duties(
    trainees: Select[UUID], from_at: datetime, until_at: datetime, *, known_at: datetime
) -> dict[UUID, WorkingTime]:
    """The working time of these trainees that shares time with a range, and on which days their main rota is known.

    That is shifts that stand, booked slots not yet logged, taught days of their cohort and the newest rota of a day;
    ids are those of the shift, the booking, the taught day or the rota shift. `reach` says which range a shift needs.
    Whoever has nothing is left out. Five statements.
    """
    wanted = _Range(trainees, from_at, until_at, known_at)
    found: dict[UUID, _Found] = {}
    logged: set[UUID] = set()
    for trainee_id, duty, booking_id in _shifts(wanted):
        found.setdefault(trainee_id, _Found()).duties.append(duty)
        if booking_id is not None:
            logged.add(booking_id)
    for trainee_id, duty in (*_bookings(wanted), *_taught_days(wanted)):
        if duty.id not in logged:
            found.setdefault(trainee_id, _Found()).duties.append(duty)
    for trainee_id, rota in load_rotas(trainees, from_at, until_at, known_at=known_at):
        found.setdefault(trainee_id, _Found()).rotas.append(rota)
    return {trainee_id: _working_time(each) for trainee_id, each in found.items()}


def _working_time(found: _Found) -> WorkingTime:
    duties = sorted([*found.duties, *standing_rota(found.rotas)], key=lambda duty: duty.span.started_at)
    return WorkingTime(tuple(duties), known_days(found.rotas))


def _shifts(wanted: _Range) -> Iterator[tuple[UUID, Duty, UUID | None]]:
    condition = and_(Shift.trainee_id.in_(wanted.trainees), wanted.shares(Shift.started_at, Shift.ended_at))
    for shift, decisions in grouped(db.session.execute(standing_shifts(condition, wanted.known_at))):
        fact = shift_fact(shift, decisions)
        if fact.status is not Status.WITHDRAWN:
            yield shift.trainee_id, Duty(fact.span, DutyKind.PLACEMENT, fact.id), shift.booking_id


def _bookings(wanted: _Range) -> Iterator[tuple[UUID, Duty]]:
    rows = db.session.execute(
        select(Booking.id, Booking.trainee_id, Slot.starts_at, Slot.ends_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(BookingDecision, BookingDecision.booking_id == Booking.id)
        .outerjoin(
            LATER,
            and_(
                LATER.booking_id == Booking.id,
                LATER.recorded_at <= wanted.known_at,
                or_(
                    LATER.recorded_at > BookingDecision.recorded_at,
                    and_(LATER.recorded_at == BookingDecision.recorded_at, LATER.id > BookingDecision.id),
                ),
            ),
        )
        .outerjoin(
            SlotCancellation,
            and_(SlotCancellation.slot_id == Slot.id, SlotCancellation.recorded_at <= wanted.known_at),
        )
        .where(
            Booking.trainee_id.in_(wanted.trainees),
            wanted.shares(Slot.starts_at, Slot.ends_at),
            BookingDecision.recorded_at <= wanted.known_at,
            BookingDecision.verdict == BookingVerdict.BOOKED,
            LATER.id.is_(None),
            SlotCancellation.id.is_(None),
        )
    )
    for booking_id, trainee_id, starts_at, ends_at in rows:
        yield trainee_id, Duty(Span(starts_at, ends_at), DutyKind.PLACEMENT, booking_id)


def _taught_days(wanted: _Range) -> Iterator[tuple[UUID, Duty]]:
    """The taught days between the beginning and the end of an enrolment."""
    found = load_taught_days(
        wanted.trainees, from_at=wanted.from_at, until_at=wanted.until_at, known_at=wanted.known_at
    )
    for trainee_id, days in found.items():
        for each in days:
            yield trainee_id, Duty(Span(each.starts_at, each.ends_at), DutyKind.TAUGHT_DAY, each.id)


@dataclass(frozen=True, slots=True)
class BookedRest:
    """A booked shift that lies ahead, and what the rules on working time say about it."""

    span: Span
    result: RestResult


def check_own_bookings(viewer: Viewer) -> list[BookedRest]:
    """The viewer's booked shifts of the next 17 weeks, each held against everything else they work. Five statements."""
    around = reach(Span(now(), now() + REFERENCE))
    own = select(Person.id).where(Person.id == viewer.id)
    working = load_duties(own, around.started_at, around.ended_at, known_at=now()).get(viewer.id, NOTHING_KNOWN)
    return [
        BookedRest(duty.span, check_rest(duty.span, working.without({duty.id} if duty.id else ())))
        for duty in working.duties
        if duty.kind is DutyKind.PLACEMENT and now() < duty.span.started_at < now() + REFERENCE
    ]
