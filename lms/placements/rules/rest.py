"""What the rules on working time say about a shift that somebody might work. They advise and never forbid.

Each rule answers for itself: fine, a warning, or not known. What is known can prove a rule broken; that it is kept is
said only where the main rota is known on every day the rule looks at. All lengths are elapsed time.
"""

from datetime import date, timedelta

from lms.core import words
from lms.core.days import london_day
from lms.placements.rules.averages import average_findings
from lms.placements.rules.duties import (
    DAY,
    DutyKind,
    WorkingTime,
    between_words,
    join_spans,
    last_day,
    length,
    moment_words,
    rests_within,
    whole_days,
)
from lms.placements.rules.findings import Answer, RestFinding, RestResult, RestRule, kept, not_known
from lms.placements.rules.times import Span
from lms.placements.rules.weeks import monday_of

DAILY_REST = timedelta(hours=11)
WEEKLY_REST = timedelta(hours=24)
LONG_SHIFT = timedelta(hours=6)
SHORTEST_BREAK = 20


def check_rest(proposed: Span, working: WorkingTime, *, break_minutes: int | None = None) -> RestResult:
    """Hold a shift against every rule on working time; `break_minutes` of None says that no break is planned yet.

    `working` does not contain the shift itself.
    """
    blocks = join_spans([*working.spans, proposed])
    place = next(index for index, block in enumerate(blocks) if block.overlaps(proposed))
    return RestResult(
        (
            _overlap(proposed, working),
            _taught_day(proposed, working),
            _rest_before(place, blocks, working),
            _rest_after(place, blocks, working),
            _daily_rest(proposed, blocks, working),
            _weekly_rest(proposed, blocks, working),
            *average_findings(proposed, working),
            _break(proposed, break_minutes),
        )
    )


def _overlap(proposed: Span, working: WorkingTime) -> RestFinding:
    shared = [duty for duty in working.duties if duty.kind is not DutyKind.TAUGHT_DAY and duty.span.overlaps(proposed)]
    if shared:
        duties = words.join_words(
            [
                f"{duty.kind.words} from {moment_words(duty.span.started_at)} to {moment_words(duty.span.ended_at)}"
                for duty in sorted(shared, key=lambda duty: duty.span.started_at)
            ]
        )
        return RestFinding(RestRule.OVERLAP, Answer.WARNING, f"This overlaps {duties}.")
    return kept(RestRule.OVERLAP, "No other shift is at the same time.", proposed, working)


def _taught_day(proposed: Span, working: WorkingTime) -> RestFinding:
    first, last = london_day(proposed.started_at), last_day(proposed)
    taught = sorted(
        london_day(duty.span.started_at)
        for duty in working.duties
        if duty.kind is DutyKind.TAUGHT_DAY
        and first <= last_day(duty.span)
        and london_day(duty.span.started_at) <= last
    )
    if taught:
        days = words.join_words([words.day(day) for day in taught])
        sentence = f"{days} {'is a taught day' if len(taught) == 1 else 'are taught days'}."
        return RestFinding(RestRule.TAUGHT_DAY, Answer.WARNING, sentence)
    return RestFinding(RestRule.TAUGHT_DAY, Answer.FINE, "No taught day is on the same day.")


def _rest_before(place: int, blocks: list[Span], working: WorkingTime) -> RestFinding:
    block = blocks[place]
    if place and block.started_at - blocks[place - 1].ended_at < DAILY_REST:
        return _short_rest(RestRule.REST_BEFORE, place - 1, blocks, working)
    looked_at = Span(block.started_at - DAILY_REST, block.started_at)
    return kept(RestRule.REST_BEFORE, "At least 11 h without work come before.", looked_at, working)


def _rest_after(place: int, blocks: list[Span], working: WorkingTime) -> RestFinding:
    block = blocks[place]
    if place + 1 < len(blocks) and blocks[place + 1].started_at - block.ended_at < DAILY_REST:
        return _short_rest(RestRule.REST_AFTER, place, blocks, working)
    looked_at = Span(block.ended_at, block.ended_at + DAILY_REST)
    return kept(RestRule.REST_AFTER, "At least 11 h without work come after.", looked_at, working)


def _short_rest(rule: RestRule, earlier: int, blocks: list[Span], working: WorkingTime) -> RestFinding:
    """The rest after one block is too short: whether it is made good depends on the rest after the next block."""
    rest = Span(blocks[earlier].ended_at, blocks[earlier + 1].started_at)
    if length(rest):
        found = f"{between_words(rest)}: the rule asks for 11 h."
    else:
        found = f"No rest at {moment_words(rest.started_at)}: the rule asks for 11 h."
    missing = DAILY_REST - length(rest)
    return RestFinding(rule, Answer.WARNING, f"{found} {_compensation(missing, earlier + 1, blocks, working)}")


def _compensation(missing: timedelta, after: int, blocks: list[Span], working: WorkingTime) -> str:
    """Whether the next rest is longer than 11 hours by what was missing.

    That only the next rest is looked at is a proposal, to be confirmed by the service.
    """
    needed, begins = DAILY_REST + missing, blocks[after].ended_at
    ends = blocks[after + 1].started_at if after + 1 < len(blocks) else None
    owed = words.duration(missing // timedelta(minutes=1))
    if ends is not None and ends - begins < needed:
        return f"{owed} of compensatory rest is owed."
    if not working.knows(Span(begins, begins + needed)):
        return (
            f"{owed} of compensatory rest is owed. Whether it follows from {moment_words(begins)} is not known:"
            " the main rota is not known then."
        )
    rest = words.duration(Span(begins, ends or begins + needed).minutes)
    return f"Compensated by {'' if ends else 'at least '}{rest} of rest from {moment_words(begins)}."


def _daily_rest(proposed: Span, blocks: list[Span], working: WorkingTime) -> RestFinding:
    """Look at the 24 hours from each beginning of work that the shift falls into."""
    worst: tuple[timedelta, int, Span] | None = None
    for index, block in enumerate(blocks):
        window = Span(block.started_at, block.started_at + DAY)
        if not window.overlaps(proposed):
            continue
        longest = max((length(rest) for rest in rests_within(window, blocks)), default=timedelta())
        if longest < DAILY_REST and (worst is None or longest < worst[0]):
            worst = (longest, index, window)
    if worst is None:
        looked_at = Span(proposed.started_at - DAY, max(proposed.ended_at, proposed.started_at + DAY))
        return kept(RestRule.DAILY_REST, "At least 11 h of rest lie in each 24 h around it.", looked_at, working)
    longest, index, window = worst
    last = max(i for i, block in enumerate(blocks) if block.started_at < window.ended_at)
    sentence = (
        f"In the 24 h from {moment_words(window.started_at)} the longest rest is"
        f" {words.duration(longest // timedelta(minutes=1))}: the rule asks for 11 h."
        f" {_compensation(DAILY_REST - longest, max(last, index), blocks, working)}"
    )
    return RestFinding(RestRule.DAILY_REST, Answer.WARNING, sentence)


def _weekly_rest(proposed: Span, blocks: list[Span], working: WorkingTime) -> RestFinding:
    """Look at each week the shift falls into, Monday to Sunday: a proposal, to be confirmed by the service.

    A week without 24 hours off is fine if two weeks together, with the one before or the one after, have 48.
    """
    unknown: RestFinding | None = None
    for monday in sorted({monday_of(london_day(proposed.started_at)), monday_of(last_day(proposed))}):
        finding = _rest_of_week(monday, blocks, working)
        if finding.answer is Answer.WARNING:
            return finding
        if finding.answer is Answer.NOT_KNOWN:
            unknown = unknown or finding
    return unknown or finding


def _rest_of_week(monday: date, blocks: list[Span], working: WorkingTime) -> RestFinding:
    week = whole_days(monday, monday + 6 * DAY)
    pairs = (whole_days(monday - 7 * DAY, monday + 6 * DAY), whole_days(monday, monday + 13 * DAY))
    enough = [period for period in (week,) if _whole_rests(period, blocks) >= 1]
    enough += [period for period in pairs if _whole_rests(period, blocks) >= 2]
    for period in enough:
        if working.knows(period):
            return RestFinding(RestRule.WEEKLY_REST, Answer.FINE, _off_words(period))
    if enough:
        return not_known(RestRule.WEEKLY_REST, enough[0], working)
    longest = max((length(rest) for rest in rests_within(week, blocks)), default=timedelta())
    sentence = (
        f"In the week from {words.day(monday)} to {words.day(monday + 6 * DAY)} the longest time off is"
        f" {words.duration(longest // timedelta(minutes=1))}: the rule asks for 24 h, or 48 h in two weeks."
        " Compensatory rest may stand in for it."
    )
    return RestFinding(RestRule.WEEKLY_REST, Answer.WARNING, sentence)


def _whole_rests(period: Span, blocks: list[Span]) -> int:
    """How many times 24 hours off lie in a period: one stretch of 48 hours is two of them."""
    return sum(length(rest) // WEEKLY_REST for rest in rests_within(period, blocks))


def _off_words(period: Span) -> str:
    off = "24 h" if length(period) < 8 * DAY else "48 h"
    return (
        f"At least {off} off lie between {words.day(london_day(period.started_at))} and {words.day(last_day(period))}."
    )


def _break(proposed: Span, break_minutes: int | None) -> RestFinding:
    if length(proposed) <= LONG_SHIFT:
        return RestFinding(RestRule.BREAK, Answer.FINE, "It is not longer than 6 h, so no break is asked for.")
    if break_minutes is None:
        sentence = "It is longer than 6 h and needs a break of 20 minutes. None is planned here: agree it on the day."
        return RestFinding(RestRule.BREAK, Answer.NOT_KNOWN, sentence)
    if break_minutes < SHORTEST_BREAK:
        sentence = (
            f"It is longer than 6 h and has {words.duration(break_minutes)} of breaks: the rule asks for 20 minutes."
        )
        return RestFinding(RestRule.BREAK, Answer.WARNING, sentence)
    return RestFinding(RestRule.BREAK, Answer.FINE, "It has a break of at least 20 minutes.")
