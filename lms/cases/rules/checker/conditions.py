"""Conditions that ask for nothing, for what does not exist or for what cannot be, and the words they are told in."""

from collections.abc import Iterator, Mapping

from lms.cases.rules.checker.found import Found, Loc, conditions, settable
from lms.cases.rules.decisions import Bound, Condition
from lms.cases.rules.engine import MINUTES
from lms.cases.rules.format import Case


def references(case: Case) -> Iterator[Found]:
    """Conditions that ask for nothing, that can never hold, or that name a counter or a fact that does not exist."""
    for where, condition in conditions(case):
        yield from _empty(where, condition)
        for counter in _impossible(condition):
            yield Found((*where, counter), f"This can never be: `{counter}` is at least more than it is at most.")
        for counter in condition.bounds:
            if counter not in case.counters:
                yield Found((*where, counter), f"There is no counter `{counter}`.")
        if condition.knows is not None and condition.knows not in case.facts:
            yield Found(where, f"There is no fact `{condition.knows}`.")


def _empty(where: Loc, condition: Condition) -> Iterator[Found]:
    asked = (condition.knows, condition.flag, condition.negated, condition.all_of, condition.any_of)
    if not condition.bounds and all(one is None for one in asked):
        yield Found(where, "This condition asks for nothing: leave out the `when`, or say what must hold.")
    for word, parts in (("all", condition.all_of), ("any", condition.any_of)):
        if parts == ():
            yield Found((*where, word), f"There is no condition under `{word}`.")
    for counter, bound in condition.bounds.items():
        if bound.at_least is None and bound.at_most is None:
            yield Found((*where, counter), f"Say `at_least` or `at_most` of `{counter}`.")


def _impossible(condition: Condition) -> Iterator[str]:
    """The counters that would have to be more and less at the same time."""
    told = [*condition.bounds.items(), *(item for part in condition.all_of or () for item in _together(part))]
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for counter, bound in told:
        if bound.at_least is not None:
            least[counter] = max(least.get(counter, bound.at_least), bound.at_least)
        if bound.at_most is not None:
            most[counter] = min(most.get(counter, bound.at_most), bound.at_most)
    yield from (counter for counter in least if least[counter] > most.get(counter, least[counter]))


def _together(condition: Condition) -> Iterator[tuple[str, Bound]]:
    """The limits that hold whenever a condition does."""
    yield from condition.bounds.items()
    for part in condition.all_of or ():
        yield from _together(part)


def flags(case: Case) -> Iterator[Found]:
    """Flags that are read and never set, and flags of patients that nothing reads."""
    known = settable(case)
    read = {flag for one in case.process for flag in one.flags}
    for where, condition in conditions(case):
        if condition.flag is not None:
            read.add(condition.flag)
            if condition.flag not in known:
                yield Found(where, f"Nothing sets the flag `{condition.flag}`.")
    for index, variant in enumerate(case.variants):
        for at, flag in enumerate(variant.flags):
            if flag not in read:
                yield Found(("variants", index, "flags", at), f"Nothing reads the flag `{flag}`.", is_warning=True)


def meanings(case: Case) -> Iterator[Found]:
    """Counters and flags that decide the way on and are not told in words, and words for what decides nothing."""
    read = _read_on_the_way(case)
    for name, where in read.items():
        if name not in case.meanings and name != MINUTES:
            yield Found(where, f"Say under `meanings` what `{name}` means: the map tells its conditions in words.")
    for name in case.meanings:
        if name not in {*case.counters, *settable(case)}:
            yield Found(("meanings", name), f"There is no counter or flag `{name}`.")
        elif name not in read:
            yield Found(("meanings", name), f"No way on depends on `{name}`.", is_warning=True)


def _read_on_the_way(case: Case) -> Mapping[str, Loc]:
    """Every counter and flag a way on depends on, with the place of the first that does."""
    read: dict[str, Loc] = {}
    for where, condition in conditions(case):
        if where[0] == "scenes":
            for name in (*condition.bounds, *([condition.flag] if condition.flag else [])):
                read.setdefault(name, where)
    return read
