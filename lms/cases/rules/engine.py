"""Plays a case: an attempt is a list of steps, its state a fold over them. Deterministic, no clock, no storage."""

import enum
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lms.cases.rules.format import Case, ChooseOne, Condition, Link, Option, Scene, Write
from lms.core.errors import RuleViolation
from lms.core.words import count_words


class Confidence(enum.StrEnum):
    """How sure the trainee was when they committed."""

    NOT_SURE = "not-sure"
    FAIRLY_SURE = "fairly-sure"
    CERTAIN = "certain"

    @property
    def label(self) -> str:
        """The confidence in words."""
        return self.value.replace("-", " ").capitalize()


class Mode(enum.StrEnum):
    """What an attempt is for: practice is the trainee's alone and counts nowhere."""

    PRACTICE = "practice"
    GRADED = "graded"

    @property
    def label(self) -> str:
        """The mode in words."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Draw:
    """What chance decided when an attempt began: the patient, and the order of each decision's options."""

    variant: str
    order: Mapping[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """The draw as it is stored."""
        return {"variant": self.variant, "order": {scene: list(keys) for scene, keys in self.order.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Draw":
        """The draw as it was stored."""
        order = {scene: tuple(keys) for scene, keys in stored["order"].items()}
        return cls(variant=stored["variant"], order=order)


@dataclass(frozen=True, slots=True)
class Step:
    """One committed decision. A written answer has no option: its text is kept apart."""

    scene: str
    option: str | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where an attempt stands."""

    scene: str
    clock: str
    counters: Mapping[str, int]
    flags: frozenset[str]
    known: tuple[str, ...]
    visited: tuple[str, ...]
    path: tuple[Step, ...]
    ended: bool


def draw(case: Case, seed: int, *, unlike: str | None = None) -> Draw:
    """Draw a patient and shuffle every decision's options; `unlike` names a variant to avoid if there is another."""
    chance = random.Random(seed)
    variants = [variant.key for variant in case.variants if variant.key != unlike] or [case.variants[0].key]
    variant = chance.choice(variants)
    order = {}
    for key, decision in case.decisions():
        options = [option.key for option in decision.options]
        chance.shuffle(options)
        order[key] = tuple(options)
    return Draw(variant=variant, order=order)


def begin(case: Case, drawn: Draw) -> State:
    """The state before the first step."""
    return State(
        scene=case.start,
        clock=case.scenes[case.start].clock,
        counters=dict(case.counters),
        flags=frozenset(case.variant(drawn.variant).flags),
        known=(),
        visited=(case.start,),
        path=(),
        ended=case.scenes[case.start].ending,
    )


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


def apply(option: Option, state: State) -> State:
    """The state after an option took effect, still in its scene."""
    counters = dict(state.counters)
    for counter, change in option.effects.items():
        counters[counter] = counters.get(counter, 0) + change
    found = (fact for fact in option.reveals if fact not in state.known)
    return replace(
        state,
        counters=counters,
        flags=state.flags | set(option.sets),
        known=(*state.known, *dict.fromkeys(found)),
    )


def advance(case: Case, state: State, step: Step) -> State:
    """Take one step.

    Raises RuleViolation if the step is not one the scene allows.
    """
    if state.ended:
        raise RuleViolation("This case has ended.")
    if step.scene != state.scene:
        raise RuleViolation("This answer belongs to another scene.")
    decision = case.scenes[state.scene].decision
    if isinstance(decision, ChooseOne):
        option = _chosen(decision, step)
        after, links = apply(option, state), option.links
    elif isinstance(decision, Write):
        if step.option is not None:
            raise RuleViolation("This scene asks for your own words.")
        after, links = state, decision.links
    else:
        raise RuleViolation("There is nothing to decide in this scene.")
    way = follow(links, after)
    if way is None:
        raise RuleViolation("This case has no way on from here.")
    return _enter(case, after, links[way].goto, step)


def _chosen(decision: ChooseOne, step: Step) -> Option:
    option = decision.option(step.option) if step.option else None
    if option is None:
        raise RuleViolation("Select what you do.", "option")
    if step.confidence is None:
        raise RuleViolation("Select how sure you are.", "confidence")
    return option


def _enter(case: Case, state: State, key: str, step: Step) -> State:
    scene: Scene = case.scenes[key]
    return replace(
        state,
        scene=key,
        clock=scene.clock,
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


def offered(decision: ChooseOne, scene: str, drawn: Draw) -> list[Option]:
    """The options in the order this attempt shows them."""
    place = {key: index for index, key in enumerate(drawn.order.get(scene, ()))}
    return sorted(decision.options, key=lambda option: place.get(option.key, len(place)))


def check_written(decision: Write, text: str) -> None:
    """Refuse an answer that is too short or too long.

    Raises RuleViolation on the field `text`.
    """
    words = count_words(text)
    if words < decision.min_words:
        raise RuleViolation(f"Write at least {decision.min_words} words. You have written {words}.", "text")
    if words > decision.max_words:
        raise RuleViolation(f"Use {decision.max_words} words or fewer. You have written {words}.", "text")
