"""Finds how low and how high unknown counts can be, given equations and inequalities over them, with HiGHS.

HiGHS and NumPy take a third of a second to load. Import this module, and what depends on it, only where a month is
released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

JOINT_ROUNDS = 5  # attempts to settle many targets at once before each is asked for by itself
TOLERANCE = 1e-6
PRIMAL_SIMPLEX, DANTZIG_PRICING = (
    4,
    0,
)  # HiGHS's numbers for the primal simplex and for its simplest choice of the next step

WeightedSum = Mapping[int, float]  # a variable's number → its factor


@dataclass(slots=True)
class EquationSystem:
    """Unknown counts with the numbers 0 to ``variable_count`` − 1, none below 0.

    ``equations`` maps variables to their known sum. Each of the ``inequalities`` is a weighted sum and its upper bound.
    """

    variable_count: int = 0
    equations: dict[tuple[int, ...], int] = field(default_factory=dict)
    inequalities: list[tuple[WeightedSum, float]] = field(default_factory=list)
    is_contradictory: bool = False

    def add_equation(self, variables: tuple[int, ...], count: int) -> None:
        """Add a sum that is known. Two different counts for the same variables make the system contradictory."""
        self.is_contradictory = self.is_contradictory or self.equations.get(variables, count) != count
        self.equations[variables] = count


@dataclass(slots=True, eq=False)
class Target:
    """A sum of variables that must stay uncertain, with the lowest and highest value found so far.

    It is settled when it could be at most 1, could be at least k−1, and these values lie k apart (decision 11, G2).
    """

    variables: tuple[int, ...]
    k: int
    lowest: float = np.inf
    highest: float = -np.inf

    @property
    def is_low_enough(self) -> bool:
        """Whether a value was found that is low enough."""
        return self.lowest <= 1 + TOLERANCE

    @property
    def is_high_enough(self) -> bool:
        """Whether a value was found that is high enough and far enough from the lowest one."""
        return self.highest >= max(self.k - 1, self.lowest + self.k) - TOLERANCE

    @property
    def is_settled(self) -> bool:
        """Whether the values found are enough."""
        return self.is_low_enough and self.is_high_enough

    def record_value(self, value: float) -> None:
        """Record a value that the target can have."""
        self.lowest, self.highest = min(self.lowest, value), max(self.highest, value)


def bound_targets(system: EquationSystem, targets: Sequence[Target]) -> bool:
    """Find values of each target that are low and high enough, or else its true bounds.

    Return False when the system contradicts itself.
    """
    fixed_values = _solve_simple_equations(system)
    if fixed_values is None:
        return False
    equivalent_targets = _group_equivalent_targets(system, fixed_values, targets)
    # The strictest target of a group answers for all of them: a month asks some ten questions instead of hundreds.
    representatives = [max(group, key=lambda target: target.k) for group in equivalent_targets]
    if not _bound_representatives(_LinearSolver(system, fixed_values, representatives), representatives):
        return False
    for representative, group in zip(representatives, equivalent_targets, strict=True):
        for target in group:
            target.lowest, target.highest = representative.lowest, representative.highest
    return True


def _bound_representatives(solver: "_LinearSolver", targets: Sequence[Target]) -> bool:
    if not solver.is_feasible or not solver.push_targets(targets, up=True):
        return False
    # One solution often settles many targets at once. Only what is left is asked for one by one.
    _push_targets_together(solver, targets)
    for up in (False, True):
        for target in _select_open_targets(targets, up=up):
            if not (target.is_high_enough if up else target.is_low_enough):  # what moves one may have moved the next
                solver.push_target_to_bound(target, up=up)
    for target in _select_open_targets(targets, up=True):
        if target.lowest > TOLERANCE:  # found low enough; lower still, it may lie far enough from its highest
            solver.push_target_to_bound(target, up=False)
    return True


def _push_targets_together(solver: "_LinearSolver", targets: Sequence[Target]) -> None:
    """Push many targets at a time, as long as that settles more of them."""
    open_before = len(targets) * 2 + 1
    for round_number in range(JOINT_ROUNDS):
        for up in (False, True):
            if open_targets := _select_open_targets(targets, up=up):
                # Downwards the first target is pushed hardest: the reversed order gives the others a chance.
                solver.push_targets(open_targets[:: -1 if round_number % 2 else 1], up=up)
        open_after = len(_select_open_targets(targets, up=False)) + len(_select_open_targets(targets, up=True))
        if not open_after or (
            round_number and open_after == open_before
        ):  # once in either order without gain: ask for each
            break
        open_before = open_after


def _group_equivalent_targets(
    system: EquationSystem, fixed_values: Mapping[int, int], targets: Sequence[Target]
) -> list[list[Target]]:
    """Group targets for which one answer holds.

    Variables that stand in the same rows with the same factors can change places in any solution. So can targets that
    consist of as many variables of each such kind.
    """
    rows_by_variable: dict[int, list[tuple[int, float]]] = {}
    for number, variables in enumerate(system.equations):
        for variable in variables:
            rows_by_variable.setdefault(variable, []).append((number, 1.0))
    for number, (weights, _bound) in enumerate(system.inequalities, len(system.equations)):
        for variable, weight in weights.items():
            rows_by_variable.setdefault(variable, []).append((number, weight))
    kind_numbers: dict[tuple[tuple[int, float], ...], int] = {}
    kind_by_variable = {
        v: kind_numbers.setdefault(tuple(rows), len(kind_numbers))
        for v, rows in rows_by_variable.items()
        if v not in fixed_values
    }
    groups: dict[tuple[int, tuple[int, ...]], list[Target]] = {}
    for target in targets:
        constant = sum(fixed_values.get(v, 0) for v in target.variables)
        free_kinds = sorted(kind_by_variable.get(v, -1) for v in target.variables if v not in fixed_values)
        groups.setdefault((constant, tuple(free_kinds)), []).append(target)
    return list(groups.values())


def _select_open_targets(targets: Sequence[Target], *, up: bool) -> list[Target]:
    return [target for target in targets if not (target.is_high_enough if up else target.is_low_enough)]


def _solve_simple_equations(system: EquationSystem) -> dict[int, int] | None:
    """Return the values that follow directly: the parts of a sum of 0, and the last unknown of a sum.

    Return None for a contradiction.
    """
    fixed_values: dict[int, int] = {}
    unsolved = dict(system.equations)
    # HiGHS would find these values too, but each fixed variable makes its task smaller.
    while not system.is_contradictory:
        fixed_count = len(fixed_values)
        remaining = {}
        for variables, count in unsolved.items():
            free = tuple(variable for variable in variables if variable not in fixed_values)
            remaining_count = count - sum(fixed_values[variable] for variable in variables if variable in fixed_values)
            if remaining_count < 0 or (remaining_count and not free):
                return None
            if len(free) == 1 or remaining_count == 0:
                fixed_values.update(dict.fromkeys(free, remaining_count))
            else:
                remaining[free] = remaining_count
        if len(fixed_values) == fixed_count:
            return fixed_values
        unsolved = remaining
    return None


class _LinearSolver:
    """The linear program over the variables that are still unknown. HiGHS gets it once; later only the costs change.

    Beside the variables there is a helper for each target. A helper is at most its target, and at most one above the
    target's limit. Large helpers therefore raise many targets at once.
    """

    def __init__(self, system: EquationSystem, fixed_values: Mapping[int, int], targets: Sequence[Target]) -> None:
        free = [variable for variable in range(system.variable_count) if variable not in fixed_values]
        column_by_variable = {variable: column_number for column_number, variable in enumerate(free)}
        self.variable_count = len(free)
        self.is_feasible = True
        rows: list[tuple[WeightedSum, float, float]] = []
        for variables, count in system.equations.items():
            remaining_bound = float(count - sum(fixed_values.get(v, 0) for v in variables))
            rows.append(
                (
                    {column_by_variable[v]: 1.0 for v in variables if v in column_by_variable},
                    remaining_bound,
                    remaining_bound,
                )
            )
        for weights, bound in system.inequalities:
            remaining_bound = bound - sum(
                weight * fixed_values[v] for v, weight in weights.items() if v in fixed_values
            )
            free_weights = {column_by_variable[v]: weight for v, weight in weights.items() if v in column_by_variable}
            # An inequality without unknowns is no row for HiGHS: it holds already, or the system contradicts itself.
            self.is_feasible = self.is_feasible and (bool(free_weights) or remaining_bound > -TOLERANCE)
            rows.append((free_weights, -highspy.kHighsInf, remaining_bound))
        self.target_columns: dict[Target, tuple[int, list[int]]] = {}
        self.target_constants: list[int] = []
        for target in targets:
            constant = sum(fixed_values.get(v, 0) for v in target.variables)
            if columns := [column_by_variable[v] for v in target.variables if v in column_by_variable]:
                helper = self.variable_count + len(self.target_columns)
                self.target_columns[target] = helper, columns
                self.target_constants.append(constant)
                rows.append(({**dict.fromkeys(columns, -1.0), helper: 1.0}, -highspy.kHighsInf, constant))
            else:
                target.record_value(constant)
        self.model = self._build_model([row for row in rows if row[0]]) if free else None
        self.target_cell_columns = np.array(
            [column_number for _helper, columns in self.target_columns.values() for column_number in columns],
            dtype=np.int32,
        )
        lengths = [len(columns) for _helper, columns in self.target_columns.values()]
        self.target_starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32) if lengths else None

    def _build_model(self, rows: Sequence[tuple[WeightedSum, float, float]]) -> highspy.Highs:
        linear_program = highspy.HighsLp()
        width = self.variable_count + len(self.target_columns)
        linear_program.num_col_, linear_program.num_row_ = width, len(rows)
        linear_program.col_cost_ = np.zeros(width)
        linear_program.col_lower_ = np.zeros(width)
        # Without an upper bound for the helpers the sum of all would be unbounded, and one target could take all the
        # gain.
        limits = [target.k + 1.0 for target in self.target_columns]
        linear_program.col_upper_ = np.concatenate([np.full(self.variable_count, highspy.kHighsInf), limits])
        linear_program.row_lower_ = np.array([low for _row, low, _high in rows], dtype=float)
        linear_program.row_upper_ = np.array([high for _row, _low, high in rows], dtype=float)
        matrix = linear_program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.concatenate([[0], np.cumsum([len(row) for row, _low, _high in rows])]).astype(np.int32)
        matrix.index_ = np.array([column_number for row, _low, _high in rows for column_number in row], dtype=np.int32)
        matrix.value_ = np.array([weight for row, _low, _high in rows for weight in row.values()], dtype=float)
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        # One thread: a release must not take both cores from the desk.
        model.setOptionValue("threads", 1)
        # Where costs alone change, the last solution still holds: the primal simplex goes on from it.
        model.setOptionValue("presolve", "off")
        model.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        model.setOptionValue("simplex_primal_edge_weight_strategy", DANTZIG_PRICING)
        model.passModel(linear_program)
        return model

    def push_targets(self, targets: Sequence[Target], *, up: bool) -> bool:
        """Push as many targets as possible at once: down, the first one hardest; or up to one above their limits.

        Return False when there is no solution.
        """
        cost = np.zeros(self.variable_count + len(self.target_columns))
        for position, target in enumerate(targets):
            if target in self.target_columns:
                helper, columns = self.target_columns[target]
                if up:
                    cost[helper] = -1.0
                else:
                    cost[columns] += len(targets) - position
        return self._solve_with_costs(cost)

    def push_target_to_bound(self, target: Target, *, up: bool) -> None:
        """Push one target as far as possible."""
        if target in self.target_columns:
            cost = np.zeros(self.variable_count + len(self.target_columns))
            cost[self.target_columns[target][1]] = -1.0 if up else 1.0
            if not self._solve_with_costs(cost) and up:
                target.highest = np.inf  # without bound

    def _solve_with_costs(self, costs: Any) -> bool:
        if self.model is None:
            return True
        self.model.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        if self.target_starts is not None:
            values = np.add.reduceat(
                np.array(self.model.getSolution().col_value)[self.target_cell_columns], self.target_starts
            )
            for target, value, constant in zip(
                self.target_columns, values.tolist(), self.target_constants, strict=True
            ):
                target.record_value(value + constant)
        return True
