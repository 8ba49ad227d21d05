"""Reading calendar feeds: whose a token is, and what stands in a person's calendar."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from lms.core.clock import now
from lms.core.days import london_day
from lms.core.db import db
from lms.curriculum.models import Enrolment, EnrolmentEnd, TaughtDay
from lms.identity.models import Person
from lms.identity.rules import token_digest
from lms.placements.models import Booking, BookingDecision, CalendarFeed, Slot, SlotCancellation
from lms.placements.rules.feeds import SHOWN_BACK, EntryKind, FeedEntry
from lms.placements.rules.moves import BEFORE, SUPERVISOR
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.times import Span
from lms.policy import Viewer


def find_feed_owner(token: str) -> UUID | None:
    """Whose calendar this token opens; None once it was revoked, or where the account is closed or never was."""
    return db.session.scalar(
        select(CalendarFeed.person_id)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(
            CalendarFeed.token_digest == token_digest(token),
            CalendarFeed.revoked_at.is_(None),
            Person.deactivated_at.is_(None),
        )
    )


def find_own_feed(viewer: Viewer) -> CalendarFeed | None:
    """The viewer's feed that can be fetched now, or None."""
    return db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.person_id == viewer.id, CalendarFeed.revoked_at.is_(None))
    )


def list_feed_entries(person_id: UUID) -> list[FeedEntry]:
    """What stands in a person's calendar: slots they booked or supervise and their taught days. Two statements."""
    since = now() - SHOWN_BACK
    found = [*_slots(person_id, since), *_taught(person_id, since)]
    return sorted(found, key=lambda entry: (entry.span.started_at, entry.id))


@dataclass(slots=True)
class _Decided:
    """A slot with what was decided about bookings of it, by booking, in order."""

    slot: Slot
    cancelled_at: datetime | None
    bookings: dict[UUID, list[tuple[BookingVerdict, datetime]]] = field(default_factory=dict)


def _slots(person_id: UUID, since: datetime) -> Iterator[FeedEntry]:
    """A booking of the person is an entry of its own; a slot they supervise is one, however many are booked.

    A slot somebody else supervises now stays as cancelled: a calendar keeps what vanishes from its source.
    """
    any_booking, kept = aliased(Booking), aliased(BookingDecision)
    formerly = (
        select(kept.id)
        .join(any_booking, any_booking.id == kept.booking_id)
        .where(any_booking.slot_id == Slot.id, kept.seen[BEFORE][SUPERVISOR].as_string() == str(person_id))
        .correlate(Slot)
    )
    concerned = or_(Booking.trainee_id == person_id, Slot.supervisor_id == person_id, formerly.exists())
    rows = db.session.execute(
        select(Booking, Slot, BookingDecision.verdict, BookingDecision.recorded_at, SlotCancellation.recorded_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(BookingDecision, BookingDecision.booking_id == Booking.id)
        .outerjoin(SlotCancellation, SlotCancellation.slot_id == Slot.id)
        .where(concerned, Slot.ends_at > since)
        .order_by(BookingDecision.recorded_at, BookingDecision.id)
    )
    found: dict[tuple[EntryKind, UUID], _Decided] = {}
    for booking, slot, verdict, at, cancelled_at in rows:
        is_own = booking.trainee_id == person_id
        key = (EntryKind.PLACEMENT, booking.id) if is_own else (EntryKind.SUPERVISES, slot.id)
        decided = found.setdefault(key, _Decided(slot, cancelled_at))
        decided.bookings.setdefault(booking.id, []).append((verdict, at))
    for (kind, entry_id), decided in found.items():
        is_theirs = kind is EntryKind.PLACEMENT or decided.slot.supervisor_id == person_id
        entry = _entry(kind, entry_id, decided, is_theirs=is_theirs)
        if entry is not None:
            yield entry


def _entry(kind: EntryKind, entry_id: UUID, decided: _Decided, *, is_theirs: bool) -> FeedEntry | None:
    verdicts = [each for booking in decided.bookings.values() for each in booking]
    if all(verdict is not BookingVerdict.BOOKED for verdict, _ in verdicts):
        return None  # What was never booked was never in the calendar.
    slot, cancelled_at = decided.slot, decided.cancelled_at
    is_booked = any(booking[-1][0] is BookingVerdict.BOOKED for booking in decided.bookings.values())
    moments = [slot.updated_at, *(at for _, at in verdicts), *([cancelled_at] if cancelled_at else [])]
    return FeedEntry(
        id=entry_id,
        kind=kind,
        span=Span(slot.starts_at, slot.ends_at),
        path=f"/placements/slots/{slot.id}" if kind is EntryKind.PLACEMENT else "/placements/coming",
        changes=len(verdicts) + slot.version + (cancelled_at is not None),
        changed_at=max(moments),
        is_cancelled=cancelled_at is not None or not is_booked or not is_theirs,
    )


def _taught(person_id: UUID, since: datetime) -> Iterator[FeedEntry]:
    rows = db.session.execute(
        select(TaughtDay, Enrolment.from_on, EnrolmentEnd.ended_on)
        .join(Enrolment, Enrolment.cohort_id == TaughtDay.cohort_id)
        .outerjoin(EnrolmentEnd, EnrolmentEnd.enrolment_id == Enrolment.id)
        .where(Enrolment.trainee_id == person_id, TaughtDay.ends_at > since)
    )
    for day, from_on, ended_on in rows:
        on = london_day(day.starts_at)
        if on < from_on or (ended_on is not None and on > ended_on):
            continue
        yield FeedEntry(
            id=day.id,
            kind=EntryKind.TAUGHT_DAY,
            span=Span(day.starts_at, day.ends_at),
            path="/",
            changes=day.version,
            changed_at=day.updated_at,
            is_cancelled=day.cancelled_at is not None,
        )
