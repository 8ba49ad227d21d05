"""Dates, lengths of time, counts and lists as they stand in a sentence."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1 << 13)
def day(on: date) -> str:
    """A date in words: 4 April 2025."""
    return f"{on.day} {on:%B %Y}"


def month(on: date) -> str:
    """The month of a date in words: April 2025."""
    return f"{on:%B %Y}"


def duration(minutes: int) -> str:
    """Minutes as hours and minutes: 7 h 30 min."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours or not rest else []
    if rest:
        parts.append(f"{rest} min")
    return ("minus " if minutes < 0 else "") + " ".join(parts)


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Words as a list in a sentence: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def number_of(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 hour, 2 hours, 1,200 hours; `many` is given where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def count_words(text: str) -> int:
    """The number of words, as separated by white space."""
    return len(text.split())
