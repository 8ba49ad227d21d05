"""Lays out a graph in layers from the top down: the same graph always in the same places. Knows nothing of cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import fmean

Edge = tuple[str, str]
Point = tuple[float, float]
# A node of a layer: the key of a box, or a stretch of a line that passes through the layer.
Node = str | tuple[str, str, int]

SIDE_GAP, ROW_GAP, MARGIN = 24.0, 48.0, 12.0
BEND = 20.0
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands: its upper left corner and its size."""

    key: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from the foot of one box to the head of another, bent at some points."""

    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


def lay_out(sizes: Mapping[str, tuple[float, float]], edges: Sequence[Edge]) -> Layout:
    """Place boxes of these sizes; an edge against the order of `sizes` is drawn beside the rest, as a way back."""
    keys = list(sizes)
    place = {key: at for at, key in enumerate(keys)}
    forward = [edge for edge in dict.fromkeys(edges) if place[edge[0]] < place[edge[1]]]
    back = [edge for edge in dict.fromkeys(edges) if place[edge[0]] >= place[edge[1]]]
    rank = _ranks(keys, forward)
    rows, links = _rows(keys, forward, rank)
    rows = _untangle(rows, links)
    middle = _columns(rows, links, sizes)
    return _draw(rows, middle, sizes, forward, back)


def _ranks(keys: Sequence[str], forward: Sequence[Edge]) -> dict[str, int]:
    """The row of each box: below everything that leads to it."""
    rank = dict.fromkeys(keys, 0)
    for key in keys:
        for source, target in forward:
            if source == key:
                rank[target] = max(rank[target], rank[key] + 1)
    return rank


def _rows(
    keys: Sequence[str], forward: Sequence[Edge], rank: Mapping[str, int]
) -> tuple[list[list[Node]], list[tuple[Node, Node]]]:
    """The nodes of each row, and the links between neighbouring rows; a long edge becomes a chain of stretches."""
    rows: list[list[Node]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for key in keys:
        rows[rank[key]].append(key)
    links: list[tuple[Node, Node]] = []
    for source, target in forward:
        chain = _chain(source, target, rank)
        for number, node in enumerate(chain[1:-1], start=rank[source] + 1):
            rows[number].append(node)
        links += pairwise(chain)
    return rows, links


def _chain(source: str, target: str, rank: Mapping[str, int]) -> list[Node]:
    return [source, *((source, target, row) for row in range(rank[source] + 1, rank[target])), target]


# --- The order within each row ---


def _untangle(rows: list[list[Node]], links: Sequence[tuple[Node, Node]]) -> list[list[Node]]:
    """Sweep down and up, putting each node near the middle of its neighbours; keep the order with fewest crossings."""
    above, below = _neighbours(links)
    best, fewest = rows, _crossings(rows, below)
    for sweep in range(SWEEPS):
        near = above if sweep % 2 == 0 else below
        rows = [list(row) for row in rows]
        ordered = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for number in ordered:
            other = rows[number - 1 if sweep % 2 == 0 else number + 1]
            rows[number] = _sorted(rows[number], other, near)
        count = _crossings(rows, below)
        if count < fewest:
            best, fewest = rows, count
    return best


def _neighbours(links: Sequence[tuple[Node, Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for upper, lower in links:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _sorted(row: Sequence[Node], other: Sequence[Node], near: Mapping[Node, Sequence[Node]]) -> list[Node]:
    at = {node: number for number, node in enumerate(other)}
    own = {node: number for number, node in enumerate(row)}

    def wanted(node: Node) -> tuple[float, int]:
        found = [at[neighbour] for neighbour in near.get(node, ())]
        return (fmean(found) if found else float(own[node]), own[node])

    return sorted(row, key=wanted)


def _crossings(rows: Sequence[Sequence[Node]], below: Mapping[Node, Sequence[Node]]) -> int:
    """How many links between neighbouring rows cross."""
    count = 0
    for upper, lower in pairwise(rows):
        at = {node: number for number, node in enumerate(lower)}
        ends = [(number, at[target]) for number, node in enumerate(upper) for target in below.get(node, ())]
        count += sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in combinations(ends, 2))
    return count


# --- Where in its row each node stands ---


def _columns(
    rows: Sequence[Sequence[Node]], links: Sequence[tuple[Node, Node]], sizes: Mapping[str, tuple[float, float]]
) -> dict[Node, float]:
    """The middle of each node: as near as possible to the middle of its neighbours, without overlap."""
    above, below = _neighbours(links)
    middle: dict[Node, float] = {}
    for row in rows:
        middle |= _spread(row, [0.0] * len(row), sizes)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted = []
            for node in row:
                near = (above if down else below).get(node, ())
                wanted.append(fmean(middle[other] for other in near) if near else middle[node])
            middle |= _spread(row, wanted, sizes)
    for row in rows:
        both = [[middle[other] for other in (*above.get(node, ()), *below.get(node, ()))] for node in row]
        wanted = [fmean(near) if near else middle[node] for near, node in zip(both, row, strict=True)]
        middle |= _spread(row, wanted, sizes)
    return middle


def _width(node: Node, sizes: Mapping[str, tuple[float, float]]) -> float:
    return sizes[node][0] if isinstance(node, str) else BEND


def _spread(
    row: Sequence[Node], wanted: Sequence[float], sizes: Mapping[str, tuple[float, float]]
) -> dict[Node, float]:
    """The places nearest to those wanted that keep the order and the gaps: neighbours in each other's way share."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (_width(left, sizes) + _width(right, sizes)) / 2 + SIDE_GAP)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] >= mean:
            before, many = blocks.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        blocks.append((mean, count))
    found = [mean for mean, count in blocks for _ in range(count)]
    return {node: value + offset for node, value, offset in zip(row, found, offsets, strict=False)}


# --- The drawing ---


def _draw(
    rows: Sequence[Sequence[Node]],
    middle: Mapping[Node, float],
    sizes: Mapping[str, tuple[float, float]],
    forward: Sequence[Edge],
    back: Sequence[Edge],
) -> Layout:
    heights = [max((sizes[node][1] for node in row if isinstance(node, str)), default=0.0) for row in rows]
    tops = [MARGIN + sum(heights[:number]) + ROW_GAP * number for number in range(len(rows))]
    left = min((middle[node] - _width(node, sizes) / 2 for row in rows for node in row), default=0.0) - MARGIN
    boxes = {
        node: Box(node, round(middle[node] - left - sizes[node][0] / 2, 1), round(top, 1), *sizes[node])
        for row, top in zip(rows, tops, strict=True)
        for node in row
        if isinstance(node, str)
    }
    bends: dict[Node, list[Point]] = {
        node: [(middle[node] - left, top), (middle[node] - left, top + height)]
        for row, top, height in zip(rows, tops, heights, strict=True)
        for node in row
        if not isinstance(node, str)
    }
    right = max((middle[node] - left + _width(node, sizes) / 2 for row in rows for node in row), default=0.0)
    wires = [*_wires(boxes, bends, forward), *_ways_back(boxes, back, right)]
    foot = (tops[-1] + heights[-1] if rows else 0.0) + MARGIN
    return Layout(round(right + MARGIN + 2 * BEND * len(back), 1), round(foot, 1), tuple(boxes.values()), tuple(wires))


def _wires(boxes: Mapping[str, Box], bends: Mapping[Node, Sequence[Point]], forward: Sequence[Edge]) -> Iterator[Wire]:
    """The lines; those that share a box leave and reach it side by side, in the order of where they come from."""
    rank = {key: number for number, key in enumerate(boxes)}
    through: dict[Edge, list[Point]] = {edge: [] for edge in forward}
    for node, points in bends.items():
        if not isinstance(node, str):
            through[node[0], node[1]] += points
    for edge in forward:
        source, target = boxes[edge[0]], boxes[edge[1]]
        starts = sorted(
            (other for other in forward if other[0] == edge[0]),
            key=lambda other: (_next_x(through[other], boxes[other[1]]), rank[other[1]]),
        )
        ends = sorted(
            (other for other in forward if other[1] == edge[1]),
            key=lambda other: (_last_x(through[other], boxes[other[0]]), rank[other[0]]),
        )
        first = (_port(source, starts.index(edge), len(starts)), source.y + source.height)
        last = (_port(target, ends.index(edge), len(ends)), target.y)
        points = (first, *through[edge], last)
        yield Wire(*edge, tuple((round(x, 1), round(y, 1)) for x, y in points))


def _next_x(points: Sequence[Point], target: Box) -> float:
    return points[0][0] if points else target.x + target.width / 2


def _last_x(points: Sequence[Point], source: Box) -> float:
    return points[-1][0] if points else source.x + source.width / 2


def _port(box: Box, number: int, count: int) -> float:
    """Where along its edge a box is left or reached by one of several lines."""
    step = min(36.0, 0.7 * box.width / max(count, 1))
    return box.x + box.width / 2 + (number - (count - 1) / 2) * step


def _ways_back(boxes: Mapping[str, Box], back: Sequence[Edge], right: float) -> Iterator[Wire]:
    """Lines up again, each on a track of its own to the right of everything."""
    for number, edge in enumerate(back, start=1):
        source, target = boxes[edge[0]], boxes[edge[1]]
        track = right + 2 * BEND * number
        leave = (source.x + source.width, source.y + source.height / 2)
        reach = (target.x + target.width, target.y + target.height / 2)
        points = (leave, (track, leave[1]), (track, reach[1]), reach)
        yield Wire(*edge, tuple((round(x, 1), round(y, 1)) for x, y in points))
