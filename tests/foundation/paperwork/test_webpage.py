from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from time import process_time
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from playwright.sync_api import Page

from attention_point.foundation.paperwork import Document, Heading, Linked, Paragraph, Table, cell_text, write_html
from attention_point.foundation.paperwork.text import plain
from tests.foundation.paperwork.everything import EVERYTHING, HOSTILE, hostile_paper, wide_table
from tests.foundation.paperwork.papers import NEEDS, WORDS, long_table, paper
from tests.support.browser import axe


class Read(HTMLParser):
    """Reads a page: its elements with their attributes, and each table as rows of texts."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._cell = False
        self.feed(write_html(document, WORDS).decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
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

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.found if name == tag]


def said(table: Table) -> list[list[str]]:
    kinds = [column.kind for column in table.columns]
    rows = [[cell_text(cell, kind, WORDS) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows]
    return [[column.label for column in table.columns], *rows]


def test_tables_come_back_as_readers_see_them() -> None:
    assert Read(EVERYTHING).tables == [said(table) for table in EVERYTHING.tables]


def test_the_page_says_its_language_title_and_heads() -> None:
    page = Read(EVERYTHING)
    assert page.all("html") == [{"lang": "es-CO"}]
    assert "<title>Informe de atención · Agosto</title>" in write_html(EVERYTHING, WORDS).decode()
    assert len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(EVERYTHING.tables)
    assert {head.get("scope") for head in page.all("th")} == {"col", "row"}


def test_charts_are_pictures_with_a_text() -> None:
    chart, code = Read(EVERYTHING).all("img")
    assert chart["alt"] == "Por necesidad. La niñez va primero."
    assert code["alt"] == "https://punto.example/d/1"
    for image in (chart, code):
        kind, content = image["src"].split(",")
        assert kind == "data:image/svg+xml;base64"
        assert fromstring(b64decode(content)).tag.endswith("svg")


def test_a_link_leads_into_the_page_or_to_a_plain_address() -> None:
    page = Read(EVERYTHING)
    targets = {link["href"] for link in page.all("a")}
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in targets if target and target.startswith("#")} <= set(ids)
    assert {target for target in targets if not target.startswith("#")} == {
        "https://punto.example/?a=1&b=2", "mailto:a@b.example", "https://punto.example/registers/3",
    }  # fmt: skip


def test_a_path_leads_nowhere_where_the_document_names_no_site() -> None:
    assert Read(paper([Paragraph("x", Linked("y", "registers/3"))])).all("a") == []


@pytest.mark.parametrize("document", [EVERYTHING, hostile_paper()], ids=["plain", "hostile"])
def test_nothing_runs_and_nothing_is_fetched(document: Document) -> None:
    page = Read(document)
    tags = {tag for tag, _ in page.found}
    assert not tags & {"script", "iframe", "object", "embed", "link", "form", "base"}
    for _, attributes in page.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert all((image["src"] or "").startswith("data:") for image in page.all("img"))
    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv")]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_hostile_texts_are_shown() -> None:
    page = Read(hostile_paper())
    for text in HOSTILE:
        assert plain(text[:600]) in page.text
    assert all(row[0] == plain(text[:600]) for text, row in zip(HOSTILE, page.tables[0][1:], strict=True))


def test_no_level_of_headings_is_left_out() -> None:
    page = Read(paper([Heading("a", 3), Heading("b", 1), Heading("c", 3)]))
    assert [tag for tag, _ in page.found if tag[0] == "h" and tag[1:].isdigit()] == ["h1", "h2", "h2", "h3"]


def test_the_same_document_gives_the_same_bytes_and_shows_its_mark() -> None:
    assert write_html(EVERYTHING, WORDS) == write_html(EVERYTHING, WORDS)
    assert "MUESTRA" in Read(paper(watermark="MUESTRA")).text


def test_an_empty_table_says_so() -> None:
    assert Read(paper([Table("t", "T", NEEDS.columns, ())])).tables == [
        [["Necesidad", "Mujeres", "Hombres"], ["Nada que mostrar"]]
    ]


def test_five_thousand_rows_and_forty_columns_are_there_in_time() -> None:
    document = paper([long_table(5000), wide_table(40)])
    begun = process_time()
    write_html(document, WORDS)
    assert process_time() - begun < 5
    assert [len(table) for table in Read(document).tables] == [5001, 4]


@pytest.mark.browser
def test_everybody_can_read_it_in_a_browser(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(write_html(EVERYTHING, WORDS))
    page.goto(file.as_uri())
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    page.get_by_role("link", name="Ver el anexo").click()
    assert page.url.endswith("#at-annex")
