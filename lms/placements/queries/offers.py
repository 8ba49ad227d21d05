"""What a trainee sees of slots: those they may ask for, with what holds them up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.core.clock import end_of_day, now, start_of_day
from lms.core.days import london_day
from lms.core.db import db
from lms.core.errors import NotFound
from lms.curriculum.rules.enrolment import EnrolmentFact
from lms.placements.models import Booking, BookingDecision, Shift, Site, Slot, SlotCancellation
from lms.placements.queries.ahead import load_gaps
from lms.placements.queries.bookings import bookings_of_slots, load_bookings
from lms.placements.queries.holdups import check_slots, enrolled_on, load_enrolments_of
from lms.placements.queries.slots import STANDING, SlotRow, latest_decision, load_slots, places_taken
from lms.placements.queries.swaps import load_replaced
from lms.placements.rules import bookings as rules
from lms.placements.rules.ahead import Gap, Gift, gift_of
from lms.placements.rules.bookings import BookingFact, Checks
from lms.placements.rules.clearing import is_by_clearing, waits_for
from lms.placements.rules.moves import Before, before_of
from lms.placements.rules.slots import BookingVerdict, SignUp
from lms.policy import Role, Viewer

MOST_OFFERS = 60
NEAREST = 6  # Of each setting, to choose the proposed slot from. A proposal, to be confirmed by the service.
SHOWN = and_(Slot.sign_up != SignUp.ASSIGNED, Site.closed_at.is_(None), SlotCancellation.id.is_(None))


@dataclass(frozen=True, slots=True)
class Offer:
    """One slot as a trainee sees it: places, their own booking, what holds it up, what it would give.

    `why_not` says why they cannot ask for it, where they cannot.
    """

    row: SlotRow
    free: int
    waiting: int
    own: BookingFact | None
    place: int | None
    checks: Checks
    gift: Gift | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Offers:
    """The slots of a choice of setting and month; `more` says that some were left out."""

    offers: tuple[Offer, ...]
    months: tuple[date, ...]
    more: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision on a booking as its page shows it; a reason of None was redacted if it has an id.

    `before` is when the slot was and who supervised it, where the decision kept the place through a change of it;
    `waits_for` what was missing when the place was given, and `is_by_clearing` whether it follows from a clearance.
    """

    verdict: BookingVerdict
    by_name: str | None
    role: Role | None
    recorded_at: datetime
    reason_id: UUID | None
    reason: str | None
    overrides: bool
    seen: Sequence[dict[str, str]]
    before: Before | None = None
    waits_for: tuple[str, ...] = ()
    is_by_clearing: bool = False


@dataclass(frozen=True, slots=True)
class LoggedShift:
    """A shift that was logged with a booking."""

    id: UUID
    started_at: datetime


@dataclass(frozen=True, slots=True)
class BookingHistory:
    """One of the viewer's bookings of a slot: the decisions on it and what was logged with it.

    `replaces` is the slot whose place it took the place of in a swap.
    """

    fact: BookingFact
    replaces: SlotRow | None
    note_id: UUID | None
    note: str | None
    decisions: tuple[DecisionLine, ...]
    shifts: tuple[LoggedShift, ...]


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One slot with everything a trainee needs to decide, and the history of their bookings of it."""

    offer: Offer
    history: tuple[BookingHistory, ...]


def list_offers(viewer: Viewer, *, setting: str | None = None, month: date | None = None) -> Offers:
    """The slots ahead that trainees see, by their beginning. A constant number of statements."""
    conditions = [SHOWN, Slot.starts_at > now()]
    if setting:
        conditions.append(Site.setting == setting)
    first, last = _range(SHOWN, Slot.starts_at > now())
    if month:
        after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        conditions += [Slot.starts_at >= start_of_day(month.replace(day=1)), Slot.starts_at < start_of_day(after)]
    rows = load_slots(*conditions, limit=MOST_OFFERS + 1)
    gaps = load_gaps([viewer.id])[viewer.id]
    offers = _offers(viewer, rows[:MOST_OFFERS], gaps, _enrolment(viewer))
    return Offers(offers, _months(first, last), len(rows) > MOST_OFFERS, gaps)


def list_nearest(viewer: Viewer) -> Offers:
    """The next slots of each setting that the viewer may ask for now, those with a place free first.

    However many slots are ahead, every setting that has one is there. A constant number of statements.
    """
    enrolment = _enrolment(viewer)
    rows = load_slots(Slot.id.in_(_nearest(viewer, enrolment)))
    gaps = load_gaps([viewer.id])[viewer.id]
    return Offers(_offers(viewer, rows, gaps, enrolment), (), False, gaps)


def list_wishable(viewer: Viewer) -> Offers:
    """The next slots an approver decides about that the viewer may ask for now. A constant number of statements."""
    enrolment = _enrolment(viewer)
    rows = load_slots(*_askable(viewer, enrolment), Slot.sign_up == SignUp.ON_REQUEST, limit=MOST_OFFERS + 1)
    gaps = load_gaps([viewer.id])[viewer.id]
    offers = tuple(each for each in _offers(viewer, rows[:MOST_OFFERS], gaps, enrolment) if not each.why_not)
    return Offers(offers, (), len(rows) > MOST_OFFERS, gaps)


def get_offer(viewer: Viewer, slot_id: UUID) -> OfferPage:
    """One slot that trainees see, or in which the viewer has a booking; else NotFound."""
    history = _history(viewer, slot_id)
    row = next(iter(load_slots(Slot.id == slot_id)), None)
    if row is None or (row.fact.sign_up is SignUp.ASSIGNED and not history):
        raise NotFound
    (offer,) = _offers(viewer, [row], load_gaps([viewer.id])[viewer.id], _enrolment(viewer))
    return OfferPage(offer, history)


def _enrolment(viewer: Viewer) -> EnrolmentFact | None:
    return load_enrolments_of([viewer.id]).get(viewer.id)


def _offers(
    viewer: Viewer, rows: Sequence[SlotRow], gaps: tuple[Gap, ...], enrolment: EnrolmentFact | None
) -> tuple[Offer, ...]:
    slots = [row.fact for row in rows]
    bookings = bookings_of_slots([slot.id for slot in slots])
    own = {each.slot_id: each for ours in bookings.values() for each in ours if each.trainee_id == viewer.id}
    checks = check_slots([viewer.id], slots, without={slot_id: [each.id] for slot_id, each in own.items()})
    return tuple(
        Offer(
            row=row,
            free=rules.places_free(row.fact, bookings[row.fact.id]),
            waiting=len(rules.waiting_list(bookings[row.fact.id])),
            own=own.get(row.fact.id),
            place=rules.place_of(own[row.fact.id].id, bookings[row.fact.id]) if row.fact.id in own else None,
            checks=checks[viewer.id, row.fact.id],
            gift=gift_of(gaps, row.fact.setting, row.fact.span.minutes),
            why_not=_why_not(viewer, row, bookings[row.fact.id], is_enrolled=enrolled_on(enrolment, row.fact)),
        )
        for row in rows
    )


def _why_not(viewer: Viewer, row: SlotRow, bookings: Sequence[BookingFact], *, is_enrolled: bool) -> str:
    if row.site_closed:
        return f"{row.site_name} is closed."
    return rules.why_not_ask(row.fact, bookings, viewer.id, is_enrolled=is_enrolled, now=now())


def _nearest(viewer: Viewer, enrolment: EnrolmentFact | None) -> Select[UUID]:
    """The ids of the next slots of each setting that are open to be asked for and hold no booking of the viewer."""
    is_full = case((Slot.capacity > places_taken(), 0), else_=1)
    order = func.row_number().over(partition_by=Site.setting, order_by=(is_full, Slot.starts_at, Slot.id))
    ranked = (
        select(Slot.id, order.label("place"))
        .join(Site, Site.id == Slot.site_id)
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
        .where(*_askable(viewer, enrolment))
        .subquery()
    )
    return select(ranked.c.id).where(ranked.c.place <= NEAREST)


def _askable(viewer: Viewer, enrolment: EnrolmentFact | None) -> list[ColumnElement[bool]]:
    """The conditions that the viewer may ask for a slot now: what `why_not` says of it, within a statement."""
    moment = now()
    own = (
        select(Booking.id)
        .outerjoin(BookingDecision, latest_decision())
        .where(
            Booking.slot_id == Slot.id,
            Booking.trainee_id == viewer.id,
            or_(BookingDecision.id.is_(None), BookingDecision.verdict.in_(STANDING)),
        )
        .correlate(Slot)
    )
    return [
        SHOWN,
        Slot.starts_at > moment,
        or_(Slot.opens_at.is_(None), Slot.opens_at <= moment),
        or_(Slot.closes_at.is_(None), Slot.closes_at > moment),
        or_(Slot.supervisor_id.is_(None), Slot.supervisor_id != viewer.id),
        ~own.exists(),
        *_while_enrolled(enrolment),
    ]


def _while_enrolled(enrolment: EnrolmentFact | None) -> list[ColumnElement[bool]]:
    """The conditions that an enrolment holds on the day of a slot."""
    if enrolment is None:
        return [false()]
    begins = [Slot.starts_at >= start_of_day(enrolment.starts_on)]
    return begins if enrolment.ended_on is None else [*begins, Slot.starts_at <= end_of_day(enrolment.ended_on)]


def _range(*conditions: ColumnElement[bool]) -> tuple[datetime | None, datetime | None]:
    """When the first and the last slot of a condition begin."""
    first, last = db.session.execute(
        select(func.min(Slot.starts_at), func.max(Slot.starts_at))
        .join(Site, Site.id == Slot.site_id)
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
        .where(*conditions)
    ).one()
    return first, last


def _months(first: datetime | None, last: datetime | None) -> tuple[date, ...]:
    """The first day of each month from one moment to another, a year at most."""
    if first is None or last is None:
        return ()
    month, found = london_day(first).replace(day=1), list[date]()
    while month <= london_day(last) and len(found) < 12:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return tuple(found)


def _history(viewer: Viewer, slot_id: UUID) -> tuple[BookingHistory, ...]:
    """The viewer's bookings of a slot, oldest first. Six statements at most."""
    facts = load_bookings(Booking.trainee_id == viewer.id, Booking.slot_id == slot_id)
    if not facts:
        return ()
    ids = [each.id for each in facts]
    notes = {
        row.id: row
        for row in db.session.scalars(select(Booking).where(Booking.id.in_(ids)).options(joinedload(Booking.note)))
    }
    decisions, shifts, replaced = list_decisions(ids), _logged_with(ids), load_replaced(ids)
    return tuple(
        BookingHistory(
            fact=each,
            replaces=replaced.get(each.id),
            note_id=notes[each.id].note_id,
            note=note.text if (note := notes[each.id].note) else None,
            decisions=tuple(decisions.get(each.id, ())),
            shifts=tuple(shifts.get(each.id, ())),
        )
        for each in facts
    )


def list_decisions(booking_ids: Collection[UUID]) -> dict[UUID, list[DecisionLine]]:
    """The decisions on these bookings in order, by booking. One statement."""
    rows = db.session.scalars(
        select(BookingDecision)
        .where(BookingDecision.booking_id.in_(booking_ids))
        .order_by(BookingDecision.recorded_at, BookingDecision.id)
        .options(joinedload(BookingDecision.by), joinedload(BookingDecision.reason))
    )
    found: dict[UUID, list[DecisionLine]] = {}
    for row in rows:
        line = DecisionLine(
            verdict=row.verdict,
            by_name=row.by.name if row.by else None,
            role=row.role,
            recorded_at=row.recorded_at,
            reason_id=row.reason_id,
            reason=row.reason.text if row.reason else None,
            overrides=row.overrides,
            seen=[*row.seen.get("blocks", []), *row.seen.get("warnings", [])],
            before=before_of(row.seen),
            waits_for=waits_for(row.seen),
            is_by_clearing=is_by_clearing(row.seen),
        )
        found.setdefault(row.booking_id, []).append(line)
    return found


def _logged_with(booking_ids: Collection[UUID]) -> dict[UUID, list[LoggedShift]]:
    """The standing shifts that were logged with these bookings. One statement."""
    later = aliased(Shift)
    rows = db.session.execute(
        select(Shift.booking_id, Shift.id, Shift.started_at)
        .outerjoin(later, later.supersedes_id == Shift.id)
        .where(Shift.booking_id.in_(booking_ids), later.id.is_(None))
        .order_by(Shift.started_at, Shift.id)
    )
    found: dict[UUID, list[LoggedShift]] = {}
    for booking_id, shift_id, started_at in rows:
        if booking_id is not None:
            found.setdefault(booking_id, []).append(LoggedShift(shift_id, started_at))
    return found
