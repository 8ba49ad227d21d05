"""References, numbers of options and everything else that is wrong before a path is walked."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lms.cases.rules import charts, news2
from lms.cases.rules.answers import possible
from lms.cases.rules.checker import conditions
from lms.cases.rules.checker.found import Found, Loc, links, phrases, settable, tasks, ways
from lms.cases.rules.decisions import (
    SCORED,
    Chart,
    ChooseMany,
    ChooseOne,
    Grade,
    Observe,
    Phrase,
    PutInOrder,
    ScoredDecision,
    Speak,
    Write,
)
from lms.cases.rules.engine import MINUTES
from lms.cases.rules.format import Case, citations

LIMITS = {ChooseOne: (3, 5), ChooseMany: (5, 8), PutInOrder: (4, 6), Speak: (2, 5)}
PHRASES = (3, 4)
MOST_SCENES = 200
NOT_BELONGING = 2


def references(case: Case) -> Iterator[Found]:
    """What must be right before the course of the case can be walked."""
    if case.start not in case.scenes:
        yield Found(("start",), f"There is no scene `{case.start}`.")
    elif case.scenes[case.start].clock is None:
        yield Found(("scenes", case.start), "The first scene must say the time: give it a `clock`.")
    yield from _endings(case)
    yield from _ways_on(case)
    yield from conditions.references(case)
    for name, scene in case.scenes.items():
        for where, found in scene.effects():
            for counter in found.effects:
                if counter not in case.counters:
                    loc: Loc = ("scenes", name, "decision", *where, "effects", counter)
                    yield Found(loc, f"There is no counter `{counter}`.")
    yield from _repeated_keys(case)
    yield from _tasks(case)


def _endings(case: Case) -> Iterator[Found]:
    for name, scene in case.scenes.items():
        if scene.decision is None and not scene.ending:
            yield Found(("scenes", name), "This path has no end: the scene asks nothing and is not an `ending`.")
        if scene.decision is not None and scene.ending:
            yield Found(("scenes", name, "ending"), "An ending asks nothing: take away the decision or the `ending`.")
    if not any(scene.ending for scene in case.scenes.values()):
        yield Found(("scenes",), "No path has an end: mark at least one scene with `ending: true`.")


def _ways_on(case: Case) -> Iterator[Found]:
    yield from _no_way_on(case)
    for where, link in links(case):
        if link.goto not in case.scenes:
            yield Found((*where, "goto"), f"There is no scene `{link.goto}`.")
    for where, way_on in ways(case):
        for index, link in enumerate(way_on.links[:-1]):
            if link.when is None:
                message = "Without a condition this way is always taken: put it last."
                yield Found((*where, "goto", index, "goto"), message)


def _no_way_on(case: Case) -> Iterator[Found]:
    for where, way_on in ways(case):
        decision = case.scenes[str(where[1])].decision
        if not way_on.links:
            if len(where) > 3 or not isinstance(decision, SCORED) or _needs_own_way(decision):
                yield Found(where, "This decision has no way on: say which scene follows with `goto`.")
            continue
        if way_on.links[-1].when is not None:
            yield Found((*where, "goto"), "The last way on must have no condition, or some paths have no way on.")


def _needs_own_way(decision: ScoredDecision) -> bool:
    """Say whether some consequence of a task relies on the way on of the task itself."""
    if isinstance(decision, ChooseOne):
        return False
    told = [consequence for grade in Grade if (consequence := decision.outcomes.of(grade))]
    return any(consequence.goto is None for consequence in told)


def _repeated_keys(case: Case) -> Iterator[Found]:
    lists: list[tuple[Loc, str, Sequence[str]]] = [
        (("variants",), "variants", [variant.key for variant in case.variants]),
        (("process",), "criteria", [process.key for process in case.process]),
    ]
    for scene, decision in case.decisions():
        where: Loc = ("scenes", scene, "decision")
        if isinstance(decision, ChooseOne | ChooseMany):
            lists.append(((*where, "options"), "options", [option.key for option in decision.options]))
        elif isinstance(decision, PutInOrder):
            lists.append(((*where, "items"), "items", [item.key for item in decision.items]))
        elif isinstance(decision, Speak):
            lists.append(((*where, "parts"), "parts", [part.key for part in decision.parts]))
    for loc, what, keys in lists:
        counted = Counter(keys)
        for index, key in enumerate(keys):
            if counted[key] > 1:
                yield Found((*loc, index, "key"), f"Two {what} share the key `{key}`.")
    for scene, decision in case.decisions():
        if isinstance(decision, Speak):
            yield from _repeated_phrases(scene, decision)


def _repeated_phrases(scene: str, decision: Speak) -> Iterator[Found]:
    counted = Counter(phrase.key for phrase in decision.phrases())
    for number, part in enumerate(decision.parts):
        for at, phrase in enumerate(part.options):
            if counted[phrase.key] > 1:
                loc: Loc = ("scenes", scene, "decision", "parts", number, "options", at, "key")
                yield Found(loc, f"Two options share the key `{phrase.key}`.")


def _tasks(case: Case) -> Iterator[Found]:
    """What makes a task impossible to answer or to judge."""
    for where, task in tasks(case):
        if isinstance(task, PutInOrder):
            yield from _order(where, task)
        if isinstance(task, Observe):
            yield from _chart(case, where, task)


def _order(where: Loc, task: PutInOrder) -> Iterator[Found]:
    place = {item.key: item.place for item in task.items}
    if len(set(place.values())) < 2:
        yield Found((*where, "items"), "All items have the same place: there is no order to find.")
    for index, rule in enumerate(task.never):
        for field, key in (("first", rule.first), ("then", rule.then)):
            if key not in place:
                yield Found((*where, "never", index, field), f"There is no item `{key}`.")
        if place.get(rule.first, 1) < place.get(rule.then, 0):
            yield Found((*where, "never", index), "The right order itself does this: exchange `first` and `then`.")


def _chart(case: Case, where: Loc, task: Observe) -> Iterator[Found]:
    scene = case.scenes[str(where[1])]
    if charts.truth(scene, task) is None:
        lacking = "`observations` of the scene" if task.chart is Chart.NEWS2 else "`answers` of the decision"
        yield Found((*where, "chart"), f"This chart cannot be scored: the {lacking} are missing or incomplete.")
    if task.acceptable_rows is None:
        message = "Say with `acceptable_rows` how many rows an acceptable answer in the right band may have wrong."
        yield Found(where, message)


def numbers(case: Case) -> Iterator[Found]:
    """Numbers of words that cannot be met, and of patients that are too few."""
    for name, shown in case.scenes.items():
        if isinstance(shown.decision, Write) and shown.decision.min_words > shown.decision.max_words:
            yield Found(("scenes", name, "decision", "min_words"), "`min_words` is more than `max_words`.")
    if len(case.variants) < 2:
        yield Found(("variants",), "There is one patient only: whoever plays again meets the same.", is_warning=True)


def sizes(case: Case) -> Iterator[Found]:
    """Too many scenes to walk, and decisions with too few or too many parts, or without a best answer."""
    if len(case.scenes) > MOST_SCENES:
        yield Found(("scenes",), f"A case has at most {MOST_SCENES} scenes, this one has {len(case.scenes):,}.")
    for scene, decision in case.decisions():
        yield from _counts(("scenes", scene, "decision"), decision)


def _counts(where: Loc, decision: ScoredDecision) -> Iterator[Found]:
    if isinstance(decision, Observe):
        return
    field, offered = _offered(decision)
    fewest, most = LIMITS[type(decision)]
    if not fewest <= offered <= most:
        what = {"options": "A decision", "items": "A sequence", "parts": "A call"}[field]
        yield Found((*where, field), f"{what} has {fewest} to {most} {field}, this one has {offered}.")
    if isinstance(decision, ChooseOne):
        yield from _best((*where, "options"), decision.options)
    elif isinstance(decision, ChooseMany):
        yield from _best((*where, "options"), decision.options)
        if sum(option.grade in (Grade.SUBOPTIMAL, Grade.CRITICAL) for option in decision.options) < NOT_BELONGING:
            message = "Selecting everything would do: at least two options must not belong."
            yield Found((*where, "options"), message)
    elif isinstance(decision, Speak):
        for number, part in enumerate(decision.parts):
            loc: Loc = (*where, "parts", number, "options")
            yield from _best(loc, part.options)
            if not PHRASES[0] <= len(part.options) <= PHRASES[1]:
                yield Found(loc, f"A part has {PHRASES[0]} to {PHRASES[1]} phrases, this one has {len(part.options)}.")


def _offered(decision: ScoredDecision) -> tuple[str, int]:
    if isinstance(decision, ChooseOne | ChooseMany):
        return "options", len(decision.options)
    if isinstance(decision, PutInOrder):
        return "items", len(decision.items)
    return "parts", len(decision.parts) if isinstance(decision, Speak) else 0


def _best(where: Loc, options: Sequence[Phrase]) -> Iterator[Found]:
    if not any(option.grade is Grade.OPTIMAL for option in options):
        yield Found(where, "No option is `optimal`.")


def debriefed(case: Case) -> Iterator[Found]:
    """Critical answers nobody would be told about."""
    for where, task in tasks(case):
        scene = str(where[1])
        verdicts = {verdict.grade for _, verdict in possible(scene, case.scenes[scene])}
        if Grade.CRITICAL in verdicts and task.outcomes.critical is None:
            message = "A critical error can be made here and is not debriefed: say what happens under `critical`."
            yield Found((*where, "outcomes"), message)
        if Grade.CRITICAL not in verdicts and task.outcomes.critical is not None:
            yield Found((*where, "outcomes", "critical"), "No answer to this decision is critical.")
        for grade in (Grade.ACCEPTABLE, Grade.SUBOPTIMAL):
            if grade not in verdicts:
                message = f"No answer to this decision is {grade.value}."
                yield Found((*where, "outcomes", grade.value), message, is_warning=True)


def process(case: Case) -> Iterator[Found]:
    """Criteria of order and time that cannot be judged, and points of the course that do not exist."""
    known = settable(case)
    for index, one in enumerate(case.process):
        where: Loc = ("process", index)
        ordered, timed = one.first is not None and one.then is not None, one.at_most is not None
        if ordered == timed or (timed and (one.first or one.then)) or (ordered and one.flag):
            yield Found(where, "Give either `first` and `then`, or `at_most` and perhaps `flag`.")
        elif ordered and one.first == one.then:
            yield Found((*where, "then"), "A flag is not set before itself: `then` is another than `first`.")
        for flag in one.flags:
            if flag not in known:
                yield Found(where, f"Nothing sets the flag `{flag}`.")
        if timed and MINUTES not in case.counters:
            yield Found((*where, "at_most"), "There is no counter `minutes` to measure time with.")
    yield from _waypoints(case)


def _waypoints(case: Case) -> Iterator[Found]:
    seen: set[str] = set()
    for field in ("must_visit", "must_avoid"):
        for index, point in enumerate(getattr(case, field)):
            if point.scene not in case.scenes:
                yield Found((field, index, "scene"), f"There is no scene `{point.scene}`.")
            elif point.scene in seen:
                yield Found((field, index, "scene"), f"`{point.scene}` is visited or avoided already.")
            seen.add(point.scene)


def capabilities(case: Case) -> Iterator[Found]:
    """Capabilities that are named twice."""
    for index, code in enumerate(case.capabilities):
        if code in case.capabilities[:index]:
            yield Found(("capabilities", index), f"The capability `{code}` stands here twice.")


def facts(case: Case) -> Iterator[Found]:
    """Facts nobody can find, and scenes and answers that bring out what is not a fact."""
    for where, told in _brought_out(case):
        for index, fact in enumerate(told):
            if fact not in case.facts:
                yield Found((*where, index), f"There is no fact `{fact}`.")
    for fact in case.facts:
        if fact not in case.findable():
            yield Found(("facts", fact), "No option reveals this fact.")


def _brought_out(case: Case) -> Iterator[tuple[Loc, tuple[str, ...]]]:
    """Every list of facts that come to light, with its place."""
    for name, scene in case.scenes.items():
        yield ("scenes", name, "tells"), scene.tells
        for where, found in scene.effects():
            loc: Loc = ("scenes", name, "decision", *where)
            yield from (((*loc, field), getattr(found, field)) for field in ("reveals", "tells"))


def sources(case: Case) -> Iterator[Found]:
    """Statements without a source, and sources that are not declared or never used."""
    stated = [(loc, phrase.source) for loc, phrase in phrases(case)]
    stated += [(where, task.source) for where, task in tasks(case)]
    stated += [(("process", index), one.source) for index, one in enumerate(case.process)]
    for where, codes in stated:
        if not codes:
            yield Found(where, "This option names no `source`." if "options" in where else "This names no `source`.")
    yield from _undeclared(case, stated + [(("scenes", name), scene.source) for name, scene in case.scenes.items()])
    if case.review.by is None:
        yield Found(("review",), "This content names no day `by` which it must be reviewed again.")


def _undeclared(case: Case, cited: Sequence[tuple[Loc, tuple[str, ...]]]) -> Iterator[Found]:
    for where, codes in cited:
        for index, code in enumerate(codes):
            if code not in case.sources:
                yield Found((*where, "source", index), f"There is no source `{code}` in `sources`.")
    told = dict.fromkeys(citations(case.debrief))
    for code in told:
        if code not in case.sources:
            yield Found(("debrief",), f"There is no source `{code}` in `sources`.", f"[{code}]")
    used = {code for _, codes in cited for code in codes} | set(told)
    for code in case.sources:
        if code not in used:
            yield Found(("sources", code), f"Nothing in this case rests on `{code}`.", is_warning=True)


def observations(case: Case) -> Iterator[Found]:
    """Observations hardly any patient could show, and a stated NEWS2 that is wrong."""
    for name, scene in case.scenes.items():
        if scene.observations is not None:
            if all(value is None for field, value in scene.observations if field != "scale"):
                yield Found(("scenes", name, "observations"), "This must not be empty.")
            for field, message in news2.impossible(scene.observations):
                yield Found(("scenes", name, "observations", field), message)
