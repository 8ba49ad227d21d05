"""What is wrong in an outside file and where, and what it leaves for people to fill in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_PROBLEMS = 200
"""How many problems of one file are told. More help nobody."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a row and a column counted from 1, and the heading of the column if it has one.

    In plain text the row is a line, and the heading, where there is one, the field on it.
    """

    row: int
    column: int
    heading: str = ""
    is_text: bool = False

    @property
    def words(self) -> str:
        """The place as a spreadsheet, or for plain text an editor, counts it."""
        if self.is_text:
            return f"line {self.row} ({self.heading})" if self.heading else f"line {self.row}, column {self.column}"
        named = f" ({self.heading})" if self.heading else ""
        return f"row {self.row}, column {_letters(self.column)}{named}"


def _letters(column: int) -> str:
    """The letters a spreadsheet gives a column."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a file, and where.

    As a problem it refuses the whole file. As a note, on what the file does not say or what is not kept, it refuses
    nothing, but somebody should look at it.
    """

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place.words}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: a body, or problems and no body; and what people have to look at."""

    body: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether the file can be used as it is."""
        return not self.problems


class Refused(Exception):
    """A file cannot be read any further."""

    def __init__(self, *problems: Remark) -> None:
        super().__init__()
        self.problems = tuple(sorted(problems, key=_order))[:MOST_PROBLEMS]


def _order(problem: Remark) -> tuple[int, int, str]:
    return problem.place.row, problem.place.column, problem.message
