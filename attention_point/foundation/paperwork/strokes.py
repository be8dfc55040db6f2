"""How one series looks apart from another: by colour, and in print without colour by texture, mark and dash."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from reportlab.graphics.shapes import Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.document import Series
from attention_point.foundation.paperwork.look import COBALT, GREY, INK, REGULAR, TINT, WHITE, YELLOW
from attention_point.foundation.paperwork.text import shorten

SIZE = 8.0
ROW = 14.0

Anchor = Literal["start", "middle", "end"]
Shape = Rect | Line | PolyLine | Polygon | String

# Fill, and how far a hatching line climbs on its way across (None: no hatching). Every bar has a dark outline.
_BARS: tuple[tuple[Color, float | None], ...] = (
    (COBALT, None),
    (YELLOW, 1.0),
    (WHITE, 0.0),
    (GREY, None),
    (TINT, -1.0),
)
_LINES: tuple[tuple[Color, list[float] | None], ...] = (
    (COBALT, None),
    (INK, [6, 3]),
    (GREY, [2, 2]),
    (COBALT, [8, 3, 2, 3]),
    (INK, [1, 3]),
)
# Corners of the marks on a line, around its point: square, triangle, diamond, narrow and flat bar.
_MARKS: tuple[tuple[float, ...], ...] = (
    (-2.5, -2.5, 2.5, -2.5, 2.5, 2.5, -2.5, 2.5),
    (-3.2, -2.4, 3.2, -2.4, 0, 3.2),
    (0, -3.6, 3.6, 0, 0, 3.6, -3.6, 0),
    (-1.2, -4, 1.2, -4, 1.2, 4, -1.2, 4),
    (-4, -1.2, 4, -1.2, 4, 1.2, -4, 1.2),
)
_HATCH = 4.0


def text(x: float, y: float, words: str, anchor: Anchor = "start", colour: Color = INK) -> String:
    """A label; ``anchor`` is start, middle or end."""
    return String(x, y, words, textAnchor=anchor, fontName=REGULAR, fontSize=SIZE, fillColor=colour)


def rule(x: float, y: float, to_x: float, to_y: float, colour: Color = GREY) -> Line:
    """A thin straight line."""
    return Line(x, y, to_x, to_y, strokeColor=colour, strokeWidth=0.6)


def bar(number: int, x: float, y: float, width: float, height: float) -> Iterator[Shape]:
    """A bar of the series with this number; nothing where it has no size."""
    if width <= 0 or height <= 0:
        return
    fill, climb = _BARS[number % len(_BARS)]
    painted: Any = {"fillColor": fill, "strokeColor": INK, "strokeWidth": 0.6}
    yield Rect(x, y, width, height, **painted)
    if climb is not None:
        yield from _hatching(x, y, width, height, climb)


def _hatching(x: float, y: float, width: float, height: float, climb: float) -> Iterator[Shape]:
    """Parallel lines cut off at the bar's edges: each is y = start + climb · x inside the bar."""
    rise = climb * width
    start = min(0.0, -rise) + _HATCH
    while start < max(height, height - rise):
        if climb:
            ends = sorted(((0 - start) / climb, (height - start) / climb))
            low, high = max(0.0, ends[0]), min(width, ends[1])
        else:
            low, high = 0.0, width
        if low < high:
            yield rule(x + low, y + start + climb * low, x + high, y + start + climb * high, INK)
        start += _HATCH


def mark(number: int, x: float, y: float) -> Polygon:
    """The point of a line's series."""
    corners = _MARKS[number % len(_MARKS)]
    points = [corner + (y if place % 2 else x) for place, corner in enumerate(corners)]
    colour, _ = _LINES[number % len(_LINES)]
    return Polygon(points, fillColor=colour, strokeColor=colour, strokeWidth=0.5)


def stroke(number: int, points: Sequence[float]) -> PolyLine:
    """The line of a series through its points, x and y by turns."""
    colour, dashes = _LINES[number % len(_LINES)]
    painted: Any = {"strokeColor": colour, "strokeWidth": 1.6, "strokeDashArray": dashes}
    return PolyLine(list(points), **painted)


def _keys(series: Sequence[Series], width: float) -> Iterator[tuple[int, float, int, str]]:
    """Row, place on it, number and label of each series in the legend; a single series needs none."""
    row, x = 0, 0.0
    for number, one in enumerate(series if len(series) > 1 else ()):
        label = shorten(one.label, REGULAR, SIZE, width - 24)
        length = 24 + stringWidth(label, REGULAR, SIZE)
        if x and x + length > width:
            row, x = row + 1, 0.0
        yield row, x, number, label
        x += length + 16


def legend_height(series: Sequence[Series], width: float) -> float:
    """Points that the legend takes above a chart."""
    return max((row + 1 for row, *_ in _keys(series, width)), default=0) * ROW


def legend(series: Sequence[Series], lines: bool, width: float, top: float) -> Iterator[Shape]:
    """The legend's shapes, its upper edge at ``top``; it shows lines as lines, bars as small bars."""
    for row, x, number, label in _keys(series, width):
        y = top - (row + 1) * ROW + 4
        if lines:
            yield stroke(number, [x, y + 3, x + 18, y + 3])
            yield mark(number, x + 9, y + 3)
        else:
            yield from bar(number, x, y - 1, 18, 9)
        yield text(x + 24, y, label)
