"""Supervision in the example service: who co-ordinates it, the log, and meetings with actions that are carried over."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from uuid import UUID

from lms.competencies import services
from lms.competencies.queries import list_meetings_due, list_open_actions, list_supervisors_of
from lms.competencies.rules.meetings import LookedAt, MeetingActionOutcome, MeetingKind, NewAction
from lms.competencies.rules.supervision import NamedBecause, Theme
from lms.core.clock import today
from lms.demo.cast import CONSULTANT_NURSE, Cast
from lms.demo.people import CAR, CRISIS, GROUPS, LIAISON
from lms.demo.placing import Worked
from lms.demo.stories import Story
from lms.demo.timeline import Timeline
from lms.policy import Viewer

COORDINATORS = ("finlay", "whitcombe", "okoro", "duarte", "varga", "brandt")
WITHOUT = "nowak"  # Nobody has been named for the newest trainee yet.
QUIET = frozenset({"raman", "kelly", "clarke"})  # Their last supervision is some time ago.
UNANSWERED = frozenset({"yusuf", "haddad", "mensah"})  # Their last supervision waits to be confirmed.
STEADY = frozenset({"yusuf", "morgan", "mensah"})  # They hold their meetings when they are due.
LOOKED_AT_EVERY = 12
LENGTHS = (30, 45, 45, 60)
NEXT = (
    "Swap one night shift so that there is a day between two blocks.",
    "Read the section on advance decisions again and talk it through.",
    "Ask to sit in on the next review in the crisis team.",
    "Bring one formulation, without names, to the next meeting.",
    "Take the leave that is left before the end of the year.",
)
THEMES = (
    (Theme.CASELOAD, Theme.CLINICAL_REASONING),
    (Theme.WELLBEING,),
    (Theme.LAW_AND_ETHICS, Theme.CLINICAL_REASONING),
    (Theme.CASELOAD, Theme.WELLBEING),
    (Theme.CAREER_AND_LEARNING,),
)
FIRST_SUMMARY = (
    "What there is to see here, who to ask, and how the days are planned. Where you feel sure and where not."
)
FIRST_GOALS = "Take part in joint assessments from the first week. Lead one by the middle of the placement."
FIRST_ACTIONS = (
    NewAction("Read the local pathway and note three questions", 2),
    NewAction("Watch two assessments and talk each through afterwards", 4),
)
NEXT_SUMMARY = "What was carried over from the last placement, and what this one can offer that the other could not."
NEXT_GOALS = "See people over several visits. Write up one plan together."
NEXT_ACTIONS = (NewAction("Agree the next review of the learning plan", 6),)


@dataclass(frozen=True, slots=True)
class _Supervised:
    """One trainee with the person who co-ordinates their supervision."""

    cast: Cast
    story: Story
    coordinator: str

    @property
    def trainee_id(self) -> UUID:
        return self.cast.people[self.story.key]

    def begin(self) -> None:
        services.name_coordinating_supervisor(
            self.cast.viewer(CONSULTANT_NURSE),
            self.trainee_id,
            person_id=self.cast.people[self.coordinator],
            from_on=today(),
            cause=NamedBecause.BEGINS,
        )

    def talk(self, number: int, *, minutes: int, confirmed: bool) -> None:
        """Log supervision held the day before: mostly by the trainee, now and then by the supervisor."""
        trainee, supervisor = self.cast.viewer(self.story.key), self._supervisor()
        one, other = (supervisor, trainee) if number % 3 == 2 else (trainee, supervisor)
        entry = services.log_supervision(
            one,
            self.trainee_id,
            supervisor_id=self.cast.people[self.coordinator],
            held_on=today() - timedelta(days=1),
            minutes=minutes,
            themes=THEMES[number % len(THEMES)],
            action=NEXT[number % len(NEXT)] if number % 2 == 0 else "",
        )
        if confirmed:
            services.confirm_supervision(other, entry.id)

    def meet_where_due(self, ends: dict[str, date]) -> None:
        """Hold every meeting that is due, with whoever supervises there or else who co-ordinates."""
        by_site = {site_id: supervisor for sites in self.cast.sites.values() for site_id, supervisor in sites}
        for due in list_meetings_due(self.cast.viewer(self.story.key)):
            placement = due.planned.placement
            able = {each.id for each in list_supervisors_of(self.trainee_id)}
            named = by_site[placement.site_id]
            who = named if self.cast.people[named] in able else self.coordinator
            is_first = not list_open_actions(self.trainee_id)
            end = ends[placement.setting] if due.planned.kind is MeetingKind.INITIAL else None
            self.meet((placement.site_id, who), due.planned.kind, first=is_first, planned_end_on=end)

    def meet(
        self, site: tuple[UUID, str], kind: MeetingKind, *, first: bool, planned_end_on: date | None = None
    ) -> None:
        """Hold a meeting of a placement; what was due by now is done."""
        site_id, supervisor = site
        carried = {
            row.fact.id: LookedAt(
                MeetingActionOutcome.DONE if row.fact.due_on <= today() else MeetingActionOutcome.STILL_OPEN
            )
            for row in list_open_actions(self.trainee_id)
        }
        meeting = services.record_meeting(
            self.cast.viewer(self.story.key),
            self.trainee_id,
            site_id,
            kind=kind,
            supervisor_id=self.cast.people[supervisor],
            held_on=today(),
            summary=FIRST_SUMMARY if first else NEXT_SUMMARY,
            goals=FIRST_GOALS if first else NEXT_GOALS,
            actions=FIRST_ACTIONS if first else NEXT_ACTIONS if kind is MeetingKind.INITIAL else (),
            carried=carried,
            planned_end_on=planned_end_on,
        )
        services.confirm_meeting(self.cast.viewer(supervisor), meeting.id)

    def _supervisor(self) -> Viewer:
        return self.cast.viewer(self.coordinator)


def plan_supervision(
    line: Timeline, cast: Cast, story: Story, worked: Collection[Worked], number: int, chance: random.Random
) -> None:
    """A co-ordinating supervisor from the first day, supervision every few weeks, and meetings of two placements."""
    if story.key == WITHOUT:
        return
    began = next(group.began_days_ago for group in GROUPS if group.key == story.group)
    who = _Supervised(cast, story, COORDINATORS[number % len(COORDINATORS)])
    line.on(line.day(began - 1), time(13, 10), who.begin)
    _plan_log(line, who, began, chance)
    if story.key in STEADY:
        ends = {each.setting: each.day for each in sorted(worked, key=lambda each: each.day)}
        for days_ago in range(began - 10, 3, -LOOKED_AT_EVERY):
            line.on(line.day(days_ago), time(15, 20), partial(who.meet_where_due, ends))
    else:
        _plan_meetings(line, who, list(worked))


def _plan_log(line: Timeline, who: _Supervised, began: int, chance: random.Random) -> None:
    last = 50 if who.story.key in QUIET else 3
    days = list(_days(who.story, began - chance.randrange(12, 20), last, chance))
    for number, days_ago in enumerate(days):
        waits = days_ago == days[-1] and who.story.key in UNANSWERED
        number += number % 3 == 2 and waits  # What waits for the supervisor was logged by the trainee.
        talk = partial(who.talk, number, minutes=chance.choice(LENGTHS), confirmed=not waits)
        line.on(line.day(days_ago), time(16, 40), talk)


def _days(story: Story, first: int, last: int, chance: random.Random) -> Iterator[int]:
    """Every few weeks, never in a pause."""
    days_ago = first
    while days_ago > last:
        if not _is_away(story, days_ago):
            yield days_ago
        days_ago -= chance.randrange(17, 29)


def _plan_meetings(line: Timeline, who: _Supervised, worked: list[Worked]) -> None:
    """An initial meeting of the first placement, and one of the first placement elsewhere."""
    met: set[str] = set()
    for place, each in enumerate(worked):
        day = each.day + timedelta(days=6)
        if len(met) == 2 or each.setting in met or each.setting not in (CAR, CRISIS, LIAISON):
            continue
        if day >= line.today or _is_away(who.story, _days_ago(line, day)):
            continue
        sites = who.cast.sites
        line.on(day, time(15, 5), partial(_meet, who, sites, each.setting, place, first=not met))
        met.add(each.setting)


def _meet(who: _Supervised, sites: dict[str, list[tuple[UUID, str]]], setting: str, place: int, *, first: bool) -> None:
    who.meet(sites[setting][place % len(sites[setting])], MeetingKind.INITIAL, first=first)


def _days_ago(line: Timeline, day: date) -> int:
    return (line.today - day).days


def _is_away(story: Story, days_ago: int) -> bool:
    return story.pause is not None and story.pause[1] <= days_ago <= story.pause[0] + 2
