"""What each trainee of the example service has done: days are counted back from today."""

from dataclasses import dataclass, field

from lms.competencies.rules import FormKind
from lms.demo.people import (
    ABUSE,
    CAR,
    CONTROL_ROOM,
    CRISIS,
    DRUGS,
    LIAISON,
    LIVED,
    OLDER,
    PERINATAL,
    SAFETY,
    TEACHING,
    YOUNG,
)

MINI_CEX, DISCUSSION = FormKind.MINI_CEX, FormKind.CASE_BASED_DISCUSSION
OBSERVATION, ACCOUNT = FormKind.DIRECT_OBSERVATION, FormKind.REFLECTIVE_ACCOUNT


@dataclass(frozen=True, slots=True)
class Seen:
    """One assessment to come: the form, where it was, who saw it and which capabilities."""

    form: FormKind
    setting: str
    assessor: str
    codes: tuple[str, ...]


# What a capability asks for in kinds of form, assessors and settings is satisfied by the whole list.
FOR_THE_CAR = (
    Seen(MINI_CEX, CAR, "patel", ("D1.1", "D1.2", "D2.1", "D2.2", "D3.1")),
    Seen(MINI_CEX, LIAISON, "okonkwo", ("D1.1", "D2.1", "D2.2", "D2.3", "D3.1")),
    Seen(MINI_CEX, CRISIS, "jensen", ("D1.2", "D2.2", "D3.1", "D3.2", "D3.3")),
    Seen(DISCUSSION, CAR, "jensen", ("D2.3", "D3.2", "D4.1", "D3.4")),
    Seen(MINI_CEX, CAR, "okonkwo", ("D2.1", "D3.3", "D4.1", "D4.4", "D4.5")),
    Seen(OBSERVATION, CAR, "okonkwo", ("D4.3", "D5.4")),
    Seen(DISCUSSION, CRISIS, "patel", ("D2.3", "D3.2", "D4.2", "D4.3", "D4.5")),
    Seen(MINI_CEX, LIAISON, "okonkwo", ("D3.4", "D4.1", "D4.2")),
    Seen(ACCOUNT, CRISIS, "jensen", ("D1.2",)),
    Seen(DISCUSSION, LIAISON, "patel", ("D4.4",)),
)
FOR_THE_CONTROL_ROOM = (
    Seen(MINI_CEX, CONTROL_ROOM, "rahimi", ("D3.1", "D3.3", "D4.1", "D4.5", "D5.1")),
    Seen(MINI_CEX, CRISIS, "mbeki", ("D3.1", "D3.2", "D3.3", "D4.4", "D5.1")),
    Seen(OBSERVATION, CONTROL_ROOM, "rahimi", ("D5.4",)),
    Seen(MINI_CEX, CONTROL_ROOM, "jensen", ("D3.1", "D3.4", "D4.5", "D5.1")),
    Seen(DISCUSSION, CRISIS, "rahimi", ("D3.2", "D3.4", "D4.1", "D4.5")),
    Seen(OBSERVATION, CAR, "mbeki", ("D5.4",)),
    Seen(DISCUSSION, CONTROL_ROOM, "jensen", ("D3.2", "D4.1", "D4.4")),
)
CONTROL_ROOM_CODES = ("D3.1", "D3.2", "D3.3", "D3.4", "D4.1", "D4.4", "D4.5", "D5.1", "D5.4")
AT_FIRST = (
    Seen(MINI_CEX, CAR, "rowska", ("D1.1", "D2.1", "D2.2")),
    Seen(MINI_CEX, CAR, "penrose", ("D1.2", "D3.1")),
    Seen(DISCUSSION, CONTROL_ROOM, "rahimi", ("D4.1", "D4.5")),
)
WIDER = (
    Seen(MINI_CEX, DRUGS, "rowska", ("D2.4", "D6.4")),
    Seen(DISCUSSION, SAFETY, "mbeki", ("D1.3", "D2.5", "D4.2")),
    Seen(MINI_CEX, CONTROL_ROOM, "rahimi", ("D3.1", "D5.1")),
    Seen(DISCUSSION, CAR, "penrose", ("D5.2", "D7.4")),
)


@dataclass(frozen=True, slots=True)
class Series:
    """Assessments spread evenly between two days, all about one level."""

    seen: tuple[Seen, ...]
    first: int
    last: int
    level: int


@dataclass(frozen=True, slots=True)
class Block:
    """Shifts in one setting, spread evenly between two days."""

    setting: str
    count: int
    first: int
    last: int
    approved: bool = True


@dataclass(frozen=True, slots=True)
class CasePlay:
    """A graded attempt so many days ago, the formulation it asks for, if any, and what became of its marking."""

    days_ago: int
    formulation: int = 0
    marking: str = "waits"
    slips: bool = False
    case: str = "wasting-your-time"


@dataclass(frozen=True, slots=True)
class Story:
    """One trainee: the person, how they work, and what happened so far."""

    key: str
    name: str
    group: str
    percent: int = 100
    pause: tuple[int, int] | None = None
    shifts: tuple[Block, ...] = ()
    assessed: tuple[Series, ...] = ()
    sign_offs: tuple[tuple[str, str, int, int], ...] = ()  # code, assessor, level, days ago
    readings: int = 0
    cases: tuple[CasePlay, ...] = ()
    outcomes: tuple[tuple[str, str, str, int], ...] = ()  # module, outcome, standing, days ago
    lapses: dict[str, int | None] = field(default_factory=dict)  # check -> days from today, None: never recorded
    clock_change: bool = False
    asks: tuple[tuple[str, str, str, int], ...] = ()  # assessor, code, what became of it, days ago


def _others(flat: int, room: int = 0, ringing: int = 0, *, slips: bool = False) -> tuple[CasePlay, ...]:
    """Graded attempts at the cases without a written task, by the days since; 0 is not played."""
    days = {"the-flat-upstairs": flat, "room-nine": room, "ringing-back": ringing}
    return tuple(CasePlay(ago, slips=slips, case=case) for case, ago in days.items() if ago)


def _placements(first: int, last: int) -> tuple[Block, ...]:
    return (
        Block(CONTROL_ROOM, 3, first, last + 40),
        Block(CRISIS, 4, first - 20, last + 20),
        Block(LIAISON, 4, first - 35, last + 10),
        Block(DRUGS, 2, first - 60, last + 30),
        Block(SAFETY, 2, first - 70, last + 15),
    )


FIRST = (
    Story(
        "yusuf",
        "Amina Yusuf",
        "first",
        clock_change=True,
        shifts=(
            Block(CAR, 7, 310, 16),
            *_placements(300, 12),
            Block(OLDER, 1, 120, 110),
            Block(LIVED, 1, 90, 80),
            Block(TEACHING, 1, 60, 50),
            Block(CAR, 1, 4, 3, approved=False),
        ),
        assessed=(
            Series(AT_FIRST, 300, 255, 2),
            Series(FOR_THE_CAR, 235, 38, 3),
            Series(WIDER, 200, 24, 4),
            Series((Seen(MINI_CEX, CAR, "patel", ("D1.1", "D2.2", "D3.1", "D3.3")),), 20, 19, 4),
        ),
        sign_offs=(("D1.1", "patel", 3, 17), ("D2.2", "patel", 3, 17), ("D3.1", "patel", 3, 16)),
        readings=7,
        cases=(CasePlay(70, 0, "released"), *_others(200, 150, 40)),
        outcomes=(
            ("mhp701", "pass", "provisional", 190),
            ("mhp701", "pass", "ratified", 160),
            ("mhp702", "pass", "provisional", 95),
            ("mhp702", "pass", "ratified", 62),
            ("mhp703", "pass", "provisional", 21),
        ),
        asks=(("patel", "D4.3", "waits", 2), ("jensen", "D6.2", "declined", 33)),
    ),
    Story(
        "okafor",
        "Daniel Okafor",
        "first",
        shifts=(
            Block(CAR, 3, 305, 120),
            *_placements(295, 14),
            Block(PERINATAL, 2, 140, 100),
            Block(CAR, 1, 5, 4, approved=False),
        ),
        assessed=(
            Series(AT_FIRST[:2], 300, 270, 2),
            Series(FOR_THE_CAR, 240, 30, 3),
            Series(WIDER[:3], 180, 50, 3),
        ),
        sign_offs=(("D2.1", "okonkwo", 3, 26),),
        readings=7,
        cases=(CasePlay(34, 1, "marked"), *_others(120)),
        outcomes=(
            ("mhp701", "pass", "provisional", 190),
            ("mhp701", "pass", "ratified", 160),
            ("mhp702", "pass", "provisional", 94),
        ),
        asks=(("okonkwo", "D6.4", "waits", 1),),
    ),
    Story(
        "raman",
        "Priya Raman",
        "first",
        shifts=(Block(CAR, 6, 310, 20), *_placements(300, 25), Block(YOUNG, 2, 150, 120)),
        assessed=(
            Series(AT_FIRST, 305, 270, 2),
            Series(FOR_THE_CAR, 250, 75, 3),
            Series((Seen(MINI_CEX, CAR, "patel", ("D3.1", "D2.2")),), 31, 30, 2),
        ),
        sign_offs=(("D3.1", "jensen", 3, 62), ("D2.2", "jensen", 3, 62)),
        readings=6,
        cases=(CasePlay(18, 2, "draft"),),
        outcomes=(
            ("mhp701", "pass", "provisional", 190),
            ("mhp701", "pass", "ratified", 160),
            ("mhp702", "refer", "provisional", 93),
        ),
    ),
    Story(
        "zielinski",
        "Tomasz Zielinski",
        "first",
        percent=60,
        pause=(205, 150),
        shifts=(
            Block(CAR, 3, 300, 30),
            Block(CONTROL_ROOM, 1, 120, 110),
            Block(CRISIS, 2, 140, 60),
            Block(LIAISON, 2, 100, 20),
        ),
        assessed=(Series(AT_FIRST, 300, 220, 2), Series(FOR_THE_CAR[:6], 140, 22, 3)),
        readings=4,
        cases=(CasePlay(6, 3, "waits"),),
        outcomes=(("mhp701", "pass", "provisional", 130), ("mhp701", "pass", "ratified", 98)),
        lapses={"registration": 22},
    ),
)

SECOND = (
    Story(
        "mensah",
        "Grace Mensah",
        "second",
        shifts=(
            Block(CONTROL_ROOM, 5, 200, 84),
            Block(CRISIS, 3, 190, 90),
            Block(CAR, 2, 170, 90),
            Block(CAR, 1, 40, 30),
        ),
        assessed=(
            Series(AT_FIRST[:1], 205, 200, 2),
            Series(FOR_THE_CONTROL_ROOM, 190, 86, 4),
            Series(FOR_THE_CAR[:2], 55, 30, 3),
        ),
        sign_offs=tuple((code, "rahimi", 4, 72) for code in CONTROL_ROOM_CODES),
        readings=7,
        cases=(CasePlay(60, 4, "released"), *_others(130, 100, 30)),
        outcomes=(("mhp701", "pass", "provisional", 90), ("mhp701", "pass", "ratified", 58)),
    ),
    Story(
        "morgan",
        "Rhys Morgan",
        "second",
        clock_change=True,
        shifts=(Block(CAR, 5, 200, 66), Block(CRISIS, 3, 180, 80), Block(LIAISON, 3, 170, 75), Block(CAR, 1, 20, 14)),
        assessed=(Series(AT_FIRST[:2], 206, 198, 2), Series(FOR_THE_CAR, 192, 66, 3)),
        readings=6,
        cases=(CasePlay(80, 0, "released"), *_others(120, 90)),
        outcomes=(("mhp701", "pass", "provisional", 90), ("mhp701", "pass", "ratified", 58)),
        lapses={"response-driving": -6},
    ),
    Story(
        "lin",
        "Mei Lin",
        "second",
        shifts=(Block(CAR, 5, 195, 20), Block(CRISIS, 3, 160, 40), Block(LIAISON, 2, 120, 30)),
        assessed=(Series(AT_FIRST[:2], 200, 180, 2), Series(FOR_THE_CAR, 170, 22, 3)),
        readings=6,
        cases=(CasePlay(28, 1, "marked"), *_others(90)),
        outcomes=(("mhp701", "pass", "provisional", 90), ("mhp701", "pass", "ratified", 58)),
        lapses={"occupational-health": None, "criminal-record": 40},
    ),
    Story(
        "mwangi",
        "Joseph Mwangi",
        "second",
        shifts=(Block(CAR, 4, 190, 25), Block(CRISIS, 2, 150, 60), Block(CONTROL_ROOM, 1, 60, 50)),
        assessed=(Series(AT_FIRST[:2], 200, 185, 2), Series(FOR_THE_CAR[:6], 160, 26, 3)),
        readings=5,
        cases=(CasePlay(20, 2, "waits"),),
        outcomes=(("mhp701", "pass", "provisional", 88),),
    ),
    Story(
        "haddad",
        "Leila Haddad",
        "second",
        shifts=(Block(CAR, 4, 185, 15), Block(DRUGS, 2, 100, 60), Block(ABUSE, 1, 50, 45)),
        assessed=(Series(AT_FIRST[:2], 195, 180, 2), Series(FOR_THE_CAR[:5], 150, 18, 3)),
        readings=5,
        cases=(CasePlay(11, 3, "draft"),),
        outcomes=(("mhp701", "pass", "provisional", 88),),
        asks=(("patel", "D3.3", "opened", 3),),
    ),
    Story(
        "fraser",
        "Callum Fraser",
        "second",
        shifts=(Block(CAR, 3, 180, 30), Block(LIAISON, 1, 70, 60), Block(CAR, 1, 7, 6, approved=False)),
        assessed=(Series(AT_FIRST, 190, 140, 2), Series(FOR_THE_CAR[:3], 110, 25, 3)),
        readings=3,
        cases=(CasePlay(48, 4, "marked", slips=True), *_others(95, slips=True)),
        outcomes=(("mhp701", "refer", "provisional", 87),),
    ),
    Story(
        "kelly",
        "Niamh Kelly",
        "second",
        percent=80,
        shifts=(Block(CAR, 2, 180, 60), Block(CRISIS, 2, 120, 35)),
        assessed=(Series(AT_FIRST, 185, 90, 2), Series(FOR_THE_CAR[:2], 70, 20, 3)),
        readings=3,
        asks=(("rowska", "D2.1", "expired", 30),),
    ),
    Story(
        "bello",
        "Seun Bello",
        "second",
        shifts=(Block(CAR, 1, 170, 160), Block(CONTROL_ROOM, 1, 60, 50)),
        assessed=(Series(AT_FIRST[:2], 170, 70, 2),),
        readings=2,
        lapses={"criminal-record": None},
    ),
)

THIRD = (
    Story(
        "clarke",
        "Hannah Clarke",
        "third",
        shifts=(Block(CAR, 2, 48, 20), Block(CONTROL_ROOM, 1, 14, 12)),
        assessed=(Series(AT_FIRST[:2], 40, 18, 2),),
        readings=4,
        cases=(CasePlay(3, 1, "waits"),),
        asks=(("patel", "D1.1", "opened", 3),),
    ),
    Story(
        "suleiman",
        "Ibrahim Suleiman",
        "third",
        shifts=(Block(CAR, 1, 45, 40), Block(CAR, 1, 6, 5, approved=False)),
        assessed=(Series(AT_FIRST[:1], 40, 38, 2),),
        readings=3,
    ),
    Story(
        "pritchard",
        "Ffion Pritchard",
        "third",
        shifts=(Block(CAR, 2, 44, 15),),
        assessed=(Series(AT_FIRST[1:2], 30, 28, 2),),
        readings=2,
        asks=(("patel", "D2.2", "waits", 1),),
    ),
    Story("reid", "Marcus Reid", "third", shifts=(Block(CONTROL_ROOM, 1, 40, 30),), readings=2),
    Story(
        "qureshi",
        "Sana Qureshi",
        "third",
        percent=60,
        shifts=(Block(CAR, 1, 25, 18),),
        readings=1,
        lapses={"statutory-training": None},
    ),
    Story("nowak", "Jakub Nowak", "third", shifts=(Block(CRISIS, 1, 20, 15),), readings=1),
)

STORIES = (*FIRST, *SECOND, *THIRD)
