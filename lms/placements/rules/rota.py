"""The main rota of a person, as it was imported: of several imports, the newest that covers a day speaks."""

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from lms.core import words
from lms.core.days import london_day
from lms.core.errors import RuleViolation
from lms.placements.rules.duties import DAY, LONGEST_DUTY, Duty, DutyKind, KnownRota, length, moment_words
from lms.placements.rules.times import FIRST_YEAR, LAST_YEAR, Span

MOST_DAYS = 366
"""How many days one import may speak of. A proposal, to be confirmed by the service."""
MOST_A_DAY = 4
"""How many shifts of one person may begin on one day: more are no rota. A proposal, to be confirmed by the service."""
RUNS_OUT = 14 * DAY
"""How long before a rota runs out its person is asked for the next one. A proposal, to be confirmed by the service."""


class RotaSource(enum.StrEnum):
    """What a rota was imported from."""

    CSV = "csv"
    ICS = "ics"

    @property
    def label(self) -> str:
        """The source in words."""
        return {"csv": "A table (CSV)", "ics": "A calendar file (.ics)"}[self]


def check_rota(spans: Sequence[Span], from_on: date, until_on: date) -> None:
    """Refuse shifts that cannot be the main rota of these days.

    Raises RuleViolation on `from_on` or `until_on` for days that cannot be meant, else without a field.
    """
    if not FIRST_YEAR <= from_on.year <= LAST_YEAR:
        raise RuleViolation("Check the year", "from_on")
    if until_on < from_on:
        raise RuleViolation("The last day must not lie before the first", "until_on")
    if (until_on - from_on) // DAY >= MOST_DAYS:
        raise RuleViolation(f"Choose at most {MOST_DAYS} days", "until_on")
    ordered = sorted(spans, key=lambda span: span.started_at)
    for span in ordered:
        if not timedelta() < length(span) <= LONGEST_DUTY:
            raise RuleViolation(
                f"The shift that starts at {moment_words(span.started_at)} has no length or is too long"
            )
        if not from_on <= london_day(span.started_at) <= until_on:
            raise RuleViolation(
                f"The shift that starts at {moment_words(span.started_at)} lies outside the days chosen"
            )
    crowded = [
        day for day, count in Counter(london_day(span.started_at) for span in ordered).items() if count > MOST_A_DAY
    ]
    if crowded:
        raise RuleViolation(f"More than {MOST_A_DAY} shifts begin on {words.day(crowded[0])}")
    for earlier, later in pairwise(ordered):
        if earlier.overlaps(later):
            raise RuleViolation(f"Two shifts are at the same time from {moment_words(later.started_at)}")


@dataclass(frozen=True, slots=True)
class RotaFact:
    """One import: the days it speaks of, both ends included, and its shifts. A shift belongs to the day it begins."""

    id: UUID
    from_on: date
    until_on: date
    recorded_at: datetime
    shifts: tuple[tuple[UUID, Span], ...]

    def covers(self, day: date) -> bool:
        """Say whether the import speaks of a day."""
        return self.from_on <= day <= self.until_on


def standing_rota(imports: Iterable[RotaFact]) -> list[Duty]:
    """The shifts that stand: those of the newest import that covers the day they begin, in order."""
    newest_first = sorted(imports, key=lambda each: (each.recorded_at, each.id), reverse=True)
    found = [
        Duty(span, DutyKind.MAIN_ROTA, shift_id)
        for place, rota in enumerate(newest_first)
        for shift_id, span in rota.shifts
        if rota.covers(london_day(span.started_at))
        and not any(newer.covers(london_day(span.started_at)) for newer in newest_first[:place])
    ]
    return sorted(found, key=lambda duty: duty.span.started_at)


def known_days(imports: Iterable[RotaFact]) -> tuple[KnownRota, ...]:
    """The days on which the rota is known, as stretches in order that do not touch."""
    return joined_days(KnownRota(rota.from_on, rota.until_on) for rota in imports)


def joined_days(known: Iterable[KnownRota]) -> tuple[KnownRota, ...]:
    """Stretches of days in order, those that touch or overlap joined."""
    found: list[KnownRota] = []
    for each in sorted(known, key=lambda known: known.from_on):
        if found and each.from_on <= found[-1].until_on + DAY:
            found[-1] = KnownRota(found[-1].from_on, max(found[-1].until_on, each.until_on))
        else:
            found.append(each)
    return tuple(found)


def known_until(known: Sequence[KnownRota], today: date) -> date | None:
    """The last day until which the rota is known without a gap from a day on; None where it is not known that day."""
    return next((each.until_on for each in known if each.from_on <= today <= each.until_on), None)


def runs_out_soon(known: Sequence[KnownRota], today: date) -> bool:
    """Say whether the rota is known today and will not be in two weeks, or is not known at all."""
    until = known_until(known, today)
    return until is None or until < today + RUNS_OUT


@dataclass(frozen=True, slots=True)
class RotaChange:
    """What a new rota changes on its days: shifts that come, that go, and that stay as they were."""

    added: tuple[Span, ...]
    replaced: tuple[Span, ...]
    staying: tuple[Span, ...]

    @property
    def lines(self) -> list[tuple[Span, str]]:
        """Every shift in order, with a word for what happens to it."""
        found = [(span, "Added") for span in self.added]
        found += [(span, "Taken out") for span in self.replaced]
        found += [(span, "Stays") for span in self.staying]
        return sorted(found, key=lambda line: (line[0].started_at, line[0].ended_at))


def rota_change(old: Iterable[Span], new: Iterable[Span]) -> RotaChange:
    """What happens when the new shifts take the place of the old ones."""
    before, after = set(old), set(new)
    return RotaChange(_ordered(after - before), _ordered(before - after), _ordered(before & after))


def _ordered(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (span.started_at, span.ended_at)))
