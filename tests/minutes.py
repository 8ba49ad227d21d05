"""The independent calculation that rules on working time are held against, and random rosters around clock changes.

Whole minutes since the beginning of 2019 in UTC, a map with one byte a minute, and the clock changes as the last
Sundays of March and October, counted by hand and not by any table of time zones. Nothing here is shared with the rules.
"""

import random
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from lms.placements.rules.findings import RestRule
from lms.placements.rules.times import Span

ZERO = datetime(2019, 1, 1, tzinfo=UTC)
DAY, WEEK = 1440, 7 * 1440


def last_sunday(year, month):
    day = date(year, month, 31)
    return (day - timedelta(days=(day.weekday() + 1) % 7) - ZERO.date()).days


SUMMERS = {year: (last_sunday(year, 3), last_sunday(year, 10)) for year in range(2019, 2038)}
CHANGES = [day * DAY + 60 for year in range(2020, 2036) for day in SUMMERS[year]]


def forward(day_number):
    """Minutes by which a London clock is ahead at breakfast on a day."""
    begins, ends = SUMMERS[(ZERO + timedelta(days=day_number)).year]
    return 60 if begins <= day_number < ends else 0


def midnight(day_number):
    """The minute at which a London day begins: the clocks change after it."""
    return day_number * DAY - forward(day_number - 1)


def day_of(minute):
    day_number = (minute + 120) // DAY
    return day_number if minute >= midnight(day_number) else day_number - 1


def moment(minute):
    return ZERO + timedelta(minutes=minute)


def span(begins, ends):
    return Span(moment(begins), moment(ends))


@lru_cache(maxsize=2)
def night_map(first, days):
    nights = bytearray((days + 2) * DAY)
    for number in range(first, first + days):
        begins, ends = number * DAY + 23 * 60 - forward(number), (number + 1) * DAY + 6 * 60 - forward(number + 1)
        nights[begins - first * DAY : ends - first * DAY] = b"\x01" * (ends - begins)
    return nights


class Minutes:
    """One byte for each minute of 40 weeks around a change: worked or not."""

    def __init__(self, change, duties):
        self.zero = change // DAY - 20 * 7
        self.duties = duties
        self.worked = bytearray(41 * WEEK)
        for begins, ends in duties:
            self.worked[self._at(begins) : self._at(ends)] = b"\x01" * (ends - begins)

    def _at(self, minute):
        return minute - self.zero * DAY

    def part(self, begins, ends):
        return bytes(self.worked[self._at(begins) : self._at(ends)])

    def rests(self, begins, ends):
        return [len(rest) for rest in self.part(begins, ends).split(b"\x01") if rest]

    def night(self, begins, ends):
        return night_map(self.zero, 41 * 7)[self._at(begins) : self._at(ends)].count(1)

    def average_is_over(self, first_day, limit, *, nights):
        """Whether 17 weeks from a London day hold more work than the limit, and night work where that is asked."""
        begins, ends = midnight(first_day), midnight(first_day + 119)
        if nights and not any(self.night(*duty) >= 180 for duty in self.duties if begins <= duty[0] < ends):
            return False
        return self.part(begins, ends).count(1) > limit


def week_is_broken(minutes, monday):
    def days_off(first, weeks):
        return sum(rest // DAY for rest in minutes.rests(midnight(first), midnight(first + 7 * weeks)))

    return not days_off(monday, 1) and days_off(monday - 7, 2) < 2 and days_off(monday, 2) < 2


def truth(change, duties, proposed):
    """Which rules are broken, by counting minutes. Nothing here is shared with the rules."""
    begins, ends = proposed
    minutes = Minutes(change, [*duties, proposed])
    first, last = day_of(begins), day_of(ends - 1)
    mondays = {day - (day + 1) % 7 for day in (first, last)}  # 1 January 2019 was a Tuesday.
    starts = [start for start, _ in [*duties, proposed] if start < ends and start + DAY > begins]
    return {
        RestRule.REST_BEFORE: 1 in minutes.part(begins - 660, begins),
        RestRule.REST_AFTER: 1 in minutes.part(ends, ends + 660),
        RestRule.DAILY_REST: any(max(minutes.rests(start, start + DAY), default=0) < 660 for start in starts),
        RestRule.WEEKLY_REST: any(week_is_broken(minutes, monday) for monday in mondays),
        RestRule.WEEK_AVERAGE: any(
            minutes.average_is_over(day, 17 * 48 * 60, nights=False) for day in range(last - 118, first + 1)
        ),
        RestRule.NIGHT_AVERAGE: any(
            minutes.average_is_over(day, 102 * 8 * 60, nights=True) for day in range(last - 118, first + 1)
        ),
    }


def roster(change, seed):
    """Nine months of shifts around a clock change, busy or idle; the first to end after the change is proposed."""
    dice = random.Random(seed)
    idle = dice.choice([0, 0, 1, 1, 2, 4])
    duties, minute = [], change - 19 * WEEK
    while minute < change + 19 * WEEK:
        length = 5 * dice.choice([12, 48, 90, 90, 120, 144, 144, 156, 180])
        duties.append((minute, minute + length))
        shortest = dice.choice([5, 480, 655, 660, 665, 720, 720, 720, 900])
        minute += length + shortest + idle * dice.choice([0, 0, 0, 0, 300, 1440, 2880])
    chosen = next(duty for duty in duties if duty[1] > change)
    return [duty for duty in duties if duty != chosen], chosen
