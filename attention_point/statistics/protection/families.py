"""The families of linked figures: tables that share their margins, which must be rounded together. Plain Python.

A stored table and the published tables that sum it are one family: people by sex and age with both its margins and its
total. Where a person may stand in several cells of the first dimension (needs), each of its codes is a family of its
own, because no published figure adds them up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.tallies.rules import Indicator, get_base

Counts = Mapping[CellCodes, int]


@dataclass(frozen=True, slots=True)
class Family:
    """Figures that are rounded together: their true ``counts`` and their ``bases``, by the codes of the stored table.

    ``sums`` are the equations that hold among the figures: a margin and what it adds up.
    """

    table: str
    counts: Counts
    bases: Counts
    sums: tuple[tuple[CellCodes, tuple[CellCodes, ...]], ...]


def build_families(indicator: Indicator, finest_cells: Sequence[CellCodes], counts: Counts) -> list[Family]:
    """Build the families of a stored table from its finest cells, zeros among them, and their true counts."""
    parts: dict[str, list[CellCodes]] = {}
    for cell in finest_cells:
        # The integer programme grows faster than its cells: each need is a small task of its own
        # instead of a part of a large one.
        parts.setdefault(cell[0] if indicator.overlapping else "", []).append(cell)
    return [_build_family(indicator, cells, counts) for cells in parts.values()]


def _build_family(indicator: Indicator, finest_cells: Sequence[CellCodes], counts: Counts) -> Family:
    figures = {cell: counts.get(cell, 0) for cell in finest_cells}
    sums: list[tuple[CellCodes, tuple[CellCodes, ...]]] = []
    # One dimension after the other is summed away, the last one first: a service adds up within its entity only.
    for axis in reversed(range(len(indicator.dimensions))):
        # A sum over needs would count somebody once for each of them: it is no number of
        # people, and nothing publishes it.
        if indicator.dimensions[axis] in indicator.overlapping:
            continue
        addends: dict[CellCodes, list[CellCodes]] = {}
        for cell in figures:
            if _can_sum(indicator, cell, axis):
                addends.setdefault((*cell[:axis], TOTAL_CODE, *cell[axis + 1 :]), []).append(cell)
        for margin, cells in addends.items():
            figures[margin] = sum(figures[cell] for cell in cells)
            sums.append((margin, tuple(cells)))
    bases = {cell: get_base(indicator, cell) for cell in figures}
    return Family(indicator.id, figures, bases, tuple(sums))


def _can_sum(indicator: Indicator, cell: CellCodes, axis: int) -> bool:
    # Entities are summed only once their services are: a service adds up within its entity, never across entities.
    return not indicator.nested or axis != 0 or cell[1] == TOTAL_CODE


def list_finest_cells(axes: Sequence[Sequence[str]], pairs: Sequence[CellCodes] = ()) -> list[CellCodes]:
    """List every combination of the codes of each axis; ``pairs`` are the combinations of the first two, if nested."""
    if not pairs:
        return list(product(*axes))
    return [(*pair, *rest) for pair in pairs for rest in product(*axes[2:])]


def select_figures(indicator: Indicator, stored: Indicator, figures: Counts) -> dict[CellCodes, int]:
    """Return the figures of a stored table that a published table shows, under its own dimensions, totals last."""
    axes = [stored.dimensions.index(dimension) for dimension in indicator.dimensions]
    hidden_axes = [axis for axis in range(len(stored.dimensions)) if axis not in axes]
    selected = {
        tuple([cell[axis] for axis in axes]): figure
        for cell, figure in figures.items()
        # A single axis or none is the rule, and these are thousands of cells.
        if not hidden_axes or (cell[hidden_axes[0]] == TOTAL_CODE and all(cell[a] == TOTAL_CODE for a in hidden_axes))
    }
    # Papers and files print the cells in this order, and a total stands below what it sums.
    return dict(sorted(selected.items(), key=lambda item: [code == TOTAL_CODE for code in item[0]]))
