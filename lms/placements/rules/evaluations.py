"""Evaluations of placements as values: what is asked, what a site may see of it, and steps after a report."""

import enum
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from uuid import UUID

from lms.core.anonymity import FEWEST_PEOPLE
from lms.core.errors import RuleViolation

FEWEST_SUMMED_UP = 2  # A proposal: words about a single evaluation would be that evaluation.
AGAIN_AFTER = timedelta(days=180)  # A proposal: who comes back to a site later evaluates a new placement.


class SafeguardingOutcome(enum.StrEnum):
    """What was done about a safeguarding report."""

    TAKEN_UP = "taken-up"
    PASSED_ON = "passed-on"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The step in words."""
        return {"taken-up": "Taken up", "passed-on": "Passed on to the safeguarding team", "closed": "Closed"}[self]


class Question(enum.StrEnum):
    """One statement a trainee agrees or disagrees with. A proposal, to be confirmed by the service."""

    EXPECTED = "expected"
    LEARNING = "learning"
    TIME = "time"
    SPEAK_UP = "speak-up"
    RECOMMEND = "recommend"

    @property
    def label(self) -> str:
        """The statement."""
        return _STATEMENTS[self]


_STATEMENTS = {
    Question.EXPECTED: "I was expected and shown round",
    Question.LEARNING: "I could see and do what I came for",
    Question.TIME: "My supervisor had time for me",
    Question.SPEAK_UP: "I could say what worried me",
    Question.RECOMMEND: "I would send a colleague here",
}
AGREEMENT = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation as far as this needs it; a text of None was not given or was redacted."""

    id: UUID
    trainee: object
    recorded_at: datetime
    ratings: Mapping[str, int]
    went_well: str | None = None
    could_change: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a site sees: averages and texts of so many evaluations together, of nobody in particular."""

    count: int
    averages: Mapping[Question, float]
    went_well: tuple[str, ...]
    could_change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """What a trainee did at one site: their last shift there, and when they evaluated it last."""

    last_shift_on: date
    evaluated_at: date | None = None

    def is_open(self) -> bool:
        """Say whether the trainee may evaluate it: once, and again when they came back after half a year."""
        return self.evaluated_at is None or self.last_shift_on - self.evaluated_at >= AGAIN_AFTER


def check_open(placement: Placement) -> None:
    """Refuse a second evaluation of the same placement.

    Raises RuleViolation.
    """
    if not placement.is_open():
        raise RuleViolation("You have already evaluated this placement")


def batches(evaluations: Iterable[Evaluation]) -> tuple[tuple[Evaluation, ...], ...]:
    """The evaluations in batches of at least five different trainees; those after the last whole batch are left out.

    A site sees whole batches only: one more answer never shows itself by what has changed since.
    """
    done: list[tuple[Evaluation, ...]] = []
    begun: list[Evaluation] = []
    for each in sorted(evaluations, key=lambda each: (each.recorded_at, each.id)):
        begun.append(each)
        if len({one.trainee for one in begun}) >= FEWEST_PEOPLE:
            done.append(tuple(begun))
            begun = []
    return tuple(done)


def shown_to_site(evaluations: Iterable[Evaluation]) -> Shown | None:
    """What a site sees of its evaluations; None below the first whole batch."""
    found = [each for batch in batches(evaluations) for each in batch]
    if not found:
        return None
    return Shown(
        count=len(found),
        averages=averages(found),
        went_well=_mixed((each.id, each.went_well) for each in found),
        could_change=_mixed((each.id, each.could_change) for each in found),
    )


def averages(evaluations: Sequence[Evaluation]) -> dict[Question, float]:
    """The average of each question that somebody answered."""
    found = {question: [e.ratings[question] for e in evaluations if question in e.ratings] for question in Question}
    return {question: round(fmean(values), 1) for question, values in found.items() if values}


def check_ratings(ratings: Mapping[str, int]) -> None:
    """Refuse anything but a rating from 1 to 5 for each question.

    Raises RuleViolation on the question.
    """
    for question in Question:
        if ratings.get(question) not in AGREEMENT:
            raise RuleViolation(f"Select how far you agree: {question.label}", question.value.replace("-", "_"))
    if set(ratings) - set(Question):
        raise RuleViolation("Answer the questions of the form")


def check_summary(trainees: int, from_on: date, until_on: date, today: date) -> None:
    """Refuse a summary of a time that is not over or the wrong way round, or of fewer than two trainees' evaluations.

    Raises RuleViolation on the field.
    """
    if until_on < from_on:
        raise RuleViolation("The last day must not be before the first", "until_on")
    if until_on > today:
        raise RuleViolation("The last day must be today or in the past", "until_on")
    if trainees < FEWEST_SUMMED_UP:
        raise RuleViolation(
            f"A summary needs evaluations of at least {FEWEST_SUMMED_UP} trainees in this time: words about one would "
            "give them away",
            "from_on",
        )


def check_step(
    before: Sequence[SafeguardingOutcome], outcome: SafeguardingOutcome, *, actor_id: UUID, trainee_id: UUID
) -> None:
    """Refuse a step on one's own report, after it was closed, or before anybody has taken it up.

    Raises RuleViolation on `outcome`, or at the top about one's own report.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Nobody decides on their own report")
    if SafeguardingOutcome.CLOSED in before:
        raise RuleViolation("This report is closed", "outcome")
    if (outcome is SafeguardingOutcome.TAKEN_UP) is (SafeguardingOutcome.TAKEN_UP in before):
        raise RuleViolation("It was already taken up" if before else "Take it up first", "outcome")


def next_steps(before: Sequence[SafeguardingOutcome]) -> list[SafeguardingOutcome]:
    """What may be done next about a report."""
    if SafeguardingOutcome.CLOSED in before:
        return []
    if SafeguardingOutcome.TAKEN_UP not in before:
        return [SafeguardingOutcome.TAKEN_UP]
    return [SafeguardingOutcome.PASSED_ON, SafeguardingOutcome.CLOSED]


def _mixed(texts: Iterable[tuple[UUID, str | None]]) -> tuple[str, ...]:
    """The texts in an order that stays, and says nothing of who wrote them or when."""
    kept = [(hashlib.sha256(text_id.bytes).digest(), text) for text_id, text in texts if text]
    return tuple(text for _, text in sorted(kept))
