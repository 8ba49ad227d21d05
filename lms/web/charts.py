"""The geometry of charts. Templates draw them as SVG with classes only; the numbers stand in a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in parts of a hundred: how far it reaches, and where the required amount lies, if there is one."""

    label: str
    value: float
    text: str
    length: float
    required: float | None
    is_enough: bool


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


@dataclass(frozen=True, slots=True)
class Spot:
    """One point of a trend; without a value it stands on the ground line as a gap."""

    label: str
    text: str
    x: float
    y: float
    has_value: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across a trend, and what it means."""

    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Values one after another, evenly spaced, with their lines from point to point; a gap breaks the line."""

    width: int
    height: int
    ground: int
    spots: tuple[Spot, ...]
    limits: tuple[Limit, ...]
    line: str


WIDTH, HEIGHT, LEFT, RIGHT, TOP, GROUND = 320, 176, 44, 24, 24, 144


def trend_chart(rows: Sequence[tuple[str, float | None, str]], limits: Sequence[tuple[float, str]] = ()) -> Trend:
    """Lay out rows of label, value (None for a gap) and value in words, from 0 upwards, with limits above them."""
    highest = max([1, *(row[1] or 0 for row in rows), *(limit + 1 for limit, _ in limits)])
    step = (WIDTH - LEFT - RIGHT) / max(len(rows) - 1, 1)

    def up(value: float) -> float:
        return round(GROUND - (GROUND - TOP) * value / highest, 1)

    spots = tuple(
        Spot(label, text, round(LEFT + index * step, 1), up(value or 0), value is not None)
        for index, (label, value, text) in enumerate(rows)
    )
    drawn = [
        f"{'L' if index and spots[index - 1].has_value else 'M'}{spot.x} {spot.y}"
        for index, spot in enumerate(spots)
        if spot.has_value
    ]
    crossed = tuple(Limit(text, up(value)) for value, text in limits)
    return Trend(WIDTH, HEIGHT, GROUND, spots, crossed, " ".join(drawn))
