"""How low and how high unknown counts can be, given equations and inequalities over them: by linear programme (HiGHS).

HiGHS with NumPy takes a while to load: import this module, and what stands on it, where a month is released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

ROUNDS = 5  # attempts to settle many targets at once before each is asked for by itself
NEAR = 1e-6
PRIMAL, DANTZIG = 4, 0  # HiGHS's numbers for the primal simplex and for its simplest choice of the next step

Row = Mapping[int, float]  # a variable's number → its factor


@dataclass(slots=True)
class System:
    """Unknown counts 0 … size−1, none below 0: sums that are known, and weighted sums with an upper bound."""

    size: int = 0
    equal: dict[tuple[int, ...], int] = field(default_factory=dict)
    at_most: list[tuple[Row, float]] = field(default_factory=list)
    contradictory: bool = False

    def add(self, variables: tuple[int, ...], count: int) -> None:
        """A sum that is known."""
        self.contradictory = self.contradictory or self.equal.get(variables, count) != count
        self.equal[variables] = count


@dataclass(slots=True, eq=False)
class Target:
    """A sum that must stay uncertain, with the lowest and highest value found so far.

    Settled when it could be 1 or less, k−1 or more, and these lie k apart (DOMAIN.md §5, G2).
    """

    variables: tuple[int, ...]
    k: int
    least: float = np.inf
    most: float = -np.inf

    @property
    def low(self) -> bool:
        """Whether it was found low enough."""
        return self.least <= 1 + NEAR

    @property
    def high(self) -> bool:
        """Whether it was found high enough, and far enough from its lowest."""
        return self.most >= max(self.k - 1, self.least + self.k) - NEAR

    @property
    def settled(self) -> bool:
        """Whether what was found is enough."""
        return self.low and self.high

    def found(self, value: float) -> None:
        """Take note of a value that the target can have."""
        self.least, self.most = min(self.least, value), max(self.most, value)


def settle(system: System, targets: Sequence[Target]) -> bool:
    """Find for each target values low and high enough, or else its true bounds; False for a contradiction."""
    fixed = _fixed(system)
    if fixed is None:
        return False
    alike = _alike(system, fixed, targets)
    asked = [max(group, key=lambda target: target.k) for group in alike]
    if not _settled(_Solver(system, fixed, asked), asked):
        return False
    for one, group in zip(asked, alike, strict=True):
        for target in group:
            target.least, target.most = one.least, one.most
    return True


def _settled(solver: "_Solver", targets: Sequence[Target]) -> bool:
    if not solver.possible or not solver.push(targets, up=True):
        return False
    _push(solver, targets)
    for up in (False, True):
        for target in _left(targets, up=up):
            if not (target.high if up else target.low):  # what moves one may have moved the next
                solver.reach(target, up=up)
    for target in _left(targets, up=True):
        if target.least > NEAR:  # found low enough; lower still, it may lie far enough from its highest
            solver.reach(target, up=False)
    return True


def _push(solver: "_Solver", targets: Sequence[Target]) -> None:
    """Many at a time, as long as that gains any."""
    before = len(targets) * 2 + 1
    for turn in range(ROUNDS):
        for up in (False, True):
            if left := _left(targets, up=up):
                solver.push(left[:: -1 if turn % 2 else 1], up=up)
        after = len(_left(targets, up=False)) + len(_left(targets, up=True))
        if not after or (turn and after == before):  # once in either order without gain: ask for each
            break
        before = after


def _alike(system: System, fixed: Mapping[int, int], targets: Sequence[Target]) -> list[list[Target]]:
    """Targets in groups within which one answer holds for all.

    Unknowns that stand in the same rows with the same factors can change places in any solution; so can targets made
    of as many of each such kind.
    """
    standing: dict[int, list[tuple[int, float]]] = {}
    for number, variables in enumerate(system.equal):
        for variable in variables:
            standing.setdefault(variable, []).append((number, 1.0))
    for number, (weights, _bound) in enumerate(system.at_most, len(system.equal)):
        for variable, weight in weights.items():
            standing.setdefault(variable, []).append((number, weight))
    kinds: dict[tuple[tuple[int, float], ...], int] = {}
    kind = {v: kinds.setdefault(tuple(rows), len(kinds)) for v, rows in standing.items() if v not in fixed}
    groups: dict[tuple[int, tuple[int, ...]], list[Target]] = {}
    for target in targets:
        constant = sum(fixed.get(v, 0) for v in target.variables)
        free = sorted(kind.get(v, -1) for v in target.variables if v not in fixed)
        groups.setdefault((constant, tuple(free)), []).append(target)
    return list(groups.values())


def _left(targets: Sequence[Target], *, up: bool) -> list[Target]:
    """Those not yet found high enough, or low enough."""
    return [target for target in targets if not (target.high if up else target.low)]


def _fixed(system: System) -> dict[int, int] | None:
    """What follows by itself: the parts of a sum of 0, and the last unknown of a sum. None for a contradiction."""
    fixed: dict[int, int] = {}
    waiting = dict(system.equal)
    while not system.contradictory:
        known = len(fixed)
        left = {}
        for variables, count in waiting.items():
            free = tuple(variable for variable in variables if variable not in fixed)
            rest = count - sum(fixed[variable] for variable in variables if variable in fixed)
            if rest < 0 or (rest and not free):
                return None
            if len(free) == 1 or rest == 0:
                fixed.update(dict.fromkeys(free, rest))
            else:
                left[free] = rest
        if len(fixed) == known:
            return fixed
        waiting = left
    return None


class _Solver:
    """The programme over what is still unknown, passed to HiGHS once: from question to question only costs change.

    Beside the unknowns there is a helper for each target: at most the target, and at most one above its limit. Made
    large, the helpers raise many targets at once.
    """

    def __init__(self, system: System, fixed: Mapping[int, int], targets: Sequence[Target]) -> None:
        free = [variable for variable in range(system.size) if variable not in fixed]
        column = {variable: place for place, variable in enumerate(free)}
        self.size = len(free)
        self.possible = True
        rows: list[tuple[Row, float, float]] = []
        for variables, count in system.equal.items():
            rest = float(count - sum(fixed.get(v, 0) for v in variables))
            rows.append(({column[v]: 1.0 for v in variables if v in column}, rest, rest))
        for weights, bound in system.at_most:
            rest = bound - sum(weight * fixed[v] for v, weight in weights.items() if v in fixed)
            left = {column[v]: weight for v, weight in weights.items() if v in column}
            self.possible = self.possible and (bool(left) or rest > -NEAR)
            rows.append((left, -highspy.kHighsInf, rest))
        self.asked: dict[Target, tuple[int, list[int]]] = {}
        self.constants: list[int] = []
        for target in targets:
            constant = sum(fixed.get(v, 0) for v in target.variables)
            if columns := [column[v] for v in target.variables if v in column]:
                helper = self.size + len(self.asked)
                self.asked[target] = helper, columns
                self.constants.append(constant)
                rows.append(({**dict.fromkeys(columns, -1.0), helper: 1.0}, -highspy.kHighsInf, constant))
            else:
                target.found(constant)
        self.model = self._passed([row for row in rows if row[0]]) if free else None
        self.cells = np.array([place for _helper, columns in self.asked.values() for place in columns], dtype=np.int32)
        lengths = [len(columns) for _helper, columns in self.asked.values()]
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32) if lengths else None

    def _passed(self, rows: Sequence[tuple[Row, float, float]]) -> highspy.Highs:
        programme = highspy.HighsLp()
        width = self.size + len(self.asked)
        programme.num_col_, programme.num_row_ = width, len(rows)
        programme.col_cost_ = np.zeros(width)
        programme.col_lower_ = np.zeros(width)
        limits = [target.k + 1.0 for target in self.asked]
        programme.col_upper_ = np.concatenate([np.full(self.size, highspy.kHighsInf), limits])
        programme.row_lower_ = np.array([low for _row, low, _high in rows], dtype=float)
        programme.row_upper_ = np.array([high for _row, _low, high in rows], dtype=float)
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.concatenate([[0], np.cumsum([len(row) for row, _low, _high in rows])]).astype(np.int32)
        matrix.index_ = np.array([place for row, _low, _high in rows for place in row], dtype=np.int32)
        matrix.value_ = np.array([weight for row, _low, _high in rows for weight in row.values()], dtype=float)
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        model.setOptionValue("threads", 1)
        # Where costs alone change, the last solution still holds: the primal simplex goes on from it.
        model.setOptionValue("presolve", "off")
        model.setOptionValue("simplex_strategy", PRIMAL)
        model.setOptionValue("simplex_primal_edge_weight_strategy", DANTZIG)
        model.passModel(programme)
        return model

    def push(self, targets: Sequence[Target], *, up: bool) -> bool:
        """Move as many targets as will go at once: down, the first above all; or up to one above their limit."""
        cost = np.zeros(self.size + len(self.asked))
        for place, target in enumerate(targets):
            if target in self.asked:
                helper, columns = self.asked[target]
                if up:
                    cost[helper] = -1.0
                else:
                    cost[columns] += len(targets) - place
        return self._solve(cost)

    def reach(self, target: Target, *, up: bool) -> None:
        """Move one target as far as it goes."""
        if target in self.asked:
            cost = np.zeros(self.size + len(self.asked))
            cost[self.asked[target][1]] = -1.0 if up else 1.0
            if not self._solve(cost) and up:
                target.most = np.inf  # without bound

    def _solve(self, cost: Any) -> bool:
        if self.model is None:
            return True
        self.model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        if self.starts is not None:
            values = np.add.reduceat(np.array(self.model.getSolution().col_value)[self.cells], self.starts)
            for target, value, constant in zip(self.asked, values.tolist(), self.constants, strict=True):
                target.found(value + constant)
        return True
