"""Dates of an enrolment: due dates and expected pace, stretched by the working share and stopped by pauses.

Only dates and expectations move. What a person has to complete (hours, counts, levels) is never reduced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FULL = 100  # percent of full time
SMALLEST_SHARE = 10
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Share:
    """From this day the person trains at so many percent of full time."""

    from_on: date
    percent: int


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from the first day away until the first day back; None: nobody knows yet."""

    from_on: date
    until_on: date | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Say whether the pause was cancelled: it covers no day."""
        return self.from_on == self.until_on


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row on which the clock runs at one speed; 0 percent while paused, no end for the last."""

    from_on: date
    until_on: date | None
    percent: int


def is_paused(on: date, pauses: Sequence[Pause]) -> bool:
    """Say whether a recorded pause covers the day."""
    return any(p.from_on <= on and (p.until_on is None or on < p.until_on) for p in pauses)


def share_on(on: date, shares: Sequence[Share]) -> int:
    """The working share of a day in percent; full time before the first recorded share."""
    started = [share for share in shares if share.from_on <= on]
    return max(started, key=lambda share: share.from_on).percent if started else FULL


def due_on(start_on: date, offset_days: int, shares: Sequence[Share], pauses: Sequence[Pause]) -> date | None:
    """The day something is due that falls `offset_days` after the start for a person in full time.

    Each day counts with the working share of that day and not at all while paused, so a due date never falls into
    a pause. None while an open pause stands before it, when the deadline is stopped, and past the last day there is.
    """
    left = offset_days * FULL
    for stretch in _stretches(start_on, shares, pauses):
        if stretch.percent == 0:
            continue
        days = -(-left // stretch.percent)
        if stretch.until_on is None or days < (stretch.until_on - stretch.from_on).days:
            return _after(stretch.from_on, days)
        left -= (stretch.until_on - stretch.from_on).days * stretch.percent
        left = max(left, 0)
    return None


def _after(day: date, days: int) -> date | None:
    """The day so many days later; None past the last day there is."""
    return day + days * DAY if days <= (date.max - day).days else None


def worked(start_on: date, on: date, shares: Sequence[Share], pauses: Sequence[Pause]) -> int:
    """How far the clock ran from the start to the day (not counting it), in hundredths of a full-time day."""
    total = 0
    for stretch in _stretches(start_on, shares, pauses):
        until = on if stretch.until_on is None else min(on, stretch.until_on)
        if until > stretch.from_on:
            total += (until - stretch.from_on).days * stretch.percent
    return total


def expected_minutes(
    needed_minutes: int, start_on: date, ends_on: date, on: date, shares: Sequence[Share], pauses: Sequence[Pause]
) -> int:
    """How much of a number of minutes an even pace would have reached by the day; never more than what is needed.

    The whole is always what is needed: a smaller share or a pause only moves the day on which it is expected.
    """
    span = max((ends_on - start_on).days, 1) * FULL
    return min(needed_minutes, needed_minutes * worked(start_on, on, shares, pauses) // span)


def expected_percent(start_on: date, ends_on: date, on: date, shares: Sequence[Share], pauses: Sequence[Pause]) -> int:
    """How far through the programme an even pace would be on the day, 0 to 100."""
    return expected_minutes(100, start_on, ends_on, on, shares, pauses)


def _stretches(start_on: date, shares: Sequence[Share], pauses: Sequence[Pause]) -> Iterator[Stretch]:
    """The time from the start on, cut wherever the speed may change."""
    edges = {share.from_on for share in shares} | {p.from_on for p in pauses}
    edges |= {p.until_on for p in pauses if p.until_on is not None}
    cuts: list[date] = [start_on, *sorted(edge for edge in edges if edge > start_on)]
    for begin, end in zip(cuts, [*cuts[1:], None], strict=True):
        yield Stretch(begin, end, 0 if is_paused(begin, pauses) else share_on(begin, shares))
