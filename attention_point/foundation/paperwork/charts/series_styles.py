"""How the series of a chart differ: by colour, and also by hatching, marker and dashes, for print without colour."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from reportlab.graphics.shapes import Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.colours import BACKGROUND_COLOUR, BLACK, COBALT, GREY, WHITE, YELLOW
from attention_point.foundation.paperwork.fonts import REGULAR_FONT, shorten_text
from attention_point.foundation.paperwork.report import Series

LABEL_SIZE = 8.0
LEGEND_ROW_HEIGHT = 14.0

TextAnchor = Literal["start", "middle", "end"]
ChartShape = Rect | Line | PolyLine | Polygon | String

# Colour, and slope of the hatching lines (None: no hatching). Every bar has a dark outline, so that pale ones are seen.
_BAR_STYLES: tuple[tuple[str, float | None], ...] = (
    (COBALT, None),
    (YELLOW, 1.0),
    (WHITE, 0.0),
    (GREY, None),
    (BACKGROUND_COLOUR, -1.0),
)
# Colour, and lengths of dashes and gaps in points.
_LINE_STYLES: tuple[tuple[str, list[float] | None], ...] = (
    (COBALT, None),
    (BLACK, [6, 3]),
    (GREY, [2, 2]),
    (COBALT, [8, 3, 2, 3]),
    (BLACK, [1, 3]),
)
# Corners of each marker, x and y by turns around its point: square, triangle, diamond, narrow bar, flat bar.
_MARKER_CORNERS: tuple[tuple[float, ...], ...] = (
    (-2.5, -2.5, 2.5, -2.5, 2.5, 2.5, -2.5, 2.5),
    (-3.2, -2.4, 3.2, -2.4, 0, 3.2),
    (0, -3.6, 3.6, 0, 0, 3.6, -3.6, 0),
    (-1.2, -4, 1.2, -4, 1.2, 4, -1.2, 4),
    (-4, -1.2, 4, -1.2, 4, 1.2, -4, 1.2),
)
_HATCH_DISTANCE = 4.0


def build_label(x: float, y: float, label: str, anchor: TextAnchor = "start", colour: str = BLACK) -> String:
    """Builds a label whose start, middle or end stands at x."""
    return String(
        x, y, label, textAnchor=anchor, fontName=REGULAR_FONT, fontSize=LABEL_SIZE, fillColor=HexColor(colour)
    )


def build_thin_line(x: float, y: float, to_x: float, to_y: float, colour: str = GREY) -> Line:
    """Builds a thin straight line."""
    return Line(x, y, to_x, to_y, strokeColor=HexColor(colour), strokeWidth=0.6)


def build_bar(series_number: int, x: float, y: float, width: float, height: float) -> Iterator[ChartShape]:
    """Builds a bar in the style of a series; a bar without width or height has no shapes."""
    if width <= 0 or height <= 0:
        return
    fill, climb = _BAR_STYLES[series_number % len(_BAR_STYLES)]
    style: Any = {"fillColor": HexColor(fill), "strokeColor": HexColor(BLACK), "strokeWidth": 0.6}
    yield Rect(x, y, width, height, **style)
    if climb is not None:
        yield from _build_hatching(x, y, width, height, climb)


def _build_hatching(x: float, y: float, width: float, height: float, climb: float) -> Iterator[ChartShape]:
    # Parallel lines y = start + climb · x, cut off at the bar's edges: ReportLab's shapes have no patterns.
    rise = climb * width
    start = min(0.0, -rise) + _HATCH_DISTANCE
    while start < max(height, height - rise):
        if climb:
            ends = sorted(((0 - start) / climb, (height - start) / climb))
            low, high = max(0.0, ends[0]), min(width, ends[1])
        else:
            low, high = 0.0, width
        if low < high:
            yield build_thin_line(x + low, y + start + climb * low, x + high, y + start + climb * high, BLACK)
        start += _HATCH_DISTANCE


def build_marker(series_number: int, x: float, y: float) -> Polygon:
    """Builds the marker of one value in a line chart."""
    corners = _MARKER_CORNERS[series_number % len(_MARKER_CORNERS)]
    points = [corner + (y if index % 2 else x) for index, corner in enumerate(corners)]
    colour = HexColor(_LINE_STYLES[series_number % len(_LINE_STYLES)][0])
    return Polygon(points, fillColor=colour, strokeColor=colour, strokeWidth=0.5)


def build_series_line(series_number: int, points: Sequence[float]) -> PolyLine:
    """Builds the line of a series through its points, given as x and y by turns."""
    colour, dashes = _LINE_STYLES[series_number % len(_LINE_STYLES)]
    style: Any = {"strokeColor": HexColor(colour), "strokeWidth": 1.6, "strokeDashArray": dashes}
    return PolyLine(list(points), **style)


def _lay_out_legend(series: Sequence[Series], width: float) -> Iterator[tuple[int, float, int, str]]:
    """Gives row, x, number and label of each series. A single series needs no legend: the title names it."""
    row, x = 0, 0.0
    for series_number, entry in enumerate(series if len(series) > 1 else ()):
        label = shorten_text(entry.label, REGULAR_FONT, LABEL_SIZE, width - 24)
        length = 24 + stringWidth(label, REGULAR_FONT, LABEL_SIZE)
        if x and x + length > width:
            row, x = row + 1, 0.0
        yield row, x, series_number, label
        x += length + 16


def measure_legend_height(series: Sequence[Series], width: float) -> float:
    """Returns the height in points that the legend takes above a chart."""
    return max((row + 1 for row, *_ in _lay_out_legend(series, width)), default=0) * LEGEND_ROW_HEIGHT


def build_legend(series: Sequence[Series], shows_lines: bool, width: float, top: float) -> Iterator[ChartShape]:
    """Builds the legend, with its upper edge at ``top``, and a short line or a small bar for each series."""
    for row, x, series_number, label in _lay_out_legend(series, width):
        y = top - (row + 1) * LEGEND_ROW_HEIGHT + 4
        if shows_lines:
            yield build_series_line(series_number, [x, y + 3, x + 18, y + 3])
            yield build_marker(series_number, x + 9, y + 3)
        else:
            yield from build_bar(series_number, x, y - 1, 18, 9)
        yield build_label(x + 24, y, label)
