"""Main rotas as files leave them: whose, when, on which days; and how checked rows travel to the page that confirms."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from lms.core import words
from lms.core.errors import RuleViolation
from lms.interop.rules.problems import MOST_PROBLEMS, Place, Refused, Remark
from lms.placements.rules.duties import DAY, LONGEST_DUTY, length, moment_words
from lms.placements.rules.rota import MOST_A_DAY, MOST_DAYS, RotaSource
from lms.placements.rules.times import FIRST_YEAR, LAST_YEAR, Span

LARGEST_ROTA = 10 * 1024 * 1024
MOST_SHIFTS = 5000
"""How many shifts one file may hold: those of 20 people in a year. A proposal, to be confirmed by the service."""


@dataclass(frozen=True, slots=True)
class Days:
    """Which days a rota speaks of; what was not said follows from the first and the last shift of the file."""

    from_on: date | None = None
    until_on: date | None = None

    def leaves_out(self, day: date) -> bool:
        """Say whether a day lies outside."""
        too_early = self.from_on is not None and day < self.from_on
        return too_early or (self.until_on is not None and day > self.until_on)


@dataclass(frozen=True, slots=True)
class RotaRow:
    """One shift, where it stands in the file and, in a file about many people, whose it is and where that stands.

    A row without a span says that nothing is worked on its day.
    """

    place: Place
    on: date
    span: Span | None
    whose: str = ""
    named: Place | None = None


@dataclass(frozen=True, slots=True)
class RotaReading:
    """What a rota file says, by person: the spans of their shifts; or problems and no shift. Notes are sentences."""

    source: RotaSource
    from_on: date | None = None
    until_on: date | None = None
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day it speaks of; None where something is wrong."""
        return None if self.from_on is None or self.until_on is None else (self.from_on, self.until_on)


def rota_source(name: str, *, many: bool = False) -> RotaSource:
    """What a rota comes from, by the ending of the file's name. Raises RuleViolation on `file` for any other."""
    ending = name.lower().rpartition(".")[2]
    allowed = (RotaSource.CSV,) if many else tuple(RotaSource)
    if ending not in allowed:
        if many and ending == RotaSource.ICS:
            message = (
                "The name of the file must end in .csv. A trainee imports a calendar file (.ics) of their own "
                "on the page “Your rota”, under Hours"
            )
            raise RuleViolation(message, "file")
        endings = words.join_words([f".{each}" for each in allowed], "or")
        raise RuleViolation(f"The name of the file must end in {endings}", "file")
    return RotaSource(ending)


def settle(
    source: RotaSource, rows: Sequence[RotaRow], days: Days, *, problems: Iterable[Remark], notes: Iterable[str]
) -> RotaReading:
    """The rows as one reading, held against one another and the days asked for; refused whole if one is wrong.

    A rota with a shift left out would call a short rest fine. Raises RuleViolation on `from_on` or `until_on` for days
    that cannot be meant.
    """
    said = list(notes)
    inside = [row for row in rows if not days.leaves_out(row.on)]
    if len(rows) > len(inside):
        left_out = words.number_of(len(rows) - len(inside), "shift lies", "shifts lie")
        said.append(f"{left_out} outside the days you chose and will be left out.")
    kept = _once(inside, said)
    found = sorted([*problems, *_impossible(kept)], key=_place)
    if found:
        return RotaReading(source, problems=tuple(found[:MOST_PROBLEMS]))
    first, last = _days(kept, days)
    spans: dict[str, list[Span]] = {}
    places: dict[str, Place] = {}
    for row in kept:
        places.setdefault(row.whose, row.named or row.place)
        spans.setdefault(row.whose, []).extend([row.span] if row.span else [])
    ordered = {whose: tuple(each) for whose, each in spans.items()}
    return RotaReading(source, first, last, ordered, places, notes=tuple(said))


def _place(remark: Remark) -> tuple[int, int]:
    return remark.place.row, remark.place.column


def _once(rows: Sequence[RotaRow], said: list[str]) -> list[RotaRow]:
    """Each shift once, in order; that one stands twice is said."""
    found: dict[tuple[str, date, Span | None], RotaRow] = {}
    for row in rows:
        found.setdefault((row.whose, row.on, row.span), row)
    twice = sum(row.span is not None for row in rows) - sum(key[2] is not None for key in found)
    if twice:
        said.append(f"{words.number_of(twice, 'shift stands', 'shifts stand')} there twice and will be kept once.")
    return sorted(found.values(), key=lambda row: (row.whose, row.span.started_at if row.span else _NEVER, row.on))


_NEVER = datetime.min.replace(tzinfo=UTC)


def _impossible(rows: Sequence[RotaRow]) -> Iterable[Remark]:
    """Shifts of another age, without a length, too long, or at the same time as the one before."""
    last: RotaRow | None = None
    begun: Counter[tuple[str, date]] = Counter()
    for row in rows:
        if row.span is None:
            continue
        begun[row.whose, row.on] += 1
        if begun[row.whose, row.on] == MOST_A_DAY + 1:
            yield Remark(row.place, f"More than {MOST_A_DAY} shifts begin on {words.day(row.on)}.")
        if not FIRST_YEAR <= row.on.year <= LAST_YEAR:
            yield Remark(row.place, "Check the year.")
        elif length(row.span) <= timedelta():
            yield Remark(row.place, "This shift ends when it starts, or before.")
        elif length(row.span) > LONGEST_DUTY:
            yield Remark(row.place, f"This shift lasts {words.duration(row.span.minutes)}. The longest is 24 h.")
        elif last is not None and last.span is not None and last.whose == row.whose and last.span.overlaps(row.span):
            began = moment_words(last.span.started_at)
            yield Remark(row.place, f"This overlaps the shift that starts at {began}, in {last.place.words}.")
        last = row


def _days(rows: Sequence[RotaRow], days: Days) -> tuple[date, date]:
    first = days.from_on or min((row.on for row in rows), default=None)
    last = days.until_on or max((row.on for row in rows), default=None)
    if first is None or last is None:
        field = "from_on" if first is None else "until_on"
        raise RuleViolation("There is no shift in this file. Say from which day to which you work none.", field)
    if (last - first) // DAY >= MOST_DAYS:
        message = f"The shifts go from {words.day(first)} to {words.day(last)}. Choose at most {MOST_DAYS} days."
        raise RuleViolation(message, "from_on" if days.from_on is None else "until_on")
    if last < first:
        raise RuleViolation("The last day must not lie before the first", "until_on")
    return first, last


def pack(rotas: Mapping[UUID, Sequence[Span]], from_on: date, until_on: date, source: RotaSource) -> str:
    """Checked rows as a text that a page carries until they are confirmed: nothing but times and whose they are."""
    body = {
        "from": from_on.isoformat(),
        "until": until_on.isoformat(),
        "source": source.value,
        "rotas": {str(person): [_minutes(span) for span in spans] for person, spans in rotas.items()},
    }
    return json.dumps(body, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class PackedRotas:
    """Checked rows as they come back."""

    rotas: Mapping[UUID, tuple[Span, ...]]
    from_on: date
    until_on: date
    source: RotaSource


def unpack(text: str) -> PackedRotas:
    """The rows a page carried. Whether they can be a rota is checked again by whoever stores them.

    Raises RuleViolation for a text that did not come back whole, or holds more than any file may.
    """
    try:
        body: dict[str, Any] = json.loads(text)
        rotas = {UUID(person): tuple(_span(*pair) for pair in pairs) for person, pairs in body["rotas"].items()}
        if not rotas or sum(map(len, rotas.values())) > MOST_SHIFTS:
            raise ValueError("no rota, or more than a file may hold")
        days = date.fromisoformat(body["from"]), date.fromisoformat(body["until"])
        return PackedRotas(rotas, *days, RotaSource(body["source"]))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise RuleViolation("The checked rows did not come back whole. Choose the file again.") from error


def _minutes(span: Span) -> tuple[int, int]:
    return int(span.started_at.timestamp()) // 60, span.minutes


def _span(started: int, minutes: int) -> Span:
    if not (type(started) is int and type(minutes) is int):
        raise TypeError("rotas are in whole minutes")
    begins = datetime.fromtimestamp(started * 60, UTC)
    return Span(begins, begins + timedelta(minutes=minutes))


def refused(source: RotaSource, problem: Refused) -> RotaReading:
    """The reading of a file that cannot be read any further."""
    return RotaReading(source, problems=problem.problems)
