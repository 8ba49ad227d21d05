"""NEWS2, computed exactly (Royal College of Physicians, 2017; from 16 years, not in pregnancy).

The score says nothing about suicide safety, toxicity still to come, or capacity.
"""

from collections.abc import Callable, Iterator

from lms.cases.rules.format import Consciousness, Observations

# Upper end of each band with its points; what lies above the last band gets the points after it.
_Bands = tuple[tuple[tuple[float, int], ...], int]

_RESPIRATIONS: _Bands = (((8, 3), (11, 1), (20, 0), (24, 2)), 3)
_SPO2: _Bands = (((91, 3), (93, 2), (95, 1)), 0)
_SPO2_SCALE_2_AIR: _Bands = (((83, 3), (85, 2), (87, 1)), 0)
_SPO2_SCALE_2_OXYGEN: _Bands = (((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2)), 3)
_SYSTOLIC: _Bands = (((90, 3), (100, 2), (110, 1), (219, 0)), 3)
_PULSE: _Bands = (((40, 3), (50, 1), (90, 0), (110, 1), (130, 2)), 3)
_TEMPERATURE: _Bands = (((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1)), 2)


def _points(value: float | None, bands: _Bands) -> int | None:
    if value is None:
        return None
    return next((points for upper, points in bands[0] if value <= upper), bands[1])


def _oxygen_bands(observations: Observations) -> _Bands:
    if observations.scale == 1:
        return _SPO2
    return _SPO2_SCALE_2_AIR if observations.air else _SPO2_SCALE_2_OXYGEN


def parts(observations: Observations) -> dict[str, int | None]:
    """The points of each of the seven parameters; None where it was not measured."""
    air, awake = observations.air, observations.consciousness
    spo2 = None if observations.scale == 2 and air is None else observations.spo2
    return {
        "respirations": _points(observations.respirations, _RESPIRATIONS),
        "spo2": _points(spo2, _oxygen_bands(observations)),
        "air": None if air is None else (0 if air else 2),
        "systolic": _points(observations.systolic, _SYSTOLIC),
        "pulse": _points(observations.pulse, _PULSE),
        "consciousness": None if awake is None else (0 if awake is Consciousness.ALERT else 3),
        "temperature": _points(observations.temperature, _TEMPERATURE),
    }


def score(observations: Observations) -> int | None:
    """The NEWS2 of a set of observations, 0 to 20; None while a parameter is missing, never a guess."""
    points = list(parts(observations).values())
    known = [point for point in points if point is not None]
    return sum(known) if len(known) == len(points) else None


# The limits below are no part of NEWS2: they catch slips of typing. A proposal, to be confirmed by the service.
_POSSIBLE: dict[str, tuple[float, float, str]] = {
    "respirations": (0, 80, "breaths a minute"),
    "spo2": (30, 100, "%"),
    "systolic": (30, 300, "mmHg"),
    "diastolic": (10, 200, "mmHg"),
    "pulse": (10, 260, "beats a minute"),
    "temperature": (24, 44, "°C"),
    "glucose": (0.3, 60, "mmol/L"),
}


def impossible(observations: Observations) -> Iterator[tuple[str, str]]:
    """What looks like a slip of typing, because hardly any patient could show it: the field and a sentence."""
    for field, (low, high, unit) in _POSSIBLE.items():
        value = getattr(observations, field)
        if value is not None and not low <= value <= high:
            yield field, f"{value:g} is impossible: expected {low:g} to {high:g} {unit}."
    yield from (wrong for check in _CHECKS for wrong in check(observations))


def _pressures(observations: Observations) -> Iterator[tuple[str, str]]:
    systolic, diastolic = observations.systolic, observations.diastolic
    if systolic is not None and diastolic is not None and systolic <= diastolic:
        yield "diastolic", f"{diastolic} is impossible: it must be below the systolic pressure of {systolic}."


def _decimals(observations: Observations) -> Iterator[tuple[str, str]]:
    temperature = observations.temperature
    if temperature is not None and round(temperature, 1) != temperature:
        yield "temperature", "Give the temperature to one decimal: the bands of NEWS2 have gaps otherwise."


def _stated(observations: Observations) -> Iterator[tuple[str, str]]:
    stated, truth = observations.news2, score(observations)
    if stated is None or stated == truth:
        return
    if truth is None:
        yield "news2", f"{stated} cannot be stated: an observation that NEWS2 needs is missing."
    else:
        yield "news2", f"{stated} is wrong: these observations make {truth}."


_CHECKS: tuple[Callable[[Observations], Iterator[tuple[str, str]]], ...] = (_pressures, _decimals, _stated)
