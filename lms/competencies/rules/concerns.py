"""The concern ladder: four rungs, each with a clock. The clocks are a proposal, to be confirmed by the service."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.core.days import add_working_days
from lms.core.errors import RuleViolation


class Rung(enum.StrEnum):
    """How serious a concern is, from the lightest to the gravest."""

    HEADS_UP = "heads-up"
    RECORDED = "recorded-concern"
    ACTION_PLAN = "action-plan"
    FORMAL_REVIEW = "formal-review"

    @property
    def rank(self) -> int:
        """The place on the ladder."""
        return list(Rung).index(self)

    @property
    def label(self) -> str:
        """The rung in words."""
        return "Heads-up" if self is Rung.HEADS_UP else self.value.replace("-", " ").capitalize()

    @property
    def blocks(self) -> bool:
        """Whether an open concern on this rung blocks an authorisation."""
        return self.rank >= Rung.ACTION_PLAN.rank

    @property
    def clock(self) -> str:
        """By when something has to happen, in words."""
        return _CLOCKS[self]


_CLOCKS = {
    Rung.HEADS_UP: "Closes by itself after 14 days unless it is raised. Never blocks.",
    Rung.RECORDED: "Reviewed within 10 working days.",
    Rung.ACTION_PLAN: "Reviewed by 6 weeks. Blocks an authorisation while it is open.",
    Rung.FORMAL_REVIEW: "Decided within 20 working days. Blocks an authorisation while it is open.",
}


@dataclass(frozen=True, slots=True)
class ConcernStepFact:
    """A move to a rung, or a close when the rung is None."""

    rung: Rung | None
    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ConcernFact:
    """One concern about a trainee and what happened to it."""

    id: UUID
    trainee_id: UUID
    raised_by_id: UUID
    raised_on: date
    first_rung: Rung
    recorded_at: datetime
    steps: tuple[ConcernStepFact, ...] = ()
    shared_on: date | None = None

    def seen_from(self, on: date) -> tuple[ConcernStepFact, ...]:
        """The steps decided by this date, in order."""
        return tuple(sorted((s for s in self.steps if s.decided_on <= on), key=lambda s: (s.decided_on, s.recorded_at)))

    def _stand(self, on: date) -> tuple[Rung, date, date | None]:
        """The rung on this date, since when, and the day the concern closed: what comes later counts no more."""
        rung, since = self.first_rung, self.raised_on
        for step in self.seen_from(on):
            ended = closes_itself_after(rung, since)
            if ended is not None and step.decided_on > ended:
                break
            if step.rung is None:
                return rung, since, step.decided_on
            rung, since = step.rung, step.decided_on
        closes = _closes_itself_on(rung, since)
        return rung, since, closes if closes is not None and closes <= on else None

    def rung(self, on: date) -> Rung:
        """The rung on this date; a closed concern keeps its last one."""
        return self._stand(on)[0]

    def since(self, on: date) -> date:
        """The day the concern came to its present rung."""
        return self._stand(on)[1]

    def closed_on(self, on: date) -> date | None:
        """The day the concern was closed or closed itself, as seen from this date; None while it stands."""
        return self._stand(on)[2]

    def review_by(self, on: date) -> date:
        """The day the present rung's clock runs out."""
        return clock_end(self.rung(on), self.since(on))

    def closes_itself_on(self, on: date) -> date | None:
        """The day the concern closes if nobody decides before; None on a rung where only people close it."""
        return _closes_itself_on(self.rung(on), self.since(on))

    def is_open(self, on: date) -> bool:
        """Whether the concern stands on this date. A heads-up closes itself when its clock runs out."""
        return self.raised_on <= on and self.closed_on(on) is None

    def blocks(self, on: date) -> bool:
        """Whether the concern blocks an authorisation on this date."""
        return self.is_open(on) and self.rung(on).blocks

    def university_sees(self, on: date) -> bool:
        """Whether the trainee's university may read the concern: from the action plan up, or by recorded decision."""
        return self.rung(on).blocks or (self.shared_on is not None and self.shared_on <= on)


def blocking(concerns: Sequence[ConcernFact], on: date) -> tuple[ConcernFact, ...]:
    """The concerns that block an authorisation on this date."""
    return tuple(concern for concern in concerns if concern.blocks(on))


def closes_itself_after(rung: Rung, since: date) -> date | None:
    """The last day on which a concern on this rung stands without a decision; None where only people close it."""
    return clock_end(rung, since) if rung is Rung.HEADS_UP else None


def _closes_itself_on(rung: Rung, since: date) -> date | None:
    last = closes_itself_after(rung, since)
    return last + timedelta(days=1) if last is not None else None


def clock_end(rung: Rung, since: date) -> date:
    """The last day of a rung's clock. Working days are Monday to Friday; bank holidays are not taken off."""
    if rung is Rung.HEADS_UP:
        return since + timedelta(days=14)
    if rung is Rung.ACTION_PLAN:
        return since + timedelta(weeks=6)
    return add_working_days(since, 10 if rung is Rung.RECORDED else 20)


class ClockNews(enum.StrEnum):
    """What there is to say about the clock of a concern."""

    SOON = "soon"
    OUT = "out"
    CLOSED_ITSELF = "closed-itself"


WARN_BEFORE = timedelta(days=3)
"""How long before a clock runs out somebody is told: a proposal, to be confirmed by the service."""

NEWS_FOR = timedelta(days=7)
"""How long it is worth telling that a heads-up closed itself: a proposal, to be confirmed by the service."""


def clock_news(concern: ConcernFact, on: date) -> ClockNews | None:
    """What the people who decide have to be told of a clock on this date, if anything.

    That a heads-up closed itself is news for a week: a service that begins to tell does not tell of years ago.
    """
    if concern.is_open(on):
        due = concern.review_by(on)
        return ClockNews.OUT if due < on else ClockNews.SOON if due - on <= WARN_BEFORE else None
    closed = concern.closed_on(on)
    itself = closed is not None and closed == concern.review_by(on) + timedelta(days=1)
    if closed is None or not itself or concern.rung(on) is not Rung.HEADS_UP or on - closed > NEWS_FOR:
        return None
    return None if any(step.rung is None for step in concern.seen_from(on)) else ClockNews.CLOSED_ITSELF


def check_raise(*, actor_id: UUID, trainee_id: UUID, rung: Rung, may_manage: bool) -> None:
    """Refuse a concern about oneself, or one that begins on a rung that only who manages concerns may decide.

    Raises RuleViolation.
    """
    if actor_id == trainee_id:
        raise RuleViolation("A concern is raised by somebody else. Speak to your co-ordinating supervisor.")
    if rung.blocks and not may_manage:
        raise RuleViolation("The consultant nurse decides on an action plan or a formal review", field="rung")


def check_step(concern: ConcernFact, *, actor_id: UUID, to: Rung | None, reason: str, on: date) -> None:
    """Refuse a step on one's own concern, on a closed one, to the same rung, or without a reason.

    Raises RuleViolation.
    """
    if actor_id == concern.trainee_id:
        raise RuleViolation("Nobody decides about a concern that is about themselves.")
    if not concern.is_open(on):
        raise RuleViolation("This concern is closed.")
    if to is concern.rung(on):
        raise RuleViolation(f"The concern is already at: {to.label.lower()}", field="rung")
    if not reason.strip():
        raise RuleViolation("Say why", field="reason")
