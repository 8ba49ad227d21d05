from lms.web.charts import bar_chart, trend_chart


def test_bars_share_one_scale_with_what_is_required():
    short, enough, free = bar_chart([("Car", 30, "30 h", 60), ("Room", 66, "66 h", 60), ("Ward", 0, "0 h")])
    assert (short.length, short.required, short.is_enough) == (45.5, 90.9, False)
    assert (enough.length, enough.is_enough) == (100, True)
    assert (free.length, free.required, free.is_enough) == (0, None, True)


def test_bars_of_nothing_can_be_drawn():
    assert bar_chart([]) == []
    assert bar_chart([("Car", 0, "0 h")])[0].length == 0


def test_a_trend_goes_from_point_to_point_and_breaks_at_a_gap():
    chart = trend_chart([("19:34", 0, "0"), ("19:50", 8, "8"), ("20:10", None, "?"), ("20:30", 4, "4")], [(7, "7")])
    first, high, gap, last = chart.spots
    assert (first.y, high.y, gap.y) == (chart.ground, 24, chart.ground)
    assert [spot.has_value for spot in chart.spots] == [True, True, False, True]
    assert chart.line == f"M{first.x} {first.y} L{high.x} {high.y} M{last.x} {last.y}"
    assert high.y < chart.limits[0].y < last.y
    assert 0 < first.x < last.x < chart.width


def test_limits_are_seen_above_low_values():
    chart = trend_chart([("19:34", 0, "0")], [(5, "5"), (7, "7")])
    assert [limit.text for limit in chart.limits] == ["5", "7"]
    assert all(0 < limit.y < chart.ground for limit in chart.limits)


def test_a_trend_of_nothing_can_be_drawn():
    assert trend_chart([]).spots == ()
