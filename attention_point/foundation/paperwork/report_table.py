"""A table of a report: columns with a kind, and rows whose cells are values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from attention_point.foundation.paperwork.cell_values import SUPPRESSED, LinkedValue, NumericValue, strip_link

Cell = str | date | NumericValue | LinkedValue
# A share is a number from 0 to 1 that is shown in percent; a change is a whole number that is shown with its sign.
ColumnKind = Literal["text", "integer", "number", "amount", "date", "share", "change"]

_TYPES_BY_KIND: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float, Decimal),
    "amount": (int, Decimal),
    "date": (date,),
    "share": (int, float),
    "change": (int,),
}
SHADES = 4  # by which the cells of a shaded table differ


@dataclass(frozen=True)
class Column:
    """A column of a table: ``key`` is its name for programs, ``label`` its heading for readers.

    Columns beside each other with the same ``group`` stand under it as a common heading. ``is_total``: the column sums
    others of its table.
    """

    key: str
    label: str
    kind: ColumnKind = "text"
    group: str = ""
    is_total: bool = False

    @property
    def full_label(self) -> str:
        """The label with its group, where headings stand in one row."""
        return f"{self.group} · {self.label}" if self.group else self.label

    @property
    def is_numeric(self) -> bool:
        """Whether the cells are numbers, which every writer aligns at the right."""
        return self.kind not in ("text", "date")


@dataclass(frozen=True)
class Table:
    """A table. With ``has_total_row`` the last row is the total; ``subtotal_rows`` are totals among the others.

    A link leads to the table as ``#id``.

    On paper the numbers of ``bar_column`` are drawn as bars too, and with ``is_shaded`` the greater a number of the
    body, the darker its cell. ``short_title`` is for places with little room, such as the name of a sheet.

    Raises ``ValueError`` if a row does not have one cell for each column, or a cell is not of its column's kind. The
    error names the table, row and column, and never quotes the cell: it may hold personal data.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    has_total_row: bool = False
    subtotal_rows: tuple[int, ...] = ()
    bar_column: str = ""
    is_shaded: bool = False
    short_title: str = ""

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"table {self.id} has no column")
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.id}, row {number}: {len(row)} cells, not {len(self.columns)}")
            for column, cell in zip(self.columns, row, strict=True):
                if not _fits_column_kind(cell, column.kind):
                    raise ValueError(f"table {self.id}, row {number}, column {column.key}: not {column.kind}")

    @property
    def is_chart(self) -> bool:
        """Whether paper draws its numbers too, as bars or as shades."""
        return bool(self.bar_column) or self.is_shaded

    def is_total(self, row_number: int) -> bool:
        """Tells whether a row, counted from 0, is the total or a subtotal."""
        is_last_total = self.has_total_row and row_number == len(self.rows) - 1
        return is_last_total or row_number in self.subtotal_rows

    def compute_shade(self, row_number: int, column: Column, cell: Cell) -> int:
        """Returns how dark a cell of a shaded table is: 0 for none and for totals, up to 4 for the greatest."""
        if not isinstance(cell, int) or column.is_total or self.is_total(row_number) or not self.is_shaded:
            return 0
        return -(-SHADES * cell // self._greatest_body_number) if cell else 0

    @cached_property
    def _greatest_body_number(self) -> int:
        return max(
            (
                cell
                for number, row in enumerate(self.rows)
                for column, cell in zip(self.columns, row, strict=True)
                if isinstance(cell, int) and not column.is_total and not self.is_total(number)
            ),
            default=0,
        )


def _fits_column_kind(cell: Cell, kind: ColumnKind) -> bool:
    cell = strip_link(cell)
    if cell is None or cell is SUPPRESSED:
        return True
    # Python counts True as the integer 1; in a table it would be a mistake of the caller.
    return isinstance(cell, _TYPES_BY_KIND[kind]) and not isinstance(cell, bool)
