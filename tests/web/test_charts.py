from lms.web.charts import bar_chart


def test_bars_share_one_scale_with_what_is_required():
    short, enough, free = bar_chart([("Car", 30, "30 h", 60), ("Room", 66, "66 h", 60), ("Ward", 0, "0 h")])
    assert (short.length, short.required, short.is_enough) == (45.5, 90.9, False)
    assert (enough.length, enough.is_enough) == (100, True)
    assert (free.length, free.required, free.is_enough) == (0, None, True)


def test_bars_of_nothing_can_be_drawn():
    assert bar_chart([]) == []
    assert bar_chart([("Car", 0, "0 h")])[0].length == 0
