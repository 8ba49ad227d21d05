"""Which checks of a person somebody has to record: missing, run out, or about to run out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lms.readiness.rules.status import CheckFact, CheckKind

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CheckGap:
    """One check that needs the administrator: when the last one ends or ended, or None where there is none."""

    kind: CheckKind
    ends_on: date | None
    has_lapsed: bool


def check_gaps(facts: Iterable[CheckFact], on: date) -> list[CheckGap]:
    """The checks a person lacks on a day or will lack within 30 days, those that already fail first."""
    latest: dict[CheckKind, date] = {}
    for fact in facts:
        if fact.issued_on <= on:
            latest[fact.kind] = max(fact.valid_until, latest.get(fact.kind, fact.valid_until))
    found = [
        CheckGap(kind, latest.get(kind), kind not in latest or latest[kind] < on)
        for kind in CheckKind
        if kind not in latest or latest[kind] <= on + SOON
    ]
    return sorted(found, key=lambda gap: (not gap.has_lapsed, gap.ends_on or date.min))
