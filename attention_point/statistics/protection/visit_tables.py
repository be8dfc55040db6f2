"""Protects the tables of attentions that stand beside tables of people. Plain Python.

A reader of both tables knows the difference: the attentions of people who came again in the month. They are so few that
a small difference could reveal a person, so the difference is protected like a count, though no table shows it. Counts
of attentions are not suppressed one by one: beside a known count of people, a suppressed count of attentions could not
be small. Codes are merged or left out instead, until every difference is 0 or large enough (docs/decisions/0013).
"""

from collections.abc import Collection, Sequence
from itertools import product

from attention_point.statistics.protection.disclosure import (
    MERGE_SEPARATOR,
    TOTAL_CODE,
    CellCodes,
    DividedRows,
    merge_divided_rows,
    split_cell_codes,
    suppress_line,
    suppress_overlap,
)
from attention_point.statistics.protection.table_shapes import (
    CODE_ORDER,
    WITHHELD,
    CellCounts,
    ProtectedTable,
    ShownCells,
    State,
    build_cross_table,
    find_margin,
    group_by_first_code,
    name_groups,
    sort_codes,
    sum_with_totals,
)
from attention_point.tallies.rules import SENSITIVE_CODES, Indicator, get_least_count, get_published_indicator


def protect_visit_table(state: State, indicator: Indicator, return_count: int) -> ProtectedTable:
    """Protect a table of attentions in the rows and columns of the table of people beside it, or in fewer.

    ``return_count`` is the number of attentions less the number of people in the whole month.
    """
    people_table = state.tables[indicator.people_table or ""]
    # Attentions alone would give at least a lower bound of people, where the table of people shows nothing.
    if people_table.withheld or not people_table.cells:
        return WITHHELD
    if len(indicator.dimensions) == 1:
        visit_table = (
            _protect_overlap(state, indicator, people_table, return_count)
            if indicator.overlapping
            else _protect_line(state, indicator, people_table, return_count)
        )
    elif len(indicator.dimensions) == 2:
        visit_table = (
            _protect_divided_rows(state, indicator, people_table)
            if indicator.overlapping
            else _protect_two_dimensions(state, indicator, people_table)
        )
    else:
        visit_table = _protect_crossed_parts(state, indicator, people_table)
    # A single cell is the total, which stands in the list of totals already.
    return visit_table if len(visit_table.cells) > 1 else WITHHELD


def _count_returns(state: State, indicator: Indicator) -> CellCounts:
    """Return the number of attentions less the number of people in each cell."""
    people_cells = state.counts[indicator.people_table or ""]
    return {cell: count - people_cells.get(cell, 0) for cell, count in state.counts[indicator.id].items()}


def _sum_by_name(cells: CellCounts, axis_names: Sequence[Sequence[str]]) -> dict[CellCodes, int]:
    """Sum cells in rows and columns of these names. A cell without a name is left out; a name without cells gets 0."""
    name_by_code = [{code: name for name in axis for code in name.split(MERGE_SEPARATOR)} for axis in axis_names]
    sums = dict.fromkeys(product(*axis_names), 0)
    for cell, count in cells.items():
        named_cell = tuple(
            [names_of_axis.get(code, "") for names_of_axis, code in zip(name_by_code, cell, strict=True)]
        )
        if all(named_cell):
            sums[named_cell] += count
    return sums


def _list_names(people_table: ProtectedTable, axis: int, *part_codes: str) -> list[str]:
    """List the codes, single or merged, that the table of people has on an axis, within a part if it has parts."""
    part_cells = (cell for cell in people_table.cells if cell[: len(part_codes)] == part_codes)
    return list(dict.fromkeys(cell[axis] for cell in part_cells if cell[axis] != TOTAL_CODE))


def _get_k(indicator: Indicator, *names: str) -> int:
    return get_least_count(indicator, split_cell_codes(names))


def _protect_line(
    state: State, indicator: Indicator, people_table: ProtectedTable, return_count: int
) -> ProtectedTable:
    names = _list_names(people_table, 0)
    visit_counts = _sum_by_name(state.counts[indicator.id], [names])
    return_counts = {cell[0]: count for cell, count in _sum_by_name(_count_returns(state, indicator), [names]).items()}
    # All who came again share a sensitive answer: whoever knows one of them learns it (decision 11, G5).
    if return_count and any(return_counts[name] == return_count for name in _select_sensitive(indicator, names)):
        return WITHHELD
    suppressed_people = {cell[0] for cell, count in people_table.cells.items() if count is None}
    suppressed_names = suppress_line(return_counts, lambda name: _get_k(indicator, name), suppressed_people)
    if suppressed_names is None:
        return WITHHELD
    combined_names = sort_codes(indicator.dimensions[0], suppressed_names | suppressed_people)
    state.suppressed[indicator.id] = frozenset(split_cell_codes(tuple(combined_names)))
    shown: ShownCells = {(name,): visit_counts[name,] for name in names if name not in combined_names}
    # A suppressed row is shown as one sum with the others, because a blank beside a known count of people is no secret.
    if combined_names:
        shown[MERGE_SEPARATOR.join(combined_names),] = sum(visit_counts[name,] for name in combined_names)
    return ProtectedTable({**shown, (TOTAL_CODE,): sum(visit_counts.values())}) if len(shown) > 1 else WITHHELD


def _select_sensitive(indicator: Indicator, names: Sequence[str]) -> list[str]:
    sensitive = SENSITIVE_CODES.get(indicator.dimensions[0], frozenset())
    return [name for name in names if sensitive.issuperset(name.split(MERGE_SEPARATOR))]


def _protect_overlap(
    state: State, indicator: Indicator, people_table: ProtectedTable, return_count: int
) -> ProtectedTable:
    # A person who stands in two codes would count twice in a merged row: here a code is shown or left out.
    names = _list_names(people_table, 0)
    visit_counts = {cell[0]: count for cell, count in _sum_by_name(state.counts[indicator.id], [names]).items()}
    return_counts = {cell[0]: count for cell, count in _sum_by_name(_count_returns(state, indicator), [names]).items()}
    suppressed_people = {cell[0] for cell, count in people_table.cells.items() if count is None}
    disclosive_names = {
        name for name in _select_sensitive(indicator, names) if return_count and return_counts[name] == return_count
    }
    left_out = {
        *suppress_overlap(return_counts, lambda name: _get_k(indicator, name), None, disclosive_names),
        *suppressed_people,
    }
    shown = {name: count for name, count in visit_counts.items() if name not in left_out}
    unit_total = state.totals[indicator.counts] or 0
    if indicator.covering and len(left_out) == 1 and shown and unit_total - sum(shown.values()) > 1:
        left_out.add(min(shown, key=lambda name: (shown[name], name)))  # or it had to hold all that stand nowhere else
    counts: ShownCells = {(name,): count for name, count in shown.items() if name not in left_out}
    return ProtectedTable(counts, left_out=tuple(sorted(left_out)))


def _protect_two_dimensions(state: State, indicator: Indicator, people_table: ProtectedTable) -> ProtectedTable:
    total_tables = [find_margin(indicator, dimension) for dimension in indicator.dimensions]
    if any(state.tables[total_table].withheld for total_table in total_tables):
        return WITHHELD
    names = [_list_names(people_table, axis) for axis in (0, 1)]
    # The tables of attentions by each dimension alone merged these codes; the cross table must not take them apart.
    combined = frozenset[str]().union(*(state.suppressed.get(total_table, frozenset()) for total_table in total_tables))
    suppressed_names = frozenset(
        name for axis in names for name in axis if not combined.isdisjoint(name.split(MERGE_SEPARATOR))
    )
    merged = build_cross_table(
        indicator,
        indicator.dimensions,
        _pair_cells(_sum_by_name(_count_returns(state, indicator), names)),
        suppressed_names,
        (),
    )
    if merged is None:
        return WITHHELD
    return ProtectedTable(sum_with_totals(_pair_cells(_sum_by_name(state.counts[indicator.id], names)), *merged[1]))


def _pair_cells(cells: CellCounts) -> dict[tuple[str, str], int]:
    return {(cell[0], cell[1]): count for cell, count in cells.items()}


def _protect_divided_rows(state: State, indicator: Indicator, people_table: ProtectedTable) -> ProtectedTable:
    first, second = indicator.dimensions
    shown_totals = state.tables[find_margin(indicator, first)].cells
    people_rows = _list_names(people_table, 0)
    rows = [
        row
        for row in people_rows
        if (row,) in shown_totals
        and (indicator.id, row) not in state.excluded_parts
        and not _is_part_disclosive(state, indicator, row)
    ]
    columns = sort_codes(second, _list_names(people_table, 1))
    # The returns decide what is merged, the attentions are what is shown.
    return_counts = _pair_cells(_sum_by_name(_count_returns(state, indicator), [rows, columns]))
    merged = merge_divided_rows(
        DividedRows(
            return_counts, rows, columns, lambda row, column: _get_k(indicator, row, column), second in CODE_ORDER
        )
    )
    if merged is None:
        return WITHHELD
    visit_counts = _sum_by_name(state.counts[indicator.id], [rows, columns])
    shown: ShownCells = {
        (row, name): sum(visit_counts[row, column] for column in group)
        for row in merged[0]
        for name, group in name_groups(merged[1])
    }
    return ProtectedTable(shown, left_out=_list_missing_parts(people_table, merged[0]))


def _list_missing_parts(people_table: ProtectedTable, shown: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({*people_table.left_out, *_list_names(people_table, 0)} - set(shown)))


def _is_part_disclosive(state: State, indicator: Indicator, part_code: str) -> bool:
    """Say whether all returns of a group stand in one sensitive part."""
    if part_code not in SENSITIVE_CODES.get(indicator.dimensions[0], ()):
        return False
    undivided_table = get_published_indicator(indicator.counts, indicator.dimensions[1:])
    return_counts = _count_returns(state, undivided_table)
    return any(
        count and count == return_counts.get(cell[1:])
        for cell, count in _count_returns(state, indicator).items()
        if cell[0] == part_code
    )


def _protect_crossed_parts(state: State, indicator: Indicator, people_table: ProtectedTable) -> ProtectedTable:
    first, *other_dimensions = indicator.dimensions
    side_tables = [get_published_indicator(indicator.counts, (first, other)).id for other in other_dimensions]
    shown: ShownCells = {}
    returns_by_part = group_by_first_code(_count_returns(state, indicator))
    for part_code, visit_cells in group_by_first_code(state.counts[indicator.id]).items():
        # A need whose totals by sex or by age are not shown has no crossing, which would give them away.
        if (indicator.id, part_code) in state.excluded_parts or any(
            (part_code, TOTAL_CODE) not in state.tables[side_table].cells for side_table in side_tables
        ):
            continue
        # Rows and columns are those of the people's table, merged further as far as the attentions by sex and by age
        # are.
        names = [
            _join_group_names(
                dimension,
                _list_names(people_table, axis, part_code),
                _list_names(state.tables[side_table], 1, part_code),
            )
            for axis, (dimension, side_table) in enumerate(zip(other_dimensions, side_tables, strict=True), 1)
        ]
        merged = build_cross_table(
            indicator,
            tuple(other_dimensions),
            _pair_cells(_sum_by_name(returns_by_part[part_code], names)),
            frozenset(),
            (part_code,),
        )
        if merged is not None:
            shown_cells = sum_with_totals(_pair_cells(_sum_by_name(visit_cells, names)), *merged[1])
            shown.update({(part_code, *cell): count for cell, count in shown_cells.items()})
    return ProtectedTable(shown, left_out=_list_missing_parts(people_table, {cell[0] for cell in shown}))


def _join_group_names(dimension: str, group_names: Sequence[str], side_names: Sequence[str]) -> list[str]:
    """Merge groups as far as the side table shows their totals together only."""
    groups = [set(name.split(MERGE_SEPARATOR)) for name in group_names]
    for side_name in side_names:
        codes = set(side_name.split(MERGE_SEPARATOR))
        separate = [group for group in groups if group.isdisjoint(codes)]
        joined = [group for group in groups if not group.isdisjoint(codes)]
        groups = [*separate, *([set[str]().union(*joined)] if joined else [])]
    return [MERGE_SEPARATOR.join(sort_codes(dimension, group)) for group in groups]
