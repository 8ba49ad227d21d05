"""A case tried out without an attempt: its steps travel in the address, and the engine replays them on each page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.cases.rules import charts
from lms.cases.rules.answers import Step
from lms.cases.rules.decisions import (
    SCORED,
    ChooseMany,
    ChooseOne,
    Decision,
    Observe,
    PutInOrder,
    ScoredDecision,
    Speak,
)
from lms.cases.rules.engine import Draw, Mode, State, advance, begin, draw
from lms.cases.rules.format import Case, Scene
from lms.cases.rules.graph import way_to, ways_to
from lms.cases.rules.run import Run
from lms.core.confidence import Confidence
from lms.core.errors import RuleViolation
from lms.core.words import join_words

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 2_000
HINT, ON = "h", "g"
SURE: Mapping[str, Confidence] = {
    "n": Confidence.NOT_SURE,
    "f": Confidence.FAIRLY_SURE,
    "c": Confidence.CERTAIN,
}
OUT_OF_DATE = "This address does not fit the case, or the case has been changed since. The preview begins again."


@dataclass(frozen=True, slots=True)
class Preview(Run):
    """A case as somebody tries it out: nothing of it is recorded. `code` is the steps as the address tells them.

    The first `given` steps were not taken by whoever tries it out: they lead to the scene the preview begins in.
    """

    mode: Mode
    seed: int
    code: str
    given: int

    @property
    def begun_at(self) -> Scene:
        """The scene the preview began in."""
        return self.case.scenes[self.stations[self.given].scene]

    @property
    def first_code(self) -> str:
        """The code the preview began with."""
        return ".".join(self.code.split(".")[: self.given])


def sample(case: Case, variant: str | None = None) -> Draw:
    """The case with its first patient, or another, and the first of all details; for telling what is not played."""
    details = {name: values[0] for name, values in case.details.items()}
    return Draw(variant or case.variants[0].key, {}, details)


def code_to(case: Case, scene: str, variant: str) -> str:
    """The steps to a scene by the best answers that lead there.

    Raises RuleViolation on the field `variant` if no path of this patient does.
    """
    steps = way_to(case, scene, variant)
    if steps is None:
        others = [case.variant(key).placeholders.get("name", key) for key, _ in ways_to(case, scene)]
        raise RuleViolation(f"This patient never comes to this scene. Select {join_words(others, 'or')}.", "variant")
    return _code(case, steps)


def first_patient(case: Case, scene: str) -> tuple[str, str]:
    """The first patient who comes to a scene of a checked case, and the steps of the best answers that lead there."""
    variant, steps = next(ways_to(case, scene))
    return variant, _code(case, steps)


def preview(case: Case, *, variant: str, mode: Mode, seed: int, code: str = "", given: int = 0) -> Preview:
    """Try out a case, `given` steps of it from the start on.

    Raises RuleViolation if the variant or the steps are not those of this case.
    """
    if variant not in {each.key for each in case.variants} or len(code) > LONGEST:
        raise RuleViolation(OUT_OF_DATE)
    drawn = replace(draw(case, seed), variant=variant)
    state = begin(case, drawn)
    for token in code.split(".") if code else ():
        state = _taken(case, state, token)
    if not 0 <= given <= len(state.path):
        raise RuleViolation(OUT_OF_DATE)
    return Preview(case, drawn, state, mode, seed, code, given)


def with_step(found: Preview, step: Step) -> str:
    """The code of a preview with one more step.

    Raises RuleViolation if the scene does not allow it.
    """
    advance(found.case, found.state, step)
    token = _written(found.case, step)
    return f"{found.code}.{token}" if found.code else token


def _taken(case: Case, state: State, token: str) -> State:
    """The state after the step that a token tells."""
    try:
        return advance(case, state, _read(case, state.scene, token))
    except (RuleViolation, LookupError, ValueError) as error:
        raise RuleViolation(OUT_OF_DATE) from error


def _code(case: Case, steps: Sequence[Step]) -> str:
    return ".".join(_written(case, step) for step in steps)


def _written(case: Case, step: Step) -> str:
    decision = case.scenes[step.scene].decision
    if step.hint:
        return HINT
    if not isinstance(decision, SCORED) or step.confidence is None:
        return ON
    sure = next(letter for letter, confidence in SURE.items() if confidence is step.confidence)
    return sure + "".join(DIGITS[number] for number in _numbers(decision, step))


def _numbers(decision: ScoredDecision, step: Step) -> list[int]:
    """An answer as places in the lists of the file, or as points."""
    if isinstance(decision, ChooseOne):
        return [_keys(decision).index(step.option or "")]
    if isinstance(decision, Speak):
        return [
            next(at for at, phrase in enumerate(part.options) if phrase.key in step.picks) for part in decision.parts
        ]
    if isinstance(decision, Observe):
        return [step.scores[row.key] for row in charts.ROWS[decision.chart]]
    return [_keys(decision).index(key) for key in step.picks]


def _read(case: Case, key: str, token: str) -> Step:
    """The step a token tells in this scene. Raises LookupError or ValueError if it tells none."""
    if token == HINT:
        return Step(key, hint=True)
    if token == ON:
        return Step(key)
    decision = case.scenes[key].decision
    if not isinstance(decision, SCORED) or not re.fullmatch(r"[nfc][0-9a-z]+", token):
        raise ValueError(token)
    numbers = [DIGITS.index(digit) for digit in token[1:]]
    return _answer(key, decision, numbers, SURE[token[0]])


def _answer(key: str, decision: ScoredDecision, numbers: Sequence[int], sure: Confidence) -> Step:
    if isinstance(decision, ChooseOne):
        (number,) = numbers
        return Step(key, _keys(decision)[number], sure)
    if isinstance(decision, Speak):
        said = tuple(part.options[number].key for part, number in zip(decision.parts, numbers, strict=True))
        return Step(key, confidence=sure, picks=said)
    if isinstance(decision, Observe):
        rows = charts.ROWS[decision.chart]
        return Step(key, confidence=sure, scores={row.key: each for row, each in zip(rows, numbers, strict=True)})
    return Step(key, confidence=sure, picks=tuple(_keys(decision)[number] for number in numbers))


def _keys(decision: Decision) -> list[str]:
    """The keys of a list in the order of the file."""
    if isinstance(decision, ChooseOne | ChooseMany):
        return [option.key for option in decision.options]
    if isinstance(decision, PutInOrder):
        return [item.key for item in decision.items]
    raise TypeError(f"{decision.kind} has no list")
