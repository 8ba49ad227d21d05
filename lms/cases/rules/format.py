"""The case file: scenes, decisions, what follows from them and what they teach (format 1)."""

import enum
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, Field

from lms.cases.rules.decisions import (
    SCORED,
    ChooseMany,
    ChooseOne,
    Decision,
    Effects,
    Grade,
    Key,
    Name,
    ScoredDecision,
    Speak,
    Task,
    Telling,
    WayOn,
)
from lms.core.content import Strict, Text, Title


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
        return _CONSCIOUSNESS.get(self, self.value.capitalize())


_CONSCIOUSNESS = {
    Consciousness.CONFUSION: "New confusion",
    Consciousness.VOICE: "Responds to voice",
    Consciousness.PAIN: "Responds to pain",
}


def _time(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('Write the time on a 24-hour clock, in quotes, such as "19:31"')
    return value


Time = Annotated[str, AfterValidator(_time)]


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


class Scene(Strict):
    """One moment of the case: what is there, what somebody tells unasked, and what must be decided."""

    title: Text
    clock: Time | None = None
    text: Text
    tells: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    observations: Observations | None = None
    image: Key | None = None
    decision: Annotated[Decision, Field(discriminator="kind")] | None = None
    ending: bool = False

    def ways_on(self) -> Iterator[tuple[tuple[str | int, ...], WayOn]]:
        """Everything in the decision that can lead to another scene, with its place in the decision."""
        decision = self.decision
        if isinstance(decision, ChooseOne):
            yield from ((("options", index), option) for index, option in enumerate(decision.options))
            return
        if isinstance(decision, SCORED):
            for grade in Grade:
                consequence = decision.outcomes.of(grade)
                if consequence is not None and consequence.goto is not None:
                    yield ("outcomes", grade.value), consequence
        if decision is not None:
            yield (), decision

    def effects(self) -> Iterator[tuple[tuple[str | int, ...], Effects]]:
        """Everything in the decision that changes what is known, counted or flagged, with its place."""
        decision = self.decision
        if isinstance(decision, ChooseOne | ChooseMany):
            yield from ((("options", index), option) for index, option in enumerate(decision.options))
        if isinstance(decision, Speak):
            for number, part in enumerate(decision.parts):
                yield from ((("parts", number, "options", at), phrase) for at, phrase in enumerate(part.options))
        if isinstance(decision, Task):
            for grade in Grade:
                consequence = decision.outcomes.of(grade)
                if consequence is not None:
                    yield ("outcomes", grade.value), consequence


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


class Image(Strict):
    """A drawing shown with a scene, and the same in words."""

    alt: str = ""
    svg: Text


class Waypoint(Strict):
    """A scene a careful clinician always reaches, or never enters, and why."""

    scene: Key
    because: Text


class Process(Strict):
    """Something judged over the whole attempt.

    Of order: the flag `first` was set, and not after the flag `then`. Of time: the counter `minutes` was at most
    `at_most` when the flag `flag` was set, or at the end if no flag is named.
    """

    key: Key
    title: Text
    because: Text
    source: tuple[str, ...] = ()
    first: Name | None = None
    then: Name | None = None
    flag: Name | None = None
    at_most: int | None = Field(default=None, ge=0)

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags it reads."""
        return tuple(flag for flag in (self.first, self.then, self.flag) if flag is not None)


class Case(Strict):
    """A whole case."""

    format: Literal[1]
    slug: Key
    title: Title
    module: Key
    summary: Text
    review: Review
    content_notes: tuple[Text, ...] = ()
    capabilities: tuple[str, ...] = Field(min_length=1)
    minutes: int = Field(ge=1)
    sources: dict[str, Text]
    variants: tuple[Variant, ...] = Field(min_length=1)
    details: dict[Name, Annotated[tuple[Text, ...], Field(min_length=1)]] = {}
    images: dict[Key, Image] = {}
    facts: dict[Name, Text] = {}
    passages: dict[Name, Annotated[tuple[Telling, ...], Field(min_length=2)]] = {}
    counters: dict[Name, int] = {}
    meanings: dict[Name, Text] = {}
    must_visit: tuple[Waypoint, ...] = ()
    must_avoid: tuple[Waypoint, ...] = ()
    process: tuple[Process, ...] = ()
    start: str
    scenes: dict[Key, Scene]
    teaches_why_not: tuple[Text, ...] = ()
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
        ways = [link.goto for _, way_on in self.scenes[key].ways_on() for link in way_on.links]
        return sorted({way for way in ways if way in self.scenes})

    def decisions(self) -> Iterator[tuple[str, ScoredDecision]]:
        """Every scored decision with the key of its scene, in the order of the course."""
        for key in self.course:
            decision = self.scenes[key].decision
            if isinstance(decision, SCORED):
                yield key, decision

    def findable(self) -> tuple[str, ...]:
        """Every fact, in the order in which the course first reveals it."""
        revealed = (fact for key in self.course for _, found in self.scenes[key].effects() for fact in found.reveals)
        return tuple(dict.fromkeys(fact for fact in revealed if fact in self.facts))

    def slot_of(self, scene: str) -> str:
        """The criterion a scene's decision fills."""
        decision = self.scenes[scene].decision
        return (decision.slot if isinstance(decision, SCORED) else None) or scene

    def slots(self) -> tuple[str, ...]:
        """The criteria every attempt is scored against, whatever its path."""
        return tuple(dict.fromkeys(self.slot_of(key) for key, _ in self.decisions()))


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
