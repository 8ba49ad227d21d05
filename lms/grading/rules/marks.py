"""The calculation of a mark from the levels a marker chose, with every figure explained.

Each criterion gives its weight times the level's points, divided by the criterion's most points. The shares are
added exactly and only the total is rounded, to a whole per cent, halves upwards (49.5 becomes 50). The rounded
total is compared with the pass mark. A criterion that must be passed is passed when its own points reach the
pass mark as a share of its most points, unrounded; if it is not, the result is refer whatever the total.
"""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from lms.core.errors import RuleViolation

CALCULATION_VERSION = "mark/1"
FEEDBACK_MAX = 4000
COMMENT_MAX = 1000


class Result(enum.StrEnum):
    """What a mark means for the piece of work."""

    PASS = "pass"
    REFER = "refer"

    @property
    def label(self) -> str:
        """The result in words."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a criterion: its points, its name and what work at this level looks like."""

    points: int
    label: str
    descriptor: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing the work is judged on; its levels stand best first."""

    key: str
    title: str
    weight: int
    levels: tuple[Level, ...]
    must_pass: bool = False

    @property
    def most(self) -> int:
        """The points of the best level."""
        return max(level.points for level in self.levels)

    def level(self, points: int) -> Level | None:
        """The level with these points, if there is one."""
        return next((level for level in self.levels if level.points == points), None)


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of one version of an assignment, with the pass mark in per cent."""

    pass_mark: int
    criteria: tuple[Criterion, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the criteria, in order."""
        return tuple(criterion.key for criterion in self.criteria)


@dataclass(frozen=True, slots=True)
class Share:
    """What one criterion gave to the mark and whether its own hurdle was passed."""

    criterion: Criterion
    level: Level
    value: Fraction
    is_passed: bool

    @property
    def figure(self) -> str:
        """The share in per cent, to two decimals at most."""
        return decimal(self.value)

    @property
    def words(self) -> str:
        """How the share came about."""
        criterion, level = self.criterion, self.level
        said = (
            f"{criterion.title}: {level.label}, {level.points} of {criterion.most} points, "
            f"weight {criterion.weight} per cent, gives {self.figure} of {criterion.weight}"
        )
        if not criterion.must_pass:
            return f"{said}."
        hurdle = "it is" if self.is_passed else "it is not"
        return f"{said}. This criterion must be passed and {hurdle}."


@dataclass(frozen=True, slots=True)
class Calculation:
    """A mark with everything that led to it."""

    shares: tuple[Share, ...]
    total: Fraction
    percent: int
    pass_mark: int
    result: Result
    failed: tuple[Criterion, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The calculation in sentences, from the criteria to the result."""
        return (
            *(share.words for share in self.shares),
            f"Together {decimal(self.total)} per cent, rounded to {self.percent} (halves are rounded up).",
            self._verdict(),
        )

    def _verdict(self) -> str:
        if self.failed:
            names = ", ".join(criterion.title for criterion in self.failed)
            return f"The result is refer, because this must be passed and was not: {names}."
        if self.result is Result.PASS:
            return f"The result is pass, because {self.percent} is not below the pass mark of {self.pass_mark}."
        return f"The result is refer, because {self.percent} is below the pass mark of {self.pass_mark}."


def decimal(value: Fraction) -> str:
    """A share written with up to two decimals, halves upwards: 22.5, 8.33, 30."""
    hundredths = round_half_up(value * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return math.floor(value + Fraction(1, 2))


def missing(rubric: Rubric, levels: Mapping[str, int]) -> tuple[Criterion, ...]:
    """The criteria that have no valid level yet."""
    return tuple(
        criterion
        for criterion in rubric.criteria
        if criterion.key not in levels or criterion.level(levels[criterion.key]) is None
    )


def calculate(rubric: Rubric, levels: Mapping[str, int]) -> Calculation:
    """The mark that the chosen levels make.

    Raises RuleViolation if a criterion has no level, or a level the rubric does not have.
    """
    without = missing(rubric, levels)
    if without:
        raise RuleViolation(f"Choose a level for {without[0].title}", f"level_{without[0].key}")
    shares = tuple(_share(rubric, criterion, levels[criterion.key]) for criterion in rubric.criteria)
    total = sum((share.value for share in shares), Fraction(0))
    percent = round_half_up(total)
    failed = tuple(share.criterion for share in shares if share.criterion.must_pass and not share.is_passed)
    passed = percent >= rubric.pass_mark and not failed
    return Calculation(shares, total, percent, rubric.pass_mark, Result.PASS if passed else Result.REFER, failed)


def _share(rubric: Rubric, criterion: Criterion, points: int) -> Share:
    level = criterion.level(points)
    if level is None:
        raise RuleViolation(f"Choose a level for {criterion.title}", f"level_{criterion.key}")
    return Share(
        criterion,
        level,
        Fraction(criterion.weight * points, criterion.most),
        Fraction(100 * points, criterion.most) >= rubric.pass_mark,
    )


def check_marker(*, marker_id: UUID, trainee_id: UUID) -> None:
    """Refuse a marker who wrote the work.

    Raises RuleViolation.
    """
    if marker_id == trainee_id:
        raise RuleViolation("Nobody marks their own work. Ask another educator to mark this.")


def check_feedback(feedback: str, comments: Mapping[str, str], rubric: Rubric) -> None:
    """Refuse a mark without feedback, or with text longer than a trainee can use.

    Raises RuleViolation.
    """
    if not feedback.strip():
        raise RuleViolation("Write overall feedback for the trainee", "feedback")
    check_lengths(feedback, comments, rubric)


def check_lengths(feedback: str, comments: Mapping[str, str], rubric: Rubric) -> None:
    """Refuse text over the limits.

    Raises RuleViolation.
    """
    if len(feedback) > FEEDBACK_MAX:
        raise RuleViolation(f"Use {FEEDBACK_MAX:,} characters or fewer for the overall feedback", "feedback")
    for criterion in rubric.criteria:
        if len(comments.get(criterion.key, "")) > COMMENT_MAX:
            raise RuleViolation(
                f"Use {COMMENT_MAX:,} characters or fewer for the comment on {criterion.title}",
                f"comment_{criterion.key}",
            )


def check_correction(*, reason: str, is_correction: bool) -> None:
    """Refuse a change of a recorded mark that does not say why.

    Raises RuleViolation.
    """
    if is_correction and not reason.strip():
        raise RuleViolation("Say why the recorded mark changes", "reason")
