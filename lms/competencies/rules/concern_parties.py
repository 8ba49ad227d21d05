"""Who is told of a concern and who may read it, rung by rung: the table the services follow and the pages show."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from lms.competencies.rules.concerns import ConcernFact, Rung


class Party(enum.StrEnum):
    """Somebody a concern has to do with."""

    TRAINEE = "trainee"
    TRUST = "trust"
    RAISER = "raiser"
    UNIVERSITY = "university"

    @property
    def label(self) -> str:
        """The party in words, as the table names it."""
        return _WORDS[self]


_WORDS = {
    Party.TRAINEE: "the trainee",
    Party.TRUST: "the consultant nurse and deputy",
    Party.RAISER: "whoever raised it",
    Party.UNIVERSITY: "the educators of the trainee's university",
}


@dataclass(frozen=True, slots=True)
class Circle:
    """Who is told when a concern comes to a rung, who of what is decided there, and who may read it."""

    at_once: tuple[Party, ...]
    decisions: tuple[Party, ...]
    readers: tuple[Party, ...]


_SMALL = (Party.TRAINEE, Party.TRUST)
_MIDDLE = (Party.TRAINEE, Party.TRUST, Party.RAISER)
_WIDE = (Party.TRAINEE, Party.TRUST, Party.RAISER, Party.UNIVERSITY)

CIRCLES: Mapping[Rung, Circle] = {
    Rung.HEADS_UP: Circle(at_once=_SMALL, decisions=_SMALL, readers=_MIDDLE),
    Rung.RECORDED: Circle(at_once=_SMALL, decisions=_MIDDLE, readers=_MIDDLE),
    Rung.ACTION_PLAN: Circle(at_once=_WIDE, decisions=_WIDE, readers=_WIDE),
    Rung.FORMAL_REVIEW: Circle(at_once=_WIDE, decisions=_WIDE, readers=_WIDE),
}
"""Administrators stand nowhere in it: they never see a concern."""


def told_when_raised(rung: Rung) -> frozenset[Party]:
    """Who is told that a concern was raised on this rung. Whoever raised it knows."""
    return frozenset(CIRCLES[rung].at_once) - {Party.RAISER}


def told_of_step(*, before: Rung, to: Rung | None, is_shared: bool) -> frozenset[Party]:
    """Who is told of a move from one rung to another, or of a close where there is none.

    Those who could read it before learn that they no longer can.
    """
    told = set(CIRCLES[before].decisions)
    if to is not None:
        told |= {*CIRCLES[to].at_once, *CIRCLES[to].decisions}
    return frozenset(told | ({Party.UNIVERSITY} if is_shared else set()))


def told_of_decision(rung: Rung, *, is_shared: bool) -> frozenset[Party]:
    """Who is told of anything else that is decided about a concern on this rung."""
    return frozenset(CIRCLES[rung].decisions) | (frozenset({Party.UNIVERSITY}) if is_shared else frozenset())


def is_shared(concern: ConcernFact) -> bool:
    """Say whether it was decided that the university may read the concern whatever its rung."""
    return concern.shared_on is not None
