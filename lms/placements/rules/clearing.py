"""What a decision remembers of clearances: for what a given place waits, and that it follows from a clearance."""

from collections.abc import Mapping
from typing import Any

from lms.placements.rules.bookings import Checks

CLEARED, WAITS_FOR = "cleared", "waits_for"
"""Under which names `seen` of a decision keeps it."""


def seen_when_given(checks: Checks) -> dict[str, Any]:
    """What a decision holds that gives a place to somebody whom something blocks."""
    return {**checks.frozen, WAITS_FOR: [said.title for said in checks.blocks]}


def seen_when_cleared(seen: Mapping[str, Any]) -> dict[str, Any]:
    """What a decision holds that nobody made: it follows from everything being cleared."""
    return {**seen, CLEARED: True}


def waits_for(seen: Mapping[str, Any]) -> tuple[str, ...]:
    """For what a place waited when it was given; nothing for other decisions."""
    return tuple(seen.get(WAITS_FOR, ()))


def is_by_clearing(seen: Mapping[str, Any]) -> bool:
    """Say whether a decision follows from everything being cleared."""
    return bool(seen.get(CLEARED))
