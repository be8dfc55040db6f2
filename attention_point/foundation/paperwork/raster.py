"""A chart as a PNG, for the formats that take no drawing."""

from functools import lru_cache
from io import BytesIO
from math import dist
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.shapes import Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import getFont

from attention_point.foundation.paperwork.charts import draw
from attention_point.foundation.paperwork.document import Chart
from attention_point.foundation.paperwork.look import PEN
from attention_point.foundation.paperwork.words import Words

_MARGIN = 8.0
# Pixels a point in the picture; drawn larger at first and made smaller, which smooths every edge.
_PIXELS, _LARGER = 2, 2
_SCALE = _PIXELS * _LARGER
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def chart_png(chart: Chart, words: Words) -> tuple[bytes, float]:
    """The chart as PNG bytes, the same for the same chart and words, and its width on paper in points."""
    with PEN:
        drawing = draw(chart, words)
    width, height = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    image = Image.new("RGB", (round(width * _SCALE), round(height * _SCALE)), "white")
    pen = _Pen(ImageDraw.Draw(image), height)
    for shape in drawing.contents:
        pen.draw(shape)
    file = BytesIO()
    image.reduce(_LARGER).quantize(64, dither=Image.Dither.NONE).save(file, "PNG", dpi=(72 * _PIXELS, 72 * _PIXELS))
    return file.getvalue(), width


class _Pen:
    """Draws the five shapes of charts; a picture counts downwards, ReportLab upwards."""

    def __init__(self, onto: ImageDraw.ImageDraw, height: float) -> None:
        self._onto, self._height = onto, height

    def draw(self, shape: Any) -> None:
        if isinstance(shape, Rect):
            corners = (shape.x, shape.y + shape.height, shape.x + shape.width, shape.y)
            self._onto.rectangle(self._points(corners), _rgb(shape.fillColor), _rgb(shape.strokeColor), _thick(shape))
        elif isinstance(shape, Polygon):
            self._onto.polygon(self._points(shape.points), _rgb(shape.fillColor))
        elif isinstance(shape, String):
            (place,) = self._points((shape.x, shape.y))
            font = _font(shape.fontName, shape.fontSize)
            self._onto.text(place, shape.text, _rgb(shape.fillColor), font, _ANCHORS[shape.textAnchor])
        elif isinstance(shape, Line):
            self._line(self._points((shape.x1, shape.y1, shape.x2, shape.y2)), shape)
        elif isinstance(shape, PolyLine):
            self._line(self._points(shape.points), shape)

    def _points(self, flat: Any) -> list[tuple[float, float]]:
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return [((x + _MARGIN) * _SCALE, (self._height - _MARGIN - y) * _SCALE) for x, y in pairs]

    def _line(self, points: list[tuple[float, float]], shape: Any) -> None:
        dashes = [length * _SCALE for length in shape.strokeDashArray or ()]
        for piece in _dashed(points, dashes) if dashes else [points]:
            self._onto.line(piece, _rgb(shape.strokeColor), _thick(shape), "curve")


def _dashed(points: list[tuple[float, float]], dashes: list[float]) -> list[list[tuple[float, float]]]:
    """The drawn pieces of a line through the points, on and off by turns as long as the dashes say."""
    pieces: list[list[tuple[float, float]]] = [[points[0]]]
    turn, left = 0, dashes[0]
    for start, end in zip(points, points[1:], strict=False):
        length, done = dist(start, end), 0.0
        while length - done > left:
            done += left
            share = done / length
            at = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            if turn % 2 == 0:
                pieces[-1].append(at)
            else:
                pieces.append([at])
            turn += 1
            left = dashes[turn % len(dashes)]
        left -= length - done
        if turn % 2 == 0:
            pieces[-1].append(end)
    return [piece for piece in pieces if len(piece) > 1]


def _thick(shape: Any) -> int:
    return max(1, round(float(shape.strokeWidth) * _SCALE))


def _rgb(colour: Color | None) -> str | None:
    return None if colour is None else f"#{colour.hexval()[2:]}"


def _file(name: str) -> str:
    font: Any = getFont(name)
    return str(font.face.filename)


@lru_cache(maxsize=4)
def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_file(name), size * _SCALE, layout_engine=ImageFont.Layout.BASIC)
