"""Placement hours against what is required: what counts, what does not and why, and what is missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from lms.core.words import duration, number_of
from lms.placements.rules.activities import PULLED
from lms.placements.rules.checks import CheckKind
from lms.placements.rules.states import Activity, Doubt, Presentation, Status
from lms.placements.rules.times import Span, attended_minutes, started_on


@dataclass(frozen=True, slots=True)
class Setting:
    """One kind of place where placement hours are worked, and what contacts there are often about."""

    slug: str
    title: str
    group: str | None
    required_minutes: int
    supervisor: str
    must_log: tuple[str, ...]
    often_seen: tuple[Presentation, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings whose hours are asked together, such as any two of four."""

    slug: str
    title: str
    required_minutes: int
    distinct_settings: int


ALWAYS = (
    "Time pulled to operational duty does not count. Whether a shift was supernumerary is kept and does not change"
    " what counts."
)
"""What holds for the hours of every requirement."""


@dataclass(frozen=True, slots=True)
class HoursRequirement:
    """So many minutes in these settings together, in at least so many different ones of them."""

    slug: str
    title: str
    settings: tuple[str, ...]
    required_minutes: int
    distinct_settings: int = 1
    breaks_taken_off: bool = False

    @property
    def rule(self) -> str:
        """The requirement as a sentence."""
        asked = duration(self.required_minutes)
        sentence = f"At least {asked} of approved attended time"
        if len(self.settings) > 1:
            sentence += f" in {len(self.settings)} settings together"
        if self.distinct_settings > 1:
            sentence += f", from at least {self.distinct_settings} of them"
        breaks = "are taken off" if self.breaks_taken_off else "are not taken off"
        return f"{sentence}. Breaks {breaks}. {ALWAYS}"


@dataclass(frozen=True, slots=True)
class Placements:
    """Every setting and group, as one version of the content says it."""

    title: str
    status: str
    settings: tuple[Setting, ...]
    groups: tuple[SettingGroup, ...]
    before_any_placement: tuple[CheckKind, ...] = ()

    def setting(self, slug: str) -> Setting | None:
        """The setting of this slug, if there is one."""
        return next((setting for setting in self.settings if setting.slug == slug), None)

    def title_of(self, slug: str) -> str:
        """The title of a setting; a retired slug is shown as words."""
        found = self.setting(slug)
        return found.title if found else slug.replace("-", " ").capitalize()

    def requirements(self) -> tuple[HoursRequirement, ...]:
        """What is asked, in the order of the content: single settings and groups of them."""
        asked: list[HoursRequirement] = []
        for setting in self.settings:
            if setting.group is None and setting.required_minutes:
                asked.append(HoursRequirement(setting.slug, setting.title, (setting.slug,), setting.required_minutes))
        for group in self.groups:
            members = tuple(setting.slug for setting in self.settings if setting.group == group.slug)
            asked.append(
                HoursRequirement(group.slug, group.title, members, group.required_minutes, group.distinct_settings)
            )
        return tuple(asked)

    def total(self) -> HoursRequirement:
        """All required hours as one requirement over every setting that is asked."""
        asked = self.requirements()
        slugs = tuple(slug for requirement in asked for slug in requirement.settings)
        return HoursRequirement("all", "All settings", slugs, sum(item.required_minutes for item in asked))


NO_PLACEMENTS = Placements("", "", (), ())


@dataclass(frozen=True)
class ShiftFact:
    """One shift as far as rules need it; it belongs to the London day it began.

    `activities` has the minutes of each; it is empty where nobody was asked, and then all of the time counts.
    `is_supernumerary` is none where nobody was asked, `booking_id` where the shift was not planned here. `approved_at`
    is when the approval that speaks was given, `doubt` why it is not confirmed yet.
    """

    id: UUID
    setting: str
    started_at: datetime
    ended_at: datetime
    break_minutes: int
    status: Status
    supervisor_id: UUID
    recorded_at: datetime
    approved_at: datetime | None = None
    doubt: Doubt | None = None
    activities: Mapping[Activity, int] = field(default_factory=dict, hash=False)
    is_supernumerary: bool | None = None
    booking_id: UUID | None = None

    @cached_property
    def span(self) -> Span:
        """The time of the shift."""
        return Span(self.started_at, self.ended_at)

    @property
    def standing(self) -> str:
        """Where the shift stands, in words: of an approval that is not confirmed yet, also what is missing."""
        return _UNCONFIRMED.get(self.doubt, self.status.label) if self.doubt else self.status.label

    @cached_property
    def minutes(self) -> int:
        """Attended minutes, breaks included."""
        return self.span.minutes

    @property
    def pulled_minutes(self) -> int:
        """Minutes on operational duty, which no requirement counts."""
        return self.activities.get(Activity.OPERATIONAL_DUTY, 0)

    def countable_minutes(self, *, breaks_taken_off: bool = False) -> int:
        """Minutes that count once the shift is approved."""
        return attended_minutes(
            self.span,
            break_minutes=self.break_minutes,
            pulled_minutes=self.pulled_minutes,
            breaks_taken_off=breaks_taken_off,
        )

    @cached_property
    def on(self) -> date:
        """The London day the shift began."""
        return started_on(self.span)


_UNCONFIRMED = {
    Doubt.SAID_OFFLINE: "Approved without a signal, not confirmed yet",
    Doubt.NOT_CHECKED: "Approved by a guest, not checked yet",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A shift that counts, and how many minutes of it."""

    shift: ShiftFact
    minutes: int


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Minutes of a shift that do not count, all of them or some, and why."""

    shift: ShiftFact
    why: str
    minutes: int


@dataclass(frozen=True, slots=True)
class HoursResult:
    """One requirement with the shifts that decided it."""

    requirement: HoursRequirement
    counted: tuple[Counted, ...]
    not_counted: tuple[NotCounted, ...]

    @property
    def counted_minutes(self) -> int:
        """Minutes that count."""
        return sum(item.minutes for item in self.counted)

    @property
    def waiting(self) -> tuple[ShiftFact, ...]:
        """Shifts that would count once a supervisor approves them."""
        return tuple(item.shift for item in self.not_counted if item.shift.status.waits)

    @property
    def waiting_minutes(self) -> int:
        """Minutes of the shifts that wait."""
        return self.minutes_of(self.waiting)

    def minutes_of(self, shifts: Iterable[ShiftFact]) -> int:
        """Minutes of these shifts as the requirement counts them."""
        return sum(shift.countable_minutes(breaks_taken_off=self.requirement.breaks_taken_off) for shift in shifts)

    def would_be_met_with(self, shifts: Iterable[ShiftFact]) -> bool:
        """Say whether approval of these shifts would be enough."""
        extra = tuple(Counted(shift, self.minutes_of([shift])) for shift in shifts)
        return replace(self, counted=(*self.counted, *extra), not_counted=()).met

    @property
    def missing_minutes(self) -> int:
        """Minutes still to be worked and approved."""
        return max(0, self.requirement.required_minutes - self.counted_minutes)

    @property
    def settings_seen(self) -> tuple[str, ...]:
        """The settings of the requirement in which something counts, in its order."""
        seen = {item.shift.setting for item in self.counted if item.minutes}
        return tuple(slug for slug in self.requirement.settings if slug in seen)

    @property
    def missing_settings(self) -> int:
        """How many more different settings are asked, where more than one is."""
        if self.requirement.distinct_settings < 2:
            return 0
        return max(0, self.requirement.distinct_settings - len(self.settings_seen))

    @property
    def met(self) -> bool:
        """Say whether the requirement is satisfied."""
        return not self.missing_minutes and not self.missing_settings

    @property
    def words(self) -> str:
        """The result in one line."""
        text = f"{duration(self.counted_minutes)} of {duration(self.requirement.required_minutes)}"
        if self.requirement.distinct_settings > 1:
            text += f", {len(self.settings_seen)} of {self.requirement.distinct_settings} settings"
        return text

    @property
    def missing_words(self) -> str:
        """What is missing, in one line; empty once the requirement is met."""
        parts = []
        if self.missing_minutes:
            parts.append(duration(self.missing_minutes))
        if self.missing_settings:
            parts.append(number_of(self.missing_settings, "more setting"))
        return " and ".join(parts)


WHY_NOT = {
    Status.DRAFT: "It was not sent to a supervisor.",
    Status.SUBMITTED: "The supervisor has not approved it yet.",
    Status.QUERIED: "The supervisor asked a question about it.",
    Status.UNCONFIRMED: "It was approved by somebody without an account whom an administrator has not checked yet.",
    Status.WITHDRAWN: "It was withdrawn.",
    Status.CORRECTED: "A correction replaced it.",
}
ONLY_SAID = "The supervisor said yes on a device without a signal and has not confirmed it yet."


def why_not(shift: ShiftFact) -> str:
    """Why a shift that is not approved does not count."""
    return ONLY_SAID if shift.doubt is Doubt.SAID_OFFLINE else WHY_NOT[shift.status]


def assess_hours(requirement: HoursRequirement, shifts: Iterable[ShiftFact]) -> HoursResult:
    """Hold the shifts in the requirement's settings against it: each minute counts, or it is said why not.

    Only approved shifts count, and of these not the time on operational duty: one pulled from end to end counts 0.
    """
    counted: list[Counted] = []
    not_counted: list[NotCounted] = []
    for shift in sorted(shifts, key=lambda each: (each.started_at, each.id)):
        if shift.setting not in requirement.settings:
            continue
        if shift.status is not Status.APPROVED:
            not_counted.append(NotCounted(shift, why_not(shift), shift.minutes))
            continue
        minutes = shift.countable_minutes(breaks_taken_off=requirement.breaks_taken_off)
        if minutes:
            counted.append(Counted(shift, minutes))
        not_counted += _left_out(requirement, shift)
    return HoursResult(requirement, tuple(counted), tuple(not_counted))


def _left_out(requirement: HoursRequirement, shift: ShiftFact) -> Iterator[NotCounted]:
    """What of an approved shift does not count."""
    if shift.pulled_minutes:
        yield NotCounted(shift, PULLED, shift.pulled_minutes)
    if requirement.breaks_taken_off and shift.break_minutes:
        yield NotCounted(shift, "Breaks are taken off here.", shift.break_minutes)


def progress(shifts: Sequence[ShiftFact], requirements: Iterable[HoursRequirement]) -> tuple[HoursResult, ...]:
    """Every requirement with what counts towards it, what does not and why, and what is missing.

    Hours beyond what one setting asks do not fill another: each requirement is its own sum.
    """
    return tuple(assess_hours(requirement, shifts) for requirement in requirements)


def counted_towards_total(results: Iterable[HoursResult]) -> int:
    """Minutes towards all required hours: of each requirement no more than it asks."""
    return sum(min(result.counted_minutes, result.requirement.required_minutes) for result in results)


def outside_requirements(
    shifts: Iterable[ShiftFact], requirements: Iterable[HoursRequirement]
) -> tuple[ShiftFact, ...]:
    """Shifts in settings that no requirement names: kept, and counted nowhere."""
    named = {slug for requirement in requirements for slug in requirement.settings}
    return tuple(shift for shift in shifts if shift.setting not in named)
