"""What has to hold beside the evidence: checks in date, no serious concern, no long absence, modules passed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from lms.core.days import add_months
from lms.core.words import day
from lms.curriculum.rules.pace import Pause
from lms.placements.rules.checks import CheckFact, CheckKind
from lms.readiness.rules.result import Owner, Record, RequirementResult

DAY = timedelta(days=1)


def check_in_date(kind: CheckKind, facts: Iterable[CheckFact], on: date) -> RequirementResult:
    """Say whether a check of the employer holds on a day, and since when it does not."""
    ours = sorted((fact for fact in facts if fact.kind is kind), key=lambda fact: (fact.valid_until, fact.id))
    issued = [fact for fact in ours if fact.issued_on <= on]
    holding = [fact for fact in issued if fact.valid_until >= on]
    not_counted = tuple(_check_record(fact, on) for fact in ours if fact not in holding)
    rule = f"{kind.label} is in date on the day."
    if holding:
        best = holding[-1]
        return RequirementResult(
            key=kind.value,
            title=kind.label,
            rule=rule,
            met=True,
            words=f"In date until {day(best.valid_until)}",
            share=100,
            counted=tuple(_check_record(fact, on) for fact in holding),
            not_counted=not_counted,
        )
    lapsed = issued[-1].valid_until + DAY if issued else None
    return RequirementResult(
        key=kind.value,
        title=kind.label,
        rule=rule,
        met=False,
        words=f"Lapsed on {day(issued[-1].valid_until)}" if issued else "Not recorded",
        share=0,
        not_counted=not_counted,
        owner=Owner.ADMINISTRATOR,
        next_step="Record the renewed check." if issued else "Record the check with its dates.",
        restricts_from=lapsed,
    )


def _check_record(fact: CheckFact, on: date) -> Record:
    why = ""
    if fact.issued_on > on:
        why = "It begins later."
    elif fact.valid_until < on:
        why = "It has run out."
    dates = f"{day(fact.issued_on)} to {day(fact.valid_until)}"
    return Record(fact.id, "check", f"{fact.kind.label}, {dates}", why)


def long_absence(
    over_months: int, pauses: Sequence[Pause], returns: Sequence[Record], seen: Sequence[date], on: date
) -> RequirementResult:
    """Say whether an unbroken absence of more than so many months stands without a review after the return.

    `returns` are the directly observed assessments and `seen` the days they were seen on, in the same order.
    """
    none = RequirementResult(
        key="absence",
        title="Absence",
        rule=f"No unbroken absence of more than {over_months} months; after a longer one, at least one direct "
        "observation in practice since the return.",
        met=True,
        words=f"No absence of more than {over_months} months",
        share=100,
    )
    for begin, end in reversed(_absences(pauses, on)):
        limit = add_months(begin, over_months)
        if limit > on or (end is not None and end <= limit):
            continue
        since = [item for item, at in zip(returns, seen, strict=True) if end is not None and end <= at <= on]
        if since:
            words = f"Away for more than {over_months} months; seen in practice since the return"
            return replace(none, words=words, counted=tuple(since))
        return _away(none, over_months, begin, end, limit)
    return none


def _away(none: RequirementResult, over_months: int, begin: date, end: date | None, limit: date) -> RequirementResult:
    words = f"Away for more than {over_months} months, since {day(begin)}"
    owner, next_step = Owner.CONSULTANT_NURSE, "Agree a return date."
    if end is not None:
        words = f"Back on {day(end)} after more than {over_months} months, not yet seen in practice"
        owner, next_step = Owner.TRAINEE, "Ask an assessor to observe a shift."
    return replace(none, met=False, words=words, share=0, owner=owner, next_step=next_step, restricts_from=limit)


def _absences(pauses: Sequence[Pause], on: date) -> list[tuple[date, date | None]]:
    """Unbroken absences begun by the day, in order, with the first day back; None while away on the day."""
    merged: list[tuple[date, date | None]] = []
    for pause in sorted((pause for pause in pauses if pause.from_on <= on), key=lambda pause: pause.from_on):
        until = pause.until_on if pause.until_on is not None and pause.until_on <= on else None
        if merged and (merged[-1][1] is None or pause.from_on <= merged[-1][1]):
            last = merged[-1][1]
            merged[-1] = (merged[-1][0], None if last is None or until is None else max(last, until))
        else:
            merged.append((pause.from_on, until))
    return merged
