"""Lays a chart out as a ReportLab drawing, which a PDF takes as it is and ``svg`` turns into a file.

Every axis starts at 0. Values are labelled; on a line, only where a label covers nothing. Only five of ReportLab's
shapes are used: rectangle, line, polyline, polygon and text. Its own charts let labels cover each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.cell_values import Number, NumericValue
from attention_point.foundation.paperwork.charts.series_styles import (
    LABEL_SIZE,
    ChartShape,
    build_bar,
    build_label,
    build_legend,
    build_marker,
    build_series_line,
    build_thin_line,
    measure_legend_height,
)
from attention_point.foundation.paperwork.colours import GREY, LINE_COLOUR
from attention_point.foundation.paperwork.fonts import REGULAR_FONT, wrap_text
from attention_point.foundation.paperwork.report import Chart
from attention_point.foundation.paperwork.wording import ReportWording, format_cell

# All sizes are points. A chart is as wide as the text of a page, or half as wide with a gap between two.
CONTENT_WIDTH = 500.0
HALF_WIDTH = 240.0
_PLOT_HEIGHT = 170.0
_LINE_HEIGHT = 10.0
_BAR_THICKNESS, _THIN_BAR_THICKNESS = 14.0, 11.0  # of a chart of the whole width, and of half of it
_MAX_COLUMN_WIDTH = 34.0
# More grid lines than five steps draw would compete with the bars.
_MAX_STEPS = 5
# x and y of the left end, x and y of the right end.
_LineSegment = tuple[float, float, float, float]
# Names at the left of lying bars may take this share of the width; longer ones are wrapped.
_MAX_NAME_SHARE = 0.38


@dataclass(frozen=True)
class ValueAxis:
    """A value axis of ``length`` points, from 0 to ``step_size`` times ``step_count``."""

    step_size: float
    step_count: int
    length: float

    def position_of(self, value: NumericValue) -> float:
        """Returns the distance from the origin in points; 0 for a missing or suppressed value."""
        return float(value) / (self.step_size * self.step_count) * self.length if isinstance(value, Number) else 0.0

    @property
    def tick_values(self) -> list[Number]:
        """The labelled values from 0 to the end, both included."""
        values = [self.step_size * step_number for step_number in range(self.step_count + 1)]
        return [int(value) if self.step_size >= 1 else round(value, 6) for value in values]


def build_axis(chart: Chart, length: float) -> ValueAxis:
    """Builds the axis that holds every value in at most five round steps (1, 2, 5, 10, 20…).

    Whole numbers get whole steps: nobody counts half a person.
    """
    numbers = [value for series in chart.series for value in series.values if isinstance(value, Number)]
    greatest = float(max(numbers, default=0))
    step = 1.0
    while step * _MAX_STEPS < greatest:
        # 1 → 2 → 5 → 10: only the step after a 2 is two and a half times as large.
        step *= 2.5 if f"{step:e}".startswith("2") else 2
    are_whole = all(isinstance(value, int) for value in numbers)
    while not are_whole and greatest and step / 10 * _MAX_STEPS >= greatest:
        step /= 10
    return ValueAxis(step, max(1, int(-(-greatest // step))), length)


def build_drawing(chart: Chart, wording: ReportWording) -> Drawing:
    """Draws a chart without its title. Upright bars lie down if their names or values do not fit beside each other."""
    width = HALF_WIDTH if chart.is_half_width else CONTENT_WIDTH
    if chart.kind == "hbar" or (chart.kind == "bar" and not _fits_upright(chart, wording, width)):
        shapes, height = _draw_horizontal_chart(chart, wording, width)
    else:
        shapes, height = _draw_upright_chart(chart, wording, width)
    legend_room = measure_legend_height(chart.series, width)
    drawing = Drawing(width, height + legend_room, initialFontName=REGULAR_FONT)
    for shape in [*shapes, *build_legend(chart.series, chart.kind == "line", width, height + legend_room)]:
        drawing.add(shape)
    return drawing


def _format_value(value: NumericValue, wording: ReportWording) -> str:
    return format_cell(value, "number", wording)


def _measure_widest(texts: Sequence[str]) -> float:
    return max((stringWidth(text, REGULAR_FONT, LABEL_SIZE) for text in texts), default=0.0)


def _format_values(chart: Chart, wording: ReportWording) -> list[str]:
    return [_format_value(value, wording) for series in chart.series for value in series.values]


def _split_category_names(chart: Chart) -> list[str]:
    return [word for name in chart.categories for word in name.split()]


def _fits_upright(chart: Chart, wording: ReportWording, width: float) -> bool:
    # The labels of the axis take up to 50 points; their exact width is known only when the chart is drawn.
    slot_width = (width - 50) / max(len(chart.categories), 1)
    return (
        _measure_widest(_split_category_names(chart)) <= slot_width - 4
        and _measure_widest(_format_values(chart, wording)) <= _measure_bar_width(chart, slot_width) + 4
    )


def _measure_bar_width(chart: Chart, slot_width: float) -> float:
    return min(_MAX_COLUMN_WIDTH, slot_width * 0.84 / max(len(chart.series), 1))


@dataclass(frozen=True)
class _UprightPlot:
    """The origin of a chart with upright bars or lines, and the width of one category."""

    axis: ValueAxis
    left: float
    bottom: float
    slot_width: float

    def slot_middle(self, index: int) -> float:
        return self.left + self.slot_width * (index + 0.5)


def _draw_upright_chart(chart: Chart, wording: ReportWording, width: float) -> tuple[list[ChartShape], float]:
    axis = build_axis(chart, _PLOT_HEIGHT)
    left = _measure_widest([_format_value(tick, wording) for tick in axis.tick_values]) + 8
    slot_width = (width - left) / max(len(chart.categories), 1)
    # A line may have more points than names find room: then every second, third… is named.
    name_interval = (
        max(1, int(-(-(_measure_widest(_split_category_names(chart)) + 4) // slot_width)))
        if chart.kind == "line"
        else 1
    )
    names = [wrap_text(name, REGULAR_FONT, LABEL_SIZE, slot_width * name_interval - 4) for name in chart.categories]
    bottom = max((len(lines) for lines in names[::name_interval]), default=0) * _LINE_HEIGHT + 6
    plot = _UprightPlot(axis, left, bottom, slot_width)
    shapes: list[ChartShape] = []
    for tick in axis.tick_values:
        y = bottom + axis.position_of(tick)
        shapes += [build_thin_line(left, y, width, y, LINE_COLOUR if tick else GREY)]
        shapes += [build_label(left - 5, y - 2.8, _format_value(tick, wording), "end", GREY)]
    for index in range(0, len(names), name_interval):
        for row, line in enumerate(names[index], 1):
            shapes += [build_label(plot.slot_middle(index), bottom - row * _LINE_HEIGHT, line, "middle")]
    shapes += _draw_curves(chart, wording, plot) if chart.kind == "line" else _draw_columns(chart, wording, plot)
    return shapes, bottom + _PLOT_HEIGHT + 16


def _draw_columns(chart: Chart, wording: ReportWording, plot: _UprightPlot) -> Iterator[ChartShape]:
    width = _measure_bar_width(chart, plot.slot_width)
    for series_number, series in enumerate(chart.series):
        for index, value in enumerate(series.values):
            x = plot.slot_middle(index) + width * (series_number - len(chart.series) / 2)
            height = plot.axis.position_of(value)
            yield from build_bar(series_number, x, plot.bottom, width, height)
            yield build_label(x + width / 2, plot.bottom + height + 3, _format_value(value, wording), "middle")


def _draw_curves(chart: Chart, wording: ReportWording, plot: _UprightPlot) -> Iterator[ChartShape]:
    labels: list[tuple[float, float, str]] = []
    runs: list[list[float]] = []
    for series_number, series in enumerate(chart.series):
        run: list[float] = []
        for index, value in enumerate([*series.values, None]):
            x, y = plot.slot_middle(index), plot.bottom + plot.axis.position_of(value)
            if isinstance(value, Number):
                run += [x, y]
                yield build_marker(series_number, x, y)
            elif run:
                # A line across a missing or protected value would show a value that was never published.
                yield build_series_line(series_number, run)
                runs, run = [*runs, run], []
            if value is not None:
                labels.append((y, x, _format_value(value, wording)))
    yield from _place_labels_apart(
        labels, [segment for run in runs for segment in _split_into_segments(run)], plot.bottom
    )


def _split_into_segments(points: list[float]) -> Iterator[_LineSegment]:
    for offset in range(0, len(points) - 2, 2):
        yield points[offset], points[offset + 1], points[offset + 2], points[offset + 3]


def _place_labels_apart(
    labels: list[tuple[float, float, str]], segments: list[_LineSegment], axis_y: float
) -> Iterator[ChartShape]:
    # A label stands over its point, or under it where a line goes over the point. A label that would still cover a
    # line, another label or the axis is left out: the table beside the chart has the value.
    placed: list[tuple[float, float, float]] = []
    for y, x, label in sorted(labels, reverse=True):
        half_width = stringWidth(label, REGULAR_FONT, LABEL_SIZE) / 2 + 1
        crossed = [
            any(_crosses_label(segment, x - half_width, x + half_width, low) for segment in segments)
            for low in (y + 6, y - 12)
        ]
        low = y - 12 if crossed[0] else y + 6
        is_free = all(
            abs(low - placed_low) >= LABEL_SIZE or abs(x - placed_middle) >= half_width + placed_half_width
            for placed_low, placed_middle, placed_half_width in placed
        )
        if is_free and not all(crossed) and low > axis_y:
            placed.append((low, x, half_width))
            yield build_label(x, low, label, "middle")


def _crosses_label(segment: _LineSegment, left: float, right: float, low: float) -> bool:
    """Tells whether a part of a line goes through a label whose lower edge is at ``low``."""
    x, y, to_x, to_y = segment
    start, end = max(x, left), min(to_x, right)
    if start > end:
        return False
    ends = [y + (to_y - y) * (edge - x) / (to_x - x) for edge in (start, end)]
    return min(ends) < low + LABEL_SIZE * 0.75 and max(ends) > low - 1


def _draw_horizontal_chart(chart: Chart, wording: ReportWording, width: float) -> tuple[list[ChartShape], float]:
    names = [wrap_text(name, REGULAR_FONT, LABEL_SIZE, width * _MAX_NAME_SHARE) for name in chart.categories]
    left = _measure_widest([line for lines in names for line in lines]) + 8
    axis = build_axis(chart, width - left - _measure_widest(_format_values(chart, wording)) - 8)
    thickness = _THIN_BAR_THICKNESS if chart.is_half_width else _BAR_THICKNESS
    group_height = thickness * len(chart.series)
    heights = [max(group_height, len(lines) * _LINE_HEIGHT) + 8 for lines in names]
    bottom = _LINE_HEIGHT + 6
    top = bottom + sum(heights)
    shapes: list[ChartShape] = []
    for tick in axis.tick_values:
        x = left + axis.position_of(tick)
        shapes += [build_thin_line(x, bottom, x, top, LINE_COLOUR if tick else GREY)]
        shapes += [build_label(x, bottom - _LINE_HEIGHT - 1, _format_value(tick, wording), "middle", GREY)]
    for index, (lines, height) in enumerate(zip(names, heights, strict=True)):
        middle = top - height / 2
        for row, line in enumerate(lines, 1):
            shapes += [build_label(left - 5, middle + (len(lines) / 2 - row) * _LINE_HEIGHT + 2.2, line, "end")]
        for series_number, series in enumerate(chart.series):
            y = middle + group_height / 2 - thickness * (series_number + 1)
            length = axis.position_of(series.values[index])
            shapes += build_bar(series_number, left, y + 1, length, thickness - 2)
            shapes += [
                build_label(left + length + 4, y + thickness / 2 - 3, _format_value(series.values[index], wording))
            ]
        top -= height
    return shapes, bottom + sum(heights) + 4
