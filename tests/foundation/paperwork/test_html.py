import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from playwright.sync_api import Page, expect

from attention_point.foundation.paperwork import Heading, LinkedValue, Paragraph, Report, Table, format_cell, write_html
from attention_point.foundation.paperwork.text import clean_text
from tests.foundation.paperwork.sample_report import EVERYTHING, HOSTILE, make_hostile_report, make_wide_table
from tests.foundation.paperwork.samples import NEEDS, WORDS, make_long_table, make_report
from tests.support.browser import axe


class ParsedPage(HTMLParser):
    """Reads a page: its elements with their attributes, and each table as rows of texts."""

    def __init__(self, document: Report) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._cell = False
        self.feed(write_html(document, WORDS).decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell:
            self.tables[-1][-1][-1] += data

    def list_attributes(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]


def format_rows(table: Table) -> list[list[str]]:
    kinds = [column.kind for column in table.columns]
    rows = [[format_cell(cell, kind, WORDS) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows]
    return [[column.label for column in table.columns], *rows]


def test_tables_come_back_as_readers_see_them() -> None:
    assert ParsedPage(EVERYTHING).tables == [format_rows(table) for table in EVERYTHING.tables]


def test_the_page_says_its_language_title_and_heads() -> None:
    page = ParsedPage(EVERYTHING)
    assert page.list_attributes("html") == [{"lang": "es-CO"}]
    assert "<title>Informe de atención · Agosto</title>" in write_html(EVERYTHING, WORDS).decode()
    assert len(page.list_attributes("h1")) == 1
    assert len(page.list_attributes("caption")) == len(EVERYTHING.tables)
    assert {head.get("scope") for head in page.list_attributes("th")} == {"col", "row"}


def test_charts_are_pictures_with_a_text() -> None:
    (chart,) = ParsedPage(EVERYTHING).list_attributes("img")
    assert chart["alt"] == "Por necesidad. La niñez va primero."
    kind, content = chart["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert fromstring(b64decode(content)).tag.endswith("svg")


def test_a_link_leads_into_the_page_or_to_a_plain_address() -> None:
    page = ParsedPage(EVERYTHING)
    targets = {link["href"] for link in page.list_attributes("a")}
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in targets if target and target.startswith("#")} <= set(ids)
    assert {target for target in targets if not target.startswith("#")} == {
        "https://punto.example/?a=1&b=2", "mailto:a@b.example", "https://punto.example/registers/3",
    }  # fmt: skip


def test_a_path_leads_nowhere_where_the_document_names_no_site() -> None:
    assert ParsedPage(make_report([Paragraph("x", LinkedValue("y", "registers/3"))])).list_attributes("a") == []


@pytest.mark.parametrize("document", [EVERYTHING, make_hostile_report()], ids=["plain", "hostile"])
def test_nothing_runs_and_nothing_is_fetched(document: Report) -> None:
    page = ParsedPage(document)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "form", "base"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert all((image["src"] or "").startswith("data:") for image in page.list_attributes("img"))
    (policy,) = [meta["content"] for meta in page.list_attributes("meta") if meta.get("http-equiv")]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_hostile_texts_are_shown() -> None:
    page = ParsedPage(make_hostile_report())
    for text in HOSTILE:
        assert clean_text(text[:600]) in page.text
    assert all(row[0] == clean_text(text[:600]) for text, row in zip(HOSTILE, page.tables[0][1:], strict=True))


def test_no_level_of_headings_is_left_out() -> None:
    page = ParsedPage(make_report([Heading("a", 3), Heading("b", 1), Heading("c", 3)]))
    assert [tag for tag, _ in page.elements if tag[0] == "h" and tag[1:].isdigit()] == ["h1", "h2", "h2", "h3"]


def test_the_same_document_gives_the_same_bytes_and_shows_its_mark() -> None:
    assert write_html(EVERYTHING, WORDS) == write_html(EVERYTHING, WORDS)
    assert "MUESTRA" in ParsedPage(make_report(watermark="MUESTRA")).text


def test_an_empty_table_says_so() -> None:
    assert ParsedPage(make_report([Table("t", "T", NEEDS.columns, ())])).tables == [
        [["Necesidad", "Mujeres", "Hombres"], ["Nada que mostrar"]]
    ]


def test_five_thousand_rows_and_forty_columns_are_all_there() -> None:
    document = make_report([make_long_table(5000), make_wide_table(40)])
    assert [len(table) for table in ParsedPage(document).tables] == [5001, 4]


@pytest.mark.browser
def test_everybody_can_read_it_in_a_browser(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(write_html(EVERYTHING, WORDS))
    page.goto(file.as_uri())
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    page.get_by_role("link", name="Ver el anexo").click()
    expect(page).to_have_url(re.compile("#at-annex$"))
