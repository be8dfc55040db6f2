from typing import Any

import pytest

from attention_point.foundation.paperwork import (
    SUPPRESSED,
    BulletList,
    Chart,
    Column,
    Heading,
    LinkedValue,
    PageBreak,
    Paragraph,
    Series,
    Table,
    format_cell,
)
from attention_point.foundation.paperwork.report import ColumnKind
from tests.foundation.paperwork.samples import CHART, MOMENT, NEEDS, WORDS, make_report


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("integer", "5"), ("integer", True), ("integer", 1.5), ("text", 5), ("amount", 1.5), ("date", "2017-08-09")],
)
def test_a_cell_is_of_its_columns_kind(kind: ColumnKind, cell: Any) -> None:
    with pytest.raises(ValueError, match="column secret-column"):
        Table("t", "T", (Column("secret-column", "C", kind),), ((cell,),))


def test_a_refused_cell_is_not_quoted() -> None:
    with pytest.raises(ValueError, match="row 0") as caught:
        Table("t", "T", (Column("c", "C", "integer"),), (("Yohana",),))
    assert "Yohana" not in str(caught.value)


def test_a_row_has_one_cell_a_column() -> None:
    with pytest.raises(ValueError, match="2 cells, not 1"):
        Table("t", "T", (Column("c", "C"),), (("a", "b"),))


@pytest.mark.parametrize("kind", ["text", "integer", "number", "amount", "date"])
def test_any_kind_may_be_suppressed_or_empty(kind: ColumnKind) -> None:
    column = Column("c", "C", kind)
    assert len(Table("t", "T", (column,), ((SUPPRESSED,), (None,))).rows) == 2
    assert format_cell(SUPPRESSED, kind, WORDS) == "(r)"
    assert format_cell(None, kind, WORDS) == ""


def test_a_chart_stands_beside_its_table() -> None:
    assert make_report([CHART, NEEDS]).tables == (NEEDS,)
    assert make_report([NEEDS, CHART]).tables == (NEEDS,)
    with pytest.raises(ValueError, match="by-need has no table beside it"):
        make_report([CHART, PageBreak(), NEEDS])


@pytest.mark.parametrize("values", [(-1,), (float("inf"),), (float("nan"),), (1, 2)])
def test_a_chart_refuses_what_has_no_place_on_it(values: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="chart c"):
        Chart("c", "C", "bar", ("a",), (Series("s", values),))


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_report(created_at=MOMENT.replace(tzinfo=None))


def test_headings_have_three_levels() -> None:
    with pytest.raises(ValueError, match="level 1, 2 or 3"):
        Heading("deep", 4)


@pytest.mark.parametrize(
    "href",
    ["https://punto.example/a?b=c#d", "http://x", "mailto:a@b.example", "registers/3", "/statistics/2017-08", "#annex"],
)
def test_a_link_may_lead_to_addresses_paths_and_anchors(href: str) -> None:
    assert LinkedValue("x", href).href == href


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//elsewhere.example",
        "\\\\elsewhere", "/\\elsewhere", "ftp://x", "", "#",
        'https://x/"onclick="y', "https://x/<b>", "https://x y", "https://x\n", "https://é.example", "mailto:", "a:b",
        "\x01javascript:x", "https://x\x00",
    ],
)  # fmt: skip
def test_no_link_runs_anything_or_hides_where_it_leads(href: str) -> None:
    with pytest.raises(ValueError, match="a link needs"):
        LinkedValue("x", href)


def test_a_link_into_the_document_needs_its_place() -> None:
    for blocks in ([Paragraph("x", LinkedValue("y", "#needs"))], [BulletList((LinkedValue("y", "#needs"),))]):
        assert make_report([*blocks, NEEDS]).tables == (NEEDS,)
        with pytest.raises(ValueError, match="leads to #needs"):
            make_report(blocks)
    table = Table("t", "T", (Column("c", "C", "integer"),), ((LinkedValue(5, "#annex"),),))
    assert make_report([table, Heading("A", 1, "annex")])
    with pytest.raises(ValueError, match="leads to #annex"):
        make_report([table])


def test_a_linked_cell_is_of_its_columns_kind_and_reads_as_its_value() -> None:
    with pytest.raises(ValueError, match="not integer"):
        Table("t", "T", (Column("c", "C", "integer"),), ((LinkedValue("5", "x"),),))
    assert format_cell(LinkedValue(1234, "x"), "integer", WORDS) == "1.234"
    assert format_cell(LinkedValue(SUPPRESSED, "x"), "integer", WORDS) == "(r)"


@pytest.mark.parametrize("anchor", ["1a", "a b", "#a", "é", '"'])
def test_an_anchor_is_a_plain_name(anchor: str) -> None:
    with pytest.raises(ValueError, match="an anchor"):
        Heading("x", 1, anchor)


@pytest.mark.parametrize("site", ["punto.example", "javascript:x", "https://x y", "https://x/?a"])
def test_a_site_is_an_address(site: str) -> None:
    with pytest.raises(ValueError, match="site"):
        make_report(site_address=site)
