"""Rounds a family of figures so that it still adds up: one small integer programme, asked of HiGHS.

HiGHS and NumPy take a third of a second to load. Import this module only where a period is protected.
"""

from collections.abc import Collection, Mapping

import highspy
import numpy as np

from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.protection.families import Family
from attention_point.statistics.protection.leanings import Leanings

# A margin is read more often than a cell, so that its leaning counts more. A leaning that the audit turned counts more
# than all others of a family together; staying at what an earlier version published, more than all but that.
_MARGIN_WEIGHT, _KEPT_WEIGHT, _TURNED_WEIGHT, _SMALLEST_COST = 4.0, 50.0, 1000.0, 0.02


class InfeasibleFamily(Exception):
    """No rounding of these bases adds up."""


def round_family(
    family: Family,
    leanings: Leanings,
    turned: Collection[CellCodes] = (),
    fixed: Mapping[CellCodes, int] | None = None,
    kept: Mapping[CellCodes, int] | None = None,
) -> dict[CellCodes, int]:
    """Round every figure to a multiple of its base beside it, as near to the leanings as the sums allow.

    ``turned`` are cells that shall go the other way than without turning; ``fixed`` are figures that are given;
    ``kept`` are those of an earlier version, which shall stay where they are still beside their count. Raises
    InfeasibleFamily, which cannot happen where all bases of the family are the same.
    """
    fixed, kept = fixed or {}, kept or {}
    # Everything starts rounded down. The programme decides which counts go up by one base, and nothing else.
    rounded = {cell: fixed.get(cell, count - count % family.bases[cell]) for cell, count in family.counts.items()}
    open_cells = [cell for cell, count in family.counts.items() if count % family.bases[cell] and cell not in fixed]
    if not open_cells:
        return rounded
    # What an audit turns is what was published, whether the key or the sums made it so.
    published = round_family(family, leanings, (), fixed, kept) if turned else rounded
    costs = []
    for cell in open_cells:
        count, base = family.counts[cell], family.bases[cell]
        leaning = leanings.measure_leaning(family.table, cell, count, base)
        weight = _MARGIN_WEIGHT if TOTAL_CODE in cell else 1.0
        if kept.get(cell) in (rounded[cell], rounded[cell] + base):
            leaning, weight = (1.0 if kept[cell] > rounded[cell] else -1.0), _KEPT_WEIGHT
        if cell in turned:
            leaning, weight = (-1.0 if published[cell] > rounded[cell] else 1.0), _TURNED_WEIGHT
        # A leaning near 0 would cost nothing, and the solver would be free to choose: the same counts could be
        # published in different ways.
        cost = weight * max(abs(leaning), _SMALLEST_COST)
        costs.append(-cost if leaning > 0 else cost)
    for cell, value in zip(open_cells, _solve_programme(family, rounded, open_cells, costs), strict=True):
        rounded[cell] += value * family.bases[cell]
    return rounded


def _solve_programme(
    family: Family, rounded_down: Mapping[CellCodes, int], open_cells: list[CellCodes], costs: list[float]
) -> list[int]:
    """Return for each open cell whether it goes up (1) or down (0)."""
    columns = {cell: number for number, cell in enumerate(open_cells)}
    # Counted in the smallest base, the factors are 1 and 2, so that the solver compares small whole numbers.
    unit = min(family.bases.values())
    starts, indices, values, bounds = [0], list[int](), list[float](), list[float]()
    for margin, addends in family.sums:
        row = [(columns[cell], family.bases[cell] / unit) for cell in addends if cell in columns]
        if margin in columns:
            row.append((columns[margin], -family.bases[margin] / unit))
        missing = (rounded_down[margin] - sum(rounded_down[cell] for cell in addends)) / unit
        if not row:
            if missing:
                # Nothing is left to decide here, and the figures as they stand do not add up: no solver can help.
                raise InfeasibleFamily
            continue
        indices += [column for column, _factor in row]
        values += [factor for _column, factor in row]
        starts.append(len(indices))
        bounds.append(missing)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(open_cells), len(bounds)
    model.col_cost_ = np.array(costs)
    model.col_lower_, model.col_upper_ = np.zeros(len(open_cells)), np.ones(len(open_cells))
    model.row_lower_ = model.row_upper_ = np.array(bounds)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(indices, dtype=np.int32)
    model.a_matrix_.value_ = np.array(values)
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(open_cells)
    solver = highspy.Highs()
    # The solver writes to standard output by itself, where commands print their results.
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)  # a release must not take both cores from the desk
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise InfeasibleFamily
    # The solver answers with floating-point numbers that are whole only up to a tolerance.
    return [round(value) for value in solver.getSolution().col_value]
