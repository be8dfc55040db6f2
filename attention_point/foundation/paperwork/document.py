"""A neutral document: what a paper says, apart from how it is written as PDF, CSV or a page.

Texts arrive translated; numbers and dates arrive as values, and each writer gives them their form through
``words.Words``. Everything is frozen, so that one document can be written several times and stay the same.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Literal


class Suppressed(Enum):
    """A count kept back so that nobody is recognised in it; unlike zero and unlike an empty cell."""

    SUPPRESSED = "suppressed"


SUPPRESSED = Suppressed.SUPPRESSED

Number = int | float | Decimal
Value = Number | Suppressed | None
Cell = str | date | Value
Kind = Literal["text", "integer", "number", "amount", "date"]
ChartKind = Literal["bar", "hbar", "line"]

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float, Decimal),
    "amount": (int, Decimal),
    "date": (date,),
}


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; it enters the outline of the document."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ValueError("a heading has level 1, 2 or 3")


@dataclass(frozen=True)
class Paragraph:
    """Running text; a line break in it is kept."""

    text: str


@dataclass(frozen=True)
class Note:
    """A remark set apart from the running text: a method, a warning, a source."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Pairs of label and value."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """One column; ``key`` names it for machines, ``label`` for readers."""

    key: str
    label: str
    kind: Kind = "text"

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers, which stand at the right."""
        return self.kind in ("integer", "number", "amount")


@dataclass(frozen=True)
class Table:
    """Rows under columns; with ``total_row`` the last row is their total.

    Raises ``ValueError`` where a row has not one cell a column, or a cell not the kind of its column. The error
    names the table, row and column, never the cell's value.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    total_row: bool = False

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"table {self.id} has no column")
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.id}, row {number}: {len(row)} cells, not {len(self.columns)}")
            for column, cell in zip(self.columns, row, strict=True):
                if not _fits(cell, column.kind):
                    raise ValueError(f"table {self.id}, row {number}, column {column.key}: not {column.kind}")


def _fits(cell: Cell, kind: Kind) -> bool:
    if cell is None or cell is SUPPRESSED:
        return True
    return isinstance(cell, _TYPES[kind]) and not isinstance(cell, bool)


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars: a value for each category, ``None`` where there is none."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Chart:
    """A picture of a table; ``description`` says in words what it shows, for who does not see it.

    Values are zero or more: every axis starts at 0. Raises ``ValueError`` otherwise, or where a series has not
    one value a category.
    """

    id: str
    title: str
    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    description: str = ""

    def __post_init__(self) -> None:
        for series in self.series:
            if len(series.values) != len(self.categories):
                raise ValueError(f"chart {self.id}: a series has not one value a category")
            for value in series.values:
                if isinstance(value, Number) and not 0 <= value < float("inf"):
                    raise ValueError(f"chart {self.id}: a value is negative or not finite")


@dataclass(frozen=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True)
class Code:
    """A QR code of ``payload`` (an opaque address, never a personal value) with its caption."""

    payload: str
    caption: str = ""


Block = Heading | Paragraph | Note | Facts | Table | Chart | PageBreak | Code


@dataclass(frozen=True)
class Document:
    """A whole paper. ``created`` is a moment with zone: the only date that the writers know.

    ``language`` is a BCP 47 tag (``es-CO``). ``reference`` stands in the footer of each page, ``watermark`` across
    it. Raises ``ValueError`` for a moment without zone, or a chart with no table directly before or after it.
    """

    title: str
    subtitle: str
    language: str
    created: datetime
    issuer: str
    blocks: tuple[Block, ...]
    watermark: str | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.created.utcoffset() is None:
            raise ValueError("a document's moment needs a time zone")
        for place, block in enumerate(self.blocks):
            beside = self.blocks[max(place - 1, 0) : place + 2]
            if isinstance(block, Chart) and not any(isinstance(other, Table) for other in beside):
                raise ValueError(f"chart {block.id} has no table beside it")

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, in their order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))
