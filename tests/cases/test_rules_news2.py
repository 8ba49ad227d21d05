import pytest

from lms.cases.rules.format import Consciousness, Observations
from lms.cases.rules.news2 import impossible, parts, score

WELL = {
    "respirations": 16,
    "spo2": 97,
    "air": True,
    "systolic": 142,
    "pulse": 88,
    "consciousness": Consciousness.ALERT,
    "temperature": 36.7,
}


def seen(**changed):
    return Observations(**(WELL | changed))


@pytest.mark.parametrize(
    ("field", "points"),
    [
        ("respirations", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
        ("spo2", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0}),
        ("air", {True: 0, False: 2}),
        ("systolic", {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3}),
        ("pulse", {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3}),
        ("temperature", {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2}),
        ("consciousness", {step: 0 if step is Consciousness.ALERT else 3 for step in Consciousness}),
    ],
)
def test_every_band_of_scale_1_has_its_points(field, points):
    assert {value: parts(seen(**{field: value}))[field] for value in points} == points


@pytest.mark.parametrize(
    ("air", "points"),
    [
        (True, {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 0, 97: 0, 100: 0}),
        (False, {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 1, 94: 1, 95: 2, 96: 2, 97: 3, 100: 3}),
    ],
)
def test_every_band_of_scale_2_has_its_points(air, points):
    assert {value: parts(seen(spo2=value, air=air, scale=2))["spo2"] for value in points} == points


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        (seen(), 0),
        (seen(respirations=18, systolic=138, pulse=96), 1),
        (seen(respirations=20, systolic=128, pulse=104, temperature=36.9), 1),
        (
            seen(
                respirations=8,
                spo2=80,
                air=False,
                systolic=80,
                pulse=140,
                consciousness=Consciousness.PAIN,
                temperature=34.0,
            ),
            20,
        ),
    ],
)
def test_the_score_is_the_sum(observations, expected):
    assert score(observations) == expected


@pytest.mark.parametrize("missing", list(WELL))
def test_a_missing_value_leaves_the_score_incomplete(missing):
    assert score(seen(**{missing: None})) is None


def test_scale_2_is_incomplete_until_the_oxygen_is_known():
    assert parts(seen(scale=2, air=None))["spo2"] is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"spo2": 101}, "spo2"),
        ({"respirations": -1}, "respirations"),
        ({"systolic": 320}, "systolic"),
        ({"systolic": 80, "diastolic": 80}, "diastolic"),
        ({"systolic": 80, "diastolic": 90}, "diastolic"),
        ({"pulse": 0}, "pulse"),
        ({"temperature": 49.0}, "temperature"),
        ({"temperature": 36.05}, "temperature"),
        ({"glucose": 0.1}, "glucose"),
        ({"news2": 1}, "news2"),
        ({"news2": 0, "pulse": None}, "news2"),
    ],
)
def test_what_no_patient_can_show_is_named(changed, field):
    assert [found for found, _ in impossible(seen(**changed))] == [field]


def test_possible_observations_are_left_alone():
    assert list(impossible(seen(diastolic=88, glucose=3.9, news2=0))) == []
