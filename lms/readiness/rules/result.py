"""What an assessment of readiness says: plain values that carry their own explanation."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID


class Supervision(enum.StrEnum):
    """How an authorised person works in a setting."""

    ACCOMPANIED = "accompanied"
    ALONE_WITH_ADVICE = "alone-with-advice"
    ALONE_AND_SUPERVISES = "alone-and-supervises"

    @property
    def label(self) -> str:
        """The supervision in words."""
        return SUPERVISION_WORDS[self]

    @property
    def rank(self) -> int:
        """How far the person stands alone: a higher number means less supervision."""
        return list(Supervision).index(self)


SUPERVISION_WORDS = {
    Supervision.ACCOMPANIED: "accompanied",
    Supervision.ALONE_WITH_ADVICE: "alone with advice on call and review after",
    Supervision.ALONE_AND_SUPERVISES: "alone and may supervise",
}


class Owner(enum.StrEnum):
    """Who can take the next step on what is missing."""

    TRAINEE = "trainee"
    ASSESSOR = "assessor"
    SUPERVISOR = "supervisor"
    EDUCATOR = "educator"
    ADMINISTRATOR = "administrator"
    CONSULTANT_NURSE = "consultant-nurse"

    @property
    def label(self) -> str:
        """The owner in words."""
        return self.value.replace("-", " ")


class Overall(enum.StrEnum):
    """The answer of one assessment of readiness."""

    READY = "ready"
    NOT_READY = "not-ready"
    RESTRICTED = "restricted"

    @property
    def label(self) -> str:
        """The answer in words."""
        return self.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Record:
    """One record that was looked at, in one line; `why` is said when it does not count.

    `by_id` is the person who made it. Names are added when the record is shown, so that no snapshot holds one.
    """

    id: UUID
    kind: str
    text: str
    why: str = ""
    by_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One requirement, met or not, with the records that decided it.

    `share` is what is there in hundredths of what is needed; `restricts_from` is the day from which a lapse
    restricts; `owner` and `next_step` are empty once the requirement is met.
    """

    key: str
    title: str
    rule: str
    met: bool
    words: str
    share: int
    counted: tuple[Record, ...] = ()
    not_counted: tuple[Record, ...] = ()
    owner: Owner | None = None
    next_step: str = ""
    restricts_from: date | None = None

    @property
    def state(self) -> str:
        """Met, missing or lapsed, in one word."""
        if self.met:
            return "met"
        return "lapsed" if self.restricts_from else "missing"


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The requirements of one kind."""

    key: str
    title: str
    requirements: tuple[RequirementResult, ...]

    @property
    def met(self) -> bool:
        """Say whether every requirement of the group is met."""
        return all(item.met for item in self.requirements)

    @property
    def state(self) -> str:
        """Met, missing or lapsed, in one word."""
        states = {item.state for item in self.requirements}
        return next((state for state in ("lapsed", "missing") if state in states), "met")

    @property
    def met_count(self) -> int:
        """How many requirements of the group are met."""
        return sum(item.met for item in self.requirements)

    @property
    def words(self) -> str:
        """The group in one line."""
        if len(self.requirements) == 1:
            return self.requirements[0].words
        return f"{self.met_count} of {len(self.requirements)} met"

    @property
    def share(self) -> int:
        """How much of the group is there, in hundredths: what a column of the board is sorted by."""
        return sum(item.share for item in self.requirements) // len(self.requirements)

    @property
    def blockers(self) -> tuple[RequirementResult, ...]:
        """What is not met."""
        return tuple(item for item in self.requirements if not item.met)


@dataclass(frozen=True, slots=True)
class Lapse:
    """Something that is no longer met since a day, and restricts an authorisation from that day on."""

    from_on: date
    words: str


@dataclass(frozen=True, slots=True)
class Result:
    """The explained answer: may this trainee be authorised in this setting, seen from one day."""

    trainee_id: UUID
    requirement_set: str
    title: str
    setting: str
    supervision: Supervision
    on: date
    overall: Overall
    valid_days: int
    groups: tuple[GroupResult, ...]
    lapses: tuple[Lapse, ...] = ()

    @property
    def requirements(self) -> Iterator[RequirementResult]:
        """Every requirement of every group."""
        for group in self.groups:
            yield from group.requirements

    @property
    def blockers(self) -> tuple[RequirementResult, ...]:
        """What is not met, lapses first."""
        missing = [item for item in self.requirements if not item.met]
        return tuple(sorted(missing, key=lambda item: item.restricts_from is None))

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Who can take a next step, each once, in a fixed order."""
        named = {item.owner for item in self.blockers}
        return tuple(owner for owner in Owner if owner in named)

    @property
    def turns(self) -> tuple[tuple[Owner, tuple[RequirementResult, ...]], ...]:
        """What is not met by whose turn it is."""
        return tuple((owner, tuple(item for item in self.blockers if item.owner is owner)) for owner in self.owners)

    @property
    def met_count(self) -> int:
        """How many requirements are met."""
        return sum(item.met for item in self.requirements)

    @property
    def total(self) -> int:
        """How many requirements there are."""
        return sum(len(group.requirements) for group in self.groups)

    @property
    def restricted_from(self) -> date | None:
        """The first day of the earliest lapse that still holds; None where no authorisation is restricted by it."""
        if self.overall is not Overall.RESTRICTED:
            return None
        return min((lapse.from_on for lapse in self.lapses), default=None)

    @property
    def words(self) -> str:
        """The answer in one line."""
        if self.overall is Overall.READY:
            return f"Ready: all {self.total} requirements met"
        if self.overall is Overall.RESTRICTED:
            return f"Restricted: {self.lapses[0].words}"
        missing = f"Not ready: {self.total - self.met_count} of {self.total} requirements missing"
        return f"{missing}. {self.lapses[0].words}" if self.lapses else missing
