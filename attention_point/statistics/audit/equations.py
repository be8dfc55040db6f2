"""Turns the published counts of a month into equations over the finest cells of each stored table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.linear_program import EquationSystem
from attention_point.tallies.rules import ATTENTION_TITLES, INDICATORS_BY_ID, STORED_INDICATORS, Indicator

Published = Mapping[str, Mapping[CellCodes, int | None]]
TrueCounts = Mapping[str, Mapping[CellCodes, int]]
FinestCells = Mapping[str, list[CellCodes]]  # table → its finest cells
Totals = Mapping[str, int | None]  # counted unit → total
CellVariable = tuple[str, CellCodes]
UNPUBLISHED_CODE = "?"  # stands for all codes of a dimension that no published table shows


@dataclass(slots=True)
class Knowledge:
    """The finest cells by number, and what is known of them.

    ``variables_by_code`` maps a table, an axis and a code to the numbers of the cells that have the code.
    """

    numbers: dict[CellVariable, int] = field(default_factory=dict)
    variables_by_code: dict[tuple[str, int, str], set[int]] = field(default_factory=dict)
    system: EquationSystem = field(default_factory=EquationSystem)


def collect_finest_cells(published: Published, true_counts: TrueCounts | None) -> dict[str, list[CellCodes]]:
    """Return the finest cells of each stored table: every combination of codes that is published anywhere.

    With ``true_counts`` their codes are added where a published table shows codes of the same dimension.
    """
    finest_cells: dict[str, list[CellCodes]] = {}
    for indicator in STORED_INDICATORS:
        published_codes, pairs = _collect_codes(published, indicator)
        # A dimension that no published table shows has one unknown code: finer variables would say nothing more.
        published_axes = [axis for axis, axis_codes in enumerate(published_codes) if axis_codes]
        if not published_axes:
            continue
        # The adversary knows the code lists. A code that is left out of a table exists all the same, and could hold
        # people.
        for cell in [*(true_counts or {}).get(indicator.id, {}), *finest_cells.get(_find_people_id(indicator), ())]:
            for axis in published_axes:
                published_codes[axis].add(cell[axis])
            if 1 in published_axes:
                pairs.add(cell[:2])
        if indicator.nested:  # an entity whose services are not published still has some
            entities = published_codes[0] - {TOTAL_CODE} or {UNPUBLISHED_CODE}
            pairs.update((code, UNPUBLISHED_CODE) for code in entities - {pair[0] for pair in pairs})
            published_codes[1].add(UNPUBLISHED_CODE)
        candidate_cells = product(
            *(sorted(axis_codes - {TOTAL_CODE}) or [UNPUBLISHED_CODE] for axis_codes in published_codes)
        )
        finest_cells[indicator.id] = [cell for cell in candidate_cells if not indicator.nested or cell[:2] in pairs]
    return finest_cells


def _collect_codes(published: Published, indicator: Indicator) -> tuple[list[set[str]], set[tuple[str, ...]]]:
    """Return the published codes of each dimension, and the pairs of codes of a nested table's first two dimensions."""
    published_codes: list[set[str]] = [set() for _dimension in indicator.dimensions]
    pairs: set[tuple[str, ...]] = set()
    for table in [name for name in published if indicator.id in INDICATORS_BY_ID[name].stored_tables]:
        dimensions = INDICATORS_BY_ID[table].dimensions
        for cell in published[table]:
            for dimension, code in zip(dimensions, cell, strict=True):
                published_codes[indicator.dimensions.index(dimension)].update(code.split(MERGE_SEPARATOR))
            if indicator.nested and dimensions[:2] == indicator.dimensions[:2]:
                pairs.update(product(cell[0].split(MERGE_SEPARATOR), cell[1].split(MERGE_SEPARATOR)))
    return published_codes, pairs


def _find_people_id(indicator: Indicator) -> str:
    """Return the table in which the people of a table of returns are counted: nobody returns who did not come."""
    return next(
        (
            people_table.id
            for people_table in STORED_INDICATORS
            if indicator.counts == "returns"
            and people_table.id in ATTENTION_TITLES
            and people_table.build_cells
            and people_table.dimensions == indicator.dimensions
        ),
        "",
    )


def match_variables(knowledge: Knowledge, finest_cells: FinestCells, table: str, cell: CellCodes) -> tuple[int, ...]:
    """Return the finest cells that a published cell sums up."""
    indicator = INDICATORS_BY_ID[table]
    return tuple(
        sorted(
            variable
            for stored_table in indicator.stored_tables
            if stored_table in finest_cells
            for variable in _match_table(knowledge, finest_cells, indicator, stored_table, cell)
        )
    )


def _match_table(
    knowledge: Knowledge, finest_cells: FinestCells, indicator: Indicator, stored_table: str, cell: CellCodes
) -> set[int]:
    # A code that no table shows belongs to the cell of ``UNPUBLISHED_CODE``.
    matching_variables: set[int] | None = None
    for dimension, code in zip(indicator.dimensions, cell, strict=True):
        if code != TOTAL_CODE:
            axis = INDICATORS_BY_ID[stored_table].dimensions.index(dimension)
            unpublished_variables = knowledge.variables_by_code.get((stored_table, axis, UNPUBLISHED_CODE), set())
            axis_variables = set[int]().union(
                *(
                    knowledge.variables_by_code.get((stored_table, axis, single_code), unpublished_variables)
                    for single_code in code.split(MERGE_SEPARATOR)
                )
            )
            matching_variables = axis_variables if matching_variables is None else matching_variables & axis_variables
    return (
        {knowledge.numbers[stored_table, finest_cell] for finest_cell in finest_cells.get(stored_table, ())}
        if matching_variables is None
        else matching_variables
    )


def add_published_equations(
    knowledge: Knowledge, published: Published, totals: Totals, finest_cells: FinestCells
) -> None:
    """Add an equation for each published count, and one for each total of a table without overlap."""
    for table, cells in published.items():
        for cell, count in cells.items():
            if count is None:
                continue
            indicator = INDICATORS_BY_ID[table]
            people_count = find_people_count(published.get(indicator.people_table or "", {}), cell)
            # The known people are subtracted first: the linear program then splits into one over people and one over
            # returns (docs/decisions/0013).
            if indicator.returns_table and people_count is not None:
                knowledge.system.add_equation(
                    tuple(sorted(_match_table(knowledge, finest_cells, indicator, indicator.returns_table, cell))),
                    count - people_count,
                )
            else:
                knowledge.system.add_equation(match_variables(knowledge, finest_cells, table, cell), count)
    # In an overlapping table the sum of all cells is no total: one person stands in several.
    for indicator in STORED_INDICATORS:
        total = totals.get(indicator.counts)
        if not indicator.overlapping and total is not None and indicator.id in finest_cells:
            knowledge.system.add_equation(
                match_variables(knowledge, finest_cells, indicator.id, (TOTAL_CODE,) * len(indicator.dimensions)), total
            )


def find_people_count(cells: Mapping[CellCodes, int | None], cell: CellCodes) -> int | None:
    """Return how many people stand in a cell, as far as its parts are published; else None."""
    if cell in cells:
        return cells[cell]
    axis_names = []
    for axis, code in enumerate(cell):
        axis_codes = set(code.split(MERGE_SEPARATOR))
        names = {
            people_cell[axis]
            for people_cell in cells
            if axis_codes.issuperset(people_cell[axis].split(MERGE_SEPARATOR))
        }
        # The published names must cover the codes exactly: a name that is missing may hold people.
        if set[str]().union(*(name.split(MERGE_SEPARATOR) for name in names)) != axis_codes:
            return None
        axis_names.append(names)
    counts = [cells.get(people_part) for people_part in product(*axis_names)] if cells else [None]
    known_counts = [count for count in counts if count is not None]
    return sum(known_counts) if len(known_counts) == len(counts) else None
