"""A case as lines of text: what a scene says and asks, what a typed line answers, and the debrief in short."""

import re
import textwrap
from collections.abc import Iterator

from lms.cases.rules import charts
from lms.cases.rules.answers import Step
from lms.cases.rules.decisions import (
    SCORED,
    ChooseMany,
    ChooseOne,
    Decision,
    GoOn,
    Observe,
    PutInOrder,
    ScoredDecision,
    Speak,
    Write,
)
from lms.cases.rules.engine import shown_in_order
from lms.cases.rules.panel import measured
from lms.cases.rules.preview import HINT, SURE
from lms.cases.rules.review import Reviewed, reviewed
from lms.cases.rules.run import Run
from lms.core.confidence import Confidence
from lms.core.errors import RuleViolation
from lms.core.words import number_of

WIDTH = 78
HOW_SURE = ", ".join(f"{letter} {confidence.label.lower()}" for letter, confidence in SURE.items())


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        if number:
            yield ""
        words = " ".join(paragraph.split())
        yield from textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))


def scene_lines(run: Run) -> Iterator[str]:
    """Where the case is now: time, title, story, and what is measured."""
    yield ""
    yield f"{run.state.clock}  {run.told(run.scene.title)}"
    yield "-" * WIDTH
    yield from _wrapped(run.told(run.scene.text))
    if run.scene.observations is not None:
        latest = measured(run)[-1]
        readings = [f"{reading.name} {reading.value}" for reading in latest.readings]
        yield ""
        yield from _wrapped(f"{', '.join(readings)}. NEWS2: {latest.total.lower()}.")
    yield ""


# --- Questions and answers ---


def question_lines(run: Run) -> Iterator[str]:
    """What the scene asks, with a number before everything that can be chosen."""
    decision = run.scene.decision
    if decision is None:
        return
    yield from _wrapped(run.told(decision.prompt))
    if isinstance(decision, Write) and decision.hint:
        yield from _wrapped(f"Hint: {run.told(decision.hint)}")
    if isinstance(decision, Observe):
        for row in charts.ROWS[decision.chart]:
            yield f"  {row.title}: {', '.join(str(points) for points in row.points)}"
    for title, options in _lists(run, decision):
        if title:
            yield f"  {run.told(title)}"
        for number, (_, text) in enumerate(options, start=1):
            yield from _wrapped(run.told(text), f"  {number:>2}  ")
    yield from _wrapped(f"({_how(run, decision)})")


def _lists(run: Run, decision: Decision) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be chosen, as keys and texts in the order of this run: one list, or one for each part."""
    key, drawn = run.state.scene, run.draw
    if isinstance(decision, Speak):
        return [
            (part.title, [(each.key, each.text) for each in shown_in_order(part.options, f"{key}/{part.key}", drawn)])
            for part in decision.parts
        ]
    if isinstance(decision, ChooseOne | ChooseMany):
        return [("", [(each.key, each.text) for each in shown_in_order(decision.options, key, drawn)])]
    if isinstance(decision, PutInOrder):
        return [("", [(each.key, each.text) for each in shown_in_order(decision.items, key, drawn)])]
    return []


def _how(run: Run, decision: Decision) -> str:
    """How to answer, in a sentence."""
    way = {
        ChooseOne: "Type one number",
        ChooseMany: "Type the numbers of all that apply, such as 1 3",
        PutInOrder: "Type all numbers in the order you would do these things, such as 3 1 2",
        Speak: "Type one number for each part, in the order of the parts",
        Observe: "Type the points of each row, from the first to the last",
        Write: "A trainee writes an answer here. Press Enter to go on without writing",
        GoOn: "Press Enter to go on",
    }[type(decision)]
    may_ask = isinstance(decision, SCORED) and decision.hint and run.state.scene not in run.state.hinted
    return f"{way}, or {HINT} for a hint" if may_ask else way


def asks_confidence(run: Run) -> bool:
    """Say whether an answer here is scored, so that how sure one is belongs to it."""
    return isinstance(run.scene.decision, SCORED)


def read_answer(run: Run, typed: str) -> Step:
    """The step a typed line tells, still without how sure somebody is of it.

    Raises RuleViolation, with a sentence that says what to type, if it tells none.
    """
    decision, key = run.scene.decision, run.state.scene
    if typed.strip().lower() == HINT:
        return Step(key, hint=True)
    if not isinstance(decision, SCORED):
        return Step(key)
    numbers = [int(number) for number in re.findall(r"\d{1,4}", typed)]
    try:
        return _answer(run, decision, numbers)
    except (IndexError, ValueError) as error:
        raise RuleViolation(f"{_how(run, decision)}.") from error


def _answer(run: Run, decision: ScoredDecision, numbers: list[int]) -> Step:
    """The step of some numbers. Raises IndexError or ValueError if they are not what is asked for."""
    key = run.state.scene
    if isinstance(decision, Observe):
        rows = charts.ROWS[decision.chart]
        return Step(key, scores={row.key: points for row, points in zip(rows, numbers, strict=True)})
    lists = [[each for each, _ in options] for _, options in _lists(run, decision)]
    if isinstance(decision, Speak):
        picks = tuple(_at(options, number) for options, number in zip(lists, numbers, strict=True))
        return Step(key, picks=picks)
    chosen = tuple(_at(lists[0], number) for number in numbers)
    if isinstance(decision, ChooseOne):
        (option,) = chosen
        return Step(key, option)
    wanted = len(lists[0]) if isinstance(decision, PutInOrder) else len(numbers)
    if not numbers or len(set(numbers)) != wanted:
        raise ValueError(numbers)
    return Step(key, picks=chosen)


def _at(options: list[str], number: int) -> str:
    if number < 1:
        raise IndexError(number)
    return options[number - 1]


def read_confidence(typed: str) -> Confidence:
    """How sure somebody is, from one letter. Raises RuleViolation for anything else."""
    letter = typed.strip().lower()[:1]
    if letter not in SURE:
        raise RuleViolation(f"Type one letter: {HOW_SURE}.")
    return SURE[letter]


# --- What followed, and the debrief ---


def result_lines(run: Run, *, with_reason: bool) -> Iterator[str]:
    """What the last step led to: the hint, or what happened, in practice with its grade and the reason."""
    last = run.state.path[-1]
    decision = run.case.scenes[last.scene].decision
    yield ""
    if last.hint and decision is not None:
        yield from _wrapped(f"Hint: {run.told(decision.hint)}")
        return
    step = reviewed(run)[-1]
    if step.verdict is None:
        return
    yield from _wrapped(step.told(step.verdict.happens))
    if with_reason:
        yield ""
        yield from _reason(run, step)


def _reason(run: Run, step: Reviewed) -> Iterator[str]:
    if step.verdict is not None:
        yield from _wrapped(f"{step.verdict.grade.label}. {step.told(step.verdict.because)}")
        for best in step.best if not step.is_best else ():
            yield from _wrapped(f"Best option: {step.told(best.text)}")


def debrief_lines(run: Run) -> Iterator[str]:
    """The outcome, critical errors first, the score and the path."""
    result, path = run.result, reviewed(run)
    yield ""
    yield f"Debrief: {result.outcome.label.lower()}"
    yield "-" * WIDTH
    for step in path:
        for what, why in step.errors:
            yield from _wrapped(f"Critical error in {step.told(step.scene.title)}: {step.told(what)}")
            yield from _wrapped(step.told(why), "  ")
    yield f"{result.points} of {result.points_available} points for decisions"
    yield f"{len(result.facts_found)} of {number_of(len(run.case.findable()), 'fact')} found"
    yield f"{number_of(len(result.critical_steps), 'critical error')}"
    for kept in result.process:
        yield from _wrapped(f"{'Kept' if kept.is_met else 'Not kept'}: {run.told(kept.process.title)}")
    for word, points in (("Not reached", result.not_visited), ("Entered", result.not_avoided)):
        for point in points:
            yield from _wrapped(f"{word}: {run.told(run.case.scenes[point.scene].title)}. {run.told(point.because)}")
    yield ""
    for step in path:
        if step.verdict is not None:
            title = step.told(step.scene.title)
            yield f"{step.clock}  {step.verdict.grade.label:<16}  {textwrap.shorten(title, WIDTH - 25)}"
