"""The checks an employer makes of a person, from when until when each holds, and which somebody has to record."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.core.errors import RuleViolation

REFERENCE_MAX = 120
CORRECTION_MAX = 2000
SOON = timedelta(days=30)


class CheckKind(enum.StrEnum):
    """What an employer has to confirm about a person, again and again."""

    REGISTRATION = "registration"
    CRIMINAL_RECORD = "criminal-record"
    STATUTORY_TRAINING = "statutory-training"
    OCCUPATIONAL_HEALTH = "occupational-health"
    RESPONSE_DRIVING = "response-driving"

    @property
    def label(self) -> str:
        """The check in words."""
        return CHECK_WORDS[self]


CHECK_WORDS = {
    CheckKind.REGISTRATION: "Professional registration",
    CheckKind.CRIMINAL_RECORD: "Criminal record check",
    CheckKind.STATUTORY_TRAINING: "Statutory training",
    CheckKind.OCCUPATIONAL_HEALTH: "Occupational health clearance",
    CheckKind.RESPONSE_DRIVING: "Response driving",
}


@dataclass(frozen=True, slots=True)
class CheckFact:
    """One check as it was recorded: from when until when it holds."""

    id: UUID
    kind: CheckKind
    issued_on: date
    valid_until: date
    recorded_at: datetime


def check_check(
    *, actor_id: UUID, person_id: UUID, issued_on: date, valid_until: date, reference: str, today: date
) -> None:
    """Refuse a check nobody could rely on.

    Raises RuleViolation: recorded about oneself, issued in the future, ending before it begins, or a long reference.
    """
    if actor_id == person_id:
        raise RuleViolation("Nobody records their own checks.")
    if issued_on > today:
        raise RuleViolation("The date of issue cannot be in the future", "issued_on")
    if valid_until < issued_on:
        raise RuleViolation("The end date must be on or after the date of issue", "valid_until")
    if len(reference) > REFERENCE_MAX:
        raise RuleViolation(f"Use {REFERENCE_MAX} characters or fewer", "reference")


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
