"""The file of all months: every published figure as a line, with the words beside the codes, in the language in use."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from attention_point.dates import parse_period_code
from attention_point.foundation.paperwork import SUPPRESSED, Cell, Column, Table, write_csv
from attention_point.statistics.month_papers.tidy_tables import build_tidy_table
from attention_point.statistics.open_data.columns import DEMONSTRATION_COLUMN
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.models import Release

# The columns of a tidy table by the names that programs read: the first dimension of a table makes its rows, the second
# its columns, the third its layers.
COLUMN_NAMES = (
    "month",
    "table",
    "table_label",
    "counts",
    *(f"{axis}{part}" for axis in ("row", "column", "layer") for part in ("_dimension", "", "_label")),
    "count",
    "base",
)


def list_series_versions(session: Session) -> list[tuple[str, int, str]]:
    """List the latest version of every published month, oldest first: its code, number and hash."""
    # The list is in the order of the versions, so that the last one of a month wins.
    latest = {code: (code, number, digest) for code, number, digest in queries.list_hashes(session)}
    return [version for code, version in latest.items() if parse_period_code(code).kind == "month"]


def write_series(session: Session, watermark: str | None = None) -> bytes:
    """Return the CSV. A count of an old month that is held back is empty; ``watermark``: the people are invented."""
    names = (*COLUMN_NAMES, DEMONSTRATION_COLUMN.name) if watermark else COLUMN_NAMES
    mark = (watermark,) if watermark else ()
    rows = tuple((*row, *mark) for row in _build_rows(session))
    return write_csv(Table("series", "", tuple(Column(name, name) for name in names), rows))


def _build_rows(session: Session) -> Iterator[tuple[Cell, ...]]:
    for code, number, _digest in list_series_versions(session):
        table = build_tidy_table(queries.load_content(session.get_one(Release, (code, number))))
        # The names are for programs and the table is for readers. A column that is added to one and not to the other
        # must not shift all others.
        if len(table.columns) != len(COLUMN_NAMES):
            raise ValueError("the tidy table has other columns than the series")
        for row in table.rows:
            # A number as text: a CSV has no kinds of cells, and a reader's separators have no place in it.
            yield tuple("" if cell is None or cell is SUPPRESSED else str(cell) for cell in row)
