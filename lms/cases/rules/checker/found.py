"""What a check yields, and the walks over a case that several checks share."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.cases.rules.decisions import (
    ChooseMany,
    ChooseOne,
    Condition,
    Consequence,
    Decision,
    Link,
    Option,
    Phrase,
    PutInOrder,
    Speak,
    Task,
    WayOn,
)
from lms.cases.rules.format import Case, fill, placeholders

Loc = tuple[str | int, ...]

# What is written of everything that can be selected.
WORDED = ("text", "because")
# A list that names so many passages is read in so many ways and no more.
MOST_FILLINGS = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong at a place of the file; `part` are the words inside a block of text."""

    loc: Loc
    message: str
    part: str = ""
    is_warning: bool = False


def lists(case: Case) -> Iterator[tuple[Loc, Decision, Sequence[Phrase]]]:
    """Every list of what can be selected or said, with its place and its decision."""
    for scene, decision in case.decisions():
        where: Loc = ("scenes", scene, "decision")
        if isinstance(decision, ChooseOne | ChooseMany):
            yield (*where, "options"), decision, decision.options
        elif isinstance(decision, Speak):
            for number, part in enumerate(decision.parts):
                yield (*where, "parts", number, "options"), decision, part.options


def phrases(case: Case) -> Iterator[tuple[Loc, Phrase]]:
    """Everything that can be selected or said, with its place."""
    for where, _, options in lists(case):
        yield from (((*where, index), option) for index, option in enumerate(options))


def tasks(case: Case) -> Iterator[tuple[Loc, Task]]:
    """Every decision answered in several parts, with its place."""
    for scene, decision in case.decisions():
        if isinstance(decision, Task):
            yield ("scenes", scene, "decision"), decision


def ways(case: Case) -> Iterator[tuple[Loc, WayOn]]:
    """Everything that leads to another scene, with its place."""
    for name, scene in case.scenes.items():
        yield from ((("scenes", name, "decision", *where), way_on) for where, way_on in scene.ways_on())


def links(case: Case) -> Iterator[tuple[Loc, Link]]:
    """Every single way on, with its place."""
    for where, way_on in ways(case):
        yield from (((*where, "goto", index), link) for index, link in enumerate(way_on.links))


def conditions(case: Case) -> Iterator[tuple[Loc, Condition]]:
    """Every condition with the conditions inside it, and the place where it is told."""
    for where, link in links(case):
        yield from (((*where, "when"), condition) for condition in (link.when.parts() if link.when else ()))
    for name, tellings in case.passages.items():
        for index, telling in enumerate(tellings):
            parts = telling.when.parts() if telling.when else ()
            yield from ((("passages", name, index, "when"), condition) for condition in parts)


def texts(case: Case) -> Iterator[tuple[Loc, str]]:
    """Every text a trainee reads except the wording and the reasons of what can be selected."""
    yield ("title",), case.title
    yield ("summary",), case.summary
    yield from ((("content_notes", index), note) for index, note in enumerate(case.content_notes))
    for field in ("sources", "facts", "meanings"):
        yield from (((field, name), text) for name, text in getattr(case, field).items())
    for index, variant in enumerate(case.variants):
        for name, value in variant.placeholders.items():
            yield ("variants", index, name), value
    for name, values in case.details.items():
        yield from ((("details", name, index), value) for index, value in enumerate(values))
    for name, tellings in case.passages.items():
        yield from ((("passages", name, index, "text"), telling.text) for index, telling in enumerate(tellings))
    for key, image in case.images.items():
        yield ("images", key, "alt"), image.alt
    for index, process in enumerate(case.process):
        yield ("process", index, "title"), process.title
        yield ("process", index, "because"), process.because
    for field in ("must_visit", "must_avoid"):
        yield from (((field, index, "because"), point.because) for index, point in enumerate(getattr(case, field)))
    for name in case.scenes:
        yield from _scene_texts(case, name)
    yield ("debrief",), case.debrief


def all_texts(case: Case) -> Iterator[tuple[Loc, str]]:
    """Every text a trainee or an educator reads."""
    yield from texts(case)
    for where, phrase in phrases(case):
        yield from (((*where, field), getattr(phrase, field)) for field in WORDED)


def _scene_texts(case: Case, name: str) -> Iterator[tuple[Loc, str]]:
    scene, where = case.scenes[name], ("scenes", name)
    yield (*where, "title"), scene.title
    yield (*where, "text"), scene.text
    decision = scene.decision
    if decision is not None:
        yield (*where, "decision", "prompt"), decision.prompt
        yield (*where, "decision", "hint"), decision.hint
    if isinstance(decision, Task):
        yield (*where, "decision", "because"), decision.because
    for place, found in scene.effects():
        if isinstance(found, Consequence | Option):
            yield (*where, "decision", *place, "happens"), found.happens
    if isinstance(decision, PutInOrder):
        for index, item in enumerate(decision.items):
            yield (*where, "decision", "items", index, "text"), item.text
        for index, rule in enumerate(decision.never):
            yield (*where, "decision", "never", index, "because"), rule.because
    if isinstance(decision, Speak):
        for index, part in enumerate(decision.parts):
            yield (*where, "decision", "parts", index, "title"), part.title


def fillings(case: Case, texts: Iterable[str]) -> Iterator[dict[str, str]]:
    """Everything the passages that texts name can stand for together."""
    named = {name: None for text in texts for name in placeholders(text) if name in case.passages}
    told = [[telling.text for telling in case.passages[name]] for name in named]
    for combination in itertools.islice(itertools.product(*told), MOST_FILLINGS):
        yield dict(zip(named, combination, strict=True))


def readings(case: Case, text: str) -> Iterator[str]:
    """A text as it can be read: in its first words, and with every other value of each name in it."""
    values = {name: _values(case, name) for name in dict.fromkeys(placeholders(text))}
    first = {name: found[0] for name, found in values.items() if found}
    yield fill(text, first)
    for name, found in values.items():
        yield from (fill(text, {**first, name: value}) for value in found[1:])


def _values(case: Case, name: str) -> list[str]:
    told = [telling.text for telling in case.passages.get(name, ())]
    drawn = [variant.placeholders[name] for variant in case.variants if name in variant.placeholders]
    return list(dict.fromkeys([*told, *case.details.get(name, ()), *drawn]))


def settable(case: Case) -> set[str]:
    """Every flag something in the case can set."""
    flags = {flag for variant in case.variants for flag in variant.flags}
    return flags | {flag for scene in case.scenes.values() for _, found in scene.effects() for flag in found.sets}
