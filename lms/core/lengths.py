"""How far the texts of a choice may differ in length, so that nobody finds the best one without reading."""

from collections.abc import Sequence

LONGEST_TO_SHORTEST = 1.75
FOUND_BY_LENGTH = 0.4  # The share of questions in which the best may be the longest; also that of the shortest.


def uneven(texts: Sequence[str]) -> tuple[int, str] | None:
    """The place of a text that is much longer than another, and a sentence about it; None if there is none."""
    lengths = [len(text) for text in texts]
    shortest, longest = min(lengths, default=0), max(lengths, default=0)
    if longest <= LONGEST_TO_SHORTEST * shortest:
        return None
    return lengths.index(longest), f"The options differ too much in length: {shortest} to {longest} characters."
