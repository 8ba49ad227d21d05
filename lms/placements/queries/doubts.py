"""Which signed decisions on shifts do not count, or not yet, as known at a moment, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lms.placements.rules.states import Doubt
from lms.signing.queries import GuestStanding, load_denied, load_guests
from lms.signing.rules import NEEDS_CHECK, Purpose


@dataclass(frozen=True, slots=True)
class Doubts:
    """The approval requests whose signature was denied and did not stand, and what is known of guests."""

    denied: frozenset[UUID]
    guests: GuestStanding

    def about(self, decision: Any) -> Doubt | None:
        """Why a decision does not count, or None."""
        if decision.request_id in self.denied:
            return Doubt.DENIED
        if decision.identity_grade not in NEEDS_CHECK:
            return None
        if self.guests.joined.get(decision.by_id) == decision.trainee_id:
            return Doubt.OWN
        if decision.by_id in self.guests.checked:
            return None
        return Doubt.REFUSED if decision.by_id in self.guests.refused else Doubt.NOT_CHECKED


NO_DOUBTS = Doubts(frozenset(), GuestStanding(frozenset(), frozenset(), {}))


def load_doubts(decisions: Iterable[Any], *, known_at: datetime) -> Doubts:
    """What is in doubt about these decisions. Four statements, or none where all were made with an account."""
    if all(decision is None or decision.request_id is None for decision in decisions):
        return NO_DOUBTS
    return Doubts(load_denied(Purpose.HOURS, known_at=known_at), load_guests(known_at=known_at))
