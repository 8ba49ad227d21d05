"""What trainees of the example service say of their placements, and one report of a risk."""

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from uuid import UUID

from lms.demo.cast import Cast
from lms.demo.people import CAR, LIAISON
from lms.demo.timeline import Timeline
from lms.placements import services
from lms.placements.rules.evaluations import Question, SafeguardingOutcome

SUMMED_UP_BY = "lowe"
REPORTED_BY, TAKEN_UP_BY = "mensah", "njoroge"
# Who evaluated a placement on a joint response car, how far they agree with each statement, and their words.
ON_THE_CAR: tuple[tuple[str, tuple[int, ...], str, str], ...] = (
    ("okafor", (5, 5, 4, 5, 5), "I was given time to lead from the second shift on.", ""),
    ("raman", (4, 4, 3, 4, 4), "", "A quiet place to write the record would help."),
    ("morgan", (4, 5, 4, 4, 5), "We talked every visit through on the way back.", ""),
    ("lin", (5, 4, 4, 5, 4), "", "Tell us before the first shift what to bring."),
    ("mwangi", (3, 4, 3, 4, 4), "The handovers between shifts.", "Long waits at the hospital."),
    ("haddad", (4, 4, 4, 5, 5), "", ""),
)
WITH_LIAISON: tuple[tuple[str, tuple[int, ...], str, str], ...] = (
    ("yusuf", (4, 5, 5, 5, 5), "Joint assessments from the first day.", "A badge that opens the doors."),
    ("okafor", (3, 5, 4, 5, 4), "", "Nobody knew that I was coming."),
)
SUMMARY = (
    "Trainees learn a great deal in joint assessments. "
    "The first morning could be prepared better: access and a welcome."
)
RISK = "A side door of the waiting room could not be locked for a whole shift, and nobody knew whom to tell."
TAKEN_UP = "Rang the site the same day: the door is guarded until it is mended."


def plan_evaluations(line: Timeline, cast: Cast) -> None:
    """Six evaluations of one site, two of another with a summary, and a report that was taken up."""
    for number, (key, ratings, well, change) in enumerate(ON_THE_CAR):
        at = time(18, 5 + 7 * number)
        line.on(line.day(11 - number), at, _evaluation(cast, key, CAR, ratings, well, change))
    for number, (key, ratings, well, change) in enumerate(WITH_LIAISON):
        line.on(line.day(8 - number), time(19, 20), _evaluation(cast, key, LIAISON, ratings, well, change))
    line.on(line.day(4), time(11, 40), partial(_summarise, line, cast))
    report: list[UUID] = []
    line.on(line.day(5), time(20, 10), partial(_report, cast, report))
    line.on(line.day(4), time(8, 50), partial(_take_up, cast, report))


def _site(cast: Cast, setting: str) -> UUID:
    """The first site of a setting, where every trainee's first shift there is."""
    return cast.sites[setting][0][0]


def _evaluation(
    cast: Cast, key: str, setting: str, ratings: tuple[int, ...], well: str, change: str
) -> Callable[[], object]:
    scores = dict(zip((question.value for question in Question), ratings, strict=True))
    return lambda: services.evaluate(
        cast.viewer(key), _site(cast, setting), ratings=scores, went_well=well, could_change=change
    )


def _summarise(line: Timeline, cast: Cast) -> None:
    until = line.today - timedelta(days=5)
    by, site_id = cast.viewer(SUMMED_UP_BY), _site(cast, LIAISON)
    services.summarise(by, site_id, from_on=until - timedelta(days=90), until_on=until, text=SUMMARY)


def _report(cast: Cast, report: list[UUID]) -> None:
    report.append(services.report_risk(cast.viewer(REPORTED_BY), _site(cast, CAR), text=RISK).id)


def _take_up(cast: Cast, report: list[UUID]) -> None:
    services.take_step(cast.viewer(TAKEN_UP_BY), report[0], outcome=SafeguardingOutcome.TAKEN_UP, words=TAKEN_UP)
