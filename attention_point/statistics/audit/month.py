"""Examines what an adversary could work out from all that a month shows. A month must pass before it is released.

The audit knows nothing of how the month was protected. It takes every published count as an equation over the finest
cells (people by need, sex and age; referrals by entity, service and state; …). It adds what everybody knows: nobody
stands in a need who is not among the people, and everybody has a need. Then it asks a linear program how low and how
high each suppressed count, and each small count inside a merged cell, could be (decision 11, G1, G2, G5).

It depends on HiGHS and NumPy, which take a third of a second to load. Import it only where a month is released.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attention_point.statistics.audit.background_knowledge import BACKGROUND_RULES
from attention_point.statistics.audit.equations import (
    FinestCells,
    Knowledge,
    Published,
    Totals,
    TrueCounts,
    add_published_equations,
    collect_finest_cells,
    find_people_count,
    match_variables,
)
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes, split_cell_codes
from attention_point.statistics.protection.linear_program import Target, bound_targets
from attention_point.tallies.rules import (
    INDICATORS_BY_ID,
    SENSITIVE_CODES,
    STORED_INDICATORS,
    Indicator,
    get_least_count,
)


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken guarantee: its name, the table, the cell, and the bounds between which the count must lie."""

    rule: str
    table: str
    cell: CellCodes
    lowest: float | None = None
    highest: float | None = None


def audit_month(published: Published, totals: Totals, true_counts: TrueCounts | None = None) -> list[Breach]:
    """Return all breaches of a month; none when it may be released.

    With ``true_counts`` the small counts inside merged cells are examined too.
    """
    breaches = [*_find_small_counts(published), *_find_disclosive_groups(published)]
    knowledge = Knowledge()
    people_total, visit_total = totals.get("people"), totals.get("attentions")
    if people_total is not None and visit_total is not None:
        # Attentions are people and returns, so a reader of both totals knows the returns.
        totals = {**totals, "returns": visit_total - people_total}
    finest_cells = collect_finest_cells(published, true_counts)
    for indicator in STORED_INDICATORS:
        for cell in finest_cells.get(indicator.id, ()):
            variable_number = knowledge.numbers[indicator.id, cell] = len(knowledge.numbers)
            for axis, code in enumerate(cell):
                knowledge.variables_by_code.setdefault((indicator.id, axis, code), set()).add(variable_number)
    add_published_equations(knowledge, published, totals, finest_cells)
    for add_inequalities in BACKGROUND_RULES:
        add_inequalities(knowledge, finest_cells, totals, published)
    knowledge.system.variable_count = len(knowledge.numbers)
    cell_by_target = _collect_targets(knowledge, published, finest_cells, true_counts)
    targets = list(cell_by_target)
    if not bound_targets(knowledge.system, targets):
        # Somebody's particulars changed within the month, so that what everybody knows does not quite hold.
        knowledge.system.inequalities.clear()
        if not bound_targets(knowledge.system, targets):
            return [*breaches, Breach("consistency", "", ())]
    open_targets = (
        (target, *location)
        for target, location in zip(targets, cell_by_target.values(), strict=True)
        if not target.is_settled
    )
    return breaches + [Breach("G2", table, cell, target.lowest, target.highest) for target, table, cell in open_targets]


def _find_small_counts(published: Published) -> Iterator[Breach]:
    """Find small counts (G1), and small differences between attentions and people: these are the returns."""
    for table, cells in published.items():
        indicator = INDICATORS_BY_ID[table]
        people_cells = _find_people_cells(published, indicator)
        for cell, count in cells.items():
            # For a merged cell the strictest of its codes decides.
            k = get_least_count(indicator, split_cell_codes(cell))
            people_count = find_people_count(people_cells, cell)
            return_count = count - people_count if count is not None and people_count is not None else 0
            if count is not None and 0 < count < k or 0 < return_count < k:
                yield Breach("G1", table, cell)


def _find_people_cells(published: Published, indicator: Indicator) -> Mapping[CellCodes, int | None]:
    """Return the published people with the dimensions of a table of attentions; nothing where there are none."""
    if indicator.counts == "attentions":
        for table, cells in published.items():
            if (
                INDICATORS_BY_ID[table].counts == "people"
                and INDICATORS_BY_ID[table].dimensions == indicator.dimensions
            ):
                return cells
    return {}


def _find_disclosive_groups(published: Published) -> Iterator[Breach]:
    """Find groups whose people all stand in a sensitive category (G5)."""
    for table, cells in published.items():
        for axis, dimension in enumerate(INDICATORS_BY_ID[table].dimensions):
            sensitive = SENSITIVE_CODES.get(dimension, frozenset())
            for cell, count in cells.items():
                is_sensitive = cell[axis] != TOTAL_CODE and sensitive.issuperset(cell[axis].split(MERGE_SEPARATOR))
                if count and is_sensitive and _find_group_total(published, table, cell, axis) == count:
                    yield Breach("G5", table, cell)


def _find_group_total(published: Published, table: str, cell: CellCodes, axis: int) -> int | None:
    """Return how many people stand where a cell stands, whatever their sensitive code."""
    group_cell = (*cell[:axis], TOTAL_CODE, *cell[axis + 1 :])
    # A table without totals of its own (needs by sex) has them in the table of the other dimensions.
    if group_cell in published[table]:
        return published[table][group_cell]
    indicator = INDICATORS_BY_ID[table]
    other_dimensions = tuple(dimension for dimension in indicator.dimensions if dimension != indicator.dimensions[axis])
    other_codes = tuple(code for position, code in enumerate(cell) if position != axis)
    for candidate, cells in published.items():
        if (
            INDICATORS_BY_ID[candidate].counts == indicator.counts
            and INDICATORS_BY_ID[candidate].dimensions == other_dimensions
        ):
            return cells.get(other_codes)
    return None


def _collect_targets(
    knowledge: Knowledge, published: Published, finest_cells: FinestCells, true_counts: TrueCounts | None
) -> dict[Target, tuple[str, CellCodes]]:
    """Collect what must stay uncertain, and where it stands: suppressed counts, and small ones inside merged cells."""
    # Two cells may sum the same variables, a restricted one and another: the stricter k holds for both.
    strictest_targets: dict[tuple[int, ...], tuple[int, str, CellCodes]] = {}

    def add_target(table: str, cell: CellCodes, k: int) -> None:
        variables = match_variables(knowledge, finest_cells, table, cell)
        if variables not in strictest_targets or strictest_targets[variables][0] < k:
            strictest_targets[variables] = k, table, cell

    for table, cells in published.items():
        for cell, count in cells.items():
            if count is None:
                add_target(table, cell, get_least_count(INDICATORS_BY_ID[table], split_cell_codes(cell)))
    for indicator in STORED_INDICATORS:
        # Codes that no table shows share a variable, so their counts can only be examined together.
        sums: dict[tuple[int, ...], tuple[int, CellCodes]] = {}
        for cell, count in (true_counts or {}).get(indicator.id, {}).items() if indicator.id in finest_cells else ():
            variables = match_variables(knowledge, finest_cells, indicator.id, cell)
            sums[variables] = sums.get(variables, (0, cell))[0] + count, cell
        for count, cell in sums.values():
            if 0 < count < get_least_count(indicator, cell):
                # Not published, so that the table's own k is enough: a group of nine may hold nine at most anyway.
                add_target(indicator.id, cell, indicator.k)
    return {Target(variables, k): (table, cell) for variables, (k, table, cell) in strictest_targets.items()}
