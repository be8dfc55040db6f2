"""All figures of a period as one tidy table: a line for each cell, with codes and their labels side by side."""

from collections.abc import Iterator

from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Cell, Column, Table
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.releases.content import ReleaseContent

MAX_DIMENSIONS = 3
TOTALS_TABLE = "totals"  # the totals of the period, as a table without dimensions


def build_tidy_table(content: ReleaseContent) -> Table:
    """Build the tidy table of a period. A figure that is held back is suppressed; a zero is 0."""
    columns = [
        Column("period", _("Period")),
        Column("table", _("Table (code)")),
        Column("title", _("Table")),
        Column("counts", _("What is counted")),
    ]
    for number in range(1, MAX_DIMENSIONS + 1):
        columns += [
            Column(f"dimension-{number}", _("Characteristic %(number)s", number=number)),
            Column(f"code-{number}", _("Code %(number)s", number=number)),
            Column(f"label-{number}", _("Label %(number)s", number=number)),
        ]
    columns += [Column("count", _("How many"), "integer"), Column("base", _("Rounded to"), "integer")]
    title = _("All figures in one table")
    return Table("all-figures", title, tuple(columns), tuple(_build_lines(content)), short_title=title)


def _build_lines(content: ReleaseContent) -> Iterator[tuple[Cell, ...]]:
    empty: tuple[Cell, ...] = ("",) * 3
    for counts, total in content.totals.items():
        count: Cell = SUPPRESSED if total is None else total
        # Without a base: totals are exact or rounded by a rule of their own, which the method says.
        yield (content.period, TOTALS_TABLE, _("Totals"), counts, *empty * MAX_DIMENSIONS, count, None)
    for table in content.tables:
        view = TableView(content, table)
        for cell in table.cells:
            places: tuple[Cell, ...] = ()
            for axis, code in enumerate(cell):
                label = view.label_code(axis, code) if code != TOTAL_CODE else _("Total")
                places += (view.label_dimension(axis), code, label)
            # Every line has the same columns, however many dimensions its table has: programs filter one table.
            places += empty * (MAX_DIMENSIONS - len(cell))
            yield (
                content.period,
                table.id,
                table.title,
                table.counts,
                *places,
                view.get_count(*cell),
                table.get_base(cell),
            )
