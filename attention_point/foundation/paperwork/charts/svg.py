"""Writes a chart as an SVG image file, which pages show beside the table with the same values.

ReportLab's own SVG writer sets ``style`` attributes. The pages' Content Security Policy (level 3) refuses them, so
this one writes presentation attributes only.
"""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from reportlab.graphics.shapes import Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color

from attention_point.foundation.paperwork.charts.chart_layout import build_drawing
from attention_point.foundation.paperwork.report import Chart
from attention_point.foundation.paperwork.text import clean_line
from attention_point.foundation.paperwork.wording import ReportWording

_MARGIN = 8.0
# Labels have 8 points on paper and 13 pixels on a screen.
_ENLARGEMENT = 1.6
# Vera is not on the reader's machine; these have its widths or nearly.
_FONT_FAMILIES = "Verdana, 'DejaVu Sans', 'Bitstream Vera Sans', sans-serif"


def build_svg(chart: Chart, wording: ReportWording) -> bytes:
    """Builds the file as UTF-8 SVG 1.1; see ``paperwork.draw_chart_svg``."""
    drawing = build_drawing(chart, wording)
    width, height = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "version": "1.1", "role": "img"})
    root.set("viewBox", f"0 0 {_format_number(width)} {_format_number(height)}")
    root.set("width", _format_number(width * _ENLARGEMENT))
    root.set("height", _format_number(height * _ENLARGEMENT))
    SubElement(root, "title").text = clean_line(chart.title)
    SubElement(root, "desc").text = clean_line(chart.description)
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    body = SubElement(
        root, "g", {"transform": f"translate({_format_number(_MARGIN)} {_format_number(height - _MARGIN)})"}
    )
    body.set("font-family", _FONT_FAMILIES)
    for shape in drawing.contents:
        body.append(_BUILDERS_BY_SHAPE[type(shape)](shape))
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _format_number(number: float) -> str:
    return f"{round(number, 2):g}"


def _format_colour(colour: Color | None) -> str:
    return "none" if colour is None else f"#{colour.hexval()[2:]}"


def _build_element(name: str, shape: Any, is_filled: bool, **attributes: str) -> Element:
    """An element with the shape's stroke and fill."""
    paint_attributes = {
        "fill": _format_colour(shape.fillColor) if is_filled else "none",
        "stroke": _format_colour(shape.strokeColor),
    }
    if shape.strokeColor is not None:
        paint_attributes["stroke-width"] = _format_number(shape.strokeWidth)
    if shape.strokeDashArray:
        paint_attributes["stroke-dasharray"] = " ".join(map(_format_number, shape.strokeDashArray))
    return Element(name, attributes | paint_attributes)


def _format_points(shape: PolyLine | Polygon) -> str:
    # SVG counts downwards, ReportLab upwards.
    coordinates = [
        _format_number(-coordinate if index % 2 else coordinate) for index, coordinate in enumerate(shape.points)
    ]
    return " ".join(coordinates)


def _build_rectangle(shape: Rect) -> Element:
    corner = {"x": _format_number(shape.x), "y": _format_number(-shape.y - shape.height)}
    return _build_element(
        "rect", shape, True, **corner, width=_format_number(shape.width), height=_format_number(shape.height)
    )


def _build_line(shape: Line) -> Element:
    ends = {"x1": shape.x1, "y1": -shape.y1, "x2": shape.x2, "y2": -shape.y2}
    return _build_element("line", shape, False, **{name: _format_number(end) for name, end in ends.items()})


def _build_text(shape: String) -> Element:
    element = Element("text", {"x": _format_number(shape.x), "y": _format_number(-shape.y)})
    element.set("font-size", _format_number(shape.fontSize))
    element.set("fill", _format_colour(shape.fillColor))
    element.set("text-anchor", shape.textAnchor)
    element.text = clean_line(shape.text)
    return element


_BUILDERS_BY_SHAPE: dict[type, Callable[[Any], Element]] = {
    Rect: _build_rectangle,
    Line: _build_line,
    String: _build_text,
    PolyLine: lambda shape: _build_element("polyline", shape, False, points=_format_points(shape)),
    Polygon: lambda shape: _build_element("polygon", shape, True, points=_format_points(shape)),
}
