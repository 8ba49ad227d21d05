"""The main rotas of the example service: four shifts on, four days off, imported by the trainees themselves."""

from collections.abc import Iterator, Sequence
from datetime import date, time

from lms.demo.cast import Cast
from lms.demo.placing import Worked
from lms.demo.stories import Story
from lms.demo.timeline import Timeline
from lms.placements import services
from lms.placements.rules.duties import DAY
from lms.placements.rules.rota import RotaSource
from lms.placements.rules.times import Span, resolve_span

BEGINS, TURN = 125, 8  # How many days ago the rotas begin, and how long a turn of days, nights and days off takes.
DAYTIME, NIGHT = (time(7), time(19)), (time(19), time(7))
SHIFTS = (DAYTIME, DAYTIME, NIGHT, NIGHT)
AHEAD = (35, 9, 28, 42)  # How many days ahead the rota is known; for the second trainee it runs out soon.
WITHOUT = 6  # The trainee who has not imported one yet.


def plan_rota(line: Timeline, cast: Cast, story: Story, worked: Sequence[Worked], number: int) -> None:
    """Let a trainee import the main rota of four months and of the weeks ahead; one of them has not done so yet."""
    if number == WITHOUT:
        return
    first, last = line.day(BEGINS), line.day(-AHEAD[number % len(AHEAD)])
    spans = list(_turns(first, last, number, {each.day for each in worked}))
    line.on(
        line.day(6),
        time(20, 10 + number),
        lambda: services.import_own_rota(
            cast.viewer(story.key), spans=spans, from_on=first, until_on=last, source=RotaSource.CSV
        ),
    )


def _turns(first: date, last: date, number: int, placed: set[date]) -> Iterator[Span]:
    """Two days, two nights and four days off, without the days beside a placement."""
    for offset in range((last - first) // DAY + 1):
        day, place = first + offset * DAY, (offset + 3 * number) % TURN
        if place < len(SHIFTS) and not {day - DAY, day, day + DAY} & placed:
            yield resolve_span(day, *SHIFTS[place])
