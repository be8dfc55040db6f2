"""What moved most between a period and an earlier one, for whoever decides whether its figures are right."""

from collections.abc import Iterator
from dataclasses import dataclass

from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.month_papers.changes import Change, Comparison, find_cell_change
from attention_point.statistics.month_papers.findings import rank_cells
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.releases.content import ReleaseContent

MAX_MOVEMENTS = 8
# Tables of these dimensions differ from month to month by the calendar alone.
_SKIPPED_DIMENSIONS = frozenset({"day", "month"})


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of a table that changed: the title of the table, the words of the row, and its change."""

    table_title: str
    label: str
    change: Change


def list_movements(content: ReleaseContent, earlier: ReleaseContent) -> list[Movement]:
    """List what changed most against an earlier period, the greatest change first: at most one row a table.

    Only tables of one dimension are read, and only changes that the rounding cannot have made.
    """
    movements = [movement for table in _list_views(content, earlier) if (movement := _find_greatest(table, earlier))]
    # A row from each table: the greatest changes of a month often come from one table and would hide all others.
    return sorted(movements, key=lambda movement: -abs(movement.change.difference))[:MAX_MOVEMENTS]


def count_differences(content: ReleaseContent, released: ReleaseContent) -> tuple[int, int]:
    """Count the figures that differ from those of a released version, and the tables in which they stand."""
    # Only figures that the released version has: a table that is new in the program is no correction.
    differing = [
        sum(table.cells.get(cell) != count for cell, count in released_table.cells.items())
        for released_table in released.tables
        if (table := content.find_table(released_table.id)) is not None
    ]
    totals = sum(content.totals.get(counts) != total for counts, total in released.totals.items())
    return sum(differing) + totals, sum(map(bool, differing))


def _list_views(content: ReleaseContent, earlier: ReleaseContent) -> Iterator[TableView]:
    for table in content.tables:
        # A crosstab repeats what its margins say in smaller numbers, of which rounding makes more.
        if len(table.dimensions) == 1 and not _SKIPPED_DIMENSIONS & set(table.dimensions):
            yield TableView(content, table, Comparison(previous=earlier))


def _find_greatest(view: TableView, earlier: ReleaseContent) -> Movement | None:
    changes = [
        Movement(view.table.title, ranked.label, change)
        for ranked in rank_cells(view)
        if ranked.cell != (TOTAL_CODE,)
        and (change := find_cell_change(view.table, ranked.cell, earlier))
        and change.is_certain
    ]
    return max(changes, key=lambda movement: abs(movement.change.difference), default=None)
