"""Protects one table of counts, so that nobody is recognised in it. Plain Python.

A count of 1 … k−1 is never shown (primary suppression). Nor may it follow from what stands beside it: further counts
are held back (secondary suppression) until, for all that the rest of the table tells,

- a small count could be as low as 1 and as high as k + 1;
- a count held back for another's sake could have at least k + 1 different values.

A reader knows that a suppressed cell is no zero, because zeros are shown; the check grants this, except where it asks
how low a suppressed total may be: that a total is not below the number of its cells shows in any table.

The check is exact. A table and its totals are the arcs of a flow: grand total → row totals → cells → column totals →
grand total, what enters a node leaves it. An arc that is shown is fixed. How far a suppressed count can rise is the
greatest flow that can run around it through other suppressed arcs; how far it can fall, the same the other way.

Limits: one table at a time. Tables share the grand total, which is always shown, and totals that the caller names in
``hidden``; what several tables, months or cumulative figures tell together is not examined here.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

TOTAL = "*"
Place = tuple[str, ...]  # a code for each dimension; TOTAL in the place of a dimension summed over


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown of a table. ``counts`` has None where a count is suppressed; a place that is not there is 0.

    ``withheld``: nothing of the table but its grand total may be shown, and ``counts`` is empty.
    """

    counts: Mapping[Place, int | None]
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class _Arc:
    place: Place
    tail: str
    head: str
    count: int
    k: int

    @property
    def small(self) -> bool:
        return 0 < self.count < self.k

    @property
    def total(self) -> bool:
        return TOTAL in self.place


def protect(
    cells: Mapping[Place, int],
    limit: Callable[[Place], int],
    overlapping: tuple[bool, ...],
    hidden: frozenset[Place] = frozenset(),
) -> Protected:
    """Protect a table of one or two dimensions.

    ``limit`` gives k for a place; ``overlapping`` says of each dimension whether its cells do not add up. ``hidden``
    are totals that other tables hold back, so that this one must too.
    """
    arcs = _arcs(_with_totals(cells, overlapping), limit, overlapping)
    suppressed = {arc for arc in arcs if arc.small or arc.place in hidden}
    waiting = deque(sorted(suppressed, key=_order))
    while waiting:
        arc = waiting[0]
        if _is_safe(arc, suppressed):
            waiting.popleft()  # what is safe stays safe: suppressing more only widens intervals
            continue
        further = min((one for one in arcs if one not in suppressed), key=_costs(arc), default=None)
        if further is None:
            return Protected({}, withheld=True)
        suppressed.add(further)
        waiting.append(further)
    _give_back(suppressed, hidden)
    return Protected({arc.place: None if arc in suppressed else arc.count for arc in arcs})


def _give_back(suppressed: set[_Arc], hidden: frozenset[Place]) -> None:
    """Show again what was held back without need, the largest first."""
    for arc in sorted(suppressed, key=_order, reverse=True):
        if not arc.small and arc.place not in hidden:
            suppressed.discard(arc)
            neighbours_first = sorted(suppressed, key=_costs(arc))  # they object soonest
            if not all(_is_safe(other, suppressed) for other in neighbours_first):
                suppressed.add(arc)


def _with_totals(cells: Mapping[Place, int], overlapping: tuple[bool, ...]) -> dict[Place, int]:
    """The cells above 0 and the sums over each dimension that adds up. The grand total is left out: always known."""
    counts = {place: count for place, count in cells.items() if count > 0}
    if len(overlapping) == 2:
        for axis in (0, 1):
            if not overlapping[axis]:
                for place, count in list(counts.items()):
                    if TOTAL not in place:
                        total = (TOTAL, place[1]) if axis == 0 else (place[0], TOTAL)
                        counts[total] = counts.get(total, 0) + count
    return counts


def _arcs(counts: Mapping[Place, int], limit: Callable[[Place], int], overlapping: tuple[bool, ...]) -> list[_Arc]:
    arcs = [_Arc(place, *_ends(place, overlapping), count, limit(place)) for place, count in counts.items()]
    return sorted(arcs, key=_order)


def _ends(place: Place, overlapping: tuple[bool, ...]) -> tuple[str, str]:
    """Where a count's arc begins and ends. Where no grand total binds, source and sink are one node."""
    source, sink = ("~", "~") if any(overlapping) else (">", "<")
    if len(place) == 1:
        return source, sink
    row = source if overlapping[1] else f"row {place[0]}"
    column = sink if overlapping[0] else f"column {place[1]}"
    if place[1] == TOTAL:
        return source, row
    if place[0] == TOTAL:
        return column, sink
    return row, column


def _order(arc: _Arc) -> tuple[int, Place]:
    return arc.count, arc.place


def _costs(unsafe: _Arc) -> Callable[[_Arc], tuple[bool, bool, int, Place]]:
    """What is lost by suppressing an arc for another's sake: first its neighbours, cells before totals, small first."""
    ends = {unsafe.tail, unsafe.head} - {"~"}

    def cost(arc: _Arc) -> tuple[bool, bool, int, Place]:
        return ends.isdisjoint({arc.tail, arc.head}), arc.total, arc.count, arc.place

    return cost


def _is_safe(arc: _Arc, suppressed: Iterable[_Arc]) -> bool:
    others = [other for other in suppressed if other is not arc]
    upwards = arc.k + 1 - arc.count if arc.small else arc.k
    downwards = arc.count - 1 if arc.small else min(arc.k, arc.count - 1)
    rise = _flow(others, arc.head, arc.tail, upwards, 1)
    fall = _flow(others, arc.tail, arc.head, downwards, 0 if arc.total else 1)
    return rise + fall >= (arc.k if not arc.small else upwards + downwards)


def _flow(arcs: Iterable[_Arc], start: str, end: str, wanted: int, least: int) -> int:
    """How much of ``wanted`` can run from start to end.

    It runs along an arc without limit, against it until the arc's count has fallen to ``least``.
    """
    if start == end:
        return wanted
    room: dict[str, dict[str, int]] = {}
    for arc in arcs:
        ahead, back = room.setdefault(arc.tail, {}), room.setdefault(arc.head, {})
        ahead[arc.head] = ahead.get(arc.head, 0) + wanted
        back[arc.tail] = back.get(arc.tail, 0) + arc.count - least
    found = 0
    while found < wanted and (path := _path(room, start, end)):
        amount = min(wanted - found, *(room[tail][head] for tail, head in path))
        for tail, head in path:
            room[tail][head] -= amount
            room[head][tail] = room[head].get(tail, 0) + amount
        found += amount
    return found


def _path(room: Mapping[str, Mapping[str, int]], start: str, end: str) -> list[tuple[str, str]]:
    """The steps of a shortest way with room; none when there is no way."""
    came: dict[str, str] = {start: start}
    queue = deque([start])
    while queue and end not in came:
        node = queue.popleft()
        for following, amount in room.get(node, {}).items():
            if amount > 0 and following not in came:
                came[following] = node
                queue.append(following)
    steps: list[tuple[str, str]] = []
    node = end
    while node in came and node != start:
        steps.append((came[node], node))
        node = came[node]
    return steps
