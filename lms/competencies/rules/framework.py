"""What a framework asks: domains, capabilities and the rule of each, as values and as sentences."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lms.competencies.rules.professions import ProfessionNeed
from lms.competencies.rules.words import FormKind, SeenAs
from lms.core.words import join_words, number_of
from lms.signing.rules import IdentityGrade


@dataclass(frozen=True, slots=True)
class Part:
    """So many pieces of evidence of these kinds; an advisory part informs and never blocks."""

    at_least: int
    kinds: tuple[FormKind, ...]
    simulated_at_most: int = 0
    seen_as: tuple[SeenAs, ...] = ()
    is_advisory: bool = False

    @property
    def words(self) -> str:
        """The part as a phrase, like "3 mini-CEX or direct observations"."""
        names = [kind.label if self.at_least == 1 else kind.plural for kind in self.kinds]
        phrase = f"{self.at_least} {join_words(names, 'or')}"
        if self.seen_as == (SeenAs.RECORDS,):
            phrase += " with the records inspected"
        elif SeenAs.RECORDING in self.seen_as:
            phrase += " (live or recorded)"
        elif self.seen_as == (SeenAs.LIVE,):
            phrase += " (seen live)"
        if self.simulated_at_most:
            phrase += f" (up to {self.simulated_at_most} simulated)"
        return phrase


@dataclass(frozen=True)
class Rule:
    """What a capability needs before it is met. The level is named by whoever asks.

    `latest` is how many of the latest ratings, with all of the day of the earliest of them, must be at the level or
    above; `refresher` is the part that is enough to renew a sign-off.
    """

    code: str
    parts: tuple[Part, ...]
    assessors: int = 1
    settings: int = 1
    real_patients: int = 0
    observed: int = 0
    observed_as: tuple[SeenAs, ...] = (SeenAs.LIVE,)
    window_months: int = 24
    least_grade: IdentityGrade = IdentityGrade.ACCOUNT
    professions: tuple[ProfessionNeed, ...] = ()
    latest: int = 0
    refresher: Part | None = None
    is_refresher: bool = False

    @cached_property
    def to_refresh(self) -> "Rule | None":
        """What renewing a sign-off needs instead of the whole rule; None where there is no short route."""
        if self.refresher is None:
            return None
        return Rule(
            code=self.code,
            parts=(self.refresher,),
            assessors=0,
            settings=0,
            window_months=self.window_months,
            least_grade=self.least_grade,
            is_refresher=True,
        )

    @cached_property
    def needed(self) -> tuple[Part, ...]:
        """The parts that must be there."""
        return tuple(part for part in self.parts if not part.is_advisory)

    @cached_property
    def advisory(self) -> tuple[Part, ...]:
        """The parts that inform and never block."""
        return tuple(part for part in self.parts if part.is_advisory)

    def sentence(self, level: int) -> str:
        """The whole rule in words, at the level asked for."""
        if level not in self._sentences:
            self._sentences[level] = self._in_words(level)
        return self._sentences[level]

    @cached_property
    def _sentences(self) -> dict[int, str]:
        return {}

    def _in_words(self, level: int) -> str:
        text = ", ".join(self._clauses(level)) + "."
        if self.latest:
            one = self.latest == 1
            text += f" The latest {'rating' if one else f'{self.latest} ratings'}, with all of the same day as the"
            text += f" {'latest' if one else 'earliest of them'}, must be at level {level} or above."
        if self.advisory:
            informs = join_words([part.words for part in self.advisory])
            text += f" We also ask for {informs}: it informs the decision and never blocks it."
        return text

    def _clauses(self, level: int) -> Iterator[str]:
        yield f"At least {join_words([part.words for part in self.needed])} at level {level} or above"
        if self.assessors > 1 or self.professions:
            of_whom = f", of whom {join_words([need.words for need in self.professions])}" if self.professions else ""
            yield f"by at least {number_of(self.assessors, 'assessor')}{of_whom}"
        if self.settings > 1:
            yield f"in at least {self.settings} settings"
        if self.real_patients:
            yield f"at least {number_of(self.real_patients, 'piece')} with a real patient"
        if self.observed:
            yield f"at least {number_of(self.observed, 'piece')} {self.observed_words}"
        since = "since the last sign-off and " if self.is_refresher else ""
        yield f"seen {since}in the last {self.window_months} months"

    @property
    def observed_words(self) -> str:
        """How the piece that was seen must have been seen, as a phrase."""
        if self.observed_as == (SeenAs.RECORDS,):
            return "with the records inspected"
        if SeenAs.RECORDING in self.observed_as:
            return "directly observed, live or recorded"
        return "directly observed"

    def part_for(self, kind: FormKind) -> Part | None:
        """The part a form of this kind counts under, the first if there are several; None if there is none."""
        return self._part_of_kind.get(kind)

    @cached_property
    def _part_of_kind(self) -> dict[FormKind, Part]:
        return {kind: part for part in reversed(self.parts) for kind in part.kinds}


@dataclass(frozen=True, slots=True)
class Anchor:
    """One level of the entrustment scale and what it looks like."""

    level: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a specialist can be trusted to do."""

    code: str
    title: str
    indicator: str
    domain: str
    pillars: tuple[str, ...]
    maps: tuple[str, ...]
    is_critical: bool
    review_months: int
    rule: Rule

    @property
    def name(self) -> str:
        """The code with what it stands for."""
        return f"{self.code} {self.title}"


@dataclass(frozen=True, slots=True)
class Domain:
    """A group of capabilities."""

    code: str
    title: str
    capabilities: tuple[Capability, ...]


@dataclass(frozen=True)
class Framework:
    """A competency framework as one version of its content says it."""

    slug: str
    title: str
    status: str
    domains: tuple[Domain, ...]
    scale: tuple[Anchor, ...]
    award_critical: int
    award_other: int

    @cached_property
    def capabilities(self) -> dict[str, Capability]:
        """Every capability by its code, in the framework's order."""
        return {each.code: each for domain in self.domains for each in domain.capabilities}

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of every capability by its code."""
        return {code: each.title for code, each in self.capabilities.items()}

    def award_level(self, capability: Capability) -> int:
        """The level the award asks of this capability."""
        return self.award_critical if capability.is_critical else self.award_other


def named(codes: Iterable[str], titles: Mapping[str, str]) -> str:
    """Capabilities by code and title; a code the framework no longer has stands alone."""
    return ", ".join(f"{code} {titles[code]}" if code in titles else code for code in codes)
