"""What a capability of an older version of the framework is read as in a newer one: proposed, then reviewed."""

import enum
from collections.abc import Mapping, Sequence
from uuid import UUID

from lms.competencies.rules.framework import Capability, Framework
from lms.core.errors import RuleViolation

MOST_PARTS = 3
"""Into how many capabilities one may be split. A proposal, to be confirmed by the service."""
Lines = Mapping[str, Sequence[str]]


class Fate(enum.StrEnum):
    """What became of a capability between two versions."""

    UNCHANGED = "unchanged"
    RENAMED = "renamed"
    SPLIT = "split"
    MERGED = "merged"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The fate in words."""
        return self.value.capitalize()

    @property
    def meaning(self) -> str:
        """What follows for what was signed, in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Fate.UNCHANGED: "Title and indicator are the same: what was signed counts as before.",
    Fate.RENAMED: "The same capability in other words: what was signed counts under the new ones.",
    Fate.SPLIT: "One became several: what was signed counts for each of them.",
    Fate.MERGED: "Several became one: it counts as signed off once each of them was.",
    Fate.DROPPED: "No longer asked: what was signed stays on record and counts for nothing.",
}


def same_wording(one: Capability | None, other: Capability | None) -> bool:
    """Whether a signature means the same under both: title and indicator did not change."""
    return one is not None and other is not None and (one.title, one.indicator) == (other.title, other.indicator)


def to_map(older: Framework, newer: Framework) -> list[Capability]:
    """The capabilities of the older version somebody has to decide about: gone, or with another title or indicator."""
    return [each for code, each in older.capabilities.items() if not same_wording(each, newer.capabilities.get(code))]


def fate_of(code: str, lines: Lines, older: Framework, newer: Framework) -> Fate:
    """What became of a capability of the older version under a mapping."""
    if code not in lines:
        return Fate.UNCHANGED
    targets = lines[code]
    if not targets:
        return Fate.DROPPED
    if len(targets) > 1:
        return Fate.SPLIT
    (target,) = targets
    shared = any(target in others for other, others in lines.items() if other != code)
    stays = same_wording(older.capabilities.get(target), newer.capabilities.get(target))
    return Fate.MERGED if shared or stays else Fate.RENAMED


def check_lines(lines: Lines, older: Framework, newer: Framework) -> None:
    """Refuse a mapping that leaves a capability out, names one that needs none, or leads to one that does not exist.

    Raises RuleViolation.
    """
    wanted = {each.code for each in to_map(older, newer)}
    if not wanted:
        raise RuleViolation(
            "Every capability has the same title and indicator in both versions: there is nothing to map."
        )
    for code in sorted(wanted - lines.keys()):
        raise RuleViolation(f"Say what {code} is read as", field=field_of(code))
    for code in sorted(lines.keys() - wanted):
        raise RuleViolation(f"{code} has the same title and indicator in both versions: it is read as itself.")
    for code, targets in lines.items():
        if any(each not in newer.capabilities for each in targets):
            raise RuleViolation("Select capabilities of the newer version", field=field_of(code))
        if len(set(targets)) > MOST_PARTS:
            raise RuleViolation(f"Select at most {MOST_PARTS} capabilities", field=field_of(code))


def field_of(code: str) -> str:
    """The name of the form field that asks what a capability is read as."""
    return f"map_{code.replace('.', '_')}"


def check_proposal(*, is_older_first: bool, waits: bool) -> None:
    """Refuse a mapping to an earlier version, or beside one that waits for its review.

    Raises RuleViolation.
    """
    if not is_older_first:
        raise RuleViolation("A mapping leads from an older version to a newer one.")
    if waits:
        raise RuleViolation("A mapping between these versions waits for its review. It is reviewed first.")


def check_review(*, actor_id: UUID, proposed_by_id: UUID, is_reviewed: bool, approved: bool, reason: str) -> None:
    """Refuse a review of one's own proposal, a second review, or a refusal without a reason.

    Raises RuleViolation.
    """
    if actor_id == proposed_by_id:
        raise RuleViolation("A second person reviews a mapping: you proposed this one.")
    if is_reviewed:
        raise RuleViolation("This mapping is already reviewed.")
    if not approved and not reason.strip():
        raise RuleViolation("Say why you do not approve this mapping", field="reason")
