"""What a booked place was before its slot was changed, as the decision that keeps it remembers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lms.placements.rules.bookings import Checks
from lms.placements.rules.slots import SlotFact
from lms.placements.rules.times import Span

BEFORE, SUPERVISOR = "before", "supervisor_id"
"""Under which names `seen` of a decision keeps it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A slot before it was changed and after."""

    before: SlotFact
    after: SlotFact

    @property
    def is_moved(self) -> bool:
        """Whether it takes place at another time, so that the checks may say something else."""
        return self.before.span != self.after.span

    @property
    def has_other_sight(self) -> bool:
        """Whether somebody else supervises, or the days on which the supervisor sees the trainee are others."""
        return (self.before.supervisor_id, self.before.on) != (self.after.supervisor_id, self.after.on)

    @property
    def may_free_places(self) -> bool:
        """Whether somebody who waits may have a place now who had none."""
        return self.is_moved or self.after.capacity > self.before.capacity

    @property
    def matters_to_booked(self) -> bool:
        """Whether whoever is booked keeps the place at another time or with another supervisor."""
        return self.is_moved or self.before.supervisor_id != self.after.supervisor_id

    def seen(self, checks: Checks | None) -> dict[str, Any]:
        """What a decision that keeps a place holds: what the slot was, and what the checks say where it was moved."""
        before = self.before
        was = {
            "starts_at": before.span.started_at.isoformat(),
            "ends_at": before.span.ended_at.isoformat(),
            SUPERVISOR: str(before.supervisor_id) if before.supervisor_id else None,
        }
        return {**(checks.frozen if checks else {}), BEFORE: was}


@dataclass(frozen=True, slots=True)
class Before:
    """When a slot was and who supervised it, before the change that a decision kept a place through."""

    span: Span
    supervisor_id: UUID | None


def before_of(seen: Mapping[str, Any]) -> Before | None:
    """What the slot of a decision was before; None where the decision was not made by a change of it."""
    was = seen.get(BEFORE)
    if was is None:
        return None
    span = Span(datetime.fromisoformat(was["starts_at"]), datetime.fromisoformat(was["ends_at"]))
    return Before(span, UUID(was[SUPERVISOR]) if was[SUPERVISOR] else None)
