"""The shifts of the example service: logged by trainees, approved or queried by supervisors."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from lms.core.clock import from_london
from lms.demo import texts
from lms.demo.cast import Cast
from lms.demo.contacts import contact
from lms.demo.people import CAR, CONTROL_ROOM, GROUPS, LONG_SHIFTS
from lms.demo.stories import Block, Story
from lms.demo.timeline import Timeline
from lms.placements import services
from lms.placements.rules.activities import fill_rest
from lms.placements.rules.states import Activity, ApprovalWay, Part, Presentation
from lms.placements.rules.times import resolve_span
from lms.signing.rules import Channel, Method
from lms.signing.services import Proof

CALLS = {CAR: 7, CONTROL_ROOM: 6}
SPENT = {
    CAR: {Activity.STANDBY: 120, Activity.HOSPITAL_WAIT: 75, Activity.DEBRIEF: 30},
    CONTROL_ROOM: {Activity.STANDBY: 90, Activity.TEACHING: 45},
}
USUALLY_SPENT = {Activity.TEACHING: 60, Activity.DEBRIEF: 20}
PULLED_FOR = 150
GUEST_SIGNED, SAID_OFFLINE = "okafor", "suleiman"  # Whose last shift is approved and not confirmed yet.
USUAL = (
    Presentation.SUICIDAL_THOUGHTS,
    Presentation.LOW_MOOD,
    Presentation.SELF_HARM,
    Presentation.ANXIETY_OR_PANIC,
    Presentation.PSYCHOSIS,
    Presentation.OVERDOSE,
    Presentation.ALCOHOL_OR_DRUGS,
    Presentation.TRAUMA_RESPONSE,
    Presentation.SAFEGUARDING,
    Presentation.DELIRIUM_OR_CONFUSION,
)


@dataclass(frozen=True, slots=True)
class Worked:
    """One shift to be logged."""

    day: date
    setting: str
    starts: time
    hours: float
    approved: bool

    @property
    def ends(self) -> time:
        """What the clock showed at the end."""
        return (datetime.combine(self.day, self.starts) + timedelta(hours=self.hours)).time()


@dataclass(slots=True)
class _Log:
    """Logs one shift, remembers it, and lets the supervisor answer."""

    line: Timeline
    cast: Cast
    story: Story
    worked: Worked
    chance: random.Random
    number: int
    shift_id: UUID | None = None

    def plan(self) -> None:
        ended = from_london(self.worked.day, self.worked.starts) + timedelta(hours=self.worked.hours + 1)
        logged = ended + timedelta(minutes=self.chance.randrange(15, 15 * 60, 7))
        self.line.at(logged, self._log)
        self.line.at(logged + timedelta(minutes=4), self._encounters)
        if self.number == 0:
            self.line.at(logged + timedelta(minutes=9), self._send_link)
        if self.worked.approved:
            self.line.at(logged + timedelta(hours=self.chance.randrange(8, 110)), self._approve)
        elif self.story.key in (GUEST_SIGNED, SAID_OFFLINE):
            said = self._let_guest_sign if self.story.key == GUEST_SIGNED else self._say_offline
            self.line.at(logged + timedelta(minutes=12), said)

    @property
    def _site(self) -> tuple[UUID, str]:
        sites = self.cast.sites[self.worked.setting]
        return sites[self.number % len(sites)]

    def _log(self) -> None:
        site_id, supervisor = self._site
        self.shift_id = services.log_shift(
            self.cast.viewer(self.story.key),
            site_id=site_id,
            supervisor_id=self.cast.people[supervisor],
            worked_on=self.worked.day,
            starts=self.worked.starts,
            ends=self.worked.ends,
            activities=self._activities,
            is_supernumerary=True,
            note=self.chance.choice(texts.SHIFT_NOTES) if self.number % 3 == 0 else "",
        ).id

    @property
    def _activities(self) -> dict[Activity, int]:
        """Patient contact and what came between; on some nights of the second cohort the car had to be crewed."""
        span = resolve_span(self.worked.day, self.worked.starts, self.worked.ends)
        spent = {Activity.BREAK: 45 if self.worked.hours > 8 else 30, **SPENT.get(self.worked.setting, USUALLY_SPENT)}
        if self.worked.setting == CAR and self.story.group == "second" and self.number % 4 == 1:
            spent[Activity.OPERATIONAL_DUTY] = PULLED_FOR
        return fill_rest(span.minutes, spent, Activity.PATIENT_CONTACT)

    def _encounters(self) -> None:
        assert self.shift_id is not None
        parts = (Part.OBSERVED, Part.ASSISTED, Part.LED, Part.LED)
        services.add_encounters(
            self.cast.viewer(self.story.key),
            self.shift_id,
            contacts=[
                contact(self.chance, self.chance.choice(USUAL), self.chance.choice(parts))
                for _ in range(CALLS.get(self.worked.setting, 2))
            ],
        )

    def _send_link(self) -> None:
        """At first people do not know yet that the supervisor sees it anyway."""
        assert self.shift_id is not None
        services.ask_approval(
            self.cast.viewer(self.story.key),
            [self.shift_id],
            way=ApprovalWay.EMAIL,
            supervisor_id=self.cast.people[self._site[1]],
        )

    def _let_guest_sign(self) -> None:
        """Somebody without an account was there instead: an administrator has not checked them yet."""
        assert self.shift_id is not None
        actor = self.cast.viewer(self.story.key)
        asked = services.ask_approval(actor, [self.shift_id], way=ApprovalWay.HERE)
        proof = Proof(Method.SIGNATURE, name="Moira Sandhu", profession="Paramedic", registration_number="PA90417")
        services.sign_hours(asked.id, channel=Channel.HANDED_OVER, sent_to=None, proof=proof, shifts=[self.shift_id])

    def _say_offline(self) -> None:
        """The supervisor was there and said yes where there was no signal."""
        assert self.shift_id is not None
        who = self.cast.people[self._site[1]]
        actor = self.cast.viewer(self.story.key)
        services.ask_approval(actor, [self.shift_id], way=ApprovalWay.OFFLINE, supervisor_id=who)

    def _approve(self) -> None:
        assert self.shift_id is not None
        services.approve_shifts(self.cast.viewer(self._site[1]), [self.shift_id])

    def query(self) -> None:
        """Let the supervisor ask something instead of approving."""
        assert self.shift_id is not None
        services.query_shift(self.cast.viewer(self._site[1]), self.shift_id, comment=texts.SHIFT_QUERY)


def plan_shifts(line: Timeline, cast: Cast, story: Story, chance: random.Random) -> list[Worked]:
    """All shifts of one trainee; the first that nobody approved in the second cohort is queried."""
    worked = sorted(_days(line, story, chance), key=lambda each: each.day)
    for number, each in enumerate(worked):
        log = _Log(line, cast, story, each, chance, number)
        log.plan()
        if not each.approved and story.group == "second":
            line.on(line.day(2), time(15, 20), log.query)
    return worked


def _days(line: Timeline, story: Story, chance: random.Random) -> Iterator[Worked]:
    """A day for each shift: spread evenly, never next to another shift, never in a pause."""
    taken: set[date] = set()
    if story.clock_change:
        night = _clock_change(line, story)
        if night is not None:
            taken.add(night)
            yield Worked(night, CAR, time(19), 12, approved=True)
    for block in story.shifts:
        for number, day in enumerate(_spread(line, block)):
            free = _free(day, taken, line, story)
            taken.add(free)
            yield _worked(free, block, number)


def _worked(day: date, block: Block, number: int) -> Worked:
    if block.setting not in LONG_SHIFTS:
        return Worked(day, block.setting, time(8, 30), 7.5, block.approved)
    night = number % 3 == 1
    return Worked(day, block.setting, time(19) if night else time(7), 12, block.approved)


def _spread(line: Timeline, block: Block) -> Iterator[date]:
    step = (block.first - block.last) / max(1, block.count - 1)
    for number in range(block.count):
        yield line.day(round(block.first - number * step))


def _free(day: date, taken: set[date], line: Timeline, story: Story) -> date:
    """The nearest earlier day with no shift on it, before or after it, outside a pause and inside the programme."""
    began = next(group.began_days_ago for group in GROUPS if group.key == story.group)
    for shift in range(60):
        for other in (day - timedelta(days=shift), day + timedelta(days=shift)):
            beside = {other + timedelta(days=near) for near in (-1, 0, 1)}
            if other < line.day(began - 5) or other > line.day(3) or beside & taken or _paused(other, line, story):
                continue
            return other
    raise AssertionError(f"no free day for a shift of {story.key}")


def _paused(day: date, line: Timeline, story: Story) -> bool:
    return story.pause is not None and line.day(story.pause[0]) <= day < line.day(story.pause[1])


def _clock_change(line: Timeline, story: Story) -> date | None:
    """The Saturday before the clocks went back, if it lies well inside what this trainee has done."""
    began = next(group.began_days_ago for group in GROUPS if group.key == story.group)
    for year in (line.today.year, line.today.year - 1):
        last = date(year, 10, 31)
        saturday = last - timedelta(days=(last.weekday() + 1) % 7 + 1)
        if line.day(began - 20) < saturday < line.day(9):
            return saturday
    return None
