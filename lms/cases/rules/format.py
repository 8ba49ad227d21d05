"""The case file: scenes, decisions, what follows from them and what they teach (format 1)."""

import enum
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, Discriminator, Field, Tag

from lms.core.content import Strict


class Grade(enum.StrEnum):
    """How good an option is."""

    OPTIMAL = "optimal"
    ACCEPTABLE = "acceptable"
    SUBOPTIMAL = "suboptimal"
    CRITICAL = "critical"

    @property
    def label(self) -> str:
        """The grade in words a trainee reads."""
        return _GRADE_LABELS[self]

    @property
    def points(self) -> int:
        """What the grade is worth."""
        return {Grade.OPTIMAL: 2, Grade.ACCEPTABLE: 1}.get(self, 0)

    @property
    def is_sound(self) -> bool:
        """Say whether a careful clinician could have chosen it."""
        return self in (Grade.OPTIMAL, Grade.ACCEPTABLE)


_GRADE_LABELS = {
    Grade.OPTIMAL: "Best option",
    Grade.ACCEPTABLE: "Acceptable",
    Grade.SUBOPTIMAL: "Not good enough",
    Grade.CRITICAL: "Critical error",
}


class Consciousness(enum.StrEnum):
    """The ACVPU scale."""

    ALERT = "alert"
    CONFUSION = "confusion"
    VOICE = "voice"
    PAIN = "pain"
    UNRESPONSIVE = "unresponsive"

    @property
    def label(self) -> str:
        """The step of the scale in words."""
        return "New confusion" if self is Consciousness.CONFUSION else self.value.capitalize()


def _time(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('Write the time on a 24-hour clock, in quotes, such as "19:31"')
    return value


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        raise ValueError("Use small letters, digits and single hyphens, such as `first-words`")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", value):
        raise ValueError("Use small letters, digits, hyphens or underscores")
    return value


Text = Annotated[str, Field(min_length=1)]
Time = Annotated[str, AfterValidator(_time)]
Key = Annotated[str, AfterValidator(_key)]
Name = Annotated[str, AfterValidator(_name)]


class Observations(Strict):
    """One set of observations; what was not measured is left out."""

    respirations: int | None = None
    spo2: int | None = None
    air: bool | None = None
    scale: Literal[1, 2] = 1
    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    consciousness: Consciousness | None = None
    temperature: float | None = None
    glucose: float | None = None
    news2: int | None = None


class Bound(Strict):
    """Limits of a counter, both inclusive."""

    at_least: int | None = None
    at_most: int | None = None


class Condition(Strict):
    """What must hold; several keys mean all of them. Any other key names a counter."""

    model_config = pydantic.ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Bound]

    knows: str | None = None
    flag: str | None = None
    negated: "Condition | None" = Field(default=None, alias="not")
    all_of: "tuple[Condition, ...] | None" = Field(default=None, alias="all")
    any_of: "tuple[Condition, ...] | None" = Field(default=None, alias="any")

    @property
    def bounds(self) -> Mapping[str, Bound]:
        """The limits it sets on counters."""
        return self.__pydantic_extra__

    def parts(self) -> Iterator["Condition"]:
        """This condition and every condition inside it."""
        yield self
        inner = [*(self.all_of or ()), *(self.any_of or ()), *([self.negated] if self.negated else [])]
        for condition in inner:
            yield from condition.parts()


class Link(Strict):
    """One way on, taken when its condition holds."""

    when: Condition | None = None
    goto: str


def _one_or_many(value: object) -> str:
    return "one" if isinstance(value, str) else "many"


Goto = Annotated[
    Annotated[str, Tag("one")] | Annotated[tuple[Link, ...], Tag("many")],
    Discriminator(_one_or_many),
]


def _links(goto: str | tuple[Link, ...] | None) -> tuple[Link, ...]:
    if isinstance(goto, str):
        return (Link(goto=goto),)
    return goto or ()


class Option(Strict):
    """One thing the trainee could do, what follows and why it is graded so."""

    key: Key
    text: Text
    grade: Grade
    happens: Text
    because: Text
    source: tuple[str, ...] = ()
    reveals: tuple[str, ...] = ()
    effects: dict[str, int] = {}
    sets: tuple[Name, ...] = ()
    goto: Goto | None = None
    teaches_why_not: bool = False

    @property
    def links(self) -> tuple[Link, ...]:
        """The ways on, first match first."""
        return _links(self.goto)


class ChooseOne(Strict):
    """A decision with one answer among three to five."""

    kind: Literal["choose-one"]
    slot: Key | None = None
    prompt: Text
    hint: str = ""
    options: tuple[Option, ...]

    def option(self, key: str) -> Option | None:
        """The option of this key, if there is one."""
        return next((option for option in self.options if option.key == key), None)


class Write(Strict):
    """A task answered in the trainee's own words and marked by an educator."""

    kind: Literal["write"]
    prompt: Text
    hint: str = ""
    assignment: Key
    min_words: int = Field(default=1, ge=1)
    max_words: int = Field(default=1000, ge=1)
    goto: Goto | None = None

    @property
    def links(self) -> tuple[Link, ...]:
        """The ways on, first match first."""
        return _links(self.goto)


class Scene(Strict):
    """One moment of the case: what is there, and what must be decided."""

    title: Text
    clock: Time
    text: Text
    source: tuple[str, ...] = ()
    observations: Observations | None = None
    decision: Annotated[ChooseOne | Write, Field(discriminator="kind")] | None = None
    ending: bool = False


class Variant(Strict):
    """The details of one patient; every further key fills a placeholder of the same name."""

    model_config = pydantic.ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str | int]

    key: Key
    flags: tuple[Name, ...] = ()

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What the texts may name in braces."""
        return {name: str(value) for name, value in self.__pydantic_extra__.items()}


class Review(Strict):
    """Who has looked at the content and by when somebody must look again."""

    status: Text
    by: date | None = None


class Case(Strict):
    """A whole case."""

    format: Literal[1]
    slug: Key
    title: Text
    module: Key
    summary: Text
    review: Review
    content_notes: tuple[Text, ...] = ()
    capabilities: tuple[str, ...] = Field(min_length=1)
    minutes: int = Field(ge=1)
    sources: dict[str, Text]
    variants: tuple[Variant, ...] = Field(min_length=1)
    facts: dict[Name, Text] = {}
    counters: dict[Name, int] = {}
    start: str
    scenes: dict[Key, Scene]
    debrief: Text

    def variant(self, key: str) -> Variant:
        """The variant of this key."""
        return next(variant for variant in self.variants if variant.key == key)

    @cached_property
    def course(self) -> tuple[str, ...]:
        """The keys of the scenes, each after the scenes that lead to it; the order of the file does not matter."""
        done: dict[str, None] = {}
        opened: set[str] = set()
        for first in (self.start, *sorted(self.scenes)):
            stack = [(first, iter(self._next(first)))] if first in self.scenes and first not in opened else []
            opened.add(first)
            while stack:
                after = next((key for key in stack[-1][1] if key not in opened), None)
                if after is None:
                    done[stack.pop()[0]] = None
                else:
                    opened.add(after)
                    stack.append((after, iter(self._next(after))))
        # Scenes no path reaches come last, whatever they lead to.
        order = tuple(reversed(done))
        place = order.index(self.start) if self.start in done else 0
        return (*order[place:], *order[:place])

    def _next(self, key: str) -> list[str]:
        decision = self.scenes[key].decision
        if isinstance(decision, ChooseOne):
            ways = [link.goto for option in decision.options for link in option.links]
        else:
            ways = [link.goto for link in decision.links] if decision else []
        return sorted({way for way in ways if way in self.scenes})

    def decisions(self) -> Iterator[tuple[str, ChooseOne]]:
        """Every scored decision with the key of its scene, in the order of the course."""
        for key in self.course:
            decision = self.scenes[key].decision
            if isinstance(decision, ChooseOne):
                yield key, decision

    def findable(self) -> tuple[str, ...]:
        """Every fact, in the order in which the course first reveals it."""
        revealed = (fact for _, decision in self.decisions() for option in decision.options for fact in option.reveals)
        return tuple(dict.fromkeys(fact for fact in revealed if fact in self.facts))

    def slots(self) -> tuple[str, ...]:
        """The criteria every attempt is scored against, whatever its path."""
        return tuple(dict.fromkeys(decision.slot or key for key, decision in self.decisions()))


_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def placeholders(text: str) -> list[str]:
    """The names in braces in a text."""
    return _PLACEHOLDER.findall(text)


_CITATION = re.compile(r"\[([A-Z][A-Za-z0-9]*)\](?![(\[:])")


def citations(text: str) -> list[str]:
    """The source codes in square brackets in a text."""
    return _CITATION.findall(text)


def link_citations(text: str, sources: Mapping[str, str]) -> str:
    """Markdown in which every known source code in brackets leads to its entry in the list of sources."""
    return _CITATION.sub(
        lambda match: f"[\\[{match[1]}\\]](#source-{match[1]})" if match[1] in sources else match[0], text
    )


def fill(text: str, names: Mapping[str, Any]) -> str:
    """The text with every known name in braces replaced."""
    return _PLACEHOLDER.sub(lambda match: str(names.get(match[1], match[0])), text)
