from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics.shapes import Line, PolyLine, Rect, String

from attention_point.foundation.paperwork import SUPPRESSED, Chart, Series, draw_chart_svg
from attention_point.foundation.paperwork.cell_values import NumericValue
from attention_point.foundation.paperwork.charts.chart_layout import CONTENT_WIDTH, build_axis, build_drawing
from attention_point.foundation.paperwork.charts.series_styles import build_bar
from attention_point.foundation.paperwork.report import ChartKind
from tests.foundation.paperwork.samples import CHART, WORDS

SVG = "{http://www.w3.org/2000/svg}"
KINDS: list[ChartKind] = ["bar", "hbar", "line"]


def make_chart(*values: NumericValue, kind: ChartKind = "bar") -> Chart:
    return Chart("c", "C", kind, tuple(f"c{index}" for index in range(len(values))), (Series("s", values),))


def list_shapes(chart: Chart, kind: type) -> list[Any]:
    return [shape for shape in build_drawing(chart, WORDS).contents if type(shape) is kind]


def parse_svg(chart: Chart) -> Element:
    return fromstring(draw_chart_svg(chart, WORDS))


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**12), max_size=20))
def test_an_axis_starts_at_zero_and_holds_every_value(values: list[int]) -> None:
    axis = build_axis(make_chart(*values), 100)
    assert axis.tick_values[0] == 0
    assert axis.position_of(0) == 0
    assert 2 <= len(axis.tick_values) <= 6
    assert all(isinstance(tick, int) for tick in axis.tick_values)
    assert axis.tick_values[-1] >= max(values, default=0)
    assert f"{int(axis.step_size)}"[0] in "125"
    assert all(axis.position_of(value) <= 100.000001 for value in values)


def test_small_shares_get_small_steps() -> None:
    axis = build_axis(make_chart(Decimal("0.04"), 0.11), 100)
    assert axis.tick_values[-1] < 0.3
    assert axis.position_of(0.11) > 40


def test_upright_bars_are_as_high_as_their_values() -> None:
    bars = list_shapes(make_chart(10, 40, 0, 20), Rect)
    assert [round(bar.height / bars[0].height, 3) for bar in bars] == [1, 4, 2]
    assert len({bar.y for bar in bars}) == 1
    zero = min(line.y1 for line in list_shapes(make_chart(10, 40), Line))
    assert bars[0].y == zero


def test_lying_bars_are_as_long_as_their_values() -> None:
    bars = list_shapes(make_chart(10, 40, 0, 20, kind="hbar"), Rect)
    assert [round(bar.width / bars[0].width, 3) for bar in bars] == [1, 4, 2]
    assert len({bar.x for bar in bars}) == 1


def test_bars_lie_down_where_their_names_find_no_room() -> None:
    chart = replace(make_chart(1, 2), categories=("palabra" * 12, "corta"))
    assert len({bar.x for bar in list_shapes(chart, Rect)}) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_names_are_written(kind: ChartKind) -> None:
    texts = {shape.text for shape in list_shapes(replace(CHART, kind=kind), String)}
    assert {"40", "10", "20", "(r)", "Niñez", "Salud", "Mujeres", "Hombres", "0"} <= texts


def test_a_suppressed_value_leaves_a_gap_in_a_line() -> None:
    lines = list_shapes(make_chart(1, 2, SUPPRESSED, 3, 4, kind="line"), PolyLine)
    assert [len(line.points) for line in lines] == [4, 4]


def test_labels_on_a_line_never_cover_each_other() -> None:
    chart = make_chart(*[100_000 + index % 2 for index in range(120)], kind="line")
    labels = sorted(shape.x for shape in list_shapes(chart, String) if shape.text.startswith("100.") and shape.x > 60)
    assert len(labels) > 3
    assert all(right - left > 30 for left, right in pairwise(labels))


def test_labels_on_a_line_stand_on_no_line() -> None:
    values = tuple((at * 37) % 50 + 3 for at in range(31))
    chart = Chart("c", "C", "line", ("a",) * 31, (Series("s", values), Series("t", values[::-1])))
    labels = [shape for shape in list_shapes(chart, String) if shape.text in map(str, values) and shape.x > 20]
    assert len(labels) >= 10
    for line in list_shapes(chart, PolyLine):
        ends = list(zip(line.points[::2], line.points[1::2], strict=True))
        for (x, y), (to_x, to_y) in pairwise(ends):
            for label in labels:
                if x <= label.x <= to_x and to_x > x:
                    at = y + (to_y - y) * (label.x - x) / (to_x - x)
                    assert not label.y < at < label.y + 5


def test_series_differ_without_colour() -> None:
    bars: list[list[Any]] = [list(build_bar(number, 0, 0, 30, 30)) for number in range(5)]
    styles = {(len(shapes), str(shapes[0].fillColor)) for shapes in bars}
    assert len(styles) == 5
    assert len({len(shapes) > 1 for shapes in bars}) == 2
    assert all(
        shape.y1 >= -0.01 and shape.y2 <= 30.01
        for number in range(5)
        for shape in build_bar(number, 0, 0, 9, 30)
        if isinstance(shape, Line)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_svg_needs_no_style_no_script_and_nothing_from_elsewhere(kind: ChartKind) -> None:
    root = parse_svg(replace(CHART, kind=kind))
    allowed = {"svg", "title", "desc", "g", "rect", "line", "polyline", "polygon", "text"}
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in allowed
        assert not [name for name in element.attrib if name in ("style", "class") or name.startswith("on")]
        assert not [value for value in element.attrib.values() if "url(" in value or "http" in value]


def test_an_svg_carries_its_title_and_description() -> None:
    root = parse_svg(CHART)
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "Por necesidad"
    assert root.findtext(f"{SVG}desc") == "La niñez va primero."


@pytest.mark.parametrize("kind", KINDS)
def test_everything_stays_in_the_picture(kind: ChartKind) -> None:
    chart = make_chart(*range(0, 310, 10), kind=kind)
    drawing = build_drawing(chart, WORDS)
    assert drawing.width == CONTENT_WIDTH
    for shape in drawing.contents:
        left, low, right, high = shape.getBounds()
        assert left >= -8
        assert low >= -8
        assert right <= drawing.width + 8
        assert high <= drawing.height + 8


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_chart_is_still_a_picture(kind: ChartKind) -> None:
    for chart in (Chart("c", "C", kind, (), ()), make_chart(0, None, SUPPRESSED, kind=kind), make_chart(kind=kind)):
        assert float(parse_svg(chart).attrib["height"]) > 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=40), min_size=1, max_size=5), st.sampled_from(KINDS))
def test_any_name_gives_a_well_formed_svg(names: list[str], kind: ChartKind) -> None:
    series = Series(names[0], tuple(range(len(names))))
    parse_svg(Chart("c", names[0], kind, tuple(names), (series, series), names[-1]))
