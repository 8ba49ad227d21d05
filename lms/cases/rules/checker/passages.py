"""Words that depend on what was found or done: whether everybody is told some, and where they may stand."""

from collections.abc import Iterator, Sequence

from lms.cases.rules.checker.found import Found, Loc, all_texts
from lms.cases.rules.decisions import Telling
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
        yield from _told_twice(name, tellings)
        if name in case.details or any(name in variant.placeholders for variant in case.variants):
            yield Found(("passages", name), f"`{name}` is a detail or is told by the variants: give it another name.")
    yield from _misplaced(case)
    yield from _unused(case)


def _told_twice(name: str, tellings: Sequence[Telling]) -> Iterator[Found]:
    for index, telling in enumerate(tellings):
        if telling.when is not None and telling.when in [one.when for one in tellings[:index]]:
            yield Found(("passages", name, index, "when"), "Other words are told already on this condition.")


def _misplaced(case: Case) -> Iterator[Found]:
    for loc, text in all_texts(case):
        named = next((name for name in placeholders(text) if name in case.passages), None)
        if named is not None and not (loc[0] == "scenes" and loc[-1] in _TOLD_IN_A_STATE):
            message = f"`{named}` is a passage: it stands in the text of scenes, in choices and in what happens."
            yield Found(loc, message, f"{{{named}}}")


def _unused(case: Case) -> Iterator[Found]:
    used = {name for _, text in all_texts(case) for name in placeholders(text)}
    for name in case.passages:
        if name not in used:
            yield Found(("passages", name), f"No text tells `{{{name}}}`.")
