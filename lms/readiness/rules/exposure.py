"""What a trainee has observed, assisted and led, what was never led, and where the next shift would give it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lms.placements.rules.encounters import EncounterFact
from lms.placements.rules.hours import Placements
from lms.placements.rules.sharing import month_of, put_together
from lms.placements.rules.states import Part, Presentation


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot trainees may ask for, as far as this needs it."""

    slot_id: UUID
    setting: str
    site: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a trainee has seen of one presentation, and the settings in which it is usually met."""

    presentation: Presentation
    counts: Mapping[Part, int]
    settings: tuple[str, ...]

    @property
    def never_led(self) -> bool:
        """Say whether the trainee has not led a contact of it yet; what is "other" is no gap."""
        return self.presentation is not Presentation.OTHER and not self.counts[Part.LED]

    @property
    def total(self) -> int:
        """The contacts of it, whatever the trainee did."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class SeenWhere:
    """So many contacts of one month and setting; None where that is put together so that nothing rare stands alone."""

    month: date | None
    setting: str | None
    count: int


def exposures(encounters: Iterable[EncounterFact], placements: Placements, on: date) -> tuple[Exposure, ...]:
    """Every presentation with what the trainee did by the day; what was taken back is left out."""
    counts = Counter((each.presentation, each.part) for each in encounters if each.stands and each.on <= on)
    return tuple(
        Exposure(
            presentation,
            {part: counts[presentation, part] for part in Part},
            tuple(setting.slug for setting in placements.settings if presentation in setting.often_seen),
        )
        for presentation in Presentation
    )


def exposure_gaps(encounters: Iterable[EncounterFact], placements: Placements, on: date) -> tuple[Exposure, ...]:
    """What the trainee has never led by the day: what was never seen at all first, then what was least seen."""
    gaps = [each for each in exposures(encounters, placements, on) if each.never_led]
    return tuple(sorted(gaps, key=lambda each: each.total))


def next_offer(gap: Exposure, offers: Iterable[OpenSlot]) -> OpenSlot | None:
    """The first slot on offer in a setting in which it is usually met."""
    fitting = [offer for offer in offers if offer.setting in gap.settings]
    return min(fitting, key=lambda offer: offer.starts_at, default=None)


def cell(
    encounters: Iterable[EncounterFact], presentation: Presentation, part: Part, on: date
) -> Sequence[EncounterFact]:
    """The contacts behind one number of the grid and those that were taken back, newest first."""
    found = [each for each in encounters if (each.presentation, each.part) == (presentation, part) and each.on <= on]
    return sorted(found, key=lambda each: (each.on, each.id), reverse=True)


def seen_where(encounters: Iterable[EncounterFact]) -> tuple[SeenWhere, ...]:
    """The contacts that count, by month and setting, newest first; fewer than five of one kind are put together."""
    kinds: list[tuple[date | None, str | None]] = [
        (month_of(each.on), each.setting) for each in encounters if each.stands
    ]
    found = put_together(
        Counter(kinds),
        lambda kind: (kind[0], None),
        lambda kind: (None, None),
    )
    rows = [SeenWhere(month, setting, count) for (month, setting), count in found.items()]
    return tuple(sorted(rows, key=lambda row: (row.month or date.min, row.setting or ""), reverse=True))
