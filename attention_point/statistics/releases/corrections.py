"""The correction of a released month: a full new version that reveals nothing beside the old one (decision 11, G3–G4).

A table is corrected only where the same cells are suppressed as before, and every count, and every sum of suppressed
counts, stays or differs by at least k. Any other table stays as it was and names the version since which it stands. A
table that is no longer published ends with the correction.
"""

from collections.abc import Mapping
from dataclasses import replace

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.statistics.protection.disclosure import TOTAL_CODE, CellCodes, split_cell_codes
from attention_point.statistics.protection.month import SMALLEST_SHOWN_TOTAL
from attention_point.statistics.releases.content import YEAR_TABLES, MonthContent, TableContent
from attention_point.tallies.rules import INDICATORS_BY_ID, get_least_count


def build_corrected_content(released: MonthContent, current: MonthContent) -> MonthContent:
    """Build the content of the next version. Raises AppError where nothing can be corrected without exposing anyone."""
    totals = {
        counts: current.totals[counts] if _can_correct_total(total, current.totals[counts]) else total
        for counts, total in released.totals.items()
    }
    tables, corrected_ids = [], set[str]()
    for table in released.tables:
        if table.id in YEAR_TABLES or not INDICATORS_BY_ID[table.id].published:
            continue
        new_table = current.find_table(table.id)
        if (
            new_table is not None
            # A table must add up to the total beside it.
            and totals[table.counts] == current.totals[table.counts]
            # Two steps at once, of people and of attentions, could reveal who came again.
            and INDICATORS_BY_ID[table.id].people_table not in corrected_ids
            and new_table.cells != table.cells
            and can_correct_table(table, new_table)
        ):
            tables.append(new_table)
            corrected_ids.add(table.id)
        else:
            tables.append(replace(table, as_of_version=table.as_of_version or released.version or 1))
    if not corrected_ids:
        raise AppError(
            _(
                "Nothing of the released figures can be corrected: they are right, or so few people are concerned that "
                "the difference would expose them. The released version stands."
            )
        )
    withheld = tuple(table for table in released.withheld if INDICATORS_BY_ID[table[0]].published)
    labels = {**released.labels, **current.labels}
    return replace(current, totals=totals, tables=tuple(tables), withheld=withheld, labels=labels)


def can_correct_table(released: TableContent, current: TableContent) -> bool:
    """Say whether one version of a table may follow the other."""
    if released.cells.keys() != current.cells.keys() or released.left_out != current.left_out:
        return False
    differences: dict[CellCodes, int] = {}
    for cell, released_count in released.cells.items():
        current_count = current.cells[cell]
        if (released_count is None) != (current_count is None):
            return False
        if released_count is not None and current_count is not None:
            differences[cell] = current_count - released_count
    are_counts_safe = all(_is_safe(difference, _get_k(current, cell)) for cell, difference in differences.items())
    return are_counts_safe and _are_suppressed_sums_safe(current, differences)


def _are_suppressed_sums_safe(table: TableContent, differences: Mapping[CellCodes, int]) -> bool:
    # A total less the shown parts is the sum of the suppressed ones. If that sum moves by 3, three people moved.
    for axis, dimension in enumerate(table.dimensions):
        if dimension in table.overlapping:
            continue
        for total_cell, total_difference in differences.items():
            if total_cell[axis] != TOTAL_CODE:
                continue
            parts = [
                cell
                for cell in table.cells
                if cell[axis] != TOTAL_CODE and (*cell[:axis], TOTAL_CODE, *cell[axis + 1 :]) == total_cell
            ]
            suppressed_difference = total_difference - sum(differences.get(cell, 0) for cell in parts)
            if any(cell not in differences for cell in parts) and not _is_safe(
                suppressed_difference, max(_get_k(table, cell) for cell in parts)
            ):
                return False
    return True


def _get_k(table: TableContent, cell: CellCodes) -> int:
    return get_least_count(INDICATORS_BY_ID[table.id], split_cell_codes(cell))


def _can_correct_total(released: int | None, current: int | None) -> bool:
    return released is not None and current is not None and _is_safe(current - released, SMALLEST_SHOWN_TOTAL)


def _is_safe(difference: int, k: int) -> bool:
    return difference == 0 or abs(difference) >= k
