"""The slot to propose: the one that closes the largest gap. Missing hours come first, then contacts never led."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.placements.rules.ahead import Gap, Gift, gift_of


@dataclass(frozen=True, slots=True)
class Option:
    """A slot a trainee may ask for now, as far as a proposal needs it."""

    slot_id: UUID
    setting: str
    minutes: int
    starts_at: datetime
    is_free: bool
    is_blocked: bool
    warnings: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The slot to ask for next, and why."""

    slot_id: UUID
    reason: str


NeverLed = tuple[str, str]
"""A setting, and in words something usually met there that a trainee has never led."""


def propose(gaps: Sequence[Gap], options: Iterable[Option], never_led: Iterable[NeverLed] = ()) -> Proposal | None:
    """The slot that closes the largest gap of hours for which there is one; else one where a contact never led is met.

    Between slots for one gap, one that is not blocked goes first, then one with a place free, with fewer warnings, in
    a setting that is still missing, that closes more, and that begins sooner.
    """
    found = list(options)
    for gap in sorted(gaps, key=lambda each: (-each.missing_minutes, -each.missing_settings)):
        fits = [(each, gift) for each in found if (gift := gift_of([gap], each.setting, each.minutes)) is not None]
        if fits:
            best, gift = min(fits, key=lambda pair: _order(*pair))
            return Proposal(best.slot_id, f"Closes {gift.words}.")
    return _by_contacts(found, never_led)


def _by_contacts(options: Sequence[Option], never_led: Iterable[NeverLed]) -> Proposal | None:
    for setting, presentation in never_led:
        fits = [each for each in options if each.setting == setting]
        if fits:
            best = min(fits, key=lambda each: _order(each, None))
            return Proposal(best.slot_id, f"It is where you may lead what you have never led: {presentation.lower()}.")
    return None


def _order(option: Option, gift: Gift | None) -> tuple[bool, bool, int, bool, int, datetime, UUID]:
    return (
        option.is_blocked,
        not option.is_free,
        option.warnings,
        gift is not None and not gift.is_new_setting,
        -gift.minutes if gift is not None else 0,
        option.starts_at,
        option.slot_id,
    )
