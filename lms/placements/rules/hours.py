"""Placement hours against what is required: what counts, what does not and why, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from lms.core.words import duration, number_of
from lms.placements.rules.states import Status
from lms.placements.rules.times import LONDON, Span, attended_minutes, started_on, supervision_window


@dataclass(frozen=True, slots=True)
class Setting:
    """One kind of place where placement hours are worked."""

    slug: str
    title: str
    group: str | None
    required_minutes: int
    supervisor: str
    must_log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings whose hours are asked together, such as any two of four."""

    slug: str
    title: str
    required_minutes: int
    distinct_settings: int


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
        return f"{sentence}. Breaks {breaks}."


@dataclass(frozen=True, slots=True)
class Placements:
    """Every setting and group, as one version of the content says it."""

    title: str
    status: str
    settings: tuple[Setting, ...]
    groups: tuple[SettingGroup, ...]

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
    """One shift as far as rules need it; it belongs to the London day it began."""

    id: UUID
    setting: str
    started_at: datetime
    ended_at: datetime
    break_minutes: int
    status: Status
    supervisor_id: UUID
    recorded_at: datetime
    approved_at: datetime | None = None

    @cached_property
    def span(self) -> Span:
        """The time of the shift."""
        return Span(self.started_at, self.ended_at)

    @cached_property
    def minutes(self) -> int:
        """Attended minutes, breaks included."""
        return self.span.minutes

    @cached_property
    def on(self) -> date:
        """The London day the shift began."""
        return started_on(self.span)


def keeps_sight(shifts: Iterable[ShiftFact], supervisor_id: UUID, today: date) -> bool:
    """Say whether a shift that stands still names this supervisor and their time to see the trainee has not run out."""
    return any(
        supervision_window(shift.on, shift.recorded_at.astimezone(LONDON).date())[1] >= today
        for shift in shifts
        if shift.supervisor_id == supervisor_id and shift.status not in (Status.WITHDRAWN, Status.CORRECTED)
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """A shift that counts, and how many minutes of it."""

    shift: ShiftFact
    minutes: int


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A shift that does not count, and why."""

    shift: ShiftFact
    why: str


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
        return tuple(item.shift for item in self.not_counted if item.shift.status in (Status.SUBMITTED, Status.QUERIED))

    @property
    def waiting_minutes(self) -> int:
        """Minutes of the shifts that wait."""
        return self.minutes_of(self.waiting)

    def minutes_of(self, shifts: Iterable[ShiftFact]) -> int:
        """Minutes of these shifts as the requirement counts them."""
        return sum(
            attended_minutes(
                shift.span, break_minutes=shift.break_minutes, breaks_taken_off=self.requirement.breaks_taken_off
            )
            for shift in shifts
        )

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
        seen = {item.shift.setting for item in self.counted}
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
    Status.WITHDRAWN: "It was withdrawn.",
    Status.CORRECTED: "A correction replaced it.",
}


def assess_hours(requirement: HoursRequirement, shifts: Iterable[ShiftFact]) -> HoursResult:
    """Hold the shifts in the requirement's settings against it; only approved ones count."""
    counted: list[Counted] = []
    not_counted: list[NotCounted] = []
    for shift in sorted(shifts, key=lambda each: (each.started_at, each.id)):
        if shift.setting not in requirement.settings:
            continue
        if shift.status is Status.APPROVED:
            minutes = attended_minutes(
                shift.span, break_minutes=shift.break_minutes, breaks_taken_off=requirement.breaks_taken_off
            )
            counted.append(Counted(shift, minutes))
        else:
            not_counted.append(NotCounted(shift, WHY_NOT[shift.status]))
    return HoursResult(requirement, tuple(counted), tuple(not_counted))


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
