"""The three meetings of a placement, when each is due, and actions that stay open until somebody closes them.

All windows are a proposal, to be confirmed by the service. A placement is a trainee at one site.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.competencies.rules.agreeing import AgreementState, check_reason
from lms.core.errors import RuleViolation
from lms.core.words import day

INITIAL_WITHIN = timedelta(days=14)
MIDPOINT_WITHIN = timedelta(days=14)
FINAL_WITHIN = timedelta(days=14)
QUIET_FOR = timedelta(days=56)
"""A placement without a shift for so long and without a planned end is taken to be over."""
ASKED_FOR = timedelta(days=28)
"""So long after its window a meeting that was not held is still asked for."""
SUMMARY_MAX = 1000
ACTION_MAX = 300
MOST_ACTIONS = 3


class MeetingKind(enum.StrEnum):
    """Which of the three meetings of a placement."""

    INITIAL = "initial"
    MIDPOINT = "midpoint"
    FINAL = "final"

    @property
    def label(self) -> str:
        """The meeting in words."""
        return f"{self.value.capitalize()} meeting"

    @property
    def when(self) -> str:
        """When it is due, as a sentence."""
        return {
            MeetingKind.INITIAL: f"Within {INITIAL_WITHIN.days} days of the first shift.",
            MeetingKind.MIDPOINT: f"Within {MIDPOINT_WITHIN.days} days of half of the hours the setting asks for.",
            MeetingKind.FINAL: (
                f"Within {FINAL_WITHIN.days} days of the planned last day, or of all the hours the setting asks for. "
                f"Without either, a placement is taken to be over after {QUIET_FOR.days} days without a shift."
            ),
        }[self]


class MeetingState(enum.StrEnum):
    """How a meeting of a placement stands on a day."""

    LATER = "later"
    DUE = "due"
    OVERDUE = "overdue"
    WAITING = "waiting"
    HELD = "held"
    NOT_HELD = "not-held"
    NOT_ASKED = "not-asked"

    @property
    def label(self) -> str:
        """The state in words."""
        return {
            MeetingState.LATER: "Not due yet",
            MeetingState.DUE: "Due",
            MeetingState.OVERDUE: "Overdue",
            MeetingState.WAITING: "Waiting to be confirmed",
            MeetingState.HELD: "Held",
            MeetingState.NOT_HELD: "Not held",
            MeetingState.NOT_ASKED: "Not asked",
        }[self]

    @property
    def is_asked(self) -> bool:
        """Say whether somebody should arrange it now."""
        return self in (MeetingState.DUE, MeetingState.OVERDUE)

    @property
    def is_settled(self) -> bool:
        """Say whether nothing more is expected."""
        return self in (MeetingState.HELD, MeetingState.NOT_HELD, MeetingState.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Worked:
    """One shift of a placement: the day it began and its minutes."""

    on: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Placement:
    """A trainee at one site: when it began, and when half and all of the hours the setting asks for were worked."""

    site_id: UUID
    site: str
    setting: str
    first_on: date
    last_on: date
    half_on: date | None
    complete_on: date | None

    @property
    def is_short(self) -> bool:
        """Say whether all its hours were worked before the initial meeting was due: there is no midpoint then."""
        return self.complete_on is not None and self.complete_on <= self.first_on + INITIAL_WITHIN


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which a meeting is due."""

    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """One meeting that was recorded."""

    id: UUID
    trainee_id: UUID
    site_id: UUID
    kind: MeetingKind
    held_on: date
    supervisor_id: UUID
    recorded_by_id: UUID
    planned_end_on: date | None
    state: AgreementState
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """One of the three meetings of a placement: its window if that is known, how it stands, and the record of it."""

    placement: Placement
    kind: MeetingKind
    window: Window | None
    state: MeetingState
    meeting: MeetingFact | None = None

    @property
    def due_words(self) -> str:
        """When it is or was due, as it stands in a sentence."""
        if self.window is None:
            return self.state.label.lower()
        word = "overdue since" if self.state is MeetingState.OVERDUE else "due by"
        return f"{word} {day(self.window.until_on)}"


def placement_of(
    shifts: Iterable[Worked], *, site_id: UUID, site: str, setting: str, required_minutes: int, on: date
) -> Placement | None:
    """The placement that follows from the shifts at a site begun by a day; None before the first one."""
    begun = sorted((shift for shift in shifts if shift.on <= on), key=lambda shift: shift.on)
    if not begun:
        return None
    return Placement(
        site_id=site_id,
        site=site,
        setting=setting,
        first_on=begun[0].on,
        last_on=begun[-1].on,
        half_on=_reached(begun, required_minutes / 2),
        complete_on=_reached(begun, required_minutes),
    )


def _reached(shifts: Iterable[Worked], needed: float) -> date | None:
    """The day on which so many minutes were worked; None where none are asked for, or not enough were worked."""
    total = 0
    for shift in shifts:
        total += shift.minutes
        if 0 < needed <= total:
            return shift.on
    return None


def window_of(kind: MeetingKind, placement: Placement, planned_end_on: date | None, on: date) -> Window | None:
    """When a meeting of a placement is due; None while that cannot be said."""
    if kind is MeetingKind.INITIAL:
        return Window(placement.first_on, placement.first_on + INITIAL_WITHIN)
    if kind is MeetingKind.MIDPOINT:
        return (
            None
            if placement.half_on is None or placement.is_short
            else Window(placement.half_on, placement.half_on + MIDPOINT_WITHIN)
        )
    ends = [each for each in (placement.complete_on, planned_end_on) if each is not None]
    if ends:
        return Window(min(ends), min(ends) + FINAL_WITHIN)
    quiet_on = placement.last_on + QUIET_FOR
    return Window(quiet_on, quiet_on + FINAL_WITHIN) if on >= quiet_on else None


def plan(placement: Placement, meetings: Iterable[MeetingFact], on: date) -> tuple[PlannedMeeting, ...]:
    """The three meetings of a placement as they stand on a day.

    One that was not agreed does not count as held, nor does a final one after which the placement went on.
    """
    agreed = [
        each
        for each in sorted(meetings, key=lambda each: (each.held_on, each.recorded_at, each.id))
        if each.site_id == placement.site_id
        and each.held_on <= on
        and each.state is not AgreementState.DECLINED
        and not _came_too_early(each, placement)
    ]
    planned_end_on = next((each.planned_end_on for each in reversed(agreed) if each.planned_end_on), None)
    last = {each.kind: each for each in agreed}
    furthest = max((_rank(kind) for kind in last), default=-1)
    found = []
    for kind in MeetingKind:
        window = window_of(kind, placement, planned_end_on, on)
        meeting = last.get(kind)
        state = _state(meeting, window, is_passed=_rank(kind) < furthest, on=on)
        if kind is MeetingKind.MIDPOINT and placement.is_short and meeting is None:
            state = MeetingState.NOT_ASKED
        found.append(PlannedMeeting(placement, kind, window, state, meeting))
    return tuple(found)


def _came_too_early(meeting: MeetingFact, placement: Placement) -> bool:
    """Say whether the placement went on after a final meeting, with hours that were still to be worked."""
    is_complete = placement.complete_on is not None and placement.complete_on <= meeting.held_on
    return meeting.kind is MeetingKind.FINAL and placement.last_on > meeting.held_on and not is_complete


def _rank(kind: MeetingKind) -> int:
    return list(MeetingKind).index(kind)


def _state(meeting: MeetingFact | None, window: Window | None, *, is_passed: bool, on: date) -> MeetingState:
    if meeting is not None:
        return MeetingState.HELD if meeting.state is AgreementState.CONFIRMED else MeetingState.WAITING
    if is_passed:
        return MeetingState.NOT_HELD
    if window is None or on < window.from_on:
        return MeetingState.LATER
    if on <= window.until_on:
        return MeetingState.DUE
    return MeetingState.OVERDUE if on <= window.until_on + ASKED_FOR else MeetingState.NOT_HELD


class MeetingActionOutcome(enum.StrEnum):
    """What became of an action when it was looked at."""

    DONE = "done"
    STILL_OPEN = "still-open"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return {
            MeetingActionOutcome.DONE: "Done",
            MeetingActionOutcome.STILL_OPEN: "Still open",
            MeetingActionOutcome.DROPPED: "Dropped",
        }[self]


@dataclass(frozen=True, slots=True)
class NewAction:
    """An action to be agreed: what, and within how many weeks of the meeting."""

    what: str
    weeks: int


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What became of an open action, with the reason where it is dropped."""

    outcome: MeetingActionOutcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ActionStep:
    """Somebody looked at an action."""

    outcome: MeetingActionOutcome
    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingActionFact:
    """One action agreed in a meeting, with everything that was decided about it."""

    id: UUID
    trainee_id: UUID
    meeting_id: UUID
    agreed_on: date
    due_on: date
    recorded_at: datetime
    steps: tuple[ActionStep, ...] = ()

    def outcome(self, on: date) -> MeetingActionOutcome:
        """Where the action stands on a day: open until the first step that closes it."""
        seen = sorted((step for step in self.steps if step.decided_on <= on), key=lambda step: step.recorded_at)
        closing = (step.outcome for step in seen if step.outcome is not MeetingActionOutcome.STILL_OPEN)
        return next(closing, MeetingActionOutcome.STILL_OPEN)

    def is_open(self, on: date) -> bool:
        """Say whether the action still has to be done. It stays so from meeting to meeting and site to site."""
        return self.agreed_on <= on and self.outcome(on) is MeetingActionOutcome.STILL_OPEN

    def is_late(self, on: date) -> bool:
        """Say whether an open action is past its day."""
        return self.is_open(on) and self.due_on < on


def check_meeting(
    *,
    kind: MeetingKind,
    placement: Placement | None,
    held_on: date,
    planned_end_on: date | None,
    summary: str,
    actions: Sequence[str],
) -> None:
    """Refuse a meeting that says too little or too much, or lies before its placement. Raises RuleViolation."""
    if placement is None:
        raise RuleViolation("Log the first shift at this site before you record a meeting about it.")
    if kind is not MeetingKind.INITIAL and held_on < placement.first_on:
        raise RuleViolation(f"The first shift at this site was on {day(placement.first_on)}", "held_on")
    if planned_end_on is not None and planned_end_on < placement.first_on:
        raise RuleViolation("The planned last day cannot be before the first shift", "planned_end_on")
    if not summary.strip():
        raise RuleViolation("Say what you talked about", "summary")
    if any(len(each) > ACTION_MAX for each in actions):
        raise RuleViolation(f"Use {ACTION_MAX} characters or fewer for an action", "action_1")
    if len(actions) > MOST_ACTIONS:
        raise RuleViolation(f"Agree {MOST_ACTIONS} new actions or fewer", "action_1")


def check_action_step(action: MeetingActionFact, *, outcome: MeetingActionOutcome, reason: str, on: date) -> None:
    """Refuse to decide about an action that is closed, or to drop one without a reason. Raises RuleViolation."""
    if not action.is_open(on):
        raise RuleViolation(f"This action is closed already. It is: {action.outcome(on).label.lower()}.")
    if outcome is MeetingActionOutcome.DROPPED:
        check_reason(reason, "Say why this is no longer needed")
