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
