"""The geometry of charts. Templates draw them as SVG with classes only; the numbers stand in a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

PLOT_WIDTH = 560
PLOT_HEIGHT = 180
LEFT = 34
TOP = 10
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot: where it runs and what it says."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One reading: where it is drawn, what it is called, its value, and whether its name is written below."""

    x: float
    y: float
    label: str
    value: float
    named: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A range of values with a name, drawn behind the line."""

    y: float
    height: float
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class LineChart:
    """A drawn series: the path, its points, the ticks and the bands."""

    width: int
    height: int
    left: int
    right: int
    bottom: float
    path: str
    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in parts of a hundred: how far it reaches, and where the required amount lies, if there is one."""

    label: str
    value: float
    text: str
    length: float
    required: float | None
    is_enough: bool


def line_chart(
    points: Sequence[tuple[str, float]], *, maximum: float = 0, bands: Sequence[tuple[str, float, float]] = ()
) -> LineChart:
    """Lay out a series from left to right; the axis starts at nought and ends at `maximum` or the largest value."""
    step = next((s for s in STEPS if max(maximum, *(v for _, v in points), 1) / s <= 5), STEPS[-1])
    top = step * max(1, -int(-max(maximum, *(v for _, v in points), 1) // step))

    def height_of(value: float) -> float:
        return round(TOP + PLOT_HEIGHT * (1 - min(max(value, 0), top) / top), 1)

    gap = (PLOT_WIDTH - LEFT - 90) / max(1, len(points) - 1)
    every = max(1, -(-len(points) // 8))
    drawn = tuple(
        Point(round(LEFT + 70 + gap * i, 1), height_of(value), name, value, i % every == 0)
        for i, (name, value) in enumerate(points)
    )
    return LineChart(
        width=PLOT_WIDTH,
        height=PLOT_HEIGHT + TOP + 26,
        left=LEFT,
        right=PLOT_WIDTH,
        bottom=TOP + PLOT_HEIGHT,
        path=" ".join(f"{'M' if i == 0 else 'L'}{p.x} {p.y}" for i, p in enumerate(drawn)),
        points=drawn,
        ticks=tuple(Tick(height_of(value), f"{value:g}") for value in range(0, int(top) + 1, int(step))),
        bands=tuple(
            Band(height_of(high), round(height_of(low) - height_of(high), 1), name, number)
            for number, (name, low, high) in enumerate(bands, 1)
            if low < top
        ),
    )


def bar_chart(rows: Sequence[tuple[str, float, str] | tuple[str, float, str, float]]) -> list[Bar]:
    """Lay out rows of label, value, value in words and, where there is one, the required value, on one scale."""
    largest = max((max(row[1], row[3] if len(row) > 3 else 0) for row in rows), default=0) or 1
    bars = []
    for row in rows:
        required = row[3] if len(row) > 3 else None
        bars.append(
            Bar(
                label=row[0],
                value=row[1],
                text=row[2],
                length=round(100 * max(row[1], 0) / largest, 1),
                required=None if required is None else round(100 * required / largest, 1),
                is_enough=required is None or row[1] >= required,
            )
        )
    return bars
