"""Slots on offer, what sites ask for before a placement, and taught days of the example service."""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from uuid import UUID

from lms.core.clock import start_of_day, today
from lms.curriculum import services as curriculum
from lms.demo.cast import ADMINISTRATOR, CONSULTANT_NURSE, Cast
from lms.demo.people import CAR, CONTROL_ROOM, CRISIS, LIAISON, SAFETY
from lms.demo.stories import STORIES
from lms.demo.timeline import Timeline
from lms.placements import queries, services
from lms.placements.rules.planning import Terms
from lms.placements.rules.series import Pattern, Repeats
from lms.placements.rules.slots import ClearedBy, SignUp

OFFERED, BEGINS, ENDS = 21, 12, -42
HELD, LAPSED = "morgan", "yusuf"


@dataclass(frozen=True, slots=True)
class _Series:
    """A weekly series at the first site of a setting."""

    setting: str
    weekdays: frozenset[int]
    starts: time
    ends: time
    capacity: int
    sign_up: SignUp
    closes_days: int | None = None
    repeats: Repeats = Repeats.WEEKLY


SERIES = (
    _Series(CAR, frozenset({4, 5}), time(19), time(7), 1, SignUp.FIRST_COME, 2),
    _Series(CAR, frozenset({1}), time(7), time(19), 1, SignUp.FIRST_COME, 2),
    _Series(CONTROL_ROOM, frozenset({5, 6}), time(7), time(19), 2, SignUp.ON_REQUEST, 7),
    _Series(CRISIS, frozenset({1, 3}), time(8, 30), time(16), 1, SignUp.FIRST_COME),
    _Series(LIAISON, frozenset({0}), time(13), time(21), 1, SignUp.ON_REQUEST, 3, Repeats.FORTNIGHTLY),
    _Series(SAFETY, frozenset({2}), time(9), time(17), 1, SignUp.ASSIGNED),
)


def plan_offers(line: Timeline, cast: Cast) -> None:
    """What the sites ask for, who has it, the slots of some weeks, and the taught days of each cohort."""
    line.on(line.day(230), time(11), partial(_ask, cast))
    for number, series in enumerate(SERIES):
        line.on(line.day(OFFERED), time(14, number), partial(_offer, line, cast, series))
    line.on(line.day(180), time(11, 30), partial(_sign_contracts, cast))
    line.on(line.day(60), time(11, 30), partial(_renew, cast))
    line.on(line.day(5), time(16, 10), partial(_cancel, line, cast))
    line.on(line.day(30), time(12), partial(_teach, line, cast))


def _site(cast: Cast, setting: str) -> tuple[UUID, str]:
    return cast.sites[setting][0]


def _ask(cast: Cast) -> None:
    """Requirements of sites; the administrator has cleared some, and one has run out since."""
    nurse, keeper = cast.viewer(CONSULTANT_NURSE), cast.viewer(ADMINISTRATOR)
    for setting in (CRISIS, SAFETY):
        site_id, _ = _site(cast, setting)
        services.add_requirement(nurse, site_id, title="Site induction", cleared_by=ClearedBy.SITE, valid_days=365)
    liaison, _ = _site(cast, LIAISON)
    services.add_requirement(nurse, liaison, title="Honorary contract", cleared_by=ClearedBy.TRUST)
    control_room, _ = _site(cast, CONTROL_ROOM)
    access = services.add_requirement(
        nurse, control_room, title="Computer access", cleared_by=ClearedBy.TRUST, valid_days=180
    )
    services.record_clearance(keeper, cast.people[LAPSED], access.id, issued_on=today())


def _sign_contracts(cast: Cast) -> None:
    """Those of the first two cohorts got their honorary contracts."""
    site_id, _ = _site(cast, LIAISON)
    (contract,) = queries.list_requirements(site_id)
    for story in STORIES:
        if story.group != "third":
            services.record_clearance(
                cast.viewer(ADMINISTRATOR), cast.people[story.key], contract.id, issued_on=today()
            )


def _renew(cast: Cast) -> None:
    """Those of the second cohort got access to the computers later than those of the first."""
    site_id, _ = _site(cast, CONTROL_ROOM)
    (access,) = queries.list_requirements(site_id)
    services.record_clearance(cast.viewer(ADMINISTRATOR), cast.people[HELD], access.id, issued_on=today())


def _offer(line: Timeline, cast: Cast, series: _Series) -> None:
    site_id, supervisor = _site(cast, series.setting)
    services.make_slots(
        cast.viewer(CONSULTANT_NURSE),
        site_id,
        pattern=Pattern(line.day(BEGINS), series.repeats, line.day(ENDS), series.weekdays),
        terms=Terms(
            starts=series.starts,
            ends=series.ends,
            capacity=series.capacity,
            supervisor_id=cast.people[supervisor],
            sign_up=series.sign_up,
            closes_days=series.closes_days,
        ),
    )


def _cancel(line: Timeline, cast: Cast) -> None:
    """The next slot after the day on which the example is loaded does not take place."""
    tomorrow = start_of_day(line.day(-1))
    first, *_ = queries.list_slots(tomorrow, tomorrow + timedelta(days=14))
    services.cancel_slot(
        cast.viewer(CONSULTANT_NURSE), first.fact.id, reason="The team moves to another floor that day."
    )


TAUGHT = (
    ("first", "lowe", "mhp703", "Simulation day: asking about suicide", 9),
    ("second", "bevan", "mhp702", "Taught day: confusion and agitation", 16),
    ("second", "bevan", "mhp702", "Simulation day: breathing first", 30),
    ("third", "lowe", "mhp701", "Taught day: trauma-informed practice", 13),
)


def _teach(line: Timeline, cast: Cast) -> None:
    for group, educator, module, title, ahead in TAUGHT:
        curriculum.add_taught_day(
            cast.viewer(educator),
            cast.cohorts[group],
            module=module,
            title=title,
            on=line.day(-ahead),
            starts=time(9, 30),
            ends=time(16, 30),
        )
