"""The neutral report: what a paper says, without how it is written as PDF, CSV or HTML.

Texts are translated already. Numbers and dates are values; each writer formats them through ``ReportWording``.
Everything is frozen, so that one report can be written in several formats and stays the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from attention_point.foundation.paperwork.cell_values import (
    LinkedValue,
    Number,
    NumericValue,
    build_bookmark,
    check_anchor,
)
from attention_point.foundation.paperwork.report_table import Cell, Column, ColumnKind, Table

__all__ = ["Cell", "Column", "ColumnKind", "Table"]

ChartKind = Literal["bar", "hbar", "line"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3, listed in the outline of the file. A link leads to it as ``#anchor``."""

    text: str
    level: int = 1
    anchor: str = ""

    def __post_init__(self) -> None:
        check_anchor(self.anchor)
        if self.level not in (1, 2, 3):
            raise ValueError("a heading has level 1, 2 or 3")


@dataclass(frozen=True)
class Paragraph:
    """Running text, whose line breaks are kept. ``link`` stands after the text: a source, or the records behind it."""

    text: str
    link: LinkedValue | None = None


@dataclass(frozen=True)
class BulletList:
    """A list with bullets."""

    items: tuple[str | LinkedValue, ...]


@dataclass(frozen=True)
class Note:
    """A remark in a box of its own, such as a warning."""

    text: str


@dataclass(frozen=True)
class LabelledValues:
    """Pairs of label and value."""

    rows: tuple[tuple[str, str | LinkedValue], ...]


@dataclass(frozen=True)
class HeadlineFigure:
    """A figure that a reader looks for first: its label, the figure as readers see it, and remarks below it."""

    label: str
    value: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeadlineFigures:
    """Headline figures, which stand beside each other."""

    figures: tuple[HeadlineFigure, ...]


@dataclass(frozen=True)
class Series:
    """One line, or the bars of one colour: a value for each category, or ``None`` where there is no value."""

    label: str
    values: tuple[NumericValue, ...]


@dataclass(frozen=True)
class Chart:
    """A picture of a table, whose id it may share. ``description`` says in words what it shows.

    Two charts of half the width stand side by side on paper. Raises ``ValueError`` if a series does not have one value
    for each category, or a value is negative or not finite: every axis starts at 0, because a cut axis makes
    differences look larger than they are.
    """

    id: str
    title: str
    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    description: str = ""
    is_half_width: bool = False

    def __post_init__(self) -> None:
        for series in self.series:
            if len(series.values) != len(self.categories):
                raise ValueError(f"chart {self.id}: a series has not one value a category")
            for value in series.values:
                if isinstance(value, Number) and not 0 <= value < float("inf"):
                    raise ValueError(f"chart {self.id}: a value is negative or not finite")


@dataclass(frozen=True)
class Signature:
    """Where a paper is signed: place and date, then a line to sign on over the name and the post of who signs.

    What is not known is empty; the line stands in any case.
    """

    place_and_date: str
    name: str = ""
    post: str = ""


@dataclass(frozen=True)
class PageBreak:
    """A page break: the next part starts on a new page."""


Block = (
    Heading | Paragraph | BulletList | Note | LabelledValues | HeadlineFigures | Table | Chart | Signature | PageBreak
)


@dataclass(frozen=True)
class OutlineEntry:
    """A heading in its report.

    ``level`` is its level in an outline that leaves out no level on the way down, as screen readers and PDF need it.
    ``bookmark`` is the name that marks its place in a written paper.
    """

    heading: Heading
    level: int
    bookmark: str

    @property
    def is_in_contents(self) -> bool:
        """Whether the table of contents lists the heading: levels 1 and 2 only."""
        return self.heading.level < 3


@dataclass(frozen=True)
class Report:
    """A whole report.

    ``language`` is a BCP 47 tag (``es-CO``). ``created_at`` has a time zone and is the only date that the writers
    know. ``reference`` stands in the footer of each page, and ``watermark`` across it. ``has_cover`` gives the report
    a first page of its own with ``cover_mark`` in large type, and ``has_contents`` a table of contents. Readers see
    ``date_text`` in place of the date of ``created_at``, where there is one. Links by path are put after
    ``site_address`` (``https://…``). Raises ``ValueError`` for a moment without time zone, a site address that is no
    address, a chart without its table, or a link to an anchor that the report does not have.
    """

    title: str
    subtitle: str
    language: str
    created_at: datetime
    issuer: str
    blocks: tuple[Block, ...]
    watermark: str | None = None
    reference: str | None = None
    has_cover: bool = False
    has_contents: bool = False
    site_address: str = ""
    cover_mark: str = ""
    date_text: str = ""

    def __post_init__(self) -> None:
        if self.created_at.utcoffset() is None:
            raise ValueError("a report's moment needs a time zone")
        if self.site_address and not re.fullmatch(r"https?://[\w.:/~-]+", self.site_address, re.ASCII):
            raise ValueError("a report's site is an http or https address")
        for index, block in enumerate(self.blocks):
            # A reader who does not see the chart needs its values (WCAG 2.2, 1.1.1).
            if isinstance(block, Chart) and self.find_table_beside(index) is None:
                raise ValueError(f"chart {block.id} has no table beside it")
        self._check_links()

    def _check_links(self) -> None:
        anchors = {block.anchor for block in self.blocks if isinstance(block, Heading)}
        anchors |= {table.id for table in self.tables}
        for block in self.blocks:
            for link in _collect_links(block):
                if link.href.startswith("#") and link.href[1:] not in anchors:
                    raise ValueError(f"a link leads to {link.href}, which is no heading's anchor and no table's id")

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, in their order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def has_chart_tables(self) -> bool:
        """Whether tables are charts too: then it is a paper of figures, not of words."""
        return any(table.is_chart for table in self.tables)

    @property
    def outline(self) -> dict[int, OutlineEntry]:
        """The headings, by their index among the blocks."""
        entries: dict[int, OutlineEntry] = {}
        level = 0
        for index, block in enumerate(self.blocks):
            if isinstance(block, Heading):
                level = min(block.level, level + 1)
                bookmark = build_bookmark(block.anchor) if block.anchor else f"heading-{index}"
                entries[index] = OutlineEntry(block, level, bookmark)
        return entries

    @property
    def contents(self) -> list[OutlineEntry]:
        """The headings of the table of contents; empty in a report without one."""
        return [entry for entry in self.outline.values() if self.has_contents and entry.is_in_contents]

    def find_table_beside(self, index: int) -> Table | None:
        """Returns the table directly before or after the block with this index, or else the table with its id."""
        neighbours = self.blocks[max(index - 1, 0) : index + 2]
        beside = next((block for block in neighbours if isinstance(block, Table)), None)
        chart_id = getattr(self.blocks[index], "id", None)
        return beside or next((table for table in self.tables if table.id == chart_id), None)

    def repeats_heading(self, index: int) -> bool:
        """Tells whether the title of this table or chart is the text of the heading above it: writers leave it out."""
        block = self.blocks[index]
        headings = (above for above in reversed(self.blocks[:index]) if isinstance(above, Heading))
        nearest = next(headings, None)
        return nearest is not None and isinstance(block, Table | Chart) and block.title == nearest.text


def _collect_links(block: Block) -> Iterator[LinkedValue]:
    values: list[object] = []
    if isinstance(block, Paragraph):
        values = [block.link]
    elif isinstance(block, BulletList):
        values = list(block.items)
    elif isinstance(block, LabelledValues):
        values = [value for _, value in block.rows]
    elif isinstance(block, Table):
        values = [cell for row in block.rows for cell in row]
    return (value for value in values if isinstance(value, LinkedValue))
