"""Protects tables of one, two and three dimensions under the totals that were decided before. Plain Python."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from attention_point.statistics.protection.disclosure import (
    MERGE_SEPARATOR,
    TOTAL_CODE,
    CellCodes,
    CodeGroup,
    CrossTable,
    DividedRows,
    merge_cross_table,
    merge_divided_rows,
    split_cell_codes,
    suppress_line,
    suppress_overlap,
)
from attention_point.tallies.facts import AGE_BANDS, NOT_GIVEN, OLDEST_AGE_BAND
from attention_point.tallies.rules import SENSITIVE_CODES, Indicator, get_least_count, get_published_indicator

CellCounts = Mapping[CellCodes, int]
ShownCells = dict[CellCodes, int | None]

# Dimensions in which only neighbours are merged, in their order.
CODE_ORDER: Mapping[str, tuple[str, ...]] = {
    "age": (*(band for _oldest, band in AGE_BANDS), OLDEST_AGE_BAND, NOT_GIVEN)
}


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table as it may be shown. ``cells`` has None where a count is suppressed.

    When ``withheld`` is true, nothing of the table may be shown and ``cells`` is empty. ``left_out`` names the parts
    that are not shown.
    """

    cells: Mapping[CellCodes, int | None]
    withheld: bool = False
    left_out: tuple[str, ...] = ()


WITHHELD = ProtectedTable({}, withheld=True)


@dataclass(slots=True)
class State:
    """The decisions that the protection of a month has made so far."""

    counts: Mapping[str, CellCounts]
    totals: Mapping[str, int | None]
    excluded_parts: Collection[tuple[str, str]] = ()
    combined_tables: Collection[str] = ()
    tables: dict[str, ProtectedTable] = field(default_factory=dict)
    # By table: the codes whose counts are suppressed, and the merged rows and columns. Later tables with the same
    # dimensions must agree with them, or the two could be subtracted.
    suppressed: dict[str, frozenset[str]] = field(default_factory=dict)
    groups: dict[str, tuple[tuple[CodeGroup, ...], tuple[CodeGroup, ...]]] = field(default_factory=dict)


def protect_one_dimension(state: State, indicator: Indicator) -> ProtectedTable:
    counts = {cell[0]: count for cell, count in state.counts[indicator.id].items()}
    unit_total = state.totals[indicator.counts] or 0
    # "All of them are irregular" reveals the status of every single person (decision 11, G5).
    disclosive = {code for code in SENSITIVE_CODES.get(indicator.dimensions[0], ()) if counts.get(code) == unit_total}

    def find_smallest_count(code: str) -> int:
        return get_least_count(indicator, (code,))

    if indicator.overlapping:
        suppressed = suppress_overlap(
            counts, find_smallest_count, unit_total if indicator.covering else None, disclosive
        )
        return ProtectedTable(
            {(code,): None if code in suppressed else count for code, count in sorted(counts.items())}
        )
    suppressed_codes = None if disclosive else suppress_line(counts, find_smallest_count)
    if suppressed_codes is None:
        return WITHHELD
    state.suppressed[indicator.id] = suppressed_codes
    shown: ShownCells = {(code,): None if code in suppressed_codes else count for code, count in sorted(counts.items())}
    # The audit found that the suppressed counts can be narrowed: their sum, shown as one merged row, leaves nothing to
    # narrow.
    if suppressed_codes and indicator.id in state.combined_tables:
        shown = {cell: count for cell, count in shown.items() if count is not None}
        shown[MERGE_SEPARATOR.join(sort_codes(indicator.dimensions[0], suppressed_codes)),] = sum(
            counts[code] for code in suppressed_codes
        )
    return ProtectedTable({**shown, (TOTAL_CODE,): unit_total})


def protect_two_dimensions(state: State, indicator: Indicator) -> ProtectedTable:
    if indicator.overlapping:
        return _protect_divided_rows(state, indicator)
    if indicator.nested:
        return _protect_lines(state, indicator)
    total_tables = [find_margin(indicator, dimension) for dimension in indicator.dimensions]
    if any(state.tables[total_table].withheld for total_table in total_tables):
        return WITHHELD
    # A code that is suppressed in a table of totals must not come back as the total of a row or column here.
    suppressed_codes = frozenset[str]().union(
        *(state.suppressed.get(total_table, frozenset()) for total_table in total_tables)
    )
    cells = {(row, column): count for (row, column), count in state.counts[indicator.id].items()}
    merged = build_cross_table(indicator, indicator.dimensions, cells, suppressed_codes, ())
    if merged is None:
        return WITHHELD
    shown, state.groups[indicator.id] = merged
    return ProtectedTable(shown)


def find_margin(indicator: Indicator, dimension: str) -> str:
    """Return the id of the table that has one dimension of a cross table alone."""
    return get_published_indicator(indicator.counts, (dimension,)).id


def _protect_divided_rows(state: State, indicator: Indicator) -> ProtectedTable:
    """Divide each code of the first dimension whose own total is shown by the same groups of the second."""
    first, second = indicator.dimensions
    totals = state.tables[find_margin(indicator, first)]
    cells = {(row, column): count for (row, column), count in state.counts[indicator.id].items()}
    shown_rows = [
        cell[0] for cell, count in totals.cells.items() if count and (indicator.id, cell[0]) not in state.excluded_parts
    ]
    rows = [code for code in shown_rows if not _is_part_disclosive(state, indicator, code)]
    columns = sort_codes(second, {cell[1] for cell in cells if cell[0] in rows})
    merged = merge_divided_rows(
        DividedRows(
            cells, rows, columns, lambda row, column: get_least_count(indicator, (row, column)), second in CODE_ORDER
        )
    )
    if merged is None:
        return WITHHELD
    shown: ShownCells = {}
    for row in merged[0]:
        for column, codes in name_groups(merged[1]):
            shown[row, column] = sum(cells.get((row, code), 0) for code in codes)
    # Needs by sex and age are crossed in the groups that needs by sex and needs by age show.
    state.groups[indicator.id] = (), merged[1]
    left_out = {cell[0] for cell in cells} - set(merged[0])
    return ProtectedTable(shown, left_out=tuple(sorted(left_out)))


def _is_part_disclosive(state: State, indicator: Indicator, part_code: str) -> bool:
    """Say whether all people of a group stand in one sensitive part."""
    if part_code not in SENSITIVE_CODES.get(indicator.dimensions[0], ()):
        return False
    people = state.counts[get_published_indicator(indicator.counts, indicator.dimensions[1:]).id]
    return any(
        count == people.get(cell[1:]) for cell, count in state.counts[indicator.id].items() if cell[0] == part_code
    )


def _protect_lines(state: State, indicator: Indicator) -> ProtectedTable:
    """Protect one line for each code of the first dimension whose own total is shown."""
    totals = state.tables[find_margin(indicator, indicator.dimensions[0])]
    if totals.withheld:
        return WITHHELD
    shown: ShownCells = {}
    left_out = []
    for part_code, part_cells in group_by_first_code(state.counts[indicator.id]).items():
        counts = {cell[0]: count for cell, count in part_cells.items()}
        total = totals.cells.get((part_code,))
        suppressed_codes = None if total is None else suppress_line(counts, _build_limit_function(indicator, part_code))
        # The services of an entity without a shown total would give that total by addition.
        if suppressed_codes is None or (indicator.id, part_code) in state.excluded_parts:
            left_out.append(part_code)
            continue
        shown[part_code, TOTAL_CODE] = total
        shown.update(
            {(part_code, code): None if code in suppressed_codes else count for code, count in sorted(counts.items())}
        )
    return ProtectedTable(shown, left_out=tuple(left_out))


def _build_limit_function(indicator: Indicator, *leading_codes: str) -> Callable[[str], int]:
    return lambda code: get_least_count(indicator, (*leading_codes, code))


def protect_three_dimensions(state: State, indicator: Indicator) -> ProtectedTable:
    """Protect one cross table for each code of the first dimension whose two-dimensional tables are shown."""
    shown: ShownCells = {}
    left_out = []
    for part_code, part_cells in group_by_first_code(state.counts[indicator.id]).items():
        part_shown = (
            _cross_nested_part(state, indicator, part_code, part_cells)
            if indicator.nested
            else _cross_part(state, indicator, part_code, part_cells)
        )
        if part_shown is None or (indicator.id, part_code) in state.excluded_parts:
            left_out.append(part_code)
        else:
            shown.update({(part_code, *cell): count for cell, count in part_shown.items()})
    return ProtectedTable(shown, left_out=tuple(left_out))


def _cross_part(state: State, indicator: Indicator, part_code: str, cells: CellCounts) -> ShownCells | None:
    """Cross a need by sex and age, in the groups that the table by sex and the table by age show."""
    first, *other_dimensions = indicator.dimensions
    side_tables = [get_published_indicator(indicator.counts, (first, other)).id for other in other_dimensions]
    if any((part_code, TOTAL_CODE) not in state.tables[side_table].cells for side_table in side_tables):
        return None
    name_by_code = [
        {code: name for name, codes in name_groups(state.groups[side_table][1]) for code in codes if name != TOTAL_CODE}
        for side_table in side_tables
    ]
    # Groups that one side table merges must stay merged here, or this table would take them apart.
    crossed: dict[tuple[str, str], int] = {}
    for cell, count in cells.items():
        named_cell = name_by_code[0][cell[0]], name_by_code[1][cell[1]]
        crossed[named_cell] = crossed.get(named_cell, 0) + count
    merged = build_cross_table(indicator, tuple(other_dimensions), crossed, frozenset(), (part_code,))
    return merged[0] if merged else None


def _cross_nested_part(state: State, indicator: Indicator, part_code: str, cells: CellCounts) -> ShownCells | None:
    """Cross the services of an entity by state, under the entity's own row as it is shown."""
    entity_dimension, service_dimension, state_dimension = indicator.dimensions
    state_table = get_published_indicator(indicator.counts, (entity_dimension, state_dimension)).id
    service_table = get_published_indicator(indicator.counts, (entity_dimension, service_dimension)).id
    groups = state.groups.get(state_table)
    services = group_by_first_code(state.tables[service_table].cells).get(part_code, {})
    # Where the entity is merged with others or none of its services is shown, its services by state would reveal its
    # own row.
    if groups is None or (part_code,) not in groups[0] or not any(cell != (TOTAL_CODE,) for cell in services):
        return None
    columns = {code: MERGE_SEPARATOR.join(group) for group in groups[1] for code in group}
    crossed: dict[tuple[str, str], int] = {}
    for cell, count in cells.items():
        named_cell = cell[0], columns[cell[1]]
        crossed[named_cell] = crossed.get(named_cell, 0) + count
    suppressed_services = frozenset(cell[0] for cell, count in services.items() if count is None)
    if len({row for row, _column in crossed}) == 1:  # then the service's row is the entity's
        has_small_count = any(
            0 < count < get_least_count(indicator, (part_code, row, *column.split(MERGE_SEPARATOR)))
            for (row, column), count in crossed.items()
        )
        return (
            None
            if has_small_count
            else sum_with_totals(crossed, ((next(iter(crossed))[0],),), _separate_columns(crossed))
        )
    merged = build_cross_table(
        indicator, (service_dimension, state_dimension), crossed, suppressed_services, (part_code,)
    )
    return merged[0] if merged else None


def _separate_columns(cells: Mapping[tuple[str, str], int]) -> tuple[CodeGroup, ...]:
    return tuple((column,) for column in sorted({column for _row, column in cells}))


def build_cross_table(
    indicator: Indicator,
    dimensions: tuple[str, ...],
    cells: Mapping[tuple[str, str], int],
    suppressed_codes: frozenset[str],
    part_codes: tuple[str, ...],
) -> tuple[ShownCells, tuple[tuple[CodeGroup, ...], tuple[CodeGroup, ...]]] | None:
    """Merge one cross table. Return its cells and its groups, or None when it cannot be protected.

    ``part_codes`` are the codes of the part to which the table belongs; a restricted one raises k for all its cells.
    """
    rows, columns = (sort_codes(dimension, {cell[axis] for cell in cells}) for axis, dimension in enumerate(dimensions))
    sensitive = SENSITIVE_CODES.get(dimensions[1], frozenset())
    # Only the columns are looked at for "all of them are …": where the sensitive dimension is crossed, it is the
    # second.
    merged_groups = merge_cross_table(
        CrossTable(
            cells,
            rows,
            columns,
            lambda row, column: get_least_count(
                indicator, (*part_codes, *row.split(MERGE_SEPARATOR), *column.split(MERGE_SEPARATOR))
            ),
            suppressed_codes,
            (dimensions[0] in CODE_ORDER, dimensions[1] in CODE_ORDER),
            lambda group: sensitive.issuperset(split_cell_codes(group)),
        )
    )
    if merged_groups is None:
        return None
    rows_and_columns = merged_groups.rows, merged_groups.columns
    return sum_with_totals(cells, *rows_and_columns), rows_and_columns


def sum_with_totals(
    cells: Mapping[tuple[str, str], int], rows: tuple[CodeGroup, ...], columns: tuple[CodeGroup, ...]
) -> ShownCells:
    """Return the merged cells with all their sums."""
    shown: ShownCells = {}
    for (row, row_codes), (column, column_codes) in product(name_groups(rows), name_groups(columns)):
        shown[row, column] = sum(cells.get(cell, 0) for cell in product(row_codes, column_codes))
    return shown


def name_groups(groups: tuple[CodeGroup, ...]) -> Iterator[tuple[str, CodeGroup]]:
    """Yield each group with the name under which it is shown, and at last all codes as the total."""
    for group in groups:
        yield MERGE_SEPARATOR.join(group), group
    yield TOTAL_CODE, tuple(code for group in groups for code in group)


def sort_codes(dimension: str, codes: Collection[str]) -> list[str]:
    """Sort codes as their dimension orders them; codes without an order stand by name after the others."""
    order = CODE_ORDER.get(dimension, ())
    first_code = {code: code.split(MERGE_SEPARATOR)[0] for code in codes}
    positions = {code: order.index(first) if first in order else len(order) for code, first in first_code.items()}
    return sorted(codes, key=lambda code: (positions[code], code))


CountT = TypeVar("CountT", int, int | None)


def group_by_first_code(cells: Mapping[CellCodes, CountT]) -> dict[str, dict[CellCodes, CountT]]:
    """Split cells by their first code, which the resulting cells no longer have."""
    parts: dict[str, dict[CellCodes, CountT]] = {}
    for cell, count in cells.items():
        parts.setdefault(cell[0], {})[cell[1:]] = count
    return dict(sorted(parts.items()))


PROTECT_BY_DIMENSION_COUNT: Mapping[int, Callable[[State, Indicator], ProtectedTable]] = {
    1: protect_one_dimension,
    2: protect_two_dimensions,
    3: protect_three_dimensions,
}
