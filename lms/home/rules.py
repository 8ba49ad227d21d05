"""What a person should do next: lines in order of urgency."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


class Urgency(enum.IntEnum):
    """How soon a line matters: lower comes first."""

    TURNED_BACK = 1
    UNFINISHED = 2
    NEW = 3
    NEXT = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a home page: what, about what, the page it opens, and since when it waits."""

    text: str
    url: str
    detail: str = ""
    urgency: Urgency = Urgency.NEXT
    since: datetime | None = None


def in_order(lines: Iterable[Line], limit: int = 12) -> list[Line]:
    """The lines by urgency; within one urgency in the order they were given."""
    return sorted(lines, key=lambda line: line.urgency)[:limit]
