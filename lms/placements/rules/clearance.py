"""What stands between a trainee and a placement on a day: checks of the programme, requirements of the site."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from lms.core import words
from lms.core.errors import RuleViolation
from lms.placements.rules.checks import CheckFact, CheckKind
from lms.placements.rules.slots import ClearedBy

TITLE_MAX = 120
REASON_MAX = 500
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class RequirementFact:
    """Something a site asks for before a placement; without `valid_days` it does not run out."""

    id: UUID
    site_id: UUID
    title: str
    cleared_by: ClearedBy
    valid_days: int | None


@dataclass(frozen=True, slots=True)
class ClearanceFact:
    """A trainee has a requirement from a day on, until a day or without an end."""

    id: UUID
    requirement_id: UUID
    issued_on: date
    valid_until: date | None

    def covers(self, day: date) -> bool:
        """Say whether the requirement is cleared on a day."""
        return self.issued_on <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that stands in the way of a slot: what it is, why, and who clears it."""

    title: str
    why: str
    cleared_by: ClearedBy
    requirement_id: UUID | None = None
    check_kind: CheckKind | None = None

    @property
    def who(self) -> str:
        """Who clears it, in words."""
        return self.cleared_by.label

    @property
    def words(self) -> str:
        """What it is, why, and who clears it."""
        return f"{self.title}: {self.why}. {self.who} clears it."


def blocks_for(
    day: date,
    requirements: Iterable[RequirementFact],
    clearances: Iterable[ClearanceFact],
    checks: Iterable[CheckFact],
    programme_checks: Collection[CheckKind],
) -> tuple[Block, ...]:
    """What blocks a slot that begins on a day: each check and requirement that nothing covers on that day.

    A slot that is blocked can be asked for and given; nobody is booked in it before everything is cleared.
    """
    standing = list(checks)
    held = list(clearances)
    return (
        *(block for kind in CheckKind if kind in programme_checks for block in _check_block(kind, standing, day)),
        *(block for each in requirements for block in _requirement_block(each, held, day)),
    )


def _check_block(kind: CheckKind, checks: Iterable[CheckFact], day: date) -> Iterable[Block]:
    ours = [fact for fact in checks if fact.kind is kind and fact.issued_on <= day]
    if not any(day <= fact.valid_until for fact in ours):
        until = max((fact.valid_until for fact in ours), default=None)
        yield Block(kind.label, _why(until), ClearedBy.TRUST, check_kind=kind)


def _requirement_block(requirement: RequirementFact, clearances: Iterable[ClearanceFact], day: date) -> Iterable[Block]:
    ours = [fact for fact in clearances if fact.requirement_id == requirement.id and fact.issued_on <= day]
    if not any(fact.covers(day) for fact in ours):
        until = max((fact.valid_until for fact in ours if fact.valid_until is not None), default=None)
        yield Block(requirement.title, _why(until), requirement.cleared_by, requirement_id=requirement.id)


def _why(until: date | None) -> str:
    return "nothing is recorded" if until is None else f"it holds only until {words.day(until)}"


def held_until(requirement_id: UUID, clearances: Iterable[ClearanceFact], day: date) -> ClearanceFact | None:
    """The clearance that covers a day for longest; None where none does."""
    ours = [fact for fact in clearances if fact.requirement_id == requirement_id and fact.covers(day)]
    return max(ours, key=lambda fact: fact.valid_until or date.max, default=None)


def end_of(issued_on: date, valid_days: int | None) -> date | None:
    """The last day on which what was cleared on a day holds; its first day is the first of so many."""
    return None if valid_days is None else issued_on + timedelta(days=valid_days - 1)


def check_clearance(
    *,
    actor_id: UUID,
    trainee_id: UUID,
    issued_on: date,
    valid_until: date | None,
    most: date | None,
    today: date,
) -> None:
    """Refuse a clearance nobody could rely on; `most` is the last day the requirement allows.

    Raises RuleViolation: about oneself, from a day in the future, ending before it begins or later than allowed.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody clears their own requirements.")
    if issued_on > today:
        raise RuleViolation("The date cannot be in the future", "issued_on")
    if valid_until is not None and valid_until < issued_on:
        raise RuleViolation("The last day must be on or after the date", "valid_until")
    if most is not None and (valid_until is None or valid_until > most):
        raise RuleViolation(f"This requirement holds until {words.day(most)} at most", "valid_until")


def check_requirement(title: str, valid_days: int | None, others: Iterable[str]) -> None:
    """Refuse a requirement without a name of its own, or for a length nobody could mean.

    Raises RuleViolation on `title` or `valid_days`.
    """
    if not title.strip():
        raise RuleViolation("Enter what trainees need", "title")
    if title.strip().lower() in {other.lower() for other in others}:
        raise RuleViolation("The site asks for this already", "title")
    if valid_days is not None and not 1 <= valid_days <= MOST_DAYS:
        raise RuleViolation(f"Enter days from 1 to {MOST_DAYS:,}", "valid_days")
