"""AUDIT-C, UK version, computed exactly: three answers, 0 to 4 points each; 5 or more is positive.

A screen for people who are well enough to answer: neither a withdrawal score nor a question for somebody confused.
"""

from lms.cases.rules.decisions import Drinking, Heavy, Often

POSITIVE = 5

_OFTEN = {often: points for points, often in enumerate(Often)}
_HEAVY = {heavy: points for points, heavy in enumerate(Heavy)}
_UNITS = ((2, 0), (4, 1), (6, 2), (9, 3))


def parts(drinking: Drinking) -> dict[str, int]:
    """The points of each of the three questions; who never drinks has none on any."""
    if drinking.often is Often.NEVER:
        return {"often": 0, "units": 0, "heavy": 0}
    return {
        "often": _OFTEN[drinking.often],
        "units": next((points for upper, points in _UNITS if drinking.units <= upper), 4),
        "heavy": _HEAVY[drinking.heavy],
    }
