"""A chart as an SVG image file.

Only attributes: a style or script, inside or from elsewhere, would be refused under the page's strict policy
(CSP level 3). Served as a file and shown by ``<img>``, beside the table that holds the same values.
"""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from reportlab.graphics.shapes import Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color

from attention_point.foundation.paperwork.charts import draw
from attention_point.foundation.paperwork.document import Chart
from attention_point.foundation.paperwork.look import PEN
from attention_point.foundation.paperwork.text import one_line
from attention_point.foundation.paperwork.words import Words

_MARGIN = 8.0
# Labels have 8 points on paper and 13 pixels on a screen.
_ENLARGED = 1.6
# Vera is not on the reader's machine; these have its widths or nearly.
_FONTS = "Verdana, 'DejaVu Sans', 'Bitstream Vera Sans', sans-serif"


def chart_svg(chart: Chart, words: Words) -> bytes:
    """The chart as UTF-8 SVG 1.1, with its title and description for who listens to it."""
    with PEN:
        drawing = draw(chart, words)
    width, height = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "version": "1.1", "role": "img"})
    root.set("viewBox", f"0 0 {_short(width)} {_short(height)}")
    root.set("width", _short(width * _ENLARGED))
    root.set("height", _short(height * _ENLARGED))
    SubElement(root, "title").text = one_line(chart.title)
    SubElement(root, "desc").text = one_line(chart.description)
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    body = SubElement(root, "g", {"transform": f"translate({_short(_MARGIN)} {_short(height - _MARGIN)})"})
    body.set("font-family", _FONTS)
    for shape in drawing.contents:
        body.append(_WRITERS[type(shape)](shape))
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _short(number: float) -> str:
    return f"{round(number, 2):g}"


def _colour(colour: Color | None) -> str:
    return "none" if colour is None else f"#{colour.hexval()[2:]}"


def _element(name: str, shape: Any, filled: bool, **attributes: str) -> Element:
    """An element with the shape's stroke and fill."""
    painted = {"fill": _colour(shape.fillColor) if filled else "none", "stroke": _colour(shape.strokeColor)}
    if shape.strokeColor is not None:
        painted["stroke-width"] = _short(shape.strokeWidth)
    if shape.strokeDashArray:
        painted["stroke-dasharray"] = " ".join(map(_short, shape.strokeDashArray))
    return Element(name, attributes | painted)


def _points(shape: PolyLine | Polygon) -> str:
    # SVG counts downwards, ReportLab upwards.
    flipped = [_short(-point if place % 2 else point) for place, point in enumerate(shape.points)]
    return " ".join(flipped)


def _rect(shape: Rect) -> Element:
    where = {"x": _short(shape.x), "y": _short(-shape.y - shape.height)}
    return _element("rect", shape, True, **where, width=_short(shape.width), height=_short(shape.height))


def _line(shape: Line) -> Element:
    ends = {"x1": shape.x1, "y1": -shape.y1, "x2": shape.x2, "y2": -shape.y2}
    return _element("line", shape, False, **{name: _short(end) for name, end in ends.items()})


def _text(shape: String) -> Element:
    element = Element("text", {"x": _short(shape.x), "y": _short(-shape.y)})
    element.set("font-size", _short(shape.fontSize))
    element.set("fill", _colour(shape.fillColor))
    element.set("text-anchor", shape.textAnchor)
    element.text = one_line(shape.text)
    return element


_WRITERS: dict[type, Callable[[Any], Element]] = {
    Rect: _rect,
    Line: _line,
    String: _text,
    PolyLine: lambda shape: _element("polyline", shape, False, points=_points(shape)),
    Polygon: lambda shape: _element("polygon", shape, True, points=_points(shape)),
}
