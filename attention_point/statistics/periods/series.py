"""The series of all released months, a line for each count: what a spreadsheet or a program draws a trend from."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from attention_point.dates import PeriodKind
from attention_point.foundation import clock
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.month_papers.tidy_tables import TOTALS_TABLE
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent

MAX_PERIODS = 1200  # a century of months: no series is cut
# The names of the columns are for programs and never change; "third" is empty in most tables.
COLUMNS = (
    "month", "table", "row_code", "row_label", "column_code", "column_label", "third_code", "third_label",
    "count", "base", "method",
)  # fmt: skip
DEMONSTRATION_COLUMN = "demonstration"


def load_released(session: Session, kind: PeriodKind = "month") -> list[ReleaseContent]:
    """Load the current version of every released period of a kind, oldest first. Raises AlteredRelease."""
    releases = queries.list_current_releases(session, clock.today(), MAX_PERIODS, kind)
    return [queries.load_content(release) for release in reversed(releases)]


def write_series(session: Session, watermark: str | None = None) -> bytes:
    """Write the series as CSV, with the labels of the language in use. Raises AlteredRelease.

    Each line names the base of which its count is a multiple; of a month that was released by the method before, it is
    empty, and so is a count that was suppressed. The totals of a month are the table ``totals``. A total within a table
    has the code ``*``. ``watermark`` stands in each line, so that it stays when somebody copies some of them.
    """
    names = (*COLUMNS, DEMONSTRATION_COLUMN) if watermark else COLUMNS
    mark = (watermark,) if watermark else ()
    rows = tuple((*line, *mark) for content in load_released(session) for line in _build_lines(content))
    return write_csv(Table("series", "", tuple(Column(name, name) for name in names), rows))


def _build_lines(content: ReleaseContent) -> Iterator[tuple[str, ...]]:
    for unit, total in content.totals.items():
        yield (content.period, TOTALS_TABLE, unit, unit, "", "", "", "", _write(total), "", content.method)
    for table in content.tables:
        view = TableView(content, table)
        labels = [
            {code: view.label_code(axis, code) for code in (*view.list_codes(axis), TOTAL_CODE)}
            for axis in range(len(table.dimensions))
        ]
        for cell, count in table.cells.items():
            places = [text for axis, code in enumerate(cell) for text in (code, labels[axis].get(code, code))]
            places += [""] * (6 - len(places))
            base = str(table.get_base(cell)) if content.method == ROUNDING else ""
            yield (content.period, table.id, *places, _write(count), base, content.method)


def _write(count: int | None) -> str:
    return "" if count is None else str(count)
