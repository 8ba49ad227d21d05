from datetime import date, timedelta

import pytest

from lms.demo.cast import Cast
from lms.demo.service import plan
from lms.demo.stories import STORIES
from lms.demo.timeline import Timeline

DAYS = [date(2026, 1, 1) + timedelta(days=17 * number) for number in range(45)]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_year_before_any_day_can_be_planned_without_clashes(day):
    line = Timeline(day)

    plan(line, Cast("hash"))

    assert len(line) > 500


def test_everybody_has_a_name_of_their_own():
    assert len({story.key for story in STORIES}) == len({story.name for story in STORIES}) == 18


def test_the_order_of_what_happens_is_the_order_of_moments(clock):
    line, seen = Timeline(date(2026, 11, 18)), []
    line.at(clock.moment - timedelta(days=2), lambda: seen.append("later"))
    line.at(clock.moment - timedelta(days=3), lambda: seen.append("earlier"))

    line.play()

    assert seen == ["earlier", "later"]


def test_nothing_can_be_planned_for_today_or_after(clock):
    with pytest.raises(ValueError, match="in the past"):
        Timeline(date(2026, 11, 18)).at(clock.moment, list)
