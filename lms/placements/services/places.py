"""What services of bookings share: locking slots, deciding, taking and giving up a place, moving up the waiting list.

Whatever decides about bookings locks the slots first, lowest id first, and then the chains of everybody concerned.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.audit.models import TextBody
from lms.audit.services import hold
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.words import day
from lms.identity.queries import list_seeing, people_by_id
from lms.notifications.services import tell
from lms.placements.models import BookingDecision, Slot
from lms.placements.queries.bookings import bookings_of_slots
from lms.placements.queries.slots import SlotRow, load_slots
from lms.placements.rules.bookings import BookingFact, Checks
from lms.placements.rules.sight import booking_cause
from lms.placements.rules.slots import BookingVerdict
from lms.placements.services.sight import end_sight, let_supervisor_see
from lms.policy import Permission, Viewer

NO_CHECKS = Checks()
OWN_BOOKINGS, TO_DECIDE, COMING = "/placements", "/bookings/waiting", "/placements/coming"
"""Where trainees, approvers and supervisors read about bookings."""


@dataclass(frozen=True, slots=True)
class HeldSlots:
    """Slots nobody else decides about until this transaction ends, and the bookings of each."""

    rows: Mapping[UUID, SlotRow]
    bookings: Mapping[UUID, list[BookingFact]]

    def row(self, slot_id: UUID) -> SlotRow:
        """One of the slots; NotFound if there is none."""
        if slot_id not in self.rows:
            raise NotFound
        return self.rows[slot_id]

    def booking(self, booking_id: UUID) -> BookingFact:
        """One booking of them; NotFound if there is none."""
        for each in (booking for ours in self.bookings.values() for booking in ours):
            if each.id == booking_id:
                return each
        raise NotFound


def hold_slots(slot_ids: Collection[UUID], trainees: Collection[UUID] = ()) -> HeldSlots:
    """Lock slots, then the chains of these trainees and of everybody who is booked or waits there."""
    db.session.execute(select(Slot.id).where(Slot.id.in_(slot_ids)).order_by(Slot.id).with_for_update()).all()
    bookings = bookings_of_slots(slot_ids)
    hold(*trainees, *{each.trainee_id for ours in bookings.values() for each in ours if each.status.is_open})
    return HeldSlots({row.fact.id: row for row in load_slots(Slot.id.in_(slot_ids))}, bookings)


def booking_decision(
    actor: Viewer | None,
    booking_id: UUID,
    verdict: BookingVerdict,
    *,
    under: Permission,
    checks: Checks = NO_CHECKS,
    reason: TextBody | None = None,
) -> BookingDecision:
    """A decision about a booking with what was seen; booking despite warnings is marked as overriding them.

    Decisions made with the same words share their text, so that all lose it if it is redacted.
    """
    is_booked = verdict is BookingVerdict.BOOKED
    decision = BookingDecision(
        booking_id=booking_id,
        verdict=verdict,
        by_id=actor.id if actor else None,
        role=actor.role_for(under) if actor else None,
        reason=reason,
        overrides=is_booked and bool(checks.warnings),
        seen=checks.frozen if is_booked else {},
    )
    db.session.add(decision)
    return decision


def take_place(actor: Viewer | None, row: SlotRow, trainee_id: UUID, *, name: str) -> None:
    """Let the supervisor of a slot see somebody who is booked there now, and tell them."""
    supervisor_id = row.fact.supervisor_id
    if supervisor_id is None:
        return
    db.session.flush()
    let_supervisor_see(
        actor,
        trainee_id=trainee_id,
        supervisor_id=supervisor_id,
        on=row.fact.on,
        cause=booking_cause(row.fact.on),
    )
    tell(supervisor_id, f"{name} is booked with you: {where_and_when(row)}", COMING)


def give_up_place(actor: Viewer | None, row: SlotRow, trainee_id: UUID, *, name: str, what: str) -> None:
    """End what a booked place opened to the supervisor, unless something else keeps it open, and tell them."""
    supervisor_id = row.fact.supervisor_id
    if supervisor_id is None:
        return
    db.session.flush()
    end_sight(actor, trainee_id=trainee_id, supervisor_id=supervisor_id, cause=f"The booking was {what}")
    tell(supervisor_id, f"The booking of {name} was {what}: {where_and_when(row)}", COMING)


def tell_deciders(trainees: Collection[UUID], text: str, url: str) -> None:
    """Tell everybody who may decide about the bookings of all these trainees, and is none of them."""
    seeing = [set(list_seeing(each, Permission.BOOKING_DECIDE)) for each in trainees]
    for person in sorted(set.intersection(*seeing) - set(trainees)):
        tell(person, text, url)


def names_of(people: Collection[UUID]) -> dict[UUID, str]:
    """The names of people, by id."""
    return {key: person.name for key, person in people_by_id(people).items()}


def where_and_when(row: SlotRow) -> str:
    """The site and the day of a slot, for a notice."""
    return f"{row.site_name}, {day(row.fact.on)}"


def deciding_address(row: SlotRow) -> str:
    """Where an approver decides about a slot."""
    return f"/bookings/slots/{row.fact.id}"


def slot_address(row: SlotRow) -> str:
    """Where a trainee reads about a slot."""
    return f"/placements/slots/{row.fact.id}"
