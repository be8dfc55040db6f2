"""Charts as ReportLab drawings: for PDF as they are, for pages through ``svg``.

Every axis starts at 0, values are labelled (on a line, where the label covers nothing), and series differ by
texture, mark or dash as well as by colour.
Only five shapes are used: rectangle, line, polyline, polygon, text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.document import Chart, Number, Value
from attention_point.foundation.paperwork.look import GREY, REGULAR, RULE
from attention_point.foundation.paperwork.strokes import (
    SIZE,
    Shape,
    bar,
    legend,
    legend_height,
    mark,
    rule,
    stroke,
    text,
)
from attention_point.foundation.paperwork.text import wrap
from attention_point.foundation.paperwork.words import Words, cell_text

WIDTH = 500.0
_PLOT = 170.0
_LEADING = 10.0
_BAR = 14.0
_UPRIGHT = 34.0
_TICKS = 5
# From x, y to another x, y further right.
_Part = tuple[float, float, float, float]
# Names at the left of lying bars get at most this much.
_NAMES = 190.0


@dataclass(frozen=True)
class Scale:
    """A value axis of ``length`` points, from 0 to ``step`` times ``steps``."""

    step: float
    steps: int
    length: float

    def at(self, value: Value) -> float:
        """Points from the origin; a value that is missing or kept back has none."""
        return float(value) / (self.step * self.steps) * self.length if isinstance(value, Number) else 0.0

    @property
    def ticks(self) -> list[Number]:
        """From 0 to the end, both included."""
        values = [self.step * place for place in range(self.steps + 1)]
        return [int(value) if self.step >= 1 else round(value, 6) for value in values]


def scale(chart: Chart, length: float) -> Scale:
    """The axis that holds every value in at most five round steps (1, 2, 5, 10, 20…); counts have whole steps."""
    known = [value for series in chart.series for value in series.values if isinstance(value, Number)]
    greatest = float(max(known, default=0))
    step = 1.0
    while step * _TICKS < greatest:
        step *= 2.5 if f"{step:e}".startswith("2") else 2
    whole = all(isinstance(value, int) for value in known)
    while not whole and greatest and step / 10 * _TICKS >= greatest:
        step /= 10
    return Scale(step, max(1, int(-(-greatest // step))), length)


def draw(chart: Chart, words: Words) -> Drawing:
    """The chart without its title; upright bars lie down where names or values find no room."""
    if chart.kind == "hbar" or (chart.kind == "bar" and not _stands(chart, words)):
        shapes, height = _lying(chart, words)
    else:
        shapes, height = _standing(chart, words)
    above = legend_height(chart.series, WIDTH)
    drawing = Drawing(WIDTH, height + above, initialFontName=REGULAR)
    for shape in [*shapes, *legend(chart.series, chart.kind == "line", WIDTH, height + above)]:
        drawing.add(shape)
    return drawing


def _label(value: Value, words: Words) -> str:
    return cell_text(value, "number", words)


def _widest(texts: Sequence[str]) -> float:
    return max((stringWidth(one, REGULAR, SIZE) for one in texts), default=0.0)


def _values(chart: Chart, words: Words) -> list[str]:
    return [_label(value, words) for series in chart.series for value in series.values]


def _parts(chart: Chart) -> list[str]:
    return [part for name in chart.categories for part in name.split()]


def _stands(chart: Chart, words: Words) -> bool:
    slot = (WIDTH - 50) / max(len(chart.categories), 1)
    return _widest(_parts(chart)) <= slot - 4 and _widest(_values(chart, words)) <= _thick(chart, slot) + 4


def _thick(chart: Chart, slot: float) -> float:
    return min(_UPRIGHT, slot * 0.84 / max(len(chart.series), 1))


@dataclass(frozen=True)
class _Plot:
    """Where upright things stand: the origin, and the width given to one category."""

    axis: Scale
    left: float
    under: float
    slot: float

    def middle(self, place: int) -> float:
        return self.left + self.slot * (place + 0.5)


def _standing(chart: Chart, words: Words) -> tuple[list[Shape], float]:
    axis = scale(chart, _PLOT)
    left = _widest([_label(tick, words) for tick in axis.ticks]) + 8
    slot = (WIDTH - left) / max(len(chart.categories), 1)
    # A line may have more points than names find room: then every second, third… is named.
    every = max(1, int(-(-(_widest(_parts(chart)) + 4) // slot))) if chart.kind == "line" else 1
    names = [wrap(name, REGULAR, SIZE, slot * every - 4) for name in chart.categories]
    under = max((len(lines) for lines in names[::every]), default=0) * _LEADING + 6
    plot = _Plot(axis, left, under, slot)
    shapes: list[Shape] = []
    for tick in axis.ticks:
        y = under + axis.at(tick)
        shapes += [rule(left, y, WIDTH, y, RULE if tick else GREY)]
        shapes += [text(left - 5, y - 2.8, _label(tick, words), "end", GREY)]
    for place in range(0, len(names), every):
        for row, line in enumerate(names[place], 1):
            shapes += [text(plot.middle(place), under - row * _LEADING, line, "middle")]
    shapes += _curves(chart, words, plot) if chart.kind == "line" else _columns(chart, words, plot)
    return shapes, under + _PLOT + 16


def _columns(chart: Chart, words: Words, plot: _Plot) -> Iterator[Shape]:
    width = _thick(chart, plot.slot)
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            x = plot.middle(place) + width * (number - len(chart.series) / 2)
            height = plot.axis.at(value)
            yield from bar(number, x, plot.under, width, height)
            yield text(x + width / 2, plot.under + height + 3, _label(value, words), "middle")


def _curves(chart: Chart, words: Words, plot: _Plot) -> Iterator[Shape]:
    labels: list[tuple[float, float, str]] = []
    runs: list[list[float]] = []
    for number, series in enumerate(chart.series):
        run: list[float] = []
        for place, value in enumerate([*series.values, None]):
            x, y = plot.middle(place), plot.under + plot.axis.at(value)
            if isinstance(value, Number):
                run += [x, y]
                yield mark(number, x, y)
            elif run:
                # A line across a missing or protected value would draw a value that nobody gave.
                yield stroke(number, run)
                runs, run = [*runs, run], []
            if value is not None:
                labels.append((y, x, _label(value, words)))
    yield from _apart(labels, [part for run in runs for part in _parts_of(run)], plot.under)


def _parts_of(run: list[float]) -> Iterator[_Part]:
    for at in range(0, len(run) - 2, 2):
        yield run[at], run[at + 1], run[at + 2], run[at + 3]


def _apart(labels: list[tuple[float, float, str]], lines: list[_Part], floor: float) -> Iterator[Shape]:
    """Labels of points given as y, x and text, highest first: over the point, or under it where a line goes over it.

    One that would still cover a line, another label or the axis is left out; the table beside the chart has it.
    """
    placed: list[tuple[float, float, float]] = []
    for y, x, label in sorted(labels, reverse=True):
        half = stringWidth(label, REGULAR, SIZE) / 2 + 1
        crossed = [any(_crosses(line, x - half, x + half, low) for line in lines) for low in (y + 6, y - 12)]
        low = y - 12 if crossed[0] else y + 6
        free = all(abs(low - other) >= SIZE or abs(x - middle) >= half + room for other, middle, room in placed)
        if free and not all(crossed) and low > floor:
            placed.append((low, x, half))
            yield text(x, low, label, "middle")


def _crosses(line: _Part, left: float, right: float, low: float) -> bool:
    """Whether a part of a line goes through a label that stands on ``low``."""
    x, y, to_x, to_y = line
    start, end = max(x, left), min(to_x, right)
    if start > end:
        return False
    ends = [y + (to_y - y) * (at - x) / (to_x - x) for at in (start, end)]
    return min(ends) < low + SIZE * 0.75 and max(ends) > low - 1


def _lying(chart: Chart, words: Words) -> tuple[list[Shape], float]:
    names = [wrap(name, REGULAR, SIZE, _NAMES) for name in chart.categories]
    left = _widest([line for lines in names for line in lines]) + 8
    axis = scale(chart, WIDTH - left - _widest(_values(chart, words)) - 8)
    group = _BAR * len(chart.series)
    heights = [max(group, len(lines) * _LEADING) + 8 for lines in names]
    under = _LEADING + 6
    top = under + sum(heights)
    shapes: list[Shape] = []
    for tick in axis.ticks:
        x = left + axis.at(tick)
        shapes += [rule(x, under, x, top, RULE if tick else GREY)]
        shapes += [text(x, under - _LEADING - 1, _label(tick, words), "middle", GREY)]
    for place, (lines, height) in enumerate(zip(names, heights, strict=True)):
        middle = top - height / 2
        for row, line in enumerate(lines, 1):
            shapes += [text(left - 5, middle + (len(lines) / 2 - row) * _LEADING + 2.2, line, "end")]
        for number, series in enumerate(chart.series):
            y = middle + group / 2 - _BAR * (number + 1)
            length = axis.at(series.values[place])
            shapes += bar(number, left, y + 1, length, _BAR - 2)
            shapes += [text(left + length + 4, y + 4, _label(series.values[place], words))]
        top -= height
    return shapes, under + sum(heights) + 4
