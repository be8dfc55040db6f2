"""A laid-out table as a flowable, drawn straight onto the page: many times faster than ReportLab's own tables.

On each further page it says its caption again and repeats its heads; its notes stay with its last rows.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Lines

from attention_point.foundation.paperwork.grid import ABOVE, Layout, Row
from attention_point.foundation.paperwork.look import BOLD, COBALT, GREY, INK, REGULAR, RULE, TINT, WHITE, Text, say
from attention_point.foundation.paperwork.text import shorten

CAPTION = 9.5
_CAPTION_ROOM = 20.0
_NOTES = 5.0


class Rows(Flowable):
    """Rows of a layout under its heads. ``again`` is the caption of further pages, ``key`` the name links lead to.

    ``unsaid`` is the caption of rows that have none before them, because the heading says the same: should they come
    to the top of a page of ``page`` points, where no heading is in sight, they say it themselves.
    """

    unsaid = ""
    page = 0.0

    def __init__(self, layout: Layout, again: str, notes: Sequence[Lines], key: str = "") -> None:
        super().__init__()
        self._layout, self._again, self._notes, self._key = layout, again, notes, key
        self._rows: Sequence[Row] = layout.rows
        self._caption = ""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Its size in points, on a page with ``height`` points left."""
        if self.unsaid:
            self._caption = self.unsaid if height > self.page - 1 else ""
        self.width = sum(self._layout.widths)
        self.height = self._above + sum(row.height for row in self._rows) + self._empty + self._below(width)
        return self.width, self.height

    @property
    def _above(self) -> float:
        return self._layout.head.height + (_CAPTION_ROOM if self._caption else 0.0)

    @property
    def _empty(self) -> float:
        return self._layout.leading + 2 * ABOVE if self._layout.empty else 0.0

    def _below(self, width: float) -> float:
        return _NOTES + sum(note.wrap(width, 0)[1] for note in self._notes)

    def split(self, width: float, height: float) -> list[Any]:
        """What fits on this page, a new page, and the rest; the last row never stands there alone."""
        room = height - self._above - _NOTES
        fitting = sum(1 for top in accumulate(row.height for row in self._rows) if top <= room)
        fitting = min(fitting, len(self._rows) - 2)
        if fitting < 1:
            return []
        first, rest = Rows(self._layout, self._again, (), self._key), Rows(self._layout, self._again, self._notes)
        first._caption, rest._caption = self._caption, self._again
        first._rows, rest._rows = self._rows[:fitting], self._rows[fitting:]
        return [first, NewPage(), rest]

    def draw(self) -> None:
        """Draws it from the top down, its lower left corner at 0, 0."""
        top = self.height
        if self._key:
            self.canv.bookmarkHorizontal(self._key, 0, top)
        if self._caption:
            self._say(0, top - CAPTION, shorten(self._caption, BOLD, CAPTION, self.width), BOLD, CAPTION)
            top -= _CAPTION_ROOM
        self._band(top, self._layout.head.height, COBALT)
        self._write([(self._layout.head, top)], BOLD, WHITE)
        top = self._body(top - self._layout.head.height)
        self._line(top, RULE, 0.6)
        top -= _NOTES
        for note in self._notes:
            top -= note.height
            note.drawOn(self.canv, 0, top)

    def _body(self, top: float) -> float:
        """Draws the rows and returns how far down they come."""
        layout = self._layout
        if layout.empty:
            self._say(layout.padding, top - ABOVE - layout.size, layout.empty, REGULAR, layout.size, GREY)
            return top - self._empty
        plain: list[tuple[Row, float]] = []
        totals: list[tuple[Row, float]] = []
        for row in self._rows:
            if row.number % 2 == 0:
                self._band(top, row.height, TINT)
            last = layout.total and row.number == layout.rows[-1].number
            (totals if last else plain).append((row, top))
            top -= row.height
        self._write(plain, REGULAR, INK)
        if totals:
            self._line(totals[0][1], COBALT, 1.0)
            self._write(totals, BOLD, INK)
        return top

    def _write(self, rows: Sequence[tuple[Row, float]], font: str, colour: Color) -> None:
        """All cells in one text: setting it up for each would take most of the time."""
        layout = self._layout
        texts: dict[Color, list[Text]] = {colour: [], COBALT: []}
        for row, top in rows:
            left = 0.0
            # Heads stand at the foot of theirs, which may be of several lines.
            highest = max(map(len, row.cells)) if row is layout.head else 0
            for column, width, lines, link in zip(layout.columns, layout.widths, row.cells, row.links, strict=True):
                y = top - ABOVE - layout.size - max(highest - len(lines), 0) * layout.leading
                if link:
                    self._lead(link, (left, top - row.height, left + width, top))
                for line in lines:
                    room = (
                        width - layout.padding - stringWidth(line, font, layout.size)
                        if column.numeric
                        else layout.padding
                    )
                    texts[COBALT if link else colour].append((left + room, y, line, font, layout.size))
                    y -= layout.leading
                left += width
        for of, alike in texts.items():
            if alike:
                self.canv.setFillColor(of)
                say(self.canv, alike)

    def _lead(self, link: str, area: tuple[float, float, float, float]) -> None:
        if link.startswith("#"):
            self.canv.linkRect("", f"at-{link[1:]}", area, relative=1, thickness=0)
        else:
            self.canv.linkURL(link, area, relative=1, thickness=0)

    def _say(self, x: float, y: float, said: str, font: str, size: float, colour: Color = INK) -> None:
        self.canv.setFont(font, size)
        self.canv.setFillColor(colour)
        self.canv.drawString(x, y, said)

    def _band(self, top: float, height: float, colour: Color) -> None:
        self.canv.setFillColor(colour)
        self.canv.rect(0, top - height, self.width, height, stroke=0, fill=1)

    def _line(self, y: float, colour: Color, thick: float) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(thick)
        self.canv.line(0, y, self.width, y)
