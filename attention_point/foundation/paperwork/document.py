"""A neutral document: what a paper says, apart from how it is written as PDF, CSV or a page.

Texts arrive translated; numbers and dates arrive as values, and each writer gives them their form through
``words.Words``. Everything is frozen, so that one document can be written several times and stay the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Literal

from attention_point.foundation.paperwork.links import Linked, bare, check_anchor


class Suppressed(Enum):
    """A count kept back so that nobody is recognised in it; unlike zero and unlike an empty cell."""

    SUPPRESSED = "suppressed"


SUPPRESSED = Suppressed.SUPPRESSED

Number = int | float | Decimal
Value = Number | Suppressed | None
Cell = str | date | Value | Linked
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
    """A heading of level 1 to 3; it enters the outline of the document. Links lead to its ``anchor`` as ``#anchor``."""

    text: str
    level: int = 1
    anchor: str = ""

    def __post_init__(self) -> None:
        check_anchor(self.anchor)
        if self.level not in (1, 2, 3):
            raise ValueError("a heading has level 1, 2 or 3")


@dataclass(frozen=True)
class Paragraph:
    """Running text; a line break in it is kept. ``link`` stands after it: the records behind a figure, a source."""

    text: str
    link: Linked | None = None


@dataclass(frozen=True)
class Items:
    """A list with bullets, in the order given."""

    rows: tuple[str | Linked, ...]


@dataclass(frozen=True)
class Note:
    """A remark set apart from the running text: a method, a warning, a source."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Pairs of label and value."""

    rows: tuple[tuple[str, str | Linked], ...]


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
    """Rows under columns; with ``total_row`` the last row is their total. Links lead to it as ``#id``.

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
    cell = bare(cell)
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


Block = Heading | Paragraph | Items | Note | Facts | Table | Chart | PageBreak | Code


@dataclass(frozen=True)
class Document:
    """A whole paper. ``created`` is a moment with zone: the only date that the writers know.

    ``language`` is a BCP 47 tag (``es-CO``). ``reference`` stands in the footer of each page, ``watermark`` across
    it. ``cover`` gives it a first page of its own, ``contents`` a list of its headings of levels 1 and 2 with their
    pages. ``site`` is the address (``https://…``) after which links by path are put in papers that leave the
    application. Raises ``ValueError`` for a moment without zone, a site that is no address, a chart with no table
    directly before or after it, or a link to a place that the document does not have.
    """

    title: str
    subtitle: str
    language: str
    created: datetime
    issuer: str
    blocks: tuple[Block, ...]
    watermark: str | None = None
    reference: str | None = None
    cover: bool = False
    contents: bool = False
    site: str = ""

    def __post_init__(self) -> None:
        if self.created.utcoffset() is None:
            raise ValueError("a document's moment needs a time zone")
        if self.site and not re.fullmatch(r"https?://[\w.:/~-]+", self.site, re.ASCII):
            raise ValueError("a document's site is an http or https address")
        for place, block in enumerate(self.blocks):
            beside = self.blocks[max(place - 1, 0) : place + 2]
            if isinstance(block, Chart) and not any(isinstance(other, Table) for other in beside):
                raise ValueError(f"chart {block.id} has no table beside it")
        self._check_links()

    def _check_links(self) -> None:
        anchors = {block.anchor for block in self.blocks if isinstance(block, Heading)}
        anchors |= {table.id for table in self.tables}
        for block in self.blocks:
            for link in _links(block):
                if link.href.startswith("#") and link.href[1:] not in anchors:
                    raise ValueError(f"a link leads to {link.href}, which is no heading's anchor and no table's id")

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, in their order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


def _links(block: Block) -> Iterator[Linked]:
    values: list[object] = []
    if isinstance(block, Paragraph):
        values = [block.link]
    elif isinstance(block, Items):
        values = list(block.rows)
    elif isinstance(block, Facts):
        values = [value for _, value in block.rows]
    elif isinstance(block, Table):
        values = [cell for row in block.rows for cell in row]
    return (value for value in values if isinstance(value, Linked))
