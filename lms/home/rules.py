"""What a person should do next: lines in order of urgency."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from lms.competencies.rules import RequestState


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


class Request(Protocol):
    """What is known here of a request for an assessment."""

    @property
    def state(self) -> RequestState:
        """Where it stands."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The capabilities it names."""


R = TypeVar("R", bound=Request)


def turned_back(requests: Iterable[R]) -> list[R]:
    """The requests that were declined or expired and not asked again since, of a list with the newest first.

    A capability that a newer request names, whether it waits or was answered, has been asked again.
    """
    asked: set[str] = set()
    found = []
    for request in requests:
        in_vain = request.state in (RequestState.DECLINED, RequestState.EXPIRED)
        if in_vain and not asked.issuperset(request.codes):
            found.append(request)
        if in_vain or request.state.is_waiting or request.state is RequestState.COMPLETED:
            asked.update(request.codes)
    return found


def asked_now(requests: Iterable[Request]) -> frozenset[str]:
    """The capabilities that requests waiting for an answer name."""
    return frozenset(code for request in requests if request.state.is_waiting for code in request.codes)


def in_order(lines: Iterable[Line], limit: int = 12) -> list[Line]:
    """The lines by urgency; within one urgency in the order they were given."""
    return sorted(lines, key=lambda line: line.urgency)[:limit]
