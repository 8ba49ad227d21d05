"""Supervision: who co-ordinates it, what is logged, and the weeks without it. Nothing here is scored or ranked."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.competencies.rules.agreeing import AgreementState
from lms.core.errors import RuleViolation
from lms.core.words import day, number_of
from lms.curriculum.rules.pace import Pause, is_paused

EXPECTED_WEEKS = 4
"""Supervision is expected once in so many weeks: a proposal, to be confirmed by the service."""
NAMED_WITHIN = timedelta(days=28)
"""How far back a co-ordinating supervisor may be named from: a proposal, to be confirmed by the service."""
LONGEST_MINUTES = 480
ACTION_MAX = 300


class Theme(enum.StrEnum):
    """What supervision was about. No theme names a patient."""

    CASELOAD = "caseload"
    WELLBEING = "wellbeing"
    CLINICAL_REASONING = "clinical-reasoning"
    LAW_AND_ETHICS = "law-and-ethics"
    CAREER_AND_LEARNING = "career-and-learning"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The theme in words."""
        return self.value.replace("-", " ").capitalize()


class NamedBecause(enum.StrEnum):
    """Why a co-ordinating supervisor is named or ends. Words of one's own could name people, so there is none."""

    BEGINS = "begins"
    CHANGED_DUTIES = "changed-duties"
    AWAY = "away"
    ASKED = "asked"
    TRAINING_ENDED = "training-ended"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """The cause in words."""
        return _NAMED_WORDS[self]


_NAMED_WORDS = {
    NamedBecause.BEGINS: "Training begins",
    NamedBecause.CHANGED_DUTIES: "Duties changed",
    NamedBecause.AWAY: "The supervisor before is away",
    NamedBecause.ASKED: "The trainee or the supervisor asked for a change",
    NamedBecause.TRAINING_ENDED: "Training has ended",
    NamedBecause.CORRECTION: "Puts a mistake right",
}


@dataclass(frozen=True, slots=True)
class NamedFact:
    """Who co-ordinates a trainee's supervision from a day on; nobody where the person is None."""

    id: UUID
    person_id: UUID | None
    from_on: date
    recorded_at: datetime


def coordinating(named: Iterable[NamedFact], on: date) -> NamedFact | None:
    """The naming that speaks on a day: the latest by its first day, of the same day the one recorded last."""
    begun = (fact for fact in named if fact.from_on <= on)
    return max(begun, key=lambda fact: (fact.from_on, fact.recorded_at, fact.id), default=None)


def check_named(
    *, actor_id: UUID, trainee_id: UUID, person_id: UUID | None, from_on: date, before: NamedFact | None, today: date
) -> None:
    """Refuse a naming that could not be defended; `before` is the one in force.

    Raises RuleViolation: for oneself, as one's own supervisor, without a change, or from a day that cannot be.
    """
    if actor_id == trainee_id:
        raise RuleViolation("Somebody else names your co-ordinating supervisor.")
    if person_id == trainee_id:
        raise RuleViolation("Nobody supervises themselves. Choose somebody else.", "person_id")
    if person_id == actor_id:
        raise RuleViolation(
            "Nobody names themselves: who decides about a trainee does not supervise them.", "person_id"
        )
    if person_id == (before.person_id if before else None):
        raise RuleViolation("This is how it is already", "person_id")
    if from_on > today:
        raise RuleViolation("The first day cannot be in the future", "from_on")
    if from_on < today - NAMED_WITHIN:
        raise RuleViolation(f"The first day cannot be more than {NAMED_WITHIN.days} days ago", "from_on")
    if before is not None and from_on < before.from_on:
        raise RuleViolation(f"The first day cannot be before {day(before.from_on)}, when the last one began", "from_on")


@dataclass(frozen=True, slots=True)
class EntryFact:
    """One entry of the supervision log as rules see it."""

    id: UUID
    trainee_id: UUID
    supervisor_id: UUID
    recorded_by_id: UUID
    held_on: date
    minutes: int
    themes: tuple[Theme, ...]
    state: AgreementState
    recorded_at: datetime


def check_entry(*, minutes: int, themes: Sequence[Theme], action: str) -> None:
    """Refuse an entry that says too little or too much. Raises RuleViolation on the field."""
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise RuleViolation(f"Enter a length from 1 to {LONGEST_MINUTES} minutes", "minutes")
    if not themes:
        raise RuleViolation("Select at least one theme", "themes")
    if len(action) > ACTION_MAX:
        raise RuleViolation(f"Use {ACTION_MAX} characters or fewer", "action")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One week from Monday to Sunday, as the ISO calendar counts them."""

    monday: date

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    @classmethod
    def of(cls, on: date) -> "Week":
        """The week a day lies in."""
        return cls(on - timedelta(days=on.weekday()))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Weeks in a row, pauses left out, that passed without confirmed supervision."""

    weeks: tuple[Week, ...]

    @property
    def is_longer(self) -> bool:
        """Say whether supervision was expected within these weeks."""
        return len(self.weeks) >= EXPECTED_WEEKS

    @property
    def words(self) -> str:
        """The stretch in words: from when to when, and how many weeks."""
        count = number_of(len(self.weeks), "week")
        return f"{day(self.weeks[0].monday)} to {day(self.weeks[-1].sunday)}: {count}"


@dataclass(frozen=True, slots=True)
class WeeksResult:
    """The weeks of a training with and without confirmed supervision, seen from a day."""

    counted: tuple[Week, ...]
    without: tuple[Week, ...]
    stretches: tuple[Stretch, ...]
    last_on: date | None
    is_paused: bool

    @property
    def now_without(self) -> int:
        """How many whole weeks have passed since the last one with supervision."""
        if not self.counted or not self.without or self.without[-1] != self.counted[-1]:
            return 0
        return len(self.stretches[-1].weeks)

    @property
    def is_due(self) -> bool:
        """Say whether supervision is expected now; never while training is paused."""
        return not self.is_paused and self.now_without >= EXPECTED_WEEKS


def expected_words() -> str:
    """What is expected, as a sentence."""
    return (
        f"Supervision is expected at least once in {EXPECTED_WEEKS} weeks, whatever the working share. "
        "Weeks with time away do not count."
    )


def weeks_without(
    held: Iterable[date], *, starts_on: date, on: date, pauses: Sequence[Pause] = (), ended_on: date | None = None
) -> WeeksResult:
    """Hold the days of confirmed supervision against the weeks since training began.

    A week counts once it is over, and not if any of its days was a pause; the working share changes nothing.
    """
    until = on if ended_on is None else min(on, ended_on + timedelta(days=1))
    days = sorted(each for each in held if each <= on)
    with_one = {Week.of(each) for each in days}
    counted = tuple(week for week in _whole_weeks(starts_on, until) if not _touches(week, pauses))
    without = tuple(week for week in counted if week not in with_one)
    return WeeksResult(
        counted=counted,
        without=without,
        stretches=_stretches(counted, with_one),
        last_on=days[-1] if days else None,
        is_paused=is_paused(on, pauses),
    )


def _whole_weeks(starts_on: date, until: date) -> Iterable[Week]:
    week = Week.of(starts_on)
    while week.sunday < until:
        yield week
        week = Week(week.monday + timedelta(days=7))


def _touches(week: Week, pauses: Sequence[Pause]) -> bool:
    return any(is_paused(week.monday + timedelta(days=number), pauses) for number in range(7))


def _stretches(counted: Sequence[Week], with_one: set[Week]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    run: list[Week] = []
    for week in counted:
        if week not in with_one:
            run.append(week)
        elif run:
            found.append(Stretch(tuple(run)))
            run = []
    return (*found, Stretch(tuple(run))) if run else tuple(found)
