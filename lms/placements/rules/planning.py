"""What a slot is to be, apart from its day: checked before it is made, compared when it is changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from lms.core import words
from lms.core.days import LONDON, london_day
from lms.core.errors import RuleViolation
from lms.placements.rules.series import Pattern, series_days
from lms.placements.rules.slots import SignUp, SlotFact, check_slot, closes_days_of, window_of
from lms.placements.rules.times import Repeated, Span, clocks_move, resolve_span


@dataclass(frozen=True, slots=True)
class Terms:
    """Clock times, places, supervisor and how trainees come to it.

    Trainees may ask from the beginning of `opens_on` until the end of the day `closes_days` before the slot.
    """

    starts: time
    ends: time
    capacity: int
    supervisor_id: UUID | None
    sign_up: SignUp
    opens_on: date | None = None
    closes_days: int | None = None
    starts_repeated: Repeated | None = None
    ends_repeated: Repeated | None = None

    def span_on(self, day: date) -> Span:
        """The moments of a slot that begins on a London day.

        Raises RuleViolation on `starts`, `ends`, `starts_repeated` or `ends_repeated` where the clocks change.
        """
        return resolve_span(
            day,
            self.starts,
            self.ends,
            starts_repeated=self.starts_repeated,
            ends_repeated=self.ends_repeated,
        )

    def window_on(self, day: date) -> tuple[datetime | None, datetime | None]:
        """From when until when trainees may ask for a slot on this day.

        Raises RuleViolation on `opens_on` if they never could.
        """
        return window_of(day, opens_on=self.opens_on, closes_days=self.closes_days)


@dataclass(frozen=True, slots=True)
class SiteFact:
    """The site of a slot: its name, whether it offers any, and who may supervise there, by id."""

    name: str
    is_closed: bool
    supervisors: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """One slot to be made, with its elapsed time and its window."""

    on: date
    span: Span
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def clock_change(self) -> str:
        """One sentence where the clocks change in the slot; else nothing."""
        return clock_change_ahead(self.span)


def digest_of(planned: Sequence[PlannedSlot]) -> str:
    """What was planned, in a few characters: nothing else is made than what somebody looked at."""
    moments = "|".join(f"{each.span.started_at:%Y%m%d%H%M}-{each.span.ended_at:%Y%m%d%H%M}" for each in planned)
    return hashlib.sha256(moments.encode()).hexdigest()[:16]


def plan_slots(pattern: Pattern, terms: Terms, *, site: SiteFact, now: datetime) -> tuple[PlannedSlot, ...]:
    """Every slot of a pattern, in order of time.

    Raises RuleViolation on the field that makes one of them impossible.
    """
    if site.is_closed:
        raise RuleViolation(f"{site.name} is closed. Reopen it before you offer slots there.")
    return tuple(_planned(day, terms, site, now) for day in series_days(pattern))


def _planned(day: date, terms: Terms, site: SiteFact, now: datetime) -> PlannedSlot:
    span = terms.span_on(day)
    check_terms(span, terms, site=site, now=now)
    return PlannedSlot(day, span, *terms.window_on(day))


def check_terms(span: Span, terms: Terms, *, site: SiteFact, now: datetime) -> None:
    """Refuse a slot nobody could work in, or with a supervisor the site does not name.

    Raises RuleViolation.
    """
    check_slot(
        span,
        capacity=terms.capacity,
        supervisor_id=terms.supervisor_id,
        named=site.supervisors,
        site=site.name,
        now=now,
    )


def terms_of(slot: SlotFact) -> Terms:
    """The terms a slot stands under now."""
    began, ends = slot.span.started_at.astimezone(LONDON), slot.span.ended_at.astimezone(LONDON)
    return Terms(
        starts=began.time().replace(fold=0),
        ends=ends.time().replace(fold=0),
        capacity=slot.capacity,
        supervisor_id=slot.supervisor_id,
        sign_up=slot.sign_up,
        opens_on=london_day(slot.opens_at) if slot.opens_at else None,
        closes_days=closes_days_of(slot),
        starts_repeated=Repeated.SECOND if began.fold else None,
        ends_repeated=Repeated.SECOND if ends.fold else None,
    )


TIMES = ("starts", "ends", "starts_repeated", "ends_repeated")


def changes_between(old: Terms, new: Terms) -> dict[str, Any]:
    """What is different in the new terms, by name. Which of two equal clock times is meant says nothing by itself."""
    found = {
        each.name: getattr(new, each.name)
        for each in fields(Terms)
        if getattr(new, each.name) != getattr(old, each.name)
    }
    if {"starts", "ends"} & found.keys():
        found |= {name: getattr(new, name) for name in TIMES}
    return found


def changed(slot: SlotFact, changes: Mapping[str, Any]) -> Terms:
    """The terms of a slot with some of them changed; what somebody gave it alone stays."""
    return replace(terms_of(slot), **changes)


def check_one_date(old: date, new: date, *, later: bool) -> None:
    """Refuse to move a whole series to another day.

    Raises RuleViolation on `first_on`.
    """
    if later and old != new:
        raise RuleViolation("Change the date of one slot at a time", "first_on")


def clock_change_ahead(span: Span) -> str:
    """One sentence when the clocks change in this slot, so that its length does not surprise; else nothing."""
    moved = clocks_move(span)
    return f"The clocks go {moved} in this slot: it lasts {words.duration(span.minutes)}." if moved else ""
