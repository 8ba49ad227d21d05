"""The charts a trainee can score: their rows, the truth, and which totals lead to the same response."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.cases.rules import audit_c, news2
from lms.cases.rules.decisions import Chart, Observe
from lms.cases.rules.format import Scene


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart: what it is called and the points it can have."""

    key: str
    title: str
    points: tuple[int, ...]


ROWS: Mapping[Chart, tuple[Row, ...]] = {
    Chart.NEWS2: (
        Row("respirations", "Respirations", (0, 1, 2, 3)),
        Row("spo2", "Oxygen saturation", (0, 1, 2, 3)),
        Row("air", "Air or oxygen", (0, 2)),
        Row("systolic", "Systolic blood pressure", (0, 1, 2, 3)),
        Row("pulse", "Pulse", (0, 1, 2, 3)),
        Row("consciousness", "Consciousness", (0, 3)),
        Row("temperature", "Temperature", (0, 1, 2, 3)),
    ),
    Chart.AUDIT_C: (
        Row("often", "How often they drink", (0, 1, 2, 3, 4)),
        Row("units", "Units on a typical day", (0, 1, 2, 3, 4)),
        Row("heavy", "How often they drink heavily", (0, 1, 2, 3, 4)),
    ),
}
TITLES: Mapping[Chart, str] = {Chart.NEWS2: "NEWS2", Chart.AUDIT_C: "AUDIT-C"}


def truth(scene: Scene, task: Observe) -> dict[str, int] | None:
    """The points of every row as the chart's publisher defines them; None while something is missing."""
    if task.chart is Chart.AUDIT_C:
        return None if task.answers is None else audit_c.parts(task.answers)
    if scene.observations is None:
        return None
    found = {key: points for key, points in news2.parts(scene.observations).items() if points is not None}
    return found if len(found) == len(ROWS[Chart.NEWS2]) else None


def band(chart: Chart, parts: Mapping[str, int]) -> int:
    """How urgent the response to these points is, from 0 upwards.

    NEWS2 (Royal College of Physicians, 2017): 0 to 4, any single 3, 5 to 6, 7 and more. AUDIT-C: below 5, 5 and more.
    """
    total = sum(parts.values())
    if chart is Chart.AUDIT_C:
        return int(total >= audit_c.POSITIVE)
    if total >= 7:
        return 3
    if total >= 5:
        return 2
    return int(3 in parts.values())
