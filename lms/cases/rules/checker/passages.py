"""Words that depend on what was found, titles that tell scenes apart, and what conditions are called."""

from collections.abc import Iterator

from lms.cases.rules.checker.found import WORDED, Found, Loc, conditions, phrases, settable, texts
from lms.cases.rules.engine import MINUTES
from lms.cases.rules.format import Case, placeholders

# Where a text is told in a state: to whoever is in the scene, and in the debrief as it was told then.
_TOLD_IN_A_STATE = ("text", "happens")


def passages(case: Case) -> Iterator[Found]:
    """Passages that cannot be told, that nothing tells, or that stand where nobody knows what was found."""
    for name, tellings in case.passages.items():
        for index, telling in enumerate(tellings):
            where: Loc = ("passages", name, index)
            is_last = index == len(tellings) - 1
            if is_last and telling.when is not None:
                yield Found((*where, "when"), "The last words of a passage have no condition, or somebody reads none.")
            if not is_last and telling.when is None:
                yield Found((*where, "text"), "Without a condition these words are always told: put them last.")
        if name in case.details or any(name in variant.placeholders for variant in case.variants):
            yield Found(("passages", name), f"`{name}` is a detail or is told by the variants: give it another name.")
    yield from _told_elsewhere(case)


def _told_elsewhere(case: Case) -> Iterator[Found]:
    told = [*texts(case)]
    told += [((*where, field), getattr(phrase, field)) for where, phrase in phrases(case) for field in WORDED]
    used: set[str] = set()
    for loc, text in told:
        named = [name for name in dict.fromkeys(placeholders(text)) if name in case.passages]
        used.update(named)
        if named and not (loc[0] == "scenes" and loc[-1] in _TOLD_IN_A_STATE):
            message = f"`{named[0]}` is a passage: it stands in the text of scenes, in choices and in what happens."
            yield Found(loc, message, f"{{{named[0]}}}")
    for name in case.passages:
        if name not in used:
            yield Found(("passages", name), f"No text tells `{{{name}}}`.")


def meanings(case: Case) -> Iterator[Found]:
    """Counters and flags that decide the way on and are not told in words, and words for what decides nothing."""
    read: dict[str, Loc] = {}
    for where, condition in conditions(case):
        if where[0] == "scenes":
            for name in (*condition.bounds, *([condition.flag] if condition.flag else [])):
                read.setdefault(name, where)
    for name, where in read.items():
        if name not in case.meanings and name != MINUTES:
            yield Found(where, f"Say under `meanings` what `{name}` means: the map tells its conditions in words.")
    for name in case.meanings:
        if name not in {*case.counters, *settable(case)}:
            yield Found(("meanings", name), f"There is no counter or flag `{name}`.")
        elif name not in read:
            yield Found(("meanings", name), f"No way on depends on `{name}`.", is_warning=True)


def titles(case: Case) -> Iterator[Found]:
    """Scenes that a list or the map could not tell apart."""
    told: dict[str, str] = {}
    for name, scene in case.scenes.items():
        if scene.title in told:
            yield Found(("scenes", name, "title"), f"The scene `{told[scene.title]}` has the same title.")
        told.setdefault(scene.title, name)
