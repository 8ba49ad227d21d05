"""Walks every state a case can be in: what is reachable, where it gets stuck, whether it ends, its best score."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lms.cases.rules.answers import Step, Verdict, best_steps, possible
from lms.cases.rules.decisions import SCORED, Condition, Grade, Link
from lms.cases.rules.engine import Draw, State, advance, apply, begin, follow
from lms.cases.rules.format import Case
from lms.cases.rules.scoring import Result, score

LIMIT = 100_000
MOST_BEST_PATHS = 2_000

Where = tuple[str | int, ...]
Spot = tuple[str, tuple[tuple[str, int], ...], frozenset[str], frozenset[str]]


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
    ahead = {scene: {scene} | _successors(case, scene) for scene in case.scenes}
    changed = True
    while changed:
        changed = False
        for scene, known in ahead.items():
            wider = known.union(*(ahead[other] for other in known))
            changed = changed or wider != known
            ahead[scene] = wider
    own = {scene: list(conditions(case, scene)) for scene in case.scenes}
    return {
        scene: _reading([condition for other in others for condition in own[other]]) for scene, others in ahead.items()
    }


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
        for counter in case.counters:
            changes = [verdict.effects.get(counter, 0) for _, verdict in found]
            falls[counter] += max(0, -min(changes, default=0))
            rises[counter] += max(0, max(changes, default=0))
    return {counter: (min(near) - 1 - rises[counter], max(near) + falls[counter]) for counter, near in edges.items()}


class _Explorer:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.found = Exploration()
        self.readings = _readings(case)
        self.answers = {scene: tuple(possible(scene, case.scenes[scene])) for scene in case.scenes}
        self.limits = _limits(case, self.answers)
        self.next: dict[Spot, list[tuple[int, Spot, str | None]]] = {}

    def run(self) -> Exploration:
        starts: dict[str, Spot] = {}
        for variant in self.case.variants:
            state = begin(self.case, Draw(variant.key, {}))
            starts[variant.key] = self._spot(state)
            self._spread(state)
        if not self.found.cut:
            order = self._order()
            self._judge(order)
            if not self.found.loops:
                self._measure(order, starts)
        return self.found

    def _spot(self, state: State) -> Spot:
        reading = self.readings[state.scene]
        counters = tuple(
            (counter, self._held(counter, state.counters[counter])) for counter in sorted(reading.counters)
        )
        return state.scene, counters, state.flags & reading.flags, frozenset(state.known) & reading.facts

    def _held(self, counter: str, value: int) -> int:
        low, high = self.limits[counter]
        return min(max(value, low), high)

    def _spread(self, first: State) -> None:
        waiting = [first]
        while waiting:
            state = waiting.pop()
            spot = self._spot(state)
            if spot in self.next:
                continue
            if len(self.next) >= LIMIT:
                self.found.cut = True
                return
            self.found.reached.add(state.scene)
            self.next[spot] = []
            for after, points, slot in self._moves(state):
                self.next[spot].append((points, self._spot(after), slot))
                waiting.append(after)

    def _moves(self, state: State) -> Iterator[tuple[State, int, str | None]]:
        scene = self.case.scenes[state.scene]
        ways = dict(links_of(self.case, state.scene))
        if isinstance(scene.decision, SCORED):
            slot = self.case.slot_of(state.scene)
            for _, verdict in self.answers[state.scene]:
                after = apply(verdict, state)
                yield from self._move(after, verdict.where, verdict.links, verdict.grade.points, slot)
        elif () in ways:
            yield from self._move(state, (), ways[()], 0, None)

    def _move(
        self, after: State, where: Where, links: Sequence[Link], points: int, slot: str | None
    ) -> Iterator[tuple[State, int, str | None]]:
        way = follow(links, after)
        if way is None:
            self.found.stuck.add((after.scene, where))
            return
        self.found.taken.add((after.scene, where, way))
        # The path is left out: no condition reads it, and it would make every state a new one.
        yield replace(after, scene=links[way].goto, visited=(), path=(), set_at={}), points, slot

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
        """The steps of the path to a scene that gives away least; None if this patient never comes there."""
        first = begin(self.case, Draw(variant))
        waiting, seen, count = [(0, 0, first)], set(), 0
        while waiting:
            cost, _, state = heapq.heappop(waiting)
            if state.scene == scene:
                return state.path
            if self._spot(state) in seen:
                continue
            seen.add(self._spot(state))
            for step, lost in self._steps(state):
                count += 1
                heapq.heappush(waiting, (cost + lost, count, advance(self.case, state, step)))
        return None

    def _steps(self, state: State) -> Iterator[tuple[Step, int]]:
        """The different steps that can be taken, each with what it gives away; a critical error more than all else."""
        found = self.answers[state.scene]
        for step, verdict in found:
            critical = full_marks(self.case) if verdict.grade is Grade.CRITICAL else 0
            yield step, Grade.OPTIMAL.points - verdict.grade.points + critical
        if not found and not state.ended:
            yield Step(state.scene), 0


def ways_to(case: Case, scene: str) -> dict[str, tuple[Step, ...]]:
    """The steps of the best path to a scene of a checked case, for each patient who can come there."""
    explorer = _Explorer(case)
    found = {variant.key: explorer.way_to(scene, variant.key) for variant in case.variants}
    return {variant: steps for variant, steps in found.items() if steps is not None}


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
