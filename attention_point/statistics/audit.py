"""The audit that a month must pass before it is released: what an adversary could work out from all that is shown.

It knows nothing of how the month was protected. It takes every published figure as an equation over the finest cells
(people by need, sex and age; referrals by entity, service and state; …), adds what everybody knows (nobody stands in a
need who is not among the people; everybody has a need), and asks a linear programme how low and how high each count
that is held back, and each small count inside a merged cell, could be (DOMAIN.md §5, G1, G2, G5).

SciPy, which brings the solver (HiGHS), takes a while to load: import this module where a month is released, not before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from attention_point.statistics.disclosure import MERGED, TOTAL, Place
from attention_point.tallies.rules import BY_ID, KEPT, SENSITIVE, Indicator, limit

Published = Mapping[str, Mapping[Place, int | None]]
Cells = Mapping[str, Mapping[Place, int]]
Variable = tuple[str, Place]
ROUNDS = 12  # attempts to settle many targets at once before each is asked for by itself
NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong: the guarantee that is broken, the table, the place, and between what the count must lie."""

    rule: str
    table: str
    place: Place
    least: float | None = None
    most: float | None = None


@dataclass(slots=True)
class _Target:
    """A count that must stay uncertain, with the lowest and highest value found so far that agree with all shown."""

    table: str
    place: Place
    variables: tuple[int, ...]
    k: int
    least: float = np.inf
    most: float = -np.inf

    @property
    def settled(self) -> bool:
        return self.least <= 1 + NEAR and self.most >= self.k - 1 - NEAR and self.most - self.least >= self.k - NEAR


@dataclass(slots=True)
class _System:
    """Equations and inequalities over the finest cells, as sparse rows; ``standing``: which cells have a code."""

    number: dict[Variable, int] = field(default_factory=dict)
    standing: dict[tuple[str, int, str], set[int]] = field(default_factory=dict)
    equal: list[tuple[Sequence[int], float]] = field(default_factory=list)
    at_most: list[tuple[Mapping[int, float], float]] = field(default_factory=list)


def audit(published: Published, totals: Mapping[str, int | None], truth: Cells | None = None) -> list[Breach]:
    """What is wrong with a month's figures; nothing when it may be released.

    ``truth``: the counts themselves, so that small ones inside merged cells are examined too.
    """
    breaches = [*_small(published), *_telling(published)]
    system = _System()
    codes = _codes(published, truth)
    for one in KEPT:
        for place in codes.get(one.id, ()):
            number = system.number[one.id, place] = len(system.number)
            for axis, code in enumerate(place):
                system.standing.setdefault((one.id, axis, code), set()).add(number)
    _equations(system, published, totals, codes)
    for link in (_within, _covering, _followed, _answered):
        link(system, codes, totals, published)
    targets = _targets(system, published, codes, truth)
    if not _settle(system, targets):
        # Somebody's particulars changed within the month, so that what everybody knows does not quite hold.
        system.at_most.clear()
        if not _settle(system, targets):
            return [*breaches, Breach("consistency", "", ())]
    return breaches + [Breach("G2", t.table, t.place, t.least, t.most) for t in targets if not t.settled]


def _limit(table: Indicator, place: Place) -> int:
    """The strictest limit among a place's codes."""
    return max(limit(table, tuple(code.split(MERGED))) for code in place)


def _small(published: Published) -> Iterator[Breach]:
    for table, cells in published.items():
        for place, count in cells.items():
            if count is not None and 0 < count < _limit(BY_ID[table], place):
                yield Breach("G1", table, place)


def _telling(published: Published) -> Iterator[Breach]:
    """A group of which all stand in what is sensitive (G5)."""
    for table, cells in published.items():
        for axis, dimension in enumerate(BY_ID[table].dimensions):
            sensitive = SENSITIVE.get(dimension, frozenset())
            for place, count in cells.items():
                told = place[axis] != TOTAL and sensitive.issuperset(place[axis].split(MERGED))
                if count and told and _group(published, table, place, axis) == count:
                    yield Breach("G5", table, place)


def _group(published: Published, table: str, place: Place, axis: int) -> int | None:
    """How many people there are where a place stands, whatever the sensitive code."""
    whole = (*place[:axis], TOTAL, *place[axis + 1 :])
    if whole in published[table]:
        return published[table][whole]
    one = BY_ID[table]
    rest = tuple(dimension for dimension in one.dimensions if dimension != one.dimensions[axis])
    codes = tuple(code for at, code in enumerate(place) if at != axis)
    for other, cells in published.items():
        if BY_ID[other].counts == one.counts and BY_ID[other].dimensions == rest:
            return cells.get(codes)
    return None


def _codes(published: Published, truth: Cells | None) -> dict[str, list[Place]]:
    """The finest cells of each kept table: every combination of codes that can be read anywhere."""
    found: dict[str, list[Place]] = {}
    for one in KEPT:
        family = [table for table in published if table == one.id or BY_ID[table].source == one.id]
        known: list[set[str]] = [set() for _dimension in one.dimensions]
        pairs: set[tuple[str, str]] = set()
        for table in family:
            for place in published[table]:
                for dimension, code in zip(BY_ID[table].dimensions, place, strict=True):
                    known[one.dimensions.index(dimension)].update(code.split(MERGED))
                if one.nested and BY_ID[table].dimensions[:2] == one.dimensions[:2] and TOTAL not in place[:2]:
                    pairs.update(product(place[0].split(MERGED), place[1].split(MERGED)))
        for place in (truth or {}).get(one.id, {}) if family else ():
            for axis, code in enumerate(place):
                known[axis].add(code)
            pairs.add((place[0], place[-1] if len(place) < 2 else place[1]))
        axes = [sorted(codes - {TOTAL}) for codes in known]
        if all(axes):
            found[one.id] = [place for place in product(*axes) if not one.nested or place[:2] in pairs]
    return found


def _matching(system: _System, codes: Mapping[str, list[Place]], table: str, place: Place) -> tuple[int, ...]:
    """The finest cells that a published place sums up."""
    one = BY_ID[table]
    kept = one.source or one.id
    chosen: set[int] | None = None
    for dimension, code in zip(one.dimensions, place, strict=True):
        if code != TOTAL:
            axis = BY_ID[kept].dimensions.index(dimension)
            here = set[int]().union(*(system.standing.get((kept, axis, each), ()) for each in code.split(MERGED)))
            chosen = here if chosen is None else chosen & here
    if chosen is None:
        chosen = {system.number[kept, fine] for fine in codes.get(kept, ())}
    return tuple(sorted(chosen))


def _equations(
    system: _System, published: Published, totals: Mapping[str, int | None], codes: Mapping[str, list[Place]]
) -> None:
    for table, cells in published.items():
        for place, count in cells.items():
            if count is not None:
                system.equal.append((_matching(system, codes, table, place), count))
    for one in KEPT:
        total = totals.get(one.counts)
        if not one.overlapping and total is not None and one.id in codes:
            system.equal.append((_matching(system, codes, one.id, (TOTAL,) * len(one.dimensions)), total))


def _people(system: _System, codes: Mapping[str, list[Place]], one: Indicator) -> Iterator[tuple[list[int], list[int]]]:
    """For each group of people in an overlapping table: its cells over the overlapping codes, and the group itself."""
    rest = one.dimensions[1:]
    whole = next((t for t in KEPT if t.counts == one.counts and rest and set(rest) <= set(t.dimensions)
                  and not t.overlapping and t.id in codes), None)  # fmt: skip
    groups: dict[Place, list[int]] = {}
    for place in codes.get(one.id, ()):
        groups.setdefault(place[1:], []).append(system.number[one.id, place])
    for group, cells in groups.items():
        if not rest:
            yield cells, []
        elif whole:
            wanted = [(whole.dimensions.index(dimension), code) for dimension, code in zip(rest, group, strict=True)]
            yield (
                cells,
                [system.number[whole.id, fine] for fine in codes[whole.id] if all(fine[a] == c for a, c in wanted)],
            )


Links = tuple[_System, Mapping[str, list[Place]], Mapping[str, int | None], Published]


def _within(system: _System, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], _p: Published) -> None:
    """Nobody stands in a cell who is not among the people."""
    for one in KEPT:
        for cells, people in _people(system, codes, one) if one.overlapping else ():
            total = totals.get(one.counts)
            for cell in cells:
                if people:
                    system.at_most.append(({cell: 1, **dict.fromkeys(people, -1)}, 0))
                elif total is not None:
                    system.at_most.append(({cell: 1}, total))


def _covering(
    system: _System, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], published: Published
) -> None:
    """Everybody stands in one cell at least; to be reckoned with only where every code can be read."""
    for one in KEPT:
        if not one.covering or not any(t in published for t in _heads(one)):
            continue
        for cells, people in _people(system, codes, one):
            total = totals.get(one.counts)
            if people:
                system.at_most.append(({**dict.fromkeys(cells, -1), **dict.fromkeys(people, 1)}, 0))
            elif total is not None:
                system.at_most.append((dict.fromkeys(cells, -1), -total))


def _heads(one: Indicator) -> list[str]:
    return [t.id for t in BY_ID.values() if one.id in {t.id, t.source} and t.dimensions == one.overlapping]


def _followed(
    system: _System, codes: Mapping[str, list[Place]], _totals: Mapping[str, int | None], _p: Published
) -> None:
    """Nobody is counted as a person on a day or at an hour without an attention."""
    for dimension in ("day", "hour"):
        people, attentions = f"people-by-{dimension}", f"attentions-by-{dimension}"
        if attentions in codes:
            for place in codes.get(people, ()):
                if (attentions, place) in system.number:
                    pair = {system.number[people, place]: 1.0, system.number[attentions, place]: -1.0}
                    system.at_most.append((pair, 0))


UNANSWERED = ("created", "seen")
PERHAPS = ("withdrawn", "expired", "closed")


def _answered(
    system: _System, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], _p: Published
) -> None:
    """What waits has no answer; what was accepted, rejected, attended or missed has one."""
    referrals, answers = totals.get("referrals"), totals.get("answers")
    table = "referrals-by-service-and-state"
    if referrals is None or answers is None or table not in codes:
        return
    waiting = [system.number[table, place] for place in codes[table] if place[-1] in UNANSWERED]
    perhaps = [system.number[table, place] for place in codes[table] if place[-1] in (*UNANSWERED, *PERHAPS)]
    system.at_most.append((dict.fromkeys(waiting, 1.0), referrals - answers))
    system.at_most.append((dict.fromkeys(perhaps, -1.0), answers - referrals))


def _targets(
    system: _System, published: Published, codes: Mapping[str, list[Place]], truth: Cells | None
) -> list[_Target]:
    found: dict[tuple[int, ...], _Target] = {}

    def add(table: str, place: Place) -> None:
        variables = _matching(system, codes, table, place)
        target = _Target(table, place, variables, _limit(BY_ID[table], place))
        if variables not in found or found[variables].k < target.k:
            found[variables] = target

    for table, cells in published.items():
        for place, count in cells.items():
            if count is None:
                add(table, place)
    for one in KEPT:
        for place, count in (truth or {}).get(one.id, {}).items() if one.id in codes else ():
            if 0 < count < _limit(one, place):
                add(one.id, place)
    return list(found.values())


def _settle(system: _System, targets: list[_Target]) -> bool:
    """Find for each target values low and high; False when the figures contradict one another."""
    solver = _Solver(system, targets)
    for turn in range(ROUNDS):
        open_ = [target for target in targets if not target.settled]
        if not open_ and turn:
            return True
        if not solver.push(open_, up=bool(turn % 2)):
            return False
    for target in targets:
        for up in (False, True):
            if not target.settled:
                solver.reach(target, up=up)
    return True


class _Solver:
    """The programme, its matrices made once."""

    def __init__(self, system: _System, targets: list[_Target]) -> None:
        self.size = len(system.number)
        self.targets = targets
        rows = [dict.fromkeys(variables, 1.0) for variables, _count in system.equal]
        self.equal = _matrix(rows, self.size)
        self.counts = np.array([count for _variables, count in system.equal], dtype=float)
        self.most = _matrix([row for row, _bound in system.at_most], self.size)
        self.bounds = np.array([bound for _row, bound in system.at_most], dtype=float)

    def push(self, targets: Sequence[_Target], *, up: bool) -> bool:
        """Move as many targets as will go at once: each to 0, or to one above its limit."""
        count = len(targets)
        sign = 1.0 if up else -1.0
        # For each a helper: up, at most the target and k + 1, to be made large; down, at least the target, made small.
        rows = [{**dict.fromkeys(t.variables, -sign), self.size + at: sign} for at, t in enumerate(targets)]
        helpers = _matrix(rows, self.size + count)
        cost = np.concatenate([np.zeros(self.size), np.full(count, -sign)])
        bounds: list[tuple[float, float | None]] = [(0.0, None)] * self.size
        bounds += [(0.0, t.k + 1.0) if up else (0.0, None) for t in targets]
        return self._solve(cost, bounds, helpers)

    def reach(self, target: _Target, *, up: bool) -> None:
        """Move one target as far as it goes."""
        cost = np.zeros(self.size)
        cost[list(target.variables)] = -1.0 if up else 1.0
        if up and not self._solve(cost, [(0.0, None)] * self.size, None):
            target.most = np.inf  # without bound
        elif not up:
            self._solve(cost, [(0.0, None)] * self.size, None)

    def _solve(self, cost: Any, bounds: Sequence[tuple[float, float | None]], helpers: Any) -> bool:
        width = len(cost)
        equal, most, limits = self.equal, self.most, self.bounds
        if width > self.size:
            equal, most = _widened(equal, width), _widened(most, width)
        if helpers is not None and helpers.shape[0]:
            most = _stacked(most, helpers)
            limits = np.concatenate([limits, np.zeros(helpers.shape[0])])
        found = linprog(
            cost,
            A_ub=most if most.shape[0] else None,
            b_ub=limits if most.shape[0] else None,
            A_eq=equal if equal.shape[0] else None,
            b_eq=self.counts if equal.shape[0] else None,
            bounds=bounds,
            method="highs",
        )
        if found.x is None:
            return False
        for target in self.targets:
            value = float(found.x[list(target.variables)].sum())
            target.least, target.most = min(target.least, value), max(target.most, value)
        return True


def _matrix(rows: Iterable[Mapping[int, float]], width: int) -> Any:
    rows = list(rows)
    at = [(number, column, value) for number, row in enumerate(rows) for column, value in row.items()]
    data, lines, columns = [one[2] for one in at], [one[0] for one in at], [one[1] for one in at]
    return coo_array((data, (lines, columns)), shape=(len(rows), width))


def _widened(matrix: Any, width: int) -> Any:
    return coo_array((matrix.data, (matrix.row, matrix.col)), shape=(matrix.shape[0], width))


def _stacked(upper: Any, lower: Any) -> Any:
    rows = np.concatenate([upper.row, lower.row + upper.shape[0]])
    columns = np.concatenate([upper.col, lower.col])
    shape = (upper.shape[0] + lower.shape[0], lower.shape[1])
    return coo_array((np.concatenate([upper.data, lower.data]), (rows, columns)), shape=shape)
