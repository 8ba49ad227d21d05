"""What a rota file says, and what it would change. Nothing is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from lms.identity.models import Person
from lms.identity.queries import list_trainees
from lms.interop.rules.problems import MOST_PROBLEMS, Remark
from lms.interop.rules.rota import Days, RotaReading, pack, rota_source
from lms.interop.rules.rota_csv import read_rota_csv
from lms.interop.rules.rota_ics import read_rota_ics
from lms.placements.queries import standing_shifts_of
from lms.placements.rules.rota import RotaChange, RotaSource, rota_change
from lms.placements.rules.times import Span
from lms.policy import Permission, Viewer

FEW = 6


@dataclass(frozen=True, slots=True)
class CheckedRota:
    """What the file of one's own rota says; what it would change and the rows to keep, where nothing is wrong."""

    reading: RotaReading
    change: RotaChange | None = None
    rows: str = ""


@dataclass(frozen=True, slots=True)
class PersonRota:
    """One person of a file about many, and what would change for them."""

    name: str
    change: RotaChange

    @property
    def first(self) -> list[tuple[Span, str]]:
        """The first shifts that would stand, to see that no day and month were swapped."""
        return [line for line in self.change.lines if line[1] != "Taken out"][:FEW]

    @property
    def days(self) -> tuple[Span, Span] | None:
        """The first and the last shift that would stand; None where there is none."""
        standing = [span for span, word in self.change.lines if word != "Taken out"]
        return (standing[0], standing[-1]) if standing else None


@dataclass(frozen=True, slots=True)
class CheckedRotas:
    """What a file about many people says; what it would change and the rows to keep, where nothing is wrong."""

    reading: RotaReading
    people: Sequence[PersonRota] = ()
    rows: str = ""


def check_own_rota(viewer: Viewer, data: bytes, name: str, *, days: Days) -> CheckedRota:
    """Hold a file against what is known of the viewer's main rota.

    Raises RuleViolation on `file` for a name that is none of a rota, on `from_on` or `until_on` for impossible days.
    """
    source = rota_source(name)
    reading = read_rota_csv(data, days) if source is RotaSource.CSV else read_rota_ics(data, days)
    if reading.days is None:
        return CheckedRota(reading)
    spans = reading.spans.get("", ())
    change = rota_change(standing_shifts_of([viewer.id], *reading.days).get(viewer.id, ()), spans)
    return CheckedRota(reading, change, pack({viewer.id: spans}, *reading.days, source))


def check_rotas(viewer: Viewer, data: bytes, name: str, *, days: Days) -> CheckedRotas:
    """Hold a file about many people against what is known of their main rotas.

    Whoever is no trainee the viewer may do this for is told as a problem. Raises RuleViolation as `check_own_rota`.
    """
    rota_source(name, many=True)
    reading = read_rota_csv(data, days, many=True)
    people = list_trainees(viewer, Permission.ROTA_MANAGE)
    trainees = {person.email.lower(): person for person in people if person.email}
    unknown = tuple(_unknown(reading, trainees))
    if unknown or reading.days is None:
        problems = sorted((*reading.problems, *unknown), key=lambda each: (each.place.row, each.place.column))
        return CheckedRotas(replace(reading, problems=tuple(problems[:MOST_PROBLEMS])))
    new = {trainees[email].id: spans for email, spans in reading.spans.items()}
    old = standing_shifts_of(list(new), *reading.days)
    changes = [_person(person, old, new) for person in people if person.id in new]
    return CheckedRotas(reading, changes, pack(new, *reading.days, reading.source))


def _unknown(reading: RotaReading, trainees: Mapping[str, Person]) -> Iterator[Remark]:
    for email, place in reading.places.items():
        if email not in trainees:
            yield Remark(place, "There is no trainee with this email address.")


def _person(person: Person, old: Mapping[UUID, Sequence[Span]], new: Mapping[UUID, Sequence[Span]]) -> PersonRota:
    return PersonRota(person.name, rota_change(old.get(person.id, ()), new[person.id]))
