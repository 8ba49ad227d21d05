"""Says everything that makes a case file unfit to be played, each with its line."""

from collections import Counter
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import Any

from lms.cases.rules import news2
from lms.cases.rules.format import Case, Grade, Link, Option, Write, citations, placeholders
from lms.cases.rules.graph import Exploration, explore, full_marks, links_of
from lms.cases.rules.wording import says_why_not, stated_risk_level
from lms.core.content import Document, load
from lms.core.errors import ContentError, Problem

FEWEST, MOST = 3, 5
LONGEST_TO_SHORTEST = 1.75
LONGEST_SHARE = 0.4
ENOUGH_DECISIONS = 6

Loc = tuple[str | int, ...]
Found = tuple[Loc, str, str]


def check_file(
    path: Path, root: Path, *, capabilities: Set[str] | None = None
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Read and check one case file: its body when it is fit to be played, and everything that is wrong with it."""
    try:
        document = load(path, Case, root)
    except ContentError as error:
        return None, list(error.problems)
    problems = check_case(document, capabilities=capabilities)
    if document.model.slug != path.stem:
        problems.append(
            document.problem(["slug"], f"The file is named `{path.stem}`, so its slug must be `{path.stem}`.")
        )
    return (None if problems else document.body), problems


def check_case(document: Document[Case], *, capabilities: Set[str] | None = None) -> list[Problem]:
    """Everything wrong with a case, by line; `capabilities` are the codes that exist, None leaves them unchecked."""
    case = document.model
    broken = list(_references(case))
    found = [*broken, *(problem for check in _CHECKS for problem in check(case))]
    if capabilities is not None:
        found += list(_capabilities(case, capabilities))
    if not broken:
        found += list(_course(case, explore(case)))
    problems = [document.problem(loc, message, part) for loc, message, part in found]
    return sorted(problems, key=lambda problem: problem.line)


def _options(case: Case) -> Iterator[tuple[Loc, Option]]:
    for scene, decision in case.decisions():
        for index, option in enumerate(decision.options):
            yield ("scenes", scene, "decision", "options", index), option


def _ways(case: Case) -> Iterator[tuple[Loc, tuple[Link, ...]]]:
    """Every list of ways on with the place of its owner."""
    for scene in case.scenes:
        for index, links in links_of(case, scene):
            where: Loc = ("scenes", scene, "decision")
            yield (where if index is None else (*where, "options", index)), links


def _references(case: Case) -> Iterator[Found]:
    """What must be right before the course of the case can be walked."""
    if case.start not in case.scenes:
        yield ("start",), f"There is no scene `{case.start}`.", ""
    for name, scene in case.scenes.items():
        if scene.decision is None and not scene.ending:
            yield ("scenes", name), "This path has no end: the scene asks nothing and is not an `ending`.", ""
        if scene.decision is not None and scene.ending:
            yield ("scenes", name, "ending"), "An ending asks nothing: take away the decision or the `ending`.", ""
    for where, links in _ways(case):
        yield from _way_on(case, where, links)
    for where, option in _options(case):
        for counter in option.effects:
            if counter not in case.counters:
                yield (*where, "effects", counter), f"There is no counter `{counter}`.", ""
    yield from _repeated_keys(case)


def _repeated_keys(case: Case) -> Iterator[Found]:
    for scene, decision in case.decisions():
        keys = Counter(option.key for option in decision.options)
        for index, option in enumerate(decision.options):
            if keys[option.key] > 1:
                loc = ("scenes", scene, "decision", "options", index, "key")
                yield loc, f"Two options share the key `{option.key}`.", ""
    keys = Counter(variant.key for variant in case.variants)
    for index, variant in enumerate(case.variants):
        if keys[variant.key] > 1:
            yield ("variants", index, "key"), f"Two variants share the key `{variant.key}`.", ""


def _way_on(case: Case, where: Loc, links: tuple[Link, ...]) -> Iterator[Found]:
    if not links:
        yield where, "This decision has no way on: say which scene follows with `goto`.", ""
        return
    if links[-1].when is not None:
        yield (*where, "goto"), "The last way on must have no condition, or some paths have no way on.", ""
    for index, link in enumerate(links):
        loc = (*where, "goto", index, "goto")
        if link.goto not in case.scenes:
            yield loc, f"There is no scene `{link.goto}`.", ""
        if link.when is None and index < len(links) - 1:
            yield loc, "Without a condition this way is always taken: put it last.", ""
        for condition in link.when.parts() if link.when else ():
            for counter in condition.bounds:
                if counter not in case.counters:
                    yield (*where, "goto", index, "when", counter), f"There is no counter `{counter}`.", ""
            if condition.knows is not None and condition.knows not in case.facts:
                yield (*where, "goto", index, "when"), f"There is no fact `{condition.knows}`.", ""


def _flags(case: Case) -> Iterator[Found]:
    settable = {flag for _, option in _options(case) for flag in option.sets}
    settable |= {flag for variant in case.variants for flag in variant.flags}
    for where, links in _ways(case):
        for index, link in enumerate(links):
            for condition in link.when.parts() if link.when else ():
                if condition.flag is not None and condition.flag not in settable:
                    yield (*where, "goto", index, "when"), f"Nothing sets the flag `{condition.flag}`.", ""


def _facts(case: Case) -> Iterator[Found]:
    revealed: set[str] = set()
    for where, option in _options(case):
        revealed.update(option.reveals)
        for index, fact in enumerate(option.reveals):
            if fact not in case.facts:
                yield (*where, "reveals", index), f"There is no fact `{fact}`.", ""
    for fact in case.facts:
        if fact not in revealed:
            yield ("facts", fact), "No option reveals this fact.", ""


def _sources(case: Case) -> Iterator[Found]:
    for where, option in _options(case):
        if not option.source:
            yield where, "This option names no `source`.", ""
    cited: list[tuple[Loc, tuple[str, ...]]] = [(loc, option.source) for loc, option in _options(case)]
    cited += [(("scenes", name), scene.source) for name, scene in case.scenes.items()]
    for where, codes in cited:
        for index, code in enumerate(codes):
            if code not in case.sources:
                yield (*where, "source", index), f"There is no source `{code}` in `sources`.", ""
    for code in dict.fromkeys(citations(case.debrief)):
        if code not in case.sources:
            yield ("debrief",), f"There is no source `{code}` in `sources`.", f"[{code}]"
    if case.review.by is None:
        yield ("review",), "This content names no day `by` which it must be reviewed again.", ""


def _decisions(case: Case) -> Iterator[Found]:
    if not any(scene.ending for scene in case.scenes.values()):
        yield ("scenes",), "No path has an end: mark at least one scene with `ending: true`.", ""
    for scene, decision in case.decisions():
        where: Loc = ("scenes", scene, "decision", "options")
        if not FEWEST <= len(decision.options) <= MOST:
            yield where, f"A decision has {FEWEST} to {MOST} options, this one has {len(decision.options)}.", ""
        if not any(option.grade is Grade.OPTIMAL for option in decision.options):
            yield where, "No option is `optimal`.", ""
    for name, shown in case.scenes.items():
        if isinstance(shown.decision, Write) and shown.decision.min_words > shown.decision.max_words:
            yield ("scenes", name, "decision", "min_words"), "`min_words` is more than `max_words`.", ""


def _lengths(case: Case) -> Iterator[Found]:
    """Options that can be told apart without reading them."""
    given_away, counted = 0, 0
    for scene, decision in case.decisions():
        lengths = [len(option.text) for option in decision.options]
        if not lengths:
            continue
        longest = max(range(len(lengths)), key=lambda index: lengths[index])
        if lengths[longest] > LONGEST_TO_SHORTEST * min(lengths):
            loc = ("scenes", scene, "decision", "options", longest, "text")
            yield loc, f"The options differ too much in length: {min(lengths)} to {max(lengths)} characters.", ""
        counted += 1
        given_away += decision.options[longest].grade is Grade.OPTIMAL
    if counted >= ENOUGH_DECISIONS and given_away > LONGEST_SHARE * counted:
        yield ("scenes",), f"The best option is the longest in {given_away} of {counted} decisions.", ""


def _observations(case: Case) -> Iterator[Found]:
    for name, scene in case.scenes.items():
        if scene.observations is not None:
            for field, message in news2.impossible(scene.observations):
                yield ("scenes", name, "observations", field), message, ""


def _texts(case: Case) -> Iterator[tuple[Loc, str]]:
    """Every text a trainee reads except the wording and the reason of options."""
    yield ("title",), case.title
    yield ("summary",), case.summary
    for fact, text in case.facts.items():
        yield ("facts", fact), text
    for index, variant in enumerate(case.variants):
        for name, value in variant.placeholders.items():
            yield ("variants", index, name), value
    for name, scene in case.scenes.items():
        yield ("scenes", name, "title"), scene.title
        yield ("scenes", name, "text"), scene.text
        if scene.decision is not None:
            yield ("scenes", name, "decision", "prompt"), scene.decision.prompt
            yield ("scenes", name, "decision", "hint"), scene.decision.hint
    for where, option in _options(case):
        yield (*where, "happens"), option.happens
    yield ("debrief",), case.debrief


def _risk_levels(case: Case) -> Iterator[Found]:
    for loc, text in _texts(case):
        if words := stated_risk_level(text):
            yield (
                loc,
                f"“{words}” states a risk level as a conclusion. Say what is needed and what would change it.",
                words,
            )
    for where, option in _options(case):
        yield from _option_wording(where, option)


def _option_wording(where: Loc, option: Option) -> Iterator[Found]:
    teaches = option.teaches_why_not and not option.grade.is_sound
    if option.teaches_why_not and option.grade.is_sound:
        message = "Only a suboptimal or critical option can teach why not."
        yield (*where, "teaches_why_not"), message, ""
    if teaches and not says_why_not(option.because):
        yield (*where, "because"), "This option teaches why not, so its reason must say why not.", ""
    for field in ("text", "because"):
        words = stated_risk_level(getattr(option, field))
        if words and not teaches:
            yield (*where, field), f"“{words}” states a risk level as a conclusion. Say what is needed instead.", words


def _placeholders(case: Case) -> Iterator[Found]:
    texts = [*_texts(case)]
    texts += [
        ((*where, field), getattr(option, field)) for where, option in _options(case) for field in ("text", "because")
    ]
    for loc, text in texts:
        for name in dict.fromkeys(placeholders(text)):
            lacking = [variant.key for variant in case.variants if name not in variant.placeholders]
            if lacking:
                yield loc, f"`{{{name}}}` is not told by the variants: {', '.join(lacking)}.", f"{{{name}}}"


def _capabilities(case: Case, known: Set[str]) -> Iterator[Found]:
    for index, code in enumerate(case.capabilities):
        if code not in known:
            yield ("capabilities", index), f"There is no capability `{code}` in the framework.", ""


def _course(case: Case, found: Exploration) -> Iterator[Found]:
    """What walking every path shows."""
    if found.cut:
        yield (
            ("scenes",),
            "This case has too many states to walk them all: use fewer counters and flags in conditions.",
            "",
        )
    for name in case.scenes:
        if name not in found.reached:
            yield ("scenes", name), "No path reaches this scene.", ""
        elif name in found.no_exit:
            yield ("scenes", name), "No path from this scene comes to an end.", ""
        elif name in found.loops:
            yield ("scenes", name), "A path can come back to this scene for ever: let something change the way on.", ""
    yield from _never_taken(case, found)
    for scene, slot in sorted(found.repeats):
        yield (
            ("scenes", scene),
            f"One path can fill the slot `{slot}` twice: only scenes that exclude each other share it.",
            "",
        )
    for index, variant in enumerate(case.variants):
        best = found.best.get(variant.key)
        if best is not None and best < full_marks(case):
            message = f"With this variant no path reaches full marks: at best {best} of {full_marks(case)} points."
            yield ("variants", index), message, ""


def _never_taken(case: Case, found: Exploration) -> Iterator[Found]:
    for scene in case.scenes:
        if scene not in found.reached:
            continue
        for index, links in links_of(case, scene):
            where: Loc = ("scenes", scene, "decision")
            where = where if index is None else (*where, "options", index)
            for place in range(len(links)):
                if len(links) > 1 and (scene, index, place) not in found.taken:
                    reason = "its condition is never true" if links[place].when else "an earlier one always is"
                    yield (*where, "goto", place), f"This way on is never taken: {reason}.", ""


_CHECKS: tuple[Callable[[Case], Iterator[Found]], ...] = (
    _flags,
    _facts,
    _sources,
    _decisions,
    _lengths,
    _observations,
    _risk_levels,
    _placeholders,
)
