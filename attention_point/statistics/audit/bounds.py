"""Finds how low and how high unknown counts can be, given what is known of their sums, with HiGHS.

HiGHS and NumPy take a third of a second to load. Import this module, and what depends on it, only where a period is
released.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

import highspy
import numpy as np

WeightedSum = Mapping[int, float]  # a variable's number → its factor
Row = tuple[WeightedSum, float, float]  # a sum, its least and its greatest value
UNLIMITED = highspy.kHighsInf
# HiGHS holds a constraint only up to 1e-7: a bound of 3.9999999 is a 4.
_TOLERANCE = 1e-6
_JOINT_ROUNDS = 4  # attempts to move many targets at once before each is moved by itself
# The true counts are a solution, so that the second can only mean the first.
_UNBOUNDED = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(slots=True, eq=False)
class Target:
    """A sum of variables that must stay uncertain, with the lowest and highest value found so far.

    It is settled when ``needed`` different whole values were found possible. At first its true value is. ``limits`` are
    the variables of the known sums that keep it from having more.
    """

    columns: WeightedSum
    needed: int
    lowest: float
    highest: float
    limits: list[frozenset[int]] = field(default_factory=list)

    @property
    def value_count(self) -> int:
        """How many whole values are known to be possible."""
        return floor(self.highest + _TOLERANCE) - ceil(self.lowest - _TOLERANCE) + 1

    @property
    def is_settled(self) -> bool:
        """Whether the values found are enough."""
        return self.value_count >= self.needed


def find_narrow_targets(rows: Sequence[Row], targets: Sequence[Target]) -> list[Target]:
    """Return the targets that cannot have as many values as they need, with their bounds.

    Every variable is a count of at least 0. The rows must have a solution: the true counts are one.
    """
    narrow = []
    for component_rows, component_targets in _split_components(rows, targets):
        solver = _Solver(component_rows, component_targets)
        solver.settle_together()
        narrow += [target for target in component_targets if not solver.settle_alone(target)]
    return narrow


def _split_components(rows: Sequence[Row], targets: Sequence[Target]) -> Iterable[tuple[list[Row], list[Target]]]:
    """Group rows and targets that share variables, directly or through others: each group is a task by itself."""
    parents: dict[int, int] = {}

    def find_root(variable: int) -> int:
        root = variable
        while (parent := parents.setdefault(root, root)) != root:
            root = parent
        while parents[variable] != root:
            parents[variable], variable = root, parents[variable]
        return root

    for columns in [*(row[0] for row in rows), *(target.columns for target in targets)]:
        # Union and find: what shares a variable is solved together, and many small programmes sooner than a large one.
        first, *others = columns
        root = find_root(first)
        for other in others:
            parents[find_root(other)] = root
    groups: dict[int, tuple[list[Row], list[Target]]] = {}
    for target in targets:
        groups.setdefault(find_root(next(iter(target.columns))), ([], []))[1].append(target)
    for row in rows:
        if (root := find_root(next(iter(row[0])))) in groups:
            groups[root][0].append(row)
    return groups.values()


class _Solver:
    """The linear program of one group. HiGHS gets it once; later only the costs change.

    Beside the variables there is a helper for each target, which is at most the target and at most a little above its
    true value: large helpers raise many targets at once.
    """

    def __init__(self, rows: Sequence[Row], targets: Sequence[Target]) -> None:
        self.targets = targets
        numbers = sorted(
            {number for columns in (*(row[0] for row in rows), *(t.columns for t in targets)) for number in columns}
        )
        self._columns = {number: column for column, number in enumerate(numbers)}
        self._helpers = {target: len(numbers) + index for index, target in enumerate(targets)}
        self._width = len(numbers) + len(targets)
        self._weights = np.zeros((len(targets), len(numbers)))
        # A count is never negative, which is what somebody who reads the tables knows without any table.
        lower, upper = np.zeros(self._width), np.full(self._width, UNLIMITED)
        all_rows: list[Row] = []
        self._variables_of_rows: list[frozenset[int]] = []
        for columns, least, greatest in rows:
            if len(columns) == 1 and next(iter(columns.values())) == 1.0:  # a bound of one variable is no row
                column = self._columns[next(iter(columns))]
                lower[column], upper[column] = max(lower[column], least), min(upper[column], greatest)
            else:
                all_rows.append(({self._columns[n]: factor for n, factor in columns.items()}, least, greatest))
                self._variables_of_rows.append(frozenset(columns))
        for index, target in enumerate(targets):
            helper_row = {self._columns[number]: -factor for number, factor in target.columns.items()}
            for column, factor in helper_row.items():
                self._weights[index, column] = -factor
            all_rows.append(({**helper_row, self._helpers[target]: 1.0}, -UNLIMITED, 0.0))
            lower[self._helpers[target]] = -UNLIMITED
            # The helper is bounded, or a target that nothing bounds from above would leave
            # the programme without a solution.
            upper[self._helpers[target]] = target.lowest + target.needed
        self._model = _build_model(all_rows, lower, upper)

    def settle_together(self) -> None:
        """Move many targets at a time, up and down, as long as that settles more of them."""
        for _round in range(_JOINT_ROUNDS):
            open_before = [target for target in self.targets if not target.is_settled]
            # One such step may settle many targets. Alone, each of them would need up to two programmes.
            for up in (True, False):
                open_targets = [target for target in self.targets if not target.is_settled]
                costs = np.zeros(self._width)
                for target in open_targets:
                    if up:
                        costs[self._helpers[target]] = -1.0
                    else:
                        for number, factor in target.columns.items():
                            costs[self._columns[number]] += factor
                if open_targets:
                    self._solve_for_costs(costs)
            if len(open_before) == sum(not target.is_settled for target in self.targets):
                break

    def settle_alone(self, target: Target) -> bool:
        """Move one target as far as possible. Return whether it can have enough values."""
        for sign in (1.0, -1.0):
            if not target.is_settled:
                costs = np.zeros(self._width)
                for number, factor in target.columns.items():
                    costs[self._columns[number]] = sign * factor
                if not self._solve_for_costs(costs):
                    target.highest = target.lowest + target.needed  # nothing bounds it
                if not target.is_settled:
                    target.limits += self._list_limits()
        return target.is_settled

    def _list_limits(self) -> list[frozenset[int]]:
        """List the sums at which the last solution stopped: without one of them it could have gone on."""
        solution = self._model.getSolution()
        prices = zip(self._variables_of_rows, solution.row_dual, strict=False)  # the helpers' rows come after
        of_variables = zip(self._columns, solution.col_dual, strict=False)
        return [
            *(variables for variables, price in prices if abs(price) > _TOLERANCE),
            *(frozenset((number,)) for number, price in of_variables if abs(price) > _TOLERANCE),
        ]

    def _solve_for_costs(self, costs: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> bool:
        """Look for the least of these costs. Return False where they have none, because nothing bounds them."""
        self._model.changeColsCost(self._width, np.arange(self._width, dtype=np.int32), costs)
        self._model.run()
        # A failed run proves nothing. The target then stays unsettled, which is the safe side.
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return self._model.getModelStatus() not in _UNBOUNDED
        solution = np.array(self._model.getSolution().col_value)[: self._weights.shape[1]]
        for target, value in zip(self.targets, (self._weights @ solution).tolist(), strict=True):
            # Every solution is a possible world, so that it is evidence for all targets and not
            # only for the one that was asked.
            target.lowest, target.highest = min(target.lowest, value), max(target.highest, value)
        return True


def _build_model(
    rows: Sequence[Row],
    lower: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    upper: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> highspy.Highs:
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(lower), len(rows)
    program.col_cost_ = np.zeros(len(lower))
    program.col_lower_, program.col_upper_ = lower, upper
    program.row_lower_ = np.array([least for _columns, least, _greatest in rows], dtype=float)
    program.row_upper_ = np.array([greatest for _columns, _least, greatest in rows], dtype=float)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])]).astype(np.int32)
    matrix.index_ = np.array([column for row in rows for column in row[0]], dtype=np.int32)
    matrix.value_ = np.array([factor for row in rows for factor in row[0].values()], dtype=float)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)  # a release must not take both cores from the desk
    # Where costs alone change, HiGHS goes on from the last solution, which presolving would throw away. Its own choice,
    # the dual simplex, takes a tenth of the time of the primal one.
    model.setOptionValue("presolve", "off")
    model.passModel(program)
    return model
