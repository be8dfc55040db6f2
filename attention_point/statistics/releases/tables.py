"""Tables of a month in a reader's order, as a report shows them, and their charts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Cell, Chart, Column, Series, Suppressed, Table
from attention_point.foundation.report_pages import describe_chart
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.dimension_labels import DIMENSIONS, sort_dimension_codes
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent, TableContent

ShownCount = int | Suppressed

# The tables that get a chart, and the kind of it.
CHART_KINDS: Mapping[str, Literal["bar", "hbar", "line"]] = {
    "attentions-by-day": "bar",
    "attentions-by-hour": "bar",
    "attentions-by-wait": "bar",
    "people-by-sex-and-age": "bar",
    "people-by-population": "hbar",
    "people-by-status": "hbar",
    "people-by-origin": "hbar",
    "people-by-municipality": "hbar",
    "people-by-need": "hbar",
    "people-by-vulnerability": "hbar",
    "referrals-by-entity": "hbar",
    "referrals-by-state": "hbar",
    "answers-by-time": "bar",
    "attentions-by-month": "bar",
}
_MAX_BARS = 15  # of a horizontal chart, so that it stays legible on a tablet; the table beside it has all rows

# What a table counts, as the label of its column.
COUNT_LABELS: Mapping[str, str] = {
    "people": N_("People"),
    "attentions": N_("Attentions"),
    "referrals": N_("Referrals"),
    "answers": N_("Answers"),
}
COUNT_EXPLANATIONS: Mapping[str, Callable[[], str]] = {
    "people": lambda: _("Counts people: each once in the month."),
    "attentions": lambda: _("Counts attentions: each visit, as often as a person came."),
    "referrals": lambda: _("Counts referrals of the month's visits, in the state that they had by then."),
    "answers": lambda: _("Counts the entities' first answers to referrals of the month's visits."),
}


@dataclass(frozen=True)
class OrderedTable:
    """A table of a month with its codes in a reader's order. Only a table of two dimensions has column codes."""

    content: TableContent
    month: ReleaseContent
    row_codes: Sequence[str] = ()
    column_codes: Sequence[str] = ()

    @property
    def has_one_row_per_cell(self) -> bool:
        """Whether each cell is a row of its own: with three dimensions, or with parts that have different codes."""
        dimension_count = len(self.content.dimensions)
        return dimension_count > 2 or (dimension_count == 2 and self.content.id == "referrals-by-service")

    @property
    def count_column(self) -> Column:
        """The column of the counts, named after what they count."""
        return Column("count", _(COUNT_LABELS[self.content.counts]), "integer")

    def label_for_code(self, axis: int, code: str) -> str:
        """Return the words of a code in the language in use."""
        return _("Total") if code == TOTAL_CODE else self.month.label_for_code(self.content.dimensions[axis], code)

    def get_count(self, *cell: str) -> ShownCount:
        """Return the count of a cell. A cell that the table does not have is suppressed, for zeros are written."""
        count = self.content.cells.get(cell)
        return SUPPRESSED if count is None else count

    def get_row_total(self, row: str) -> ShownCount:
        """Return the total of a row; in a table of one dimension this is its only cell."""
        return self.get_count(row, TOTAL_CODE) if self.column_codes else self.get_count(row)


def build_ordered_table(content: TableContent, month: ReleaseContent) -> OrderedTable:
    """Sort the codes of a table for a reader of the language in use."""
    # In a table of one dimension each cell is its own total, because nothing follows its first code.
    totals = {cell[0]: count for cell, count in content.cells.items() if set(cell[1:]) <= {TOTAL_CODE}}
    rows = _sort_axis_codes(OrderedTable(content, month), 0, totals)
    # Columns have no counts to be sorted by: a reader compares them from month to month.
    columns = _sort_axis_codes(OrderedTable(content, month), 1, {}) if len(content.dimensions) == 2 else []
    return OrderedTable(content, month, rows, columns)


def _sort_axis_codes(table: OrderedTable, axis: int, counts: Mapping[str, int | None]) -> list[str]:
    codes = {cell[axis] for cell in table.content.cells} - {TOTAL_CODE}
    dimension = table.content.dimensions[axis]
    return sort_dimension_codes(dimension, codes, counts, lambda code: table.label_for_code(axis, code))


def build_report_table(table: OrderedTable) -> Table:
    """Build a table of a report. It ends in a row of totals only where its rows add up to them."""
    build_rows = _build_long_rows if table.has_one_row_per_cell else _build_matrix
    columns, rows, has_total_row = build_rows(table)
    return Table(table.content.id, table.content.title, columns, rows, _build_notes(table), has_total_row)


TableParts = tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...], bool]


def _build_matrix(table: OrderedTable) -> TableParts:
    cells, first_dimension = table.content.cells, table.content.dimensions[0]
    if table.column_codes:
        has_row_totals = any(cell[1] == TOTAL_CODE for cell in cells)
        column_codes = [*table.column_codes, *([TOTAL_CODE] if has_row_totals else [])]
        names = ["total" if code == TOTAL_CODE else code for code in column_codes]
        labels = [table.label_for_code(1, code) for code in column_codes]
        columns = [Column(name, label, "integer") for name, label in zip(names, labels, strict=True)]
        has_total_row = (TOTAL_CODE, TOTAL_CODE) in cells
    else:
        column_codes, columns, has_total_row = [], [table.count_column], (TOTAL_CODE,) in cells
    rows = tuple(
        (
            table.label_for_code(0, row),
            *([table.get_count(row, code) for code in column_codes] or [table.get_count(row)]),
        )
        for row in [*table.row_codes, *([TOTAL_CODE] if has_total_row else [])]
    )
    return (Column(first_dimension, _(DIMENSIONS[first_dimension].title)), *columns), rows, has_total_row


def _build_long_rows(table: OrderedTable) -> TableParts:
    columns = tuple(Column(dimension, _(DIMENSIONS[dimension].title)) for dimension in table.content.dimensions)
    sorted_cells = sorted(
        table.content.cells,
        key=lambda cell: [table.row_codes.index(cell[0]), *((code == TOTAL_CODE, code) for code in cell[1:])],
    )
    rows = tuple(
        (*(table.label_for_code(axis, code) for axis, code in enumerate(cell)), table.get_count(*cell))
        for cell in sorted_cells
    )
    return (*columns, table.count_column), rows, False


def _build_notes(table: OrderedTable) -> tuple[str, ...]:
    notes = [COUNT_EXPLANATIONS[table.content.counts]()]
    if table.content.overlapping:
        notes.append(_("One person may stand in several rows, so the rows do not add up to the people."))
    if table.month.method == ROUNDING:
        notes.append(_("Rounded to %(base)s; may differ from the total.", base=table.content.base))
    return tuple(notes)


def build_chart(table: OrderedTable) -> Chart | None:
    """Build the chart of a table; None where it has none, or where every count is suppressed or 0."""
    kind = CHART_KINDS.get(table.content.id)
    if kind is None:
        return None
    if table.column_codes:
        # The second dimension lies along the axis, and each row of the table is a series.
        categories = tuple(table.label_for_code(1, code) for code in table.column_codes)
        series = [
            Series(table.label_for_code(0, row), tuple(table.get_count(row, code) for code in table.column_codes))
            for row in table.row_codes
        ]
    else:
        rows = table.row_codes if kind == "bar" else table.row_codes[:_MAX_BARS]
        categories = tuple(table.label_for_code(0, row) for row in rows)
        series = [Series(_(COUNT_LABELS[table.content.counts]), tuple(table.get_count(row) for row in rows))]
    # A series without a shown count would stand in the legend and draw nothing.
    drawn = tuple(line for line in series if any(isinstance(value, int) and value for value in line.values))
    if not drawn:
        return None
    title = table.content.title
    return Chart(table.content.id, title, kind, categories, drawn, describe_chart(title, _find_highest_row(table)))


def _find_highest_row(table: OrderedTable) -> tuple[str, str] | None:
    totals = {row: total for row in table.row_codes if isinstance(total := table.get_row_total(row), int)}
    if not totals:
        return None
    highest = max(totals, key=lambda row: totals[row])
    # Without the language's separators, as in the files of earlier releases: "statistics verify" compares their bytes.
    return table.label_for_code(0, highest), str(totals[highest])
