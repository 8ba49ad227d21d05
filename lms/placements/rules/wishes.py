"""Ranked wishes: which were asked for together, and when those that are left may be ended. Values in, values out."""

from collections.abc import Iterable, Sequence

from lms.core.errors import RuleViolation
from lms.placements.rules.bookings import BookingFact

MOST_WISHES = 20


def askings(bookings: Iterable[BookingFact]) -> list[tuple[BookingFact, ...]]:
    """The ranked wishes of one trainee by asking: ranks go up within one, so that each begins where they do not."""
    found: list[list[BookingFact]] = []
    for each in sorted((each for each in bookings if each.rank), key=lambda each: (each.recorded_at, each.id)):
        if found and (each.rank or 0) > (found[-1][-1].rank or 0):
            found[-1].append(each)
        else:
            found.append([each])
    return [tuple(wishes) for wishes in found]


def check_end_wishes(*, granted: int, left: int) -> None:
    """Refuse to end the other wishes of an asking of which none is booked or none waits.

    Raises RuleViolation.
    """
    if not granted:
        raise RuleViolation("None of these wishes is booked")
    if not left:
        raise RuleViolation("None of these wishes waits any more")


class RanksWrong(RuleViolation):
    """Wishes are not ranked 1, 2, 3 and so on; `ranks` are those given twice or too high."""

    def __init__(self, message: str, ranks: frozenset[int]) -> None:
        super().__init__(message, "wishes")
        self.ranks = ranks


def check_wishes(ranks: Sequence[int]) -> None:
    """Refuse wishes that are not ranked 1, 2, 3 and so on, each rank once.

    Raises RuleViolation on `wishes`, RanksWrong where some of the ranks cannot stay.
    """
    if not ranks:
        raise RuleViolation("Rank at least one slot: 1 is the one you want most", "wishes")
    if len(ranks) > MOST_WISHES:
        raise RuleViolation(f"Rank at most {MOST_WISHES} slots at a time", "wishes")
    if sorted(ranks) != list(range(1, len(ranks) + 1)):
        wrong = [rank for rank in ranks if rank > len(ranks) or ranks.count(rank) > 1]
        message = f"Use each number from 1 to {len(ranks)} once: 1 is the slot you want most"
        raise RanksWrong(message, frozenset(wrong))
