"""Ending the wishes that are left once another of the same asking is booked: one transaction each."""

from collections.abc import Sequence
from uuid import UUID

from lms.audit.models import TextBody
from lms.audit.services import keep_text, record
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.identifiers import check_free_text
from lms.core.words import number_of
from lms.identity.queries import acting_towards, get_trainee
from lms.notifications.services import tell
from lms.placements.models import Booking, BookingDecision
from lms.placements.queries.bookings import load_bookings
from lms.placements.queries.wishes import Wish, get_asking
from lms.placements.rules import bookings as rules
from lms.placements.rules.bookings import BookingFact
from lms.placements.rules.slots import BookingVerdict
from lms.placements.rules.wishes import check_end_wishes
from lms.placements.services.places import OWN_BOOKINGS, booking_decision, hold_slots, where_and_when
from lms.policy import Permission, Viewer

ASK, DECIDE = Permission.BOOKING_ASK, Permission.BOOKING_DECIDE


def decline_other_wishes(
    actor: Viewer, booking_id: UUID, *, reason: str, no_identifiers: bool = False
) -> list[BookingDecision]:
    """Decline what is left of the wishes that were asked for together with a booking, as one of them is booked.

    Raises NotFound for a trainee the actor does not see, RuleViolation without a reason or if none is booked or left.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction():
        booking = _find(booking_id)
        get_trainee(actor, booking.trainee_id, DECIDE)
        left = _hold_left(booking)
        for each in left:
            rules.check_decline(each.fact, reason, actor_id=actor.id)
        by = acting_towards(actor, booking.trainee_id, DECIDE)
        made = _end(by, left, BookingVerdict.DECLINED, under=DECIDE, reason=keep_text(reason))
        text = f"{actor.name} declined {number_of(len(made), 'other wish', 'other wishes')} of yours"
        tell(booking.trainee_id, f"{text}, the first for {where_and_when(left[0].row)}", OWN_BOOKINGS)
    return made


def withdraw_other_wishes(
    actor: Viewer, booking_id: UUID, *, reason: str, no_identifiers: bool = False
) -> list[BookingDecision]:
    """Cancel what is left of the actor's wishes that were asked for together with a booking, as one of them is booked.

    Raises NotFound for somebody else's booking, RuleViolation without a reason or if none is booked or left.
    """
    check_free_text(reason, no_identifiers=no_identifiers, field="reason")
    with transaction():
        booking = _find(booking_id)
        if booking.trainee_id != actor.id:
            raise NotFound
        left = _hold_left(booking)
        for each in left:
            rules.check_cancel(each.row.fact, each.fact, reason, by_trainee=True, now=now())
        return _end(actor, left, BookingVerdict.CANCELLED, under=ASK, reason=keep_text(reason))


def _find(booking_id: UUID) -> BookingFact:
    found = next(iter(load_bookings(Booking.id == booking_id)), None)
    if found is None:
        raise NotFound
    return found


def _hold_left(booking: BookingFact) -> list[Wish]:
    """Lock the slots of an asking, read it again, and give the wishes that still wait."""
    hold_slots({each.row.fact.id for each in get_asking(booking)}, [booking.trainee_id])
    wishes = get_asking(booking)
    left = [each for each in wishes if each.is_left]
    check_end_wishes(granted=sum(each.is_granted for each in wishes), left=len(left))
    return left


def _end(
    by: Viewer, left: Sequence[Wish], verdict: BookingVerdict, *, under: Permission, reason: TextBody
) -> list[BookingDecision]:
    made = []
    for each in left:
        decision = booking_decision(by, each.fact.id, verdict, under=under, reason=reason)
        record(by, f"booking.{verdict.value}", decision, about=each.fact.trainee_id, under=under)
        made.append(decision)
    return made
