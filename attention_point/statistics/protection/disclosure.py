"""Protects single tables of counts, so that nobody is recognised in them (decision 11, G1–G2). Plain Python.

A count from 1 to k−1 is never shown. This module protects three shapes of table, each by a condition on its sums. What
several tables reveal together is examined by the audit.

- A *line* is a list of counts that add up to a known total. Small counts are suppressed, and with them the smallest
  others, until each suppressed count could be anything from 1 to at least k. The reader knows their sum only.
- An *overlap* is a list of counts in which one person may stand several times. Small counts are suppressed.
- A *cross table* has rows and columns whose totals are lines of their own. Rows and columns are merged until no small
  count is left, and nothing is suppressed. A reader of "29-59/60+" knows how many people there are, not how they
  divide.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

TOTAL_CODE = "*"
MERGE_SEPARATOR = "/"  # between the codes of a merged row or column
CellCodes = tuple[str, ...]  # a code for each dimension; TOTAL_CODE where a dimension is summed over
CountsByCode = Mapping[str, int]


def split_cell_codes(cell: CellCodes) -> tuple[str, ...]:
    """Return every code of a cell; merged codes are returned one by one."""
    return tuple(code for axis_code in cell for code in axis_code.split(MERGE_SEPARATOR))


def suppress_line(
    counts: CountsByCode, limit: Callable[[str], int], forced_codes: Collection[str] = ()
) -> frozenset[str] | None:
    """Choose the counts of a line to suppress. Return None when the line cannot be protected.

    ``limit`` gives k for a code. ``forced_codes`` are suppressed in any case. Zeros are shown, so a reader knows that
    each suppressed count is at least 1.
    """
    suppressed = _select_small_codes(counts, limit, forced_codes)
    remaining = sorted(
        (code for code, count in counts.items() if count and code not in suppressed), key=_sort_key_by_size(counts)
    )
    # One suppressed count follows from the total, and two small ones lie within a narrow range: the smallest others are
    # suppressed too, because they cost the reader least.
    while suppressed and not _is_suppression_safe([counts[code] for code in suppressed], max(map(limit, suppressed))):
        if not remaining:
            return None
        suppressed.add(remaining.pop(0))
    return frozenset(suppressed)


def suppress_overlap(
    counts: CountsByCode, limit: Callable[[str], int], people_count: int | None, forced_codes: Collection[str] = ()
) -> frozenset[str]:
    """Choose the counts to suppress where one person may stand in several of them.

    ``people_count`` is the number of people when each stands in at least one cell, else None.
    """
    suppressed = _select_small_codes(counts, limit, forced_codes)
    shown = {code: count for code, count in counts.items() if count and code not in suppressed}
    # A single suppressed count must hold all people who stand nowhere else, so a reader would learn its least value. A
    # second suppressed count takes that certainty away.
    if len(suppressed) == 1 and people_count is not None and people_count - sum(shown.values()) > 1 and shown:
        suppressed.add(min(shown, key=_sort_key_by_size(counts)))
    return frozenset(suppressed)


def _select_small_codes(counts: CountsByCode, limit: Callable[[str], int], forced_codes: Collection[str]) -> set[str]:
    return {code for code, count in counts.items() if 0 < count < limit(code) or (code in forced_codes and count)}


def _sort_key_by_size(counts: CountsByCode) -> Callable[[str], tuple[int, str]]:
    return lambda code: (counts[code], code)


def _is_suppression_safe(suppressed_counts: Sequence[int], k: int) -> bool:
    # Each suppressed count is at least 1, and at most what the others, at 1 each, leave of the known sum.
    return len(suppressed_counts) > 1 and sum(suppressed_counts) - len(suppressed_counts) >= k


CodeGroup = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedGroups:
    """The rows and columns of a cross table as they may be shown; each is a group of codes."""

    rows: tuple[CodeGroup, ...]
    columns: tuple[CodeGroup, ...]


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Rows by columns, both in their order.

    ``limit`` gives k for a cell. ``suppressed_codes`` are the codes whose totals are suppressed elsewhere. In an
    ordered axis only neighbours are merged. ``is_disclosive`` says whether it reveals too much about a row when all its
    people stand in these columns.
    """

    cells: Mapping[tuple[str, str], int]
    rows: Sequence[str]
    columns: Sequence[str]
    limit: Callable[[str, str], int]
    suppressed_codes: frozenset[str] = frozenset()
    ordered_axes: tuple[bool, bool] = (False, False)
    is_disclosive: Callable[[CodeGroup], bool] = lambda _columns: False


def merge_cross_table(table: CrossTable) -> MergedGroups | None:
    """Merge rows and columns at the least cost. Return None when fewer than two rows or columns would be left."""
    unmerged = _Cells.from_table(table)
    return next(filter(None, (_merge_step_by_step(table, unmerged, weight) for weight in UNSAFE_CELL_WEIGHTS)), None)


def _merge_step_by_step(table: CrossTable, unmerged: "_Cells", weight: int) -> MergedGroups | None:
    merged = MergedGroups(
        _build_groups(table.rows, table.suppressed_codes), _build_groups(table.columns, table.suppressed_codes)
    )
    while unsafe_cells := _find_unsafe_cells(table, unmerged, merged):
        proposals = [
            *_propose_merges(table, unmerged, merged, unsafe_cells, 0),
            *_propose_merges(table, unmerged, merged, unsafe_cells, 1),
        ]
        if not proposals:
            return None
        count = sum(unsafe_cells.values())
        rated_proposals = [
            (sum(_find_unsafe_cells(table, unmerged, proposal).values()), cost, position, proposal)
            for position, (cost, proposal) in enumerate(proposals)
        ]
        # A merge that removes no unsafe cell is taken only if no merge does: the search would otherwise lose detail for
        # nothing.
        better_proposals = [proposal for proposal in rated_proposals if proposal[0] < count] or rated_proposals
        merged = min(better_proposals, key=lambda proposal: (proposal[1] + weight * proposal[0], proposal[2]))[3]
    return merged if len(merged.rows) > 1 and len(merged.columns) > 1 else None


@dataclass(frozen=True, slots=True)
class _Cells:
    """A cross table before any merging: the counts above 0, k for each cell, and the totals of each code."""

    counts: Mapping[tuple[str, str], int]
    limits: Mapping[tuple[str, str], int]
    # For most cells these two bounds decide, and the cell's own limit need not be computed.
    smallest_limit: int
    largest_limit: int
    totals: tuple[Mapping[str, int], Mapping[str, int]]
    small_cells: Sequence[tuple[str, str]]

    @staticmethod
    def from_table(table: CrossTable) -> "_Cells":
        counts = {cell: count for cell, count in table.cells.items() if count}
        limits = {(row, column): table.limit(row, column) for row in table.rows for column in table.columns}
        totals: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for cell, count in counts.items():
            for axis in (0, 1):
                totals[axis][cell[axis]] = totals[axis].get(cell[axis], 0) + count
        small_cells = [cell for cell, count in counts.items() if count < limits[cell]]
        bounds = min(limits.values(), default=0), max(limits.values(), default=0)
        return _Cells(counts, limits, *bounds, totals, small_cells)


# How much an unsafe cell weighs against a person whose code is merged. The first weight keeps most detail. Its small
# steps can end without a result; then the second weight removes as many unsafe cells as possible at each step.
UNSAFE_CELL_WEIGHTS = (50, 5000)


def _build_groups(codes: Sequence[str], suppressed_codes: frozenset[str]) -> tuple[CodeGroup, ...]:
    # By subtraction a reader knows the codes whose totals are suppressed only as one sum: they are one group from the
    # start.
    combined = tuple(code for code in codes if code in suppressed_codes)
    separate = tuple((code,) for code in codes if code not in suppressed_codes)
    return (*separate, combined) if combined else separate


def _propose_merges(
    table: CrossTable, unmerged: _Cells, merged: MergedGroups, unsafe_cells: Mapping[tuple[int, int], int], axis: int
) -> Iterable[tuple[int, MergedGroups]]:
    """Yield each way to merge two groups of one axis, one of which has an unsafe cell, with its cost."""
    groups = merged.columns if axis else merged.rows
    if len(groups) < 3:  # merging two groups out of two would leave one, which is no cross table
        return
    unsafe_positions = {cell[axis] for cell in unsafe_cells}
    sizes = [sum(unmerged.totals[axis].get(code, 0) for code in group) for group in groups]
    for first, second in combinations(range(len(groups)), 2):
        if (first not in unsafe_positions and second not in unsafe_positions) or not _can_join_groups(
            table, axis, groups[first], groups[second]
        ):
            continue
        joined = (*groups[:first], groups[first] + groups[second], *groups[first + 1 : second], *groups[second + 1 :])
        yield (
            _weigh_merge(sizes[first], sizes[second]),
            MergedGroups(merged.rows, joined) if axis else MergedGroups(joined, merged.columns),
        )


def _can_join_groups(table: CrossTable, axis: int, first_group: CodeGroup, second_group: CodeGroup) -> bool:
    """Say whether two groups may be merged: only neighbours in an ordered axis. A suppressed code joins any group."""
    if not table.ordered_axes[axis] or not table.suppressed_codes.isdisjoint(first_group + second_group):
        return True
    codes = table.columns if axis else table.rows
    return _are_neighbours(codes, first_group, second_group, table.suppressed_codes)


def _are_neighbours(
    codes: Sequence[str], first_group: CodeGroup, second_group: CodeGroup, ignored_codes: Collection[str] = ()
) -> bool:
    """Say whether only ignored codes stand between two groups of an ordered axis."""
    first_positions, second_positions = sorted(
        [sorted(map(codes.index, first_group)), sorted(map(codes.index, second_group))]
    )
    return all(code in ignored_codes for code in codes[first_positions[-1] + 1 : second_positions[0]])


def _weigh_merge(first_size: int, second_size: int) -> int:
    # The codes of the smaller group are blurred most: its people weigh ten times as much.
    return 10 * min(first_size, second_size) + max(first_size, second_size)


def _find_unsafe_cells(table: CrossTable, unmerged: _Cells, merged: MergedGroups) -> dict[tuple[int, int], int]:
    """Return the merged cells that must not be shown, each with the number of faults in it."""
    row_by_code = {code: i for i, group in enumerate(merged.rows) for code in group}
    column_by_code = {code: j for j, group in enumerate(merged.columns) for code in group}
    merged_counts: dict[tuple[int, int], int] = {}
    row_totals, column_totals = [0] * len(merged.rows), [0] * len(merged.columns)
    for (row, column), count in unmerged.counts.items():
        i, j = row_by_code[row], column_by_code[column]
        merged_counts[i, j] = merged_counts.get((i, j), 0) + count
        row_totals[i] += count
        column_totals[j] += count
    unsafe_cells: dict[tuple[int, int], int] = {}
    for (i, j), count in merged_counts.items():
        rows, columns = merged.rows[i], merged.columns[j]
        # The two bounds come first because the exact limit of a merged cell takes a look at each of its codes.
        is_small = count < unmerged.smallest_limit or (
            count < unmerged.largest_limit
            and count < max([unmerged.limits[row, column] for row in rows for column in columns])
        )
        if is_small or (count == row_totals[i] and table.is_disclosive(columns)):
            unsafe_cells[i, j] = 1
    # A small count in a cell that is merged along one axis only can follow from the totals of the other axis. Merged
    # along both, it cannot.
    for row, column in unmerged.small_cells:
        i, j = row_by_code[row], column_by_code[column]
        if (len(merged.rows[i]) > 1) != (len(merged.columns[j]) > 1):
            sums = merged_counts[i, j], row_totals[i], column_totals[j]
            if _can_derive_count(table, unmerged, (row, column), sums, by_column=len(merged.columns[j]) > 1):
                unsafe_cells[i, j] = unsafe_cells.get((i, j), 0) + 1
    return unsafe_cells


def _can_derive_count(
    table: CrossTable, unmerged: _Cells, cell: tuple[str, str], sums: tuple[int, int, int], *, by_column: bool
) -> bool:
    """Say whether the totals still reveal a small count inside a merged cell.

    ``sums`` are the merged cell, the total of its row and the total of its column. Where only columns are merged, three
    sums bound the count: what the row has in these columns, what the count's own column has in all, and what all rows
    have in these columns. Where only rows are merged, the same holds the other way round.
    """
    count, row_total, column_total = sums
    code = cell[1] if by_column else cell[0]
    if code in table.suppressed_codes:
        return count < unmerged.limits[cell]
    opposite_total = unmerged.totals[1 if by_column else 0][code]
    lowest_count = max(0, count + opposite_total - (column_total if by_column else row_total))
    return lowest_count > 1 or min(count, opposite_total) - lowest_count < unmerged.limits[cell]


@dataclass(frozen=True, slots=True)
class DividedRows:
    """Rows that add up to nothing (needs), each divided by the same columns and each with its own known total."""

    cells: Mapping[tuple[str, str], int]
    rows: Sequence[str]
    columns: Sequence[str]
    limit: Callable[[str, str], int]
    ordered_columns: bool = False


def merge_divided_rows(table: DividedRows) -> tuple[tuple[str, ...], tuple[CodeGroup, ...]] | None:
    """Choose the rows to show, and the columns merged for all of them, so that no small count is left.

    Return None when no row or only one column would be left. At each step the function leaves out a row or merges two
    columns, whichever costs fewer people for each small count that it removes.
    """
    rows = tuple(table.rows)
    groups: tuple[CodeGroup, ...] = tuple((column,) for column in table.columns)
    while unsafe_counts := _count_unsafe_cells(table, rows, groups):
        count = sum(unsafe_counts.values())
        sizes = {group: sum(table.cells.get((row, code), 0) for row in rows for code in group) for group in groups}
        proposals: list[tuple[float, int, tuple[str, ...], tuple[CodeGroup, ...]]] = []
        # A row that is left out loses all its people from the table: they weigh as much as people of a merged group.
        for row, unsafe_count in unsafe_counts.items():
            cost = 10 * sum(table.cells.get((row, column), 0) for column in table.columns)
            proposals.append(
                (
                    cost / unsafe_count,
                    len(proposals),
                    tuple(other_row for other_row in rows if other_row != row),
                    groups,
                )
            )
        for candidate, other_group in combinations(groups, 2):
            if not table.ordered_columns or _are_neighbours(table.columns, candidate, other_group):
                joined = tuple(
                    candidate + other_group if group == candidate else group for group in groups if group != other_group
                )
                mended_count = count - sum(_count_unsafe_cells(table, rows, joined).values())
                if mended_count > 0:
                    proposals.append(
                        (
                            _weigh_merge(sizes[candidate], sizes[other_group]) / mended_count,
                            len(proposals),
                            rows,
                            joined,
                        )
                    )
        # The position breaks ties, so that the same counts always give the same table.
        _weight, _position, rows, groups = min(proposals, key=lambda candidate: candidate[:2])
    return (rows, groups) if rows and len(groups) > 1 else None


def _count_unsafe_cells(table: DividedRows, rows: Iterable[str], groups: Sequence[CodeGroup]) -> dict[str, int]:
    """Return the rows that have small counts, each with the number of them."""
    get_count = table.cells.get
    unsafe_counts = {}
    for row in rows:
        counts = [(sum([get_count((row, code), 0) for code in group]), group) for group in groups]
        unsafe_count = sum(
            [0 < cell_count < max([table.limit(row, code) for code in group]) for cell_count, group in counts]
        )
        if unsafe_count:
            unsafe_counts[row] = unsafe_count
    return unsafe_counts
