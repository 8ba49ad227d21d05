"""The kinds of decision a scene can ask for, and what follows from each."""

import enum
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic
from pydantic import AfterValidator, Discriminator, Field, Tag

from lms.core.content import SLUG_MAX, Strict, Text


class Grade(enum.StrEnum):
    """How good an answer is."""

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


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        raise ValueError("Use small letters, digits and single hyphens, such as `first-words`")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", value):
        raise ValueError("Use small letters, digits, hyphens or underscores")
    return value


Key = Annotated[str, Field(max_length=SLUG_MAX), AfterValidator(_key)]
Name = Annotated[str, AfterValidator(_name)]


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


class Telling(Strict):
    """Words that are told when their condition holds."""

    when: Condition | None = None
    text: Text


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


class WayOn(Strict):
    """Anything that leads to another scene."""

    goto: Goto | None = None

    @property
    def links(self) -> tuple[Link, ...]:
        """The ways on, first match first."""
        if isinstance(self.goto, str):
            return (Link(goto=self.goto),)
        return self.goto or ()


class Effects(Strict):
    """What an answer changes: facts it reveals or others tell after it, counters it moves, flags it sets."""

    reveals: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    effects: dict[str, int] = {}
    sets: tuple[Name, ...] = ()


class Phrase(Effects):
    """One thing that can be ticked or said, graded and explained."""

    key: Key
    text: Text
    grade: Grade
    because: Text
    source: tuple[str, ...] = ()
    teaches_why_not: bool = False


class Option(Phrase, WayOn):
    """One thing the trainee could do, what follows and why it is graded so."""

    happens: Text


class Consequence(Effects, WayOn):
    """What follows from an answer as a whole."""

    happens: Text


class Consequences(Strict):
    """What follows from each quality of answer; a critical one only where a critical answer can be given."""

    optimal: Consequence
    acceptable: Consequence
    suboptimal: Consequence
    critical: Consequence | None = None

    def of(self, grade: Grade) -> Consequence | None:
        """What follows from an answer of this quality."""
        found: Consequence | None = getattr(self, grade.value)
        return found


class Asked(Strict):
    """What every decision has: the question, and help for whoever asks for it."""

    prompt: Text
    hint: str = ""


class Scored(Asked):
    """A decision that is scored. Scenes that exclude each other share the criterion named by `slot`."""

    slot: Key | None = None


class ChooseOne(Scored):
    """A decision with one answer among three to five."""

    kind: Literal["choose-one"]
    options: tuple[Option, ...]


class Task(Scored, WayOn):
    """A decision answered in several parts and judged as a whole."""

    outcomes: Consequences
    because: Text
    source: tuple[str, ...] = ()


class ChooseMany(Task):
    """Select all that apply: the full answer is everything graded optimal and nothing that does not belong."""

    kind: Literal["choose-many"]
    options: tuple[Phrase, ...]


class Item(Strict):
    """One step of a sequence; items of the same place may be exchanged."""

    key: Key
    text: Text
    place: int = Field(ge=1)


class Never(Strict):
    """Doing `first` before `then` is a critical error."""

    first: Key
    then: Key
    because: Text


class PutInOrder(Task):
    """Bring steps into order."""

    kind: Literal["put-in-order"]
    items: tuple[Item, ...]
    never: tuple[Never, ...] = ()


class Chart(enum.StrEnum):
    """A chart the trainee scores and the engine computes."""

    NEWS2 = "news2"
    AUDIT_C = "audit-c"


class Often(enum.StrEnum):
    """The first question of AUDIT-C: how often."""

    NEVER = "never"
    MONTHLY_OR_LESS = "monthly-or-less"
    TWO_TO_FOUR_A_MONTH = "two-to-four-a-month"
    TWO_TO_THREE_A_WEEK = "two-to-three-a-week"
    FOUR_OR_MORE_A_WEEK = "four-or-more-a-week"


class Heavy(enum.StrEnum):
    """The third question of AUDIT-C: how often 6 (female) or 8 (male) units or more on one occasion."""

    NEVER = "never"
    LESS_THAN_MONTHLY = "less-than-monthly"
    MONTHLY = "monthly"
    WEEKLY = "weekly"
    DAILY = "daily"


class Drinking(Strict):
    """What a person says of their drinking."""

    often: Often
    units: int = Field(ge=0, le=200)
    heavy: Heavy


class Observe(Task):
    """Score a chart: NEWS2 from the observations of the scene, or AUDIT-C from what the person says.

    An answer in the right band is acceptable with at most `acceptable_rows` wrong rows; None sets no limit.
    """

    kind: Literal["observe"]
    chart: Chart
    answers: Drinking | None = None
    acceptable_rows: int | None = Field(default=None, ge=1)
    underscored: Literal[Grade.SUBOPTIMAL, Grade.CRITICAL] = Grade.SUBOPTIMAL


class Part(Strict):
    """One part of what is said, with the phrases to choose from."""

    key: Key
    title: Text
    options: tuple[Phrase, ...]


class Speak(Task):
    """Choose the words of a call or a handover, part by part."""

    kind: Literal["speak"]
    parts: tuple[Part, ...]

    def phrases(self) -> Iterator[Phrase]:
        """Every phrase of every part."""
        for part in self.parts:
            yield from part.options


class Write(Asked, WayOn):
    """A task answered in the trainee's own words and marked by an educator."""

    kind: Literal["write"]
    assignment: Key
    min_words: int = Field(default=1, ge=1)
    max_words: int = Field(default=1000, ge=1)


class GoOn(Asked, WayOn):
    """Nothing to decide: the story goes on."""

    kind: Literal["go-on"]


Decision = ChooseOne | ChooseMany | PutInOrder | Observe | Speak | Write | GoOn
ScoredDecision = ChooseOne | ChooseMany | PutInOrder | Observe | Speak
SCORED = (ChooseOne, ChooseMany, PutInOrder, Observe, Speak)
