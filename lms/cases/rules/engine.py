"""Plays a case: an attempt is a list of steps, its state a fold over them. Deterministic, no clock, no storage."""

import enum
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from lms.cases.rules.answers import Step, Verdict, judge
from lms.cases.rules.decisions import (
    SCORED,
    ChooseMany,
    ChooseOne,
    Condition,
    Decision,
    GoOn,
    Item,
    Link,
    Phrase,
    PutInOrder,
    Speak,
    Telling,
    Write,
)
from lms.cases.rules.format import Case, fill
from lms.core.errors import RuleViolation
from lms.core.words import count_words

MINUTES = "minutes"
T = TypeVar("T", Phrase, Item)
D = TypeVar("D")


class Mode(enum.StrEnum):
    """What an attempt is for: practice is the trainee's alone and counts nowhere."""

    PRACTICE = "practice"
    GRADED = "graded"

    @property
    def label(self) -> str:
        """The mode in words."""
        return self.value.capitalize()

    @classmethod
    def named(cls, text: str | None, default: D) -> Self | D:
        """The mode of this name; the default for any other text, and for none."""
        return next((mode for mode in cls if mode.value == text), default)


@dataclass(frozen=True, slots=True)
class Draw:
    """What chance decided when an attempt began: the patient, details, and the order in which choices are shown.

    `order` is told for each scene, and for each part of what is said under `scene/part`.
    """

    variant: str
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The draw as it is stored."""
        order = {scene: list(keys) for scene, keys in self.order.items()}
        return {"variant": self.variant, "order": order, "details": dict(self.details)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Draw":
        """The draw as it was stored."""
        order = {scene: tuple(keys) for scene, keys in stored["order"].items()}
        return cls(variant=stored["variant"], order=order, details=stored.get("details", {}))


@dataclass(frozen=True, slots=True)
class Moment:
    """When a flag was first set: after which step, and how many minutes had been spent."""

    step: int
    minutes: int


@dataclass(frozen=True, slots=True)
class State:
    """Where an attempt stands. Of what is known, `heard` was told by others before it was asked for."""

    scene: str
    clock: str
    counters: Mapping[str, int]
    flags: frozenset[str]
    known: tuple[str, ...]
    visited: tuple[str, ...]
    path: tuple[Step, ...]
    ended: bool
    set_at: Mapping[str, Moment] = field(default_factory=dict)
    hinted: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()

    @property
    def found(self) -> tuple[str, ...]:
        """The facts that were asked for or looked for, in the order in which they came to light."""
        return tuple(fact for fact in self.known if fact not in self.heard)

    @property
    def minutes(self) -> int:
        """The minutes spent so far, as the story counts them."""
        return self.counters.get(MINUTES, 0)


def draw(case: Case, seed: int, *, unlike: str | None = None) -> Draw:
    """Draw a patient and details and shuffle all choices; `unlike` names a variant to avoid if there is another."""
    chance = random.Random(seed)
    variants = [variant.key for variant in case.variants if variant.key != unlike] or [case.variants[0].key]
    variant = chance.choice(variants)
    order = {}
    for key, decision in case.decisions():
        for place, shown in _shown(key, decision):
            keys = list(shown)
            chance.shuffle(keys)
            order[place] = tuple(keys)
    details = {name: chance.choice(values) for name, values in case.details.items()}
    return Draw(variant=variant, order=order, details=details)


def _shown(scene: str, decision: Decision) -> Iterator[tuple[str, Sequence[str]]]:
    """The lists of keys a decision shows, by the place their order is kept under."""
    if isinstance(decision, ChooseOne | ChooseMany):
        yield scene, [option.key for option in decision.options]
    elif isinstance(decision, PutInOrder):
        yield scene, [item.key for item in decision.items]
    elif isinstance(decision, Speak):
        for part in decision.parts:
            yield f"{scene}/{part.key}", [option.key for option in part.options]


def shown_in_order(choices: Sequence[T], place: str, drawn: Draw) -> list[T]:
    """Choices in the order this attempt shows them."""
    at = {key: index for index, key in enumerate(drawn.order.get(place, ()))}
    return sorted(choices, key=lambda choice: at.get(choice.key, len(at)))


def names(case: Case, drawn: Draw, state: State | None = None) -> dict[str, str]:
    """What the placeholders of the texts stand for in this attempt.

    Passages are told as they are in a state; without one, as somebody tells them who found everything.
    """
    own = {**drawn.details, **case.variant(drawn.variant).placeholders}
    return {**{name: fill(_told(tellings, state), own) for name, tellings in case.passages.items()}, **own}


def _told(tellings: Sequence[Telling], state: State | None) -> str:
    """The first telling that holds; the first of all without a state."""
    return next((telling.text for telling in tellings if state is None or holds(telling.when, state)), "")


def begin(case: Case, drawn: Draw) -> State:
    """The state before the first step."""
    scene = case.scenes[case.start]
    state = State(
        scene=case.start,
        clock=scene.clock or next(one.clock for one in case.scenes.values() if one.clock),
        counters=dict(case.counters),
        flags=frozenset(case.variant(drawn.variant).flags),
        known=(),
        visited=(case.start,),
        path=(),
        ended=scene.ending,
    )
    return hear(state, scene.tells)


def hear(state: State, told: Iterable[str]) -> State:
    """The state after others told some facts; what was known already stays found."""
    new = tuple(dict.fromkeys(fact for fact in told if fact not in state.known))
    return replace(state, known=(*state.known, *new), heard=state.heard | set(new)) if new else state


def holds(condition: Condition | None, state: State) -> bool:
    """Say whether a condition is true in a state; no condition always is."""
    if condition is None:
        return True
    return (
        (condition.knows is None or condition.knows in state.known)
        and (condition.flag is None or condition.flag in state.flags)
        and (condition.negated is None or not holds(condition.negated, state))
        and (condition.all_of is None or all(holds(part, state) for part in condition.all_of))
        and (condition.any_of is None or any(holds(part, state) for part in condition.any_of))
        and all(
            (bound.at_least is None or state.counters[counter] >= bound.at_least)
            and (bound.at_most is None or state.counters[counter] <= bound.at_most)
            for counter, bound in condition.bounds.items()
        )
    )


def follow(links: Sequence[Link], state: State) -> int | None:
    """The place in the list of the first way on that is open; None if there is none."""
    return next((index for index, link in enumerate(links) if holds(link.when, state)), None)


def apply(verdict: Verdict, state: State) -> State:
    """The state after an answer took effect, still in its scene."""
    counters = dict(state.counters)
    for counter, change in verdict.effects.items():
        counters[counter] = counters.get(counter, 0) + change
    found = (fact for fact in verdict.reveals if fact not in state.known)
    now = Moment(len(state.path), counters.get(MINUTES, 0))
    after = replace(
        state,
        clock=_later(state.clock, now.minutes - state.minutes),
        counters=counters,
        flags=state.flags | set(verdict.sets),
        known=(*state.known, *dict.fromkeys(found)),
        set_at={**dict.fromkeys(verdict.sets, now), **state.set_at},
    )
    return hear(after, verdict.tells)


def advance(case: Case, state: State, step: Step) -> State:
    """Take one step.

    Raises RuleViolation if the step is not one the scene allows.
    """
    if state.ended:
        raise RuleViolation("This case has ended.")
    if step.scene != state.scene:
        raise RuleViolation("This answer belongs to another scene.")
    if step.hint:
        return _take_hint(case, state, step)
    decision = case.scenes[state.scene].decision
    if isinstance(decision, SCORED):
        verdict = judge(case.scenes[state.scene], step)
        after, links = apply(verdict, state), verdict.links
    elif isinstance(decision, Write | GoOn):
        if step.choice:
            raise RuleViolation("This scene offers nothing to select.")
        after, links = state, decision.links
    else:
        raise RuleViolation("There is nothing to decide in this scene.")
    way = follow(links, after)
    if way is None:
        raise RuleViolation("This case has no way on from here.")
    return _enter(case, after, links[way].goto, step)


def _take_hint(case: Case, state: State, step: Step) -> State:
    decision = case.scenes[state.scene].decision
    if decision is None or not decision.hint or state.scene in state.hinted or step.choice != {"hint": True}:
        raise RuleViolation("There is no further hint in this scene.")
    return replace(state, hinted=state.hinted | {state.scene}, path=(*state.path, step))


def _later(clock: str, minutes: int) -> str:
    """A time of day so many minutes on."""
    hours, rest = divmod(int(clock[:2]) * 60 + int(clock[3:]) + minutes, 60)
    return f"{hours % 24:02}:{rest:02}"


def _enter(case: Case, state: State, key: str, step: Step) -> State:
    """The state on arriving in a scene by a step that has taken effect."""
    scene = case.scenes[key]
    return replace(
        hear(state, scene.tells),
        scene=key,
        clock=scene.clock or state.clock,
        visited=(*state.visited, key),
        path=(*state.path, step),
        ended=scene.ending,
    )


def replay(case: Case, drawn: Draw, steps: Iterable[Step]) -> State:
    """The state an attempt is in: its steps, taken one after another from the beginning."""
    state = begin(case, drawn)
    for step in steps:
        state = advance(case, state, step)
    return state


def check_written(decision: Write, text: str) -> None:
    """Refuse an answer that is too short or too long.

    Raises RuleViolation on the field `text`.
    """
    words = count_words(text)
    if words < decision.min_words:
        raise RuleViolation(f"Write at least {decision.min_words} words. You have written {words}.", "text")
    if words > decision.max_words:
        raise RuleViolation(f"Use {decision.max_words} words or fewer. You have written {words}.", "text")
