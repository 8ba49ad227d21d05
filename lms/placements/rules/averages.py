"""Working time averaged over 17 weeks, and that of people who work nights."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from lms.core import words
from lms.core.days import london_day
from lms.placements.rules.duties import (
    DAY,
    REFERENCE,
    REFERENCE_WEEKS,
    WorkingTime,
    is_night_work,
    last_day,
    rests_within,
    whole_days,
    worked_by_day,
)
from lms.placements.rules.findings import Answer, RestFinding, RestRule, kept
from lms.placements.rules.times import Span

WEEK_LIMIT = timedelta(hours=48)
NIGHT_LIMIT = timedelta(hours=8)
DAYS_AVERAGED = REFERENCE // DAY - REFERENCE_WEEKS
"""Over how many times 24 hours night work is averaged: one day off each week is left out. The source says no more than
"average 8 h in 24": how it is averaged is a proposal, to be confirmed by the service."""
WINDOW_DAYS = REFERENCE // DAY


@dataclass(frozen=True, slots=True)
class Window:
    """17 weeks of whole London days, with the working time in them and whether any of it is night work."""

    from_on: date
    until_on: date
    worked: timedelta
    has_nights: bool

    @property
    def weekly(self) -> str:
        """The average of a week in words, rounded up to a minute."""
        return _average(self.worked, REFERENCE_WEEKS)

    @property
    def nightly(self) -> str:
        """The average in 24 hours in words, rounded up to a minute."""
        return _average(self.worked, DAYS_AVERAGED)

    @property
    def is_over_week(self) -> bool:
        """Say whether more than 48 hours a week were worked on average."""
        return self.worked > WEEK_LIMIT * REFERENCE_WEEKS

    @property
    def is_over_night(self) -> bool:
        """Say whether somebody who works nights worked more than 8 hours in 24 on average."""
        return self.has_nights and self.worked > NIGHT_LIMIT * DAYS_AVERAGED


def _average(worked: timedelta, parts: int) -> str:
    return words.duration(ceil(worked / parts / timedelta(minutes=1)))


def windows_around(proposed: Span, working: WorkingTime) -> list[Window]:
    """Every 17 weeks that contain the proposed shift, the earliest first: the first ends with the shift."""
    by_day = dict(working.by_day)
    for day, added in worked_by_day(rests_within(proposed, working.spans)).items():
        by_day[day] = by_day.get(day, timedelta()) + added
    nights = working.nights | ({london_day(proposed.started_at)} if is_night_work(proposed) else set())
    until, latest = last_day(proposed), london_day(proposed.started_at) + REFERENCE - DAY
    begins = until - REFERENCE + DAY
    days = [begins + number * DAY for number in range(WINDOW_DAYS)]
    worked = sum((by_day.get(day, timedelta()) for day in days), timedelta())
    counted = sum(day in nights for day in days)
    found = [Window(begins, until, worked, counted > 0)]
    while until < latest:
        worked -= by_day.get(begins, timedelta())
        counted -= begins in nights
        begins, until = begins + DAY, until + DAY
        worked += by_day.get(until, timedelta())
        counted += until in nights
        found.append(Window(begins, until, worked, counted > 0))
    return found


def average_findings(proposed: Span, working: WorkingTime) -> tuple[RestFinding, RestFinding]:
    """Look at every 17 weeks that contain the shift for a warning; that all is fine is said of those that end with it.

    Whoever books a later shift is told then about the 17 weeks that end with that one.
    """
    windows = windows_around(proposed, working)
    return _week_average(windows, working), _night_average(windows, working)


def _week_average(windows: list[Window], working: WorkingTime) -> RestFinding:
    first = windows[0]
    over = first if first.is_over_week else max(windows, key=lambda window: window.worked)
    if over.is_over_week:
        sentence = (
            f"{over.weekly} a week on average {_weeks_words(over)}: the rule allows 48 h, unless opted out in writing."
        )
        return RestFinding(RestRule.WEEK_AVERAGE, Answer.WARNING, sentence)
    sentence = f"{first.weekly} a week on average {_weeks_words(first)}: the rule allows 48 h."
    return _kept_average(RestRule.WEEK_AVERAGE, sentence, first, working)


def _night_average(windows: list[Window], working: WorkingTime) -> RestFinding:
    first = windows[0]
    with_nights = [window for window in windows if window.has_nights]
    over = first if first.is_over_night else max(with_nights, key=lambda window: window.worked, default=first)
    if over.is_over_night:
        sentence = (
            f"{over.nightly} in 24 h on average, with night work, {_weeks_words(over)}, one day off each week left out:"
            " the rule allows 8 h."
        )
        return RestFinding(RestRule.NIGHT_AVERAGE, Answer.WARNING, sentence)
    if first.has_nights:
        sentence = f"{first.nightly} in 24 h on average, with night work, {_weeks_words(first)}: the rule allows 8 h."
    else:
        sentence = f"No night work {_weeks_words(first)}."
    return _kept_average(RestRule.NIGHT_AVERAGE, sentence, first, working)


def _weeks_words(window: Window) -> str:
    return f"in the 17 weeks from {words.day(window.from_on)} to {words.day(window.until_on)}"


def _kept_average(rule: RestRule, sentence: str, window: Window, working: WorkingTime) -> RestFinding:
    period = whole_days(window.from_on, window.until_on)
    finding = kept(rule, sentence, period, working)
    if finding.answer is Answer.FINE or not window.worked:
        return finding
    return RestFinding(rule, Answer.NOT_KNOWN, f"{finding.sentence} What is known makes {window.weekly} a week.")
