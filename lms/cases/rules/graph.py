"""Walks every state a case can be in: what is reachable, where it gets stuck, whether it ends, its best score."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lms.cases.rules.answers import Step, Verdict, best_steps, possible
from lms.cases.rules.decisions import SCORED, Condition, Grade, Link
from lms.cases.rules.engine import Draw, State, advance, begin, follow
from lms.cases.rules.format import Case
from lms.cases.rules.scoring import Result, score

MOST_STATES = 100_000
# Some ten times what the largest case needs: trying an answer in a state takes time, whatever state it leads to.
MOST_MOVES = 400_000
MOST_BEST_PATHS = 2_000

Where = tuple[str | int, ...]
Spot = tuple[str, tuple[tuple[str, int], ...], frozenset[str], frozenset[str]]
Move = tuple[int, Spot, str | None]


@dataclass
class Exploration:
    """What walking all paths from all variants found."""

    reached: set[str] = field(default_factory=set)
    taken: set[tuple[str, Where, int]] = field(default_factory=set)
    stuck: set[tuple[str, Where]] = field(default_factory=set)
    loops: set[str] = field(default_factory=set)
    no_exit: set[str] = field(default_factory=set)
    repeats: set[tuple[str, str]] = field(default_factory=set)
    best: dict[str, int] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class _Reading:
    """The variables that scenes from here on can still read."""

    counters: frozenset[str]
    flags: frozenset[str]
    facts: frozenset[str]

    def joined(self, others: Iterable["_Reading"]) -> "_Reading":
        """What this and others read together."""
        found = [self, *others]
        return _Reading(
            counters=frozenset().union(*(one.counters for one in found)),
            flags=frozenset().union(*(one.flags for one in found)),
            facts=frozenset().union(*(one.facts for one in found)),
        )


def links_of(case: Case, scene: str) -> Iterator[tuple[Where, tuple[Link, ...]]]:
    """The ways on of a scene, each list with its place in the decision."""
    yield from ((where, way_on.links) for where, way_on in case.scenes[scene].ways_on())


def conditions(case: Case, scene: str) -> Iterator[Condition]:
    """Every condition that decides the way on from a scene, with its parts."""
    for _, links in links_of(case, scene):
        for link in links:
            if link.when:
                yield from link.when.parts()


def _successors(case: Case, scene: str) -> set[str]:
    return {link.goto for _, links in links_of(case, scene) for link in links}


def _readings(case: Case) -> dict[str, _Reading]:
    """What each scene and those after it read, last scenes first; once more for scenes that lead back."""
    found = {scene: _reading(list(conditions(case, scene))) for scene in case.scenes}
    after = {scene: _successors(case, scene) for scene in case.scenes}
    changed = True
    while changed:
        changed = False
        for scene in reversed(case.course):
            wider = found[scene].joined(found[other] for other in after[scene])
            changed = changed or wider != found[scene]
            found[scene] = wider
    return found


def _reading(found: Sequence[Condition]) -> _Reading:
    return _Reading(
        counters=frozenset(counter for condition in found for counter in condition.bounds),
        flags=frozenset(condition.flag for condition in found if condition.flag),
        facts=frozenset(condition.knows for condition in found if condition.knows),
    )


def _limits(case: Case, answers: Mapping[str, Sequence[tuple[Step, Verdict]]]) -> dict[str, tuple[int, int]]:
    """Where a counter can be held still without changing any condition.

    Beyond its thresholds a counter matters only by what one path can still take back, each scene met once; a path
    that meets a scene again in the same state is a loop, whatever the counter says.
    """
    edges: dict[str, set[int]] = {}
    for scene in case.scenes:
        for condition in conditions(case, scene):
            for counter, bound in condition.bounds.items():
                near = edges.setdefault(counter, {0})
                near.update([] if bound.at_least is None else [bound.at_least])
                near.update([] if bound.at_most is None else [bound.at_most + 1])
    falls, rises = dict.fromkeys(case.counters, 0), dict.fromkeys(case.counters, 0)
    for found in answers.values():
        for counter, (low, high) in _span(found).items():
            falls[counter] -= low
            rises[counter] += high
    return {counter: (min(near) - 1 - rises[counter], max(near) + falls[counter]) for counter, near in edges.items()}


def _span(answers: Sequence[tuple[Step, Verdict]]) -> dict[str, tuple[int, int]]:
    """How far one answer to a scene can lower and raise each counter."""
    span: dict[str, tuple[int, int]] = {}
    for _, verdict in answers:
        for counter, change in verdict.effects.items():
            low, high = span.get(counter, (0, 0))
            span[counter] = min(low, change), max(high, change)
    return span


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an answer is worth and changes of all that is still read, and the ways on from it."""

    where: Where
    links: tuple[Link, ...]
    points: int = 0
    slot: str | None = None
    effects: tuple[tuple[str, int], ...] = ()
    flags: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()


class _Explorer:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.found = Exploration()
        self.readings = _readings(case)
        self.counters = {scene: tuple(sorted(reading.counters)) for scene, reading in self.readings.items()}
        self.answers = {scene: tuple(possible(scene, case.scenes[scene])) for scene in case.scenes}
        self.limits = _limits(case, self.answers)
        self.next: dict[Spot, list[Move]] = {}

    def run(self) -> Exploration:
        starts = {variant.key: self._spot(begin(self.case, Draw(variant.key))) for variant in self.case.variants}
        self._spread(list(starts.values()))
        if not self.found.cut:
            order = self._order()
            self._judge(order)
            if not self.found.loops:
                self._measure(order, starts)
        return self.found

    def _spot(self, state: State) -> Spot:
        return self._seen(state.scene, state.counters, state.flags, frozenset(state.known))

    def _seen(self, scene: str, counters: Mapping[str, int], flags: frozenset[str], facts: frozenset[str]) -> Spot:
        """What can still be told apart of a state in a scene."""
        reading = self.readings[scene]
        held = tuple((counter, self._held(counter, counters[counter])) for counter in self.counters[scene])
        return scene, held, flags & reading.flags, facts & reading.facts

    def _held(self, counter: str, value: int) -> int:
        low, high = self.limits[counter]
        return min(max(value, low), high)

    def _spread(self, waiting: list[Spot]) -> None:
        answers = {scene: self._different(scene) for scene in self.case.scenes}
        tried = 0
        while waiting:
            spot = waiting.pop()
            if spot in self.next:
                continue
            tried += len(answers[spot[0]])
            if len(self.next) >= MOST_STATES or tried > MOST_MOVES:
                self.found.cut = True
                return
            self.found.reached.add(spot[0])
            moves = (self._move(spot, answer) for answer in answers[spot[0]])
            self.next[spot] = list(dict.fromkeys(move for move in moves if move))
            waiting += [after for _, after, _ in self.next[spot]]

    def _different(self, scene: str) -> list[_Answer]:
        """The answers to a scene that differ in something that is still read."""
        ways = dict(links_of(self.case, scene))
        if not isinstance(self.case.scenes[scene].decision, SCORED):
            return [_Answer((), ways[()])] if () in ways else []
        reading, slot = self.readings[scene], self.case.slot_of(scene)
        found: dict[object, _Answer] = {}
        for _, verdict in self.answers[scene]:
            answer = _Answer(
                where=verdict.where,
                links=verdict.links,
                points=verdict.grade.points,
                slot=slot,
                effects=tuple(effect for effect in verdict.effects.items() if effect[0] in reading.counters),
                flags=reading.flags.intersection(verdict.sets),
                facts=reading.facts.intersection((*verdict.reveals, *verdict.tells)),
            )
            trace = (answer.where, answer.points, frozenset(answer.effects), answer.flags, answer.facts)
            found.setdefault(trace, answer)
        return list(found.values())

    def _move(self, spot: Spot, answer: _Answer) -> Move | None:
        """Where an answer leads; None if no way on is open."""
        scene, held, flags, facts = spot
        counters = dict(held)
        for counter, change in answer.effects:
            counters[counter] += change
        flags, facts = flags | answer.flags, facts | answer.facts
        # Only what conditions read: anything else would make every state a new one.
        now = State(scene, "", counters, flags, tuple(facts), (), (), ended=False)
        way = follow(answer.links, now)
        if way is None:
            self.found.stuck.add((scene, answer.where))
            return None
        self.found.taken.add((scene, answer.where, way))
        goto = answer.links[way].goto
        return answer.points, self._seen(goto, counters, flags, facts.union(self.case.scenes[goto].tells)), answer.slot

    def _order(self) -> list[Spot]:
        """Every spot after all the spots it leads to; a way back to a spot still open is a loop."""
        done: list[Spot] = []
        colour: dict[Spot, int] = {}
        for start in self.next:
            if start in colour:
                continue
            colour[start] = 1
            stack = [(start, iter(self.next[start]))]
            while stack:
                spot, moves = stack[-1]
                for _, after, _ in moves:
                    if colour.get(after) == 1:
                        self.found.loops.add(after[0])
                    if after not in colour:
                        colour[after] = 1
                        stack.append((after, iter(self.next[after])))
                        break
                else:
                    colour[spot] = 2
                    done.append(spot)
                    stack.pop()
        return done

    def _judge(self, order: list[Spot]) -> None:
        """Find the scenes from which no ending can be reached."""
        before: dict[Spot, list[Spot]] = {spot: [] for spot in order}
        for spot in order:
            for _, after, _ in self.next[spot]:
                before[after].append(spot)
        ends = [spot for spot in order if self.case.scenes[spot[0]].ending]
        good = set(ends)
        while ends:
            for spot in before[ends.pop()]:
                if spot not in good:
                    good.add(spot)
                    ends.append(spot)
        self.found.no_exit = {spot[0] for spot in order if spot not in good}

    def _measure(self, order: list[Spot], starts: Mapping[str, Spot]) -> None:
        """The best score of each variant, and slots that one path can meet twice."""
        best: dict[Spot, int] = {}
        ahead: dict[Spot, frozenset[str]] = {}
        for spot in order:
            best[spot] = max((points + best[after] for points, after, _ in self.next[spot]), default=0)
            slots = {slot for _, after, _ in self.next[spot] for slot in ahead[after]}
            own = next((slot for _, _, slot in self.next[spot] if slot), None)
            if own in slots and own is not None:
                self.found.repeats.add((spot[0], own))
            ahead[spot] = frozenset(slots | ({own} if own else set()))
        self.found.best = {variant: best[spot] for variant, spot in starts.items()}

    def way_to(self, scene: str, variant: str) -> tuple[Step, ...] | None:
        """The steps of the path to a scene that gives away least; None if this patient never comes there.

        Of two that give away the same so far, the one that found more is followed first.
        """
        first = begin(self.case, Draw(variant))
        waiting, seen, count = [(0, 0, 0, first)], set(), 0
        while waiting:
            cost, _, _, state = heapq.heappop(waiting)
            if state.scene == scene:
                return state.path
            if self._spot(state) in seen:
                continue
            seen.add(self._spot(state))
            for step, lost in self._steps(state):
                count += 1
                after = advance(self.case, state, step)
                heapq.heappush(waiting, (cost + lost, -len(after.found), count, after))
        return None

    def _steps(self, state: State) -> Iterator[tuple[Step, int]]:
        """The different steps that can be taken, each with what it gives away; a critical error more than all else."""
        found = self.answers[state.scene]
        for step, verdict in found:
            critical = full_marks(self.case) if verdict.grade is Grade.CRITICAL else 0
            yield step, Grade.OPTIMAL.points - verdict.grade.points + critical
        if not found and not state.ended:
            yield Step(state.scene), 0


def ways_to(case: Case, scene: str) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Each patient who can come to a scene of a checked case, with the steps of the best path there."""
    explorer = _Explorer(case)
    for variant in case.variants:
        steps = explorer.way_to(scene, variant.key)
        if steps is not None:
            yield variant.key, steps


def way_to(case: Case, scene: str, variant: str) -> tuple[Step, ...] | None:
    """The steps of the best path of one patient to a scene of a checked case; None if they never come there."""
    return _Explorer(case).way_to(scene, variant)


def explore(case: Case) -> Exploration:
    """Walk every path of a case whose links, counters, flags and facts all exist."""
    return _Explorer(case).run()


def full_marks(case: Case) -> int:
    """The most points an attempt can have."""
    return Grade.OPTIMAL.points * len(case.slots())


@dataclass(frozen=True, slots=True)
class BestPath:
    """One way a perfect player can take through a case, and what it earns."""

    variant: str
    steps: tuple[Step, ...]
    result: Result


def best_paths(case: Case) -> tuple[list[BestPath], bool]:
    """Every path of only best answers, for each variant, and whether there were too many to walk them all.

    The case has a way on from everywhere and no loop.
    """
    found: list[BestPath] = []
    waiting = [(variant.key, begin(case, Draw(variant.key))) for variant in case.variants]
    while waiting and len(found) < MOST_BEST_PATHS:
        variant, state = waiting.pop()
        if state.ended:
            found.append(BestPath(variant, state.path, score(case, state)))
            continue
        scene = case.scenes[state.scene]
        steps = list(best_steps(state.scene, scene)) if isinstance(scene.decision, SCORED) else [Step(state.scene)]
        waiting += [(variant, advance(case, state, step)) for step in reversed(steps)]
    return found, bool(waiting)
