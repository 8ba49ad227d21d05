"""Sampling for internal quality assurance: what is drawn each quarter, who may look at it, what is still missing."""

import enum
import hashlib
import heapq
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from lms.competencies.rules.words import FormKind
from lms.core.days import add_months
from lms.core.errors import RuleViolation
from lms.core.words import join_words, number_of

PROPOSED_SHARES = {"assessors_share": 50, "trainees_share": 50, "forms_share": 10}
"""Of a hundred, what is looked at in a quarter. A proposal, to be confirmed by the service."""
Key = TypeVar("Key", bound=UUID)


class LookOutcome(enum.StrEnum):
    """What a second person says after looking at an assessment."""

    ACCEPTED = "accepted"
    TALK = "talk"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return "Accepted" if self is LookOutcome.ACCEPTED else "Talk with the assessor"


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a calendar year."""

    year: int
    number: int

    @classmethod
    def of(cls, on: date) -> "Quarter":
        """The quarter a day falls in."""
        return cls(on.year, (on.month - 1) // 3 + 1)

    @classmethod
    def named(cls, name: str) -> "Quarter | None":
        """The quarter with this name, such as 2026-q4; None for anything else."""
        year, _, number = name.partition("-q")
        fits = len(year) == 4 and year.isascii() and year.isdecimal() and number in ("1", "2", "3", "4")
        return cls(int(year), int(number)) if fits and int(year) else None

    @property
    def name(self) -> str:
        """The name that stands in addresses and records."""
        return f"{self.year:04}-q{self.number}"

    @property
    def starts_on(self) -> date:
        """The first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def ends_on(self) -> date:
        """The last day."""
        return add_months(self.starts_on, 3) - timedelta(days=1)

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter.of(add_months(self.starts_on, -3))

    @property
    def after(self) -> "Quarter":
        """The next quarter."""
        return Quarter.of(add_months(self.starts_on, 3))

    @property
    def words(self) -> str:
        """The quarter as it is read: October to December 2026."""
        return f"{self.starts_on:%B} to {self.ends_on:%B %Y}"


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """The shares of a sampling policy, from the quarter that begins on a day."""

    id: UUID
    from_on: date
    assessors_share: int
    trainees_share: int
    forms_share: int
    recorded_at: datetime

    @property
    def words(self) -> str:
        """The policy as a sentence."""
        return (
            f"Each quarter a second person looks at work of {self.assessors_share} in 100 assessors, about"
            f" {self.trainees_share} in 100 trainees, and at {self.forms_share} in 100 forms of each kind, rounded up."
        )


@dataclass(frozen=True, slots=True)
class SampledPiece:
    """One assessment as it can be drawn: as it came in, whatever corrected it since.

    `drawable_at` is when it came into the draw: once it was recorded, and for a guest's once the guest was accepted;
    None before. One whose guest no longer counts keeps its place, so that no other lot moves, and is not looked at.
    """

    id: UUID
    assessor_id: UUID
    trainee_id: UUID
    kind: FormKind
    recorded_at: datetime
    drawable_at: datetime | None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Dimension:
    """How far one share is reached: `done` of `needed`."""

    name: str
    one: str
    many: str
    needed: int
    done: int

    @property
    def missing(self) -> str:
        """What is missing in words, or empty."""
        left = self.needed - self.done
        return f"{number_of(left, self.one, self.many)} to look at" if left else ""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a quarter's draw asks for: the pieces drawn, those still due, and how far each share is reached."""

    drawn: tuple[SampledPiece, ...]
    due: tuple[SampledPiece, ...]
    dimensions: tuple[Dimension, ...]

    @property
    def is_compliant(self) -> bool:
        """Whether every share is reached."""
        return not any(each.missing for each in self.dimensions)

    @property
    def missing(self) -> str:
        """What is still missing, in one sentence; empty when nothing is."""
        lacking = [each.missing.removesuffix(" to look at") for each in self.dimensions if each.missing]
        return f"Still to look at: {join_words(lacking)}." if lacking else ""


def share_of(count: int, share: int) -> int:
    """How many of so many a share of a hundred comes to, rounded up: never none where there is something."""
    return math.ceil(count * share / 100)


def policy_for(policies: Iterable[PolicyFact], quarter: Quarter) -> PolicyFact | None:
    """The policy that holds in a quarter: the latest of those from its first day or before; among equals the newest."""
    holding = [each for each in policies if each.from_on <= quarter.starts_on]
    return max(holding, key=lambda each: (each.from_on, each.recorded_at, each.id), default=None)


def draw(
    pieces: Iterable[SampledPiece], policy: PolicyFact, quarter: Quarter, looked_at: Collection[UUID] = ()
) -> Sample:
    """Draw what is to be looked at from the assessments of a quarter, as they came in.

    Whenever a share has grown by one, the lowest lot of what is there is drawn. The lot of each assessment, assessor
    and trainee is fixed by the quarter: nobody chooses, the order in which the records are given does not matter, and
    what was drawn stays drawn whatever comes in later or is looked at first. What counts no longer is left out at
    the end, so that it moves no other lot.
    """
    ordered = _in_order(pieces)
    forms = {kind: _Pool[UUID](quarter, policy.forms_share) for kind in sorted({piece.kind for piece in ordered})}
    people = {
        "assessor_id": _Pool[UUID](quarter, policy.assessors_share),
        "trainee_id": _Pool[UUID](quarter, policy.trainees_share),
    }
    known: dict[UUID, SampledPiece] = {}
    drawn: dict[UUID, SampledPiece] = {}
    for piece in ordered:
        known[piece.id] = piece
        if (by_form := forms[piece.kind].add(piece.id)) is not None:
            drawn[by_form] = known[by_form]
        for name, pool in people.items():
            if (person := pool.add(getattr(piece, name))) is not None:
                _draw_one(drawn, [each for each in known.values() if getattr(each, name) == person], quarter)
    counting = [piece for piece in ordered if piece.counts]
    drawn = _leave_out(drawn, counting, forms, people)
    seen = [piece for piece in counting if piece.id in looked_at]
    return Sample(
        drawn=tuple(drawn.values()),
        due=tuple(piece for piece in drawn.values() if piece.id not in looked_at),
        dimensions=(
            people["assessor_id"].reached("Assessors", "assessor", "assessors", {each.assessor_id for each in seen}),
            people["trainee_id"].reached("Trainees", "trainee", "trainees", {each.trainee_id for each in seen}),
            *(
                pool.reached(kind.plural[0].upper() + kind.plural[1:], kind.label, kind.plural, looked_at)
                for kind, pool in forms.items()
                if pool.chosen
            ),
        ),
    )


def _in_order(pieces: Iterable[SampledPiece]) -> list[SampledPiece]:
    """The pieces that can be drawn, as they came into the draw."""
    places = ((piece.drawable_at, piece) for piece in pieces)
    ordered = sorted(((at, piece.id, piece) for at, piece in places if at is not None), key=lambda each: each[:2])
    return [piece for _, _, piece in ordered]


def _leave_out(
    drawn: Mapping[UUID, SampledPiece],
    counting: Sequence[SampledPiece],
    forms: Mapping[FormKind, "_Pool[UUID]"],
    people: Mapping[str, "_Pool[UUID]"],
) -> dict[UUID, SampledPiece]:
    """What is drawn of the pieces that count: where all do, nothing changes; else a share left short is drawn anew."""
    left = {piece.id: piece for piece in drawn.values() if piece.counts}
    known = {piece.id: piece for piece in counting}
    for kind, pool in forms.items():
        pool.keep({piece.id for piece in counting if piece.kind is kind})
        left.update({key: known[key] for key in pool.chosen if key not in left})
    for name, pool in people.items():
        pool.keep({getattr(piece, name) for piece in counting})
        for person in pool.chosen:
            _draw_one(left, [piece for piece in counting if getattr(piece, name) == person], pool.quarter)
    return left


def _draw_one(drawn: dict[UUID, SampledPiece], theirs: Sequence[SampledPiece], quarter: Quarter) -> None:
    """Draw the lowest lot of one person's pieces, unless one of them is drawn."""
    if not any(piece.id in drawn for piece in theirs):
        first = min(theirs, key=lambda piece: _lot(quarter, piece.id))
        drawn[first.id] = first


def may_look(piece: SampledPiece, person_id: UUID) -> bool:
    """Say whether somebody is a second person for this assessment: they neither wrote it nor is it about them."""
    return person_id not in (piece.assessor_id, piece.trainee_id)


def check_policy(*, from_on: date, quarter: Quarter, shares: Mapping[str, int], reason: str) -> None:
    """Refuse a policy from a quarter that is over or far away, a share that is none, or one without a reason.

    Raises RuleViolation.
    """
    if from_on not in (quarter.starts_on, quarter.after.starts_on):
        raise RuleViolation("Select this quarter or the next one", field="from_on")
    for name, share in shares.items():
        if not 1 <= share <= 100:
            raise RuleViolation("Enter a number from 1 to 100", field=name)
    if not reason.strip():
        raise RuleViolation("Say why the shares are set this way", field="reason")


def check_look(
    piece: SampledPiece, sample: Sample, *, by_id: UUID, outcome: LookOutcome, note: str, is_looked_at: bool
) -> None:
    """Refuse to look at one's own work, at what was not drawn or was looked at, or to ask for a talk without a note.

    Raises RuleViolation.
    """
    if not may_look(piece, by_id):
        raise RuleViolation("A second person looks at this: nobody looks at their own work.")
    if is_looked_at:
        raise RuleViolation("Somebody has already looked at this assessment.")
    if piece not in sample.drawn:
        raise RuleViolation("This assessment was not drawn. The draw decides what is looked at, not the person.")
    if outcome is LookOutcome.TALK and not note.strip():
        raise RuleViolation("Say what you want to talk about", field="note")


def _lot(quarter: Quarter, key: UUID) -> str:
    return hashlib.sha256(f"{quarter.name}/{key}".encode()).hexdigest()


class _Pool(Generic[Key]):
    """What can be drawn of one sort, as it comes in, and what was drawn of it so far."""

    def __init__(self, quarter: Quarter, share: int) -> None:
        self.quarter, self.share = quarter, share
        self.known: set[Key] = set()
        self.waiting: list[tuple[str, Key]] = []
        self.chosen: list[Key] = []

    def add(self, key: Key) -> Key | None:
        """Take in one more; returns what is drawn by lot if the share has grown by one."""
        if key in self.known:
            return None
        self.known.add(key)
        heapq.heappush(self.waiting, (_lot(self.quarter, key), key))
        if share_of(len(self.known), self.share) == len(self.chosen):
            return None
        self.chosen.append(heapq.heappop(self.waiting)[1])
        return self.chosen[-1]

    def keep(self, counting: Collection[Key]) -> None:
        """Leave out what counts no longer; what the share then lacks is drawn by lot of what does."""
        left = [key for key in self.chosen if key in counting]
        others = sorted(set(counting) - set(left), key=lambda key: _lot(self.quarter, key))
        self.chosen = left + others[: max(0, share_of(len(counting), self.share) - len(left))]

    def reached(self, name: str, one: str, many: str, seen: Collection[Key]) -> Dimension:
        """How many of those drawn were looked at."""
        return Dimension(name, one, many, len(self.chosen), sum(key in seen for key in self.chosen))
