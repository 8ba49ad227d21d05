"""What walking every path of a case shows."""

from collections.abc import Iterator

from lms.cases.rules.checker.found import Found, Loc
from lms.cases.rules.format import Case
from lms.cases.rules.graph import BestPath, Exploration, best_paths, explore, full_marks, links_of

HALF_A_DAY = 12 * 60


def course(case: Case) -> Iterator[Found]:
    """Everything the whole state space shows; the case's references are right."""
    found = explore(case)
    if found.cut:  # Nothing can be said of what was not walked.
        message = "This case has too many states to walk them all: use fewer counters and flags in conditions."
        yield Found(("scenes",), message)
        return
    yield from _states(case, found)
    yield from _never_taken(case, found)
    yield from _scores(case, found)
    yield from _clocks(case)
    if not (found.stuck or found.loops or found.no_exit):
        yield from _best(case)


def _states(case: Case, found: Exploration) -> Iterator[Found]:
    for name in case.scenes:
        if name not in found.reached:
            yield Found(("scenes", name), "No path reaches this scene.")
        elif name in found.no_exit:
            yield Found(("scenes", name), "No path from this scene comes to an end.")
        elif name in found.loops:
            message = "A path can come back to this scene for ever: let something change the way on."
            yield Found(("scenes", name), message)


def _never_taken(case: Case, found: Exploration) -> Iterator[Found]:
    for scene in case.scenes:
        if scene not in found.reached:
            continue
        for place, links in links_of(case, scene):
            where: Loc = ("scenes", scene, "decision", *place)
            for index in range(len(links)):
                if len(links) > 1 and (scene, place, index) not in found.taken:
                    reason = "its condition is never true" if links[index].when else "an earlier one always is"
                    yield Found((*where, "goto", index), f"This way on is never taken: {reason}.")


def _scores(case: Case, found: Exploration) -> Iterator[Found]:
    for scene, slot in sorted(found.repeats):
        message = f"One path can fill the slot `{slot}` twice: only scenes that exclude each other share it."
        yield Found(("scenes", scene), message)
    for index, variant in enumerate(case.variants):
        best = found.best.get(variant.key)
        if best is not None and best < full_marks(case):
            message = f"With this variant no path reaches full marks: at best {best} of {full_marks(case)} points."
            yield Found(("variants", index), message)


def _clocks(case: Case) -> Iterator[Found]:
    for name, scene in case.scenes.items():
        for _, links in links_of(case, name):
            for link in links:
                before, after = scene.clock, case.scenes[link.goto].clock if link.goto in case.scenes else None
                if before and after and (_minutes(after) - _minutes(before)) % (24 * 60) >= HALF_A_DAY:
                    yield Found(("scenes", link.goto, "clock"), f"Time runs backwards: `{name}` is at {before}.")


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _best(case: Case) -> Iterator[Found]:
    """What a perfect player meets: everything that must be visited, nothing that must be avoided, full marks."""
    paths, cut = best_paths(case)
    if cut:
        yield Found(("scenes",), "There are too many paths of best answers to walk them all.")
        return
    for field, wrong, message in (
        ("must_visit", "not_visited", "A path of only best answers misses this scene."),
        ("must_avoid", "not_avoided", "A path of only best answers enters this scene."),
    ):
        for index, point in enumerate(getattr(case, field)):
            if any(point in getattr(path.result, wrong) for path in paths):
                yield Found((field, index, "scene"), message)
    for index, variant in enumerate(case.variants):
        own = [path for path in paths if path.variant == variant.key]
        if own and not any(path.result.is_full for path in own):
            yield from _short_of_full(("variants", index), own)


def _short_of_full(where: Loc, paths: list[BestPath]) -> Iterator[Found]:
    best = max(paths, key=lambda path: (path.result.process_met, len(path.result.facts_found)))
    for kept in best.result.process:
        if not kept.is_met:
            yield Found(where, f"With this variant no path of best answers keeps the criterion `{kept.process.key}`.")
    for fact in (*best.result.facts_missed, *best.result.facts_heard):
        yield Found(where, f"With this variant no path of best answers finds the fact `{fact}`.")
