"""Checks of the employer and the decisions of the consultant nurse in the example service."""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial

from lms.core.clock import today
from lms.demo import texts
from lms.demo.cast import ADMINISTRATOR, CONSULTANT_NURSE, Cast
from lms.demo.people import CAR, CONTROL_ROOM, DEPUTY, GROUPS
from lms.demo.stories import Story
from lms.demo.timeline import Timeline
from lms.placements import services as placements
from lms.placements.rules.checks import CheckKind
from lms.readiness import services
from lms.readiness.rules import Decision, Supervision

LASTS = {
    CheckKind.REGISTRATION: 730,
    CheckKind.CRIMINAL_RECORD: 1095,
    CheckKind.STATUTORY_TRAINING: 540,
    CheckKind.OCCUPATIONAL_HEALTH: 1095,
    CheckKind.RESPONSE_DRIVING: 1825,
}


def plan_checks(line: Timeline, cast: Cast, story: Story) -> None:
    """Every check of one trainee, recorded a week before the programme begins."""
    began = next(group.began_days_ago for group in GROUPS if group.key == story.group)
    for number, (kind, lasts) in enumerate(LASTS.items()):
        days = story.lapses.get(kind.value, lasts - 60 - began + number * 11)
        if days is not None:
            line.on(line.day(began + 7), time(9, 10 + number), partial(_record, line, cast, story, kind, days, lasts))


def _record(line: Timeline, cast: Cast, story: Story, kind: CheckKind, days: int, lasts: int) -> None:
    valid_until = line.day(-days)
    placements.record_check(
        cast.viewer(ADMINISTRATOR),
        cast.people[story.key],
        check_kind=kind,
        issued_on=min(valid_until - timedelta(days=lasts), today()),
        valid_until=valid_until,
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """One decision to be made so many days ago."""

    by: str
    trainee: str
    setting: str
    decision: Decision
    supervision: Supervision | None
    reason: str
    days_ago: int
    holds_days: int


DECIDED = (
    _Decided(
        CONSULTANT_NURSE,
        "mensah",
        CONTROL_ROOM,
        Decision.AUTHORISE,
        Supervision.ALONE_WITH_ADVICE,
        texts.REASONS["control-room"],
        61,
        365,
    ),
    _Decided(
        CONSULTANT_NURSE,
        "morgan",
        CAR,
        Decision.AUTHORISE,
        Supervision.ACCOMPANIED,
        texts.REASONS["car"],
        50,
        365,
    ),
    _Decided(DEPUTY, "mwangi", CAR, Decision.DEFER, None, texts.REASONS["deferred"], 19, 54),
)


def plan_decisions(line: Timeline, cast: Cast) -> None:
    """Who was authorised, and who was asked to wait."""
    for each in DECIDED:
        line.on(line.day(each.days_ago), time(14, 45), partial(_decide, cast, each))


def _decide(cast: Cast, what: _Decided) -> None:
    services.decide(
        cast.viewer(what.by),
        cast.people[what.trainee],
        what.setting,
        decision=what.decision,
        supervision=what.supervision,
        reason=what.reason,
        valid_until=today() + timedelta(days=what.holds_days),
    )
