import pytest

from lms.web.charts import bar_chart, line_chart


def test_a_line_starts_at_nought_and_fits_its_largest_value():
    chart = line_chart([("19:34", 0), ("19:50", 7)])
    assert [tick.text for tick in chart.ticks][0] == "0"
    assert float(chart.ticks[-1].text) >= 7
    first, last = chart.points
    assert first.y == chart.bottom
    assert last.y < first.y
    assert chart.path == f"M{first.x} {first.y} L{last.x} {last.y}"


def test_a_line_keeps_every_point_inside_the_plot():
    chart = line_chart([(str(i), i * 37 % 20) for i in range(40)], maximum=20)
    assert all(chart.left < point.x < chart.right and 0 < point.y <= chart.bottom for point in chart.points)
    assert sum(point.named for point in chart.points) <= 8


@pytest.mark.parametrize("points", [[], [("now", 0)], [("now", 3)]], ids=["none", "one at nought", "one"])
def test_a_line_of_few_points_can_be_drawn(points):
    assert len(line_chart(points).points) == len(points)


def test_a_band_above_the_scale_is_left_out():
    chart = line_chart([("a", 2)], maximum=5, bands=[("Low", 0, 5), ("High", 7, 20)])
    assert [band.name for band in chart.bands] == ["Low"]
    assert chart.bands[0].y + chart.bands[0].height == chart.bottom


def test_bars_share_one_scale_with_what_is_required():
    short, enough, free = bar_chart([("Car", 30, "30 h", 60), ("Room", 66, "66 h", 60), ("Ward", 0, "0 h")])
    assert (short.length, short.required, short.is_enough) == (45.5, 90.9, False)
    assert (enough.length, enough.is_enough) == (100, True)
    assert (free.length, free.required, free.is_enough) == (0, None, True)


def test_bars_of_nothing_can_be_drawn():
    assert bar_chart([]) == []
    assert bar_chart([("Car", 0, "0 h")])[0].length == 0
