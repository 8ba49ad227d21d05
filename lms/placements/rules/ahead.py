"""What is still to be planned: hours that are neither approved nor waiting nor booked, and what a slot would give."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.core.words import duration
from lms.placements.rules.hours import HoursResult


@dataclass(frozen=True, slots=True)
class TimeAhead:
    """Time that is booked and not worked yet."""

    setting: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Gap:
    """One requirement with what is still to be planned of it; `seen` are the settings where something counts."""

    slug: str
    title: str
    settings: tuple[str, ...]
    missing_minutes: int
    missing_settings: int
    seen: frozenset[str]

    def would_be_new(self, setting: str) -> bool:
        """Say whether a slot in this setting would add one of the different settings that are missing."""
        return self.missing_settings > 0 and setting not in self.seen


@dataclass(frozen=True, slots=True)
class Gift:
    """What one slot would give towards one gap."""

    gap: Gap
    minutes: int
    is_new_setting: bool

    @property
    def words(self) -> str:
        """The gift in words, to stand after "closes"."""
        said = f"{duration(self.minutes)} of your {duration(self.gap.missing_minutes)} missing in {self.gap.title}"
        return f"{said}, in a setting you have not been in" if self.is_new_setting else said

    @property
    def words_to_others(self) -> str:
        """The same to somebody who decides about the trainee."""
        said = f"{duration(self.minutes)} of {duration(self.gap.missing_minutes)} missing in {self.gap.title}"
        return f"{said}, in a setting they have not been in" if self.is_new_setting else said


def find_gaps(results: Iterable[HoursResult], planned: Iterable[TimeAhead]) -> tuple[Gap, ...]:
    """What is still to be planned of each requirement: what waits for approval or is booked is taken off."""
    ahead = tuple(planned)
    return tuple(
        _gap(result, [each for each in ahead if each.setting in result.requirement.settings]) for result in results
    )


def _gap(result: HoursResult, ahead: list[TimeAhead]) -> Gap:
    asked = result.requirement
    minutes = result.missing_minutes - result.waiting_minutes - sum(each.minutes for each in ahead)
    seen = {*result.settings_seen, *(shift.setting for shift in result.waiting), *(each.setting for each in ahead)}
    missing = asked.distinct_settings - len(seen) if asked.distinct_settings > 1 else 0
    return Gap(asked.slug, asked.title, asked.settings, max(0, minutes), max(0, missing), frozenset(seen))


def gift_of(gaps: Iterable[Gap], setting: str, minutes: int) -> Gift | None:
    """What a slot in this setting would give; None where nothing is missing there."""
    for gap in gaps:
        if setting in gap.settings:
            is_new = gap.would_be_new(setting)
            return Gift(gap, min(minutes, gap.missing_minutes), is_new) if gap.missing_minutes or is_new else None
    return None
