"""Working time of every kind as the rules on rest see it: duties, the days whose main rota is known, rests between."""

import enum
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from uuid import UUID

from lms.core import words
from lms.core.days import LONDON, london_day
from lms.placements.rules.times import Span

DAY = timedelta(days=1)
REFERENCE_WEEKS = 17
REFERENCE = REFERENCE_WEEKS * 7 * DAY
LONGEST_DUTY = DAY
"""No duty lasts longer, so one that is still going on began this long ago at most. A proposal, to be confirmed by the
service."""
NIGHT_BEGINS, NIGHT_ENDS = time(23), time(6)
"""Which hours are night, on a London clock. The source names none: a proposal, to be confirmed by the service."""
NIGHT_WORK = timedelta(hours=3)
"""How much of a duty lies in the night before it is night work. A proposal, to be confirmed by the service."""


class DutyKind(enum.StrEnum):
    """What a person works: all of it is working time, training too."""

    MAIN_ROTA = "main-rota"
    PLACEMENT = "placement"
    TAUGHT_DAY = "taught-day"

    @property
    def words(self) -> str:
        """The kind as it stands in a sentence."""
        return {"main-rota": "a main rota shift", "placement": "a placement shift", "taught-day": "a taught day"}[self]


@dataclass(frozen=True, slots=True)
class Duty:
    """One stretch of working time, worked or planned; `id` is that of what it was made from."""

    span: Span
    kind: DutyKind
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KnownRota:
    """Days, both ends included, on which every main rota shift that begins is known."""

    from_on: date
    until_on: date


@dataclass(frozen=True)
class WorkingTime:
    """What is known of one person's working time. What many shifts are held against is worked out once."""

    duties: tuple[Duty, ...] = ()
    known: tuple[KnownRota, ...] = ()

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """When work is, in order; duties that share time are one."""
        return tuple(join_spans(duty.span for duty in self.duties))

    @cached_property
    def by_day(self) -> dict[date, timedelta]:
        """How much is worked on each London day; time that two duties share counts once."""
        return worked_by_day(self.spans)

    @cached_property
    def nights(self) -> frozenset[date]:
        """The London days on which night work begins."""
        return frozenset(london_day(duty.span.started_at) for duty in self.duties if is_night_work(duty.span))

    def without(self, ids: Collection[UUID]) -> "WorkingTime":
        """The same without some duties: one that is checked again, or given away in a swap."""
        return replace(self, duties=tuple(duty for duty in self.duties if duty.id not in ids))

    def covers(self, first: date, last: date) -> bool:
        """Say whether the main rota is known on each of these days."""
        wanted = first
        for known in sorted(self.known, key=lambda each: each.from_on):
            if known.from_on > wanted:
                return False
            wanted = max(wanted, known.until_on + DAY)
            if wanted > last:
                return True
        return False

    def knows(self, span: Span) -> bool:
        """Say whether every main rota shift that shares time with a span is known."""
        return self.covers(*days_behind(span))


NOTHING_KNOWN = WorkingTime()


def reach(span: Span) -> Span:
    """The time whose duties the rules need to judge a shift: 17 weeks before it and after it, and a little more."""
    return Span(span.started_at - REFERENCE - 8 * DAY, span.ended_at + REFERENCE + 8 * DAY)


def days_behind(span: Span) -> tuple[date, date]:
    """The first and last London day on which a duty can begin that shares time with a span."""
    return london_day(span.started_at - LONGEST_DUTY), last_day(span)


def last_day(span: Span) -> date:
    """The last London day a span touches: one that ends at midnight does not touch the day that begins then."""
    return max(london_day(span.started_at), london_day(span.ended_at - timedelta(microseconds=1)))


@lru_cache(maxsize=1 << 13)
def on_clock(day: date, at: time = time.min) -> datetime:
    """The moment a London clock shows a time that the clock changes do not touch."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def whole_days(first: date, last: date) -> Span:
    """The time from the beginning of one London day to the end of another."""
    return Span(on_clock(first), on_clock(last + DAY))


def join_spans(spans: Iterable[Span], *, touching: bool = False) -> list[Span]:
    """The spans in order, those that share time joined; on request also those that only touch."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.started_at, each.ended_at)):
        last = joined[-1] if joined else None
        if last is not None and (last.overlaps(span) or (touching and last.ended_at == span.started_at)):
            joined[-1] = Span(last.started_at, max(last.ended_at, span.ended_at))
        else:
            joined.append(span)
    return joined


def rests_within(window: Span, work: Iterable[Span]) -> Iterator[Span]:
    """The stretches without work inside a window, in order."""
    inside = [span for span in join_spans(work, touching=True) if span.overlaps(window)]
    edges = [window.started_at, *(moment for span in inside for moment in (span.started_at, span.ended_at))]
    pairs = list(pairwise([*edges, window.ended_at]))
    yield from (Span(begins, ends) for begins, ends in pairs[::2] if ends > begins)


def worked_by_day(spans: Iterable[Span]) -> dict[date, timedelta]:
    """How much of these spans, which share no time, lies on each London day."""
    found: dict[date, timedelta] = {}
    for span in spans:
        day, last = london_day(span.started_at), last_day(span)
        while day <= last:
            begins, ends = max(span.started_at, on_clock(day)), min(span.ended_at, on_clock(day + DAY))
            found[day] = found.get(day, timedelta()) + (ends - begins)
            day += DAY
    return found


def length(span: Span) -> timedelta:
    """Elapsed time, whatever the clocks on the wall did."""
    return span.ended_at - span.started_at


def night_minutes(span: Span) -> int:
    """How many minutes of a span are night."""
    day, last = london_day(span.started_at) - DAY, london_day(span.ended_at)
    total = 0
    while day <= last:
        begins, ends = on_clock(day, NIGHT_BEGINS), on_clock(day + DAY, NIGHT_ENDS)
        total += max(0, Span(max(begins, span.started_at), min(ends, span.ended_at)).minutes)
        day += DAY
    return total


def is_night_work(span: Span) -> bool:
    """Say whether enough of a span is night to make it night work."""
    return timedelta(minutes=night_minutes(span)) >= NIGHT_WORK


def moment_words(moment: datetime) -> str:
    """A moment as a London clock showed it; in the hour that comes twice it is said which one."""
    local = moment.astimezone(LONDON)
    second = " (after the clocks went back)" if local.fold else ""
    return f"{local:%H:%M} on {words.day(local.date())}{second}"


def between_words(span: Span) -> str:
    """How long a span really is and between which clock times, with a word where the clocks changed."""
    text = f"{words.duration(span.minutes)} between {moment_words(span.started_at)} and {moment_words(span.ended_at)}"
    before, after = (
        moment.astimezone(LONDON).utcoffset() or timedelta() for moment in (span.started_at, span.ended_at)
    )
    if before == after:
        return text
    return f"{text}, as the clocks went {'forward' if after > before else 'back'}"
