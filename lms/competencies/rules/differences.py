"""What changed between two versions of a framework: added, removed, and changed field by field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lms.competencies.rules.framework import Anchor, Capability, Framework
from lms.core.words import join_words, number_of


@dataclass(frozen=True, slots=True)
class Change:
    """One field with what it said and what it says now."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CapabilityChange:
    """A capability that both versions have, with the fields that differ."""

    before: Capability
    after: Capability
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that changed from one version to another."""

    whole: tuple[Change, ...]
    added: tuple[Capability, ...]
    removed: tuple[Capability, ...]
    changed: tuple[CapabilityChange, ...]

    @property
    def is_none(self) -> bool:
        """Whether the two versions say the same."""
        return not (self.whole or self.added or self.removed or self.changed)

    @property
    def summary(self) -> str:
        """How much changed, in one sentence."""
        if self.is_none:
            return "The two say the same."
        counts = ((self.added, "added"), (self.removed, "removed"), (self.changed, "changed"))
        parts = [f"{number_of(len(items), 'capability', 'capabilities')} {word}" for items, word in counts if items]
        if self.whole:
            parts.append(f"{number_of(len(self.whole), 'change')} to the framework as a whole")
        return f"{join_words(parts)}."

    @property
    def lines(self) -> list[str]:
        """Every change as a line of text."""
        found = [self.summary]
        found += [_line("The framework", change) for change in self.whole]
        found += [f"Added: {each.name}. {each.indicator}" for each in self.added]
        found += [f"Removed: {each.name}. {each.indicator}" for each in self.removed]
        found += [_line(each.after.code, change) for each in self.changed for change in each.changes]
        return found


TITLE, INDICATOR = "Title", "Indicator"


def difference(before: Framework, after: Framework) -> Difference:
    """What changed from one version to another; the order of capabilities means nothing."""
    old, new = before.capabilities, after.capabilities
    both = [CapabilityChange(old[code], new[code], _changes(before, after, code)) for code in new if code in old]
    return Difference(
        whole=tuple(_differing(_whole(before), _whole(after))),
        added=tuple(each for code, each in new.items() if code not in old),
        removed=tuple(each for code, each in old.items() if code not in new),
        changed=tuple(each for each in both if each.changes),
    )


def _line(name: str, change: Change) -> str:
    return f"{name}, {change.field[:1].lower()}{change.field[1:]}: “{change.before}” is now “{change.after}”"


def _changes(before: Framework, after: Framework, code: str) -> tuple[Change, ...]:
    was, now = before.capabilities[code], after.capabilities[code]
    return tuple(
        _differing(
            {name: say(before, was) for name, say in _FIELDS.items()},
            {name: say(after, now) for name, say in _FIELDS.items()},
        )
    )


def _differing(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for field in dict.fromkeys((*was, *now)):
        before, after = was.get(field, NOTHING), now.get(field, NOTHING)
        if before != after:
            yield Change(field, before, after)


NOTHING = "Nothing"
_FIELDS: Mapping[str, Callable[[Framework, Capability], str]] = {
    TITLE: lambda framework, each: each.title,
    INDICATOR: lambda framework, each: each.indicator,
    "Evidence rule": lambda framework, each: each.rule.sentence(framework.award_level(each)),
    "Least way of signing": lambda framework, each: each.rule.least_grade.label,
    "Importance": lambda framework, each: "Critical" if each.is_critical else "Not critical",
    "Signed off again": lambda framework, each: f"Every {number_of(each.review_months, 'month')}",
    "Domain": lambda framework, each: each.domain,
    "Pillars": lambda framework, each: join_words([*each.pillars]),
    "Maps to": lambda framework, each: ", ".join(each.maps),
}


def _whole(framework: Framework) -> dict[str, str]:
    return {
        TITLE: framework.title,
        "Review status": framework.status,
        **{f"Level {anchor.level}": _anchor_words(anchor) for anchor in framework.scale},
        **{f"Domain {domain.code}": domain.title for domain in framework.domains},
    }


def _anchor_words(anchor: Anchor) -> str:
    return f"{anchor.title}: {anchor.text}"
